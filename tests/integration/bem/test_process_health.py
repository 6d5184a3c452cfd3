"""`bem health`: real processes that work, hang and die."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bem.process_health import check_master_node, check_web, check_worker
from cycling.errors import BemError
from db.commands import leases
from db.engine import Database, database_now
from db.models import Lease
from db.terms import WORKER
from tests.mqtt import wait_for
from tests.served import BEM
from tests.servers import free_port, start

HOST = socket.gethostname()[:40]


def alive(_process_id: int) -> bool:
    return True


def url_of(database: Database) -> str:
    """The URL with its password, as the environment has it."""
    return database.engine.url.render_as_string(hide_password=False)


def age(database: Database, seconds: float) -> None:
    """Let every beat be so old."""
    with database.write() as session:
        for row in session.query(Lease):
            row.beat_at = database_now(session) - timedelta(seconds=seconds)
            row.expires_at = row.beat_at + leases.LASTS


def check_is_silent(check: Callable[[], object], said: str, since: float, seconds: int) -> None:
    """Let a check say how long a beat is ago: so many seconds, and those that have passed since."""
    with pytest.raises(BemError, match=said) as refusal:
        check()
    passed_s = time.monotonic() - since
    (number,) = map(int, re.findall(r"it was last heard (\d+) s ago", str(refusal.value)))
    assert seconds <= number <= round(seconds + passed_s)


def test_a_worker_process_beats_hangs_and_ends(sqlite_database: Database, tmp_path: Path):
    database = sqlite_database
    database_url = str(database.engine.url)
    environment = {**os.environ, "BEM_DATABASE_URL": database_url, "BEM_DATA_DIR": str(tmp_path)}
    worker = start([BEM, "worker"], tmp_path / "log", environment)

    def row() -> Lease | None:
        with database.read() as session:
            return session.query(Lease).filter(Lease.name.startswith(WORKER)).one_or_none()

    wait_for(row)
    said = subprocess.run(
        [BEM, "health", "worker"], env=environment, check=True, capture_output=True, text=True
    )
    assert said.stdout.startswith("The worker works: it was last heard")
    worker.send_signal(signal.SIGSTOP)
    since = time.monotonic()
    age(database, 61)
    said = f"number {worker.pid} hangs: it was last heard"
    check_is_silent(lambda: check_worker(url_of(database)), said, since, 61)
    worker.send_signal(signal.SIGCONT)
    worker.terminate()
    assert worker.wait(120) == 0
    assert row() is None
    with pytest.raises(BemError, match="No worker of this machine"):
        check_worker(url_of(database))


def test_a_worker_beats_while_it_is_busy(database: Database, tmp_path: Path):
    from bem.worker.jobs import Beat, Workplace
    from db.commands.jobs import claim, enqueue
    from tests.unit.db.lab import NOW

    enqueue(database, kind="x", payload={}, user_name="oscar", now=NOW)
    mine = claim(database, worker="w", kinds=["x"], now=NOW)
    said = []
    place = Workplace(database, tmp_path, lambda: NOW, lambda: False, lambda: said.append(1))
    Beat(place, mine)(1, 2)
    assert said == [1]


def test_workers_of_other_machines_and_dead_ones_do_not_count(database: Database):
    leases.say_present(database, leases.WORKER, "elsewhere:7:aaaa")
    leases.say_present(database, leases.WORKER, f"{HOST}:999999999:bbbb")
    with pytest.raises(BemError, match="No worker of this machine"):
        check_worker(url_of(database))


def test_of_a_number_that_was_given_out_again_the_newer_beat_counts(database: Database):
    leases.say_present(database, leases.WORKER, f"{HOST}:7:aaaa")
    age(database, 300)
    leases.say_present(database, leases.WORKER, f"{HOST}:7:bbbb")
    assert check_worker(url_of(database), alive).startswith("The worker works")
    leases.say_present(database, leases.WORKER, f"{HOST}:8:cccc")
    age(database, 300)
    leases.say_present(database, leases.WORKER, f"{HOST}:8:cccc")
    with pytest.raises(BemError, match="number 7 hangs"):
        check_worker(url_of(database), alive)


def test_workers_that_died_long_ago_are_forgotten(database: Database):
    leases.say_present(database, leases.WORKER, "elsewhere:7:aaaa")
    age(database, 3_600)
    leases.end_presence(database, leases.WORKER, "elsewhere:8:bbbb")
    with database.read() as session:
        assert session.query(Lease).count() == 0


def test_a_master_node_leads_with_its_broker_or_waits(database: Database):
    def said(*numbers: int) -> str:
        """What is said of these numbers while all have just beaten."""
        age(database, 0)
        return check_master_node(url_of(database), lambda number: number in numbers or not numbers)

    with pytest.raises(BemError, match="No master node of this machine"):
        said()
    leases.acquire(database, f"{HOST}:7:aaaa", {"broker": "not connected"})
    with pytest.raises(BemError, match="no connection to its broker"):
        said()
    with database.write() as session:
        session.query(Lease).one().detail = {"broker": "connected"}
    assert "it leads, and has its broker" in said()
    with database.write() as session:
        session.query(Lease).one().detail = {"broker": "connected", "wattrex": "not connected"}
    with pytest.raises(BemError, match="no connection to its broker for WattRex units"):
        said()
    with database.write() as session:
        session.query(Lease).one().detail = {"broker": "connected"}
    leases.say_present(database, leases.STANDBY, f"{HOST}:8:bbbb", {})
    assert "works" in said()
    assert said(8).endswith("it waits to take over.")
    since = time.monotonic()
    age(database, 12)

    def check() -> str:
        return check_master_node(url_of(database), lambda number: number == 7)

    check_is_silent(check, "hangs: it was last heard", since, 12)


def test_a_web_server_that_is_not_there_is_unhealthy():
    with pytest.raises(BemError, match="does not answer"):
        check_web(f"http://127.0.0.1:{free_port()}")


def test_a_database_that_cannot_be_read_is_a_sentence(database_url: str, tmp_path: Path):
    elsewhere = {
        "sqlite": f"sqlite:///{tmp_path / 'none.sqlite'}",
        "mysql": "mysql+pymysql://root:wrong@127.0.0.1:1/bem",
    }
    for url in (database_url.rpartition("/")[0] + "/none", *elsewhere.values(), "nonsense"):
        with pytest.raises(BemError, match=r"^The database (URL )?cannot be read.*\.$"):
            check_worker(url)
    assert not (tmp_path / "none.sqlite").exists()
