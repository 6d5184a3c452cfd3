"""Complete cycles, their efficiencies, and how their end points slip."""

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Direction, Kind
from cycling.analysis.cycles.rates import NO_RATE
from cycling.analysis.cycles.sums import CycleSums, Half

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

COMPLETE = 0.5  # of the median of its kind: what is below is half a cycle
PARTLY = 0.99  # of the second half: a first one below it began in the middle
PAIR = 0.25  # of the larger half: a smaller one does not belong to it
HOUR_S = 3600.0


def complete(
    charge_ah: Floats, discharge_ah: Floats, rate_class: Ints, *, is_running: bool = False
) -> Flags:
    """Return which cycles are whole; shapes (cycles,).

    Both halves are above 50 % of the median of their kind in the same rate class, and the smaller
    one is a quarter of the larger one at least: cycles of pulses alone are not whole. The last
    cycle of what `is_running` is not.
    """
    smaller, larger = np.fmin(charge_ah, discharge_ah), np.fmax(charge_ah, discharge_ah)
    is_complete = (charge_ah > 0) & (discharge_ah > 0) & (smaller >= PAIR * larger)
    for of_class in np.unique(rate_class):
        same = rate_class == of_class
        for half_ah in (charge_ah, discharge_ah):
            flowing = half_ah[same & (half_ah > 0)]
            if len(flowing):
                is_complete &= ~same | (half_ah > COMPLETE * np.median(flowing))
    if is_running:
        is_complete[-1:] = False
    return is_complete


def begins_partly(charge_ah: Floats, discharge_ah: Floats, first_sign: int) -> Flags:
    """Return the first cycle where the cell was partly charged at its beginning; shapes (cycles,).

    `first_sign` says which half of it came first. That one is then more than 1 % smaller than the
    other one, so that its efficiency says nothing, although both may be large enough to be whole.
    """
    first_ah, second_ah = (charge_ah, discharge_ah)[:: 1 if first_sign > 0 else -1]
    partly = (first_ah > 0) & (first_ah < PARTLY * second_ah)
    partly[1:] = False
    return partly


def input_of(kind: Kind, first: Direction) -> Direction:
    """Return the half by which CE divides.

    In an anode half cell lithiation, which is its discharge, in a symmetric cell what comes first.
    """
    if kind is Kind.ANODE_HALF:
        return Direction.DISCHARGE
    return first if kind is Kind.SYMMETRIC else Direction.CHARGE


def coulombic_pct(charge_ah: Floats, discharge_ah: Floats, input_: Direction) -> Floats:
    """Return CE in %, shape (cycles,): 100 Q-/Q+, or 100 Q+/Q- where the discharge is the input."""
    if input_ is Direction.DISCHARGE:
        charge_ah, discharge_ah = discharge_ah, charge_ah
    return ratio_pct(discharge_ah, charge_ah)


def energy_pct(charge: Half, discharge: Half) -> Floats:
    """Return EE in %, shape (cycles,): 100 E-/E+."""
    return ratio_pct(discharge.wh, charge.wh)


def voltage_pct(charge: Half, discharge: Half) -> Floats:
    """Return VE in %, shape (cycles,): mean discharge voltage over mean charge voltage.

    It is EE / CE where CE is Q-/Q+.
    """
    return ratio_pct(discharge.mean_v, charge.mean_v)


def ce_per_hour(ce_pct: Floats, duration_s: Floats) -> Floats:
    """Return (100 % - CE) / h, in % / h, shape (cycles,); `duration_s` is that of the cycles.

    Cells of different rates lose in time rather than by cycle: Smith, Burns and Dahn,
    Electrochem. Solid-State Lett. 13 (2010) A177.
    """
    hours = duration_s / HOUR_S
    lost = 100.0 - ce_pct
    return np.where(hours > 0, lost / np.where(hours > 0, hours, 1.0), np.nan)


def slippage_ah(net_ah: Floats, sums: CycleSums, is_complete: Flags) -> Floats:
    """Return how far an end point of the accumulated charge moves from cycle to cycle, Ah.

    `net_ah`, shape (cycles,), is the accumulated charge at the end of one half. Blank for the first
    cycle, beside an incomplete one, and where time is missing between the two. Smith, Burns, Xiong
    and Dahn, J. Electrochem. Soc. 158 (2011) A1136.
    """
    moved = np.diff(net_ah, prepend=np.nan)
    missing_s = np.diff(sums.missing_before_s, prepend=0.0)
    is_usable = is_complete & (missing_s <= 0)
    is_usable[1:] &= is_complete[:-1] & (missing_s[:-1] <= 0)
    return np.where(is_usable, moved, np.nan)


def ratio_pct(above: Floats, below: Floats) -> Floats:
    """Return 100 above / below, NaN where that is not known."""
    finite = np.isfinite(above) & np.isfinite(below) & (below > 0)
    return np.where(finite, 100.0 * above / np.where(finite, below, 1.0), np.nan)


def class_of(discharge: Ints, charge: Ints) -> Ints:
    """Return the rate class of cycles: that of the discharge, without one of the charge."""
    return np.where(discharge == NO_RATE, charge, discharge)
