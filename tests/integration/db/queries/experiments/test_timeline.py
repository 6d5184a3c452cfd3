"""Who queued a run, when it was paused and went on, how it ended: on each engine."""

from datetime import timedelta

import pytest

from cycling.terms import ExperimentStatus, StationCommand
from db.engine import Database
from db.models import Experiment, Run
from db.queries.experiments.timeline import EntryKind, TimelineEntry, run_timeline
from tests.integration.db.queries.stations.test_overview import statements
from tests.running_lab import RunningLab
from tests.unit.db.lab import add_cell, add_experiment


@pytest.fixture
def lab(database: Database) -> RunningLab:
    return RunningLab(database)


def begun(lab: RunningLab, name: str = "Cycle life") -> tuple[int, int, int]:
    """Return unit, station and a run that began 20 minutes ago."""
    unit = lab.unit()
    station = lab.station("Station 04", unit)
    run = lab.experiment(name, station, lab.battery("NMC-018", "718"), lab.profile("P"))
    lab.run(run, station)
    lab.event(run, 0, "started", lab.ago(minutes=20))
    return unit, station, run


def test_a_run_tells_its_course_the_newest_first(lab: RunningLab, database: Database):
    unit, station, run = begun(lab)
    asked = {"experiment_id": run, "user_name": "oscar"}
    pause = lab.command(StationCommand.PAUSE, unit, station, reason="Fan is loud", **asked)
    resume = lab.command(StationCommand.RESUME, unit, station, **asked)
    lab.event(run, 1, "step_ended", lab.ago(minutes=15), instruction=0)
    lab.event(run, 2, "paused", lab.ago(minutes=10), command=pause)
    lab.event(run, 3, "resumed", lab.ago(minutes=9), command=resume)
    lab.event(run, 4, "paused", lab.ago(minutes=5), interrupted=True)
    lab.change(Run, run, ended_at=lab.now, end_reason="Stopped by oscar: leak")
    done = {"status": ExperimentStatus.FINISHED, "finished_at": lab.ago(minutes=1)}
    lab.change(Experiment, run, **done)
    assert run_timeline(database, run) == (
        TimelineEntry(lab.ago(minutes=1), EntryKind.ENDED, reason="Stopped by oscar: leak"),
        TimelineEntry(lab.ago(minutes=5), EntryKind.PAUSED, interrupted=True),
        TimelineEntry(lab.ago(minutes=9), EntryKind.RESUMED, "oscar"),
        TimelineEntry(lab.ago(minutes=10), EntryKind.PAUSED, "oscar", "Fan is loud"),
        TimelineEntry(lab.ago(minutes=20), EntryKind.STARTED),
        TimelineEntry(lab.ago(minutes=26), EntryKind.QUEUED, "operator"),
    )


def test_a_command_to_another_experiment_is_nobodys_word(lab: RunningLab, database: Database):
    """A unit says which command it followed; only those to this run count."""
    unit, station, run = begun(lab)
    foreign = lab.command(StationCommand.PAUSE, unit, station, experiment_id=run + 1)
    lab.event(run, 1, "paused", lab.now + timedelta(seconds=1), command=foreign)
    assert run_timeline(database, run)[0].user_name == ""


def test_what_was_imported_has_no_course(database: Database):
    imported = add_experiment(database, battery_id=add_cell(database, "A"))
    assert run_timeline(database, imported) == ()


def test_what_only_waits_or_ran_elsewhere_has_no_course(lab: RunningLab, database: Database):
    """A WattRex cycler tells nothing of its pauses: "no pause" would be made up."""
    station = lab.station("Station 04", lab.unit())
    queued = lab.experiment("Next", station, lab.battery("A", "1"), lab.profile("P"))
    assert run_timeline(database, queued) == ()


def test_an_error_without_a_reason_is_not_told_as_a_finish(lab: RunningLab, database: Database):
    _, _, run = begun(lab)
    lab.change(Run, run, ended_at=lab.now, end_reason="")
    lab.change(Experiment, run, status=ExperimentStatus.ERROR, finished_at=lab.now)
    assert run_timeline(database, run)[0].reason == "It ended with an error."


def test_many_pauses_cost_four_queries(lab: RunningLab, database: Database):
    _, _, run = begun(lab)
    for number in range(1, 60):
        lab.event(run, number, "paused" if number % 2 else "resumed", lab.ago(seconds=90 - number))
    with statements(database) as seen:
        assert len(run_timeline(database, run)) == 61
    assert len(seen) <= 4
