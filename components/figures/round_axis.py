"""Axes whose ticks are round: whole steps of 1, 2 or 5, and nothing between."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEPS = (1.0, 2.0, 5.0)
COUNTS = (5, 4, 6)  # intervals; the first of those that fill the axis equally well
FAR = 8.0  # deviations from the median: what is farther is an outlier
DEVIATION = 1.4826  # of a normal distribution over the median of the distances
AROUND = 5  # values, the one that is looked at in their middle
PAD = 0.08  # of the range, at each end


@dataclass(frozen=True)
class RoundAxis:
    """An axis from `low` on, of so many intervals of `step`."""

    low: float
    step: float
    count: int

    @property
    def high(self) -> float:
        """Its end."""
        return self.low + self.count * self.step

    @property
    def layout(self) -> dict[str, Any]:
        """What Plotly needs to draw it."""
        return {"range": [self.low, self.high], "tick0": self.low, "dtick": self.step}

    def outside(self, values: Floats) -> int:
        """Return how many values lie beyond its ends."""
        slack = 1e-9 * self.step
        return int(np.sum((values < self.low - slack) | (values > self.high + slack)))


def round_axis(low: float, high: float, counts: Sequence[int] = COUNTS) -> RoundAxis:
    """Return the axis that holds a range most closely."""
    if not high > low:
        margin = abs(high) * 0.01 or 1.0
        low, high = low - margin, high + margin
    found = [_with_count(low, high, count) for count in counts]
    return min(found, key=lambda one: round(one.high - one.low, 12))


def _with_count(low: float, high: float, count: int) -> RoundAxis:
    magnitude = 10.0 ** np.floor(np.log10((high - low) / count))
    for power in (magnitude, 10 * magnitude, 100 * magnitude):
        for nice in STEPS:
            step = float(nice * power)
            start = float(np.floor(low / step + 1e-9) * step)
            if start + count * step >= high - 1e-9 * step:
                return RoundAxis(start, step, count)
    return RoundAxis(low, (high - low) / count, count)


def padded(low: float, high: float, least: float = 0.0) -> tuple[float, float]:
    """Return a range with a margin, at least so wide; what is above 0 stays there."""
    margin = max(PAD * (high - low), (least - (high - low)) / 2)
    return max(low - margin, 0.0) if low >= 0 else low - margin, high + margin


def whole_range(values: Floats) -> tuple[float, float] | None:
    """Return the least and the greatest value; None where there is no value."""
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if len(known) else None


def usual_range(values: Floats) -> tuple[float, float] | None:
    """Return the least and the greatest value without outliers; None where there is no value.

    `values` are in the order of their axis. An outlier is far from the median of all, and from that
    of its neighbours too: a course that bends, as after a knee, has none.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    is_far = _is_far(known, np.full(len(known), np.median(known)))
    near = known[~(is_far & _is_far(known, _around(known)))]
    near = near if len(near) else known
    return float(near.min()), float(near.max())


def _is_far(values: Floats, usual: Floats) -> NDArray[np.bool_]:
    distance = np.abs(values - usual)
    deviation = DEVIATION * float(np.median(distance))
    return distance > FAR * np.maximum(deviation, 1e-3 * np.abs(usual) / FAR)


def _around(values: Floats) -> Floats:
    """Return the median of the values around each; of as many at the ends."""
    count = min(AROUND, len(values))
    first = np.clip(np.arange(len(values)) - count // 2, 0, len(values) - count)
    windows = np.lib.stride_tricks.sliding_window_view(values, count)
    return np.asarray(np.median(windows, axis=1)[first])
