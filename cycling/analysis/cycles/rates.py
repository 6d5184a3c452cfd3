"""C-rates, and the classes in which cycles are compared with each other."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CLASSES = tuple(Fraction(1, n) for n in (50, 30, 25, 20, 10, 5, 3, 2)) + tuple(
    Fraction(n) for n in (1, 2, 3, 5)
)
NAMED = np.array([float(one) for one in CLASSES])
NEAR = 0.1  # a rate within 10 % of a class is of it
NO_RATE = -1


@dataclass(frozen=True)
class RateClasses:
    """The class of each cycle, shape (cycles,), NO_RATE for none; `labels` are those of classes.

    `values`, shape (classes,), are C-rates, or amperes where no capacity is known.
    """

    of: Ints
    labels: tuple[str, ...]
    values: Floats

    def label(self, cycle: int) -> str:
        """Return the label of a cycle's class by its row, "" for none."""
        return self.labels[self.of[cycle]] if self.of[cycle] != NO_RATE else ""


def rate_classes(current_a: Floats, capacity_ah: float | None) -> RateClasses:
    """Sort |currents| (A), shape (cycles,), into classes; NaN and 0 have none.

    A rate is |current| / capacity. It is of the nearest of C/50 C/30 C/25 C/20 C/10 C/5 C/3 C/2 1C
    2C 3C 5C within 10 %; others are of one class where they are within 10 % of its lowest one.
    Without a capacity amperes are sorted so.
    """
    values = named_rates(current_a, capacity_ah)
    others = ~np.isin(values, NAMED if capacity_ah else []) & (values > 0)
    values[others] = _grouped(values[others])
    values = np.where(values > 0, values, np.nan)
    finite = ~np.isnan(values)
    unique, places = np.unique(values[finite], return_inverse=True)
    of = np.full(len(values), NO_RATE, np.int64)
    of[finite] = places
    return RateClasses(of, tuple(rate_label(one, capacity_ah) for one in unique.tolist()), unique)


def named_rates(current_a: Floats, capacity_ah: float | None) -> Floats:
    """Return the C-rates of currents (A), shape (n,), near one of the classes that of the class.

    Without a capacity their amperes.
    """
    rates = np.abs(current_a) / (capacity_ah or 1.0)
    if not capacity_ah:
        return rates
    nearest = NAMED[np.argmin(np.abs(np.log(_positive(rates)[:, None] / NAMED)), axis=1)]
    return np.where(np.abs(rates / nearest - 1) <= NEAR, nearest, rates)


def rate_label(value: float, capacity_ah: float | None) -> str:
    """Return "C/5", "2C" or "0.7C"; without a capacity amperes."""
    if not capacity_ah:
        return _amperes(value)
    for one in CLASSES:
        if abs(value / float(one) - 1) < 1e-9:
            return f"{one.numerator}C" if one >= 1 else f"C/{one.denominator}"
    return f"{value:.3g}C"


def _amperes(value: float) -> str:
    for unit, factor in (("A", 1.0), ("mA", 1e3)):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e6:.3g} µA"


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, 1.0)


def _grouped(values: Floats) -> Floats:
    """Return for each value the median of its group."""
    order = np.argsort(values)
    ranked = values[order]
    first = 0
    while first < len(ranked):
        end = int(np.searchsorted(ranked, ranked[first] * (1 + NEAR), side="right"))
        ranked[first:end] = np.median(ranked[first:end])
        first = end
    grouped = np.empty_like(values)
    grouped[order] = ranked
    return grouped
