"""Peaks of a curve: where they are, how high, how much is under them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PROMINENCE = 0.05  # of the greatest height: lower ones are noise


@dataclass(frozen=True)
class Peak:
    """A peak: position (x), height (y), area from valley to valley (x y), prominence (y)."""

    position: float
    height: float
    area: float
    prominence: float


def peaks(x: Floats, y: Floats, least: float = PROMINENCE) -> list[Peak]:
    """Return the peaks of a curve on even x, in their order, shapes (n,).

    A peak rises above the higher of the lowest points on its two sides, as far as the curve stays
    below it, by `least` of the greatest height. Position and height are those of the parabola
    through the highest point and its neighbours; the area goes from valley to valley.
    """
    if len(y) < 3:
        return []
    inner = np.flatnonzero((y[1:-1] > y[:-2]) & (y[1:-1] >= y[2:])) + 1
    prominent = [(int(at), _prominence(y, int(at))) for at in inner]
    high = [(at, rise) for at, rise in prominent if rise >= least * float(y.max())]
    places = [at for at, _rise in high]
    bounds = [0, *(_valley(y, *pair) for pair in pairwise(places)), len(y) - 1]
    step = float(x[1] - x[0])
    return [
        Peak(*_top(x, y, at), area=_area(y, bounds[n], bounds[n + 1]) * step, prominence=rise)
        for n, (at, rise) in enumerate(high)
    ]


def _prominence(y: Floats, at: int) -> float:
    sides = []
    for side in (y[:at][::-1], y[at + 1 :]):
        higher = np.flatnonzero(side > y[at])
        sides.append(float(side[: higher[0] if len(higher) else None].min(initial=y[at])))
    return float(y[at]) - max(sides)


def _valley(y: Floats, first: int, then: int) -> int:
    return first + int(np.argmin(y[first : then + 1]))


def _area(y: Floats, first: int, last: int) -> float:
    """Return the sum of the points; one on a border counts half on both sides, but for the ends."""
    half = (y[first] if first else 0.0) + (y[last] if last < len(y) - 1 else 0.0)
    return float(y[first : last + 1].sum() - half / 2)


def _top(x: Floats, y: Floats, at: int) -> tuple[float, float]:
    before, here, after = (float(one) for one in y[at - 1 : at + 2])
    bend = before - 2 * here + after
    shift = 0.5 * (before - after) / bend if bend else 0.0
    return float(x[at] + shift * (x[1] - x[0])), here - 0.25 * (before - after) * shift
