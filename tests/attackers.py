"""Clients that hold a web server up: slow to send, slow to read, many, and they come back."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Thread
from urllib.parse import urlencode

from tests.served import PASSWORD

MEGABYTE = 1024 * 1024
SCRIPT = "/_dash-component-suites/plotly/package_data/plotly.min.js"  # 5 MB
SMALL_WINDOW = 4096  # of who reads slowly
TRUSTING = ssl.create_default_context()
TRUSTING.check_hostname, TRUSTING.verify_mode = False, ssl.CERT_NONE


@dataclass(frozen=True)
class Kind:
    """What such a client says at first, and byte by byte then; `reads` if it is slow to read."""

    first: str
    drip: bytes = b"x"
    reads: bool = False

    def head(self, cookie: str) -> bytes:
        start, _, rest = self.first.partition("\n")
        who = f"Cookie: {cookie}\n" if cookie else ""
        return f"{start}\nHost: localhost\n{who}{rest}".replace("\n", "\r\n").encode()


JSON = "Content-Type: application/json\n"
KINDS = {
    "nothing": Kind("", b""),
    "head": Kind("GET /health HTTP/1.1\nX-Slow: "),
    "small body": Kind("POST /login HTTP/1.1\nContent-Length: 500\n\nusername="),
    "large body": Kind(f"PUT /uploads HTTP/1.1\nContent-Length: {10 * MEGABYTE}\n\n"),
    "callback": Kind(
        f"POST /_dash-update-component HTTP/1.1\n{JSON}Content-Length: {5 * MEGABYTE}\n\n"
    ),
    "expect": Kind("POST /login HTTP/1.1\nExpect: 100-continue\nContent-Length: 500\n\n"),
    "expect large": Kind(
        f"PUT /uploads HTTP/1.1\nExpect: 100-continue\nContent-Length: {10 * MEGABYTE}\n\n"
    ),
    "get with a body": Kind("GET /health HTTP/1.1\nContent-Length: 1000000000\n\n"),
    "chunked get": Kind("GET /health HTTP/1.1\nTransfer-Encoding: chunked\n\nfffff\n"),
    "chunked": Kind("PUT /uploads HTTP/1.1\nTransfer-Encoding: chunked\n\nfffff\n"),
    "asset reader": Kind("GET /assets/css/10-bootstrap.min.css HTTP/1.1\n\n", b"", reads=True),
    "script reader": Kind(f"GET {SCRIPT} HTTP/1.1\n\n", b"", reads=True),
    "export reader": Kind("GET /experiments/1/measures.csv HTTP/1.1\n\n", b"", reads=True),
}


@dataclass(frozen=True)
class Front:
    """An address of the web server: its own or that of a proxy."""

    port: int
    tls: bool = False

    def connect(self, window: int | None = None) -> socket.socket:
        """Return a connection that blocks for two minutes at most."""
        client = socket.socket()
        if window is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        client.settimeout(120)
        try:
            client.connect(("127.0.0.1", self.port))
            return TRUSTING.wrap_socket(client) if self.tls else client
        except OSError:
            client.close()
            raise

    def ask(self, path: str, cookie: str = "", patience_s: float = 30) -> tuple[int, bytes]:
        """Return status and body of an answer; status 0 if there was none in time."""
        connection = self._connection(patience_s)
        try:
            connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def sign_in(self, name: str) -> str:
        """Return the cookie of somebody who has signed in."""
        connection = self._connection(60)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        who = urlencode({"username": name, "password": PASSWORD})
        connection.request("POST", "/login", who, form)
        answer = connection.getresponse()
        assert answer.status == 303
        connection.close()
        cookies = answer.headers.get_all("Set-Cookie") or []
        return "; ".join(one.split(";")[0] for one in cookies)

    def _connection(self, patience_s: float) -> http.client.HTTPConnection:
        if self.tls:
            return http.client.HTTPSConnection(
                "127.0.0.1", self.port, timeout=patience_s, context=TRUSTING
            )
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience_s)


class Attack:
    """So many clients of a kind, until it is closed. Who is turned away comes back."""

    def __init__(self, front: Front, kind: Kind, head: bytes, count: int, every_s: float) -> None:
        self._front, self._kind, self._head, self._every_s = front, kind, head, every_s
        self._stop = Event()
        self.came_back = 0
        self._clients = [self._connect() for _ in range(count)]
        self._thread = Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(60)
        for client in self._clients:
            client.close()

    def _connect(self) -> socket.socket:
        client = self._front.connect(SMALL_WINDOW if self._kind.reads else None)
        with suppress(OSError):  # it may be turned away at once
            client.sendall(self._head)
        client.setblocking(False)
        return client

    def _go_on(self) -> None:
        while not self._stop.wait(self._every_s):
            for number, client in enumerate(self._clients):
                if self._stop.is_set():
                    return
                if not self._drip(client):
                    self._replace(number)

    def _drip(self, client: socket.socket) -> bool:
        """Send or read a byte; return whether the connection is still there."""
        try:
            if self._kind.drip:
                client.send(self._kind.drip)
            return client.recv(1 if self._kind.reads else MEGABYTE) != b""
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError:
            return False

    def _replace(self, number: int) -> None:
        self._clients[number].close()
        with suppress(OSError):
            self._clients[number] = self._connect()
            self.came_back += 1


def slowest_answer(asks: Callable[[], bool], for_s: float) -> tuple[float, int]:
    """Ask again and again; return the longest time, and how often it was no answer."""
    slowest, failures = 0.0, 0
    until = time.monotonic() + for_s
    while time.monotonic() < until:
        began = time.monotonic()
        failures += not asks()
        slowest = max(slowest, time.monotonic() - began)
    return slowest, failures
