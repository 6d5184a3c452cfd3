"""Two web servers, two master nodes and three database nodes, behind a HAProxy, with people."""

import http.client
import json
import logging
import os
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench.site.callbacks import UPDATE, graph, list_page
from db.commands import users
from db.commands.experiments.notes import NewNote, add_note
from db.engine import connect
from db.terms import Role
from tests.databases import migrate
from tests.faults.lab import BEM, BY, Lab, now, wait_for
from tests.galera import Galera, HaProxy
from tests.served import PASSWORD
from tests.servers import Mosquitto, free_port, start

TOASTED = (b"cannot be reached", b"Something went wrong", b"database went away")
PAUSE_S = 0.15
VIRTUAL = "unit-7"  # an account of the broker


@dataclass(frozen=True)
class Request:
    """What somebody asked for, and what came."""

    at: float
    seconds: float
    what: str
    failure: str  # "" for an answer


class Visitor(threading.Thread):
    """Somebody who opens pages and scrolls through the table, one thing after the other."""

    def __init__(self, port: int, pages: Sequence[str], experiment_id: int) -> None:
        super().__init__(daemon=True)
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self._port, self._pages, self._experiment_id = port, pages, experiment_id
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._cookie = ""

    def run(self) -> None:
        for what, method, path, body in self._round():
            self._note(what, method, path, body)
            if self.stopping.wait(PAUSE_S):
                break
        self._connection.close()

    def sign_in(self) -> None:
        form = urlencode({"username": "oscar", "password": PASSWORD})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self._port}",
        }
        answer, _ = self._send("POST", "/login", form, headers)
        assert answer.status == 303, answer.status
        self._cookie = answer.headers["Set-Cookie"].partition(";")[0]

    def _round(self) -> Iterator[tuple[str, str, str, str | None]]:
        while True:
            for path in self._pages:
                yield "page", "GET", path, None
                yield "table", "POST", UPDATE, json.dumps(list_page())
                yield "graph", "POST", UPDATE, json.dumps(graph(self._experiment_id))

    def _note(self, what: str, method: str, path: str, body: str | None) -> None:
        at, failure = time.monotonic(), ""
        headers = {"Cookie": self._cookie, "Content-Type": "application/json"}
        try:
            answer, said = self._send(method, path, body, headers)
            failure = "" if answer.status in (200, 204) else str(answer.status)
            if any(words in said for words in TOASTED):  # a callback's error is part of its answer
                failure = "toast"
        except (OSError, http.client.HTTPException) as error:
            failure = type(error).__name__
        self.requests.append(Request(at, time.monotonic() - at, what, failure))

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]):
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        return answer, said


class Notetaker(threading.Thread):
    """Somebody who writes: each note is there once if it was saved, at most once if not."""

    def __init__(self, url: str, experiment_id: int) -> None:
        super().__init__(daemon=True)
        self.saved: list[str] = []
        self.refused: list[tuple[str, str]] = []
        self.stopping = threading.Event()
        self.slowest_s = 0.0
        self._database, self._experiment_id = connect(url), experiment_id

    def run(self) -> None:
        number = 0
        while not self.stopping.wait(0.1):
            number += 1
            text, began = f"note {id(self)} {number}", time.monotonic()
            try:
                add_note(self._database, NewNote(self._experiment_id, text), by=BY(now()))
                self.saved.append(text)
            except Exception as error:  # noqa: BLE001 - counted
                self.refused.append((text, type(error).__name__))
            self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        self._database.dispose()


class Repeats(logging.Handler):
    """Counts the transactions of this process that were repeated."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += "what=repeated" in record.getMessage()


@dataclass
class Blow:
    """Something that was killed, and what people and stations noticed."""

    what: str
    at: float
    until: float = 0.0
    asked: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    failed_for_s: float = 0.0
    slowest_s: float = 0.0
    stored_after_s: float = 0.0
    refused_notes: int = 0
    slowest_note_s: float = 0.0


class Site(Lab):
    """The laboratory on several machines, as far as one machine can be several."""

    def __init__(self, galera: Galera, broker: Mosquitto, folder: Path, *, spread: bool) -> None:
        self.galera, self.spread = galera, spread
        self.repeated = Repeats()
        logging.getLogger("bem.db").addHandler(self.repeated)
        self.web_ports = [free_port(), free_port()]
        self.port, self.database_port = free_port(), free_port()
        self.own_ports = [free_port() for _ in galera.nodes]
        self.proxy = HaProxy(folder, self._addresses(), self._own_listeners())
        self.webs: list[subprocess.Popen[bytes] | None] = [None, None]
        self.others: list[subprocess.Popen[bytes]] = []
        self.visitors: list[Visitor] = []
        url = self._url(self.database_port)
        wait_for(lambda: _answers(url), 30, "for the proxy")
        galera.nodes[0].ask("CREATE DATABASE bem CHARACTER SET utf8mb4")
        migrate(url)
        super().__init__(url, broker, folder)
        users.add_user(self.database, "oscar", Role.OPERATOR, PASSWORD, by=BY(now()))

    def start_web(self, number: int) -> None:
        command = [BEM, "web", "--port", str(self.web_ports[number]), "--workers", "1"]
        log = self.folder / f"web-{number}.log"
        self.webs[number] = start(command, log, env=self.environment(number))
        wait_for(lambda: self._is_up(self.web_ports[number]), 60, "for a web server")

    def start_node(self, number: int) -> subprocess.Popen[bytes]:
        """Start a master node that uses its own node of the database, if all do."""
        return self.start_master(BEM_DATABASE_URL=self.url_of(number))

    def start_virtual_cycler(self) -> None:
        options = ["--stations", "5", "--speed", "20", "--hardware-id", VIRTUAL]
        environment = {**os.environ, "BEM_MQTT_URL": self.broker.url(VIRTUAL)}
        environment["BEM_DATA_DIR"] = str(self.folder)
        log = self.folder / "cycler.log"
        self.others.append(start([BEM, "virtual-cycler", *options], log, env=environment))

    def people(self, count: int, pages: Sequence[str], experiment_id: int) -> None:
        for _ in range(count):
            visitor = Visitor(self.port, pages, experiment_id)
            visitor.sign_in()
            visitor.start()
            self.visitors.append(visitor)

    def url_of(self, number: int) -> str:
        """Return the database's address for the processes of one machine."""
        return self._url(self.own_ports[number] if self.spread else self.database_port)

    def close(self) -> None:
        for visitor in self.visitors:
            visitor.stopping.set()
        for process in (*self.webs, *self.others):
            if process is not None:
                process.kill()
                process.wait()
        super().close()
        self.proxy.close()
        logging.getLogger("bem.db").removeHandler(self.repeated)

    def environment(self, number: int) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("BEM_")},
            "BEM_DATABASE_URL": self.url_of(number),
            "BEM_DATA_DIR": str(self.folder),
            "BEM_SECRET_KEY": "for the tests only, and long enough for that",
            "BEM_TRUSTED_PROXIES": "1",
        }

    def _addresses(self) -> dict[str, str]:
        nodes = {f"10.0.0.1{node.number}:3306": f"127.0.0.1:{node.port}" for node in self.nodes}
        webs = {
            f"10.0.0.2{n}:8050": f"127.0.0.1:{port}" for n, port in enumerate(self.web_ports, 1)
        }
        return {
            "bind 127.0.0.1:3306": f"bind 127.0.0.1:{self.database_port}",
            "bind 127.0.0.1:8050": f"bind 127.0.0.1:{self.port}",
            "mysql-check user haproxy": "mysql-check user root",
            **nodes,
            **webs,
        }

    def _own_listeners(self) -> list[str]:
        """For processes that use a node each: the first one is another one for each."""
        lines = []
        for number, port in enumerate(self.own_ports):
            lines += [
                f"listen database{number}",
                f"    bind 127.0.0.1:{port}",
                "    mode tcp",
                "    timeout client 1h",
                "    timeout server 1h",
                "    option mysql-check user root",
                "    default-server inter 1s fastinter 300ms fall 2 rise 2"
                " on-marked-down shutdown-sessions",
            ]
            order = [*self.nodes[number:], *self.nodes[:number]]
            for place, node in enumerate(order):
                backup = " backup" if place else ""
                lines.append(f"    server n{node.number} 127.0.0.1:{node.port} check{backup}")
        return lines

    @property
    def nodes(self):
        return self.galera.nodes

    def _url(self, port: int) -> str:
        return f"mysql+pymysql://root@127.0.0.1:{port}/bem"

    @staticmethod
    def _is_up(port: int) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _answers(url: str) -> bool:
    database = connect(url.rpartition("/")[0] + "/mysql")
    try:
        with database.read() as session:
            session.connection()
    except Exception:  # noqa: BLE001 - asked again
        return False
    else:
        return True
    finally:
        database.dispose()
