"""Rows cut into steps, and how a quantity goes through them: in straight lines from row to row."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.gaps import GAP_S, gap_rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Steps:
    """Rows cut into steps; each row has the time until the next one.

    Shapes (steps,): `starts` and `rows` (first row and number of rows), `lead_s` (time before the
    first row that is of the step), `total_s` (time that counts), `gap_s` (time in gaps). Shape
    (rows,): `counted_s`, the time after a row that is of its step: 0 for the last row, where the
    clock stands or goes back, and in gaps; `weights_s` as `_weights` makes them of it.
    `last_s` is the time before the last row, NaN where its step begins with it. `gaps` are the rows
    that gaps follow.
    """

    starts: Ints
    rows: Ints
    lead_s: Floats
    total_s: Floats
    gap_s: Floats
    counted_s: Floats
    weights_s: Floats
    last_s: float
    gaps: Ints

    @property
    def ends(self) -> Ints:
        """The row in which each step's time ends: the first of the next step, or the last row."""
        return np.append(self.starts[1:], len(self.counted_s) - 1)


@dataclass(frozen=True)
class Beside:
    """What is beside some rows: the times before the first one, in its step, and after the last.

    `after_goes_on` says whether the row after them is of the last one's step. `lead_s` is the time
    before the first row that is of its step and that nobody has counted. `before_a` and `after_a`
    are the currents of the rows before and after them.
    """

    before_s: float = np.nan
    after_s: float = np.nan
    after_goes_on: bool = True
    lead_s: float = 0.0
    before_a: float = np.nan
    after_a: float = np.nan


NOTHING_BESIDE = Beside()


@dataclass(frozen=True)
class LastKnown:
    """The last known value of a step that may go on, and how long and how many rows ago it was."""

    value: float
    age_s: float
    rows: int


@dataclass(frozen=True)
class Course:
    """How a quantity goes: its known values, each with the time until the next one of its step.

    `present` are the steps that have known values, `first` the index of the first of each. The
    last of a step is held until the step ends, and its first row's from where the step begins;
    `lead_s`, shape (present,), is how long that is. `open_end` is that of the last step; None where
    the last row is known or the step has no known value.
    `lowest` and `highest` have shape (steps,), NaN where nothing is known. `rows` are the rows of
    the values; None: every row has one.
    """

    steps: Steps
    present: Ints
    first: Ints
    values: Floats
    seconds: Floats
    lead_s: Floats
    weights_s: Floats
    lowest: Floats
    highest: Floats
    open_end: LastKnown | None
    rows: Ints | None = None

    def integral(self) -> Floats:
        """Return the integral over each step, shape (steps,)."""
        return self._sums(self.values * self.weights_s)

    def known_s(self) -> Floats:
        """Return the time in which the quantity is known, for each step."""
        if self.seconds is self.steps.counted_s:
            return self.steps.total_s
        known_s = self._sums(self.seconds)
        known_s[self.present] += self.lead_s
        return known_s

    def parts(self) -> tuple[Floats, Floats]:
        """Return the integrals of the positive and of the negative part, both as magnitudes.

        A line that crosses zero is split there.
        """
        net = self.integral()
        positive = np.maximum(net, 0.0)
        mixed = (self.lowest < 0) & (self.highest > 0)
        if mixed.any():
            split = self._sums(np.maximum(self.values, 0.0) * self.weights_s) - self._crossings()
            positive[mixed] = np.maximum(split[mixed], 0.0)
        return positive, np.maximum(positive - net, 0.0)

    def _crossings(self) -> Floats:
        """What trapezoids of each part by itself have too much: half of dt a b / (a + b)."""
        from_, to = self.values[:-1], self.values[1:]
        crosses = from_ * to < 0
        crosses[self.first[1:] - 1] = False  # held, not joined to the next step
        index = np.flatnonzero(crosses)
        a, b = np.abs(from_[index]), np.abs(to[index])
        excess = np.zeros(len(self.values))
        excess[index] = self.seconds[index] / 2 * a * (b / (a + b))
        return self._sums(excess)

    def _sums(self, values: Floats) -> Floats:
        return _spread(self.steps, self.present, _reduced(np.add, values, self.first), 0.0)


def cut_into_steps(
    time_s: Floats,
    keys: Sequence[Floats],
    led_s: Floats | None = None,
    beside: Beside = NOTHING_BESIDE,
    edges: NDArray[np.bool_] | None = None,
) -> Steps:
    """Cut rows where a key changes; shapes (rows,).

    Of the time before the first row of a step `led_s` is of that step, at most; None: nothing is.
    `edges` are rows before which they are cut as well. What is a gap does not depend on these.
    """
    goes_on = same_step(keys)
    starts = _starts(goes_on)
    seconds = np.zeros(len(time_s))
    np.subtract(time_s[1:], time_s[:-1], out=seconds[:-1])
    np.maximum(seconds, 0.0, out=seconds)
    last_s = seconds[-2] if len(seconds) > starts[-1] + 1 else np.nan
    last_s = beside.before_s if len(seconds) == 1 else last_s
    if edges is not None:
        starts = _starts(goes_on & ~edges)
    gap_s, gaps = np.zeros(len(starts)), np.empty(0, np.int64)
    if seconds.max() > GAP_S:
        gaps = gap_rows(
            np.append(seconds[:-1], beside.after_s),
            goes_on,
            beside.before_s,
            after_goes_on=beside.after_goes_on,
        )
        np.add.at(gap_s, _step_of(gaps, starts), seconds[gaps])
        seconds[gaps] = 0.0
    lead_s = np.zeros(len(starts))
    lead_s[0] = beside.lead_s
    if led_s is not None:
        first = starts[1:]
        lead_s[1:] = np.clip(led_s[first], 0.0, seconds[first - 1])
        seconds[first - 1] -= lead_s[1:]
    return Steps(
        starts=starts,
        rows=np.diff(np.append(starts, len(time_s))),
        lead_s=lead_s,
        total_s=np.add.reduceat(seconds, starts) + lead_s,
        gap_s=gap_s,
        counted_s=seconds,
        weights_s=_weights(seconds, starts, lead_s),
        last_s=float(last_s),
        gaps=gaps,
    )


def _starts(goes_on: NDArray[np.bool_]) -> Ints:
    return np.concatenate([[0], np.flatnonzero(~goes_on[1:]) + 1])


def same_step(keys: Sequence[Floats]) -> NDArray[np.bool_]:
    """Return for each row whether it is of the same step as the one before; shapes (rows,)."""
    same = np.ones(len(keys[0]), np.bool_)
    for key in keys:
        same[1:] &= ~_changes(key)
    return same


def course(
    values: Floats,
    steps: Steps,
    age_s: float = 0.0,
    age_rows: int = 0,
    longest_blank_s: float = np.inf,
) -> Course:
    """Return the course of a quantity; values that are not finite are blank.

    `age_s` and `age_rows` say how long before the first row its value was read. What was blank for
    more than `longest_blank_s` is not known.
    """
    lowest = np.minimum.reduceat(values, steps.starts)
    highest = np.maximum.reduceat(values, steps.starts)
    if not age_rows and np.isfinite(lowest).all() and np.isfinite(highest).all():
        every, times = np.arange(len(steps.starts)), (steps.counted_s, steps.lead_s)
        return Course(
            steps, every, steps.starts, values, *times, steps.weights_s, lowest, highest, None
        )
    return _bridged(values, steps, age_s, age_rows, longest_blank_s)


def _bridged(
    values: Floats, steps: Steps, age_s: float, age_rows: int, longest_blank_s: float
) -> Course:
    rows = np.flatnonzero(np.isfinite(values))
    known = values[rows]
    cuts = np.searchsorted(rows, steps.starts)
    counts = np.diff(np.append(cuts, len(rows)))
    present = np.flatnonzero(counts)
    first = cuts[present]
    last = first + counts[present] - 1
    seconds, passed = _times(rows, last, steps.ends[present], steps.counted_s)
    open_end = None
    if len(rows):
        seconds[0] += age_s
        passed[0] += age_rows
        if present[-1] == len(steps.starts) - 1 and passed[-1]:
            open_end = LastKnown(float(known[-1]), float(seconds[-1]), int(passed[-1]))
            seconds[-1] = 0.0  # counted when it is known how it goes on
        seconds[(passed > 1) & (seconds > longest_blank_s)] = 0.0
    lead_s = np.where(rows[first] == steps.starts[present], steps.lead_s[present], 0.0)
    return Course(
        steps=steps,
        present=present,
        first=first,
        values=known,
        seconds=seconds,
        lead_s=lead_s,
        weights_s=_weights(seconds, first, lead_s),
        lowest=_spread(steps, present, _reduced(np.minimum, known, first), np.nan),
        highest=_spread(steps, present, _reduced(np.maximum, known, first), np.nan),
        open_end=open_end,
        rows=rows,
    )


def _times(rows: Ints, last: Ints, ends: Ints, counted_s: Floats) -> tuple[Floats, Ints]:
    """Return seconds and rows from each known row to the next, or to its step's end."""
    clock_s = np.zeros(len(counted_s))
    np.cumsum(counted_s[:-1], out=clock_s[1:])
    following = np.empty_like(rows)
    following[:-1] = rows[1:]
    following[last] = ends
    return clock_s[following] - clock_s[rows], following - rows


def _weights(seconds: Floats, first: Ints, lead_s: Floats) -> Floats:
    """Return what each value is multiplied by in the integral: half the times on both sides.

    The last value of a step has all of the time after it that is of the step, and the first one
    all that leads to it.
    """
    half_s = seconds * 0.5
    weights_s = half_s.copy()
    weights_s[1:] += half_s[:-1]
    last = first[1:] - 1
    weights_s[last] += half_s[last]
    weights_s[last + 1] -= half_s[last]
    weights_s[-1:] += half_s[-1:]
    weights_s[first] += lead_s
    return weights_s


def _changes(key: Floats) -> NDArray[np.bool_]:
    """Whether each row but the first differs from the one before; unknown equals unknown."""
    differs: NDArray[np.bool_] = key[1:] != key[:-1]
    if np.isnan(key[0]) or differs.any():
        unknown = np.isnan(key)
        differs &= ~(unknown[1:] & unknown[:-1])
    return differs


def _step_of(rows: Ints, starts: Ints) -> Ints:
    return np.searchsorted(starts, rows, side="right") - 1


def _reduced(function: np.ufunc, values: Floats, first: Ints) -> Floats:
    return function.reduceat(values, first) if len(first) else np.empty(0)


def _spread(steps: Steps, present: Ints, values: Floats, otherwise: float) -> Floats:
    """Give every step a value, also those that are not present."""
    if len(present) == len(steps.starts):
        return values
    every = np.full(len(steps.starts), otherwise)
    every[present] = values
    return every
