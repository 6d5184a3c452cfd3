"""Where moments stand on the time axis."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.figures.time_axis import CLOCK, by_test_time, elapsed

BEGIN = 1_780_000_000.0
LENGTHS = st.floats(min_value=1e-3, max_value=1e9)


def test_the_clock_counts_unix_milliseconds():
    assert CLOCK.is_clock
    assert CLOCK.place(BEGIN) == BEGIN * 1000
    assert CLOCK.meta() == {}
    assert CLOCK.layout(dark=False)["type"] == "date"


@pytest.mark.parametrize(
    ("length", "unit"),
    [
        (0, "s"),
        (300, "s"),
        (301, "min"),
        (5 * 3600, "min"),
        (5 * 3600 + 1, "h"),
        (5 * 86400, "h"),
        (5 * 86400 + 1, "d"),
        (1e9, "d"),
    ],
)
def test_the_unit_suits_the_length(length, unit):
    axis = elapsed((BEGIN, BEGIN + length))
    assert (axis.unit, axis.is_clock) == (unit, False)
    assert unit in axis.layout(dark=True)["unifiedhovertitle"]["text"]


@given(LENGTHS, st.floats(min_value=0, max_value=1))
def test_a_place_on_the_axis_can_be_turned_back_into_its_moment(length, part):
    axis = elapsed((BEGIN, BEGIN + length))
    moment = BEGIN + part * length
    places, unix_ms = zip(*axis.meta()["knots"], strict=True)
    back = np.interp(axis.place(moment), places, unix_ms)
    assert back == pytest.approx(moment * 1000, abs=1)


def test_an_instant_has_a_second_around_it():
    assert CLOCK.range((BEGIN, BEGIN)) == [BEGIN * 1000 - 500, BEGIN * 1000 + 500]
    assert elapsed((BEGIN, BEGIN)).range((BEGIN, BEGIN)) == [-0.5, 0.5]


def test_arrays_and_single_moments_stand_at_the_same_places():
    for axis in (CLOCK, elapsed((BEGIN, BEGIN + 1e6))):
        moments = np.array([BEGIN, BEGIN + 0.125, BEGIN + 1e6])
        assert axis.places(moments).tolist() == [axis.place(one) for one in moments]


def test_test_time_stands_still_in_a_pause_and_may_run_faster_than_the_clock():
    axis = by_test_time(
        [(BEGIN, 0), (BEGIN + 5, 50), (BEGIN + 10, 100), (BEGIN + 970, 100), (BEGIN + 980, 200)]
    )
    moments = BEGIN + np.array([0, 10, 500, 970, 975, 981])
    assert axis.places(moments) == pytest.approx([0, 100, 100, 100, 150, 201])
    assert len(axis.meta()["knots"]) == 4  # the second lies on the line
    assert axis.range((BEGIN + 100, BEGIN + 200)) == [99.5, 100.5]  # within the pause
    assert axis.seconds((BEGIN, BEGIN + 980)) == (0, 200)
