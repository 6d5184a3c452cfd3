"""Between a slow charge and a slow discharge."""

import numpy as np
import pytest

from cycling.analysis.voltage.lines import ChargeLines
from cycling.analysis.voltage.open_circuit import pseudo_ocv


def test_the_mean_at_equal_charge():
    charge = np.linspace(0, 2, 400)
    up = ChargeLines(3.05 + charge[:-1] / 2, 3.05 + charge[1:] / 2, np.diff(charge))
    less = np.linspace(0, 1.9, 300)
    down_v = 2.95 + (1.9 - less) / 2
    down = ChargeLines(down_v[:-1], down_v[1:], np.diff(less))
    found = pseudo_ocv(up, down, 1 / 25)
    assert found.charge_ah[-1] == pytest.approx(1.9)
    np.testing.assert_allclose(found.voltage_v, 3.0 + found.charge_ah / 2)
    np.testing.assert_allclose(found.hysteresis_v, 0.1)
    assert found.is_slow
    assert not pseudo_ocv(up, down, 0.1).is_slow


def test_one_half_alone_has_none():
    nothing = ChargeLines(*[np.empty(0)] * 3)
    assert len(pseudo_ocv(nothing, nothing, 0.01).voltage_v) == 0
