"""How voltage relaxes in rests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TIMES_S = (10.0, 60.0, 3600.0)


@dataclass(frozen=True)
class Relaxation:
    """A rest: how long (s), the voltage (V) at its end, and at `times_s` after it began.

    A voltage is NaN where the rest is shorter or its first sample later.
    """

    duration_s: float
    end_v: float
    times_s: tuple[float, ...]
    voltage_v: Floats


def relaxation(
    time_s: Floats, voltage_v: Floats, begin_s: float, times_s: tuple[float, ...] = TIMES_S
) -> Relaxation:
    """Return how a rest relaxes; its samples, shapes (n,), and when it began.

    Between samples voltage goes in a straight line.
    """
    finite = np.isfinite(voltage_v)
    since_s, voltage_v = (time_s - begin_s)[finite], voltage_v[finite]
    if not len(since_s):
        return Relaxation(0.0, np.nan, times_s, np.full(len(times_s), np.nan))
    at = np.interp(times_s, since_s, voltage_v, left=np.nan, right=np.nan)
    return Relaxation(float(since_s[-1]), float(voltage_v[-1]), times_s, at)
