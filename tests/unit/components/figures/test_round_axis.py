"""Axes with round ticks that odd values do not stretch."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from components.figures.round_axis import padded, round_axis, usual_range

FINITE = st.floats(-1e6, 1e6, allow_nan=False)


@given(FINITE, FINITE)
def test_it_holds_its_range_in_steps_of_1_2_or_5(one, other):
    axis = round_axis(min(one, other), max(one, other))
    slack = 1e-6 * axis.step
    assert axis.low <= min(one, other) + slack
    assert axis.high >= max(one, other) - slack
    digits = axis.step / 10.0 ** np.floor(np.log10(axis.step) + 1e-9)
    assert min(abs(digits - nice) for nice in (1, 2, 5, 10)) < 1e-6
    assert abs(axis.low / axis.step - round(axis.low / axis.step)) < 1e-6
    assert axis.count in (4, 5, 6)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (3.3, 5.58, [3, 3.5, 4, 4.5, 5, 5.5, 6]),
        (99.93, 99.97, [99.93, 99.94, 99.95, 99.96, 99.97]),
        (0, 5.7, [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_ticks_are_what_one_reads_easily(low, high, ticks):
    axis = round_axis(low, high)
    assert [axis.low + n * axis.step for n in range(axis.count + 1)] == pytest.approx(ticks)


def test_a_single_odd_value_is_outside_and_is_counted():
    values = np.append(99.95 + 0.01 * np.sin(np.arange(50)), [126.3, np.nan])
    low, high = usual_range(values)
    assert (low, high) == (pytest.approx(99.94, abs=0.001), pytest.approx(99.96, abs=0.001))
    assert round_axis(low, high).outside(values) == 1
    assert usual_range(np.full(3, np.nan)) is None
    assert usual_range(np.array([93.0, 100.0])) == (93.0, 100.0)


def test_a_course_that_bends_has_no_outliers_but_single_ones_in_it():
    noise = 0.004 * np.sin(7.0 * np.arange(250))
    fading = 99.9 + noise - np.maximum(0, np.arange(250) - 170) * 0.003
    assert usual_range(fading) == (fading.min(), fading.max())
    odd = fading.copy()
    odd[[0, 200]] = 98.1, 97.0
    low, high = usual_range(odd)
    assert (low, high) == (fading[1:].min(), fading[1:].max())


def test_a_margin_does_not_go_below_zero():
    assert padded(0.01, 1.0) == (0.0, pytest.approx(1.0792))
    assert padded(100.0, 100.0, 0.1) == (pytest.approx(99.95), pytest.approx(100.05))
