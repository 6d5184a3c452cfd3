"""Values of cells at the end and at a place that they have in common; statistics, outliers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.campaign.courses import Aligned, Course

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FAR = 3.5
DEVIATION = 1.4826  # of a normal distribution over the median of the distances from its median
FEWEST = 5  # cells of a group in which one may be an outlier
NOISE = 1e-9  # of the median: a spread below it is that of the arithmetic


@dataclass(frozen=True)
class Ends:
    """Values of courses, shapes (courses,), NaN where there is none.

    `last_x`, `last` are the last place of each and its value there; `common` its value at the place
    `at`, which `count` of them have; NaN and 0 where there is no place.
    """

    last_x: Floats
    last: Floats
    at: float
    count: int
    common: Floats


@dataclass(frozen=True)
class Statistic:
    """How many values there are, their mean and sample standard deviation (n - 1).

    None where there is no mean, or one value only.
    """

    count: int
    mean: float | None
    deviation: float | None


def ends_of(courses: Sequence[Course], places: Aligned, at: float | None = None) -> Ends:
    """Return the end of each course, and its value at a place.

    Without one it is the last place that the most of them have. With one it is the last place that
    is not beyond it.
    """
    last_x, last = (
        np.array([getattr(one, name)[-1] if len(one) else np.nan for one in courses])
        for name in ("x", "y")
    )
    counts = np.isfinite(places.values).sum(axis=0)
    if at is None:
        usable = np.flatnonzero((counts == counts.max(initial=0)) & (counts > 0))
    else:
        usable = np.flatnonzero(places.x <= at)
    if not len(usable):
        return Ends(last_x, last, np.nan, 0, np.full(len(courses), np.nan))
    place = int(usable[-1])
    return Ends(last_x, last, float(places.x[place]), int(counts[place]), places.values[:, place])


def statistic(values: Floats) -> Statistic:
    """Return the statistics of values, shape (n,); blanks do not count."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Statistic(0, None, None)
    deviation = float(known.std(ddof=1)) if len(known) > 1 else None
    return Statistic(len(known), float(known.mean()), deviation)


def outliers(values: Floats) -> Flags:
    """Return which values are far from the median of all, shape (n,).

    They are farther from it than 3.5 times 1.4826 times the median of all such distances, which is
    the modified z-score of Iglewicz and Hoaglin (1993). Fewer than five values have no outlier.
    """
    finite = np.isfinite(values)
    known = values[finite]
    if len(known) < FEWEST:
        return np.zeros(len(values), np.bool_)
    median = float(np.median(known))
    distance = np.abs(np.where(finite, values, median) - median)
    spread = DEVIATION * float(np.median(distance[finite]))
    is_far: Flags = distance > FAR * max(spread, NOISE * abs(median))
    return is_far
