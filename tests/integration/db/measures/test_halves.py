"""Voltage over charge of single cycles, from their samples alone."""

import numpy as np
import pytest

from cycling.analysis.cycles.choices import Direction
from db import series
from db.engine import Database
from db.measures.cycles import experiment_cycles, moments_of
from db.measures.halves import MAX_POINTS, half_curve
from tests.integration.db.measures.test_cycles import golden_import
from tests.unit.db.lab import START, import_blocks
from tests.unit.pages.experiment.cycles.cycled import cycled


@pytest.mark.parametrize("name", ["coin_87ua_arbin", "half_cell_si_arbin", "synthetic_cccv"])
def test_a_curve_ends_at_what_the_table_says(database: Database, name):
    with series.opened(database, golden_import(database, name)) as experiment:
        cycles = experiment_cycles(experiment)
        for row, cycle in enumerate(cycles.table.number.tolist()):
            for half in Direction:
                curve = half_curve(experiment, cycles, cycle, half)
                total_ah = getattr(cycles.table, half).ah[row]
                if len(curve.ah):
                    assert curve.ah.max() == pytest.approx(total_ah, rel=2e-3, abs=1e-9)
                else:
                    assert total_ah == 0


def test_a_long_half_keeps_its_extremes_in_few_points(sqlite_database: Database):
    experiment_id = cycled(sqlite_database, 2, rows=80_000)
    with series.opened(sqlite_database, experiment_id) as experiment:
        cycles = experiment_cycles(experiment)
        curve = half_curve(experiment, cycles, 2, Direction.CHARGE)
    assert len(curve.ah) <= MAX_POINTS * 1.4
    assert (curve.voltage_v.min(), curve.voltage_v.max()) == pytest.approx((3.05, 4.05))
    assert np.all(np.diff(curve.ah) >= 0)


def test_only_the_chunks_of_the_half_are_read(sqlite_database: Database, monkeypatch):
    experiment_id = cycled(sqlite_database, 4, rows=40_000)  # five chunks
    with series.opened(sqlite_database, experiment_id) as experiment:
        cycles = experiment_cycles(experiment)
        read: list[int] = []
        reader = type(experiment._chunks)
        columns = reader.columns

        def note(self, numbers, keys):
            read.extend(numbers)
            return columns(self, numbers, keys)

        monkeypatch.setattr(reader, "columns", note)
        half_curve(experiment, cycles, 4, Direction.DISCHARGE)
    assert set(read) == {4}


def test_when_a_cycle_was(database: Database):
    with series.opened(database, cycled(database, 3, rows=10)) as experiment:
        cycles = experiment_cycles(experiment)
        begin_s, end_s = moments_of(experiment, cycles, 2)
        assert begin_s == pytest.approx(START.timestamp() + 3600 + 1 + 3600 * 0.995 + 1)
        assert end_s - begin_s == pytest.approx(3600 * 0.99 * 1.995 + 1)
        assert moments_of(experiment, cycles, 9) is None


def test_an_experiment_without_cycles_has_no_curve(sqlite_database: Database):
    with series.opened(sqlite_database, import_blocks(sqlite_database)) as experiment:
        cycles = experiment_cycles(experiment)
        assert len(half_curve(experiment, cycles, 7, Direction.CHARGE).ah) == 0
