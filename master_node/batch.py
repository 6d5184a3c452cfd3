"""The work of one transaction: rows that are loaded once, what is to be written and sent."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from db.commands.leases import LeaderTransaction
from db.commands.master_node import live_state, runs
from db.commands.units.registration import registered_units
from db.limits import Limits
from db.measures import writing
from db.measures.rows import MeasureRows
from db.models import StationLive, Unit
from master_node.gaps import Gaps
from master_node.heartbeats import Clocks
from master_node.inbox import IncomingMessage
from master_node.protocol import messages as m
from master_node.protocol.codec import OutgoingMessage, RefusedError
from master_node.protocol.fields import Message
from master_node.protocol.topics import Address, Kind
from master_node.refused_messages import Refusal
from master_node.registration import setup_messages


@dataclass(frozen=True)
class Envelope:
    """A message that was understood, and who sent it."""

    incoming: IncomingMessage
    address: Address
    message: Message

    @property
    def age_s(self) -> float:
        """How long ago it came."""
        return time.monotonic() - self.incoming.came_at


@dataclass
class Batch:
    """What the messages of one transaction are about, and what they ask for."""

    transaction: LeaderTransaction
    clocks: Clocks
    gaps: Gaps
    units: dict[str, Unit]
    runs_by_id: dict[int, runs.RunNow]
    stations: dict[int, set[int]]  # of each unit
    live_rows: dict[int, StationLive]
    parts: list[tuple[int, MeasureRows]] = field(default_factory=list)
    answered: dict[int, str] = field(default_factory=dict)  # hardware ids of acknowledged runs
    unknown: set[tuple[str, int]] = field(default_factory=set)  # hardware ids with experiments
    to_set_up: set[int] = field(default_factory=set)  # units that have introduced themselves
    refusals: list[Refusal] = field(default_factory=list)
    stored: int = 0

    def unit_of(self, address: Address) -> Unit:
        """Return who sends, if it has introduced itself. Raises RefusedError."""
        unit = self.units.get(address.hardware_id)
        if unit is None:
            raise RefusedError("unknown unit", "this unit has not introduced itself")
        return unit

    def run_of(self, address: Address, experiment: int, station: int) -> runs.RunNow:
        """Return a run of the sender's own station. Raises RefusedError."""
        run = self.runs_by_id.get(experiment)
        if run is None or run.hardware_id != address.hardware_id:
            raise RefusedError("foreign", f"experiment {experiment} is not on this unit")
        if run.row.station_id != station:
            raise RefusedError("foreign", f"experiment {experiment} is not on station {station}")
        return run


def open_batch(
    transaction: LeaderTransaction,
    envelopes: Sequence[Envelope],
    clocks: Clocks,
    gaps: Gaps,
    limits: Limits,
) -> Batch:
    """Load the rows that these messages are about."""
    session = transaction.session
    units = registered_units(session, {one.address.hardware_id for one in envelopes})
    experiments = {
        one.message.experiment
        for one in envelopes
        if isinstance(one.message, m.Records | m.OfferAnswer)
    }
    runs_by_id = runs.runs_now(session, experiments) if experiments else {}
    for run in runs_by_id.values():
        run.goes_on_after_limit = bool(limits.go_on_after_limit)
    stations = live_state.stations_of(session, [unit.unit_id for unit in units.values()])
    station_ids = {run.row.station_id for run in runs_by_id.values()}
    for one in envelopes:
        unit = units.get(one.address.hardware_id)
        if unit is not None and isinstance(one.message, m.Heartbeat):
            own = stations[unit.unit_id]
            station_ids |= {part.station for part in one.message.stations} & own
    rows = live_state.rows_of(session, station_ids, transaction.now)
    return Batch(transaction, clocks, gaps, units, runs_by_id, stations, rows)


def finish(batch: Batch) -> list[OutgoingMessage]:
    """Write what was gathered; return what is to be sent after the commit."""
    session = batch.transaction.session
    writing.insert_missing(session, batch.parts)
    runs.store_events(session, batch.runs_by_id.values())
    session.flush()
    outgoing = []
    for experiment, hardware_id in batch.answered.items():
        if experiment in batch.runs_by_id:
            row = batch.runs_by_id[experiment].row
            ack = m.Ack(experiment=experiment, samples=row.through, events=row.events_through)
            outgoing.append(OutgoingMessage.to(hardware_id, Kind.ACK, ack))
    for hardware_id, experiment in sorted(batch.unknown):
        ack = m.Ack(experiment=experiment, samples=-1, events=-1, unknown=True)
        outgoing.append(OutgoingMessage.to(hardware_id, Kind.ACK, ack))
    return [*outgoing, *setup_messages(batch.transaction, batch.to_set_up)]
