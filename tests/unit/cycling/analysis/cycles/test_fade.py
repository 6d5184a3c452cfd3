"""Projections and knees, on curves of which both are known."""

import numpy as np
import pytest

from cycling.analysis.cycles.fade import knee, projection, student

CYCLE = np.arange(1.0, 301)
NOISE = np.random.default_rng(3).normal(0, 0.05, len(CYCLE))


def test_a_straight_fade_goes_on_straight():
    line = 100 - 0.05 * CYCLE
    found = projection(CYCLE, line + NOISE)
    assert (found.is_root, found.points) == (False, 90)
    assert (found.cycle[0], found.cycle[-1]) == (211, 600)
    assert found.reaches(80) == pytest.approx(400, abs=5)
    assert np.all((found.low < 100 - 0.05 * found.cycle) & (100 - 0.05 * found.cycle < found.high))
    assert found.reaches(10) is None  # beyond twice the tested range


def test_a_fade_with_the_root_of_time_goes_on_so():
    found = projection(CYCLE, 100 - np.sqrt(CYCLE))
    assert found.is_root
    assert found.value[-1] == pytest.approx(100 - np.sqrt(600))


def test_the_band_holds_what_comes_as_often_as_it_says():
    inside = 0
    for seed in range(200):
        noise = np.random.default_rng(seed).normal(0, 1, 61)
        found = projection(np.arange(1.0, 61), noise[:60])
        at_next = [np.interp(61, found.cycle, side) for side in (found.low, found.high)]
        inside += at_next[0] < noise[60] < at_next[1]
    assert 180 <= inside <= 199


def test_too_few_cycles_have_no_projection():
    assert projection(CYCLE[:19], CYCLE[:19]) is None


@pytest.mark.parametrize(("freedom", "t"), [(10, 2.228139), (18, 2.100922), (100, 1.983972)])
def test_students_t(freedom, t):
    assert student(0.95, freedom) == pytest.approx(t, abs=1e-4)


def test_a_knee_is_found_where_it_is():
    bent = 100 - 0.02 * CYCLE - 0.1 * np.maximum(CYCLE - 187.3, 0)
    found = knee(CYCLE, bent + NOISE)
    assert found.cycle == pytest.approx(187.3, abs=3)
    assert found.slope_before == pytest.approx(-0.02, abs=0.002)
    assert found.slope_after == pytest.approx(-0.12, abs=0.005)
    assert found.value == pytest.approx(100 - 0.02 * 187.3, abs=0.1)


@pytest.mark.parametrize(
    "value",
    [
        100 - 0.02 * CYCLE + NOISE,  # straight
        100 - 0.02 * CYCLE + 0.015 * np.maximum(CYCLE - 150, 0) + NOISE,  # it becomes flatter
        100 - 0.02 * CYCLE - 0.01 * np.maximum(CYCLE - 150, 0),  # steeper, not twice
    ],
)
def test_what_is_no_knee(value):
    assert knee(CYCLE, value) is None


def test_too_few_cycles_have_no_knee():
    few = CYCLE[:99]
    assert knee(few, 100 - 0.02 * few - 0.1 * np.maximum(few - 50, 0)) is None


def test_a_knee_has_a_band_that_holds_it_and_narrows_with_the_noise():
    bent = 100 - 0.02 * CYCLE - 0.1 * np.maximum(CYCLE - 187.3, 0)
    widths = []
    for size in (0.2, 1.0):
        inside = 0
        for seed in range(20):
            noise = np.random.default_rng(seed).normal(0, size, len(CYCLE))
            found = knee(CYCLE, bent + noise)
            assert found.low <= found.cycle <= found.high
            inside += found.low - 1 <= 187.3 <= found.high + 1
        widths.append(found.high - found.low)
        assert inside >= 17
    assert widths[0] < widths[1]


def test_the_band_of_a_projection_says_between_which_cycles_it_reaches_a_value():
    found = projection(CYCLE, 100 - 0.05 * CYCLE + NOISE)
    early, late = found.reaches_between(80)
    assert early < found.reaches(80) < late
    assert found.reaches_between(10) == (None, None)
