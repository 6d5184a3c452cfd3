"""Inserting what may be there already: doing it again changes nothing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Insert, inspect
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Session

from db.models import Base


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
