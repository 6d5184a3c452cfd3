"""The thread that speaks with WattRex units while this master node leads."""

import logging
import time
from collections.abc import Sequence

from cycling.terms import StationCommand
from db.commands.leases import LeaderLease, LostLeaseError, leader_transaction
from db.commands.wattrex import units
from db.engine import Database, database_now
from db.limits import Limits
from db.models import Command
from master_node.inbox import Inbox, IncomingMessage
from master_node.leader_thread import PASSING, LeaderThread, is_of_messages
from master_node.link import Broker, Link
from master_node.protocol.codec import RefusedError
from master_node.refused_messages import Refusal, Refusals
from master_node.wattrex.handler import Envelope, Handler
from master_node.wattrex.messages import Heartbeat, decode
from master_node.wattrex.pickles import write_registration
from master_node.wattrex.topics import (
    DEVICES,
    HEARTBEATS,
    INFORM,
    REGISTER,
    parse_topic,
    sender_of,
)

LOG = logging.getLogger("bem.master-node")

CLIENT = "bem-wattrex-master"  # the broker keeps what units say while no master node is there
ROUND_S, WRITE_EVERY_S = 0.2, 1.0
MAX_BATCH_BYTES, MAX_BATCH_MESSAGES = 256 * 1024, 500


class WattrexService(LeaderThread):
    """Hears WattRex units, gives them their numbers, tells them what people ask of them."""

    def __init__(
        self, database: Database, broker: Broker, lease: LeaderLease, limits: Limits
    ) -> None:
        super().__init__("wattrex")
        self._database, self._lease = database, lease
        self._inbox = Inbox(limits)
        self._handler = Handler()
        self._uncommitted: list[Envelope] = []
        self._launches: list[int] = []  # commands that the broker has taken
        self._written_at = 0.0
        self._tries = 0  # of what is uncommitted
        self._began = False
        self.link = Link(
            broker,
            name=CLIENT,
            # an old heartbeat is worth nothing, a unit that wants its number asks only once
            subscriptions=[(REGISTER, 1), (DEVICES, 1), (HEARTBEATS, 0)],
            on_message=self._inbox.put,
            on_connect=self.begin_again,
            keeps_session=True,
        )
        self.refusals = Refusals(sender_in=sender_of)
        self.listens_since = time.monotonic()

    def start(self) -> None:
        """Connect and begin."""
        super().start()
        self.link.start()

    def stop(self) -> None:
        """Let the thread end soon."""
        super().stop()
        self._inbox.close()

    def disconnect(self) -> None:
        """Leave the broker, which keeps what comes for the next leader."""
        self.link.stop()

    def begin_again(self) -> None:
        """Listen anew: what was said before is not known."""
        self.listens_since = time.monotonic()

    def _begin(self) -> None:
        """Take up what an earlier leader has left, once."""
        if not self._began:
            with leader_transaction(self._database, self._lease) as transaction:
                self._handler.begin(transaction)
            self._began = True

    def _round(self) -> None:
        self._begin()
        for incoming in self._inbox.take(MAX_BATCH_BYTES, MAX_BATCH_MESSAGES, ROUND_S):
            self._take(incoming)
        due = time.monotonic() - self._written_at > WRITE_EVERY_S
        if (
            self._uncommitted
            or self._launches
            or (due and (self._handler.offsets or self.refusals))
        ):
            self._store(self._uncommitted)
            self._uncommitted.clear()
            self._tries = 0
        if self.link.connected:
            self._reply()
            self._send_commands()

    def _take(self, incoming: IncomingMessage) -> None:
        source = parse_topic(incoming.topic)
        if source is None:
            self.refusals.add(Refusal(incoming, "topic", "no WattRex unit publishes this"))
            return
        try:
            message = decode(source.kind, incoming.payload)
        except RefusedError as error:
            self.refusals.add(Refusal.of(incoming, error))
            return
        envelope = Envelope(incoming, source, message)
        if isinstance(message, Heartbeat):
            self._handler.note_heartbeat(envelope, message, time.time())
        else:
            self._uncommitted.append(envelope)

    def _store(self, messages: Sequence[Envelope]) -> None:
        """Commit what was heard, or each message alone when one of them cannot be stored."""
        try:
            self._write(messages)
        except LostLeaseError:
            raise
        except Exception as error:  # a boundary: no message may end this thread
            self._tries += 1
            passing = isinstance(error, PASSING)
            if not messages or (
                passing and not is_of_messages(error, self._tries, self._database, self._lease)
            ):
                raise
            self._split(messages, error)

    def _split(self, messages: Sequence[Envelope], error: Exception) -> None:
        """Store each message alone; refuse the one that fails alone, or was the only one."""
        if len(messages) > 1:
            for one in messages:
                self._store([one])
            return
        incoming = messages[0].incoming
        LOG.error("what=message-not-stored topic=%s", incoming.topic, exc_info=error)
        self.refusals.add(Refusal(incoming, "database", type(error).__name__))

    def _write(self, messages: Sequence[Envelope]) -> None:
        with leader_transaction(self._database, self._lease) as transaction:
            refusals = self._handler.store(transaction, messages)
            if self._launches:
                units.note_launches(transaction.session, self._launches, transaction.now)
            if self.refusals:
                self.refusals.write(transaction)
        self._written_at = time.monotonic()
        self.refusals.forget()
        self._handler.offsets.clear()
        self._launches.clear()
        for refusal in refusals:
            self.refusals.add(refusal)

    def _reply(self) -> None:
        """Publish the next step of somebody's registration, if it is time."""
        reply = self._handler.registrar.next_reply(time.monotonic())
        if reply is None:
            return
        LOG.info("what=wattrex-%s unit=%s", reply.step.name.lower(), reply.unit_id)
        identity = self._handler.identities[reply.unit_id]
        self.link.publish(INFORM, write_registration(reply.step, identity, reply.unit_id))

    def _send_commands(self) -> None:
        with self._database.read() as session:
            if not units.is_due(session, database_now(session)):
                return
        with leader_transaction(self._database, self._lease) as transaction:
            due = units.take_due(transaction.session, transaction.now)
        self._launches += [one.id for one in self._publish(due)]

    def _publish(self, due: Sequence[Command]) -> list[Command]:
        """Publish commands; return the launches that the broker has taken."""
        launched = []
        for one in due:
            launch = one.kind is StationCommand.LAUNCH and one.station_id is not None
            # a unit reads this with int(): anything but decimal digits would end it
            topic, number = (
                (f"/{one.unit_id}/launch", one.station_id)
                if launch
                else (f"/{one.unit_id}/req_detect", one.unit_id)
            )
            LOG.info("what=wattrex-%s unit=%s number=%s", one.kind.value, one.unit_id, number)
            if self.link.publish(topic, str(number).encode("ascii")) and launch:
                launched.append(one)
        return launched
