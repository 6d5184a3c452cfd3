"""A database that hangs: how long is waited for it, and how all others are spared that wait."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, cast

from pymysql.connections import Connection as Driver
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import ExceptionContext

from db.failures import HangsError, is_hang
from db.terms import HANGS

LOG = logging.getLogger("bem.db")

ANSWER_S = 120.0  # for a statement of a job, an import, an export
PAGE_S = 8.0  # for one of a page
GREETING_S = 2.0  # for what costs a server nothing: its greeting, a ping
AGAIN_S = 0.5
BREAKER, ANSWERS_WITHIN = "bem_breaker", "bem_answers_within"


class HastyConnection(Driver):
    """A connection of pymysql that waits for a greeting and a ping only briefly."""

    _read_timeout: float | None
    _write_timeout: float | None
    usual_s: float | None = None
    usual_context: ClassVar[ssl.SSLContext | None] = None

    def _create_ssl_ctx(self, sslp: dict[str, Any]) -> ssl.SSLContext:
        """Read the machine's certificates once: it takes longer than all else of a connection.

        Of pymysql, and not in its stub.
        """
        context = None if sslp else HastyConnection.usual_context
        if context is None:
            context = super()._create_ssl_ctx(sslp)  # type: ignore[misc]
        if not sslp:
            HastyConnection.usual_context = context
        return cast("ssl.SSLContext", context)

    def connect(self, sock: socket.socket | None = None) -> None:
        """Connect; a server that hangs still takes connections, and says nothing."""
        self.usual_s = self._read_timeout
        with self._in_haste():
            super().connect(sock)

    def ping(self, _reconnect: object = None) -> None:
        """Ask whether the server is there, as the pool does before each transaction."""
        with self._in_haste():
            super().ping()

    def answers_within(self, seconds: float | None) -> None:
        """Wait so long for the answer to each of the next statements, and for it to be taken."""
        self._read_timeout = self._write_timeout = seconds

    @contextmanager
    def _in_haste(self) -> Iterator[None]:
        self.answers_within(GREETING_S)
        try:
            yield
        finally:
            self.answers_within(self.usual_s)


class Breaker:
    """Refuses at once what would wait for a database that hangs, until it answers again.

    `knock` raises while it does not; a thread asks with it, one question at a time.
    """

    def __init__(
        self, knock: Callable[[], None], pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._knock, self._pause = knock, pause
        self._lock = threading.Lock()
        self._is_open = False

    def check(self) -> None:
        """Raise HangsError while the database hangs."""
        if self._is_open:
            raise HangsError(HANGS)

    def trip(self) -> None:
        """Refuse from now on: somebody has waited in vain."""
        with self._lock:
            if self._is_open:
                return
            self._is_open = True
        threading.Thread(target=self._ask, name="database breaker", daemon=True).start()

    def _ask(self) -> None:
        if not self._answers():  # else a single statement took too long
            LOG.warning("what=database-hangs")
            self._pause(AGAIN_S)
            while not self._answers():
                self._pause(AGAIN_S)
            LOG.warning("what=database-answers")
        self._is_open = False

    def _answers(self) -> bool:
        try:
            self._knock()
        except Exception:  # noqa: BLE001 - whatever it is, nobody is to wait for it
            return False
        return True


def attend(engine: Engine, knock: Callable[[], None]) -> None:
    """Give an engine a breaker, which the first time-out opens."""
    breaker = Breaker(knock)
    engine.update_execution_options(**{BREAKER: breaker})

    @event.listens_for(engine, "handle_error")
    def _notice(context: ExceptionContext) -> None:
        if not is_hang(context.original_exception):
            return
        breaker.trip()
        if context.is_pre_ping:  # else the pool would try a new connection, and wait again
            raise HangsError(HANGS)


def hurry(engine: Engine) -> None:
    """Give an engine connections that are hasty, and that wait as an execution option says."""

    @event.listens_for(engine, "do_connect")
    def _connect(
        _dialect: object, _record: object, args: list[Any], options: dict[str, Any]
    ) -> HastyConnection:
        return HastyConnection(*args, **options)

    @event.listens_for(engine, "engine_connect")
    def _limit(connection: Connection) -> None:
        driver = cast("HastyConnection", connection.connection.driver_connection)
        driver.answers_within(
            connection.get_execution_options().get(ANSWERS_WITHIN, driver.usual_s)
        )


def check(engine: Engine) -> None:
    """Raise HangsError if the engine's database is known to hang."""
    breaker: Breaker = engine.get_execution_options()[BREAKER]
    breaker.check()
