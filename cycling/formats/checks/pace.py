"""Whether clock and test time go alike: other units, pauses, a clock that jumps or stands."""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from cycling.formats.checks.plausible import question, three_digits
from cycling.formats.columns.fields import DAY_FIRST, MONTH_FIRST, Field
from cycling.formats.columns.mapping import Mapping
from cycling.formats.columns.times import likely_unit
from cycling.formats.measures import FileBlock
from cycling.formats.problems import Problem
from cycling.formats.text.blocks import IntArray
from cycling.formats.values.numbers import BoolArray, FloatArray
from cycling.units import duration_words

_SOME_ROWS = 0.1  # show the same minute as the row before
_MAX_POINTS, _WINDOWS = 8_192, 16
_PAUSES = 0.2  # of all ticks: more are no pauses
_SAME_PACE = math.log(1.2)
_PAUSE_S = 60.0
_SURE_S = 600.0  # over so long a time a drift by less than a pause is none
_DATE_JUMP_S = 20 * 86_400.0
_STILL_S = 300.0


@dataclass
class PaceWatch:
    """Compares how fast the clock and the test time go, from tick to tick of the clock."""

    pauses: int = 0
    paused_s: float = 0.0
    jump: tuple[int, float] | None = None  # row and s of the first jump by a month or so
    ticks: int = 0
    _stride: int = 1
    _points: list[FloatArray] = field(default_factory=list)  # test time, clock, clock less pauses
    _last: tuple[float, float] | None = None  # test time and clock of the last tick
    _first_s: float = np.nan
    _end_s: float = np.nan

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        clock, time = block.measures.unix_time_s, block.measures.test_time_s
        if clock is None:
            return
        rows = np.flatnonzero(np.isfinite(clock) & np.isfinite(time))
        if not len(rows):
            return
        if len(rows) < len(time):
            clock, time = clock[rows], time[rows]
        if self._last is None:
            self._last, self._first_s = (float(time[0]), float(clock[0])), float(time[0])
        self._end_s = float(time[-1])
        if self._agrees(clock, time):
            return
        tick = np.flatnonzero(np.diff(clock, prepend=self._last[1]))
        if not len(tick):
            return
        ahead = np.diff(clock[tick], prepend=self._last[1])
        ahead -= np.diff(time[tick], prepend=self._last[0])
        paused_before = self.paused_s
        pauses = self._note_pauses(block, rows[tick], ahead, time[tick])
        self._last = (float(time[tick[-1]]), float(clock[tick[-1]]))
        without = clock[tick] - paused_before - np.cumsum(np.where(pauses, ahead, 0.0))
        first = -self.ticks % self._stride
        self.ticks += len(tick)
        points = np.column_stack([time[tick], clock[tick], without])[first :: self._stride]
        self._points.append(points)
        if sum(map(len, self._points)) > _MAX_POINTS:
            self._points = [np.concatenate(self._points)[::2]]
            self._stride *= 2

    def _agrees(self, clock: FloatArray, time: FloatArray) -> bool:
        """Note a block whose clock and test time go alike, as those of most files do."""
        last = self._last or (float(time[0]), float(clock[0]))
        drift = clock - time
        least, most = min(drift.min(), last[1] - last[0]), max(drift.max(), last[1] - last[0])
        if most - least > _PAUSE_S or time[-1] - last[0] < _SURE_S:
            return False
        self.ticks += 1
        self._last = (float(time[-1]), float(clock[-1]))
        ends = np.array([last, self._last])
        self._points.append(np.column_stack([ends, ends[:, 1] - self.paused_s]))
        return True

    def _note_pauses(
        self, block: FileBlock, rows: IntArray, ahead: FloatArray, time_s: FloatArray
    ) -> BoolArray:
        last = self._last[0] if self._last else np.nan
        pauses: BoolArray = (ahead > _PAUSE_S) & (ahead > 0.5 * np.diff(time_s, prepend=last))
        self.pauses += int(np.count_nonzero(pauses))
        self.paused_s += float(ahead[pauses].sum())
        jumps = np.flatnonzero(np.abs(ahead) > _DATE_JUMP_S)
        if len(jumps) and self.jump is None:
            self.jump = int(block.rows[rows[jumps[0]]]), float(ahead[jumps[0]])
        return pauses

    @property
    def pace(self) -> float | None:
        """Median of what the clock counts in a second of test time; None with too few ticks."""
        points = np.concatenate(self._points) if self._points else np.empty((0, 3))
        points = points[:: max(1, len(points) // _WINDOWS)]
        # what goes on all the time is no pause but another pace
        column = 2 if self.pauses <= _PAUSES * self.ticks else 1
        by_time, by_clock = np.diff(points[:, 0]), np.diff(points[:, column])
        forward = (by_time > 0) & (by_clock > 0)
        return float(np.median(by_clock[forward] / by_time[forward])) if forward.any() else None

    @property
    def stands_still(self) -> bool:
        """Whether the clock never moves while the test goes on."""
        return not self.ticks and self._end_s - self._first_s > _STILL_S


def runs_fast(mapping: Mapping, pace: float | None) -> bool:
    """Whether it is our export of a simulated station, whose test time goes faster than clocks."""
    return pace is not None and math.log(pace) < -_SAME_PACE and mapping.is_own


def pace_problems(mapping: Mapping, pace: PaceWatch) -> list[Problem]:
    """Test time and clock that cannot both be true."""
    time, clock = mapping.column(Field.TEST_TIME), mapping.column(Field.CLOCK)
    if time is None or clock is None:
        return []
    problems = []
    if pace.stands_still:
        text = (
            f"The clock in column {clock.shown!r} stands still while the test goes on. Times are "
            "its first value plus the test time."
        )
        problems.append(Problem("warning", text, column=clock.shown, code="clock-still"))
    measured = pace.pace
    if (
        measured is not None
        and abs(math.log(measured)) > _SAME_PACE
        and not runs_fast(mapping, measured)
    ):
        unit = likely_unit(time, measured)
        hint = f" The values look like {unit}." if unit else ""
        text = (
            f"The clock goes on by {three_digits(measured)} s in each second of column "
            f"{time.shown!r}.{hint} Choose the column's unit, or another column for the "
            "test time."
        )
        problems.append(question("time-clock", text, time, unit))
    if pace.jump and clock.unit in (DAY_FIRST, MONTH_FIRST):
        row, seconds = pace.jump
        text = (
            f"The clock jumps by {duration_words(abs(seconds))} while the test time goes on: "
            f"in column {clock.shown!r} day and month may be the other way round. "
            "Choose the other unit."
        )
        other = MONTH_FIRST if clock.unit == DAY_FIRST else DAY_FIRST
        problems.append(replace(question("date-order", text, clock, other), row=row))
    return problems


@dataclass
class MinuteWatch:
    """Notes whether a clock that alone counts the time shows whole minutes, several rows each."""

    rows: int = 0
    still: int = 0
    whole: bool = True
    _last: float = np.nan

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        unix_s = block.measures.unix_time_s
        if unix_s is None or not self.whole:
            return
        values = unix_s[np.isfinite(unix_s)]
        self.whole = bool((values % 60 == 0).all())
        self.still += int(np.count_nonzero(np.diff(values, prepend=self._last) == 0))
        self.rows += len(values)
        self._last = float(values[-1]) if len(values) else self._last

    def problems(self, mapping: Mapping) -> list[Problem]:
        """The warning that times are right to a minute."""
        clock = mapping.column(Field.CLOCK)
        is_counted = any(map(mapping.column, (Field.TEST_TIME, Field.STEP_TIME)))
        if clock is None or is_counted or not self.whole or self.still <= _SOME_ROWS * self.rows:
            return []
        text = (
            f"The clock in column {clock.shown!r} has whole minutes, several rows each, and no "
            "column counts the time: durations and charge are right to a minute of each step."
        )
        return [Problem("warning", text, column=clock.shown, code="clock-minutes")]
