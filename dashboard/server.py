"""The web server's processes: gunicorn with threads, one application in each worker."""

import logging
import selectors
import socket
import struct
import time
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http.body import LengthReader
from gunicorn.http.errors import NoMoreData
from gunicorn.workers.gthread import ThreadWorker

from components.sent import Sent
from cycling.errors import InputError
from db.limits import USUAL, Limits

LAST_PORT = 65_535
PART_S = 2  # how long a client that we are done with may take to read its answer
SMALL_BYTES = 64 * 1024  # a form; what is longer may come slowly, as long as it comes


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn carries no types
    """Threads that wait for a client for some seconds only.

    Gunicorn's own wait without end: eight clients that send half a line would stop everything.
    The head of a request, with a small body, must be there in that time as a whole: otherwise
    eight clients that send a byte now and then would. Who sends nothing gets no thread at all.
    """

    stall_s = USUAL.client_stall_s

    def __init__(self, *args: Sent, **kwargs: Sent) -> None:
        super().__init__(*args, **kwargs)
        self._here_until: dict[Any, float] = {}

    def enqueue_req(self, conn: Sent) -> None:
        """Give the socket its patience, then hand it to a thread once something has come."""
        if not conn.initialized and not conn.data_ready:
            self._wait_for_a_first_byte(conn)
            return
        wait = struct.pack("ll", self.stall_s, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
        super().enqueue_req(conn)

    def _wait_for_a_first_byte(self, conn: Sent) -> None:
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + self.stall_s
        self.pending_conns.append(conn)
        ready = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, ready)

    def handle(self, conn: Sent) -> Sent:
        """Handle a request in a thread; from here on its time runs."""
        until = time.monotonic() + self.stall_s
        self._here_until[conn] = until
        try:
            stays = super().handle(conn)
        finally:
            self._here_until.pop(conn, None)
        if not stays:
            _part(conn.sock, PART_S if time.monotonic() < until else 0)
        return stays

    def handle_request(self, req: Sent, conn: Sent) -> Sent:
        """Answer a request whose head is there."""
        _read_small_body(req)
        self._here_until.pop(conn, None)
        return super().handle_request(req, conn)

    def murder_pending(self) -> None:
        """Called every second: also wake the threads whose clients have used up their time."""
        super().murder_pending()
        now = time.monotonic()
        for conn, until in list(self._here_until.items()):
            if now > until:
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


def _part(sock: socket.socket, patience_s: float) -> None:
    """Let a client read its answer. Gunicorn would wait for that where it accepts the others."""
    until = time.monotonic() + patience_s
    with suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        while (left_s := until - time.monotonic()) > 0:
            sock.settimeout(left_s)
            if not sock.recv(4096):
                break
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RD)


def _read_small_body(req: Sent) -> None:
    """Read a small body, and put it back for the application."""
    waits_to_be_asked = any(name == "EXPECT" for name, _ in req.headers)
    reader = req.body.reader
    if waits_to_be_asked or not isinstance(reader, LengthReader) or reader.length > SMALL_BYTES:
        return
    length = reader.length
    body = req.body.read(length)
    if len(body) < length:
        raise NoMoreData
    req.body.buf.write(body)


def is_worth_a_line(entry: logging.LogRecord) -> bool:
    """Whether gunicorn's log says something other than that a client was too slow."""
    return not (entry.exc_info and isinstance(entry.exc_info[1], BlockingIOError))


class _WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    """Gunicorn, set up in code: no configuration file, no command line."""

    def __init__(self, options: dict[str, Any], make_app: Callable[[], Flask]) -> None:
        self._options = options
        self._make_app = make_app
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application; called in each worker after the fork, before it accepts."""
        logging.getLogger("gunicorn.error").addFilter(is_worth_a_line)
        return self._make_app()


def serve(
    host: str,
    port: int,
    make_app: Callable[[], Flask],
    *,
    workers: int = 2,
    threads: int = 4,
    limits: Limits = USUAL,
) -> None:
    """Serve until SIGTERM or SIGINT, which end the process with status 0.

    `make_app` builds the application and its database connections: those must not be shared by
    processes. Raises InputError if nothing can listen at this address.
    """
    check_address(host, port)
    _WebServer(options(host, port, workers, threads, limits), make_app).run()


def options(
    host: str,
    port: int,
    workers: int,
    threads: int,
    limits: Limits = USUAL,
) -> dict[str, Any]:
    """Return gunicorn's settings."""
    patient = type("PatientWorker", (PatientWorker,), {"stall_s": limits.client_stall_s})
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": patient,
        "control_socket_disable": True,
        "graceful_timeout": limits.request_grace_s,
        "keepalive": 5,
        "limit_request_line": 8190,  # /login?next= carries a whole filtered address, quoted
        "accesslog": None,
        "loglevel": "warning",
        "forwarded_allow_ips": "",  # dashboard.security believes the proxies that were named
        "proc_name": "bem web",
    }


def check_address(host: str, port: int) -> None:
    """Raise InputError, in our words, if nothing can listen there."""
    if not 0 <= port <= LAST_PORT:
        raise InputError(f"{port} is not a port; ports go from 1 to {LAST_PORT}.")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, kind)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except socket.gaierror as error:
        raise InputError(f"{host} is not an address of this machine.") from error
    except PermissionError as error:
        raise InputError(f"Port {port} needs the rights of root. Choose one above 1023.") from error
    except OSError as error:
        raise InputError(
            f"The web server cannot use {host}:{port} ({error.strerror}). "
            "Another program listens there, or the address is not of this machine; "
            "choose another with --port or --host."
        ) from error
