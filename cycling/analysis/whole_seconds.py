"""Samples whose times are whole seconds, several a second: spread evenly, in their order."""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
SECOND_US = 1_000_000


def spread(us: Ints, *, goes_on: bool = False) -> Ints:
    """Return times (microseconds, shape (n,)) of which none of a whole second are equal.

    A second with n samples gets one every 1/n s, from its beginning. The last second may be
    incomplete, and the first one too where `goes_on` says that there are samples before it: they
    are taken to be as dense as the second beside them. Times with a fraction stay as they are.
    """
    if len(us) < 2 or not np.any(us[1:] == us[:-1]):
        return us
    begins = np.flatnonzero(np.concatenate([[True], us[1:] != us[:-1]]))
    counts = np.diff(np.concatenate([begins, [len(us)]]))
    whole = us[begins] % SECOND_US == 0
    dense = counts.copy()
    offset = np.zeros_like(counts)
    if len(counts) > 1:
        if whole[-2]:
            dense[-1] = max(counts[-1], counts[-2])
        if goes_on and whole[1]:
            dense[0] = max(counts[0], counts[1])
            offset[0] = dense[0] - counts[0]
    within = np.arange(len(us)) - np.repeat(begins, counts) + np.repeat(offset, counts)
    moved = within * SECOND_US // np.repeat(dense, counts)
    return np.asarray(us + np.where(np.repeat(whole, counts), moved, 0))
