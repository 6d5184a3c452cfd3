"""Sums that tell whether values were changed in place: by numpy of what is copied, by SQL of rows.

Both are whole numbers below 2**53, so they are exact in any order. A value counts in steps of
2**-20 of its unit, modulo a prime, and by its place, so that two that change places are told too.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEPS = 2.0**20
PRIME = 1_000_003
PLACES = 1009
MAX_VALUE = 1e12  # beyond it a value counts as one that is large
BLANK, LARGE = 500_009, 7
WEIGHTS = (1, 3, 5, 7, 11, 13, 17)  # of the columns of a row, so that they don't change places


def value_sum(ids: Ints, columns: Sequence[Floats], us: Ints | None = None) -> int:
    """Return the sum of rows, shapes (n,), of their MeasIDs, columns as stored and times."""
    terms = np.zeros(len(ids)) if us is None else (us % PRIME).astype(np.float64)
    for weight, values in zip(WEIGHTS, columns, strict=False):
        with np.errstate(invalid="ignore", over="ignore"):
            counted = np.fmod(np.trunc(values * STEPS), PRIME)
        counted = np.where(np.abs(values) < MAX_VALUE, counted, LARGE)
        terms += weight * np.where(np.isnan(values), BLANK, counted)
    return int(((1 + ids % PLACES) * terms).sum())


def value_sum_sql(columns: Sequence[str], us: str | None = None, *, is_sqlite: bool) -> str:
    """Return the SQL that sums up the same over rows; `us` is that of their microseconds."""
    terms = [f"({us}) % {PRIME}"] if us else []
    terms += [
        f"{weight} * {_counted(column, is_sqlite=is_sqlite)}"
        for weight, column in zip(WEIGHTS, columns, strict=False)
    ]
    return f"SUM((1 + MeasID % {PLACES}) * ({' + '.join(terms)}))"


def _counted(column: str, *, is_sqlite: bool) -> str:
    steps = f"{column} * {STEPS:.1f}e0"
    whole = f"CAST({steps} AS INTEGER)" if is_sqlite else f"TRUNCATE({steps}, 0)"
    return (
        f"(CASE WHEN {column} IS NULL THEN {BLANK} "
        f"WHEN {column} < {MAX_VALUE:.0f}e0 AND {column} > -{MAX_VALUE:.0f}e0 "
        f"THEN {whole} % {PRIME} ELSE {LARGE} END)"
    )
