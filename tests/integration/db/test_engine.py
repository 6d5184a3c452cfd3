"""The two kinds of transaction, on every engine, also while the server is away."""

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from cycling.errors import InputError, UnavailableError
from db import repeating
from db.engine import Database, connect
from db.models import User
from db.repeating import idempotent
from db.terms import Role
from tests.proxy import Proxy
from tests.servers import MariaDb

NOW = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def user(name: str) -> User:
    return User(name=name, password_hash="-", role=Role.VIEWER, disabled=False, created_at=NOW)


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(User.name).order_by(User.name)))


def test_a_write_is_there_for_the_next_reader(database: Database):
    with database.write() as session:
        session.add(user("ana"))
    assert names(database) == ["ana"]


def test_a_write_that_raises_leaves_nothing(database: Database):
    def fail_half_way() -> None:
        with database.write() as session:
            session.add(user("ana"))
            session.flush()
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError, match="half-way"):
        fail_half_way()
    assert names(database) == []


def test_a_write_that_breaks_a_key_leaves_nothing_and_is_not_called_unreachable(
    database: Database,
):
    def add_twice() -> None:
        with database.write() as session:
            session.add(user("luis"))
            session.flush()
            session.add_all([user("ana"), user("ana")])

    with pytest.raises(IntegrityError):
        add_twice()
    assert names(database) == []


def test_a_read_never_writes(database: Database):
    with database.read() as session:
        session.add(user("ana"))
        session.flush()
    assert names(database) == []


def test_objects_of_a_write_are_readable_after_it(database: Database):
    with database.write() as session:
        added = user("ana")
        session.add(added)
    assert added.id > 0


def test_instants_come_back_with_their_microseconds_and_zone(database: Database):
    with database.write() as session:
        session.add(user("ana"))
    with database.read() as session:
        assert session.scalars(select(User.created_at)).one() == NOW


def test_writers_from_many_threads_wait_for_each_other(database: Database):
    # Each reads first and writes then: without BEGIN IMMEDIATE, SQLite would refuse some of them.
    with database.write() as session:
        session.add(user("counter"))
    start_line = threading.Barrier(4)

    def count_up(_: int) -> None:
        start_line.wait()
        for _ in range(10):
            with database.write() as session:
                counter = session.scalars(select(User).with_for_update()).one()
                counter.password_hash = str(int(counter.password_hash.strip("-") or 0) + 1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(4)))
    with database.read() as session:
        assert session.scalars(select(User.password_hash)).one() == "40"


def test_a_reader_sees_the_old_state_while_a_writer_is_busy(database: Database):
    with database.write() as session:
        session.add(user("ana"))
        session.flush()
        assert names(database) == []
    assert names(database) == ["ana"]


@pytest.mark.mariadb
def test_a_killed_server_is_said_plainly_and_recovered_from(mariadb_server: MariaDb):
    database = connect(mariadb_server.url("mysql"))
    ping = text("SELECT 1")
    with database.read() as session:
        assert session.scalar(ping) == 1
    mariadb_server.kill()
    with pytest.raises(UnavailableError, match="cannot be reached"), database.read() as session:
        session.scalar(ping)
    mariadb_server.start()
    with database.read() as session:
        assert session.scalar(ping) == 1
    database.dispose()


@pytest.mark.mariadb
def test_a_server_killed_inside_a_write_keeps_nothing_of_it(
    mariadb_server: MariaDb, mariadb_url: str
):
    database = connect(mariadb_url)
    with database.write() as session:
        session.execute(text("CREATE TABLE kept (id INTEGER PRIMARY KEY)"))
        session.execute(text("INSERT INTO kept VALUES (1)"))

    def write_while_it_dies() -> None:
        with database.write() as session:
            session.execute(text("INSERT INTO kept VALUES (2)"))
            mariadb_server.kill()

    with pytest.raises(UnavailableError):
        write_while_it_dies()
    mariadb_server.start()
    with database.read() as session:
        assert list(session.scalars(text("SELECT id FROM kept"))) == [1]
    database.dispose()


@pytest.mark.mariadb
@pytest.mark.parametrize("password", ["p@ss:w/rd#%? +&=", "contraseña", "пароль"])
def test_any_password_works_percent_encoded(mariadb_server: MariaDb, password: str):
    root = connect(mariadb_server.url("mysql"))
    with root.write() as session:
        session.execute(
            text("CREATE OR REPLACE USER lab@127.0.0.1 IDENTIFIED BY :password"),
            {"password": password},
        )
    encoded = quote(password, safe="")
    database = connect(f"mysql+pymysql://lab:{encoded}@127.0.0.1:{mariadb_server.port}/")
    with database.read() as session:
        assert session.scalar(text("SELECT CURRENT_USER()")) == "lab@127.0.0.1"
    for opened in (root, database):
        opened.dispose()


@pytest.mark.mariadb
@pytest.mark.parametrize("driver", ["mysql", "mariadb", "mysql+pymysql", "mariadb+pymysql"])
def test_a_url_may_leave_out_the_driver(mariadb_server: MariaDb, driver: str):
    database = connect(mariadb_server.url("mysql").replace("mysql+pymysql", driver, 1))
    with database.read() as session:
        assert session.scalar(text("SELECT @@time_zone")) == "+00:00"
    database.dispose()


@pytest.mark.mariadb
def test_a_proxy_whose_server_has_just_died_is_asked_again(
    mariadb_server: MariaDb, monkeypatch: pytest.MonkeyPatch
):
    proxy = Proxy(mariadb_server.port)
    database = connect(f"mysql+pymysql://root@127.0.0.1:{proxy.port}/mysql")

    def ping() -> int:
        with database.read() as session:
            return session.scalar(text("SELECT 1"))

    assert ping() == 1
    proxy.cut()  # it takes connections and hangs up
    healing = threading.Timer(0.2, proxy.heal)
    healing.start()
    assert ping() == 1
    healing.join()
    proxy.cut()
    monkeypatch.setattr(repeating, "MAX_PAUSE_S", 0.001)
    with pytest.raises(UnavailableError, match="try again"):
        ping()
    proxy.close()
    database.dispose()


def test_a_server_that_was_never_there_is_said_plainly():
    database = connect("mysql+pymysql://root@127.0.0.1:1/bem")
    with pytest.raises(UnavailableError, match="try again"), database.read() as session:
        session.scalar(text("SELECT 1"))


def test_a_server_that_is_away_is_not_asked_again():
    away = connect("mysql+pymysql://root@127.0.0.1:1/bem")
    tries = []

    @idempotent
    def ask() -> None:
        tries.append(1)
        with away.write() as session:
            session.execute(text("SELECT 1"))

    with pytest.raises(UnavailableError, match="try again"):
        ask()
    assert len(tries) == 1


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "cannot be read. Write it like mysql"),
        ("lab database", "cannot be read. Write it like mysql"),
        ("mysql://root:p@ss:w@host:port/bem", "cannot be read. Write it like mysql"),
        ("mysql://root:a-long-p@ss@host:3306/bem", "has an @ as it is.* Write it as %40"),
        ("mysql://root:a-long-p@s/s@host:3306/bem", "has an @ as it is.* / as %2F"),
        ("postgresql://host/bem", "names postgresql; use sqlite"),
        ("mysql+mysqldb://host/bem", r"names mysql\+mysqldb; use sqlite"),
    ],
)
def test_a_wrong_url_is_refused_with_a_sentence(url: str, sentence: str):
    with pytest.raises(InputError, match=sentence):
        connect(url)


def test_sqlite_makes_the_folder_of_its_file(tmp_path: Path):
    database = connect(f"sqlite:///{tmp_path}/new@lab/folder/bem.sqlite")
    with database.read() as session:
        assert session.scalar(text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(text("PRAGMA foreign_keys")) == 1
    database.dispose()


def test_two_tests_never_share_rows(database: Database):
    # Runs before or after the others, in random order: the fixture itself is under test.
    with database.write() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0
        session.add(user("left behind"))
        session.flush()
        assert session.scalars(select(User.id)).one() == 1


def test_a_new_file_of_sqlite_is_closed_to_others_and_so_are_those_beside_it(tmp_path: Path):
    before = os.umask(0)
    try:
        database = connect(f"sqlite:///{tmp_path}/new/bem.sqlite")
        with database.write() as session:
            session.execute(text("CREATE TABLE one (id INTEGER)"))
        modes = {
            file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "new").iterdir()
        }
        database.dispose()
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(("bem.sqlite", "bem.sqlite-wal", "bem.sqlite-shm"), 0o600)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_file_of_sqlite_that_others_can_read_is_in_the_log(tmp_path: Path, caplog):
    file = tmp_path / "bem.sqlite"
    connect(f"sqlite:///{file}")
    assert caplog.text == ""
    file.chmod(0o644)
    connect(f"sqlite:///{file}")
    assert f"what=open-to-others path='{file}'" in caplog.text
