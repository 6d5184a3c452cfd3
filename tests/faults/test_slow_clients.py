"""RELIABILITY 12: clients that are slow or half-open are let go, and leave nothing behind."""

import os
import socket
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import psutil
import pytest

from tests.faults.forms import SLOW_CLIENTS, SLOW_PATIENCE_S
from tests.faults.lab import wait_for
from tests.proxy import Proxy
from tests.servers import free_port, start, wait_until

SERVE = """
import sys
from pathlib import Path
from db.limits import Limits
from dashboard.app import create_app
from dashboard import server
from dashboard.settings import WebSettings
from db.engine import connect

def make_app():
    settings = WebSettings("k" * 32, Path(sys.argv[1]))
    return create_app(settings, connect(sys.argv[2]), pages="tests.unit.dashboard.sample_pages")

port, stall_s, threads = (int(given) for given in sys.argv[3:])
limits = Limits(client_stall_s=stall_s)
server.serve("127.0.0.1", port, make_app, workers=1, threads=threads, limits=limits)
"""
HEAD = b"GET /health HTTP/1.1\r\nHost: here\r\n"
FORM = b"POST /login HTTP/1.1\r\nHost: here\r\nContent-Length: 500\r\n\r\n"
THREADS = 4
SAYS_FIRST = (b"", b"GET /hea", FORM + b"username=", HEAD, FORM)
DRIPS = (False, False, False, True, True)


def get(port: int, path: str, patience_s: float = 120) -> int:
    address = f"http://127.0.0.1:{port}{path}"
    with urllib.request.urlopen(address, timeout=patience_s) as answer:
        answer.read()
        return int(answer.status)


class Slow:
    """Clients of every kind, some of them behind a proxy that has gone silent."""

    def __init__(self, port: int, count: int) -> None:
        self.proxy = Proxy(port)
        self.sockets = []
        self._stop = Event()
        for number in range(count):
            behind = self.proxy.port if number % 2 else port
            client = socket.create_connection(("127.0.0.1", behind), 10)
            client.sendall(SAYS_FIRST[number % len(SAYS_FIRST)])
            self.sockets.append(client)
        self._thread = Thread(target=self._drip, daemon=True)
        self._thread.start()

    def _drip(self) -> None:
        while not self._stop.wait(SLOW_PATIENCE_S / 5):
            for number, client in enumerate(self.sockets):
                if DRIPS[number % len(DRIPS)]:
                    with suppress(OSError):
                        client.sendall(b"x")

    def close(self) -> None:
        self._stop.set()
        self._thread.join(30)
        for client in self.sockets:
            client.close()
        self.proxy.close()


@pytest.fixture
def web(sqlite_template, tmp_path: Path) -> Iterator[tuple[psutil.Process, int, Path]]:
    """One worker of the web server with four threads, and its port and log."""
    port, log = free_port(), tmp_path / "web.log"
    arguments = [tmp_path, sqlite_template.copy(tmp_path), port, SLOW_PATIENCE_S, THREADS]
    command = [sys.executable, "-c", SERVE, *map(str, arguments)]
    process = start(command, log, env={**os.environ, "PYTHONPATH": str(Path.cwd())})

    def answers() -> bool:
        with suppress(OSError):
            return get(port, "/health", 5) == 200
        return False

    wait_until(answers, process, log, 60)
    (worker,) = psutil.Process(process.pid).children()
    yield worker, port, log
    process.kill()
    process.wait()


def held(worker: psutil.Process) -> int:
    """Return the connections that clients have to the worker."""
    return sum(bool(one.raddr) for one in worker.net_connections("tcp"))


@pytest.mark.fault(12)
@pytest.mark.skipif(sys.platform != "linux", reason="looks into another process")
def test_slow_and_half_open_clients_are_let_go_and_leave_nothing(web, record_property):
    worker, port, log = web
    get(port, "/login")
    wait_for(lambda: held(worker) == 0, 30)
    files = worker.num_fds()
    began = time.monotonic()
    slow = Slow(port, SLOW_CLIENTS)
    try:
        wait_for(lambda: held(worker) >= SLOW_CLIENTS / 2, 30)
        slow.proxy.freeze()  # from here on half of them are half-open: no end reaches us
        assert [get(port, "/health") for _ in range(5)] == [200] * 5
        wait_for(lambda: held(worker) == 0, 120, "for slow clients to be let go")
        record_property("recovery_s", time.monotonic() - began)
    finally:
        slow.close()
    wait_for(lambda: worker.num_fds() <= files, 30, "for files to be closed")
    assert worker.num_threads() <= 1 + THREADS
    assert "Traceback" not in log.read_text()
