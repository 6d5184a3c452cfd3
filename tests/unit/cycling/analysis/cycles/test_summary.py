"""The numbers above a table."""

import numpy as np
import pytest

from cycling.analysis.chunk_totals import Counting, add_up
from cycling.analysis.cycles.choices import Choices, Direction, Numbering
from cycling.analysis.cycles.history import history
from cycling.analysis.cycles.summary import mean_rows, summary
from cycling.analysis.cycles.table import cycle_table
from cycling.analysis.integration import Edge, Samples
from tests import golden
from tests.unit.cycling.analysis.cycles.made import made_table

CASES = {one.name: one for one in golden.cases()}


def of(name, **choices):
    steps = CASES[name].steps(Edge.SPLIT, counted=bool(CASES[name].counters))
    return summary(cycle_table(steps, Choices(**choices)))


def test_an_anode_free_cell():
    found = of("synthetic_anode_free", capacity_ah=2.0)
    assert (found.cycles, found.rate_class) == (30, "C/2")
    assert found.first_ce_pct == pytest.approx(99.0)
    assert found.mean_ce_pct == pytest.approx(99.0)
    assert found.last_capacity_ah == pytest.approx(1.98 * 0.99**29)
    assert found.retention_pct == pytest.approx(100 * 0.99**29)
    before, then = 100 * 0.99**22, 100 * 0.99**23  # of cycles 23 and 24
    assert found.cycles_to_80 == pytest.approx(23 + (before - 80) / (before - then))
    assert found.equivalent_full_cycles == pytest.approx(sum(3.98 * 0.99**n for n in range(30)) / 4)


def test_a_first_cycle_that_begins_half_full_is_in_no_mean():
    """It would be 198 %, and no alarm or reference is to be made of it either."""
    table = made_table([(0.56, 1.09), *[(1.1, 1.089)] * 3])
    assert table.is_complete.all()
    assert table.is_uneven.tolist() == [True, False, False, False]
    found = summary(table)
    assert found.first_ce_pct == pytest.approx(100 * 1.09 / 0.56)
    assert found.mean_ce_pct == pytest.approx(99.0)
    assert mean_rows(table).tolist() == [1, 2, 3]
    assert history(table).is_judged.tolist() == [False, True, True, True]
    alone = made_table([(0.55, 1.09)])
    assert summary(alone).mean_ce_pct is None


@pytest.mark.parametrize("ce", [1.005, 0.995, 0.8])
def test_a_cell_that_begins_empty_is_in_the_mean_from_its_first_cycle_on(ce):
    table = made_table([(1.0, ce)] * 3)
    assert not table.is_uneven.any()
    assert mean_rows(table).tolist() == [0, 1, 2]


def test_a_first_discharge_from_the_middle_is_no_reference():
    halves = [-0.6, 1.0, *[-0.99, 1.0] * 3]
    amps = np.concatenate([np.full(3, np.sign(ah)) for ah in halves])
    seconds = np.concatenate([3600 * abs(ah) * np.array([1e-6, 0.5, 1.0]) for ah in halves])
    begins = np.repeat(np.cumsum([0, *(3600 * abs(ah) for ah in halves[:-1])]), 3)
    nothing, step = np.full(len(amps), np.nan), np.repeat(np.arange(len(halves)), 3).astype(float)
    rows = Samples(begins + seconds, np.full(len(amps), 3.7), amps, step, step, nothing, nothing)
    steps = add_up(iter([rows]), Counting(1e-9), 0.0).steps
    choices = Choices(numbering=Numbering.CURRENT, first=Direction.DISCHARGE)
    table = cycle_table(steps, choices)
    assert table.discharge.ah == pytest.approx([0.6, 0.99, 0.99, 0.99], rel=1e-4)
    assert table.is_complete.all()
    assert table.is_uneven.tolist() == [True, False, False, False]
    assert table.reference_ah == pytest.approx([0.99] * 4, rel=1e-4)
    assert np.isnan(history(table).reference_ah[0])
    assert summary(table).retention_pct == pytest.approx(100.0)


def test_nothing_is_known_of_no_cycle():
    found = of("synthetic_gap_in_step")
    assert (found.first_ce_pct, found.mean_ce_pct, found.cycles_to_80) == (None, None, None)
