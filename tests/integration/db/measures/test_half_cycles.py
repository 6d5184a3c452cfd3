"""Halves of cycles from the database: they add up to the table, and read their own chunks alone."""

import numpy as np
import pytest

from cycling.analysis.cycles.choices import Direction
from cycling.analysis.voltage.incremental import incremental_capacity
from cycling.analysis.voltage.peaks import peaks
from cycling.errors import InputError
from db.engine import Database
from db.measures.half_cycles import half_cycle, listed_cycles
from db.series import chunks
from tests import golden
from tests.integration.db.measures.voltage_lab import (
    CASES,
    chunks_read,
    golden_import,
    opened_cycles,
)
from tests.unit.db.lab import block, import_blocks

MEASURED = [
    *("coin_1ma_neware_csv", "coin_87ua_arbin", "coin_rounded_current_landt", "full_cell_m50t"),
    *("full_cell_lfp_fastcharge_arbin", "half_cell_si_arbin", "neware_cc_rest"),
    *(name for name in CASES if name.startswith("synthetic")),
]


@pytest.mark.parametrize("name", MEASURED)
def test_the_bins_and_what_is_held_are_the_charge_of_the_table(sqlite_database: Database, name):
    """By the instrument's counters where there are some, whatever the current was rounded to."""
    with opened_cycles(sqlite_database, golden_import(sqlite_database, name)) as (one, cycles):
        for cycle, into, out in zip(
            cycles.table.number.tolist(),
            cycles.table.charge.ah,
            cycles.table.discharge.ah,
            strict=True,
        ):
            for direction, ah in zip(Direction, (into, out), strict=True):
                half = half_cycle(one, cycles, cycle, direction)
                assert half.total_ah == ah
                summed = incremental_capacity(half.lines, 0.005).total_ah
                assert summed + half.held_ah == pytest.approx(ah, rel=1e-9, abs=1e-15)
                assert half.held_ah <= ah


def test_without_constant_voltage_all_of_the_charge_is_in_the_bins(database: Database):
    with opened_cycles(database, golden_import(database, "coin_87ua_arbin")) as (one, cycles):
        for cycle, ah in zip(cycles.table.number.tolist(), cycles.table.discharge.ah, strict=True):
            half = half_cycle(one, cycles, cycle, Direction.DISCHARGE)
            assert incremental_capacity(half.lines, 0.005).total_ah == pytest.approx(ah, rel=1e-9)


def test_the_peaks_of_a_closed_form(database: Database):
    _case, expected = golden.other("synthetic_dqdv_two_peaks")
    experiment_id = golden_import(database, "synthetic_dqdv_two_peaks")
    with opened_cycles(database, experiment_id) as (one, cycles):
        half = half_cycle(one, cycles, 1, Direction.CHARGE)
    found = peaks(*_curve(incremental_capacity(half.lines, 0.002)))
    assert [peak.position for peak in found] == pytest.approx(expected["peak_v"].tolist(), abs=1e-4)
    assert [peak.height for peak in found] == pytest.approx(
        expected["peak_ah_per_v"].tolist(), rel=2e-3
    )


def _curve(incremental):
    return incremental.voltage_v, incremental.ah_per_v


def test_only_the_chunks_of_the_half_are_read(sqlite_database: Database, monkeypatch):
    """Twenty cycles of a hundred measures; fifty of them are a chunk."""
    monkeypatch.setattr(chunks, "CHUNK", 50)
    currents_a = np.tile(np.repeat([1.0, -1.0], 50), 20)
    rows = block(2000, current_a=currents_a, step=np.repeat(np.arange(1.0, 41), 50))
    experiment_id = import_blocks(sqlite_database, [rows])
    with opened_cycles(sqlite_database, experiment_id) as (one, cycles):
        with chunks_read(monkeypatch) as numbers:
            half = half_cycle(one, cycles, 10, Direction.DISCHARGE)
        assert numbers == [18, 19, 20]  # its own, and a measure or two beside it
        assert half.lines.total_ah == pytest.approx(50 / 3600, rel=1e-9)


def test_what_is_not_there_is_said(sqlite_database: Database):
    with opened_cycles(sqlite_database, golden_import(sqlite_database, "neware_cc_rest")) as (
        one,
        cycles,
    ):
        with pytest.raises(InputError, match=rf"Experiment {one.id} has no cycle 99. Its cycles"):
            half_cycle(one, cycles, 99, Direction.CHARGE)
        empty = [
            half_cycle(one, cycles, cycle, direction).lines.total_ah
            for cycle in cycles.table.number.tolist()
            for direction in Direction
        ]
        assert 0.0 in empty  # cycles of one half


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([], "It has no cycles."),
        ([3], "Its only cycle is 3."),
        ([0, 1, 2], "Its cycles are 0 to 2."),
        ([1, 2, 5], "Its cycles are 1 to 2 and 5."),
        ([1, 3, 5, 6], "Its cycles are 1, 3 and 5 to 6."),
        (range(0, 60, 2), "Its cycles are 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22 and others."),
    ],
)
def test_which_cycles_there_are(numbers, words):
    assert listed_cycles(numbers) == words
