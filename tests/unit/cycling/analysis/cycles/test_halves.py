"""Half cycles by current: rests, small runs, cells that fade."""

import numpy as np
import pytest

from cycling.analysis.cycles.halves import half_cycles


@pytest.mark.parametrize(
    ("net_ah", "expected"),
    [
        ([], []),
        ([0, 0], [0, 0]),
        ([1, 0, -1, 0, 1], [1, 1, -1, -1, 1]),
        ([0, -1, 0, 1], [-1, -1, -1, 1]),  # a rest at the beginning
        ([1, 0.5, -1, -0.3, 0, 1], [1, 1, -1, -1, -1, 1]),  # several steps in a half
        ([1, -0.04, 1, -2], [1, 1, 1, -1]),  # a pulse within a charge
        ([0.01, -0.01, 1, -1], [1, 1, 1, -1]),  # pulses before all else
    ],
)
def test_runs_of_one_direction(net_ah, expected):
    assert half_cycles(np.array(net_ah)).tolist() == expected


def test_every_cycle_of_a_cell_that_fades_is_found():
    """By a threshold on the largest run 25 of 150 cycles would be found."""
    capacity = np.repeat(3.0 * 0.97 ** np.arange(150), 2)
    half = half_cycles(capacity * np.tile([1, -1], 150))
    assert np.count_nonzero(np.diff(half)) == 299
    assert capacity[-1] < 0.05 * capacity[0]


def test_pulses_do_not_break_a_discharge():
    net = [3.0, *([-0.3, 0, -0.025, 0, 0.006, 0] * 9), -0.3]
    half = half_cycles(np.array(net))
    assert half.tolist() == [1] + [-1] * (len(net) - 1)


def test_what_has_just_begun_does_not_change_the_cycle_before():
    net = np.array([3.0, -3.0, 3.0, -3.0, 0.01])
    assert half_cycles(net).tolist() == [1, -1, 1, -1, -1]
    assert half_cycles(net, is_running=True).tolist() == [1, -1, 1, -1, 1]
