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


@repeated
def record_export(
    database: Database, target: str, detail: dict[str, Any], *, by: By, deed: str = "export"
) -> None:
    """Note that somebody takes something out."""
    with database.write() as session:
        record(session, by, deed, target, detail)
