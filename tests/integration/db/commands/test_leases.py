"""One master node leads, by the database's clock; who has lost the lease writes nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from db.commands import leases
from db.commands.leases import LostLeaseError, acquire, leader_transaction, release
from db.engine import Database, connect, database_now
from db.models import AuditEntry, Lease
from db.queries.master_node import master_node
from db.terms import MASTER_NODE
from tests.databases import SERVER_ENGINES
from tests.unit.db.lab import at_once


@pytest.fixture(autouse=True)
def long_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases and signs of life that last as long as a test, which lets them expire itself."""
    lasts = timedelta(hours=1)
    monkeypatch.setattr(leases, "LASTS", lasts)
    monkeypatch.setattr(leases, "STANDBY", replace(leases.STANDBY, lasts=lasts))


def expire(database: Database) -> None:
    with database.write() as session:
        session.execute(update(Lease).values(expires_at=database_now(session)))


def test_one_of_many_takes_the_lease(database: Database):
    results = at_once([lambda n=n: acquire(database, f"node:{n}", {}) for n in range(4)])
    taken = [lease for lease in results if lease is not None]
    assert len(taken) == 1
    assert taken[0].epoch == 1
    assert acquire(database, "late", {}) is None
    expire(database)
    results = at_once([lambda n=n: acquire(database, f"node:{n}", {}) for n in range(4)])
    assert [lease.epoch for lease in results if lease is not None] == [2]


def test_who_has_lost_the_lease_writes_nothing(database: Database):
    old = acquire(database, "old", {})
    with leader_transaction(database, old) as transaction:
        assert (
            abs((transaction.now - transaction.now.now(transaction.now.tzinfo)).total_seconds())
            < 60
        )
    expire(database)
    with leader_transaction(database, old):  # nobody has taken it meanwhile
        pass
    assert acquire(database, "new", {}) is None
    expire(database)
    new = acquire(database, "new", {})
    with pytest.raises(LostLeaseError), leader_transaction(database, old) as transaction:
        transaction.session.add(
            AuditEntry(at=transaction.now, user_name="", address="", action="", target="")
        )
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 0
    release(database, old)  # not ours any more
    with leader_transaction(database, new):
        pass


def test_a_lease_that_was_given_back_is_free_at_once(database: Database):
    release(database, acquire(database, "one", {}))
    assert acquire(database, "two", {}).epoch == 2


def test_what_is_known_of_leader_and_standbys(database: Database):
    assert master_node(database) is None
    lease = acquire(database, "host:1:aa", {})
    with leader_transaction(database, lease, {"broker": "connected"}):
        pass
    leases.say_present(database, leases.STANDBY, "host:2:bb", {"waits_s": 0})
    leases.say_present(database, leases.STANDBY, "host:2:bb", {"waits_s": 2})
    leases.say_present(database, leases.STANDBY, "host:3:cc", {"waits_s": 0})
    known = master_node(database)
    assert (known.alive, known.holder, known.standbys) == (True, "host:1:aa", 2)
    assert known.detail == {"broker": "connected"}
    leases.end_presence(database, leases.STANDBY, "host:2:bb")
    assert master_node(database).standbys == 1
    with database.write() as session:
        past = database_now(session) - timedelta(minutes=2)
        session.execute(update(Lease).values(expires_at=past))
    leases.end_presence(database, leases.STANDBY, "host:2:bb")
    with database.read() as session:
        assert [lease.name for lease in session.scalars(select(Lease))] == [MASTER_NODE]
    assert not master_node(database).alive


@pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
def test_no_connection_of_a_process_that_is_paused_keeps_its_locks(database_url: str):
    """Nor one that was open before: it would be taken from the pool again."""
    database = connect(database_url)
    limits = "SELECT @@wait_timeout, @@net_read_timeout, @@net_write_timeout"
    engines = (database.engine, database.loading)
    for engine in engines:
        with engine.connect() as connection:
            assert connection.exec_driver_sql(limits).one()[0] > leases.IDLE_S
    leases.limit_waiting(database)
    for engine in engines:
        with engine.connect() as connection:
            assert set(connection.exec_driver_sql(limits).one()) == {leases.IDLE_S}
            assert connection.connection.driver_connection.usual_s == leases.ANSWER_WITHIN_S
    database.dispose()
