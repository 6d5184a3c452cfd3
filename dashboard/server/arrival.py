"""A request on its way, until all has come that a thread needs to answer it."""

import re

HEAD_BYTES = 32 * 1024
# Gunicorn takes no bare line feed; where one comes first, it says so at once.
END = re.compile(rb"\r\n\r\n|(?<!\r)\n")
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
ASKS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
REFUSAL = (
    "HTTP/1.1 {}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{}"
)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def _refusal(status: str, sentence: str) -> bytes:
    return REFUSAL.format(status, len(sentence), sentence).encode()


TOO_LONG = _refusal("431 Request Header Fields Too Large", "The head of the request is too long.")
NO_BODY = _refusal("400 Bad Request", "A GET request has no body here.")


class Arrival:
    """What has come of a request's head and small body.

    It reads no more of them than where they end. What else is wrong with them, gunicorn says.
    """

    def __init__(self, small_bytes: int, bytes_so_far: bytes = b"") -> None:
        self.buffer = bytearray()
        self.refusal: bytes | None = None  # the answer to what no thread needs to look at
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
                self.refusal = TOO_LONG

    def is_whole(self) -> bool:
        """Whether a thread can take over: a larger body is then read as the application wants."""
        return self._length is not None and len(self.buffer) >= self._length

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
                self.refusal = NO_BODY
            return 0
        if length > self._small_bytes:
            return 0
        self._asks = ASKS.search(head) is not None and b" HTTP/1.0\r\n" not in head
        return length
