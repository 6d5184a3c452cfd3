"""The cycle table of experiments in the database, by their conventions."""

import numpy as np
import pytest

from cycling.analysis.counters import Quantity
from cycling.analysis.cycles.choices import Direction, Kind, Numbering
from cycling.battery.conventions import OwnChoices
from cycling.terms import ExperimentStatus
from db import series
from db.commands.experiments.cycles.choices import choose_cycles
from db.engine import Database
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.models import Experiment
from tests import golden
from tests.integration.db.measures.test_source import golden_blocks
from tests.unit.db.lab import BY, add_cell, add_experiment, block, import_blocks

CASES = {one.name: one for one in golden.cases()}
COLUMNS = (Quantity.CHARGE, Quantity.DISCHARGE, Quantity.CHARGE_ENERGY, Quantity.DISCHARGE_ENERGY)


def cycles_of(
    database: Database, experiment_id: int, own: OwnChoices | None = None
) -> ExperimentCycles:
    with series.opened(database, experiment_id) as experiment:
        found = experiment_cycles(experiment, own)
    assert found is not None
    return found


def golden_import(database: Database, name: str, **cell) -> int:
    battery_id = add_cell(database, name, **cell) if cell else None
    return import_blocks(
        database, list(golden_blocks(CASES[name], counted=True)), battery_id=battery_id
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_numbers_of_each_cycle_are_the_instruments(database: Database, case):
    """Charge, energy, numbers and efficiency, imported and read back on every engine."""
    found = cycles_of(database, golden_import(database, case.name), OwnChoices(Numbering.FILE))
    table = found.table
    assert table.number.tolist() == case.expected["cycle"].tolist()
    of = (table.charge.ah, table.discharge.ah, table.charge.wh, table.discharge.wh)
    named = [
        dict(zip(map(str, COLUMNS), (float(column[row]) for column in of), strict=True))
        for row in range(len(table))
    ]
    worst = case.compare(dict(zip(table.number.tolist(), named, strict=True)))
    by_counters = found.steps.is_counted
    assert by_counters == bool(case.counters)
    for one in worst:
        assert abs(one.charge_pct) <= (1e-4 if by_counters else case.charge_pct)
        if one.energy_pct is not None:
            assert abs(one.energy_pct) <= (1e-4 if by_counters else case.energy_pct)
        if one.ce_points is not None:
            assert abs(one.ce_points) <= (1e-4 if by_counters else case.ce_points)


def test_a_half_cell_has_the_efficiency_of_its_kind(database: Database):
    name = "synthetic_half_cell_anode"
    found = cycles_of(database, golden_import(database, name, kind=Kind.ANODE_HALF))
    assert found.table.ce_pct.tolist() == pytest.approx([83.33333333333334, 98.0, 98.5])
    assert found.summary.first_ce_pct == pytest.approx(83.33333333333334)
    assert found.table.first is Direction.DISCHARGE


def test_what_was_chosen_counts_and_what_is_tried_is_not_kept(database: Database):
    experiment_id = golden_import(database, "neware_cc_rest")
    choose_cycles(database, experiment_id, OwnChoices(numbering=Numbering.CURRENT), by=BY)
    assert cycles_of(database, experiment_id).table.number.tolist() == [0, 1, 2]
    tried = cycles_of(database, experiment_id, OwnChoices(numbering=Numbering.NONE))
    assert tried.table.number.tolist() == [1]
    assert cycles_of(database, experiment_id).table.numbering is Numbering.CURRENT


def test_the_samples_of_a_cycle_and_of_its_halves(database: Database):
    currents_a = np.repeat([1.0, 0.0, -1.0, 1.0, -1.0], 60)
    steps = np.repeat(np.arange(1.0, 6), 60)
    rows = block(300, current_a=currents_a, step=steps)
    found = cycles_of(database, import_blocks(database, [rows]))
    assert found.table.number.tolist() == [1, 2]
    assert found.samples_of(1) == [(0, 180)]
    assert found.samples_of(1, Direction.CHARGE) == [(0, 120)]  # with its rest
    assert found.samples_of(2, Direction.DISCHARGE) == [(240, 300)]
    assert found.samples_of(3) == []


def test_the_last_cycle_of_what_runs_is_not_complete(database: Database):
    currents_a = np.repeat([1.0, -1.0] * 3, 60)
    rows = block(360, current_a=currents_a, step=np.repeat(np.arange(1.0, 7), 60))
    experiment_id = import_blocks(database, [rows])
    assert cycles_of(database, experiment_id).table.is_complete.tolist() == [True] * 3
    with database.write() as session:
        session.get(Experiment, experiment_id).status = ExperimentStatus.RUNNING
    found = cycles_of(database, experiment_id)
    assert found.is_running
    assert found.table.is_complete.tolist() == [True, True, False]


def test_without_measures_there_are_none(database: Database):
    with series.opened(database, add_experiment(database)) as experiment:
        assert experiment_cycles(experiment) is None
