"""Why what is queued on a station has not begun, on each engine."""

import pytest

from cycling.terms import ExperimentStatus, StationState
from db.commands.queue import NewPlan, add_plan
from db.engine import Database
from db.models import ConfirmedBattery, Experiment, StationAlarm, StationLive, Unit
from db.queries.stations.queue import station_queue
from tests.running_lab import RunningLab
from tests.unit.db.lab import BY

LOOK = "until somebody has acknowledged the alarm of Station 04"


class Queue:
    """A station with two queued experiments; the first one begins next."""

    def __init__(self, database: Database) -> None:
        self.lab = RunningLab(database)
        self.unit = self.lab.unit()
        self.station = self.lab.station("Station 04", self.unit)
        self.battery = self.lab.battery("NMC-018", "718")
        self.lab.confirm(self.station, self.battery)
        profile = self.lab.profile("P")
        self.lab.live(self.station, None)
        for name in ("First", "Second"):
            new = NewPlan(f"token {name}", name, "", self.station, self.battery, profile)
            add_plan(database, new, by=BY)

    def says(self) -> list[str]:
        return [one.waits_for for one in station_queue(self.lab.database, self.station)]

    def runs(self, state: StationState) -> None:
        self.lab.change(StationLive, self.station, state=state)


@pytest.fixture
def queue(database: Database) -> Queue:
    return Queue(database)


def test_an_idle_station_takes_the_first_and_the_second_waits_for_that(queue: Queue):
    assert queue.says() == ["Station 04 takes it in a moment.", "Waits for First."]


def test_an_alarm_is_what_it_waits_for_until_somebody_has_acknowledged_it(queue: Queue):
    alarm = queue.lab.alarm(queue.station, "Too hot.")
    assert queue.says()[0] == f"Waits {LOOK}."
    queue.runs(StationState.RUNNING)
    assert queue.says()[0] == f"Waits for the experiment that runs, and {LOOK}."
    queue.lab.change(StationAlarm, alarm, acknowledged_at=queue.lab.now)
    assert queue.says()[0] == "Waits for the experiment that runs."


def test_an_alarm_that_is_no_hindrance_is_none(queue: Queue):
    queue.lab.alarm(queue.station, "Not heard.", code="contact lost")
    assert queue.says()[0] == "Station 04 takes it in a moment."


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (StationState.PAUSED, "Waits: the experiment before it is paused."),
        (StationState.ERROR, "Waits until Station 04 has ended the experiment that tripped."),
    ],
)
def test_a_pause_and_a_trip_are_said(queue: Queue, state: StationState, words: str):
    queue.runs(state)
    assert queue.says()[0] == words
    queue.lab.alarm(queue.station, "Hot.")
    assert queue.says()[0].startswith(words[:-1])


def test_a_station_that_nobody_hears_and_a_battery_that_nobody_confirmed(queue: Queue):
    with queue.lab.database.write() as session:
        session.delete(session.get_one(ConfirmedBattery, queue.station))
    assert queue.says()[0] == "Waits until NMC-018 is confirmed on Station 04."
    queue.lab.change(StationLive, queue.station, seen_at=queue.lab.ago(minutes=2))
    assert queue.says()[0] == "Waits until Station 04 is heard again."  # no master node hears it
    queue.lab.change(StationLive, queue.station, seen_at=queue.lab.now)
    queue.lab.change(Unit, queue.unit, online=False)
    assert queue.says()[0] == "Waits until Station 04 is heard again."


def test_a_wattrex_cycler_takes_it_whatever_the_alarms(queue: Queue):
    queue.lab.alarm(queue.station, "Too hot.")
    with queue.lab.database.write() as session:
        session.delete(session.get_one(Unit, queue.unit))
    assert queue.says()[0] == "The cycler of Station 04 takes it by itself."


def test_one_that_runs_is_not_in_the_queue(queue: Queue):
    first = station_queue(queue.lab.database, queue.station)[0].plan.experiment_id
    queue.lab.change(Experiment, first, status=ExperimentStatus.RUNNING)
    queue.runs(StationState.RUNNING)
    assert queue.says() == ["Waits for the experiment that runs."]
