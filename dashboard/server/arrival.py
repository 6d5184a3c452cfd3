"""A request on its way, until all has come that a thread needs to answer it."""

import re

from dashboard.server.refusal import ADDRESS_TOO_LONG, GET_WITH_BODY, HEAD_TOO_LONG, Refusal

HEAD_BYTES = 32 * 1024
# Gunicorn takes no bare line feed; where one comes first, it says so at once.
END = re.compile(rb"\r\n\r\n|(?<!\r)\n")
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
ASKS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
OF_PERSON = re.compile(rb"\r\naccept:[^\r\n]*text/html", re.IGNORECASE)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Arrival:
    """What has come of a request's head and small body.

    It reads no more of them than where they end. What else is wrong with them, gunicorn says.
    """

    def __init__(self, small_bytes: int, bytes_so_far: bytes = b"") -> None:
        self.buffer = bytearray()
        self.refusal: Refusal | None = None  # of what no thread needs to look at
        self._small_bytes = small_bytes
        self._length: int | None = None  # of head and small body
        self._asks = False
        self.take(bytes_so_far)

    def take(self, piece: bytes) -> None:
        """Add what has come."""
        searched = len(self.buffer)
        self.buffer += piece
        if self._length is None:
            end = END.search(self.buffer, max(0, searched - 3))
            if end is not None:
                self._length = end.end() + self._small_body(bytes(self.buffer[: end.end()]))
            elif len(self.buffer) > HEAD_BYTES:
                has_line = b"\r\n" in self.buffer
                self.refusal = HEAD_TOO_LONG if has_line else ADDRESS_TOO_LONG

    def is_whole(self) -> bool:
        """Whether a thread can take over: a larger body is then read as the application wants."""
        return self._length is not None and len(self.buffer) >= self._length

    def is_of_person(self) -> bool:
        """Whether a browser asks for a page."""
        return OF_PERSON.search(self.buffer) is not None

    def asks(self) -> bool:
        """Whether the client waits to be asked for its body; True once only."""
        asks, self._asks = self._asks, False
        return asks

    def _small_body(self, head: bytes) -> int:
        """Return how long the body is that belongs to this head; 0 if it is not small."""
        field = LENGTH.search(head)
        length = int(field[1]) if field else 0
        if head.lstrip(b"\r\n").startswith((b"GET ", b"HEAD ")):
            if length > 0 or CHUNKED.search(head):
                self.refusal = GET_WITH_BODY
            return 0
        if length > self._small_bytes:
            return 0
        self._asks = ASKS.search(head) is not None and b" HTTP/1.0\r\n" not in head
        return length
