"""What ends a thread of the leader, and what it outlives."""

import logging
from threading import Event

import pytest
from sqlalchemy.exc import OperationalError

from cycling.errors import UnavailableError
from db.commands.leases import LostLeaseError
from master_node import leader_thread
from master_node.leader_thread import LeaderThread


class Rounds(LeaderThread):
    """Fails in its first rounds, then notes that it goes on."""

    def __init__(self, *failures: Exception):
        super().__init__("rounds")
        self.failures = list(failures)
        self.goes_on = Event()
        self.began_again = 0

    def _round(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.goes_on.set()
        self.stopping.wait()

    def begin_again(self) -> None:
        self.began_again += 1


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(leader_thread, "AFTER_TROUBLE_S", 0.0)


def ended(thread: LeaderThread) -> bool:
    thread.stop()
    thread.join(120)
    return not thread.alive


def test_a_database_that_is_away_is_waited_for_and_logged_once(caplog):
    away = OperationalError("UPDATE", {}, Exception(2006))
    thread = Rounds(away, UnavailableError("The database does not answer."), away)
    with caplog.at_level(logging.WARNING):
        thread.start()
        assert thread.goes_on.wait(120)
    assert ended(thread)
    assert [record.getMessage() for record in caplog.records] == [
        "what=database-trouble said='OperationalError'"
    ]
    assert (thread.began_again, thread.lost.is_set()) == (3, False)


def test_a_failure_that_nobody_expects_is_logged_and_does_not_end_it(caplog):
    thread = Rounds(ZeroDivisionError("a mistake of ours"))
    thread.start()
    assert thread.goes_on.wait(120)
    assert ended(thread)
    (record,) = caplog.records
    assert record.getMessage() == "what=rounds-failed"
    assert "a mistake of ours" in record.exc_text


def test_it_ends_when_somebody_else_leads():
    thread = Rounds(LostLeaseError("Another master node leads now."))
    thread.start()
    assert thread.lost.wait(120)
    thread.join(120)
    assert not thread.alive
    assert not thread.goes_on.is_set()
