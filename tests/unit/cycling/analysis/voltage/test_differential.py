"""dV/dQ of curves of which it is known."""

import numpy as np
import pytest

from cycling.analysis.voltage.differential import differential_voltage, voltage_over_charge
from cycling.analysis.voltage.lines import ChargeLines


def lines(voltage_v, ah) -> ChargeLines:
    return ChargeLines(voltage_v[:-1], voltage_v[1:], np.diff(ah))


def test_a_straight_line_stays_straight_to_its_ends():
    charge = np.linspace(0, 2, 300)
    found = differential_voltage(lines(3 + 0.5 * charge, charge))
    assert len(found.charge_ah) == 500
    np.testing.assert_allclose(found.v_per_ah, 0.5)


def test_a_parabola():
    charge = np.linspace(0, 2, 3000)
    found = differential_voltage(lines(3 + charge**2 / 4, charge))
    np.testing.assert_allclose(found.v_per_ah[30:-30], found.charge_ah[30:-30] / 2, rtol=1e-4)
    raw = differential_voltage(lines(3 + charge**2 / 4, charge), sigma=0)
    np.testing.assert_allclose(raw.voltage_v, 3 + raw.charge_ah**2 / 4, atol=1e-6)


def test_rests_are_no_points_and_nothing_is_nothing():
    some = ChargeLines(np.array([3.0, 3.1, 3.1]), np.array([3.1, 3.1, 3.2]), np.array([1.0, 0, 1]))
    charge_ah, voltage_v = voltage_over_charge(some)
    assert charge_ah.tolist() == [0, 1, 2]
    assert voltage_v.tolist() == pytest.approx([3.0, 3.1, 3.2])
    assert len(differential_voltage(ChargeLines(*[np.empty(0)] * 3)).v_per_ah) == 0
