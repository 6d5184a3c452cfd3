"""Incremental capacity dQ/dV: charge by bins of voltage, which add up to the charge."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.voltage.lines import ChargeLines
from cycling.analysis.voltage.smoothing import smoothed

Floats = NDArray[np.float64]

BIN_V = 0.005
SIGMA_V = 0.005
FAST = 0.2  # C/5: peaks of faster cycles are shifted and blurred by the cell's resistance
STEPS_A_BIN = 2.0  # a bin is not narrower than twice the median step of voltage
PADDING = 4.0  # sigmas beyond the ends


@dataclass(frozen=True)
class Incremental:
    """dQ/dV: `voltage_v` the middles of bins `width_v` wide, `ah_per_v` the charge over width.

    The sum of `ah_per_v` times `width_v` is the charge, raw and smoothed.
    """

    voltage_v: Floats
    ah_per_v: Floats
    width_v: float

    @property
    def total_ah(self) -> float:
        """The charge of all bins."""
        return float(self.ah_per_v.sum()) * self.width_v

    def smooth(self, sigma_v: float = SIGMA_V) -> "Incremental":
        """Return it under a Gaussian; the ends are padded, so that no charge is lost."""
        more = int(np.ceil(PADDING * sigma_v / self.width_v))
        if not more or not len(self.voltage_v):
            return self
        padded = np.pad(self.ah_per_v, more)
        before = self.voltage_v[0] - self.width_v * np.arange(more, 0, -1)
        after = self.voltage_v[-1] + self.width_v * np.arange(1, more + 1)
        return replace(
            self,
            voltage_v=np.concatenate([before, self.voltage_v, after]),
            ah_per_v=smoothed(padded, sigma_v / self.width_v, ends="zero"),
        )


def bin_v(lines: ChargeLines, wished_v: float = BIN_V) -> float:
    """Return how wide bins are: as wished, twice the median step of voltage at least."""
    steps = np.abs(lines.to_v - lines.from_v)[lines.ah > 0]
    steps = steps[steps > 0]
    return max(wished_v, STEPS_A_BIN * float(np.median(steps))) if len(steps) else wished_v


def incremental_capacity(lines: ChargeLines, width_v: float = BIN_V) -> Incremental:
    """Return dQ/dV of lines in bins that begin at multiples of their width.

    The charge of each line is shared among the bins that it crosses, by how much of its voltage is
    in each. So voltage need not rise all the time, and the bins add up to the charge.
    """
    flows = lines.ah > 0
    low_v = np.minimum(lines.from_v, lines.to_v)[flows] / width_v
    high_v = np.maximum(lines.from_v, lines.to_v)[flows] / width_v
    ah = lines.ah[flows]
    if not len(ah):
        return Incremental(np.empty(0), np.empty(0), width_v)
    origin = np.floor(low_v.min())
    low_v, high_v = low_v - origin, high_v - origin
    first, last = np.floor(low_v).astype(np.int64), np.floor(high_v).astype(np.int64)
    bins = int(last.max()) + 2
    within = first == last
    charge = np.zeros(bins)
    charge += np.bincount(first[within], ah[within], bins)
    low_v, high_v, ah = low_v[~within], high_v[~within], ah[~within]
    first, last = first[~within], last[~within]
    density = ah / (high_v - low_v)
    charge += np.bincount(first, density * (first + 1 - low_v), bins)
    charge += np.bincount(last, density * (high_v - last), bins)
    between = np.bincount(first + 1, density, bins) - np.bincount(last, density, bins)
    charge += np.cumsum(between)
    charge = charge[: -1 if charge[-1] == 0 else None]
    middles = (origin + np.arange(len(charge)) + 0.5) * width_v
    return Incremental(middles, np.maximum(charge, 0.0) / width_v, width_v)
