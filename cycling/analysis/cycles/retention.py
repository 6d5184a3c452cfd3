"""How much of a capacity is left, until when, and how much went through the cell."""

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Choices, Reference
from cycling.analysis.cycles.efficiency import ratio_pct

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CONFIRMED_BY = 2  # cycles after the first one below, which are below too


def reference_ah(
    discharge_ah: Floats, number: Ints, rate_class: Ints, counted: Flags, choices: Choices
) -> Floats:
    """Return what is 100 % for each cycle, Ah, shape (cycles,); NaN where there is none.

    `counted` are complete cycles, whose discharge did not begin in the middle. A
    reference that is measured is of the same rate class.
    """
    chosen = choices.reference
    if chosen in (Reference.NOMINAL, Reference.TYPED):
        typed = choices.capacity_ah if chosen is Reference.NOMINAL else choices.reference_ah
        return np.full(len(discharge_ah), np.nan if typed is None else typed)
    formed = counted.copy()
    if chosen is Reference.AFTER_FORMATION:
        formed &= ~formation(number, choices.formation_cycles)
    elif chosen is Reference.MEAN:
        first, last = choices.reference_cycles
        formed &= (number >= first) & (number <= last)
    result = np.full(len(discharge_ah), np.nan)
    for of_class in np.unique(rate_class):
        values = discharge_ah[formed & (rate_class == of_class)]
        if len(values):
            result[rate_class == of_class] = _reference(values, chosen)
    return result


def _reference(values: Floats, chosen: Reference) -> float:
    if chosen is Reference.GREATEST:
        return float(values.max())
    return float(values.mean() if chosen is Reference.MEAN else values[0])


def formation(number: Ints, cycles: int) -> Flags:
    """Return which cycles are formation: the first ones from cycle 1 on, and a lone half before."""
    first = number[number > 0][:1]
    return number < (first[0] if len(first) else 1) + cycles if cycles else number < number


def retention_pct(discharge_ah: Floats, reference_ah: Floats, counted: Flags) -> Floats:
    """Return 100 Q-(n) / Q-(reference) in %, shape (cycles,); blank where not `counted`."""
    return np.where(counted, ratio_pct(discharge_ah, reference_ah), np.nan)


def cycles_to(percent: float, cycle: Floats, retention: Floats) -> float | None:
    """Return at which cycle retention falls below so many percent; None: not yet.

    `cycle` and `retention` (%), shapes (n,), are the complete cycles of one rate class. It is the
    first cycle below with the next two below as well, on the line from the one before it.
    """
    finite = np.isfinite(retention)
    cycle, retention = np.asarray(cycle, float)[finite], retention[finite]
    below = retention < percent
    if len(below) <= CONFIRMED_BY:
        return None
    stays = below[:-2] & below[1:-1] & below[2:]
    if not stays.any():
        return None
    place = int(np.argmax(stays))
    if place == 0:
        return float(cycle[0])
    before, then = retention[place - 1 : place + 1]
    if before < percent:  # one below without the next two stood before it
        return float(cycle[place])
    share = (before - percent) / (before - then)
    return float(cycle[place - 1] + share * (cycle[place] - cycle[place - 1]))


def equivalent_full_cycles(throughput_ah: Floats, capacity_ah: float | None) -> Floats:
    """Return the sum of (Q+ + Q-) over 2 Q, shape (cycles,); NaN without a capacity."""
    if not capacity_ah:
        return np.full(len(throughput_ah), np.nan)
    return throughput_ah / (2 * capacity_ah)
