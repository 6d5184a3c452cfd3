"""Several cells that were treated alike: their mean and how far they lie apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Replicates:
    """At each x, shapes (points,): how many cells there are, and of those that there are the mean.

    `deviation` is the sample standard deviation (n - 1), `error` that of the mean; both NaN for
    fewer than two cells, for which there is no band. `lowest`, `highest` are the extremes.
    """

    x: Floats
    count: Ints
    mean: Floats
    deviation: Floats
    error: Floats
    lowest: Floats
    highest: Floats


def replicates(cells: list[tuple[Floats, Floats]]) -> Replicates:
    """Return mean and spread of cells, each (x, y) of shapes (n,), at every x that one has.

    Cells that have ended, and blanks, leave the mean. x is a number of cycles; other axes are to be
    brought to common values first.
    """
    every = np.unique(np.concatenate([np.empty(0), *(np.asarray(x, float) for x, _y in cells)]))
    values = np.full((len(cells), len(every)), np.nan)
    for row, (x, y) in zip(values, cells, strict=True):
        row[np.searchsorted(every, x)] = y
    finite = np.isfinite(values)
    count = finite.sum(axis=0)
    mean = np.where(finite, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(finite, (values - mean) ** 2, 0.0).sum(axis=0)
    deviation = np.where(count >= 2, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)
    return Replicates(
        x=every,
        count=count,
        mean=np.where(count > 0, mean, np.nan),
        deviation=deviation,
        error=deviation / np.sqrt(np.maximum(count, 1)),
        lowest=np.fmin.reduce(values, axis=0, initial=np.nan),
        highest=np.fmax.reduce(values, axis=0, initial=np.nan),
    )
