"""The audit trail: one row for everything that somebody did."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.commands.form_tokens import spend
from db.engine import Database
from db.models import AuditEntry
from db.repeating import repeated

# Where something came from that came from no browser.
COMMAND_LINE = "command line"
MASTER_NODE = "master node"

REFUSED, MORE_REFUSED = "refused call", "more refused calls"
MOST_REFUSED, REFUSED_WITHIN = 20, timedelta(hours=1)


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

    def beside(self) -> "By":
        """Return the same for further rows of a deed, whose own row spends the form's token."""
        return replace(self, form_token="")


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


@repeated
def record_refused_call(database: Database, target: str, *, by: By) -> None:
    """Note a call that somebody may not make; of very many in an hour, only that more were.

    Calls at the same moment may add a row or two: it is looked first, so that who calls again and
    again does not keep others from writing.
    """
    of_them = select(func.count()).where(
        AuditEntry.action.in_([REFUSED, MORE_REFUSED]),
        AuditEntry.user_name == by.user_name[:60],
        AuditEntry.address == by.address[:45],
        AuditEntry.at > by.now - REFUSED_WITHIN,
    )
    with database.read() as session:
        count = session.scalar(of_them) or 0
    if count > MOST_REFUSED:
        return
    with database.write() as session:
        record(session, by, REFUSED if count < MOST_REFUSED else MORE_REFUSED, target)
