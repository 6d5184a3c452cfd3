"""How voltage relaxes in rests."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.integration import Samples
from cycling.analysis.voltage.runs import Rows

Floats = NDArray[np.float64]

TIMES_S = (10.0, 60.0, 3600.0)
LEAST_S = 60.0


@dataclass(frozen=True)
class Relaxation:
    """A rest: when it began, how long it was (s), the voltage (V) at its end and at `times_s`.

    A voltage is NaN where the rest is shorter or its first sample later.
    """

    begin_s: float
    duration_s: float
    end_v: float
    times_s: tuple[float, ...]
    voltage_v: Floats


def relaxations(
    samples: Samples,
    *,
    deadband_a: float,
    least_s: float = LEAST_S,
    times_s: tuple[float, ...] = TIMES_S,
) -> list[Relaxation]:
    """Return how the rests of samples relax, those of at least `least_s`."""
    rows = Rows.of(samples, deadband_a)
    return [
        relaxation(
            rows.time_s[first : last + 1],
            rows.voltage_v[first : last + 1],
            float(rows.begin_s(first)),
            times_s,
        )
        for first, last in zip(*rows.rests(least_s), strict=True)
    ]


def relaxation(
    time_s: Floats, voltage_v: Floats, begin_s: float, times_s: tuple[float, ...] = TIMES_S
) -> Relaxation:
    """Return how a rest relaxes; its samples, shapes (n,), and when it began.

    Between samples voltage goes in a straight line.
    """
    finite = np.isfinite(voltage_v)
    since_s, voltage_v = (time_s - begin_s)[finite], voltage_v[finite]
    if not len(since_s):
        return Relaxation(begin_s, 0.0, np.nan, times_s, np.full(len(times_s), np.nan))
    at = np.interp(times_s, since_s, voltage_v, left=np.nan, right=np.nan)
    return Relaxation(begin_s, float(since_s[-1]), float(voltage_v[-1]), times_s, at)
