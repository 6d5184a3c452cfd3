"""The users, for locust: tabs with a live view, and people who look round.

    locust -f bench/load/users.py --headless --host http://127.0.0.1:8050

BEM_LOAD_PLAN names the file of `bench.load.plan`. Nothing of the application is imported here:
locust lets gevent change Python's sockets and threads, and that stays in this process.
"""

import itertools
import json
import os
import random
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, constant_pacing, task
from locust.contrib.fasthttp import ResponseContextManager

PLAN: dict[str, Any] = json.loads(Path(os.environ["BEM_LOAD_PLAN"]).read_text(encoding="utf-8"))
UPDATE = "/_dash-update-component"
EVERY_S = 5.0
DRAWN_AGAIN = 60  # questions of a tab, that is five minutes, until somebody changes its range
CSV_HEAD = 64 * 1024
MOST_EMPTY = 6  # refreshes in a row, of a station that measures all the time
_numbers = itertools.count()


class Signed(FastHttpUser):
    """Somebody who is signed in."""

    abstract = True
    network_timeout = connection_timeout = 60.0

    def on_start(self) -> None:
        """Have the cookie of the session."""
        self.client.client.default_headers["Cookie"] = PLAN["cookie"]

    def ask(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """Send a callback; return what it answers, nothing for nothing new or a failure."""
        with self.client.post(UPDATE, json=body, name=kind, catch_response=True) as answer:
            return self.told(answer)

    def told(self, answer: ResponseContextManager) -> dict[str, Any]:
        """Return what an answer says, and judge it."""
        if answer.status_code == 204:
            return {}
        if answer.status_code != 200:
            answer.failure(f"answers {answer.status_code} {getattr(answer, 'error', '')}")
            return {}
        found = answer.json()
        if "response" not in found:
            answer.failure("answers without a response")
        return dict(found.get("response") or {})


class LiveTab(Signed):
    """A tab with the live view of a station; it asks every 5 s for what it lacks."""

    wait_time = constant_pacing(EVERY_S)

    def on_start(self) -> None:
        """Open the view, as one of many that do not ask at the same moment."""
        super().on_start()
        number = next(_numbers)
        self.view = json.loads(json.dumps(PLAN["live"][number % len(PLAN["live"])]))
        self.asked = next(one for one in self.view["ask"]["inputs"] if one["id"] == "live-ask")
        self.questions, self.empty = number % DRAWN_AGAIN, 0
        self.ask("live, drawn", self.view["draw"])

    @task
    def refresh(self) -> None:
        """Ask for what is new; once in five minutes the graph is drawn again."""
        self.questions += 1
        if self.questions % DRAWN_AGAIN == 0:
            self.ask("live, drawn", self.view["draw"])
        with self.client.post(
            UPDATE, json=self.view["ask"], name="live, refreshed", catch_response=True
        ) as answer:
            update = self.told(answer).get("live-update", {}).get("data") or {}
            self.empty = 0 if update.get("x") or update.get("again") else self.empty + 1
            if self.empty >= MOST_EMPTY:
                answer.failure(f"has brought nothing new {self.empty} times")
        known = self.asked["value"]
        known.update({key: update[key] for key in ("after", "d", "g") if key in update})


class Person(Signed):
    """Somebody who looks round: the table and its filters, previews, graphs, files."""

    wait_time = between(1.0, 3.0)

    @task
    def look(self) -> None:
        """Look at something."""
        kinds = PLAN["often"]
        kind = random.choices(list(kinds), weights=list(kinds.values()))[0]
        wanted = random.choice(PLAN["looks"][kind])
        if isinstance(wanted, dict):
            self.ask(kind, wanted)
        elif kind.startswith("CSV"):
            self.head(kind, wanted)
        else:
            self.client.get(wanted, name=kind)

    def head(self, kind: str, path: str) -> None:
        """Read the beginning of a file and hang up."""
        hang_up = {"Connection": "close"}
        with self.client.get(
            path, name=kind, stream=True, headers=hang_up, catch_response=True
        ) as answer:
            if answer.status_code != 200:
                answer.failure(f"answers {answer.status_code}")
                return
            if len(answer.read(CSV_HEAD)) < CSV_HEAD:
                answer.failure("ends too early")
            answer.release()


LiveTab.fixed_count = int(os.environ.get("BEM_LOAD_TABS", "200"))
Person.fixed_count = int(os.environ.get("BEM_LOAD_PEOPLE", "20"))
