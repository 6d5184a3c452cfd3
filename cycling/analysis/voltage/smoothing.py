"""A Gaussian over even points."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIGMAS = 4.0
LEAST_SIGMA = 0.1  # points: a narrower one touches no neighbour


def smoothed(values: Floats, sigma: float, *, ends: Literal["zero", "line"]) -> Floats:
    """Return values under a Gaussian of `sigma` points that adds up to 1, shape (n,).

    Beyond the ends is nothing ("zero"), or each end's mirror image through its last point
    ("line"): what is straight there stays straight.
    """
    reach = int(np.ceil(SIGMAS * sigma))
    if sigma < LEAST_SIGMA or len(values) < 2:
        return values
    at = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (at / sigma) ** 2)
    kernel /= kernel.sum()
    if ends == "zero":
        padded = np.pad(values, reach)
    else:
        padded = np.pad(values, reach, mode="reflect", reflect_type="odd")
    return np.convolve(padded, kernel, mode="valid")
