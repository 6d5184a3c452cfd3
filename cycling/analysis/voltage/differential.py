"""Voltage over charge, and differential voltage dV/dQ."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.voltage.lines import ChargeLines
from cycling.analysis.voltage.smoothing import smoothed

Floats = NDArray[np.float64]

POINTS = 500
SIGMA = 0.005  # of the charge


@dataclass(frozen=True)
class Differential:
    """`charge_ah` at even distances, the smoothed voltage there (V), and dV/dQ (V/Ah)."""

    charge_ah: Floats
    voltage_v: Floats
    v_per_ah: Floats


def voltage_over_charge(lines: ChargeLines) -> tuple[Floats, Floats]:
    """Return charge from 0 on (Ah) and the voltage there (V), shapes (lines + 1,)."""
    flows = lines.ah > 0
    if not flows.any():
        return np.empty(0), np.empty(0)
    charge_ah = np.append(0.0, np.cumsum(lines.ah[flows]))
    return charge_ah, np.append(lines.from_v[flows][0], lines.to_v[flows])


def differential_voltage(
    lines: ChargeLines, *, points: int = POINTS, sigma: float = SIGMA
) -> Differential:
    """Return dV/dQ: V at even charges under a Gaussian of `sigma` of the charge, differences.

    Central differences within, one-sided ones at the ends. `sigma` 0: raw.
    """
    charge_ah, voltage_v = voltage_over_charge(lines)
    if not len(charge_ah):
        return Differential(*(np.empty(0) for _ in range(3)))
    even_ah = np.linspace(0.0, charge_ah[-1], points)
    even_v = smoothed(np.interp(even_ah, charge_ah, voltage_v), sigma * (points - 1), ends="line")
    return Differential(even_ah, even_v, np.gradient(even_v, even_ah))
