"""How a capacity fades: a projection with its band, and the knee. Never what was measured."""

from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_POINTS, SHARE = 20, 0.3  # the last max(20, 30 %) cycles make a projection
RANGE = 2.0  # times the tested range at most
KNEE_CYCLES = 100
KNEE_FALLS, KNEE_STEEPER = 0.2, 2.0
EDGE_POINTS = 5  # a knee has so many points on each side
BAND = 0.95


@dataclass(frozen=True)
class Projection:
    """A line through the last cycles: in n, or in the root of n (`is_root`).

    `cycle`, `value`, `low`, `high` have shapes (points,): the line from the first fitted cycle to
    the end, and its 95 % band of prediction. `points` is how many cycles were fitted.
    """

    is_root: bool
    points: int
    cycle: Floats
    value: Floats
    low: Floats
    high: Floats

    def reaches(self, value: float) -> float | None:
        """Return the projected cycle at which the line falls to a value; None: not in its range."""
        return self._falls_to(self.value, value)

    def reaches_between(self, value: float) -> tuple[float | None, float | None]:
        """Return the same of both sides of the band: the earliest and the latest."""
        return self._falls_to(self.low, value), self._falls_to(self.high, value)

    def _falls_to(self, side: Floats, value: float) -> float | None:
        below = np.flatnonzero(side <= value)
        if not len(below) or below[0] == 0:
            return None
        after = below[0]
        pair = side[after - 1 : after + 1][::-1]
        return float(np.interp(value, pair, self.cycle[after - 1 : after + 1][::-1]))


@dataclass(frozen=True)
class Knee:
    """Where fade becomes steeper: the cycle, the value there, both slopes (a cycle).

    `low` to `high` are 95 % of where it can be, by the residuals alone.
    """

    cycle: float
    value: float
    slope_before: float
    slope_after: float
    low: float
    high: float


def projection(cycle: Floats, value: Floats, *, points: int = 200) -> Projection | None:
    """Fit the last max(20, 30 %) complete cycles of a rate class and go on to 2 x the last one.

    `cycle`, `value`, shapes (n,). Of a line in n and one in the root of n that with the lower AIC,
    n ln(RSS / n) + 2 k (Akaike, IEEE Trans. Autom. Control 19 (1974) 716). The band is that of a
    new measurement: t s sqrt(1 + 1/n + (x - mean)^2 / Sxx). None with fewer than 20 cycles.
    """
    finite = np.isfinite(value)
    cycle, value = np.asarray(cycle, float)[finite], value[finite]
    count = max(LEAST_POINTS, round(SHARE * len(cycle)))
    if len(cycle) < LEAST_POINTS:
        return None
    fit_cycle, values = cycle[-count:], value[-count:]
    lines = [_Line.of(fit_cycle, values), _Line.of(np.sqrt(fit_cycle), values)]
    is_root = lines[1].aic < lines[0].aic
    line = lines[is_root]
    at = np.linspace(fit_cycle[0], RANGE * fit_cycle[-1], points)
    where = np.sqrt(at) if is_root else at
    middle, half = line.at(where), line.band(where)
    return Projection(bool(is_root), count, at, middle, middle - half, middle + half)


def knee(cycle: Floats, value: Floats) -> Knee | None:
    """Find where two lines that meet describe the fade better than one; shapes (n,).

    Bacon and Watts, Biometrika 58 (1971) 525, with a sharp bend; for cells: Fermin-Cueto et al.,
    Energy and AI 1 (2020) 100006. Its band has the bends of which the sum of squares is at most
    1 + t^2 / (n - 4) times the least. None from fewer than 100 cycles, where the residual falls by
    less than 20 %, or where the second slope is not twice the first.
    """
    finite = np.isfinite(value)
    cycle, value = np.asarray(cycle, float)[finite], value[finite]
    if len(cycle) < KNEE_CYCLES:
        return None
    candidates = cycle[EDGE_POINTS:-EDGE_POINTS]
    every = candidates[:: max(1, len(candidates) // 200)].tolist()
    bends = [_bend(cycle, value, one) for one in every]
    best = min(bends, key=lambda one: one[0])
    step = float(np.diff(cycle).mean()) * max(1, len(candidates) // 200)
    around = np.linspace(best[1].cycle - step, best[1].cycle + step, 41)
    around = around[(around > cycle[1]) & (around < cycle[-2])].tolist()
    bends += [_bend(cycle, value, one) for one in around]
    residual, bend = min(bends, key=lambda one: one[0])
    freedom = len(cycle) - 4
    limit = residual * (1 + student(BAND, freedom) ** 2 / freedom)
    near = [one.cycle for of_it, one in bends if of_it <= limit]
    bend = replace(bend, low=min(near), high=max(near))
    falls = residual < (1 - KNEE_FALLS) * _Line.of(cycle, value).residual
    is_steeper = bend.slope_after < min(KNEE_STEEPER * bend.slope_before, 0.0)
    return bend if falls and is_steeper else None


def _bend(cycle: Floats, value: Floats, at: float) -> tuple[float, Knee]:
    """Return the sum of squares of two lines that meet at a cycle, and these lines."""
    after = np.maximum(cycle - at, 0.0)
    terms = np.stack([np.ones_like(cycle), cycle - at, after], axis=1)
    (level, slope, more), *_ = np.linalg.lstsq(terms, value, rcond=None)
    residual = float(np.sum((terms @ (level, slope, more) - value) ** 2))
    return residual, Knee(at, float(level), float(slope), float(slope + more), at, at)


@dataclass(frozen=True)
class _Line:
    x: Floats
    slope: float
    intercept: float
    residual: float

    @classmethod
    def of(cls, x: Floats, y: Floats) -> "_Line":
        slope = float(np.sum((x - x.mean()) * (y - y.mean())) / np.sum((x - x.mean()) ** 2))
        intercept = float(y.mean() - slope * x.mean())
        return cls(x, slope, intercept, float(np.sum((intercept + slope * x - y) ** 2)))

    @property
    def aic(self) -> float:
        count = len(self.x)
        return count * float(np.log(max(self.residual, 1e-300) / count)) + 2 * 2

    def at(self, x: Floats) -> Floats:
        return self.intercept + self.slope * x

    def band(self, x: Floats) -> Floats:
        count = len(self.x)
        spread = np.sum((self.x - self.x.mean()) ** 2)
        error = sqrt(self.residual / (count - 2))
        share = np.sqrt(1 + 1 / count + (x - self.x.mean()) ** 2 / spread)
        return np.asarray(student(BAND, count - 2) * error * share)


def student(share: float, freedom: int) -> float:
    """Return Student's t that encloses a share of values on both sides together.

    By the expansion of Abramowitz and Stegun, Handbook (1964) 26.7.5; right to 1e-4 from 10
    degrees of freedom on.
    """
    z = NormalDist().inv_cdf((1 + share) / 2)
    return z + sum(
        (
            (z**3 + z) / 4 / freedom,
            (5 * z**5 + 16 * z**3 + 3 * z) / 96 / freedom**2,
            (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 / freedom**3,
            (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160 / freedom**4,
        )
    )
