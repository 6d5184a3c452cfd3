"""The course of an experiment, from its draft to its end, on each engine."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cycling.terms import ExperimentStatus, StationCommand
from db.commands.experiments.notes import rename_experiment
from db.commands.queue import (
    NewPlan,
    add_plans,
    cancel,
    confirm_battery,
    hold_back,
    hold_queue,
    save_draft,
)
from db.commands.stations.out_of_service import return_to_service, take_out_of_service
from db.engine import Database
from db.models import AuditEntry, Experiment, Run
from db.queries.experiments.timeline import EntryKind, TimelineEntry, timeline
from tests.integration.db.queries.stations.test_overview import statements
from tests.running_lab import RunningLab
from tests.unit.db.lab import BY, NOW, add_cell, add_experiment

TOKEN = "f" * 32
ON = "NMC-018 was confirmed on Station 04."


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def by(name: str, minutes: float):
    return replace(BY, user_name=name, now=at(minutes))


def changes(database: Database, number: int) -> list[tuple[str, ...]]:
    """What happened, who did it and why, the oldest first."""
    entries = timeline(database, number)[::-1]
    assert [one.at for one in entries] == sorted(one.at for one in entries)
    return [
        (f"{one.kind}{' again' if one.again else ''}", one.user_name, one.reason) for one in entries
    ]


@pytest.fixture
def planned(lab: RunningLab) -> NewPlan:
    """An experiment as a form sends it."""
    return NewPlan(
        token="",
        name="Cycle life",
        description="",
        station_id=lab.station("Station 04", lab.unit()),
        battery_id=lab.battery("NMC-018", "718"),
        profile_id=lab.profile("P"),
    )


def test_each_change_before_the_start_is_told_for_ever(
    lab: RunningLab, planned: NewPlan, database: Database
):
    station, battery = planned.station_id, planned.battery_id
    draft = save_draft(database, TOKEN, "Cycle life", {}, by=by("ada", 0))
    save_draft(database, TOKEN, "Cycle life 2", {}, by=by("ada", 1))
    (plan,) = add_plans(database, TOKEN, [planned], by=by("ada", 2))
    number = plan.experiment_id
    assert number == draft.experiment_id
    confirm_battery(database, station, battery, by=by("oscar", 3))
    with database.write() as session:
        hold_back(session, number, "Voltage is 0.1 V.", now=at(4))
    confirm_battery(database, station, battery, by=by("oscar", 5))
    with database.write() as session:
        hold_queue(session, station, "Experiment 7 was stopped here.", now=at(6))
    confirm_battery(database, station, battery, by=by("oscar", 7))
    other = lab.battery("Other", "2")
    confirm_battery(database, station, other, by=by("eve", 8))
    confirm_battery(database, station, battery, by=by("oscar", 9))
    take_out_of_service(database, station, reason="Fan.", by=by("ines", 10))
    return_to_service(database, station, by=by("ines", 11))
    confirm_battery(database, station, battery, by=by("oscar", 12))
    before = [
        ("drafted", "ada", ""),
        ("held", "ada", "Until NMC-018 is confirmed on Station 04."),
        ("queued", "oscar", ON),
        ("held", "master node", "Voltage is 0.1 V."),
        ("queued again", "oscar", ON),
        ("held", "master node", "Experiment 7 was stopped here."),
        ("queued again", "oscar", ON),
        ("held", "eve", "Other was confirmed on Station 04."),
        ("queued again", "oscar", ON),
        ("held", "ines", "The station was taken out of service: Fan."),
        ("queued again", "oscar", ON),
    ]
    assert changes(database, number) == before
    lab.run(number, station)
    lab.change(Experiment, number, status=ExperimentStatus.RUNNING, begun_at=at(13))
    lab.event(number, 0, "started", at(13))
    assert changes(database, number) == [*before, ("started", "oscar", "")]


def test_a_cancelled_experiment_tells_who_and_why(planned: NewPlan, database: Database):
    (plan,) = add_plans(database, TOKEN, [planned], by=by("ada", 0))
    cancel(database, plan.id, reason="Wrong cell", by=by("oscar", 1))
    assert changes(database, plan.experiment_id) == [
        ("held", "ada", "Until NMC-018 is confirmed on Station 04."),
        ("cancelled", "oscar", "Wrong cell"),
    ]


def test_a_form_that_confirms_is_told_as_queued(planned: NewPlan, database: Database):
    pair = (planned.station_id, planned.battery_id)
    (plan,) = add_plans(database, TOKEN, [planned], connected=[pair], by=by("ada", 0))
    assert changes(database, plan.experiment_id) == [("queued", "ada", "")]


def test_a_form_that_confirms_says_so_in_the_course(planned: NewPlan, database: Database):
    pair = (planned.station_id, planned.battery_id)
    (plan,) = add_plans(database, TOKEN, [planned], connected=[pair], by=by("ada", 0))
    (queued,) = timeline(database, plan.experiment_id)
    assert queued.confirmed == "NMC-018 was confirmed to be connected."
    other = replace(planned, token="0" * 32, battery_id=planned.battery_id)
    (second,) = add_plans(database, "0" * 32, [other], by=by("ada", 1))
    assert timeline(database, second.experiment_id)[0].confirmed == ""


def test_what_was_held_before_the_trail_said_so_tells_its_last_state(
    planned: NewPlan, database: Database
):
    (plan,) = add_plans(database, TOKEN, [planned], by=by("ada", 0))
    cancel(database, plan.id, reason="Wrong cell", by=by("oscar", 1))
    with database.write() as session:
        session.query(AuditEntry).delete()
    assert changes(database, plan.experiment_id) == [("cancelled", "oscar", "Wrong cell")]


def test_a_wattrex_run_tells_what_is_known_of_it(planned: NewPlan, database: Database):
    """Its cycler tells nothing of pauses, but begin and end stand in its row."""
    pair = (planned.station_id, planned.battery_id)
    (plan,) = add_plans(database, TOKEN, [planned], connected=[pair], by=by("ada", 0))
    number = plan.experiment_id
    with database.write() as session:
        row = session.get_one(Experiment, number)
        row.status, row.begun_at, row.finished_at = ExperimentStatus.ERROR, at(1), at(2)
    assert changes(database, number) == [
        ("queued", "ada", ""),
        ("started", "ada", ""),
        ("ended", "", "It ended with an error."),
    ]


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
    assert timeline(database, run) == (
        TimelineEntry(lab.ago(minutes=1), EntryKind.ENDED, reason="Stopped by oscar: leak"),
        TimelineEntry(lab.ago(minutes=5), EntryKind.PAUSED, interrupted=True),
        TimelineEntry(lab.ago(minutes=9), EntryKind.RESUMED, "oscar"),
        TimelineEntry(lab.ago(minutes=10), EntryKind.PAUSED, "oscar", "Fan is loud"),
        TimelineEntry(lab.ago(minutes=20), EntryKind.STARTED, "operator"),
        TimelineEntry(lab.ago(minutes=26), EntryKind.QUEUED, "operator"),
    )


def test_an_interruption_stands_where_its_station_went_off(lab: RunningLab, database: Database):
    _, station, run = begun(lab)
    lab.measures(run, station, 60, end=lab.ago(minutes=6))
    lab.event(run, 1, "paused", lab.ago(minutes=5), interrupted=True)
    entry = timeline(database, run)[0]
    assert (entry.kind, entry.at, entry.off_s) == (EntryKind.PAUSED, lab.ago(minutes=6), 60.0)


def test_an_outage_in_a_pause_stands_in_the_course(lab: RunningLab, database: Database):
    """A station that records its terminals in the pause was off after the last of them."""
    _, station, run = begun(lab)
    lab.event(run, 1, "paused", lab.ago(minutes=8), test_time_s=60.0)
    lab.measures(run, station, 60, end=lab.ago(minutes=6))
    lab.event(run, 2, "paused", lab.ago(minutes=5), interrupted=True)
    lab.event(run, 3, "resumed", lab.ago(minutes=4))
    resumed, off, pause = timeline(database, run)[:3]
    assert (off.at, off.off_s, off.in_pause) == (lab.ago(minutes=6), 60.0, True)
    assert [one.in_pause for one in (resumed, pause)] == [False, False]


def test_a_command_to_another_experiment_is_nobodys_word(lab: RunningLab, database: Database):
    """A unit says which command it followed; only those to this run count."""
    unit, station, run = begun(lab)
    foreign = lab.command(StationCommand.PAUSE, unit, station, experiment_id=run + 1)
    lab.event(run, 1, "paused", lab.now + timedelta(seconds=1), command=foreign)
    assert timeline(database, run)[0].user_name == ""


def test_what_was_imported_has_no_course(database: Database):
    imported = add_experiment(database, battery_id=add_cell(database, "A"))
    assert timeline(database, imported) == ()


def test_another_name_is_told_with_the_one_before(lab: RunningLab, database: Database):
    _, _, run = begun(lab)
    rename_experiment(database, run, "Ageing", "", by=by("eve", 30))
    rename_experiment(database, run, "Ageing", "At 25 °C", by=by("eve", 31))
    names = (EntryKind.RENAMED, EntryKind.DESCRIBED)
    assert tuple(one for one in timeline(database, run) if one.kind in names) == (
        TimelineEntry(at(31), EntryKind.DESCRIBED, "eve"),
        TimelineEntry(at(30), EntryKind.RENAMED, "eve", "before “Cycle life”"),
    )


def test_another_name_of_what_was_imported_is_told_too(database: Database):
    imported = add_experiment(database, battery_id=add_cell(database, "A"))
    rename_experiment(database, imported, "Ageing 2", "", by=by("eve", 1))
    (entry,) = timeline(database, imported)
    assert (entry.kind, entry.user_name) == (EntryKind.RENAMED, "eve")


def test_another_name_of_what_is_held_is_no_state(planned: NewPlan, database: Database):
    (plan,) = add_plans(database, TOKEN, [planned], by=by("ada", 0))
    rename_experiment(database, plan.experiment_id, "Ageing", "", by=by("eve", 1))
    assert changes(database, plan.experiment_id) == [
        ("held", "ada", "Until NMC-018 is confirmed on Station 04."),
        ("renamed", "eve", "before “Cycle life”"),
    ]


def test_an_error_without_a_reason_is_not_told_as_a_finish(lab: RunningLab, database: Database):
    _, _, run = begun(lab)
    lab.change(Run, run, ended_at=lab.now, end_reason="")
    lab.change(Experiment, run, status=ExperimentStatus.ERROR, finished_at=lab.now)
    assert timeline(database, run)[0].reason == "It ended with an error."


def test_many_pauses_cost_four_queries(lab: RunningLab, database: Database):
    _, _, run = begun(lab)
    for number in range(1, 60):
        lab.event(run, number, "paused" if number % 2 else "resumed", lab.ago(seconds=90 - number))
    with statements(database) as seen:
        assert len(timeline(database, run)) == 61
    assert len(seen) <= 4
