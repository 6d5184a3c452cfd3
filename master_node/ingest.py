"""What each message of a unit does; published is only what the commit has made true."""

import logging

from db.commands.alarms import is_acknowledged, raise_alarm
from db.commands.experiments.force_end import note_return
from db.commands.master_node import live_state, runs
from db.commands.master_node.command_delivery import store_answer
from db.commands.queue import hold_back
from db.commands.units import registration as units
from db.models import Unit
from db.queries.experiments.deletion import unknown_words
from db.queries.stations.offers import attempt_of
from db.queries.stations.run import is_force_end
from master_node.batch import Batch, Envelope
from master_node.dispatch import alarm_refusal
from master_node.gaps import Missing, missing
from master_node.heartbeats import to_report
from master_node.protocol import messages as m
from master_node.protocol.codec import RefusedError
from master_node.records import take_records, to_time
from master_node.refused_messages import Refusal
from master_node.registration import introduction, reported_device

LOG = logging.getLogger("bem.master-node")


def take(batch: Batch, envelope: Envelope) -> None:
    """Do what a message says. Raises RefusedError before anything of it was done."""
    match envelope.message:
        case m.Presence() as presence:
            _take_presence(batch, envelope, presence)
        case m.Hello() as hello:
            _take_hello(batch, envelope, hello)
        case m.Devices() as devices:
            _take_devices(batch, envelope, devices)
        case m.Heartbeat() as heartbeat:
            _take_heartbeat(batch, envelope, heartbeat)
        case m.OfferAnswer() as answer:
            _take_offer_answer(batch, envelope, answer)
        case m.Records() as records:
            _take_records(batch, envelope, records)
        case m.CommandAnswer() as answer:
            _take_command_answer(batch, envelope, answer)


def _take_presence(batch: Batch, envelope: Envelope, presence: m.Presence) -> None:
    unit = batch.units.get(envelope.address.hardware_id)
    if unit is not None:  # else its hello follows
        transaction = batch.transaction
        units.set_online(transaction.session, unit, presence.online, transaction.now)


def _take_hello(batch: Batch, envelope: Envelope, hello: m.Hello) -> None:
    if hello.hardware_id != envelope.address.hardware_id:
        raise RefusedError("foreign", "the hardware id is not that of the topic")
    session = batch.transaction.session
    unit_id = units.register(session, introduction(hello), batch.transaction.now)
    batch.units.update(units.registered_units(session, [hello.hardware_id]))
    batch.stations.setdefault(unit_id, set())
    batch.to_set_up.add(unit_id)


def _take_devices(batch: Batch, envelope: Envelope, message: m.Devices) -> None:
    unit = batch.unit_of(envelope.address)
    devices = [reported_device(device) for device in message.devices]
    units.store_devices(batch.transaction.session, unit.unit_id, devices)
    _note_contact(batch, unit)


def _take_heartbeat(batch: Batch, envelope: Envelope, heartbeat: m.Heartbeat) -> None:
    unit = batch.unit_of(envelope.address)
    own = batch.stations[unit.unit_id]
    foreign = [one.station for one in heartbeat.stations if one.station not in own]
    if foreign:
        raise RefusedError("foreign", f"station {foreign[0]} is not of this unit")
    now = batch.transaction.now
    offset_s = round(heartbeat.at - (now.timestamp() - envelope.age_s), 3)
    _note_contact(batch, unit, offset_s)
    elsewhere = _experiments_elsewhere(batch, heartbeat)
    for one in heartbeat.stations:
        if one.station in elsewhere:
            continue
        row = batch.live_rows[one.station]
        live_state.take_report(row, to_report(one), at=to_time(heartbeat.at), now=now)
    if elsewhere:
        station, experiment = next(iter(elsewhere.items()))
        reason = f"experiment {experiment} is not on station {station}"
        refuse(batch, envelope, RefusedError("foreign", reason))
    if batch.clocks.note(unit.hardware_id, heartbeat.at, offset_s) and own:
        _alarm_clock(batch, unit, min(own), batch.clocks.off_by_s(unit.hardware_id))


def _experiments_elsewhere(batch: Batch, heartbeat: m.Heartbeat) -> dict[int, int]:
    """Return the stations that say they run what was given to another one, with what they name."""
    named = {
        one.station: one.experiment
        for one in heartbeat.stations
        if one.experiment is not None
        and one.experiment != batch.live_rows[one.station].experiment_id
    }
    if not named:
        return {}
    rightful = runs.stations_of_experiments(batch.transaction.session, named.values())
    return {
        station: experiment
        for station, experiment in named.items()
        if rightful.get(experiment, station) != station
    }


def refuse(batch: Batch, envelope: Envelope, error: RefusedError) -> None:
    """Refuse a message; alarm where it names what is another unit's, or another station's."""
    batch.refusals.append(Refusal.of(envelope.incoming, error))
    unit = batch.units.get(envelope.address.hardware_id)
    own = batch.stations.get(unit.unit_id) if unit else None
    if error.kind != "foreign" or unit is None or not own:
        return
    now = batch.transaction.now
    raise_alarm(
        batch.transaction.session,
        key=f"foreign-{unit.unit_id}-{now.timestamp():.0f}",
        station_id=min(own),
        code="foreign message",
        text=f"{unit.hardware_id} has sent what is not its own: {error}. Nothing of it was taken. "
        "Two units may have one name or one journal, or somebody uses its account: look at it.",
        at=now,
        unless_open=True,
    )


def _alarm_clock(batch: Batch, unit: Unit, station_id: int, offset_s: float) -> None:
    way = "ahead of" if offset_s > 0 else "behind"
    raise_alarm(
        batch.transaction.session,
        key=f"clock-{unit.unit_id}-{batch.transaction.now.timestamp():.0f}",
        station_id=station_id,
        code="clock",
        text=f"The clock of {unit.hardware_id} is {abs(offset_s):.0f} s {way} the database's. "
        "The times of its measures are off by as much: set its clock.",
        at=batch.transaction.now,
    )


def _take_offer_answer(batch: Batch, envelope: Envelope, answer: m.OfferAnswer) -> None:
    run = batch.run_of(envelope.address, answer.experiment, answer.station)
    _note_contact(batch, batch.unit_of(envelope.address))
    if answer.accepted:
        runs.accept(run.row, batch.transaction.now)
    elif run.row.accepted_at is None and run.row.ended_at is None and _is_present(batch, answer):
        _take_back_offer(batch, run, answer.reason or "the station gave no reason")


def _is_present(batch: Batch, answer: m.OfferAnswer) -> bool:
    """Whether an answer is not one that was given to an earlier attempt."""
    now = attempt_of(batch.transaction.session, answer.experiment)
    return answer.attempt is None or answer.attempt == now


def _take_back_offer(batch: Batch, run: runs.RunNow, reason: str) -> None:
    """Hold what a station has refused, and alarm."""
    session, row = batch.transaction.session, run.row
    if not hold_back(session, row.experiment_id, f"Refused: {reason}", now=batch.transaction.now):
        return
    del batch.runs_by_id[row.experiment_id]
    session.expunge(row)  # the row is gone
    text = f"The station has not taken experiment {row.experiment_id}: {reason}"
    alarm_refusal(batch.transaction, row.experiment_id, row.station_id, text)


def _take_records(batch: Batch, envelope: Envelope, records: m.Records) -> None:
    hardware_id = envelope.address.hardware_id
    try:
        run = batch.run_of(envelope.address, records.experiment, records.station)
    except RefusedError as error:
        _refuse_unknown(batch, envelope, records, error)
        return
    _note_contact(batch, batch.unit_of(envelope.address))
    if gap := missing(batch.gaps, records, run.row, batch.transaction.now):
        _take_gap(batch, gap)
    before = run.row.through, run.row.events_through
    part = take_records(
        batch.transaction,
        run,
        batch.live_rows[run.row.station_id],
        records,
        batch.clocks.latest(hardware_id),
    )
    if is_force_end(run.row.end_reason) and before != (run.row.through, run.row.events_through):
        text = f"{hardware_id} is back with what it has of it"
        note_return(batch.transaction.session, run.row, text, batch.transaction.now)
    if part is not None:
        batch.parts.append((records.experiment, part))
        batch.stored += len(part)
    batch.answered[records.experiment] = hardware_id


def _take_gap(batch: Batch, gap: Missing) -> None:
    """Alarm where a unit has forgotten what we have lost; go on once somebody has acknowledged."""
    session = batch.transaction.session
    decided = gap.keys if gap.only_events else gap.key  # who lost measures has lost events, too
    if is_acknowledged(session, decided, begins=gap.only_events):
        LOG.warning("what=goes-on-after-gap experiment=%s", gap.run.experiment_id)
        gap.go_on()
        return
    raise_alarm(
        session,
        key=gap.key,
        station_id=gap.run.station_id,
        experiment_id=gap.run.experiment_id,
        code="measures missing",
        text=gap.text,
        at=batch.transaction.now,
    )


def _refuse_unknown(
    batch: Batch, envelope: Envelope, records: m.Records, error: RefusedError
) -> None:
    """Tell a unit that its experiment is not known, or it sends the same for ever; and a person.

    One alarm a station, until somebody has looked: nobody can fill the list of alarms.
    """
    unit = batch.unit_of(envelope.address)
    _note_contact(batch, unit)
    batch.unknown.add((unit.hardware_id, records.experiment))
    session = batch.transaction.session
    if runs.stations_of_experiments(session, [records.experiment]):
        refuse(batch, envelope, error)
        return
    batch.refusals.append(Refusal.of(envelope.incoming, error))
    if records.station in batch.stations[unit.unit_id]:
        raise_alarm(
            session,
            key=f"unknown-{unit.unit_id}-{records.experiment}",
            station_id=records.station,
            code="unknown experiment",
            text=f"{unit.hardware_id} has measures of experiment {records.experiment}, and keeps "
            f"them on its disk. {unknown_words(session, records.experiment)}",
            at=batch.transaction.now,
            unless_open=True,
        )


def _take_command_answer(batch: Batch, envelope: Envelope, answer: m.CommandAnswer) -> None:
    unit = batch.unit_of(envelope.address)
    was_sent = store_answer(
        batch.transaction.session,
        answer.id,
        unit.unit_id,
        done=answer.done,
        reason=answer.reason,
        output_off=answer.output_off,
        now=batch.transaction.now,
    )
    if not was_sent:
        raise RefusedError("foreign", f"this unit was not sent command {answer.id}")
    _note_contact(batch, unit)


def _note_contact(batch: Batch, unit: Unit, clock_offset_s: float | None = None) -> None:
    transaction = batch.transaction
    units.note_contact(transaction.session, unit, transaction.now, clock_offset_s)
