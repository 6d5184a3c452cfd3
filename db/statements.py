"""What commands and queries say in one word: changes that expect rows, rows that must be there."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Insert, inspect
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase

from cycling.errors import NotFoundError
from db.models import Base

T = TypeVar("T")


def require(row: T | None, words: str) -> T:
    """Return what is there. Raises NotFoundError, in these words, for None."""
    if row is None:
        raise NotFoundError(words)
    return row


def count_changed(session: Session, change: UpdateBase) -> int:
    """Carry out an UPDATE or DELETE, past what the session has loaded; return how many rows.

    The change says which rows it expects: who changes no row was late.
    """
    result = session.execute(change, execution_options={"synchronize_session": False})
    return result.rowcount if isinstance(result, CursorResult) else 0


def insert_missing(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows whose key is not there yet; the others stay as they are.

    INSERT IGNORE would do the same, and hide every other error.
    """
    if rows:
        session.execute(_statement(session, model), list(rows))


def _statement(session: Session, model: type[Base]) -> Insert:
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(model).on_conflict_do_nothing()
    first = inspect(model).primary_key[0]
    return mysql.insert(model).on_duplicate_key_update({first.name: first})
