"""One upgrade of a database at a time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from db.engine import Database

LOG = logging.getLogger("bem.db")
LOOK_AGAIN_S = 5
NAME_LENGTH = 64


@contextmanager
def alone(database: Database) -> Iterator[Connection]:
    """A connection that commits each statement, and no other upgrade of this database meanwhile.

    The server keeps the lock while it still carries out the last statement of a command that was
    killed; the next one waits for that.
    """
    engine = database.changing
    if not database.is_sqlite:
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        try:
            if not database.is_sqlite:
                name = f"bem upgrade {database.engine.url.database}"
                _wait_for_turn(connection, name[:NAME_LENGTH])
            yield connection
        finally:
            connection.invalidate()  # closes it: what it has set and locked ends with it


def _wait_for_turn(connection: Connection, name: str) -> None:
    seconds = 0
    while True:
        try:
            got = connection.exec_driver_sql("SELECT GET_LOCK(%s, %s)", (name, seconds)).scalar()
        except DBAPIError:
            return  # a cluster that has no such locks
        if got:
            return
        if not seconds:
            LOG.warning(
                "Another upgrade of this database runs, or one was interrupted and the server "
                "still carries out its last statement. Waiting for it."
            )
        seconds = LOOK_AGAIN_S
