"""The audit trail: one row for everything that somebody did."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.engine import Database
from db.models import AuditEntry
from db.repeating import repeated

# Where something came from that came from no browser.
COMMAND_LINE = "command line"
MASTER_NODE = "master node"


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

    `address` is where the request came from: a browser's address, COMMAND_LINE or MASTER_NODE.
    Texts that are longer than their columns are cut: an audit row must not make an action fail.
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
    target, detail = f"experiment {experiment_id}", {"format": file_format}
    _record_export(database, target, detail, user_name, address, now)


def record_profile_export(
    database: Database,
    profile_id: int,
    number: int,
    *,
    user_name: str,
    address: str,
    now: datetime,
    file_format: str,
) -> None:
    """Note that somebody takes a version of a library profile out."""
    target = f"library profile {profile_id}"
    detail = {"format": file_format, "number": number}
    _record_export(database, target, detail, user_name, address, now)


@repeated
def _record_export(
    database: Database,
    target: str,
    detail: dict[str, Any],
    user_name: str,
    address: str,
    now: datetime,
) -> None:
    with database.write() as session:
        record(
            session,
            at=now,
            user_name=user_name,
            address=address,
            action="export",
            target=target,
            detail=detail,
        )


@repeated
def record_audit_export(
    database: Database, wanted: dict[str, str], *, user_name: str, address: str, now: datetime
) -> None:
    """Note that somebody takes the audit trail out, and which part of it."""
    with database.write() as session:
        record(
            session,
            at=now,
            user_name=user_name,
            address=address,
            action="export audit trail",
            target="audit trail",
            detail=wanted,
        )
