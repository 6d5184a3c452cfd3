"""A master node that leads: its connection to the broker and its two threads."""

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

from db.commands.leases import LeaderLease
from db.engine import Database
from db.limits import Limits
from master_node.duties import Duties
from master_node.inbox import Inbox
from master_node.leader_thread import LeaderThread, ends
from master_node.link import Broker, Link, Will
from master_node.protocol.codec import OutgoingMessage, RefusedError, decode_master, encode
from master_node.protocol.messages import MasterPresence
from master_node.protocol.topics import FROM_UNITS, MASTER
from master_node.wattrex.service import WattrexService
from master_node.writer import Writer

LOG = logging.getLogger("bem.master-node")

WARN_AFTER_S = 3.0
ASK_UNREGISTERED_EVERY_S = 30.0
THREADS_END_WITHIN_S, LINK_ENDS_WITHIN_S = 0.8, 0.5


class Leader:
    """Listens, stores, speaks; for as long as the lease is ours."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        lease: LeaderLease,
        silent_after: timedelta,
        *,
        wattrex: bool,
        limits: Limits,
    ) -> None:
        self._lease, self._broker = lease, broker
        self._inbox = Inbox(limits)
        self._link = Link(
            broker,
            name="bem-master-node",
            subscriptions=[(FROM_UNITS, 1), (MASTER, 1)],
            on_message=self._came,
            on_connect=self._connected,
            will=Will(MASTER, self._presence(online=False)),
        )
        self._writer = Writer(database, lease, self._inbox, self._publish, limits)
        self._wattrex = WattrexService(database, broker, lease, limits) if wattrex else None
        self._duties = Duties(
            database,
            lease,
            self._inbox,
            self._writer,
            self._publish,
            self._link,
            silent_after,
            self._wattrex,
            limits.mqtt_message_bytes,
        )
        self._threads: list[LeaderThread] = [self._writer, self._duties]
        if self._wattrex is not None:
            self._threads.append(self._wattrex)
        self._began_at = time.monotonic()
        self._asked_at = 0.0
        self._warned = False

    @property
    def lost(self) -> bool:
        """Whether somebody else leads now."""
        return any(thread.lost.is_set() for thread in self._threads)

    @property
    def gives_up(self) -> bool:
        """Whether somebody else should lead, who has the broker."""
        return self._duties.gives_up

    def start(self) -> None:
        """Connect and begin."""
        for thread in self._threads:
            thread.start()
        self._link.start()

    def look(self) -> None:
        """Say once that the broker is missing; let units that we don't know introduce themselves.

        Raises RuntimeError when a thread has died: another process must do its work.
        """
        if not self.lost and not all(thread.alive for thread in self._threads):
            raise RuntimeError("a thread of the master node has ended")
        now = time.monotonic()
        if self._link.connected:
            self._warned = False
            if (
                self._writer.unregistered_heard.is_set()
                and now - self._asked_at > ASK_UNREGISTERED_EVERY_S
            ):
                self._asked_at = now
                self._writer.unregistered_heard.clear()
                self._say_online()
        elif not self._warned and now - self._began_at > WARN_AFTER_S:
            self._warned = True
            where = f"{self._broker.host}:{self._broker.port}"
            LOG.warning("what=no-broker where=%s said='trying on'", where)

    def stop(self, *, leading: bool) -> bool:
        """Stop reading, storing and speaking; True if everything has ended in time.

        Without the lease nothing more is said: another one speaks now.
        """
        for thread in self._threads:
            thread.stop()
        self._inbox.close()
        until = time.monotonic() + THREADS_END_WITHIN_S
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        if leading:
            self._link.publish(MASTER, self._presence(online=False), retain=True)
        disconnected = ends(self._disconnect, LINK_ENDS_WITHIN_S)
        return disconnected and not any(thread.alive for thread in self._threads)

    def _disconnect(self) -> None:
        self._link.stop()
        if self._wattrex is not None:
            self._wattrex.disconnect()

    def _came(self, topic: str, payload: bytes) -> None:
        if topic == MASTER:
            self._correct(payload)
        else:
            self._inbox.put(topic, payload)

    def _correct(self, payload: bytes) -> None:
        """Say again that we are here when an earlier master's last will says otherwise."""
        try:
            presence = decode_master(payload)
        except RefusedError:
            presence = MasterPresence(online=False, epoch=0)
        epoch = self._lease.epoch
        if presence.epoch < epoch or (presence.epoch == epoch and not presence.online):
            self._say_online()

    def _connected(self) -> None:
        self._duties.begin_again()
        self._say_online()

    def _say_online(self) -> None:
        if not self._writer.stopping.is_set():
            self._link.publish(MASTER, self._presence(online=True), retain=True)

    def _presence(self, *, online: bool) -> bytes:
        return encode(MasterPresence(online=online, epoch=self._lease.epoch))

    def _publish(self, outgoing: Sequence[OutgoingMessage]) -> None:
        for one in outgoing:
            self._link.publish(one.address.topic, one.payload)
