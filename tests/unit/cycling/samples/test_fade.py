"""How batteries of the samples age."""

import numpy as np
import pytest

from cycling.battery.chemistry import chemistries
from cycling.samples.fade import Fade

NMC, GRAPHITE = chemistries()["nmc"], chemistries()["graphite_half_cell"]


def test_a_new_battery_has_lost_nothing_and_a_knee_makes_it_steeper():
    fade = Fade(root=0.0, line=0.001, knee=100, steeper=0.004)
    assert fade.lost(0) == 0
    assert fade.lost(100) == pytest.approx(0.1)
    assert fade.lost(110) - fade.lost(100) == pytest.approx(0.05)


def test_a_battery_has_what_is_left_and_more_resistance():
    new = NMC.battery(3.0)
    old = Fade(root=0.0, line=0.001).battery(new, 100, np.random.default_rng(1), NMC.curve)
    assert old.capacity_ah == pytest.approx(2.7, rel=2e-3)
    assert old.resistance_ohm == pytest.approx(1.3 * new.resistance_ohm)
    assert old.ocv_v(0.5) != new.ocv_v(0.5)


@pytest.mark.parametrize("chemistry", [NMC, GRAPHITE])
def test_what_a_cycle_loses_is_missing_in_its_efficiency(chemistry):
    new = chemistry.battery(3.0)
    fading, lasting = (
        Fade(root=0.0, line=line).battery(new, 10, np.random.default_rng(1)).charge_efficiency
        for line in (0.002, 0.0)
    )
    lost = 1 - min(fading, 1 / fading), 1 - min(lasting, 1 / lasting)
    assert lost[0] - lost[1] == pytest.approx(0.002, rel=0.01)
