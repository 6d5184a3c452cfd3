"""Galvanostatic intermittent titration (GITT): open circuit and diffusion from pulses and rests."""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.voltage.pulses import Pulses

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Titration:
    """Titration steps in their order, shapes (pulses - 1,), NaN where unknown.

    `rested_v` is the voltage at the end of the rest after the pulse, `charged_ah` the charge there
    since the first sample. `steady_v` (dE_s) is how far that moved by the pulse, `transient_v`
    (dE_t) how far voltage moved during the pulse, without the jump to its first sample.
    `diffusion_cm2_per_s` needs a length. `is_short`: the pulse is shorter than L^2 / D.
    """

    charged_ah: Floats
    rested_v: Floats
    steady_v: Floats
    transient_v: Floats
    ratio: Floats
    diffusion_cm2_per_s: Floats
    is_short: NDArray[np.bool_]


def titration(pulses: Pulses, length_cm: float | None = None) -> Titration:
    """Return what pulses with rests between them say; the last one has no rest after it.

    D = 4 / (pi tau) L^2 (dE_s / dE_t)^2 with the pulse's time tau and the length L, in cm, the
    volume of the active material over its area: a third of the radius of spheres. It holds for
    pulses much shorter than L^2 / D. Weppner and Huggins, J. Electrochem. Soc. 124 (1977) 1569.
    """
    rested_v = pulses.voltage_v[1:]
    steady_v = rested_v - pulses.voltage_v[:-1]
    transient_v = (pulses.end_v - pulses.first_v)[:-1]
    moved = np.abs(transient_v) > 0
    ratio = np.where(moved, steady_v / np.where(moved, transient_v, 1.0), np.nan)
    tau_s = pulses.duration_s[:-1]
    square_cm2 = length_cm**2 if length_cm else np.nan
    diffusion = 4 / (pi * tau_s) * square_cm2 * ratio**2
    return Titration(
        charged_ah=pulses.net_ah[1:],
        rested_v=rested_v,
        steady_v=steady_v,
        transient_v=transient_v,
        ratio=ratio,
        diffusion_cm2_per_s=diffusion,
        is_short=tau_s * diffusion < square_cm2,
    )
