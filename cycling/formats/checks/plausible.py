"""What one pass over a file shows that cannot be: times, charge, voltage that contradict."""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from cycling.formats.columns.fields import DAY_FIRST, MONTH_FIRST, Field
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.columns.times import likely_unit
from cycling.formats.measures import FileBlock
from cycling.formats.problems import Problem
from cycling.formats.text.blocks import IntArray
from cycling.formats.values.numbers import BoolArray, FloatArray
from cycling.units import duration_words

_MAX_POINTS, _WINDOWS = 8_192, 16
_PAUSES = 0.2  # of all ticks: more are no pauses
_SAME_PACE = math.log(1.2)
_PAUSE_S = 60.0
_SURE_S = 600.0  # over so long a time a drift by less than a pause is none
_DATE_JUMP_S = 20 * 86_400.0
_STILL_S = 300.0
_LONGEST_S = 15 * 365.25 * 86_400
_GREATEST_V = 2_000.0
_ASKED_FACTOR, _SAID_PART = 1.5, 0.02
_ONE_WAY = 0.02
_RESET = 0.2  # a counter that falls to less of its value has started again
_GAP_S, _GAP_FACTOR = 60.0, 10.0


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


@dataclass
class ChargeWatch:
    """Compares the integral of the current with the instrument's own counters of charge."""

    charged: FloatArray = field(default_factory=lambda: np.zeros(2))  # As in, As out
    counted: FloatArray = field(default_factory=lambda: np.zeros(2))  # Ah while it flows in, out
    counters: tuple[Field, ...] = ()
    _last: FloatArray | None = None  # test time, and each counter, of the last row

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        columns = self._columns(block)
        if not self.counters:
            return
        rows = np.column_stack([block.measures.test_time_s, block.measures.current_a, *columns])
        rows = rows[np.isfinite(rows).all(axis=1)]
        if not len(rows):
            return
        rows = rows if self._last is None else np.concatenate([self._last, rows])
        self._last = rows[-1:]
        seconds = np.diff(rows[:, 0])
        whole = ~_gaps(seconds)
        charge = np.where(whole, rows[1:, 1] * seconds, 0.0)
        counted = sum((_counted(values) for values in rows.T[2:]), start=np.zeros(len(charge)))
        for way, flows in enumerate((charge > 0, charge < 0)):
            self.charged[way] += float(np.abs(charge[flows]).sum())
            self.counted[way] += float(counted[flows].sum())

    def _columns(self, block: FileBlock) -> list[FloatArray]:
        """The counters to compare with: of charge and discharge, or the one that the file has."""
        extended = block.measures.extended
        ways = (Field.CHARGE_CAPACITY, Field.DISCHARGE_CAPACITY)
        one_way = tuple(f for f in ways if f.channel in extended)
        both_ways = (Field.CAPACITY,) if Field.CAPACITY.channel in extended else ()
        self.counters = one_way or both_ways
        return [extended[f.channel] for f in self.counters if f.channel]

    @property
    def _counted_ways(self) -> BoolArray:
        """Which ways the counters count: one of charge alone stands still in discharge."""
        counts: BoolArray = self.counted > _ONE_WAY * self.counted.sum()
        return counts

    @property
    def counted_ah(self) -> float:
        """What the counters have counted."""
        return float(self.counted[self._counted_ways].sum())

    @property
    def ours_ah(self) -> float:
        """Our integral, of the ways that the counters count."""
        return float(self.charged[self._counted_ways].sum()) / 3600

    @property
    def factor(self) -> float | None:
        """How many times the counters' charge ours is; None where they count nothing."""
        return self.ours_ah / self.counted_ah if self.counted_ah and self.ours_ah else None


def _counted(values: FloatArray) -> FloatArray:
    """What a counter counts from row to row, also where it starts again."""
    before, after = np.abs(values[:-1]), np.abs(values[1:])
    return np.where(after < _RESET * before, after, np.abs(np.diff(values)))


def _gaps(seconds: FloatArray) -> BoolArray:
    """Intervals in which measures are missing: long, and ten times both their neighbours."""
    beside = np.maximum(np.concatenate([[0.0], seconds[:-1]]), np.concatenate([seconds[1:], [0.0]]))
    found: BoolArray = (seconds > _GAP_S) & (seconds > _GAP_FACTOR * beside) & (beside > 0)
    return found


@dataclass
class Ranges:
    """Greatest voltage, current, charge without a change of direction (V, A, Ah), and step id."""

    most_v: float = np.nan
    most_a: float = np.nan
    most_ah: float = 0.0
    most_step_id: float = np.nan
    _end_s: float | None = None
    _open_as: float = 0.0  # charge of the run that goes on
    _charges: bool | None = None  # whether it charges

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        voltage, current = block.measures.voltage_v, block.measures.current_a
        if np.isfinite(voltage).any():
            self.most_v = float(np.fmax(self.most_v, np.nanmax(voltage)))
        if np.isfinite(current).any():
            self.most_a = float(np.fmax(self.most_a, np.nanmax(np.abs(current))))
        ids = block.measures.step_id
        if ids is not None and len(ids):
            self.most_step_id = float(np.fmax(self.most_step_id, np.fmax.reduce(ids)))
        self._add_runs(block.measures.test_time_s, current)

    def _add_runs(self, time_s: FloatArray, current: FloatArray) -> None:
        rows = np.flatnonzero(np.isfinite(time_s) & np.isfinite(current))
        if len(rows) < len(time_s):
            time_s, current = time_s[rows], current[rows]
        if not len(time_s):
            return
        seconds = np.empty(len(time_s))
        seconds[0] = max(0.0, time_s[0] - self._end_s) if self._end_s is not None else 0.0
        np.maximum(time_s[1:] - time_s[:-1], 0.0, out=seconds[1:])
        self._end_s = float(time_s[-1])
        charge = np.cumsum(current * seconds)
        flowing = np.flatnonzero(current)  # a rest belongs to what flowed before it
        if not len(flowing):
            return
        charges = current[flowing] > 0
        turns = flowing[1:][charges[1:] != charges[:-1]]
        if self._charges is not None and self._charges != charges[0]:
            turns = np.concatenate([flowing[:1], turns])
        self._charges = bool(charges[-1])
        ends = np.concatenate([[-self._open_as], charge[turns - 1] * (turns > 0), charge[-1:]])
        runs = np.diff(ends)
        self._open_as = float(runs[-1])
        self.most_ah = max(self.most_ah, float(np.abs(runs).max()) / 3600)


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
    if measured is not None and abs(math.log(measured)) > _SAME_PACE:
        unit = likely_unit(time, measured)
        hint = f" The values look like {unit}." if unit else ""
        text = (
            f"The clock goes on by {_three_digits(measured)} s in each second of column "
            f"{time.shown!r}.{hint} Choose the column's unit, or another column for the "
            "test time."
        )
        problems.append(_question("time-clock", text, time, unit))
    if pace.jump and clock.unit in (DAY_FIRST, MONTH_FIRST):
        row, seconds = pace.jump
        text = (
            f"The clock jumps by {duration_words(abs(seconds))} while the test time goes on: "
            f"in column {clock.shown!r} day and month may be the other way round. "
            "Choose the other unit."
        )
        other = MONTH_FIRST if clock.unit == DAY_FIRST else DAY_FIRST
        problems.append(replace(_question("date-order", text, clock, other), row=row))
    return problems


def _question(code: str, text: str, column: Column | None, unit: str | None) -> Problem:
    """A question about a column, with the option that gives it the likely unit."""
    option = f"{column.shown}={column.field}:{unit}" if column and unit else ""
    label = column.shown if column else None
    return Problem("question", text, column=label, code=code, option=option)


def charge_problems(mapping: Mapping, charge: ChargeWatch) -> list[Problem]:
    """A current that does not add up to what the instrument has counted."""
    factor = charge.factor
    if factor is None or abs(factor - 1) <= _SAID_PART:
        return []
    names = " and ".join(
        repr(column.shown) for f in charge.counters if (column := mapping.column(f))
    )
    current = mapping.column(Field.CURRENT)
    names = f"column{'s' * (len(charge.counters) > 1)} {names}"
    amounts = f"{charge.ours_ah:.4g} Ah, the instrument counted {charge.counted_ah:.4g} Ah"
    if max(factor, 1 / factor) < _ASKED_FACTOR:
        text = f"The current adds up to {amounts} in {names}."
        return [Problem("warning", text, code="counter-differs")]
    time = mapping.column(Field.TEST_TIME)
    units = {c: u for c in (current, time) if c and (u := likely_unit(c, 1 / factor))}
    looks = " or ".join(f"that of column {c.shown!r} {u}" for c, u in units.items())
    hint = f" The true unit may be {looks.removeprefix('that ')}." if looks else ""
    text = (
        f"The current adds up to {amounts} in {names}: {_times(factor)}.{hint} "
        "Choose the units of current, time and counter so that they agree."
    )
    only = next(iter(units)) if len(units) == 1 else None
    return [_question("counter", text, only or current, units.get(only) if only else None)]


def _times(factor: float) -> str:
    """How many times as much, or what part: 1,000 times as much, 1/60 of it."""
    if factor >= 1:
        return f"{_three_digits(factor)} times as much"
    return f"1/{_three_digits(1 / factor)} of it"


def _three_digits(value: float) -> str:
    """A number to three digits, without an exponent: 1,000 and not 1e+03."""
    return f"{float(f'{value:.3g}'):,.12g}"


def range_problems(mapping: Mapping, ranges: Ranges, duration_s: float) -> list[Problem]:
    """A voltage or a duration that no test has."""
    problems = []
    voltage, time = mapping.column(Field.VOLTAGE), mapping.column(Field.TEST_TIME)
    if voltage and ranges.most_v > _GREATEST_V:
        unit = "mV" if voltage.unit == "V" else None
        hint = f" Its unit may be {unit}." if unit else ""
        text = (
            f"Column {voltage.shown!r} goes up to {ranges.most_v:,.0f} V.{hint} "
            "Choose the column's unit."
        )
        problems.append(_question("voltage-range", text, voltage, unit))
    if duration_s > _LONGEST_S:
        years = duration_s / 86_400 / 365.25
        unit = {"s": "ms", "min": "s", "h": "s", "d": "s"}.get(time.unit if time else "")
        hint = f" Its unit may be {unit}." if unit else ""
        text = f"The test would last {years:,.0f} years.{hint} Choose the unit of its time."
        problems.append(_question("duration", text, time, unit))
    return problems
