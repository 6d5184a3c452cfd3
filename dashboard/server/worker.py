"""Gunicorn's threads, which get whole requests and give whole answers.

What is slow is done by the worker's loop: it reads requests until they are there, sends what is
left of answers, and ends connections. None of it blocks, and all of it has an end.
"""

import resource
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import TypeAlias

from gunicorn.workers.gthread import TConn, ThreadWorker

from components.sent import Sent
from dashboard.server.arrival import CONTINUE, Arrival
from dashboard.server.body import guard_body
from dashboard.server.client_socket import ClientSocket, Turns
from dashboard.server.pace import Patience
from dashboard.server.refusal import Refusal, Refusals, refusal_of

PART_S = 2  # how long a client that we are done with may take to read its answer
PART_BYTES = 32 * 1024 * 1024  # what it may still send meanwhile
LOOK_S = 0.25  # between two looks for who has used up his time
KEPT_BYTES = 64 * 1024 * 1024  # of all answers that are not sent yet


def _most_connections(accepted: int) -> int:
    """Return how many connections are kept: there must be more to accept, and files to open."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = accepted * 3 // 4
    return most if files == resource.RLIM_INFINITY else min(most, files // 2)


Ready: TypeAlias = Callable[["Connection"], None]


class Connection(TConn):  # type: ignore[misc]  # gunicorn carries no types
    """A client's connection, and what the loop waits for."""

    sock: ClientSocket

    def __init__(self, cfg: Sent, sock: ClientSocket, client: Sent, server: Sent) -> None:
        super().__init__(cfg, sock, client, server)
        self.arrival: Arrival | None = None
        self.answered: Future[bool] | None = None
        self.since = 0.0  # when the loop began to wait
        self.until = 0.0
        self.read_bytes = 0  # after the end


class PatientWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn carries no types
    """Threads that wait for no client but where a turn allows it.

    Gunicorn's own wait for requests, bodies and readers: some slow clients stop everything.
    """

    patience = Patience()

    def __init__(self, *args: Sent, **kwargs: Sent) -> None:
        super().__init__(*args, **kwargs)
        self._turns = Turns(self.cfg.threads)
        self._refusals = Refusals()
        self._waiting: dict[Connection, None] = {}  # the loop's; who came first stands first
        self._next_look = 0.0
        self._most = _most_connections(self.worker_connections)

    # ---- in the loop: a request comes ----

    def accept(self, listener: Sent) -> None:
        """Take a new connection."""
        try:
            accepted, address = listener.accept()
            client = ClientSocket(accepted, self.patience, self._turns)
        except OSError:  # it has gone again; without a free file `murder_pending` makes room
            return
        self.nr_conns += 1
        self.enqueue_req(Connection(self.cfg, client, address, listener.getsockname()))

    def enqueue_req(self, conn: Connection) -> None:
        """Wait for a whole request of a connection that is new, or where something has come."""
        conn.init()
        early = conn.parser.unreader.take_buffered()
        conn.arrival = Arrival(self.patience.small_bytes, early)
        self._wait(conn, self.patience.stall_s)
        self._come(conn, self._look if early else self._arrive)
        if conn.arrival is not None and conn in self._waiting:
            self._register(conn, selectors.EVENT_READ, self._arrive)

    def _arrive(self, conn: Connection) -> None:
        piece = conn.sock.recv_now()
        if piece == b"":
            self._drop(conn)
        elif piece is not None and conn.arrival is not None:
            conn.arrival.take(piece)
            self._look(conn)

    def _look(self, conn: Connection) -> None:
        """Hand a request that is whole over to a thread."""
        arrival = conn.arrival
        if arrival is None:
            return
        conn.sock.is_of_person = arrival.is_of_person()
        if arrival.refusal is not None:
            conn.arrival = None
            self._stop_waiting(conn)
            self._refuse(conn.sock, conn.client, arrival.refusal)
            self._part(conn)
        elif arrival.is_whole():
            conn.arrival = None
            self._stop_waiting(conn)
            conn.parser.unreader.unread(bytes(arrival.buffer))
            super().enqueue_req(conn)
        elif arrival.asks():
            conn.sock.sendall(CONTINUE)

    def on_client_socket_readable(self, conn: Connection, client: Sent) -> None:
        """Take the next request of a connection; it may have been ended in this very moment."""
        if conn in self.keepalived_conns:
            super().on_client_socket_readable(conn, client)

    # ---- in a thread ----

    def handle(self, conn: Connection) -> bool:
        """Answer a request."""
        conn.sock.begin()
        try:
            return bool(super().handle(conn))
        finally:
            conn.sock.end_turn()

    def handle_request(self, req: Sent, conn: Connection) -> bool:
        """Answer a request whose head gunicorn has read."""
        guard_body(req, conn.sock)
        return bool(super().handle_request(req, conn))

    def handle_error(self, req: Sent, client: ClientSocket, addr: Sent, exc: Exception) -> None:
        """Say, in our words, what gunicorn finds wrong with a request."""
        with suppress(OSError):
            self._refuse(client, addr, refusal_of(exc), exc)

    def _refuse(
        self, client: ClientSocket, address: Sent, refusal: Refusal, error: Exception | None = None
    ) -> None:
        host = str(address[0]) if address else "-"
        client.sendall(self._refusals.answer(refusal, host, page=client.is_of_person, error=error))

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Pass by a body that nobody has read; here it is in memory as a whole."""
        return keepalive and bool(conn.parser.finish_body())

    # ---- in the loop: the answer goes ----

    def finish_request(self, conn: Connection, fs: "Future[bool]") -> None:
        """Send what is left of the answer, then wait for the next request or part."""
        conn.answered = fs
        if conn.sock.fileno() == -1:  # gunicorn has closed it: the answer broke in the middle
            self._drop(conn)
        elif conn.sock.unsent_bytes:
            self._wait(conn, conn.sock.taking.left_s())
            self._register(conn, selectors.EVENT_WRITE, self._send)
            self._forget_the_slowest()
        else:
            self._go_on(conn)

    def _send(self, conn: Connection) -> None:
        pace, now = conn.sock.taking, time.monotonic()
        pace.waited_s += now - conn.since
        conn.sock.flush()
        conn.since, conn.until = now, now + pace.left_s()
        if not conn.sock.unsent_bytes:
            self._stop_waiting(conn)
            self._go_on(conn)

    def _go_on(self, conn: Connection) -> None:
        done = conn.answered
        stays = done is not None and not done.cancelled() and not done.exception() and done.result()
        if stays:
            super().finish_request(conn, done)
        else:
            self._part(conn)

    def _part(self, conn: Connection) -> None:
        """Let a client read its answer before its connection is closed.

        What it still sends is thrown away meanwhile: closing would answer it with a reset, which
        on some systems takes the answer with it.
        """
        self._wait(conn, PART_S)
        self._register(conn, selectors.EVENT_READ, self._throw_away)
        self._come(conn, self._say_good_bye)

    def _say_good_bye(self, conn: Connection) -> None:
        conn.sock.shutdown(socket.SHUT_WR)

    def _throw_away(self, conn: Connection) -> None:
        piece = conn.sock.recv_now()
        if piece == b"":
            self._drop(conn)
        elif piece is not None:
            conn.read_bytes += len(piece)
            if conn.read_bytes > PART_BYTES:
                self.poller.unregister(conn.sock)  # it may wait for its end, and read

    # ---- in the loop: what has an end ----

    def murder_pending(self) -> None:
        """Called after each turn of the loop: end what has used up its time, and make room."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + LOOK_S
        for conn in list(self._waiting):
            silent = conn.arrival is not None and not conn.arrival.buffer
            if now > conn.until or (silent and not self.alive):
                self._drop(conn)
        surplus = self.nr_conns - self._most
        for conn in list(self.keepalived_conns)[: max(0, surplus)]:
            self.keepalived_conns.remove(conn)
            self._drop(conn)
        surplus = self.nr_conns - self._most
        for conn in list(self._waiting)[: max(0, surplus)]:
            self._drop(conn)

    def _forget_the_slowest(self) -> None:
        """Let go of who has taken nothing for the longest time, if answers fill the memory.

        A script that many take at once is there once.
        """
        senders = [conn for conn in self._waiting if conn.sock.unsent_bytes]
        buffers: dict[int, int] = {}
        for conn in sorted(senders, key=lambda sender: sender.since, reverse=True):
            buffers.update(conn.sock.kept_buffers())
            if sum(buffers.values()) > KEPT_BYTES:
                self._drop(conn)

    def _wait(self, conn: Connection, for_s: float) -> None:
        conn.since = time.monotonic()
        conn.until = conn.since + for_s
        self._waiting[conn] = None

    def _register(self, conn: Connection, event: int, ready: Ready) -> None:
        self.poller.register(conn.sock, event, partial(self._come, conn, ready))

    def _come(self, conn: Connection, ready: Ready, _file: Sent = None) -> None:
        """Do what the loop has waited for with, if it still does."""
        if conn not in self._waiting:
            return
        try:
            ready(conn)
        except OSError:
            self._drop(conn)

    def _stop_waiting(self, conn: Connection) -> None:
        self._waiting.pop(conn, None)
        with suppress(KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _drop(self, conn: Connection) -> None:
        self._stop_waiting(conn)
        self.nr_conns -= 1
        conn.close()
