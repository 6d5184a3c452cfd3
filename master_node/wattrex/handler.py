"""What the messages of WattRex units do to the database, and what is answered after the commit."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from db.commands.leases import LeaderTransaction
from db.commands.wattrex import units
from db.commands.wattrex.units import WattrexIdentity
from master_node.inbox import IncomingMessage
from master_node.protocol.codec import RefusedError
from master_node.refused_messages import Refusal
from master_node.wattrex.messages import DetectedDevices, Heartbeat, Message, Registration
from master_node.wattrex.pickles import RegisterStep
from master_node.wattrex.registrar import Registrar
from master_node.wattrex.topics import Source

LATE_S = 10.0
AGAIN_IN_A_ROW = 3  # so many late ones in a row: the unit's clock was set back
APART_S = 0.5  # what a broker has kept comes at once, what a unit says does not
MAX_UNITS = 1_000


@dataclass
class _Clock:
    latest: float  # time of its last fresh heartbeat, by itself
    offset_s: float  # how far it was ahead then
    late: int = 0
    late_at: float = 0.0


class Freshness:
    """Judges heartbeats by their own times; Unix seconds."""

    def __init__(self) -> None:
        self._clocks: dict[int, _Clock] = {}

    def offset_of(self, unit_id: int, at: float, now: float) -> float | None:
        """Return how far the unit's clock is ahead (s); None for an old or repeated heartbeat."""
        offset_s = at - now
        clock = self._clocks.get(unit_id)
        if clock is None:
            if len(self._clocks) >= MAX_UNITS:
                self._clocks.clear()
            self._clocks[unit_id] = _Clock(at, offset_s)
            return offset_s
        if at == clock.latest:
            return None
        if offset_s < clock.offset_s - LATE_S:
            if now - clock.late_at > APART_S:
                clock.late, clock.late_at = clock.late + 1, now
            if clock.late < AGAIN_IN_A_ROW:
                return None
        self._clocks[unit_id] = _Clock(at, offset_s)
        return offset_s


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
    offsets: dict[int, float | None] = field(default_factory=dict)  # heartbeats not written yet

    def begin(self, transaction: LeaderTransaction) -> None:
        """Take up the handshakes that an earlier leader has not finished."""
        waiting = units.waiting_units(transaction.session, transaction.now)
        for unit_id, identity in waiting.items():
            self._note_request(unit_id, identity, RegisterStep.DISCOVER)

    def note_heartbeat(self, envelope: Envelope, heartbeat: Heartbeat, unix_s: float) -> None:
        """Remember a heartbeat until `store` writes it; nothing of an old one is kept."""
        came_s = unix_s - (time.monotonic() - envelope.incoming.came_at)
        unit_id = envelope.source.unit_id
        offset_s = self.freshness.offset_of(unit_id, heartbeat.at.timestamp(), came_s)
        if offset_s is not None:
            self.offsets[unit_id] = round(offset_s, 3)

    def store(self, transaction: LeaderTransaction, envelopes: Sequence[Envelope]) -> list[Refusal]:
        """Write what has come; return what was refused. After the commit the offsets go."""
        session = transaction.session
        if self.offsets:
            for unit_id in units.note_heartbeats(session, self.offsets, transaction.now):
                self.registrar.note_heartbeat(unit_id, time.monotonic())
        refusals = []
        for one in envelopes:
            try:
                self._take(transaction, one)
            except RefusedError as error:
                refusals.append(Refusal.of(one.incoming, error))
        for unit_id in self.registrar.drop_silent():
            units.end_waiting(session, [unit_id])
        return refusals

    def _take(self, transaction: LeaderTransaction, envelope: Envelope) -> None:
        match envelope.message:
            case Registration(step, identity):
                unit_id = units.register(transaction.session, identity, transaction.now)
                self._note_request(unit_id, identity, step)
            case DetectedDevices() as detected:
                _store_devices(transaction, envelope.source.unit_id, detected)

    def _note_request(self, unit_id: int, identity: WattrexIdentity, step: RegisterStep) -> None:
        self.identities[unit_id] = identity
        self.registrar.note_request(unit_id, step, time.monotonic())


def _store_devices(transaction: LeaderTransaction, unit_id: int, detected: DetectedDevices) -> None:
    session = transaction.session
    if unit_id not in units.wattrex_units(session, [unit_id]):
        raise RefusedError("unknown unit", f"there is no WattRex unit {unit_id}")
    outcome = units.store_devices(session, unit_id, detected.devices)
    units.note_devices(session, unit_id, outcome.devices, transaction.now)
    if outcome.unknown_kinds:
        raise RefusedError(
            "device", f"the kind of device {outcome.unknown_kinds[0]} is not in CompatibleDevices"
        )
