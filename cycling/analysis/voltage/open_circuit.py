"""Pseudo open-circuit voltage: between a slow charge and a slow discharge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.voltage.differential import POINTS, voltage_over_charge
from cycling.analysis.voltage.lines import ChargeLines

Floats = NDArray[np.float64]

SLOW = 1 / 20  # C: a faster cycle is too far from equilibrium


@dataclass(frozen=True)
class PseudoOcv:
    """Shapes (points,): charge above empty (Ah), the mean of both voltages, their difference (V).

    `is_slow`: both went at C/20 or less.
    """

    charge_ah: Floats
    voltage_v: Floats
    hysteresis_v: Floats
    is_slow: bool


def pseudo_ocv(
    charge: ChargeLines, discharge: ChargeLines, rate: float, *, points: int = POINTS
) -> PseudoOcv:
    """Return the mean of charge and discharge voltage at equal charge.

    Both count from the empty cell: the charge from its beginning, the discharge from its end. Where
    one is shorter, only what both have. `rate` is the faster C-rate of the two.
    """
    up_ah, up_v = voltage_over_charge(charge)
    down_ah, down_v = voltage_over_charge(discharge)
    if not len(up_ah) or not len(down_ah):
        return PseudoOcv(np.empty(0), np.empty(0), np.empty(0), is_slow=False)
    even_ah = np.linspace(0.0, min(up_ah[-1], down_ah[-1]), points)
    above = np.interp(even_ah, up_ah, up_v)
    below = np.interp(even_ah, down_ah[-1] - down_ah[::-1], down_v[::-1])
    return PseudoOcv(even_ah, (above + below) / 2, above - below, rate <= SLOW * (1 + 1e-9))
