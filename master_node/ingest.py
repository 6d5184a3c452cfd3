"""What the messages of one transaction do; published is only what the commit has made true."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from db.commands.alarms import raise_alarm, raise_once
from db.commands.experiments.force_end import note_return
from db.commands.leases import LeaderTransaction
from db.commands.master_node import live_state, runs
from db.commands.master_node.command_delivery import store_answer
from db.commands.queue import hold_back
from db.commands.units import registration as units
from db.measures import writing
from db.measures.rows import MeasureRows
from db.models import StationLive, Unit
from db.queries.experiments.deletion import unknown_words
from db.queries.stations.unreachable import was_given_up
from master_node import registration
from master_node.heartbeats import Clocks, to_report
from master_node.inbox import IncomingMessage
from master_node.protocol import messages as m
from master_node.protocol.codec import RefusedError, encode
from master_node.protocol.topics import Address, Kind
from master_node.records import take_records


@dataclass(frozen=True)
class Envelope:
    """A message that was understood, and who sent it."""

    incoming: IncomingMessage
    address: Address
    message: m.Message

    @property
    def age_s(self) -> float:
        """How long ago it came."""
        return time.monotonic() - self.incoming.came_at


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to a unit, once the transaction is committed."""

    address: Address
    payload: bytes


@dataclass
class Batch:
    """The work of one transaction: rows that are loaded once, what is to be written and sent."""

    transaction: LeaderTransaction
    clocks: Clocks
    units: dict[str, Unit]
    runs_by_id: dict[int, runs.RunNow]
    stations: dict[int, set[int]]  # of each unit
    live_rows: dict[int, StationLive]
    parts: list[tuple[int, MeasureRows]] = field(default_factory=list)
    answered: dict[int, str] = field(default_factory=dict)  # hardware ids of acknowledged runs
    unknown: set[tuple[str, int]] = field(default_factory=set)  # hardware ids with experiments
    welcome: set[int] = field(default_factory=set)
    refused: list[tuple[IncomingMessage, str, str]] = field(default_factory=list)
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


def open_batch(transaction: LeaderTransaction, parsed: Sequence[Envelope], clocks: Clocks) -> Batch:
    """Load the rows that these messages are about."""
    session = transaction.session
    known = units.known_units(session, {one.address.hardware_id for one in parsed})
    about = {
        one.message.experiment
        for one in parsed
        if isinstance(one.message, m.Records | m.OfferAnswer)
    }
    found = runs.runs_now(session, about) if about else {}
    stations = live_state.stations_of(session, [unit.unit_id for unit in known.values()])
    named = {run.row.station_id for run in found.values()}
    for one in parsed:
        unit = known.get(one.address.hardware_id)
        if unit is not None and isinstance(one.message, m.Heartbeat):
            named |= {heartbeat.station for heartbeat in one.message.stations} & stations[
                unit.unit_id
            ]
    rows = live_state.rows_of(session, named, transaction.now) if named else {}
    return Batch(transaction, clocks, known, found, stations, rows)


def take(batch: Batch, one: Envelope) -> None:
    """Do what a message says. Raises RefusedError before anything of it was done."""
    _HANDLERS[one.address.kind](batch, one)


def finish(batch: Batch) -> list[OutgoingMessage]:
    """Write what was gathered; return what is to be sent after the commit."""
    session = batch.transaction.session
    writing.insert_missing(session, batch.parts)
    runs.store_events(session, batch.runs_by_id.values())
    session.flush()
    outgoing = [
        OutgoingMessage(Address(hardware_id, Kind.ACK), encode(_ack(batch.runs_by_id[experiment])))
        for experiment, hardware_id in batch.answered.items()
        if experiment in batch.runs_by_id
    ]
    for hardware_id, experiment in sorted(batch.unknown):
        told = m.Ack(experiment=experiment, samples=-1, events=-1, unknown=True)
        outgoing.append(OutgoingMessage(Address(hardware_id, Kind.ACK), encode(told)))
    for hardware_id, welcome in registration.welcomes(batch.transaction, batch.welcome):
        outgoing.append(OutgoingMessage(Address(hardware_id, Kind.SET_UP), encode(welcome)))
    return outgoing


def _ack(run: runs.RunNow) -> m.Ack:
    row = run.row
    return m.Ack(experiment=row.experiment_id, samples=row.through, events=row.events_through)


def _presence(batch: Batch, one: Envelope) -> None:
    assert isinstance(one.message, m.Presence)  # noqa: S101 - the decoder's type
    unit = batch.units.get(one.address.hardware_id)
    if unit is not None:  # else its hello follows
        units.set_online(batch.transaction.session, unit, one.message.online, batch.transaction.now)


def _hello(batch: Batch, one: Envelope) -> None:
    assert isinstance(one.message, m.Hello)  # noqa: S101
    hello = one.message
    if hello.hardware_id != one.address.hardware_id:
        raise RefusedError("foreign", "the hardware id is not that of the topic")
    unit_id = units.register(
        batch.transaction.session, registration.introduction(hello), batch.transaction.now
    )
    batch.units.update(units.known_units(batch.transaction.session, [hello.hardware_id]))
    batch.stations.setdefault(unit_id, set())
    batch.welcome.add(unit_id)


def _devices(batch: Batch, one: Envelope) -> None:
    assert isinstance(one.message, m.Devices)  # noqa: S101
    unit = batch.unit_of(one.address)
    found = [registration.found_device(device) for device in one.message.devices]
    units.store_devices(batch.transaction.session, unit.unit_id, found)
    units.heard(batch.transaction.session, unit, batch.transaction.now)


def _heartbeat(batch: Batch, one: Envelope) -> None:
    assert isinstance(one.message, m.Heartbeat)  # noqa: S101
    unit, heartbeat = batch.unit_of(one.address), one.message
    own = batch.stations[unit.unit_id]
    foreign = [said.station for said in heartbeat.stations if said.station not in own]
    if foreign:
        raise RefusedError("foreign", f"station {foreign[0]} is not of this unit")
    session, now = batch.transaction.session, batch.transaction.now
    offset_s = round(heartbeat.at - (now.timestamp() - one.age_s), 3)
    units.heard(session, unit, now, offset_s)
    for said in heartbeat.stations:
        row = batch.live_rows.get(said.station)
        if row is None:
            row = batch.live_rows[said.station] = live_state.rows_of(session, [said.station], now)[
                said.station
            ]
        live_state.report(row, to_report(said), at=moment(heartbeat.at), now=now)
    if batch.clocks.note(one.address.hardware_id, heartbeat.at, offset_s) and own:
        _alarm_clock(batch, unit, min(own), offset_s)


def _alarm_clock(batch: Batch, unit: Unit, station_id: int, offset_s: float) -> None:
    way = "ahead of" if offset_s > 0 else "behind"
    raise_alarm(
        batch.transaction.session,
        mark=f"clock-{unit.unit_id}-{batch.transaction.now.timestamp():.0f}",
        station_id=station_id,
        experiment_id=None,
        code="clock",
        text=f"The clock of {unit.hardware_id} is {abs(offset_s):.0f} s {way} the database's. "
        "The times of its measures are off by as much: set its clock.",
        at=batch.transaction.now,
    )


def _offer_answer(batch: Batch, one: Envelope) -> None:
    assert isinstance(one.message, m.OfferAnswer)  # noqa: S101
    answer = one.message
    run = batch.run_of(one.address, answer.experiment, answer.station)
    units.heard(batch.transaction.session, batch.unit_of(one.address), batch.transaction.now)
    if answer.accepted:
        runs.accept(run.row, batch.transaction.now)
    elif run.row.accepted_at is None and run.row.ended_at is None:
        _refused_offer(batch, run, answer.reason)


def _refused_offer(batch: Batch, run: runs.RunNow, reason: str) -> None:
    session, row = batch.transaction.session, run.row
    said = reason or "the station gave no reason"
    if not hold_back(session, row.experiment_id, f"Refused: {said}", now=batch.transaction.now):
        return
    del batch.runs_by_id[row.experiment_id]
    session.expunge(row)  # the row is gone
    raise_alarm(
        session,
        mark=f"refused-{row.experiment_id}",
        station_id=row.station_id,
        experiment_id=row.experiment_id,
        code="offer refused",
        text=f"The station has not taken experiment {row.experiment_id}: {said}",
        at=batch.transaction.now,
    )


def _records(batch: Batch, one: Envelope) -> None:
    assert isinstance(one.message, m.Records)  # noqa: S101
    records = one.message
    try:
        run = batch.run_of(one.address, records.experiment, records.station)
    except RefusedError as error:
        _unknown(batch, one, records, error)
        return
    units.heard(batch.transaction.session, batch.unit_of(one.address), batch.transaction.now)
    row = batch.live_rows[run.row.station_id]
    latest_heartbeat_at = batch.clocks.latest(one.address.hardware_id)
    before = run.row.through, run.row.events_through
    part = take_records(batch.transaction, run, row, records, latest_heartbeat_at)
    if was_given_up(run.row.end_reason) and before != (run.row.through, run.row.events_through):
        said = f"{one.address.hardware_id} is back with what it has of it"
        note_return(batch.transaction.session, run.row, said, batch.transaction.now)
    if part is not None:
        batch.parts.append((records.experiment, part))
        batch.stored += len(part)
    batch.answered[records.experiment] = one.address.hardware_id


def _unknown(batch: Batch, one: Envelope, records: m.Records, why: RefusedError) -> None:
    """Tell a unit that its experiment is not known, or it sends the same for ever; and a person.

    One alarm a station, until somebody has looked: nobody can fill the list of alarms.
    """
    batch.refused.append((one.incoming, why.kind, str(why)))
    unit = batch.unit_of(one.address)
    units.heard(batch.transaction.session, unit, batch.transaction.now)
    batch.unknown.add((one.address.hardware_id, records.experiment))
    if records.station in batch.stations[unit.unit_id]:
        raise_once(
            batch.transaction.session,
            mark=f"unknown-{unit.unit_id}-{records.experiment}",
            station_id=records.station,
            experiment_id=None,
            code="unknown experiment",
            text=f"{unit.hardware_id} has measures of experiment {records.experiment}, and keeps "
            f"them on its disk. {unknown_words(batch.transaction.session, records.experiment)}",
            at=batch.transaction.now,
        )


def _answer(batch: Batch, one: Envelope) -> None:
    assert isinstance(one.message, m.CommandAnswer)  # noqa: S101
    unit, answer = batch.unit_of(one.address), one.message
    known = store_answer(
        batch.transaction.session,
        answer.id,
        unit.unit_id,
        done=answer.done,
        reason=answer.reason,
        output_off=answer.output_off,
        now=batch.transaction.now,
    )
    if not known:
        raise RefusedError("foreign", f"this unit was not sent command {answer.id}")
    units.heard(batch.transaction.session, unit, batch.transaction.now)


_HANDLERS: dict[Kind, Callable[[Batch, Envelope], None]] = {
    Kind.PRESENCE: _presence,
    Kind.HELLO: _hello,
    Kind.DEVICES: _devices,
    Kind.HEARTBEAT: _heartbeat,
    Kind.OFFER_ANSWER: _offer_answer,
    Kind.RECORDS: _records,
    Kind.ANSWER: _answer,
}


def moment(unix_s: float) -> datetime:
    """Return a message's time."""
    return datetime.fromtimestamp(unix_s, UTC)
