"""Constant current and constant voltage: what of a step flowed in which part of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.ends import FALLEN, Ends

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HELD_V = 0.005  # a voltage within 5 mV of its end value is held


@dataclass(frozen=True)
class Parts:
    """Of each step, shapes (steps,): As and s at constant current, As at constant voltage."""

    constant_current_as: Floats
    constant_current_s: Floats
    constant_voltage_as: Floats


def parts(ends: Ends, is_cv: Floats | Flags | None = None) -> Parts:
    """Return the parts of steps; `is_cv` says it where a profile does, NaN where it does not.

    Otherwise the constant voltage of a step begins with the last sample whose |current| is within
    0.1 % of the greatest, or with the one after it, if the voltage there is within 5 mV of its end
    value and the current ends below 95 % of its greatest. A step that begins so is all of it.
    """
    before_as, before_s = ends.flowed_as.copy(), ends.known_s.copy()
    falls = ends.last_a <= FALLEN * ends.greatest_a
    tops = ends.tops
    last = np.append(tops.row[1:] != tops.row[:-1], True)[: len(tops.row)]
    tops = tops.of(last & falls[tops.row])
    end_v = ends.last_v[tops.row]
    at_top = np.abs(tops.voltage_v - end_v) <= HELD_V
    after = ~at_top & (np.abs(tops.next_voltage_v - end_v) <= HELD_V)
    for which, charge_as, time_s in (
        (at_top, tops.charge_as, tops.time_s),
        (after, tops.next_charge_as, tops.next_time_s),
    ):
        before_as[tops.row[which]] = charge_as[which]
        before_s[tops.row[which]] = time_s[which]
    whole = falls & (np.abs(ends.first_v - ends.last_v) <= HELD_V)
    before_as[whole] = before_s[whole] = 0.0
    if is_cv is not None:
        said = np.asarray(is_cv, float)
        for part, of_all in ((before_as, ends.flowed_as), (before_s, ends.known_s)):
            part[:] = np.where(said == 0, of_all, np.where(said == 1, 0.0, part))
    return Parts(before_as, before_s, ends.flowed_as - before_as)
