"""Messages between the connection's thread and the writer's: bounded, and never dropped."""

import time
from collections import deque
from dataclasses import dataclass
from threading import Condition

from db.limits import USUAL, Limits

KEPT_OF_TOO_LARGE = 200


@dataclass(frozen=True)
class IncomingMessage:
    """A message as it came, and the monotonic time at which it did."""

    topic: str
    payload: bytes
    size: int
    came_at: float


class Inbox:
    """A queue of messages. While it is full `put` blocks, and with it the connection's reader."""

    def __init__(self, limits: Limits = USUAL) -> None:
        self._limits = limits
        self._messages: deque[IncomingMessage] = deque()
        self._bytes = 0
        self._open = True
        self._changed = Condition()

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def is_full(self) -> bool:
        """Whether the connection's reader must wait."""
        return not self._has_room

    @property
    def age_s(self) -> float:
        """How long the oldest message has waited."""
        with self._changed:
            return time.monotonic() - self._messages[0].came_at if self._messages else 0.0

    def put(self, topic: str, payload: bytes) -> None:
        """Add a message; wait while there are too many. After `close` nothing is kept."""
        size = len(payload)
        if size > self._limits.mqtt_message_bytes:  # it is refused in any case: its size is enough
            payload = payload[:KEPT_OF_TOO_LARGE]
        message = IncomingMessage(topic, payload, size, time.monotonic())
        with self._changed:
            self._changed.wait_for(lambda: self._has_room or not self._open)
            if self._open:
                self._messages.append(message)
                self._bytes += len(payload)
                self._changed.notify_all()

    def take(self, max_bytes: int, max_messages: int, within_s: float) -> list[IncomingMessage]:
        """Return what comes within a time of the first message, up to about this much.

        An empty list if nothing comes in that time at all.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._messages or not self._open, within_s)
            until = time.monotonic() + within_s
            while self._open and self._messages and not self._fills(max_bytes, max_messages):
                if not self._changed.wait(until - time.monotonic()):
                    break
            return self._pop(max_bytes, max_messages)

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._open = False
            self._changed.notify_all()

    @property
    def _has_room(self) -> bool:
        few = len(self._messages) < self._limits.mqtt_queue_messages
        return few and self._bytes < self._limits.mqtt_queue_bytes

    def _fills(self, max_bytes: int, max_messages: int) -> bool:
        return len(self._messages) >= max_messages or self._bytes >= max_bytes

    def _pop(self, max_bytes: int, max_messages: int) -> list[IncomingMessage]:
        messages: list[IncomingMessage] = []
        size = 0
        while self._messages and len(messages) < max_messages and size < max_bytes:
            message = self._messages.popleft()
            size += len(message.payload)
            messages.append(message)
        self._bytes -= size
        self._changed.notify_all()
        return messages
