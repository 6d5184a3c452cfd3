"""How long a client may keep us waiting."""

import errno
from dataclasses import dataclass

from db.limits import USUAL, Limits

SMALL_BYTES = 64 * 1024  # most callbacks
SEND_BUFFER_BYTES = 128 * 1024  # of the system, for each connection; Linux takes twice as much


class TooSlowError(ConnectionResetError):
    """A client has used up its time; gunicorn then closes its connection without a word."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "The client was too slow.")


@dataclass
class Pace:
    """Counts what a client sends or takes, and how long we have waited for it in all.

    It has some seconds, and as many more as its bytes are worth at the least rate. So a body
    or an answer of known length has a time in which it must have passed as a whole.
    """

    first_s: float
    bytes_per_s: float
    at_once_s: float  # the longest wait without a sign of life
    waited_s: float = 0
    passed_bytes: int = 0

    def left_s(self) -> float:
        """Return how long to wait for the next bytes; nothing is left if it is not above 0."""
        return min(
            self.at_once_s, self.first_s + self.passed_bytes / self.bytes_per_s - self.waited_s
        )


@dataclass(frozen=True)
class Patience:
    """What is asked of all clients."""

    stall_s: float = USUAL.client_stall_s
    bytes_per_s: float = USUAL.client_bytes_per_s
    small_bytes: int = SMALL_BYTES  # a body that a request waits for without a thread

    @classmethod
    def of(cls, limits: Limits) -> "Patience":
        """Return what these limits say."""
        small_bytes = max(SMALL_BYTES, limits.max_form_bytes)
        return cls(limits.client_stall_s, limits.client_bytes_per_s, small_bytes)

    def of_sending(self) -> Pace:
        """Return the pace of a client that sends a body."""
        return Pace(self.stall_s, self.bytes_per_s, self.stall_s)

    def of_taking(self) -> Pace:
        """Return the pace of a client that takes an answer.

        What it takes is seen late: when a good part of the system's buffer is free again.
        """
        at_once_s = self.stall_s + SEND_BUFFER_BYTES / self.bytes_per_s
        return Pace(self.stall_s, self.bytes_per_s, at_once_s)
