"""Pauses of a run, on each engine."""

import pytest

from cycling.terms import StationCommand
from db.engine import Database
from db.models import Experiment
from db.queries.experiments.pauses import Pause, Return, run_pauses, turns
from tests.running_lab import RunningLab


@pytest.fixture
def lab(database: Database) -> RunningLab:
    return RunningLab(database)


def test_pauses_have_an_end_and_who_asked_for_them(lab: RunningLab, database: Database):
    unit = lab.unit()
    station = lab.station("Station 04", unit)
    run = lab.experiment("Cycle life", station, lab.battery("A", "1"), lab.profile("P"))
    lab.run(run, station)
    lab.event(run, 0, "started", lab.ago(minutes=20))
    asked = {"experiment_id": run, "user_name": "oscar"}
    pause = lab.command(StationCommand.PAUSE, unit, station, reason="Fan is loud", **asked)
    lab.event(run, 1, "paused", lab.ago(minutes=10), command=pause, test_time_s=600.0)
    lab.event(run, 2, "resumed", lab.ago(minutes=9))
    lab.event(run, 3, "paused", lab.ago(minutes=5), interrupted=True, test_time_s=840.0)
    first, last = run_pauses(database, run)
    assert first == Pause(lab.ago(minutes=10), lab.ago(minutes=9), 600.0, "oscar", "Fan is loud")
    back = (Return(lab.ago(minutes=5), 840.0),)
    assert last == Pause(lab.ago(minutes=5), None, 840.0, interrupted=True, returns=back)
    assert (first.lasts_s(lab.now), last.lasts_s(lab.now)) == (60, 300)
    lab.change(Experiment, run, finished_at=lab.ago(minutes=1))  # stopped while paused
    assert run_pauses(database, run)[-1].until == lab.ago(minutes=1)


def test_an_outage_in_a_pause_is_no_pause_of_its_own(sqlite_database: Database):
    lab = RunningLab(sqlite_database)
    station = lab.station("Station 04", lab.unit())
    run = lab.experiment("Cycle life", station, lab.battery("A", "1"), lab.profile("P"))
    lab.run(run, station)
    lab.event(run, 0, "started", lab.ago(minutes=20))
    lab.event(run, 1, "paused", lab.ago(minutes=10), test_time_s=600.0)
    (before,) = run_pauses(sqlite_database, run)
    for number, minutes in ((2, 8), (3, 7)):
        ago = lab.ago(minutes=minutes)
        lab.event(run, number, "paused", ago, test_time_s=600.0, interrupted=True)
    (lasting,) = run_pauses(sqlite_database, run)
    lab.event(run, 4, "resumed", lab.ago(minutes=5))
    (pause,) = run_pauses(sqlite_database, run)
    assert (pause.at, pause.until) == (lab.ago(minutes=10), lab.ago(minutes=5))
    assert [one.at for one in pause.returns] == [lab.ago(minutes=8), lab.ago(minutes=7)]
    assert not pause.interrupted
    assert turns([before]) < turns([lasting]) < turns([pause])  # an open graph is drawn again
