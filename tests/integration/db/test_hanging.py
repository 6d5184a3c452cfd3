"""A server that hangs, an SQLite file that somebody else has locked: nobody waits for long."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from cycling.errors import UnavailableError
from db.engine import Database, connect
from db.failures import HangsError
from db.hanging import GREETING_S
from db.repeating import repeated
from tests.servers import MariaDb

ANSWER_S = 3.0
AT_ONCE_S = 0.5
BACK_WITHIN_S = 20.0


@pytest.fixture
def on_server(mariadb_url: str) -> Iterator[Database]:
    """A database as the web server opens it, with less patience."""
    database = connect(mariadb_url, answer_s=ANSWER_S)
    with database.write() as session:
        session.execute(text("CREATE TABLE cells (id INTEGER PRIMARY KEY, cycles INTEGER)"))
        session.execute(text("INSERT INTO cells VALUES (1, 0)"))
    yield database
    database.dispose()


def cycles(database: Database) -> int:
    with database.read() as session:
        return session.scalar(text("SELECT cycles FROM cells WHERE id = 1"))


@repeated
def count_up(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE cells SET cycles = cycles + 1"))


def refused_after(ask: Callable[[], object], sentence: str = "does not answer") -> float:
    """Return how long it took until a question was refused."""
    began = time.monotonic()
    with pytest.raises(UnavailableError, match=sentence):
        ask()
    return time.monotonic() - began


def wait_until_back(ask: Callable[[], object]) -> None:
    deadline = time.monotonic() + BACK_WITHIN_S
    while True:
        try:
            ask()
        except HangsError:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        else:
            return


@pytest.mark.mariadb
@pytest.mark.parametrize("ask", [cycles, count_up])
def test_only_the_first_waits_for_a_server_that_hangs(
    mariadb_server: MariaDb, on_server: Database, ask: Callable[[Database], object]
):
    with mariadb_server.hanging():
        assert refused_after(lambda: ask(on_server)) < GREETING_S + 1
        assert max(refused_after(lambda: ask(on_server)) for _ in range(5)) < AT_ONCE_S
    wait_until_back(lambda: ask(on_server))


@pytest.mark.mariadb
def test_a_new_connection_to_a_server_that_hangs_is_given_up(
    mariadb_server: MariaDb, mariadb_url: str
):
    database = connect(mariadb_url)
    with mariadb_server.hanging():
        assert refused_after(lambda: cycles(database)) < 2 * GREETING_S
    database.dispose()


@pytest.mark.mariadb
def test_a_server_that_hangs_within_a_transaction_keeps_nothing_of_it(
    mariadb_server: MariaDb, on_server: Database
):
    def count_while_it_hangs() -> None:
        with on_server.write() as session:
            session.execute(text("UPDATE cells SET cycles = 9"))
            with mariadb_server.hanging():
                session.execute(text("SELECT cycles FROM cells"))

    assert refused_after(count_while_it_hangs) < ANSWER_S + 1
    wait_until_back(lambda: cycles(on_server))
    assert cycles(on_server) == 0


@pytest.mark.mariadb
def test_a_statement_may_take_longer_where_that_is_said(mariadb_url: str):
    database = connect(mariadb_url, answer_s=1)

    def sleep(opened: Database) -> int:
        with opened.read() as session:
            return session.scalar(text("SELECT SLEEP(1.5)"))

    assert refused_after(lambda: sleep(database)) < 1.5
    wait_until_back(lambda: sleep(database.within(30)))
    assert refused_after(lambda: sleep(database)) < 1.5  # the same connection
    database.dispose()


@pytest.mark.mariadb
def test_a_row_that_is_locked_is_waited_for_a_few_seconds_and_nobody_else_is_refused(
    on_server: Database,
):
    with on_server.engine.connect() as holding:
        holding.execute(text("UPDATE cells SET cycles = 5"))
        assert refused_after(lambda: count_up(on_server), "cannot be reached") < 12
        assert cycles(on_server) == 0
        holding.rollback()
    count_up(on_server)
    assert cycles(on_server) == 1


def test_an_sqlite_file_that_is_locked_is_waited_for_once_and_can_be_read(tmp_path: Path):
    file = tmp_path / "bem.sqlite"
    database = connect(f"sqlite:///{file}", answer_s=1)
    with database.write() as session:
        session.execute(text("CREATE TABLE cells (id INTEGER PRIMARY KEY, cycles INTEGER)"))
        session.execute(text("INSERT INTO cells VALUES (1, 0)"))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert 1 <= refused_after(lambda: count_up(database)) < 1.9
        assert max(refused_after(lambda: count_up(database)) for _ in range(5)) < AT_ONCE_S
        assert cycles(database) == 0
        other.execute("ROLLBACK")
    wait_until_back(lambda: count_up(database))
    assert cycles(database) == 1
    database.dispose()
