"""Thinning a channel's samples to the points of a graph, extremes kept."""

import numpy as np
from tsdownsample import MinMaxDownsampler

from db.series.codec import Floats, Ints


def thinned(unix_s: Floats, values: Floats, points: int) -> tuple[Floats, Floats]:
    """Return at most `points` known samples: the extremes of every stretch of time, both ends."""
    known = ~np.isnan(values)
    x, y = unix_s[known], values[known]
    if len(x) <= points:
        return x, y
    index = np.unique(np.concatenate([[0], _extremes(x, y, points), [len(x) - 1]]))
    return x[index], y[index]


def _extremes(x: Floats, y: Floats, points: int) -> Ints:
    """Return the places of (smallest, largest) pairs; two places are left for the ends."""
    pairs = (points - 2) // 2
    if pairs < 2:  # fewer stretches than the downsampler takes
        return np.array([y.argmin(), y.argmax()][: 2 * pairs], dtype=np.int64)
    rising = np.maximum.accumulate(x)  # a clock may have been set back
    places: Ints = MinMaxDownsampler().downsample(rising, y, n_out=2 * pairs).astype(np.int64)
    return places
