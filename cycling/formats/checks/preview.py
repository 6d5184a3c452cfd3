"""A small picture of a whole file: extremes of voltage and current over equal spans of time."""

from dataclasses import dataclass, field

import numpy as np

from cycling.analysis.gaps import gap_rows
from cycling.formats.values.numbers import FloatArray

MAX_POINTS = 2_000
_EACH = 4  # least and greatest voltage and current of a span
_SPANS = MAX_POINTS // _EACH - 1  # room for the first and the last row
_HELD = 40_000
_TAIL = 3
_MAX_BREAKS = 200


@dataclass(frozen=True)
class Preview:
    """At most 2,000 rows of a file, in order: time, voltage, current.

    Where measures are missing a row has only a time, so that lines break there.
    """

    time_s: FloatArray
    voltage_v: FloatArray
    current_a: FloatArray


@dataclass
class PreviewBuilder:
    """Keeps the extreme rows of a file while it is read."""

    _held: list[FloatArray] = field(default_factory=list)
    _count: int = 0
    _tail: FloatArray = field(default_factory=lambda: np.empty(0))  # the last times
    _breaks: list[float] = field(default_factory=list)

    def add(self, time_s: FloatArray, voltage_v: FloatArray, current_a: FloatArray) -> None:
        """Take the next rows."""
        rows = np.column_stack([time_s, voltage_v, current_a])
        rows = rows[np.isfinite(rows[:, 0])]
        self._find_gaps(rows[:, 0])
        if len(rows) > 2 * MAX_POINTS:
            rows = _extremes(rows, 2 * _SPANS)
        self._held.append(rows)
        self._count += len(rows)
        if self._count > _HELD:
            kept = _extremes(np.concatenate(self._held), 8 * _SPANS)
            self._held, self._count = [kept], len(kept)

    def preview(self, sign: float) -> Preview:
        """The picture, with the current times `sign`."""
        rows = np.concatenate(self._held) if self._held else np.empty((0, 3))
        breaks = [*self._breaks, *_gaps(self._tail, first=max(len(self._tail) - 2, 0))]
        breaks = breaks[:_MAX_BREAKS]
        if len(rows) > MAX_POINTS - len(breaks):
            rows = _extremes(rows, _SPANS - len(breaks) // _EACH - 1)
        place = np.searchsorted(rows[:, 0], breaks)
        rows = np.insert(
            rows, place, np.column_stack([breaks, *2 * [np.full(len(breaks), np.nan)]]), axis=0
        )
        return Preview(rows[:, 0], rows[:, 1], rows[:, 2] * sign)

    def _find_gaps(self, time_s: FloatArray) -> None:
        """Note the gaps up to the interval before the last, which the next one is compared with."""
        tail_length = len(self._tail)
        times = np.concatenate([self._tail, time_s])
        self._breaks += _gaps(times, first=int(tail_length == _TAIL), end=len(times) - 2)
        self._tail = times[-_TAIL:]


def _gaps(time_s: FloatArray, *, first: int, end: int | None = None) -> list[float]:
    """Return a time within each gap that follows a row from `first` to before `end`."""
    if len(time_s) < 2:
        return []
    seconds = np.append(np.maximum(np.diff(time_s), 0), np.nan)
    rows = gap_rows(seconds, np.ones(len(seconds), np.bool_))
    rows = rows[(rows >= first) & (rows < (len(time_s) if end is None else end))]
    within: list[float] = ((time_s[rows] + time_s[rows + 1]) / 2).tolist()
    return within


def _extremes(rows: FloatArray, spans: int) -> FloatArray:
    """First and last row, and of each span of time the rows with extreme voltage or current."""
    time = rows[:, 0]
    least, most = float(time.min()), float(time.max())
    width = (most - least) / spans or 1.0
    span = np.minimum(((time - least) / width).astype(np.int64), spans - 1)
    keep = np.zeros(len(rows), np.bool_)
    keep[[0, -1]] = True
    for column in (1, 2):
        finite_rows = np.flatnonzero(np.isfinite(rows[:, column]))
        order = finite_rows[np.lexsort((rows[finite_rows, column], span[finite_rows]))]
        if len(order):
            edges = np.flatnonzero(np.diff(span[order])) + 1
            keep[order[np.concatenate([[0], edges])]] = True
            keep[order[np.concatenate([edges - 1, [len(order) - 1]])]] = True
    kept: FloatArray = rows[keep]
    return kept
