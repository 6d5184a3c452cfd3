"""The writer of the master node, without a broker: groups, bulk, failures of the database."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from cycling.errors import UnavailableError
from cycling.terms import ExperimentStatus, StationState
from db.commands import leases
from db.commands.alarms import acknowledge
from db.commands.audit import By
from db.commands.queue import next_queued
from db.engine import connect
from db.failures import DiskFullError
from db.limits import USUAL
from db.models import (
    ConfirmedBattery,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    Plan,
    RefusedCount,
    Run,
    RunEvent,
    StationAlarm,
    StationLive,
)
from db.queries.stations.offers import unit_setups
from db.terms import PlanState
from master_node import gaps
from master_node import writer as writer_module
from master_node.inbox import Inbox, IncomingMessage
from master_node.protocol import events
from master_node.protocol import messages as m
from master_node.protocol.codec import decode, encode
from master_node.protocol.topics import Address, Kind
from master_node.writer import Writer
from tests.faults.lab import Lab
from tests.faults.unit import ScriptedRun


class NoBroker:
    def url(self, user: str) -> str:
        return f"mqtt://{user}:x@127.0.0.1:1"


class Stage:
    """A unit with two stations that run one experiment each, and a writer in this thread."""

    def __init__(self, url: str, folder) -> None:
        self.lab = Lab(url, NoBroker(), folder)
        self.unit = self.lab.unit("unit-0", stations=2)
        stations = self.lab.stations["unit-0"]
        self.experiments = [self.lab.queue(station) for station in stations]
        with self.lab.database.write() as session:
            (setup,) = unit_setups(session)
            for station, experiment in zip(setup.stations, self.experiments, strict=True):
                self.unit.stations[station.station_id] = [
                    channel.used_measure_id for channel in station.channels
                ]
                session.add(
                    Run(
                        experiment_id=experiment,
                        station_id=station.station_id,
                        offered_at=datetime.now(UTC),
                        through=-1,
                        events_through=-1,
                    )
                )
        self.database = connect(url)  # the writer's own: people may take their time
        leases.limit_waiting(self.database)
        self.lease = leases.acquire(self.database, "test", {})
        self.sent = []
        self.writer = Writer(self.database, self.lease, Inbox(), self.sent.extend)

    def records(self, first: int, last: int, which: int = 0) -> IncomingMessage:
        station = list(self.unit.stations)[which]
        run = ScriptedRun(self.experiments[which], station, made=10**6)
        return self.message(Kind.RECORDS, self.unit.records(run, first, last))

    def message(self, kind: Kind, message: m.Message) -> IncomingMessage:
        payload = encode(message)
        topic = Address("unit-0", kind).topic
        return IncomingMessage(topic, payload, len(payload), time.monotonic())

    def store(self, *incoming: IncomingMessage) -> list[m.Message]:
        """Return what is sent after the commit."""
        self.sent.clear()
        self.writer._store([self.writer._parse(one) for one in incoming])
        return [decode(one.address.kind, one.payload) for one in self.sent]


@pytest.fixture
def stage(database_url: str, tmp_path):
    made = Stage(database_url, tmp_path)
    yield made
    made.database.dispose()
    made.lab.close()


def test_what_was_recorded_in_a_pause_is_a_step_without_a_number(stage: Stage):
    experiment, station = stage.experiments[0], next(iter(stage.unit.stations))
    records = m.Records(
        experiment=experiment,
        station=station,
        samples=m.Samples(
            first=0,
            at=[1.7e9, 1.7e9 + 1, 1.7e9 + 2],
            test_time_s=[0.0, 1.0, 1.0],
            instruction=[3, 3, 3],
            step=[2, 2, 2],
            cycle=[1, 1, 1],
            voltage=[3.7, 3.8, 3.75],
            current=[1.5, 1.5, 0.0002],
            paused=[False, False, True],
        ),
    )
    (ack,) = stage.store(stage.message(Kind.RECORDS, records))
    assert ack.samples == 2
    with stage.lab.database.read() as session:
        rows = session.execute(
            select(GenericMeasure.instruction_id, GenericMeasure.step, GenericMeasure.current_ma)
            .where(GenericMeasure.experiment_id == experiment)
            .order_by(GenericMeasure.id)
        ).all()
    assert rows[1:] == [(3, 2, 1500.0), (3, None, pytest.approx(0.2))]


def test_a_pause_shows_no_current_from_before_it(stage: Stage):
    """Its event comes up to 2 s before the next heartbeat."""
    experiment, station = stage.experiments[0], next(iter(stage.unit.stations))
    at = time.time()

    def stored(first: int, seconds: list[float], **more) -> StationLive:
        samples = m.Samples(
            first=first,
            at=[at + one for one in seconds],
            test_time_s=[100 + one for one in seconds],
            **{name: [1] * len(seconds) for name in ("instruction", "step", "cycle")},
            voltage=[3.8] * len(seconds),
            current=[1.65] * len(seconds),
        )
        records = m.Records(experiment=experiment, station=station, samples=samples, **more)
        stage.store(stage.message(Kind.RECORDS, records))
        with stage.lab.database.read() as session:
            return session.get_one(StationLive, station)

    heartbeat = m.StationHeartbeat(
        station=station,
        state=StationState.RUNNING,
        output_on=True,
        experiment=experiment,
        voltage=3.8,
        current=1.65,
    )
    stage.store(stage.message(Kind.HEARTBEAT, m.Heartbeat(at=at, stations=[heartbeat])))
    stamps = {"at": at + 0.5, "test_time_s": 100.5}
    began = events.Started(n=0, at=at - 9, test_time_s=0.0)
    live = stored(0, [0.0], events=[began])
    assert (live.output_on, live.current_a) == (True, 1.65)
    live = stored(1, [0.5], events=[events.Paused(n=1, voltage=3.71, **stamps)])
    assert (live.output_on, live.current_a, live.voltage_v) == (False, None, 3.71)


def test_a_group_is_acknowledged_once_for_each_experiment(stage: Stage):
    acks = stage.store(
        stage.records(0, 9),
        stage.records(5, 19),
        stage.records(0, 4, which=1),
        stage.records(30, 39),  # leaves a gap
    )
    first, second = stage.experiments
    assert {(ack.experiment, ack.samples, ack.events) for ack in acks} == {
        (first, 19, -1),
        (second, 4, -1),
    }
    stage.lab.check_exact(first, 20)
    stage.lab.check_exact(second, 5)
    assert stage.writer.stored == 25


def test_a_large_group_is_loaded_in_bulk(stage: Stage):
    stage.store(
        *(stage.records(n * 900, n * 900 + 899, which) for n in range(3) for which in (0, 1))
    )
    for experiment in stage.experiments:
        stage.lab.check_exact(experiment, 2_700)
    assert stage.store(stage.records(0, 1999), stage.records(0, 1999))[0].samples == 2_699


@pytest.mark.parametrize("known", [10, 1_500])
def test_rows_that_are_there_already_stay(stage: Stage, known: int):
    """Also in bulk: then each message is stored by itself."""
    stage.store(stage.records(0, known - 1))
    with stage.lab.database.write() as session:
        session.execute(update(Run).values(through=-1))
        session.execute(
            update(GenericMeasure).where(GenericMeasure.id == 5).values(instruction_id=77)
        )
    stage.store(stage.records(0, 1_499), stage.records(1_500, 2_999))
    stage.lab.check_exact(stage.experiments[0], 3_000)
    with stage.lab.database.read() as session:
        kept = session.scalars(select(GenericMeasure.id).where(GenericMeasure.instruction_id == 77))
        assert kept.all() == [5]


def test_a_database_that_fails_is_tried_again_and_nothing_is_acknowledged_before(
    stage: Stage, monkeypatch
):
    monkeypatch.setattr(writer_module, "FIRST_PAUSE_S", 0.001)
    really = Writer._commit
    failures = [UnavailableError("gone"), OperationalError("", {}, Exception("disk is full"))]

    def commit(self, parsed) -> None:
        if failures:
            with leases.leader_transaction(stage.lab.database, stage.lease):
                raise failures.pop()
        assert stage.sent == []
        really(self, parsed)

    monkeypatch.setattr(Writer, "_commit", commit)
    (ack,) = stage.store(stage.records(0, 9))
    assert ack.samples == 9
    assert stage.writer.trouble_at is None


def test_with_a_full_disk_no_message_is_refused_and_the_reason_is_said(stage: Stage, monkeypatch):
    monkeypatch.setattr(writer_module, "FIRST_PAUSE_S", 0.001)
    really, said = Writer._commit, []

    def commit(self, parsed) -> None:
        said.append(self.trouble)
        if len(said) <= 6:
            raise DiskFullError("The disk of the database is full or broken.")
        really(self, parsed)

    monkeypatch.setattr(Writer, "_commit", commit)
    acks = stage.store(stage.records(0, 9), stage.records(0, 9, which=1))
    assert len(acks) == 2
    assert said[-1] == "The disk of the database is full or broken."
    assert (stage.writer.trouble, stage.writer.refusals.total) == ("", 0)


@pytest.mark.fault(17)
@pytest.mark.parametrize(
    "error",
    [
        ValueError("not foreseen"),
        OperationalError("INSERT", {}, Exception(1366, "Incorrect integer value")),
        UnavailableError("a lock that only this message meets"),
    ],
)
def test_one_message_that_cannot_be_stored_does_not_hold_up_the_others(
    stage: Stage, error: Exception, monkeypatch, record_property
):
    monkeypatch.setattr(writer_module, "FIRST_PAUSE_S", 0.001)
    heartbeat = m.Heartbeat(at=time.time(), stations=[])
    bad = stage.message(Kind.HEARTBEAT, m.Heartbeat(at=time.time(), stations=[]))
    good = stage.records(0, 4, which=1)
    really = writer_module.take

    def take(batch, one) -> None:
        really(batch, one)
        if one.incoming is bad:
            raise error

    writer_module.take = take
    try:
        acks = stage.store(good, bad, stage.message(Kind.HEARTBEAT, heartbeat))
    finally:
        writer_module.take = really
    assert [type(ack) for ack in acks] == [m.Ack]
    for name, count in (("tries", 1), ("sent", 5), ("stored", stage.writer.stored)):
        record_property(name, count)
    stage.lab.check_exact(stage.experiments[1], 5)
    stage.writer._write_refusals()
    with stage.lab.database.read() as session:
        assert session.get(RefusedCount, ("unit-0", "database")).count == 1


def test_who_has_lost_the_lease_stores_and_says_nothing(stage: Stage):
    leases.release(stage.lab.database, stage.lease)
    leases.acquire(stage.lab.database, "another", {})
    assert stage.store(stage.records(0, 9)) == []
    assert stage.writer.lost.is_set()
    with stage.lab.database.read() as session:
        for model in (GenericMeasure, ExtendedMeasure, StationLive):
            assert session.scalar(select(func.count()).select_from(model)) == 0


def test_a_pause_has_begun_when_its_event_says_so_whoever_told_of_it_first(stage: Stage):
    """The live view's begin is that of the course, not the time at which a heartbeat came."""
    experiment, station = stage.experiments[0], next(iter(stage.unit.stations))
    now = time.time()
    beat = m.StationHeartbeat(
        station=station, state=StationState.PAUSED, output_on=False, experiment=experiment
    )
    stage.store(stage.message(Kind.HEARTBEAT, m.Heartbeat(at=now, stations=[beat])))
    paused = events.Paused(n=1, at=now - 7, test_time_s=1.0)
    began = events.Started(n=0, at=now - 60, test_time_s=0.0)
    records = m.Records(experiment=experiment, station=station, events=[began, paused])
    stage.store(stage.message(Kind.RECORDS, records))
    (live,) = [one for one in stage.lab.all_rows(StationLive) if one.station_id == station]
    assert live.state is StationState.PAUSED
    assert live.state_since.timestamp() == pytest.approx(now - 7, abs=1e-3)


def test_the_small_line_of_the_monitor_breaks_at_an_outage(stage: Stage):
    station, experiment = next(iter(stage.unit.stations)), stage.experiments[0]
    now = time.time()
    stage.store(stage.records(0, 4))
    with stage.lab.database.write() as session:
        session.get_one(StationLive, station).trend = [[now - 30, 5.27], [now - 5, 5.68]]
    back = events.Paused(n=1, at=now - 6, test_time_s=1.0, interrupted=True)
    began = events.Started(n=0, at=now - 60, test_time_s=0.0)
    records = m.Records(experiment=experiment, station=station, events=[began, back])
    stage.store(stage.message(Kind.RECORDS, records))
    (live,) = [one for one in stage.lab.all_rows(StationLive) if one.station_id == station]
    assert [volts for _, *volts in live.trend] == [[5.27], [], [5.68]]


EVENTS = {
    "trip": (
        events.Tripped(
            n=1, at=1e9, test_time_s=1.0, channel="voltage", value=4.3, limit=4.25, text=""
        ),
        "voltage: 4.3, the limit is 4.25. The output is off.",
    ),
    "interrupted": (
        events.Paused(
            n=1, at=1e9, test_time_s=1.0, interrupted=True, voltage_before=3.7, voltage=3.65
        ),
        "3.700 V before, 3.650 V now",
    ),
    "fan": (events.Warned(n=1, at=1e9, test_time_s=1.0, code="fan", text="slow fan"), "slow fan"),
    "output on": (
        events.Ended(n=1, at=1e9, test_time_s=1.0, result="error", output_off=False),
        "go to the station",
    ),
}


def test_an_interruption_says_what_stays_true_when_the_run_goes_on(stage: Stage):
    started, (back, _says) = events.Started(n=0, at=1e9, test_time_s=0.0), EVENTS["interrupted"]
    resumed = events.Resumed(n=2, at=1e9 + 60, test_time_s=1.0)
    experiment, station = stage.experiments[0], next(iter(stage.unit.stations))
    records = m.Records(experiment=experiment, station=station, events=[started, back, resumed])
    stage.store(stage.message(Kind.RECORDS, records))
    (alarm,) = stage.lab.all_rows(StationAlarm)
    assert alarm.text == (
        "The station was off in the middle of the experiment, and paused it when it came back: "
        "3.700 V before, 3.650 V now. Look at the cell."
    )


def test_a_station_that_was_off_in_a_pause_is_paused_since_its_pause(stage: Stage):
    """Nothing was interrupted, so nobody has to look at it; the course has it."""
    station, experiment = next(iter(stage.unit.stations)), stage.experiments[0]
    now = time.time()
    beat = m.StationHeartbeat(
        station=station, state=StationState.PAUSED, output_on=False, experiment=experiment
    )
    stage.store(stage.message(Kind.HEARTBEAT, m.Heartbeat(at=now, stations=[beat])))
    began = events.Started(n=0, at=now - 60, test_time_s=0.0)
    paused = events.Paused(n=1, at=now - 7, test_time_s=1.0)
    back = events.Paused(n=2, at=now - 3, test_time_s=1.0, interrupted=True)
    records = m.Records(experiment=experiment, station=station, events=[began, paused, back])
    stage.store(stage.message(Kind.RECORDS, records))
    (live,) = [one for one in stage.lab.all_rows(StationLive) if one.station_id == station]
    assert live.state_since.timestamp() == pytest.approx(now - 7, abs=1e-3)
    assert not stage.lab.all_rows(StationAlarm)
    assert len(stage.lab.all_rows(RunEvent)) == 3


@pytest.mark.parametrize("code", list(EVENTS))
def test_an_event_that_a_person_must_look_at_makes_one_alarm(stage: Stage, code: str):
    event, says = EVENTS[code]
    started = events.Started(n=0, at=1e9, test_time_s=0.0)
    records = m.Records(
        experiment=stage.experiments[0],
        station=next(iter(stage.unit.stations)),
        events=[started, event],
    )
    for _ in range(2):
        (ack,) = stage.store(stage.message(Kind.RECORDS, records))
        assert (ack.samples, ack.events) == (-1, 1)
    (alarm,) = stage.lab.all_rows(StationAlarm)
    assert (alarm.code, alarm.key) == (code, f"run-{stage.experiments[0]}-1")
    assert says in alarm.text


def test_what_comes_of_an_experiment_that_was_given_up_is_stored_and_changes_no_end(stage: Stage):
    experiment, reason = stage.experiments[0], "Given up by oscar: Burnt."
    stage.store(stage.records(0, 4))
    with stage.lab.database.write() as session:
        session.get_one(Experiment, experiment).status = ExperimentStatus.ERROR
        run = session.get_one(Run, experiment)
        run.ended_at, run.end_reason = datetime.now(UTC), reason
    assert stage.store(stage.records(0, 4))[0].samples == 4
    assert [one.code for one in stage.lab.all_rows(StationAlarm)] == []  # nothing new
    began = events.Started(n=0, at=1e9, test_time_s=0.0)
    ended = events.Ended(n=1, at=1e9, test_time_s=1.0, result="finished", output_off=True)
    records = m.Records(
        experiment=experiment, station=next(iter(stage.unit.stations)), events=[began, ended]
    )
    (ack,) = stage.store(stage.records(0, 9), stage.message(Kind.RECORDS, records))
    assert (ack.samples, ack.events) == (9, 1)
    stage.lab.check_exact(experiment, 10)
    (alarm,) = stage.lab.all_rows(StationAlarm)
    assert alarm.code == "came back"
    assert "unit-0 is back with what it has of it. Its measures are stored." in alarm.text
    with stage.lab.database.read() as session:
        assert session.get_one(Experiment, experiment).status is ExperimentStatus.ERROR
        assert session.get_one(Run, experiment).end_reason == reason


def ends(stage: Stage, *items: events.AnyEvent, which: int = 0) -> None:
    """Send events of an experiment that has begun."""
    began = events.Started(n=0, at=1e9, test_time_s=0.0)
    station = list(stage.unit.stations)[which]
    records = m.Records(
        experiment=stage.experiments[which], station=station, events=[began, *items]
    )
    stage.store(stage.message(Kind.RECORDS, records))


def confirmed(stage: Stage) -> set[int]:
    return {row.station_id for row in stage.lab.all_rows(ConfirmedBattery)}


@pytest.mark.fault(18)
@pytest.mark.parametrize("waits", [True, False])
@pytest.mark.parametrize(
    ("items", "code", "status"),
    [
        (
            [events.Ended(n=1, at=1e9, test_time_s=1.0, result="error", reason="E-stop pressed")],
            "ended in error",
            ExperimentStatus.ERROR,
        ),
        (
            [events.Ended(n=1, at=1e9, test_time_s=1.0, result="stopped", reason="at the device")],
            "stopped",
            ExperimentStatus.FINISHED,
        ),
        (
            [
                events.Tripped(
                    n=1, at=1e9, test_time_s=1.0, channel="voltage", value=4.3, limit=4.25, text=""
                ),
                events.Ended(n=2, at=1e9, test_time_s=1.0, result="error"),
            ],
            "trip",
            ExperimentStatus.ERROR,
        ),
        (
            [
                events.Tripped(
                    n=1, at=1e9, test_time_s=1.0, channel="voltage", value=4.3, limit=4.25, text=""
                ),
                events.Ended(n=2, at=1e9, test_time_s=1.0, result="finished"),
            ],
            "trip",
            ExperimentStatus.ERROR,
        ),
    ],
)
def test_nothing_follows_an_end_that_is_not_as_written(
    stage: Stage, items, code: str, status: ExperimentStatus, waits: bool, record_property
):
    record_property("tries", 2)
    station, _other = stage.unit.stations
    following = stage.lab.queue(station) if waits else None
    ends(stage, *items)
    ends(stage, *items)  # again: changes nothing
    (alarm,) = stage.lab.all_rows(StationAlarm)
    assert (alarm.code, alarm.station_id) == (code, station)
    assert confirmed(stage) == {_other}
    with stage.lab.database.write() as session:
        assert session.get_one(Experiment, stage.experiments[0]).status is status
        if waits:
            assert session.get(Experiment, following) is None
            (plan,) = session.scalars(select(Plan).where(Plan.state == PlanState.HELD))
            assert str(stage.experiments[0]) in plan.detail["held_because"]
        alarm = session.scalars(select(StationAlarm)).one()
        alarm.acknowledged_at = datetime.now(UTC)  # alone that releases nothing
    with stage.lab.database.write() as session:
        assert next_queued(session, station) is None


@pytest.mark.parametrize(("limit", "follows"), [(4.25, True), (None, False)])
def test_a_laboratory_may_go_on_after_a_limit_and_after_nothing_else(
    stage: Stage, limit: float | None, follows: bool
):
    """None: a safety channel fell silent."""
    stage.writer._limits = replace(USUAL, go_on_after_limit=1)
    station = next(iter(stage.unit.stations))
    following = stage.lab.queue(station)
    tripped = events.Tripped(
        n=1, at=1e9, test_time_s=1.0, channel="voltage", value=4.3, limit=limit, text=""
    )
    ends(stage, tripped, events.Ended(n=2, at=1e9, test_time_s=1.0, result="error"))
    (alarm,) = stage.lab.all_rows(StationAlarm)
    assert alarm.code == ("stopped by limit" if follows else "trip")
    with stage.lab.database.write() as session:
        assert (session.get(Experiment, following) is not None) == follows
        waits = next_queued(session, station)
    assert (waits is not None) == follows


def test_an_end_as_written_lets_the_next_one_begin(stage: Stage):
    station, other = stage.unit.stations
    following = stage.lab.queue(station)
    ends(stage, events.Ended(n=1, at=1e9, test_time_s=1.0, result="finished"))
    assert stage.lab.all_rows(StationAlarm) == []
    assert confirmed(stage) == {station, other}
    with stage.lab.database.write() as session:
        assert next_queued(session, station).id == following


def test_an_end_without_a_beginning_is_none_as_written(stage: Stage):
    station = next(iter(stage.unit.stations))
    ended = events.Ended(n=0, at=1e9, test_time_s=0.0, result="finished")
    records = m.Records(experiment=stage.experiments[0], station=station, events=[ended])
    stage.store(stage.message(Kind.RECORDS, records))
    (alarm,) = stage.lab.all_rows(StationAlarm)
    assert (alarm.code, station in confirmed(stage)) == ("never begun", False)


@pytest.mark.parametrize(("attempt", "held"), [(0, False), (1, True), (None, True)])
def test_a_refusal_of_an_earlier_attempt_holds_nothing(
    stage: Stage, attempt: int | None, held: bool
):
    experiment, station = stage.experiments[0], next(iter(stage.unit.stations))
    with stage.lab.database.write() as session:
        session.execute(update(Plan).where(Plan.experiment_id == experiment).values(attempt=1))
    answer = m.OfferAnswer(
        experiment=experiment, station=station, accepted=False, reason="Hot.", attempt=attempt
    )
    stage.store(stage.message(Kind.OFFER_ANSWER, answer))
    with stage.lab.database.read() as session:
        plan = session.scalars(select(Plan).where(Plan.experiment_id == experiment)).one()
        assert (plan.state is PlanState.HELD, plan.attempt) == (held, 2 if held else 1)


def foreign(stage: Stage, kind: str) -> IncomingMessage:
    """A message of another unit, with stations of its own, about the first one's experiment."""
    if "unit-1" not in stage.lab.stations:
        stage.lab.unit("unit-1", stations=1)
    (own,) = stage.lab.stations["unit-1"]
    experiment, station = stage.experiments[0], next(iter(stage.unit.stations))
    started = events.Started(n=0, at=1e9, test_time_s=0.0)
    beat = m.StationHeartbeat(
        station=own, state=StationState.RUNNING, output_on=True, experiment=experiment
    )
    message = {
        "records of its station": m.Records(experiment=experiment, station=own, events=[started]),
        "records": m.Records(experiment=experiment, station=station, events=[started]),
        "heartbeat": m.Heartbeat(at=time.time(), stations=[beat]),
        "answer": m.OfferAnswer(experiment=experiment, station=station, accepted=True),
    }[kind]
    kinds = {"heartbeat": Kind.HEARTBEAT, "answer": Kind.OFFER_ANSWER}
    payload = encode(message)
    topic = Address("unit-1", kinds.get(kind, Kind.RECORDS)).topic
    return IncomingMessage(topic, payload, len(payload), time.monotonic())


@pytest.mark.fault(20)
@pytest.mark.parametrize("kind", ["records", "records of its station", "heartbeat", "answer"])
def test_what_names_an_experiment_of_another_unit_is_refused_with_an_alarm(
    stage: Stage, kind: str, record_property
):
    record_property("tries", 3)
    for _ in range(3):
        stage.store(foreign(stage, kind))
    (own,) = stage.lab.stations["unit-1"]
    (alarm,) = stage.lab.all_rows(StationAlarm)
    assert (alarm.code, alarm.station_id) == ("foreign message", own)
    assert f"experiment {stage.experiments[0]}" in alarm.text
    assert stage.writer.refusals.total == 3
    with stage.lab.database.read() as session:
        run = session.get_one(Run, stage.experiments[0])
        assert (run.accepted_at, run.events_through) == (None, -1)
        assert session.get_one(Experiment, run.experiment_id).status is ExperimentStatus.QUEUED
        live = session.get(StationLive, own)
        assert live is None or live.experiment_id is None


def test_a_gap_that_stays_is_an_alarm_once(stage: Stage, monkeypatch):
    """As after a backup was put back: the unit has forgotten what was acknowledged."""
    monkeypatch.setattr(gaps, "STAYS_FOR", timedelta(0))
    stage.store(stage.records(0, 9))
    for first in (30, 30, 30, 10, 40):  # its unit goes back with the fourth
        stage.store(stage.records(first, first + 9))
    stage.store(stage.records(40, 49))
    with stage.database.read() as session:
        found = session.scalars(select(StationAlarm).order_by(StationAlarm.id)).all()
        stored = session.scalar(select(func.count()).select_from(GenericMeasure))
    assert stored == 20
    assert [one.code for one in found] == ["measures missing"] * 2
    assert found[0].text.startswith(f"Measures 10 to 29 of experiment {stage.experiments[0]} are")
    assert found[0].text.endswith("then what follows is, with the gap.")
    assert "Measures 20 to 39" in found[1].text


def open_alarm(stage: Stage) -> StationAlarm:
    (alarm,) = [one for one in stage.lab.all_rows(StationAlarm) if one.acknowledged_at is None]
    return alarm


def acknowledged(stage: Stage) -> None:
    by = By("oscar", "", datetime.now(UTC))
    acknowledge(stage.lab.database, open_alarm(stage).id, comment="A backup came back.", by=by)


def event(stage: Stage, one: events.AnyEvent) -> IncomingMessage:
    """What the first experiment's station says of it, without samples."""
    experiment, station = stage.experiments[0], next(iter(stage.unit.stations))
    records = m.Records(experiment=experiment, station=station, events=[one])
    return stage.message(Kind.RECORDS, records)


def started() -> events.Started:
    return events.Started(n=0, at=time.time(), test_time_s=0.0)


def ended(number: int) -> events.Ended:
    return events.Ended(n=number, at=time.time(), test_time_s=4.0, result="finished")


def test_what_follows_a_gap_is_stored_with_its_end_once_somebody_has_acknowledged_it(
    stage: Stage, monkeypatch
):
    monkeypatch.setattr(gaps, "STAYS_FOR", timedelta(0))
    stage.store(event(stage, started()))
    stage.store(stage.records(0, 9))
    for first in (30, 90, 30, 90):  # the second is what the station measures meanwhile
        (ack,) = stage.store(stage.records(first, first + 9))
    assert ack.samples == 9
    assert "Measures 10 to 29 " in open_alarm(stage).text
    acknowledged(stage)
    (ack,) = stage.store(stage.records(90, 99))
    assert ack.samples == 9
    (ack,) = stage.store(stage.records(30, 39))
    assert (ack.samples, ack.events) == (39, 0)
    for _ in range(2):
        (ack,) = stage.store(event(stage, ended(7)))
    assert ack.events == 7
    with stage.database.read() as session:
        ids = session.scalars(select(GenericMeasure.id).order_by(GenericMeasure.id)).all()
        assert ids == [*range(10), *range(30, 40)]
        status = session.get_one(Experiment, stage.experiments[0]).status
        assert status is ExperimentStatus.FINISHED
    assert [one.code for one in stage.lab.all_rows(StationAlarm)] == ["measures missing"]


def test_lost_events_alone_are_asked_about(stage: Stage, monkeypatch):
    """Else an experiment whose last samples are here would never end, and nobody would know."""
    monkeypatch.setattr(gaps, "STAYS_FOR", timedelta(0))
    stage.store(event(stage, started()))
    stage.store(stage.records(0, 9))
    for _ in range(2):
        (ack,) = stage.store(event(stage, ended(3)))
    assert ack.events == 0
    assert open_alarm(stage).text.startswith(f"Events of experiment {stage.experiments[0]} are")
    acknowledged(stage)
    (ack,) = stage.store(event(stage, ended(3)))
    assert ack.events == 3
