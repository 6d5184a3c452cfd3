"""The gaps between an experiment's measures, kept with its chunks.

Beside the times of a chunk stands a summary: the gaps within it, and its first and last measures,
from which follows what lies between two chunks. So a graph of any length knows all gaps without
reading the measures. A gap is one of the clock or of the test time.

A summary is a list of float64: minus how many edge measures, then for each its time (microseconds
since 1970), instruction, step, cycle and test time (s); then begin, end and test time passed of
each gap. Older ones have no test times, and begin with how many edge measures.
"""

from collections.abc import Sequence

import numpy as np

from cycling.analysis.curves import same_step
from cycling.analysis.gaps import GAP_FACTOR, GAP_S, gap_rows
from db.series.codec import Floats, Ints

STEP_KEYS = ("instruction", "step", "cycle")
KEYS = (*STEP_KEYS, "test_time")
BESIDE = 3  # measures at each end: the outermost interval, and the one that it is compared with
NOTHING: Floats = np.empty((0, 3))
NO_SUMMARY = np.zeros(1, "<f8").tobytes()  # of a chunk that cannot be read


def summary(us: Ints, keys: Sequence[Floats]) -> bytes:
    """Return the summary of a chunk; `us` and each of `keys` (KEYS) have shape (n,)."""
    count = len(us)
    table = np.column_stack([us.astype(np.float64), *keys])
    within = NOTHING
    if count >= 2 * BESIDE:
        rows = _gap_rows(table)
        within = _gaps(table, rows[(rows > 0) & (rows < count - 2)])  # the outermost: `between`
        table = np.concatenate([table[:BESIDE], table[-BESIDE:]])
    parts = [np.array([-float(len(table))]), table.ravel(), within.ravel()]
    return np.concatenate(parts).astype("<f8").tobytes()


def between(summaries: Sequence[bytes]) -> Floats:
    """Return the gaps by their time, shape (gaps, 3).

    Begin and end are microseconds since 1970; then the test time (s) that passed, NaN where it is
    not known. `summaries` are those of consecutive chunks.
    """
    tables, within, judged = [np.empty((0, 5))], [NOTHING], [np.empty(0, np.bool_)]
    for one in summaries:
        edges, gaps = _read(np.frombuffer(one, "<f8"))
        tables.append(edges)
        within.append(gaps)
        is_outermost = np.ones(len(edges), np.bool_)
        if len(edges) == 2 * BESIDE:  # what lies further in was looked at when the chunk was made
            is_outermost[1 : len(edges) - 2] = False
        judged.append(is_outermost)
    table = np.concatenate(tables)
    rows = _gap_rows(table) if len(table) else np.empty(0, np.int64)
    gaps = np.concatenate([*within, _gaps(table, rows[np.concatenate(judged)[rows]])])
    return gaps[np.argsort(gaps[:, 0], kind="stable")]


def _read(values: Floats) -> tuple[Floats, Floats]:
    """Return edge measures and gaps of a summary."""
    rows, width = abs(int(values[0])), 5 if values[0] < 0 else 4
    edges = values[1 : 1 + width * rows].reshape(rows, width)
    gaps = values[1 + width * rows :].reshape(-1, width - 2)
    if width < len(KEYS) + 1:
        edges = np.column_stack([edges, np.full(rows, np.nan)])
        gaps = np.column_stack([gaps, np.full(len(gaps), np.nan)])
    return edges, gaps


def _gaps(table: Floats, rows: Ints) -> Floats:
    passed_s = table[rows + 1, 4] - table[rows, 4]
    return np.column_stack([table[rows, 0], table[rows + 1, 0], passed_s])


def _gap_rows(table: Floats) -> Ints:
    """Return the rows after which the clock, or the test time, has a gap."""
    goes_on = same_step(list(table[:, 1:4].T))
    clock_s = np.append(np.maximum(np.diff(table[:, 0]), 0) / 1e6, np.nan)
    rows = gap_rows(clock_s, goes_on)
    test_s = np.append(np.nan_to_num(np.maximum(np.diff(table[:, 4]), 0)), np.nan)
    more = gap_rows(test_s, goes_on)
    return np.union1d(rows, more) if len(more) else rows


def silent_rows(us: Ints, values: Floats) -> Ints:
    """Return a row without a value in each time in which a channel alone fell silent.

    By the rule of `silences`; at the ends of what is given, where the interval beside it is known.
    """
    present = np.flatnonzero(~np.isnan(values))
    if len(present) == len(values):
        return present[:0]
    if not len(present):
        return np.zeros(1, np.int64)
    begins = silences(us, values)[:, 0]
    rows = present[
        np.searchsorted(us[present], np.round(begins * 1e6).astype(np.int64), "right") - 1
    ]
    rows = rows + 1
    seconds = np.diff(us[present]) / 1e6
    ends = ((0, 0, 0), (-1, len(values) - 1, -1))
    outer = [
        row
        for place, row, beside in ends
        if np.isnan(values[row])
        and len(seconds)
        and _is_long(us, present[place], row, seconds[beside])
    ]
    return np.unique(np.concatenate([rows, np.array(outer, np.int64)]))


def _is_long(us: Ints, present: int, row: int, beside_s: float) -> bool:
    lasted_s = abs(int(us[row]) - int(us[present])) / 1e6
    return lasted_s > GAP_S and 0 < beside_s * GAP_FACTOR < lasted_s


def silences(us: Ints, values: Floats) -> Floats:
    """Return begin and end (Unix seconds) of where a channel alone fell silent, shape (n, 2).

    By the same rule, from its own samples: one that is recorded less often than others is not.
    """
    present = np.flatnonzero(~np.isnan(values))
    if len(present) == len(values) or len(present) < 2:
        return np.empty((0, 2))
    seconds = np.append(np.diff(us[present]) / 1e6, np.nan)
    rows = gap_rows(seconds, np.ones(len(present), np.bool_))
    rows = rows[np.diff(present)[rows] > 1]
    return np.column_stack([us[present[rows]], us[present[rows + 1]]]) / 1e6
