"""Pulses of a measured and of a synthetic cell, and pulses that are none."""

import numpy as np
import pytest

from cycling.analysis.integration import Edge, Samples
from cycling.analysis.voltage.pulses import pulses
from tests import golden

TOLERANCE = 2e-5


def of(name, deadband_a, **options):
    case, expected = golden.other(name)
    return pulses(
        case.samples(Edge.SPLIT, counted=False), deadband_a=deadband_a, **options
    ), expected


def assert_times(found, expected):
    for place, seconds in enumerate(found.times_s):
        values = expected[f"r_{seconds:g}s"].astype(float)
        np.testing.assert_allclose(found.resistance_ohm[:, place], values, rtol=TOLERANCE)


def test_all_pulses_of_a_measured_cell():
    """Another tool finds nine of the eighteen."""
    found, expected = of("hppc_pulses", 1e-6, times_s=(0.1, 1.0, 5.0, 10.0, 30.0))
    assert len(found) == 18
    assert_times(found, expected)
    for ours, name in (
        (found.begin_s, "start_s"),
        (found.current_a, "current_a"),
        (found.voltage_v, "v0"),
        (found.duration_s, "duration_s"),
        (found.first_ohm, "r_first"),
        (found.first_s, "first_s"),
    ):
        np.testing.assert_allclose(ours, expected[name], rtol=TOLERANCE, err_msg=name)
    assert np.isnan(found.resistance_ohm[1, 4])  # ten seconds long: blank after thirty
    np.testing.assert_allclose(found.area_resistance(2.0), 2 * found.resistance_ohm)
    np.testing.assert_allclose(found.area_resistance(2.0, cells=4), found.resistance_ohm / 2)


def test_pulses_of_a_closed_form():
    found, expected = of("synthetic_pulses", 1e-3, times_s=(1.0, 10.0, 30.0))
    np.testing.assert_allclose(found.begin_s, expected["start_s"])
    np.testing.assert_allclose(found.first_ohm, expected["r_first"], rtol=TOLERANCE)
    assert_times(found, expected)


def rows(time_s, voltage_v, current_a, led_s=None) -> Samples:
    nothing = np.full(len(time_s), np.nan)
    time_s, voltage_v, current_a = (
        np.asarray(one, float) for one in (time_s, voltage_v, current_a)
    )
    step = np.cumsum(np.diff(np.sign(current_a), prepend=0) != 0).astype(float)
    return Samples(time_s, voltage_v, current_a, nothing, step, nothing, nothing, led_s)


@pytest.mark.parametrize(("rest_s", "count"), [(5.0, 1), (4.9, 0)])
def test_a_rest_stands_before_a_pulse(rest_s, count):
    found = pulses(
        rows([0, rest_s, rest_s + 1, 15], [4, 4, 3.9, 3.9], [0, 0, -1, -1]), deadband_a=0.01
    )
    assert len(found) == count
    assert found.rested_s.tolist() == [rest_s] * count


def test_a_charge_is_no_pulse_unless_it_is_asked_for():
    time_s = [0, 10, 11, 20, 400]
    long = rows(time_s, [4, 4, 3.9, 3.8, 3.7], [0, 0, -1, -1, -1])
    assert len(pulses(long, deadband_a=0.01)) == 0
    found = pulses(long, deadband_a=0.01, longest_s=np.inf)
    assert found.resistance_ohm[0].tolist() == pytest.approx(
        [np.nan, 0.1, 0.2, 0.2 + 0.1 * 20 / 380], nan_ok=True
    )


def test_a_pulse_ends_where_the_current_jumps_or_turns():
    time_s = [0, 10, 10.1, 12, 14, 15, 16]
    jumps = pulses(rows(time_s, [4] * 7, [0, 0, -1, -2, -2, -1, -1]), deadband_a=0.01)
    assert jumps.duration_s.tolist() == [pytest.approx(0.1)]
    rises = pulses(rows([0, 10, 10.1, 10.5, 14], [4] * 5, [0, 0, -1, -2, -2]), deadband_a=0.01)
    assert rises.duration_s.tolist() == [4.0]  # it may come up for a second
    turns = pulses(rows(time_s, [4] * 7, [0, 0, -1, -1, 1, 1, 1]), deadband_a=0.01)
    assert turns.duration_s.tolist() == [2.0]


def test_the_step_time_says_when_a_pulse_began():
    led_s = np.array([0, 0, 0.5, 0.0])
    found = pulses(rows([0, 10, 15, 20], [4, 4, 3.9, 3.8], [0, 0, -1, -1], led_s), deadband_a=0.01)
    assert (found.begin_s[0], found.first_s[0]) == (14.5, 0.5)


def test_blanks_and_nothing():
    blank = rows([0, 10, 11, 20], [4, np.nan, 3.9, 3.8], [0, 0, -1, -1])
    assert len(pulses(blank, deadband_a=0.01)) == 0  # one sample is no rest of 5 s
    assert len(pulses(rows([], [], []), deadband_a=0.01)) == 0
