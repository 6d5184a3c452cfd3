"""Messages that are not taken: counted at once, written with the next transaction."""

import logging
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from db.commands.leases import LeaderTransaction
from db.commands.master_node.refused_messages import KEPT, note_refused
from master_node.inbox import IncomingMessage
from master_node.protocol.codec import RefusedError
from master_node.protocol.topics import parse_topic

LOG = logging.getLogger("bem.master-node")

MAX_SENDERS = 500
OTHERS = "(others)"


def hardware_id_in(topic: str) -> str | None:
    """Return who sends on a topic of bem/v1."""
    address = parse_topic(topic)
    return address.hardware_id if address else None


class Refusal(NamedTuple):
    """A message that is not taken, and why; `kind` groups the reasons."""

    message: IncomingMessage
    kind: str
    reason: str

    @classmethod
    def of(cls, message: IncomingMessage, error: RefusedError) -> "Refusal":
        """Return the refusal that an error says."""
        return cls(message, error.kind, str(error))


@dataclass
class Refusals:
    """What was refused since the last transaction; its memory is bounded.

    `sender_in` reads the sender from a topic, None where it names none.
    """

    sender_in: Callable[[str], str | None] = hardware_id_in
    total: int = 0
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _newest: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _senders: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self._counts)

    def add(self, refusal: Refusal) -> None:
        """Count a message."""
        message, kind, reason = refusal
        self.total += 1
        self._counts[self._sender(message.topic), kind] += 1
        self._newest.append(
            {
                "at": datetime.now(UTC),
                "topic": message.topic[:200],
                "reason": reason[:250],
                "size_bytes": message.size,
                "beginning": _printable(message.payload[:200]),
            }
        )

    def write(self, transaction: LeaderTransaction) -> None:
        """Write them in the leader's transaction; they are kept until `forget`."""
        note_refused(transaction.session, self._counts, list(self._newest), transaction.now)

    def forget(self) -> None:
        """Begin again: what was written is committed."""
        for (sender, kind), count in self._counts.items():
            LOG.warning("what=messages-refused sender=%r kind=%r count=%s", sender, kind, count)
        self._counts.clear()
        self._newest.clear()

    def _sender(self, topic: str) -> str:
        sender = self.sender_in(topic) or OTHERS
        if sender not in self._senders and len(self._senders) >= MAX_SENDERS:
            return OTHERS
        self._senders.add(sender)
        return sender


def _printable(payload: bytes) -> str:
    text = payload.decode("utf-8", errors="replace")
    return "".join(one if one.isprintable() else "·" for one in text)[:200]
