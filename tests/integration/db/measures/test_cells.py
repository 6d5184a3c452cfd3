"""Cycles of several experiments, as they are kept, and made anew where they hold no more."""

import numpy as np
import pytest
from sqlalchemy import select

from cycling.analysis.campaign.cells import BY_NAME, cell_cycles
from cycling.battery.conventions import OwnChoices
from cycling.terms import ExperimentStatus
from db import series
from db.commands.experiments.cycles.choices import choose_cycles
from db.engine import Database
from db.measures import cells as reading
from db.measures.cell_columns import pack_cell, unpack_cell
from db.measures.cells import cells
from db.measures.cycle_summaries import renew_summary
from db.measures.cycles import experiment_cycles
from db.models import CycleColumns, CycleSummary, Experiment
from tests.unit.db.lab import BY, add_experiment, block, import_blocks, statements
from tests.unit.pages.experiment.cycles.cycled import cycled

NAMES = ("discharge_ah", "ce_pct")


def tables(database: Database, experiment_id: int):
    with series.opened(database, experiment_id) as experiment:
        return experiment_cycles(experiment)


def test_what_is_kept_is_what_the_table_says(database: Database):
    ids = [cycled(database, 5, name="A"), cycled(database, 3, name="B", active_mass_g=2.0)]
    for one in ids:
        renew_summary(database, one)
    with statements(database) as said:
        found = cells(database, ids, NAMES)
    assert len(said) <= 5  # no measure is read, whatever their number
    for one in ids:
        cycles = tables(database, one)
        known = cell_cycles(cycles.table, is_counted=cycles.steps.is_counted)
        kept = found.cycles[one]
        assert kept.facts == known.facts
        assert kept.rate.labels == known.rate.labels
        for name in ("number", "is_complete", "is_formation", "is_uneven", "has_capacity"):
            assert getattr(kept, name).tolist() == getattr(known, name).tolist()
        for name in (*NAMES, "equivalent_full_cycles", "throughput_ah", "days"):
            np.testing.assert_array_equal(kept.columns[name], known.columns[name])
    assert (found.why, found.pending) == ({}, [])


def test_every_metric_survives_being_kept(database: Database):
    cycles = tables(database, cycled(database, 4))
    one = cell_cycles(cycles.table, is_counted=False)
    kept = unpack_cell(pack_cell(one), tuple(BY_NAME))
    for name in BY_NAME:
        np.testing.assert_array_equal(kept.columns[name], one.columns[name])
    assert np.isnan(kept.columns["temperature_mean"]).all()  # it takes no place


def test_what_is_not_kept_is_added_up_and_kept(database: Database):
    ids = [cycled(database, 3, name="A"), cycled(database, 3, name="B")]
    assert set(cells(database, ids, NAMES).cycles) == set(ids)
    with database.read() as session:
        assert set(session.scalars(select(CycleColumns.experiment_id))) == set(ids)
    with statements(database) as said:
        cells(database, ids, NAMES)
    assert len(said) <= 5


def test_another_convention_and_a_new_state_make_it_anew(database: Database):
    one = cycled(database, 4)
    assert cells(database, [one], NAMES).cycles[one].is_formation.sum() == 0
    choose_cycles(database, one, OwnChoices(formation_cycles=2), by=BY)
    assert cells(database, [one], NAMES).cycles[one].is_formation.sum() == 2
    with database.write() as session:
        session.get(Experiment, one).status = ExperimentStatus.RUNNING
    assert cells(database, [one], NAMES).cycles[one].is_complete.tolist() == [1, 1, 1, 0]
    with database.write() as session:
        session.get(Experiment, one).status = ExperimentStatus.FINISHED
    assert cells(database, [one], NAMES).cycles[one].is_complete.all()


def test_what_cannot_be_compared_says_why(database: Database):
    empty, flat = add_experiment(database), import_blocks(database, [block(5)], name="Flat")
    found = cells(database, [empty, flat, 4_000_000], NAMES)
    with database.read() as session:
        assert session.get(CycleSummary, 4_000_000) is None  # deleted meanwhile: nothing is kept
    assert found.why[empty] == "it has no cycles"
    assert not found.cycles[flat].is_complete.any()
    again = cells(database, [empty], NAMES)
    assert again.why[empty] == "it has no cycles"


def test_what_takes_too_long_is_left_for_the_next_answer(database: Database):
    ids = [cycled(database, 3, name=name) for name in "ABC"]
    seconds = iter([0.0, reading.ADD_UP_S + 1, reading.ADD_UP_S + 2])
    found = cells(database, ids, NAMES, elapsed_s=lambda: next(seconds))
    assert list(found.cycles) == ids[:1]
    assert found.pending == ids[1:]
    assert set(cells(database, ids, NAMES).cycles) == set(ids)


def test_they_go_with_their_experiment(database: Database):
    one = cycled(database, 3)
    cells(database, [one], NAMES)
    series.forget(database, one)
    with database.read() as session:
        assert session.scalars(select(CycleColumns)).all() == []


@pytest.mark.parametrize("names", [["discharge_ah"], list(BY_NAME)])
def test_only_the_parts_that_are_needed_are_read(database: Database, names):
    one = cycled(database, 3)
    cells(database, [one], names)
    found = cells(database, [one], names).cycles[one]
    assert set(names) <= set(found.columns)
