"""GET /health."""

import threading
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from cycling.errors import UnavailableError
from dashboard.health import DatabaseProbe
from db.models import Lease
from db.terms import MASTER_NODE


class Broken:
    """A database that does not answer."""

    def __init__(self, hangs: threading.Event | None = None) -> None:
        self.hangs = hangs
        self.asked = 0

    @contextmanager
    def read(self):
        self.asked += 1
        if self.hangs is not None:
            self.hangs.wait(120)
        raise UnavailableError("away")
        yield


def test_health_is_ok_without_a_login(stranger):
    answer = stranger.get("/health")
    assert answer.status_code == 200
    assert answer.json["status"] == "ok"
    assert answer.json["database"]["status"] == "ok"


def test_health_is_503_while_the_database_is_away(web, stranger):
    web.extensions["bem.probe"] = DatabaseProbe(Broken())
    answer = stranger.get("/health")
    assert answer.status_code == 503
    assert answer.json["status"] == "error"
    assert answer.json["database"]["status"] == "error"


def test_a_database_that_hangs_is_given_up_and_not_asked_again(web, stranger):
    released = threading.Event()
    broken = Broken(released)
    web.extensions["bem.probe"] = probe = DatabaseProbe(broken, patience_s=0.05)
    assert [stranger.get("/health").status_code for _ in range(3)] == [503] * 3
    assert broken.asked == 1
    released.set()
    probe._running.join(120)
    broken.hangs = None
    assert stranger.get("/health").status_code == 503
    assert broken.asked == 2


def test_health_tells_nothing_secret(stranger, store):
    assert str(store.engine.url) not in stranger.get("/health").text


def lead(store, now: datetime, seconds_ago: float, **detail) -> None:
    """Let a master node lead that has beaten so many seconds before."""
    with store.write() as session:
        at = now - timedelta(seconds=seconds_ago)
        session.add(
            Lease(
                name=MASTER_NODE,
                holder="vm:1:secret",
                epoch=3,
                beat_at=at,
                expires_at=at + timedelta(seconds=6),
                detail={"broker": "connected", "units": 2, "stored": 7, **detail},
            )
        )


def test_without_a_master_node_health_is_ok_and_says_so(stranger):
    answer = stranger.get("/health")
    assert answer.status_code == 200
    assert answer.json["master_node"] == {"status": "none has ever run"}
    assert answer.json["broker"] == {"status": "unknown"}


def test_a_master_node_that_beats_is_reported_with_its_broker(stranger, store, standing):
    lead(store, standing, 3)
    answer = stranger.get("/health")
    found = answer.json["master_node"]
    assert (found["status"], found["units"], found["stored"]) == ("ok", 2, 7)
    assert 3 <= found["silent_seconds"] < 10
    assert found["standbys"] == 0
    assert answer.json["broker"] == {"status": "ok"}
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("seconds_ago", "broker", "master_node", "shown"),
    [
        (9, "not connected", "ok", "error"),
        (11, "connected", "silent", "unknown"),
        (4000, "not connected", "silent", "unknown"),
    ],
)
def test_what_is_wrong_with_the_stations_does_not_change_the_status(
    stranger, store, standing, seconds_ago, broker, master_node, shown
):
    lead(store, standing, seconds_ago, broker=broker)
    answer = stranger.get("/health")
    assert answer.status_code == 200
    assert answer.json["status"] == "ok"
    assert answer.json["master_node"]["status"] == master_node
    assert answer.json["broker"]["status"] == shown


def test_a_lost_connection_for_wattrex_units_is_an_error_of_the_broker(stranger, store, standing):
    lead(store, standing, 3, wattrex="not connected", units_silent=1)
    answer = stranger.get("/health")
    assert answer.json["broker"] == {
        "status": "error",
        "reason": "The master node has no connection to its broker for WattRex units.",
    }
    assert answer.json["master_node"]["units_silent"] == 1


def test_while_the_database_is_away_nothing_is_known_of_the_stations(web, stranger):
    web.extensions["bem.probe"] = DatabaseProbe(Broken())
    answer = stranger.get("/health")
    assert answer.json["master_node"] == answer.json["broker"] == {"status": "unknown"}


def test_a_question_that_somebody_asks_next_takes_no_answer_away(monkeypatch):
    asked, release, join = threading.Semaphore(0), threading.Event(), threading.Thread.join
    probe, others = DatabaseProbe(None), []

    def answer(_database) -> None:
        if others:
            asked.release()
            release.wait(120)

    def join_and_be_overtaken(thread, timeout=None) -> None:
        join(thread, timeout)
        if not others:
            others.append(threading.Thread(target=probe.works))
            others[0].start()
            assert asked.acquire(timeout=120)

    monkeypatch.setattr("dashboard.health.master_node", answer)
    monkeypatch.setattr(threading.Thread, "join", join_and_be_overtaken)
    works = probe.works()
    release.set()
    join(others[0], 120)
    assert works
