"""Connections to a Galera cluster: to a node that works, and that has what others have committed.

On any other server this does nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from pymysql.connections import Connection as Driver
from pymysql.err import Error
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from cycling.errors import UnavailableError
from db.failures import AWAY, LOST, code_of, code_of_driver, is_hang
from db.repeating import Patience

IS_NODE = "bem_cluster"
NOT_READY = 1047
# A transaction waits until its node has what was committed before on any other: before its first
# SELECT (1), UPDATE or DELETE (2), INSERT (4).
WAIT_FOR_ALL = 7


def attend(engine: Engine) -> None:
    """Set up the connections of an engine when their server is a node of a cluster."""

    @event.listens_for(engine, "connect")
    def _set_up(connection: Driver, entry: ConnectionPoolEntry) -> None:
        if _says(connection, "SHOW VARIABLES LIKE 'wsrep_on'"):
            entry.info[IS_NODE] = True
            with connection.cursor() as cursor:
                cursor.execute(f"SET SESSION wsrep_sync_wait = {WAIT_FOR_ALL}")

    @event.listens_for(engine, "handle_error")
    def _leave(context: ExceptionContext) -> None:
        # no connection to such a node is of use: the next one may lead to another node
        if code_of_driver(context.original_exception) == NOT_READY:
            context.is_disconnect = True


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A connection that can be used. A block cannot be repeated, but its beginning can."""
    patience = Patience()
    while (connection := _connection(engine)) is None:
        if not patience.is_left():
            raise UnavailableError(AWAY)
    with connection:
        yield connection


def _connection(engine: Engine) -> Connection | None:
    """Return a connection that can be used, None if the next one may lead to a better node."""
    try:
        connection = engine.connect()
    except DBAPIError as error:
        if code_of(error) not in LOST or is_hang(error.orig):
            raise
        return None  # a proxy whose node has just died has hung up
    if _is_ready(connection):
        return connection
    connection.invalidate()
    connection.close()
    return None


def _is_ready(connection: Connection) -> bool:
    if not connection.info.get(IS_NODE):
        return True
    driver = cast("Driver", connection.connection.driver_connection)
    try:
        return _says(driver, "SHOW STATUS LIKE 'wsrep_ready'")
    except Error:
        return False


def _says(connection: Driver, question: str) -> bool:
    """Ask a server for one of its ON and OFF; other servers know nothing of it."""
    with connection.cursor() as cursor:
        cursor.execute(question)
        answer = cursor.fetchone()
    return answer is not None and answer[1] == "ON"
