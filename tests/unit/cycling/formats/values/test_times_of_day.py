"""Times of day: over midnight, by halves of the day, and what only looks like them."""

import numpy as np
import pyarrow as pa
import pytest

from cycling.formats.values.times_of_day import DayCount, parse_times_of_day, pass_midnight


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("22:30", 81_000),
        ("22:30:15.5", 81_015.5),
        ("10:30 PM", 81_000),
        ("12:00:01 a.m.", 1),
        ("24:00", np.nan),
        ("13:00 PM", np.nan),
        ("10:60", np.nan),
        ("", np.nan),
    ],
)
def test_a_time_of_day(cell, seconds):
    numbers = parse_times_of_day(pa.array([cell]))
    np.testing.assert_array_equal(numbers.values, [seconds])
    assert (numbers.bad is None) == (bool(np.isfinite(seconds)) or cell == "")


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_days_are_counted_wherever_blocks_are_cut(cut):
    times = np.array([86_000, 86_300, np.nan, 100, 43_000, 86_000, 50.0])
    count = DayCount()
    passed = np.concatenate([count.passed(times[:cut]), count.passed(times[cut:])])
    expected = [0, 300, np.nan, 500, 43_400, 86_400, 86_850]
    np.testing.assert_array_equal(passed, expected)


@pytest.mark.parametrize(
    ("times", "passes"),
    [
        ([81_000, 86_370, 30, 90], True),
        ([81_000, 86_370, 80_000], False),  # a clock that was set back
        ([100, 72_000, 0, 60], True),  # records of many hours
        ([100, *range(160, 72_000, 60), 0, 60], False),  # begins again with a step
        ([100, 160, 220], False),
        ([81_000, 90_000, 30], False),
    ],
)
def test_only_falls_over_midnight_make_times_of_day(times, passes):
    values = np.array(times, np.float64)
    assert pass_midnight([values[:2], values[2:]]) == passes
