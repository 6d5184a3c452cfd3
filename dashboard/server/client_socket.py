"""A client's socket: what cannot be sent at once is kept, and no wait is without an end."""

import select
import socket
import time
from collections import deque
from collections.abc import Iterator
from threading import BoundedSemaphore

from dashboard.server.pace import SEND_BUFFER_BYTES, Pace, Patience, TooSlowError

KEPT_BYTES = 1024 * 1024  # of an answer in pieces; then the thread waits for its client
RECEIVED_BYTES = 64 * 1024


class Turns:
    """How many threads of a process may wait for clients: a quarter each way, at least one."""

    def __init__(self, threads: int) -> None:
        share = max(1, threads // 4)
        self.receiving = BoundedSemaphore(share)
        self.exporting = BoundedSemaphore(share)


class ClientSocket(socket.socket):
    """The socket that gunicorn's threads read and write, and that never blocks by itself.

    A thread hands over its answer and is free; the worker's loop sends what is left of it. Only
    a large body and a stream make their thread wait, and each takes a turn for that.
    """

    def __init__(self, accepted: socket.socket, patience: Patience, turns: Turns) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        super().setblocking(False)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._patience = patience
        self._turns = turns
        self._unsent: deque[memoryview] = deque()
        self._turn: BoundedSemaphore | None = None
        self.unsent_bytes = 0
        self.is_of_person = False  # who reads an error
        self.sending: Pace | None = None  # while a thread reads a large body
        self.taking = patience.of_taking()

    def setblocking(self, flag: bool, /) -> None:
        """Change nothing: gunicorn would make it block."""

    def settimeout(self, value: float | None, /) -> None:
        """Change nothing: there is a pace instead."""

    def begin(self) -> None:
        """Begin with another request of this client."""
        self.taking = self._patience.of_taking()

    def begin_body(self) -> bool:
        """Let a thread wait for a large body; False if as many as may wait do so already."""
        self.sending = self._patience.of_sending()
        return self._take(self._turns.receiving)

    def begin_export(self) -> bool:
        """Let a thread wait where its client takes an answer in pieces; False as above."""
        return self._take(self._turns.exporting)

    def end_turn(self) -> None:
        """Let no thread wait any more."""
        turn, self._turn, self.sending = self._turn, None, None
        if turn is not None:
            turn.release()

    def _take(self, turn: BoundedSemaphore) -> bool:
        if self._turn is None and turn.acquire(blocking=False):
            self._turn = turn
        return self._turn is turn

    def recv_now(self, size: int = RECEIVED_BYTES) -> bytes | None:
        """Return what is there, b"" at the end, None if there is nothing yet."""
        try:
            return super().recv(size)
        except (BlockingIOError, InterruptedError):
            return None

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Return the next bytes of a large body, as soon as they are there."""
        pace = self.sending
        if pace is None:  # head and small body were there, so gunicorn reads what is not its own
            raise TooSlowError
        while (piece := self.recv_now(bufsize)) is None:
            self._wait(select.POLLIN, pace)
        pace.passed_bytes += len(piece)
        return piece

    def sendall(self, data: bytes, flags: int = 0, /) -> None:  # type: ignore[override]
        """Send a piece of an answer, or keep it. Waits only if another one is still kept."""
        while self.unsent_bytes > KEPT_BYTES:
            if self._turn is None:
                self._give_up()
            self._wait(select.POLLOUT, self.taking)
            self.flush()
        self._unsent.append(memoryview(data))
        self.unsent_bytes += len(data)
        self.flush()

    def flush(self) -> None:
        """Send as much of what is kept as the system takes."""
        while self._unsent:
            piece = self._unsent.popleft()
            try:
                count = super().send(piece)
            except (BlockingIOError, InterruptedError):
                count = 0
            except OSError:  # the client has gone
                self.forget()
                raise
            self.unsent_bytes -= count
            self.taking.passed_bytes += count
            if count < len(piece):
                self._unsent.appendleft(piece[count:])
                return

    def kept_buffers(self) -> Iterator[tuple[int, int]]:
        """Yield what is kept in memory for this client: a number that is its own, and its size."""
        for piece in self._unsent:
            yield id(piece.obj), len(piece.obj)  # type: ignore[arg-type]  # they are bytes

    def forget(self) -> None:
        """Keep nothing of the answer."""
        self._unsent.clear()
        self.unsent_bytes = 0

    def _wait(self, event: int, pace: Pace) -> None:
        left_s, began = pace.left_s(), time.monotonic()
        poll = select.poll()
        poll.register(self, event)
        if left_s <= 0 or not poll.poll(left_s * 1000):
            self._give_up()
        pace.waited_s += time.monotonic() - began

    def _give_up(self) -> None:
        self.forget()
        raise TooSlowError
