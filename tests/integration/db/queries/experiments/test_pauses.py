"""Pauses of a run, on each engine."""

import pytest

from cycling.terms import StationCommand
from db.engine import Database
from db.models import Experiment
from db.queries.experiments.pauses import Pause, run_pauses
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
    assert last == Pause(lab.ago(minutes=5), None, 840.0, interrupted=True)
    assert (first.lasts_s(lab.now), last.lasts_s(lab.now)) == (60, 300)
    lab.change(Experiment, run, finished_at=lab.ago(minutes=1))  # stopped while paused
    assert run_pauses(database, run)[-1].until == lab.ago(minutes=1)
