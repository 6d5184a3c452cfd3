"""The audit trail: one row for everything that somebody did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from db.commands.form_tokens import spend
from db.engine import Database
from db.models import AuditEntry
from db.repeating import repeated

# Where something came from that came from no browser.
COMMAND_LINE = "command line"
MASTER_NODE = "master node"


@dataclass(frozen=True)
class By:
    """Who does something, from where and when.

    `address` is a browser's address, COMMAND_LINE or MASTER_NODE; `now` has a time zone. With the
    token of a form the deed is done once, however often the form is sent.
    """

    user_name: str
    address: str
    now: datetime
    form_token: str = ""


def record(
    session: Session, by: By, action: str, target: str, detail: dict[str, Any] | None = None
) -> None:
    """Add a row in the caller's transaction: what is undone is not recorded either.

    It spends the form's token: raises DoneBeforeError where the form has done this already.

    Texts that are longer than their columns are cut: an audit row must not make an action fail.
    """
    spend(session, by.form_token, user_name=by.user_name, target=target, now=by.now)
    session.add(
        AuditEntry(
            at=by.now,
            user_name=by.user_name[:60],
            address=by.address[:45],
            action=action[:40],
            target=target[:120],
            detail=detail or {},
        )
    )


def record_export(
    database: Database, experiment_id: int, *, by: By, file_format: str = "csv"
) -> None:
    """Note that somebody takes an experiment's measures out."""
    _record(database, by, "export", f"experiment {experiment_id}", {"format": file_format})


def record_profile_export(
    database: Database, profile_id: int, number: int, *, by: By, file_format: str
) -> None:
    """Note that somebody takes a version of a library profile out."""
    detail = {"format": file_format, "number": number}
    _record(database, by, "export", f"library profile {profile_id}", detail)


def record_audit_export(database: Database, filters: dict[str, str], *, by: By) -> None:
    """Note that somebody takes the audit trail out, and which part of it."""
    _record(database, by, "export audit trail", "audit trail", filters)


@repeated
def _record(database: Database, by: By, action: str, target: str, detail: dict[str, Any]) -> None:
    with database.write() as session:
        record(session, by, action, target, detail)
