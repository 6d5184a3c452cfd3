"""Resistance and power against the depth of discharge."""

import numpy as np
import pytest

from cycling.analysis.integration import Edge
from cycling.analysis.voltage.hppc import depth_of_discharge_pct, pulse_power
from cycling.analysis.voltage.pulses import pulses
from tests import golden

CAPACITY_AH = 0.0317


@pytest.fixture(scope="module")
def found():
    case, _expected = golden.other("hppc_pulses")
    return pulses(case.samples(Edge.SPLIT, counted=False), deadband_a=1e-6)


def test_pulses_by_their_depth(found):
    depth_pct = depth_of_discharge_pct(found, CAPACITY_AH)
    assert np.all(np.diff(depth_pct[::2]) > 0)
    out = pulse_power(found, depth_pct, charges=False, limit_v=3.0)
    into = pulse_power(found, depth_pct, charges=True, limit_v=4.2)
    assert (len(out.ohm), len(into.ohm)) == (9, 9)
    np.testing.assert_allclose(out.power_w, 3.0 * (found.voltage_v[::2] - 3.0) / out.ohm)
    np.testing.assert_allclose(into.power_w, 4.2 * (4.2 - found.voltage_v[1::2]) / into.ohm)


def test_resistance_at_a_depth_is_on_the_line_between_two(found):
    out = pulse_power(found, np.arange(18.0), charges=False, limit_v=3.0)
    assert out.ohm_at(3.0) == pytest.approx((out.ohm[1] + out.ohm[2]) / 2)
    assert out.ohm_at(90.0) is None


def test_beyond_the_limit_there_is_no_power(found):
    assert pulse_power(found, np.arange(18.0), charges=True, limit_v=3.5).power_w[0] == 0
