"""The kept numbers of cycles: made once, anew when what they are made of changes, gone with it."""

import pytest
from sqlalchemy import select

from cycling.analysis.integration import Edge
from cycling.battery.conventions import OwnChoices
from cycling.battery.description import NewBattery
from cycling.terms import ExperimentStatus
from db import series
from db.commands.batteries.changes import change_battery, mark_of
from db.commands.experiments.cycles.choices import choose_cycles
from db.commands.experiments.edges import set_edge
from db.engine import Database
from db.measures.cycle_summaries import (
    missing_summaries,
    newest_series,
    outdated_summaries,
    renew_summary,
    running_places,
)
from db.measures.cycles import experiment_cycles
from db.models import CycleSummary, Experiment
from db.queries.batteries.detail import battery_descriptions
from db.queries.experiments.cycles.summaries import KeptSummary, kept_summaries
from tests.running_lab import RunningLab
from tests.unit.db.lab import BY, add_experiment, block, import_blocks
from tests.unit.pages.experiment.cycles.cycled import cycled


def kept(database: Database, experiment_id: int) -> KeptSummary:
    with database.read() as session:
        return kept_summaries(session, [experiment_id])[experiment_id]


def test_the_numbers_are_those_of_the_table(database: Database):
    experiment_id = cycled(database, 6)
    assert missing_summaries(database, 0) == [experiment_id]
    assert renew_summary(database, experiment_id)
    found = kept(database, experiment_id)
    assert (found.cycles, found.last_cycle) == (6, 6)
    assert found.last_capacity_ah == pytest.approx(0.99**5 * 0.995, abs=4e-4)
    assert found.retention_pct == pytest.approx(100 * 0.99**5, abs=0.02)
    assert found.last_ce_pct == pytest.approx(99.51, abs=0.02)
    assert found.mean_ce_pct == pytest.approx(99.51, abs=0.02)
    assert len(found.capacities_ah) == 6
    assert found.capacities_ah[-1] == pytest.approx(found.last_capacity_ah, rel=1e-5)
    assert missing_summaries(database, 0) == outdated_summaries(database) == []
    assert not renew_summary(database, experiment_id)  # they hold


@pytest.mark.parametrize("formation_cycles", [1, 5])
def test_they_are_those_above_the_table_where_a_check_was_last(
    database: Database, formation_cycles: int
):
    """A table and the tab of the cycles name the same capacity: of the main rate."""
    rates = {"currents_a": [1, 1, 1, 1, 0.2], "capacity_ah": 1.0}
    experiment_id = cycled(database, 5, formation_cycles=formation_cycles, **rates)
    renew_summary(database, experiment_id)
    with series.opened(database, experiment_id) as experiment:
        cycles = experiment_cycles(experiment)
    assert cycles is not None
    of_kept, above = kept(database, experiment_id), cycles.summary
    for name in ("cycles", "last_cycle", "last_capacity_ah", "retention_pct", "mean_ce_pct"):
        assert getattr(of_kept, name) == getattr(above, name), name
    assert of_kept.last_cycle == (4 if formation_cycles == 1 else None)
    if above.last_capacity_ah is not None:
        assert above.last_capacity_ah < 1  # that of the check is greater


def test_what_has_no_cycles_is_not_looked_at_again(database: Database):
    experiment_id = import_blocks(database, [block(5)])
    assert renew_summary(database, experiment_id)
    assert kept(database, experiment_id) == KeptSummary(0)
    assert missing_summaries(database, 0) == []
    assert newest_series(database) == experiment_id
    assert missing_summaries(database, experiment_id) == []


def test_a_choice_an_edge_and_the_battery_make_them_anew(database: Database):
    experiment_id = cycled(database, 4, capacity_ah=1.0)
    renew_summary(database, experiment_id)
    with database.read() as session:
        battery_id = session.get(Experiment, experiment_id).battery_id
    battery: NewBattery = battery_descriptions(database, [battery_id])[battery_id]

    def changed() -> list[int]:
        found = outdated_summaries(database)
        renew_summary(database, experiment_id)
        assert outdated_summaries(database) == []
        return found

    choose_cycles(database, experiment_id, OwnChoices(formation_cycles=2), by=BY)
    assert changed() == [experiment_id]
    assert kept(database, experiment_id).retention_pct == pytest.approx(99, abs=0.01)
    set_edge(database, experiment_id, Edge.HOLD, by=BY)
    assert changed() == [experiment_id]
    new = NewBattery(**{**vars(battery), "formation_cycles": 1})
    assert change_battery(database, battery_id, new, seen=mark_of(battery), by=BY)
    assert changed() == [experiment_id]


def test_what_runs_is_looked_at_until_it_has_ended(database: Database):
    experiment_id = cycled(database, 3)
    with database.write() as session:
        session.get(Experiment, experiment_id).status = ExperimentStatus.RUNNING
    assert running_places(database) == {experiment_id: None}
    renew_summary(database, experiment_id)
    assert kept(database, experiment_id).cycles == 2
    assert not renew_summary(database, experiment_id)  # nothing new
    with database.write() as session:
        session.get(Experiment, experiment_id).status = ExperimentStatus.FINISHED
    assert outdated_summaries(database) == [experiment_id]
    assert running_places(database) == {}
    assert renew_summary(database, experiment_id)
    assert kept(database, experiment_id).cycles == 3
    assert outdated_summaries(database) == []


def test_where_a_station_is_counts_of_its_own_experiment(database: Database):
    lab = RunningLab(database)
    station = lab.station("Station 04", lab.unit())
    cell, profile = lab.battery("NMC-018", "24A-00718"), lab.profile("P", cycles=9)
    run, other = (lab.experiment(name, station, cell, profile) for name in ("Life", "Rates"))
    lab.live(station, run, cycle=4, instruction_id=2)
    assert running_places(database) == {run: (4, 2), other: None}


def test_they_go_with_the_copy_of_the_measures(database: Database):
    experiment_id = cycled(database, 3)
    renew_summary(database, experiment_id)
    series.forget(database, experiment_id)
    with database.read() as session:
        assert session.scalars(select(CycleSummary)).all() == []


def test_without_measures_or_when_deleted_there_is_nothing(database: Database):
    assert renew_summary(database, add_experiment(database))
    assert not renew_summary(database, 4_000_000)
    with database.read() as session:
        assert kept_summaries(session, []) == {}
