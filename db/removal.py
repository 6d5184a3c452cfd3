"""Deleting many rows in short transactions, the least key first.

Whoever else writes waits no longer than for one of them, and a cluster replicates each by itself.
A process that dies between two of them leaves what is not deleted yet, for the next one.
"""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.engine import Database
from db.repeating import idempotent

ROWS_PER_TRANSACTION = 20_000

Check = Callable[[Session], None]


def no_check(_session: Session) -> None:
    """Delete whatever has happened meanwhile."""


def remove_rows(
    database: Database,
    of_them: ColumnElement[bool],
    key: InstrumentedAttribute[int],
    *,
    check: Check = no_check,
    on_progress: Callable[[], None] = lambda: None,
) -> None:
    """Delete the rows of a condition along a key; `check` may veto each transaction by raising."""
    more = True
    while more:
        more = _remove_some(database, of_them, key, check)
        database.yield_writer()
        on_progress()


@idempotent
def _remove_some(
    database: Database,
    of_them: ColumnElement[bool],
    key: InstrumentedAttribute[int],
    check: Check,
) -> bool:
    """Delete the first rows, and say whether there are more."""
    with database.write() as session:
        check(session)
        end = first_after(session, of_them, key, ROWS_PER_TRANSACTION)
        some = of_them if end is None else and_(of_them, key < end)
        session.execute(delete(key.class_).where(some))
        return end is not None


def first_after(
    session: Session, of_them: ColumnElement[bool], key: InstrumentedAttribute[int], rows: int
) -> int | None:
    """Return the key of the row that follows so many others, None if there are no more."""
    return session.scalar(select(key).where(of_them).order_by(key).offset(rows).limit(1))
