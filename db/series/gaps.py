"""The gaps between an experiment's measures, kept with its chunks.

Beside the times of a chunk stands a summary: the gaps within it, and its first and last measures,
from which follows what lies between two chunks. So a graph of any length knows all gaps without
reading the measures. A summary is a list of float64: how many edge measures, then for each its
time (microseconds since 1970), instruction, step and cycle; then begin and end of each gap.
"""

from collections.abc import Sequence

import numpy as np

from cycling.analysis.curves import same_step
from cycling.analysis.gaps import gap_rows
from db.series.codec import Floats, Ints

STEP_KEYS = ("instruction", "step", "cycle")
BESIDE = 3  # measures at each end: the outermost interval, and the one that it is compared with
NOTHING: Floats = np.empty((0, 2))


def summary(us: Ints, keys: Sequence[Floats]) -> bytes:
    """Return the summary of a chunk; `us` and each of `keys` have shape (n,)."""
    count = len(us)
    table = np.column_stack([us.astype(np.float64), *keys])
    within = NOTHING
    if count >= 2 * BESIDE:
        rows = _gap_rows(us, keys)
        rows = rows[(rows > 0) & (rows < count - 2)]  # the outermost are for `between`
        within = np.column_stack([us[rows], us[rows + 1]]).astype(np.float64)
        table = np.concatenate([table[:BESIDE], table[-BESIDE:]])
    parts = [np.array([float(len(table))]), table.ravel(), within.ravel()]
    return np.concatenate(parts).astype("<f8").tobytes()


def between(summaries: Sequence[bytes]) -> Floats:
    """Return begin and end of the gaps (microseconds since 1970), shape (gaps, 2), by their time.

    `summaries` are those of consecutive chunks.
    """
    tables, within, judged = [np.empty((0, 4))], [NOTHING], [np.empty(0, np.bool_)]
    for one in summaries:
        values = np.frombuffer(one, "<f8")
        rows, numbers = int(values[0]), values[1:]
        tables.append(numbers[: 4 * rows].reshape(rows, 4))
        within.append(numbers[4 * rows :].reshape(-1, 2))
        is_outermost = np.ones(rows, np.bool_)
        if rows == 2 * BESIDE:  # what lies further in was looked at when the chunk was made
            is_outermost[1 : rows - 2] = False
        judged.append(is_outermost)
    table = np.concatenate(tables)
    us = table[:, 0].astype(np.int64)
    rows_ = _gap_rows(us, list(table[:, 1:].T)) if len(us) else np.empty(0, np.int64)
    rows_ = rows_[np.concatenate(judged)[rows_]]
    found = np.concatenate([*within, np.column_stack([us[rows_], us[rows_ + 1]])])
    return found[np.argsort(found[:, 0], kind="stable")]


def _gap_rows(us: Ints, keys: Sequence[Floats]) -> Ints:
    seconds = np.append(np.maximum(np.diff(us), 0) / 1e6, np.nan)
    return gap_rows(seconds, same_step(keys))


def silences(us: Ints, values: Floats) -> Floats:
    """Return begin and end (Unix seconds) of where a channel alone fell silent, shape (n, 2).

    By the same rule, from its own samples: one that is recorded less often than others is not.
    """
    known = np.flatnonzero(~np.isnan(values))
    if len(known) == len(values) or len(known) < 2:
        return NOTHING
    seconds = np.append(np.diff(us[known]) / 1e6, np.nan)
    rows = gap_rows(seconds, np.ones(len(known), np.bool_))
    rows = rows[np.diff(known)[rows] > 1]
    return np.column_stack([us[known[rows]], us[known[rows + 1]]]) / 1e6
