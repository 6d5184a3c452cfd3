"""The one thread that stores what comes in: grouped, committed, and only then acknowledged."""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event

from cycling.errors import UnavailableError
from db.commands.leases import LeaderLease, LostLeaseError, leader_transaction
from db.engine import Database
from db.limits import USUAL, Limits
from master_node.batch import Envelope, finish, open_batch
from master_node.gaps import Gaps
from master_node.heartbeats import Clocks
from master_node.inbox import Inbox, IncomingMessage
from master_node.ingest import refuse, take
from master_node.leader_thread import PASSING, LeaderThread, is_of_messages
from master_node.protocol.codec import OutgoingMessage, RefusedError, decode
from master_node.protocol.fields import MAX_SAMPLES
from master_node.protocol.messages import Records
from master_node.protocol.topics import UP, parse_topic
from master_node.refused_messages import Refusal, Refusals

LOG = logging.getLogger("bem.master-node")

GROUP_WITHIN_S = 0.1
GROUP_BYTES = 512 * 1024  # about 4,000 samples with a few extended channels
GROUP_MESSAGES = 500
FIRST_PAUSE_S, MAX_PAUSE_S = 0.05, 5.0
REFUSALS_EVERY_S = 1.0


class Writer(LeaderThread):
    """Takes messages from the inbox; what is left there at the end is not acknowledged."""

    def __init__(
        self,
        database: Database,
        lease: LeaderLease,
        inbox: Inbox,
        publish: Callable[[Sequence[OutgoingMessage]], None],
        limits: Limits = USUAL,
    ) -> None:
        super().__init__("writer")
        self._limits = limits
        self._database, self._lease, self._inbox, self._publish = database, lease, inbox, publish
        self._clocks, self._gaps = Clocks(), Gaps()
        self._written_at = 0.0
        self.unregistered_heard = Event()  # a unit that has not introduced itself was heard
        self.refusals = Refusals()
        self.stored = 0  # samples
        self.trouble_at: float | None = None  # the monotonic time of the last failed try
        self.trouble = ""  # why nothing can be stored now

    def _round(self) -> None:
        incoming = self._inbox.take(GROUP_BYTES, GROUP_MESSAGES, GROUP_WITHIN_S)
        envelopes = [one for one in map(self._parse, incoming) if one is not None]
        if envelopes:
            self._store(envelopes)
        self._write_refusals()

    def _parse(self, incoming: IncomingMessage) -> Envelope | None:
        address = parse_topic(incoming.topic)
        if address is None or address.kind not in UP:
            self._refuse(Refusal(incoming, "topic", "not a topic of bem/v1"))
            return None
        if incoming.size > len(incoming.payload):
            self._refuse(Refusal(incoming, "size", f"{incoming.size} bytes are too many"))
            return None
        try:
            message = decode(address.kind, incoming.payload)
        except RefusedError as error:
            self._refuse(Refusal.of(incoming, error))
            return None
        return Envelope(incoming, address, message)

    def _store(self, envelopes: Sequence[Envelope]) -> None:
        """Commit a group, or each message alone when one of them cannot be stored."""
        pause_s, tries = FIRST_PAUSE_S, 0
        while not self.stopping.is_set() and not self.lost.is_set():
            tries += 1
            try:
                self._commit(envelopes)
            except LostLeaseError:
                self.lost.set()
            except PASSING as error:
                if is_of_messages(error, tries, self._database, self._lease):
                    self._split(envelopes, error)
                    return
                self._pause(error, pause_s)
                pause_s = min(2 * pause_s, MAX_PAUSE_S)
            except Exception as error:  # noqa: BLE001 - no message may end this thread
                self._split(envelopes, error)
                return
            else:
                self._recovered()
                return

    def _split(self, envelopes: Sequence[Envelope], error: Exception) -> None:
        """Store each message alone; refuse the one that fails alone. Records are sent again."""
        self._recovered()
        if len(envelopes) > 1:
            for one in envelopes:
                self._store([one])
            return
        incoming = envelopes[0].incoming
        LOG.error("what=message-not-stored topic=%s", incoming.topic, exc_info=error)
        self._refuse(Refusal(incoming, "database", type(error).__name__))

    def _commit(self, envelopes: Sequence[Envelope]) -> None:
        # a message alone never is: what the server does not take in bulk is tried one by one
        bulk = sum(map(_samples, envelopes)) > MAX_SAMPLES
        with leader_transaction(self._database, self._lease, bulk=bulk) as transaction:
            batch = open_batch(transaction, envelopes, self._clocks, self._gaps, self._limits)
            for one in envelopes:
                try:
                    take(batch, one)
                except RefusedError as error:
                    refuse(batch, one, error)
            outgoing = finish(batch)
            if self.refusals:
                self.refusals.write(transaction)
        self.refusals.forget()
        self._written_at = time.monotonic()
        self.stored += batch.stored
        for refusal in batch.refusals:
            self._refuse(refusal)
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
            self._pause(error, FIRST_PAUSE_S)
        else:
            self.refusals.forget()

    def _refuse(self, refusal: Refusal) -> None:
        if refusal.kind == "unknown unit":
            self.unregistered_heard.set()
        self.refusals.add(refusal)

    def _pause(self, error: Exception, pause_s: float) -> None:
        if self.trouble_at is None:
            LOG.warning("what=database-trouble error=%s said=%r", type(error).__name__, str(error))
        self.trouble_at = time.monotonic()
        self.trouble = str(error) if isinstance(error, UnavailableError) else type(error).__name__
        self.stopping.wait(pause_s)

    def _recovered(self) -> None:
        if self.trouble_at is not None:
            LOG.info("what=database-back queue=%s", len(self._inbox))
            self.trouble_at, self.trouble = None, ""


def _samples(one: Envelope) -> int:
    message = one.message
    if not isinstance(message, Records) or message.samples is None:
        return 0
    return len(message.samples.at)
