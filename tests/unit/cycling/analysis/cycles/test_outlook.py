"""Projection and knee of a cycle table, and of which cycles they are made."""

import pytest

from cycling.analysis.cycles.choices import Choices
from cycling.analysis.cycles.outlook import outlook
from tests.unit.cycling.analysis.cycles.made import made_table


def halves(count, knee=None):
    capacity, found = 1.0, []
    for number in range(count):
        found.append((1.001 * capacity, capacity))
        capacity -= 0.0004 if knee is None or number < knee else 0.002
    return found


def test_of_whole_cycles_after_formation():
    odd = [(0.55, 0.1), (1.2, 1.1), *halves(40)]
    found = outlook(made_table(odd, Choices(formation_cycles=2)))
    assert found.cycles == 40
    assert found.reference_ah == pytest.approx(1.0)
    assert found.last_ah == pytest.approx(1 - 39 * 0.0004)
    assert found.projection.points == 20
    assert found.projection.reaches(0.98) == pytest.approx(53, abs=0.1)  # 2 + 1 + 0.02 / 0.0004
    assert found.knee is None


def test_where_there_are_too_few():
    found = outlook(made_table(halves(12)))
    assert (found.cycles, found.projection, found.knee) == (12, None, None)


def test_a_knee_has_its_cycle():
    found = outlook(made_table(halves(160, knee=100)))
    assert found.knee.cycle == pytest.approx(101, abs=1)
    assert found.knee.low <= 101 <= found.knee.high + 1
