"""Where time is missing between samples.

A gap is an interval of more than 60 s that is more than 10 times as long as each of the intervals
beside it in its step, the one before and the one after. An interval over the edge of a step is
compared with the last one of the old step and the first one of the new step. Beside it the clock
may stand, or the step begin or end: what is not there is not compared, and an interval that has
nothing beside it is no gap: a step of two records is whole, however soon the next one begins. So
slow and uneven recording is no gap, and where samples are cut into blocks does not matter.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

GAP_S = 60.0
GAP_FACTOR = 10.0


def gap_rows(
    seconds: Floats,
    goes_on: NDArray[np.bool_],
    before_s: float = np.nan,
    *,
    after_goes_on: bool = True,
) -> Ints:
    """Return the rows that a gap follows.

    `seconds` is the time after each row, shape (rows,): that of the last row is only compared, NaN
    where nothing follows. `goes_on`, shape (rows,): the row is of the same step as the one before;
    `after_goes_on` says it of the row after the last one. `before_s` is the time before the first
    row.
    """
    long = np.flatnonzero(seconds[:-1] > GAP_S)
    if not len(long):
        return long
    earlier = np.concatenate([[before_s], seconds])[long]
    earlier[~goes_on[long]] = np.nan
    earlier = _positive(earlier)
    then = np.append(goes_on[1:], after_goes_on)
    is_comparable = then[long + 1] | (goes_on[long + 1] & ~np.isnan(earlier))
    later = np.where(is_comparable, seconds[long + 1], np.nan)
    beside = np.fmax(earlier, _positive(later))
    return long[seconds[long] > GAP_FACTOR * beside]


def _positive(seconds: Floats) -> Floats:
    return np.where(seconds > 0, seconds, np.nan)
