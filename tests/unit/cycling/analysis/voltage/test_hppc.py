"""Resistance and power against the depth of discharge."""

import numpy as np
import pytest

from cycling.analysis.integration import Edge
from cycling.analysis.voltage.hppc import depth_of_discharge_pct, pulse_power, resistance_at
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


@pytest.mark.parametrize(
    ("soc_pct", "wanted_pct", "expected"),
    [
        ([90, 60, 40, 10], 50, [(2.5, 1, 2)]),
        ([90, 60, 40, 10], 95, []),  # beyond all of them
        ([90, 50.2, 10], 50, [(2.0, 1, 1)]),  # near enough to count alone
        ([10, 30, 60, 90], 45, [(2.5, 1, 2)]),
        ([60, 45, 90, 60, 45], 50, [(1 + 10 / 15, 0, 1), (4 + 10 / 15, 3, 4)]),
        ([90, 10], 50, []),  # too far apart
        ([60, np.nan, 40], 50, [(2.0, 0, 2)]),
        ([], 50, []),
    ],
)
def test_resistance_at_a_state_of_charge(soc_pct, wanted_pct, expected):
    ohm = np.arange(1.0, len(soc_pct) + 1)
    found = resistance_at(np.array(soc_pct, float), ohm, wanted_pct)
    assert [(one.before, one.after) for one in found] == [one[1:] for one in expected]
    assert [one.ohm for one in found] == pytest.approx([one[0] for one in expected])


def test_at_half_of_a_measured_test(found):
    """Its nine pulses of discharge stand at 90, 80, ... 10 %: at 55 % it is the mean of two."""
    soc_pct = 100 - depth_of_discharge_pct(found, CAPACITY_AH)
    out = found.current_a < 0
    ohm = np.where(out, found.resistance_ohm[:, found.times_s.index(10.0)], np.nan)
    above, below = soc_pct[out][4:6]
    (one,) = resistance_at(soc_pct, ohm, float((above + below) / 2))
    assert one.ohm == pytest.approx(ohm[out][4:6].mean(), rel=1e-12)
