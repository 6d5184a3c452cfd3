"""The numbers above a table."""

import pytest

from cycling.analysis.cycles.choices import Choices
from cycling.analysis.cycles.summary import summary
from cycling.analysis.cycles.table import cycle_table
from cycling.analysis.integration import Edge
from tests import golden

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


def test_nothing_is_known_of_no_cycle():
    found = of("synthetic_gap_in_step")
    assert (found.first_ce_pct, found.mean_ce_pct, found.cycles_to_80) == (None, None, None)
