"""Test time that must not go back, a clock that may, and gaps between measures."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from cycling.analysis.edges import first_interval_s, late_start_s, lead_in_s
from cycling.analysis.gaps import gap_rows
from cycling.formats.columns.fields import ABSOLUTE_CLOCKS, Field
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.problems import Findings, Problem
from cycling.formats.text.blocks import IntArray
from cycling.formats.values.clocks import zone, zone_disagrees
from cycling.formats.values.dates import named_zone
from cycling.formats.values.numbers import FloatArray

_CLOCK_NOISE_S = 0.001  # what rounding of written clocks makes
_CLOCK_SET_S = 5.0  # by so much a clock is set, now and then
_SUMMER_TIME_S = (1700.0, 3700.0)
_HALF_DAY_S = (11 * 3600, 12 * 3600)
_LATEST_S = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
_MAX_GAPS = 2_000
_FEW = 3
_OWN_ZONE = re.compile(r"(?:Z|:\d\d\s*[+-]\d\d:?\d\d|[A-Z]{3,4})\s*$")


class TimeCheck:
    """Gives the test time of each row and reports blank times and times that go back."""

    def __init__(self, findings: Findings, *, by_clock: bool) -> None:
        """Take the test time from the clock where `by_clock`."""
        self._findings = findings
        self._by_clock = by_clock
        self._first_clock = np.nan
        self._last = np.nan

    def checked(
        self, rows: IntArray, test_time_s: FloatArray | None, clock_s: FloatArray | None
    ) -> FloatArray:
        """Test time in s, NaN where there is none."""
        times = self._since_start(clock_s) if test_time_s is None else test_time_s
        missing = np.flatnonzero(~np.isfinite(times))
        what = "clock time" if self._by_clock else "test time"
        self._findings.add_each(len(missing), lambda n: _no_time(int(rows[missing[n]]), what))
        finite_rows = np.flatnonzero(np.isfinite(times))
        if not len(finite_rows):
            return times
        if self._by_clock:
            times = self._held(rows, times, finite_rows)
        steps = np.diff(times[finite_rows], prepend=self._last)
        self._last = float(times[finite_rows[-1]])
        back = np.flatnonzero(steps < 0)
        self._findings.add_each(
            len(back),
            lambda n: _goes_back(
                int(rows[finite_rows[back[n]]]),
                -float(steps[back[n]]),
                what,
                is_reverse=2 * len(back) > len(steps) > _FEW,
            ),
        )
        return times

    def _held(self, rows: IntArray, times: FloatArray, finite_rows: IntArray) -> FloatArray:
        """Times that stand still where a clock was set back by a few seconds."""
        values = times[finite_rows]
        steps = np.diff(values, prepend=self._last)
        back = np.flatnonzero(steps < 0)
        if not len(back) or (steps[back] < -_CLOCK_SET_S).any():
            return times

        def problem(number: int) -> Problem:
            row = int(rows[finite_rows[back[number]]])
            text = f"The clock goes back by {duration(-float(steps[back[number]]))}; it was set."
            return Problem("warning", text, row=row, code="clock-set")

        self._findings.add_each(len(back), problem)
        held = times.copy()
        first = -np.inf if np.isnan(self._last) else self._last
        held[finite_rows] = np.maximum(np.maximum.accumulate(values), first)
        return held

    def _since_start(self, clock_s: FloatArray | None) -> FloatArray:
        if clock_s is None:
            return np.empty(0)
        if np.isnan(self._first_clock):
            finite_s = clock_s[np.isfinite(clock_s)]
            self._first_clock = float(finite_s[0]) if len(finite_s) else np.nan
        # Clocks are near 1.7e9 s, where a double holds 0.2 us: what is left of that is no time.
        return np.round(clock_s - self._first_clock, 6)


def _no_time(row: int, what: str) -> Problem:
    text = f"The {what} is blank or cannot be read. Every measure needs one; correct the row."
    return Problem("error", text, row=row, code="no-time")


def _goes_back(row: int, seconds: float, what: str, *, is_reverse: bool) -> Problem:
    remedy = (
        "Choose a column that is the test time, correct the time zone, or split the file here."
        if what == "clock time"
        else "If this column starts again with every step, choose the one that counts from the "
        "start of the test; else split the file at this row."
    )
    if what == "clock time" and _SUMMER_TIME_S[0] < seconds < _SUMMER_TIME_S[1]:
        remedy = "If summer time ended then, choose the time zone of the file; else split it here."
    if what == "clock time" and _HALF_DAY_S[0] < seconds <= _HALF_DAY_S[1]:
        remedy = (
            "Its hours may be of 12 without AM or PM: export them of 24, or with the test time."
        )
    if is_reverse:
        remedy = "The newest row stands first: sort the rows by their time, the oldest first."
    text = f"The {what} goes back by {duration(seconds)}. {remedy}"
    return Problem("error", text, row=row, code="time-back")


def duration(seconds: float) -> str:
    """`3,600 s` with up to six digits; gaps have `duration_words`."""
    if seconds >= 1000:
        return f"{seconds:,.0f} s"
    return f"{seconds:.6g} s"


@dataclass
class ClockCheck:
    """Watches the clock beside the test time, and gives the times that are stored."""

    trusted: bool
    first_clock_s: float = np.nan
    _first_time_s: float = np.nan
    _last_clock_s: float = np.nan
    _ahead: float = np.nan  # of the test time, where the clock was last written

    def steps_back(
        self, rows: IntArray, test_time_s: FloatArray, clock_s: FloatArray | None
    ) -> list[tuple[int, float]]:
        """(row, by how many s) wherever the clock goes back and the test time does not."""
        if clock_s is None:
            return []
        self._note_first(test_time_s, clock_s)
        finite_rows = np.flatnonzero(np.isfinite(clock_s))
        if not len(finite_rows):
            return []
        steps = np.diff(clock_s[finite_rows], prepend=self._last_clock_s)
        self._last_clock_s = float(clock_s[finite_rows[-1]])
        back = np.flatnonzero(steps < -_CLOCK_NOISE_S)
        return [(int(rows[finite_rows[i]]), -float(steps[i])) for i in back]

    def unix_time_s(self, test_time_s: FloatArray, clock_s: FloatArray | None) -> FloatArray | None:
        """The clock, or where it is not trusted its first time plus the test time.

        Where it is blank it goes on with the test time.
        """
        if clock_s is None:
            return None
        if self.trusted:
            return self._filled(test_time_s, clock_s)
        self._note_first(test_time_s, clock_s)
        return self.first_clock_s + (test_time_s - self._first_time_s)

    def _filled(self, test_time_s: FloatArray, clock_s: FloatArray) -> FloatArray:
        ahead = clock_s - test_time_s
        known = np.flatnonzero(np.isfinite(ahead))
        before, self._ahead = self._ahead, float(ahead[known[-1]]) if len(known) else self._ahead
        if len(known) == len(clock_s):
            return clock_s
        if np.isnan(before) and len(known):
            before = float(ahead[known[0]])
        places = np.concatenate([[-1], known])[
            np.searchsorted(known, np.arange(len(ahead)), "right")
        ]
        held = np.where(places < 0, before, ahead[places])
        return np.where(np.isfinite(clock_s), clock_s, test_time_s + held)

    def _note_first(self, test_time_s: FloatArray, clock_s: FloatArray) -> None:
        if np.isnan(self.first_clock_s):
            finite_rows = np.flatnonzero(np.isfinite(clock_s) & np.isfinite(test_time_s))
            if len(finite_rows):
                self.first_clock_s = float(clock_s[finite_rows[0]])
                self._first_time_s = float(test_time_s[finite_rows[0]])

    @property
    def starts_at(self) -> float | None:
        """Unix seconds of the first row that has a clock; None without one."""
        return None if np.isnan(self.first_clock_s) else self.first_clock_s


@dataclass
class IntervalCheck:
    """Median interval between measures, and the gaps: found in one pass, in bounded memory."""

    first_s: float = np.nan
    last_s: float = np.nan
    first_row: int = 0
    gaps: list[tuple[int, float]] = field(default_factory=list)
    _counts: dict[int, int] = field(default_factory=dict)
    _values: dict[int, float] = field(default_factory=dict)
    _before: FloatArray = field(default_factory=lambda: np.empty(0))
    _rows_before: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    _first_step_s: float = np.nan
    _interval_s: float = np.nan  # from the first row to the second

    def add(
        self, rows: IntArray, test_time_s: FloatArray, step_time_s: FloatArray | None = None
    ) -> None:
        """Take the next rows."""
        is_finite = np.isfinite(test_time_s)
        times, rows = test_time_s[is_finite], rows[is_finite]
        if not len(times):
            return
        if np.isnan(self.first_s):
            self.first_s, self.first_row = float(times[0]), int(rows[0])
            if step_time_s is not None:
                self._first_step_s = float(step_time_s[is_finite][0])
        self._count(np.diff(times, prepend=self.last_s))
        self.last_s = float(times[-1])
        # The last three times of the block before: an interval is compared with its neighbours.
        times = np.concatenate([self._before, times])
        rows = np.concatenate([self._rows_before, rows])
        if np.isnan(self._interval_s) and len(times) > 1:
            self._interval_s = float(times[1] - times[0])
        self._find(times, rows)
        self._before, self._rows_before = times[-3:], rows[-3:]

    def _count(self, intervals: FloatArray) -> None:
        """Count intervals in classes of 0.1 %, remembering one true value of each."""
        positive = intervals[intervals > 0]
        classes = np.round(np.log(positive) * 1000).astype(np.int64)
        unique, first, counts = np.unique(classes, return_index=True, return_counts=True)
        for key, value, count in zip(unique, positive[first], counts, strict=True):
            self._counts[int(key)] = self._counts.get(int(key), 0) + int(count)
            self._values.setdefault(int(key), float(value))

    def _find(self, times: FloatArray, rows: IntArray) -> None:
        """Find gaps by the rule of statistics, the first and the last interval left out."""
        places = gap_rows(np.append(np.diff(times), np.nan), np.ones(len(times), np.bool_))
        room = max(0, _MAX_GAPS - len(self.gaps))
        self.gaps.extend(
            (int(rows[i + 1]), float(times[i + 1] - times[i]))
            for i in places[(places > 0) & (places < len(times) - 2)][:room]
        )

    @property
    def late_s(self) -> float:
        """How much of the test nothing is counted of, before the first row; 0 with one row."""
        if np.isnan(self._interval_s):
            return 0.0
        lead_s = lead_in_s(self.first_s, self._first_step_s)
        if np.isnan(self._first_step_s):
            lead_s = first_interval_s(np.array([self.first_s, self.first_s + self._interval_s]))
        return late_start_s(self.first_s, lead_s, self._interval_s)

    @property
    def median_s(self) -> float:
        """Median interval in s (to 0.1 %); NaN with fewer than two times."""
        half = sum(self._counts.values()) / 2
        passed = 0
        for key in sorted(self._counts):
            passed += self._counts[key]
            if passed >= half:
                return self._values[key]
        return float("nan")


def step_time_problems(mapping: Mapping) -> list[Problem]:
    """What is not known where only the time within steps is."""
    column = mapping.column(Field.STEP_TIME)
    if column is None or not mapping.counts_steps_only:
        return []
    text = (
        f"No column counts from the start of the test: its time is that of its steps, in column "
        f"{column.shown!r}, added up. What passed between them is not in it."
    )
    return [Problem("warning", text, column=column.shown, code="step-times")]


def label_zone_problems(
    mapping: Mapping, starts_at: float | None, cells: Iterable[str]
) -> list[Problem]:
    """What is said where the clock's label names another zone than it is read in."""
    clock = mapping.column(Field.CLOCK)
    name = named_zone(clock.label) if clock else ""
    if clock is None or starts_at is None or not name or clock.unit in ABSOLUTE_CLOCKS:
        return []
    says_itself = any(_OWN_ZONE.search(cell) for cell in cells)
    if says_itself or not zone_disagrees(name, zone(mapping.time_zone), starts_at):
        return []
    text = (
        f"Column {clock.shown!r} names the zone {name}, and is read as {mapping.time_zone}. "
        "Choose the time zone of the file."
    )
    return [Problem("warning", text, column=clock.shown, code="label-zone")]


def clock_range_problems(clock: Column | None, starts_at: float | None) -> list[Problem]:
    """What is wrong with a clock (Unix s at the start) that no instrument of ours has had."""
    if clock is None or starts_at is None or 0 <= starts_at < _LATEST_S:
        return []
    year = datetime.fromtimestamp(starts_at, UTC).year
    text = (
        f"The clock in column {clock.shown!r} begins in the year {year}. Times outside 1970 to "
        "2200 are not imported: correct it, choose the column's unit, or set it to 'Not imported'."
    )
    return [Problem("error", text, column=clock.shown, code="clock-range")]
