"""Transactions that the server undoes for real are repeated: nothing lost, nothing twice."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select, text, update

from db import series
from db.engine import Database, connect
from db.failures import PerhapsDoneError
from db.models import User
from db.repeating import idempotent, repeated
from db.terms import Role
from tests.databases import SERVER_ENGINES
from tests.unit.db.lab import add_cell, at_once, block, counts, import_blocks

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)


@pytest.fixture
def other(database_url: str) -> Iterator[Database]:
    """The same database through connections of its own."""
    opened = connect(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def users(database: Database) -> dict[str, int]:
    with database.write() as session:
        made = [
            User(name=name, password_hash="0", role=Role.VIEWER, disabled=False, created_at=NOW)
            for name in ("ana", "luis")
        ]
        session.add_all(made)
    return {user.name: user.id for user in made}


def count_up(session, user_id: int) -> None:
    session.execute(
        update(User).where(User.id == user_id).values(password_hash=User.password_hash + 1)
    )


def numbers(database: Database) -> list[int]:
    with database.read() as session:
        found = session.scalars(select(User.password_hash).order_by(User.name))
        return [int(float(one)) for one in found]


def kill(other: Database, session_or_connection) -> None:
    """End the server's side of a connection."""
    number = session_or_connection.execute(text("SELECT CONNECTION_ID()")).scalar()
    with other.read() as session:
        session.execute(text(f"KILL {number}"))


def test_two_that_lock_each_other_out_are_both_carried_out(
    database: Database, users: dict[str, int]
):
    line = threading.Barrier(2, timeout=120)
    tries: list[str] = []

    @repeated
    def both(first: str, second: str) -> None:
        tries.append(first)
        with database.write() as session:
            count_up(session, users[first])
            if tries.count(first) == 1:
                line.wait()  # each holds what the other one wants next
            count_up(session, users[second])

    answers = at_once([lambda: both("ana", "luis"), lambda: both("luis", "ana")])
    assert answers == [None, None]
    assert len(tries) == 3  # the server has undone one of them, once
    assert numbers(database) == [2, 2]


def test_one_that_waited_too_long_for_a_lock_is_carried_out(
    database: Database, other: Database, users: dict[str, int]
):
    tries = []
    with other.engine.connect() as holding:
        count_up(holding, users["ana"])

        @repeated
        def wait_for_it() -> None:
            tries.append(1)
            if len(tries) == 2:
                holding.rollback()
            with database.write() as session:
                session.execute(text("SET SESSION innodb_lock_wait_timeout = 1"))
                count_up(session, users["luis"])  # the server would keep this alone
                count_up(session, users["ana"])

        wait_for_it()
    assert len(tries) == 2
    assert numbers(database) == [1, 1]


def test_one_whose_connection_is_lost_before_the_commit_is_repeated(
    database: Database, other: Database, users: dict[str, int]
):
    tries = []

    @repeated
    def lose_it_once() -> None:
        tries.append(1)
        with database.write() as session:
            count_up(session, users["ana"])
            if len(tries) == 1:
                kill(other, session)
            count_up(session, users["luis"])

    lose_it_once()
    assert len(tries) == 2
    assert numbers(database) == [1, 1]


class TestTheCommitItselfIsLost:
    """Nobody knows then whether it was kept."""

    @pytest.fixture
    def tries(self, database: Database, other: Database) -> list[int]:
        tries: list[int] = []

        @event.listens_for(database.engine, "commit")
        def lose(connection) -> None:
            tries.append(1)
            if len(tries) == 1:
                kill(other, connection)

        return tries

    def test_it_is_said_and_not_repeated(self, database, users, tries):
        tries.clear()
        with pytest.raises(PerhapsDoneError, match="Look whether it was saved"):
            self.set_to_seven(repeated, database, users)
        assert len(tries) == 1

    def test_what_does_no_harm_twice_is_repeated(self, database, users, tries):
        tries.clear()
        self.set_to_seven(idempotent, database, users)
        assert len(tries) == 2
        assert numbers(database) == [7, 0]

    def set_to_seven(self, decorator, database: Database, users: dict[str, int]) -> None:
        @decorator
        def change() -> None:
            with database.write() as session:
                named = update(User).where(User.id == users["ana"])
                session.execute(named.values(password_hash="7"))

        change()


def test_an_import_goes_on_where_a_connection_was_lost(database: Database, other: Database):
    lost = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def lose(connection, _cursor, statement, *_more) -> None:
        # after the measures of the second block, when its piece of the series is complete
        if statement.startswith("INSERT INTO bem_series_chunks") and not lost:
            lost.append(statement)
            kill(other, connection)

    blocks = [block(40_000, 0), block(40_000, 40_000), block(10, 80_000)]
    experiment_id = import_blocks(database, blocks, battery_id=add_cell(database))
    assert lost
    assert counts(database)["measures"] == 80_010
    assert series.check(database, experiment_id) == []
    with series.opened(database, experiment_id) as experiment:
        assert experiment.head.watermarks.generic == 80_009
