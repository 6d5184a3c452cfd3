"""The connection to SQLite, MariaDB or MySQL, and the two kinds of transaction."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import NoReturn, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from cycling.errors import InputError
from db import cluster, hanging
from db.failures import Progress, translate_errors
from db.hanging import ANSWER_S, ANSWERS_WITHIN, GREETING_S

LOG = logging.getLogger("bem.db")

# SQLite has one writer. Who waits for it looks every few milliseconds (its own patience looks ten
# times a second after a while, and misses every gap), and `load` leaves a gap that is longer.
RETRY_MS, YIELD_S, WAIT_S = 8, 0.02, 15.0
LOCK_WAITS = ("innodb_lock_wait_timeout", "lock_wait_timeout")
ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
OPEN_TO_OTHERS = 0o077
WRITE = "bem_write"
LOADS = "bem_loads"


@dataclass(frozen=True)
class Database:
    """Hands out transactions; everything else of an engine stays inside `db`."""

    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database, with its one writer."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that is always rolled back."""
        with (
            translate_errors(),
            _connected(self.engine) as connection,
            Session(connection) as session,
        ):
            yield session

    @contextmanager
    def snapshot(self) -> Iterator["Snapshot"]:
        """This database at one moment: what several queries read belongs together."""
        with self.read() as session:
            if not self.is_sqlite:  # whose transactions always see one moment
                session.execute(ONE_MOMENT)
            yield Snapshot(self.engine, session)

    def within(self, seconds: float) -> "Database":
        """This database for statements that may take longer than those of a page."""
        return Database(self.engine.execution_options(**{ANSWERS_WITHIN: seconds}))

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits unless an exception leaves the block.

        Who opens one is decorated with `repeated`: the database may undo it (db/repeating.py).
        SQLite takes its write lock at the start: a transaction that reads first and then wants to
        write would otherwise fail at once when another writer came between.
        """
        writing = self.engine.execution_options(**{WRITE: True})
        with _committed(writing) as session:
            yield session

    @contextmanager
    def load(self) -> Iterator[Session]:
        """A `write` whose connection may send files to a server that takes them.

        Apart from the others: such a server could ask this program for any file it can read.
        On SQLite, whose one writer an import would be without a break, others get a turn after it.
        """
        if self.is_sqlite:
            with self.write() as session:
                yield session
            self.yield_writer()
            return
        with _committed(self.loading) as session:
            session.info[LOADS] = self._server_takes_files
            yield session

    def yield_writer(self) -> None:
        """Leave a gap between many transactions: SQLite has one writer."""
        if self.is_sqlite:
            time.sleep(YIELD_S)

    @cached_property
    def loading(self) -> Engine:
        """The engine of `load`; no connection is made before the first one."""
        return _mysql(self.engine.url, local_infile=True, pool_size=1)

    @cached_property
    def changing(self) -> Engine:
        """The engine that changes tables: a statement may take as long as it takes."""
        return self.engine if self.is_sqlite else _mysql(self.engine.url, answer_s=None)

    @cached_property
    def _server_takes_files(self) -> bool:
        with self.loading.connect() as connection:
            takes = bool(connection.exec_driver_sql("SELECT @@local_infile").scalar())
        if not takes:
            LOG.warning(
                "The database server has local_infile off: imports take about twice as long."
            )
        return takes

    def dispose(self) -> None:
        """Close the pooled connections (after a fork, at the end of a test)."""
        self.engine.dispose()
        for name in ("loading", "changing"):
            if name in vars(self):
                vars(self)[name].dispose()


@dataclass(frozen=True)
class Snapshot(Database):
    """A database at one moment. Queries take it as any other; nothing is written through it."""

    session: Session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """The one transaction."""
        yield self.session

    @contextmanager
    def snapshot(self) -> Iterator["Snapshot"]:
        """This one."""
        yield self

    def write(self) -> NoReturn:
        """Refuse: what is read at one moment must not decide what is written at a later one."""
        raise RuntimeError("Nothing can be written within a snapshot.")

    load = write


@contextmanager
def _committed(engine: Engine) -> Iterator[Session]:
    progress = Progress()
    with (
        translate_errors(progress),
        _connected(engine) as connection,
        Session(connection, expire_on_commit=False) as session,
        session.begin(),
    ):
        yield session
        session.flush()
        progress.commits = True


def _connected(engine: Engine) -> AbstractContextManager[Connection]:
    """A connection, unless whoever asks would wait for a database that hangs."""
    writes = engine.get_execution_options().get(WRITE, False)
    if writes or engine.dialect.name != "sqlite":  # which keeps nobody from reading
        hanging.check(engine)
    return cluster.connected(engine)


def connect(url: str, *, answer_s: float = ANSWER_S) -> Database:
    """Open the database of a URL; no connection is made before the first query.

    No statement waits longer than `answer_s` for an answer. Raises InputError for a URL that names
    no engine of ours.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return Database(_sqlite(parsed, min(WAIT_S, answer_s)))
    return Database(_mysql(parsed, answer_s=answer_s))


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise InputError(
            "The database URL cannot be read. Write it like "
            "mysql+pymysql://user:password@host:3306/bem or sqlite:////folder/bem.sqlite; "
            "special characters in the password are percent-encoded."
        ) from error
    if parsed.host and "@" in parsed.host + (parsed.database or "").rpartition("/")[0]:
        raise InputError(
            "The password in the database URL has an @ as it is, which ends it there. Write it as "
            "%40; likewise : as %3A, / as %2F, # as %23, ? as %3F and % as %25."
        )
    if parsed.drivername in ("mysql", "mariadb"):
        parsed = parsed.set(drivername=f"{parsed.drivername}+pymysql")
    if parsed.drivername not in ("sqlite", "mysql+pymysql", "mariadb+pymysql"):
        raise InputError(
            f"The database URL names {parsed.drivername}; "
            "use sqlite, mysql+pymysql or mariadb+pymysql."
        )
    return parsed


def _mysql(
    url: URL,
    *,
    local_infile: bool = False,
    pool_size: int = 8,
    answer_s: float | None = ANSWER_S,
) -> Engine:
    # as bytes: pymysql would encode a text as Latin-1, servers hash UTF-8
    password = {"password": url.password.encode()} if url.password else {}
    settings = "time_zone = '+00:00'"
    if answer_s is not None and answer_s < ANSWER_S:  # the server is to give up first
        settings += ", {0} = {2}, {1} = {2}".format(*LOCK_WAITS, int(answer_s / 2))

    engine = create_engine(
        url.update_query_dict({"charset": "utf8mb4"}),
        pool_pre_ping=True,
        pool_recycle=1800,
        pool_size=pool_size,
        isolation_level="READ COMMITTED",
        connect_args={
            "init_command": f"SET {settings}",
            "connect_timeout": GREETING_S,
            "local_infile": local_infile,
            "read_timeout": answer_s,
            "write_timeout": answer_s,
            **password,
        },
    )
    cluster.attend(engine)
    hanging.attend(engine, lambda: engine.raw_connection().close())
    hanging.hurry(engine)
    return engine


def _sqlite(url: URL, wait_s: float) -> Engine:
    if url.database and url.database != ":memory:":
        _make_private(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": wait_s})

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, see below
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        # SQLite's own lower() knows ASCII only: a search for "ölzelle" must find "Ölzelle"
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITE, False)
        if not writes:
            connection.exec_driver_sql("BEGIN")
        else:
            _take_write_lock(connection, wait_s)

    def ask_for_write_lock() -> None:
        with closing(engine.raw_connection()) as connection:
            connection.cursor().execute("BEGIN IMMEDIATE")

    hanging.attend(engine, ask_for_write_lock)

    return engine


def _take_write_lock(connection: Connection, wait_s: float) -> None:
    """Begin a transaction that writes as soon as nobody else does."""
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    until = time.monotonic() + wait_s
    driver.execute(f"PRAGMA busy_timeout = {RETRY_MS}")
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    break
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises what the driver says
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(wait_s * 1000)}")


def _make_private(file: Path) -> None:
    """Make the file, and its folder, for us alone; SQLite gives its other files the same rights."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {file.parent} for the database cannot be made ({error.strerror}). "
            "Name another one with BEM_DATA_DIR or BEM_DATABASE_URL."
        ) from error
    with suppress(OSError):  # the first query says what is wrong
        if not file.exists():
            file.touch(mode=0o600)
        if file.stat().st_mode & OPEN_TO_OTHERS:
            LOG.warning("what=open-to-others path=%r said='chmod 600 closes it'", str(file))


def _lower(text: str | None) -> str | None:
    return None if text is None else str(text).casefold()  # unlike lower(), final sigma is one


def database_now(session: Session) -> datetime:
    """Return the time by the database's clock; SQLite has none but this machine's."""
    if session.get_bind().dialect.name == "sqlite":
        return datetime.now(UTC)
    now: datetime = session.execute(text("SELECT UTC_TIMESTAMP(6)")).scalar_one()
    return now.replace(tzinfo=UTC)
