"""GET /health: whether the web server and its database work, for monitors and proxies.

The master node and its broker are reported as the database knows them; the pages work without.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response
from sqlalchemy.exc import SQLAlchemyError

from cycling.errors import BemError
from db.engine import Database
from db.queries.master_node import MasterNode, master_node
from db.terms import broker_trouble

PATIENCE_S = 2.0
BEATS_WITHIN_S = 10.0
OK = {"status": "ok"}
SAYS = ("units", "units_silent", "stored", "refused", "queue", "storing", "since")


class _Question(threading.Thread):
    """A small question to the database, and what came of it."""

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        self._database = database
        self.answered = False
        self.leader: MasterNode | None = None
        self.seconds = 0.0

    def run(self) -> None:
        """Ask it."""
        began = time.monotonic()
        try:
            self.leader = master_node(self._database)
        except (BemError, SQLAlchemyError):
            return
        self.seconds = time.monotonic() - began
        self.answered = True


@dataclass
class DatabaseProbe:
    """Asks the database in a thread of its own: a half-open connection hangs for minutes."""

    database: Database
    patience_s: float = PATIENCE_S
    leader: MasterNode | None = None  # as the last answer said; None without one
    seconds: float = 0.0  # that the last answer took
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: _Question | None = None

    def works(self) -> bool:
        """Whether the database answers within the patience; a hanging question is not repeated."""
        with self._lock:
            if self._running is None or not self._running.is_alive():
                self._running = _Question(self.database)
                self._running.start()
            question = self._running
        question.join(self.patience_s)
        if question.is_alive() or not question.answered:
            return False
        self.leader, self.seconds = question.leader, question.seconds
        return True


def add_health(server: Flask, database: Database) -> None:
    """Add the address /health."""
    server.extensions["bem.probe"] = DatabaseProbe(database)
    server.add_url_rule("/health", "health", _health, methods=["GET"])


def _health() -> Response:
    probe: DatabaseProbe = current_app.extensions["bem.probe"]
    began = time.monotonic()
    works = probe.works()
    state = "ok" if works else "error"
    body = {
        "status": state,
        "database": {"status": state, "seconds": round(time.monotonic() - began, 3)},
        **_live(probe.leader if works else None, works),
    }
    return make_response(jsonify(body), 200 if works else 503)


def _live(leader: MasterNode | None, known: bool) -> dict[str, Any]:
    """Report the master node and the broker; neither changes the status of the answer."""
    if leader is None:
        says = "none has ever run" if known else "unknown"
        return {"master_node": {"status": says}, "broker": {"status": "unknown"}}
    beats = leader.silent_s <= BEATS_WITHIN_S
    detail = {name: leader.detail[name] for name in SAYS if name in leader.detail}
    trouble = broker_trouble(leader.detail)
    broker = {"status": "error", "reason": f"The master node {trouble}."} if trouble else OK
    return {
        "master_node": {
            "status": "ok" if beats else "silent",
            "silent_seconds": round(leader.silent_s, 1),
            "standbys": leader.standbys,
            "standbys_without_broker": leader.without_broker,
            **detail,
        },
        "broker": broker if beats else {"status": "unknown"},
    }
