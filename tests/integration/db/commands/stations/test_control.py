"""What people ask stations to do, how it is carried there, and alarms that they acknowledge."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select, update

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.terms import StationCommand, StationState
from db.commands import alarms
from db.commands.audit import By
from db.commands.master_node import live_state
from db.commands.master_node.command_delivery import is_due, store_answer, take_due
from db.commands.stations.control import request
from db.commands.stations.setup import add_station
from db.commands.units import registration
from db.engine import Database
from db.models import AuditEntry, Command, DetectedDevice, StationAlarm, StationLive, Unit
from db.models.station_rows import NewStation
from db.terms import CommandState
from tests.commands import command_row
from tests.unit.db.lab import at_once

NOW = datetime.now(UTC)
BY = By("oscar", "10.0.0.7", NOW)
PAUSE, RESUME = StationCommand.PAUSE, StationCommand.RESUME
STOP, DETECT = StationCommand.STOP, StationCommand.DETECT


class Bench:
    """A unit with one station that runs experiment 7."""

    def __init__(self, database: Database, can_pause: bool = True) -> None:
        self.database = database
        device = registration.ReportedDevice(
            link="usb0",
            name="Cycler",
            manufacturer="Acme",
            model="A1",
            device_type="BiSource",
            serial_number="1",
            voltage_v=(0.0, 5.0),
            current_a=(-5.0, 5.0),
            abilities={"pause": True} if can_pause else {},
            channels=(("temp", "degC"),),
        )
        who = registration.Introduction("bench-1", "bench", "1.0", False, 1.0, (device,))
        with database.write() as session:
            self.unit_id = registration.register(session, who, NOW)
            assert registration.register(session, who, NOW) == self.unit_id
            device_id = session.scalar(
                select(DetectedDevice.id).where(DetectedDevice.unit_id == self.unit_id)
            )
        new = NewStation(self.unit_id, (device_id,), "Bench 1", "Lab")
        self.station_id = add_station(database, new, by=BY)
        self.becomes(StationState.RUNNING, 7)

    def becomes(self, state: StationState, experiment_id: int | None) -> None:
        with self.database.write() as session:
            row = live_state.rows_of(session, [self.station_id], NOW)[self.station_id]
            live_state.take_event(row, state, experiment_id, NOW)

    def set_unit(self, **values) -> None:
        with self.database.write() as session:
            session.execute(update(Unit).where(Unit.unit_id == self.unit_id).values(**values))

    def ask(self, kind: StationCommand, **changes) -> int:
        values = {
            "unit_id": self.unit_id,
            "station_id": None if kind is DETECT else self.station_id,
            "experiment_id": None,
            "reason": "a look",
            **changes,
        }
        asked = request(self.database, kind, **values, by=BY)
        self.asked_at = datetime.now(UTC)
        return asked

    def send(self, after_s: float = 0.0) -> list:
        """Return what the master node sends so long after something was asked."""
        with self.database.write() as session:
            return take_due(session, self.asked_at + timedelta(seconds=after_s))

    def answer(self, command_id: int, **changes) -> bool:
        values = {"done": True, "reason": "", "output_off": True, "now": NOW, **changes}
        unit_id = values.pop("unit_id", self.unit_id)
        with self.database.write() as session:
            return store_answer(session, command_id, unit_id, **values)


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def test_a_command_is_sent_answered_and_on_record(bench: Bench):
    command_id = bench.ask(PAUSE)
    assert command_row(bench.database, command_id).state is CommandState.PENDING
    (sent,) = bench.send()
    assert (sent.command_id, sent.hardware_id, sent.experiment_id) == (command_id, "bench-1", 7)
    assert sent.reason == "by oscar: a look"
    assert command_row(bench.database, command_id).state is CommandState.SENT
    assert bench.send() == []  # not again at once
    assert bench.answer(command_id)
    status = command_row(bench.database, command_id)
    assert (status.state, status.tries, status.output_off) == (CommandState.DONE, 1, True)
    with bench.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "pause")).one()
    assert entry.detail == {"command": command_id, "experiment": 7, "reason": "a look"}


def test_a_stop_is_always_accepted_and_repeated_until_it_is_answered(bench: Bench):
    bench.set_unit(online=False)
    bench.becomes(StationState.IDLE, None)
    stop = bench.ask(STOP)
    for tries in range(1, 4):
        (sent,) = bench.send(after_s=3.0 * tries)
        assert (sent.command_id, sent.expires_at) == (stop, None)
    (much_later,) = bench.send(after_s=100_000)
    assert much_later.command_id == stop
    bench.answer(stop)
    assert bench.send(after_s=200_000) == []
    assert command_row(bench.database, stop).tries == 4


def test_a_stop_goes_before_what_was_asked_earlier(bench: Bench):
    pause, stop = bench.ask(PAUSE), bench.ask(STOP)
    assert [sent.command_id for sent in bench.send()] == [stop, pause]


def test_a_command_that_was_never_sent_expires(bench: Bench):
    command_id = bench.ask(PAUSE)
    assert bench.send(after_s=11) == []
    assert command_row(bench.database, command_id).state is CommandState.EXPIRED
    assert bench.send(after_s=12) == []


def test_a_lost_answer_is_asked_for_after_the_expiry_where_the_clock_is_known(bench: Bench):
    bench.set_unit(clock_offset_s=-40.0)
    command_id = bench.ask(PAUSE)
    bench.send()
    (again,) = bench.send(after_s=12)
    assert again.clock_offset_s == -40.0
    bench.set_unit(clock_offset_s=None)
    assert bench.send(after_s=15) == []
    assert bench.send(after_s=26) == []
    assert command_row(bench.database, command_id).state is CommandState.EXPIRED
    assert bench.answer(command_id)  # it was carried out after all
    assert command_row(bench.database, command_id).state is CommandState.DONE


def test_only_the_first_answer_counts_and_only_that_of_the_unit(bench: Bench):
    command_id = bench.ask(PAUSE)
    assert not bench.answer(command_id)  # it was not sent yet
    bench.send()
    assert not bench.answer(command_id, unit_id=bench.unit_id + 1)
    assert bench.answer(command_id, done=False, reason="busy", output_off=None)
    assert bench.answer(command_id)
    status = command_row(bench.database, command_id)
    assert (status.state, status.answer) == (CommandState.REFUSED, "busy")


@pytest.mark.parametrize(
    ("kind", "state", "experiment", "says"),
    [
        (PAUSE, StationState.PAUSED, 7, "is paused already"),
        (PAUSE, StationState.IDLE, None, "Nothing runs on Bench 1"),
        (RESUME, StationState.RUNNING, 7, "nothing to resume"),
        (RESUME, StationState.IDLE, None, "Nothing runs on Bench 1"),
    ],
)
def test_what_makes_no_sense_is_refused(bench: Bench, kind, state, experiment, says):
    bench.becomes(state, experiment)
    with pytest.raises(ConflictError, match=says):
        bench.ask(kind)
    with bench.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Command)) == 0


def test_an_old_page_does_not_pause_the_next_experiment(bench: Bench):
    with pytest.raises(ConflictError, match="Experiment 6 does not run on Bench 1 any more"):
        bench.ask(PAUSE, experiment_id=6)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [(PAUSE, "offline"), (RESUME, "offline"), (DETECT, "bench-1 is not heard")],
)
def test_an_offline_unit_is_asked_nothing_but_a_stop(bench: Bench, kind, sentence):
    bench.set_unit(online=False)
    with pytest.raises(ConflictError, match=sentence):
        bench.ask(kind)
    bench.ask(STOP)


def test_a_device_that_cannot_pause(sqlite_database: Database):
    with pytest.raises(ConflictError, match="cannot pause"):
        Bench(sqlite_database, can_pause=False).ask(PAUSE)


def test_nobody_waits_for_units_that_do_not_speak_our_protocol(bench: Bench):
    bench.ask(STOP, unit_id=1, station_id=1)
    assert bench.send() == []
    with bench.database.read() as session:
        assert not is_due(session, datetime.now(UTC))


def test_an_alarm_is_raised_once_and_acknowledged_once(bench: Bench):
    facts = {"station_id": bench.station_id, "experiment_id": 7, "code": "trip", "text": "5 V"}
    for _ in range(2):
        with bench.database.write() as session:
            alarms.raise_alarm(session, key="run-7-3", **facts, at=NOW)
    with bench.database.read() as session:
        alarm = session.scalars(select(StationAlarm)).one()
    with pytest.raises(InputError, match="Write what you found"):
        alarms.acknowledge(bench.database, alarm.id, comment=" ", by=BY)
    with pytest.raises(NotFoundError):
        alarms.acknowledge(bench.database, alarm.id + 1, comment="seen", by=BY)

    def acknowledge() -> None:
        alarms.acknowledge(bench.database, alarm.id, comment="a loose lead", by=BY)

    answers = at_once([acknowledge] * 4)
    assert sum(answer is None for answer in answers) == 1
    assert sum(isinstance(answer, ConflictError) for answer in answers) == 3
    with bench.database.read() as session:
        alarm = session.scalars(select(StationAlarm)).one()
        noted = select(func.count()).where(AuditEntry.action == "acknowledge alarm")
        assert session.scalar(noted) == 1
    assert (alarm.acknowledged_by, alarm.comment) == ("oscar", "a loose lead")


def test_the_trend_keeps_an_hour_in_at_most_120_points(bench: Bench):
    report = live_state.Report(
        state=StationState.RUNNING,
        output_on=True,
        experiment_id=7,
        instruction_id=1,
        instruction_began_s=0.0,
        step=0,
        cycle=0,
        test_time_s=1.0,
        voltage_v=3.7,
        current_a=1.0,
        temperature_degc=None,
        pending=0,
        detail="",
    )
    with bench.database.write() as session:
        row = session.get(StationLive, bench.station_id)
        for second in range(0, 3 * 3600, 2):
            at = NOW + timedelta(seconds=second)
            live_state.take_report(row, report, at=at, now=at)
    with bench.database.read() as session:
        times = [at for at, _ in session.get(StationLive, bench.station_id).trend]
    assert 60 < len(times) <= 120
    assert times == sorted(times)
    assert times[-1] - times[0] <= 3600
    assert max(b - a for a, b in pairwise(times)) < 120
