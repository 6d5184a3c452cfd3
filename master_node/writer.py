"""The one thread that stores what comes in: grouped, committed, and only then acknowledged."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from cycling.errors import UnavailableError
from db.commands.leases import LeaderLease, LostLeaseError, leader_transaction
from db.engine import Database
from master_node.heartbeats import Clocks
from master_node.inbox import Inbox, IncomingMessage
from master_node.ingest import Envelope, OutgoingMessage, finish, open_batch, take
from master_node.protocol.codec import RefusedError, decode
from master_node.protocol.messages import MAX_SAMPLES, Records
from master_node.protocol.topics import UP, parse_topic
from master_node.refused_messages import Refusals

LOG = logging.getLogger("bem.master-node")

GROUP_WITHIN_S = 0.1
GROUP_BYTES = 512 * 1024  # about 4,000 samples with a few extended channels
GROUP_MESSAGES = 500
FIRST_PAUSE_S, MAX_PAUSE_S = 0.05, 5.0
REFUSALS_EVERY_S = 1.0

# What another try can get through; everything else is the fault of a message.
PASSING = (UnavailableError, OperationalError, InternalError, InterfaceError)


@dataclass
class Progress:
    """What the writer says of itself. `trouble_at`: the monotonic time of the last failed try."""

    stored: int = 0
    trouble_at: float | None = None


class Writer:
    """Takes messages from the inbox until told to stop, or until somebody else leads."""

    def __init__(
        self,
        database: Database,
        lease: LeaderLease,
        inbox: Inbox,
        publish: Callable[[Sequence[OutgoingMessage]], None],
    ) -> None:
        self._database, self._lease, self._inbox, self._publish = database, lease, inbox, publish
        self._clocks = Clocks()
        self._written_at = 0.0
        self.stop = Event()
        self.lost = Event()
        self.strangers = Event()  # a unit that has not introduced itself was heard
        self.refusals = Refusals()
        self.progress = Progress()

    def run(self) -> None:
        """Work until `stop`. What is in the inbox then is not acknowledged, and comes again."""
        while not self.stop.is_set() and not self.lost.is_set():
            incoming = self._inbox.take(GROUP_BYTES, GROUP_MESSAGES, GROUP_WITHIN_S)
            parsed = [one for one in map(self._parse, incoming) if one is not None]
            if parsed:
                self._store(parsed)
            self._write_refusals()

    def _parse(self, incoming: IncomingMessage) -> Envelope | None:
        address = parse_topic(incoming.topic)
        if address is None or address.kind not in UP:
            self._refuse(incoming, "topic", "not a topic of bem/v1")
            return None
        if incoming.size > len(incoming.payload):
            self._refuse(incoming, "size", f"{incoming.size} bytes are too many")
            return None
        try:
            message = decode(address.kind, incoming.payload)
        except RefusedError as error:
            self._refuse(incoming, error.kind, str(error))
            return None
        return Envelope(incoming, address, message)

    def _store(self, parsed: Sequence[Envelope]) -> None:
        """Commit a group, or each message alone when one of them cannot be stored."""
        pause_s = FIRST_PAUSE_S
        while not self.stop.is_set() and not self.lost.is_set():
            try:
                self._commit(parsed)
            except LostLeaseError:
                self.lost.set()
            except PASSING as error:
                self._wait(error, pause_s)
                pause_s = min(2 * pause_s, MAX_PAUSE_S)
            except Exception as error:  # a boundary: no message may end this thread
                if len(parsed) > 1:
                    for one in parsed:
                        self._store([one])
                else:
                    LOG.exception("what=message-not-stored topic=%s", parsed[0].incoming.topic)
                    self._refuse(parsed[0].incoming, "database", type(error).__name__)
                return
            else:
                self._recovered()
                return

    def _commit(self, parsed: Sequence[Envelope]) -> None:
        # a message alone never is: what the server does not take in bulk is tried one by one
        bulk = sum(map(_samples, parsed)) > MAX_SAMPLES
        with leader_transaction(self._database, self._lease, bulk=bulk) as transaction:
            batch = open_batch(transaction, parsed, self._clocks)
            for one in parsed:
                try:
                    take(batch, one)
                except RefusedError as error:
                    batch.refused.append((one.incoming, error.kind, str(error)))
            outgoing = finish(batch)
            if self.refusals:
                self.refusals.write(transaction)
        self.refusals.forget()
        self._written_at = time.monotonic()
        self.progress.stored += batch.stored
        for incoming, kind, reason in batch.refused:
            self._refuse(incoming, kind, reason)
        self._publish(outgoing)

    def _write_refusals(self) -> None:
        """Write what was refused when nothing else is written; thousands cost one transaction."""
        if not self.refusals or time.monotonic() - self._written_at < REFUSALS_EVERY_S:
            return
        self._written_at = time.monotonic()
        try:
            with leader_transaction(self._database, self._lease) as transaction:
                self.refusals.write(transaction)
        except LostLeaseError:
            self.lost.set()
        except PASSING as error:
            self._wait(error, FIRST_PAUSE_S)
        else:
            self.refusals.forget()

    def _refuse(self, incoming: IncomingMessage, kind: str, reason: str) -> None:
        if kind == "unknown unit":
            self.strangers.set()
        self.refusals.add(incoming, kind, reason, datetime.now(UTC))

    def _wait(self, error: Exception, pause_s: float) -> None:
        if self.progress.trouble_at is None:
            LOG.warning("what=database-trouble error=%s said=%r", type(error).__name__, str(error))
        self.progress.trouble_at = time.monotonic()
        self.stop.wait(pause_s)

    def _recovered(self) -> None:
        if self.progress.trouble_at is not None:
            LOG.info("what=database-back queue=%s", len(self._inbox))
            self.progress.trouble_at = None


def _samples(one: Envelope) -> int:
    message = one.message
    if not isinstance(message, Records) or message.samples is None:
        return 0
    return len(message.samples.at)
