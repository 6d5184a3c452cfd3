"""Which records a damaged file has lost, in a sentence."""

import numpy as np
from numpy.typing import NDArray

_SHOWN = 5
_WHY = "The file is damaged, or was copied while it was written. Import a whole copy of it."


def lost_records(left: NDArray[np.integer], count: int) -> str:
    """Name the records that are not among `left`, of those from 1 to `count`; "" for none."""
    known = np.unique(left[(left > 0) & (left <= count)]).astype(np.int64)
    known = np.concatenate([[0], known, [count + 1]])
    before = np.flatnonzero(np.diff(known) > 1)
    if not len(before):
        return ""
    ranges = zip((known[before] + 1).tolist(), (known[before + 1] - 1).tolist(), strict=True)
    places = [f"{one:,} to {last:,}" if last > one else f"{one:,}" for one, last in ranges]
    further = len(places) - _SHOWN
    named = ", ".join(places[:_SHOWN]) + (f" and in {further:,} more places" * (further > 0))
    lost = count + 2 - len(known)
    verb = "is" if lost == 1 else "are"
    return f"{lost:,} of {count:,} records {verb} lost: {named}. {_WHY}"
