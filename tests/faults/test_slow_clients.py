"""RELIABILITY 12: clients that are slow or half-open are let go, and leave nothing behind."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.faults.forms import SLOW_CLIENTS, SLOW_PATIENCE_S
from tests.faults.lab import wait_for
from tests.faults.web import Web
from tests.proxy import Proxy

HEAD = b"GET /health HTTP/1.1\r\nHost: here\r\n"
FORM = b"POST /login HTTP/1.1\r\nHost: here\r\nContent-Length: 500\r\n\r\n"
THREADS = 4
SAYS_FIRST = (b"", b"GET /hea", FORM + b"username=", HEAD, FORM)
DRIPS = (False, False, False, True, True)


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
        self._thread.join(120)
        for client in self.sockets:
            client.close()
        self.proxy.close()


@pytest.fixture
def web(sqlite_template, tmp_path: Path) -> Iterator[Web]:
    """One worker of the web server with four threads."""
    url = sqlite_template.copy(tmp_path)
    made = Web(url, tmp_path, stall_s=SLOW_PATIENCE_S, workers=1, threads=THREADS)
    yield made
    made.close()


@pytest.mark.fault(12)
@pytest.mark.skipif(sys.platform != "linux", reason="looks into another process")
def test_slow_and_half_open_clients_are_let_go_and_leave_nothing(web: Web, record_property):
    (worker,) = web.workers
    assert web.front.ask("/login")[0] == 200
    wait_for(lambda: web.held() == 0)
    files = worker.num_fds()
    began = time.monotonic()
    slow = Slow(web.front.port, SLOW_CLIENTS)
    try:
        # who is let go quickly need not be there any more when the last one has come
        wait_for(lambda: web.held() >= SLOW_CLIENTS / 2 or slow.proxy.came == SLOW_CLIENTS / 2)
        slow.proxy.freeze()  # from here on half of them are half-open: no end reaches us
        assert [web.front.ask("/health", patience_s=120)[0] for _ in range(5)] == [200] * 5
        wait_for(lambda: web.held() == 0, what="for slow clients to be let go")
        record_property("recovery_s", time.monotonic() - began)
    finally:
        slow.close()
    wait_for(lambda: worker.num_fds() <= files, what="for files to be closed")
    assert worker.num_threads() <= 1 + THREADS
    assert "Traceback" not in web.log.read_text()
