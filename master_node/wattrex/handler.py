"""What the messages of WattRex units do to the database, and what is answered after the commit."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from db.commands.leases import LeaderTransaction
from db.commands.wattrex import command_delivery, units
from db.commands.wattrex.units import WattrexDevice, WattrexIdentity
from master_node.inbox import IncomingMessage
from master_node.protocol.codec import RefusedError
from master_node.wattrex.heartbeats import Freshness
from master_node.wattrex.messages import DevicesFound, Heartbeat, Message, Registration
from master_node.wattrex.pickles import RegisterStep
from master_node.wattrex.registrar import Registrar
from master_node.wattrex.topics import Source


@dataclass(frozen=True)
class Envelope:
    """A message that was understood, and where it came from."""

    incoming: IncomingMessage
    source: Source
    message: Message


@dataclass
class Handler:
    """What the leader remembers of WattRex units; the rest is in the database."""

    registrar: Registrar = field(default_factory=Registrar)
    freshness: Freshness = field(default_factory=Freshness)
    identities: dict[int, WattrexIdentity] = field(default_factory=dict)
    offsets: dict[int, float | None] = field(default_factory=dict)  # beats not written yet

    def begin(self, transaction: LeaderTransaction) -> None:
        """Take up the handshakes that an earlier leader has not finished."""
        for unit_id, identity in units.asking(transaction.session, transaction.now).items():
            self.identities[unit_id] = identity
            self.registrar.asked(unit_id, RegisterStep.DISCOVER, time.monotonic())

    def note_heartbeat(self, heard: Envelope, unix_s: float) -> None:
        """Remember a heartbeat until `store` writes it; nothing of an old one is kept."""
        assert isinstance(heard.message, Heartbeat)  # noqa: S101 - the decoder's type
        came_s = unix_s - (time.monotonic() - heard.incoming.came_at)
        unit_id = heard.source.unit_id
        offset_s = self.freshness.offset_of(unit_id, heard.message.at.timestamp(), came_s)
        if offset_s is not None:
            self.offsets[unit_id] = round(offset_s, 3)

    def store(
        self, transaction: LeaderTransaction, messages: Sequence[Envelope]
    ) -> list[tuple[IncomingMessage, str, str]]:
        """Write what was heard; return what was refused, with kinds and reasons."""
        if self.offsets:
            for unit_id in units.heard(transaction.session, self.offsets, transaction.now):
                self.registrar.heard(unit_id, time.monotonic())
        refused = []
        for one in messages:
            try:
                self._take(transaction, one)
            except RefusedError as error:
                refused.append((one.incoming, error.kind, str(error)))
        for unit_id in self.registrar.give_up():
            units.stop_asking(transaction.session, [unit_id])
        return refused

    def stored(self) -> None:
        """Forget what is committed."""
        self.offsets.clear()

    def _take(self, transaction: LeaderTransaction, one: Envelope) -> None:
        match one.message:
            case Registration() as said:
                identity = WattrexIdentity(said.mac, said.user, said.ip, said.port, said.host)
                unit_id = units.register(transaction.session, identity, transaction.now)
                self.identities[unit_id] = identity
                self.registrar.asked(unit_id, said.step, time.monotonic())
            case DevicesFound() as said:
                self._devices(transaction, one.source.unit_id, said)

    def _devices(self, transaction: LeaderTransaction, unit_id: int, said: DevicesFound) -> None:
        if unit_id not in units.known_units(transaction.session, [unit_id]):
            raise RefusedError("unknown unit", f"there is no WattRex unit {unit_id}")
        found = [WattrexDevice(one.kind_id, one.serial_number, one.link) for one in said.devices]
        stored, unknown = units.store_found(transaction.session, unit_id, found)
        command_delivery.note_found(transaction.session, unit_id, stored, transaction.now)
        if unknown:
            raise RefusedError(
                "device", f"the kind of device {unknown[0]} is not in CompatibleDevices"
            )
