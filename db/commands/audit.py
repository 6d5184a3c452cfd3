"""The audit trail: one row for everything that somebody did."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.engine import Database
from db.models import AuditEntry
from db.repeating import repeated


def record(
    session: Session,
    *,
    at: datetime,
    user_name: str,
    address: str,
    action: str,
    target: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Add a row in the caller's transaction: what is undone is not recorded either.

    `address` is where the request came from, "" on the command line. Texts that are longer than
    their columns are cut: an audit row must not make an action fail.
    """
    session.add(
        AuditEntry(
            at=at,
            user_name=user_name[:60],
            address=address[:45],
            action=action[:40],
            target=target[:120],
            detail=detail or {},
        )
    )


@repeated
def record_export(
    database: Database,
    experiment_id: int,
    *,
    user_name: str,
    address: str,
    now: datetime,
    file_format: str = "csv",
) -> None:
    """Note that somebody takes an experiment's measures out."""
    with database.write() as session:
        record(
            session,
            at=now,
            user_name=user_name,
            address=address,
            action="export",
            target=f"experiment {experiment_id}",
            detail={"format": file_format},
        )
