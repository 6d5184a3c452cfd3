"""A request on its way, until all has come that a thread needs to answer it."""

import re

HEAD_BYTES = 32 * 1024
# Gunicorn takes no bare line feed; where one comes first, it says so at once.
END = re.compile(rb"\r\n\r\n|(?<!\r)\n")
LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
ASKS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
BODILESS = ("GET", "HEAD")  # what they bring as a body is never read
TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n"
    b"Content-Length: 0\r\n\r\n"
)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Arrival:
    """What has come of a request's head and small body.

    It reads no more of them than where they end. What is wrong with them, gunicorn says.
    """

    def __init__(self, small_bytes: int, bytes_so_far: bytes = b"") -> None:
        self.buffer = bytearray(bytes_so_far)
        self._small_bytes = small_bytes
        self._searched = 0
        self._length: int | None = None  # of head and small body
        self._asks = False

    def is_whole(self) -> bool:
        """Whether a thread can take over: a larger body is then read as the application wants."""
        if self._length is None:
            self._find_end()
        return self._length is not None and len(self.buffer) >= self._length

    def is_too_long(self) -> bool:
        """Whether the head has no end where it should have had one."""
        return self._length is None and len(self.buffer) > HEAD_BYTES

    def asks(self) -> bool:
        """Whether the client waits to be asked for its body; True once only."""
        asks, self._asks = self._asks, False
        return asks

    def _find_end(self) -> None:
        end = END.search(self.buffer, max(0, self._searched - 3))
        self._searched = len(self.buffer)
        if end is not None:
            self._length = end.end() + self._small_body(bytes(self.buffer[: end.end()]))

    def _small_body(self, head: bytes) -> int:
        """Return how long the body is that belongs to this head; 0 if it is not small."""
        length = LENGTH.search(head)
        method = head.lstrip(b"\r\n").partition(b" ")[0].decode("latin-1")
        if length is None or method in BODILESS or int(length[1]) > self._small_bytes:
            return 0
        self._asks = ASKS.search(head) is not None and b" HTTP/1.0\r\n" not in head
        return int(length[1])
