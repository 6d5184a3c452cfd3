"""Retention, the cycle at which it is too low, throughput."""

import numpy as np
import pytest

from cycling.analysis.cycles.choices import Choices, Reference
from cycling.analysis.cycles.retention import (
    cycles_to,
    equivalent_full_cycles,
    formation,
    reference_ah,
)

NUMBER = np.arange(1, 7)
AH = np.array([1.2, 1.0, 1.1, 0.9, 0.5, 0.4])
CLASS = np.array([0, 0, 0, 0, 1, 1])
ALL = np.ones(6, bool)


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (Choices(), [1.2] * 4 + [0.5] * 2),
        (Choices(formation_cycles=1), [1.0] * 4 + [0.5] * 2),
        (Choices(formation_cycles=1, reference=Reference.FIRST), [1.2] * 4 + [0.5] * 2),
        (Choices(reference=Reference.GREATEST, formation_cycles=9), [1.2] * 4 + [0.5] * 2),
        (Choices(reference=Reference.MEAN, reference_cycles=(2, 3)), [1.05] * 4 + [np.nan] * 2),
        (Choices(reference=Reference.NOMINAL, capacity_ah=2.0), [2.0] * 6),
        (Choices(reference=Reference.TYPED, reference_ah=1.3), [1.3] * 6),
        (Choices(reference=Reference.TYPED), [np.nan] * 6),
    ],
)
def test_references(choices, expected):
    found = reference_ah(AH, NUMBER, CLASS, ALL, choices)
    np.testing.assert_allclose(found, expected)


def test_a_cycle_that_is_not_complete_is_no_reference():
    counted = np.array([False, True, True, True, True, True])
    assert reference_ah(AH, NUMBER, CLASS, counted, Choices())[0] == 1.0


def test_formation_begins_with_cycle_1():
    assert formation(np.array([0, 1, 2, 3]), 2).tolist() == [True, True, True, False]
    assert not formation(np.array([0, 1, 2]), 0).any()


def test_the_cycle_below_is_on_the_line_between_its_neighbours():
    cycle = np.arange(1.0, 101)
    assert cycles_to(80, cycle, 100 - 0.3 * cycle) == pytest.approx(20 / 0.3)
    assert cycles_to(60, cycle, 100 - 0.3 * cycle) is None


def test_one_cycle_below_is_not_the_end():
    retention = np.array([100, 79, 90, 85, 79, 78, 77.0])
    assert cycles_to(80, np.arange(1.0, 8), retention) == pytest.approx(4 + 5 / 6)
    assert cycles_to(80, np.arange(1.0, 7), retention[:6]) is None  # not two below after it


def test_a_cell_that_is_below_from_the_beginning():
    assert cycles_to(80, np.arange(3.0, 7), np.array([70, 60, 50, 40.0])) == 3
    assert cycles_to(80, np.array([1.0, 2]), np.array([70, 60.0])) is None


def test_equivalent_full_cycles():
    assert equivalent_full_cycles(np.array([6.0]), 3.0).tolist() == [1.0]
    assert np.isnan(equivalent_full_cycles(np.array([6.0]), None)).all()
