"""A voltage or a duration that no test has, and how such a question is put."""

import math
from dataclasses import dataclass, field

import numpy as np

from cycling.formats.columns.fields import Field
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.measures import FileBlock, with_state
from cycling.formats.problems import Problem
from cycling.formats.values.numbers import FloatArray

_LONGEST_S = 15 * 365.25 * 86_400
_GREATEST_V = 2_000.0
_SPIKE_FACTOR = 10  # of the usual voltage: above, no unit is wrong


@dataclass
class Ranges:
    """Greatest voltage (V) and its row, current (A) and step id; charge in one direction."""

    least_v: float = np.nan
    most_v: float = np.nan
    most_a: float = np.nan
    most_step_id: float = np.nan
    most_v_row: int | None = None
    runs: "Runs" = field(default_factory=lambda: Runs())
    runs_by_state: "Runs" = field(default_factory=lambda: Runs())

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        voltage, current = block.measures.voltage_v, block.measures.current_a
        if np.isfinite(voltage).any():
            self.least_v = float(np.fmin(self.least_v, np.nanmin(voltage)))
            place = int(np.nanargmax(voltage))
            if not voltage[place] <= self.most_v:
                self.most_v, self.most_v_row = float(voltage[place]), int(block.rows[place])
        if np.isfinite(current).any():
            self.most_a = float(np.fmax(self.most_a, np.nanmax(np.abs(current))))
        ids = block.measures.step_id
        if ids is not None and len(ids):
            self.most_step_id = float(np.fmax(self.most_step_id, np.fmax.reduce(ids)))
        self.runs.add(block.measures.test_time_s, current)
        if block.state is not None:
            signed = with_state(current, block.state)
            self.runs_by_state.add(block.measures.test_time_s, signed)


@dataclass
class Runs:
    """Greatest charge (Ah) that flows without a change of direction."""

    most_ah: float = 0.0
    _end_s: float | None = None
    _open_as: float = 0.0  # charge of the run that goes on
    _charges: bool | None = None  # whether it charges

    def add(self, time_s: FloatArray, current: FloatArray) -> None:
        """Take the next rows."""
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


def question(
    code: str, text: str, column: Column | None, unit: str | None, right: str = ""
) -> Problem:
    """A question about a column, with the option that gives it the likely unit."""
    option = f"{column.shown}={column.field}:{unit}" if column and unit else ""
    label = column.shown if column else None
    return Problem("question", text, column=label, code=code, option=option, right=right)


def three_digits(value: float) -> str:
    """A number to three digits, without an exponent: 1,000 and not 1e+03."""
    return f"{float(f'{value:.3g}'):,.12g}"


def usual_size(values: FloatArray) -> float:
    """Return the median of the sizes that are not zero; NaN where there are none."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    return float(np.median(sizes)) if len(sizes) else math.nan


def range_problems(
    mapping: Mapping, ranges: Ranges, duration_s: float, voltage_v: FloatArray
) -> list[Problem]:
    """A voltage or a duration that no test has; `voltage_v` are voltages from all of the file."""
    problems = []
    voltage, time = mapping.column(Field.VOLTAGE), mapping.column(Field.TEST_TIME)
    farthest_v = max(ranges.most_v, -ranges.least_v)
    if voltage and farthest_v > _GREATEST_V:
        usual = usual_size(voltage_v)
        is_spike = farthest_v > _SPIKE_FACTOR * usual
        unit = "mV" if voltage.unit == "V" and not is_spike else None
        hint = f" Its unit may be {unit}." if unit else ""
        remedy = "Choose the column's unit."
        if is_spike:
            remedy = f"Half of its values are below {usual:,.4g} V: correct the few that are not."
        is_above = ranges.most_v == farthest_v
        how = f"up to {farthest_v:,.0f}" if is_above else f"down to {-farthest_v:,.0f}"
        text = f"Column {voltage.shown!r} goes {how} V.{hint} {remedy}"
        problems.append(question("voltage-range", text, voltage, unit))
    if duration_s > _LONGEST_S:
        years = duration_s / 86_400 / 365.25
        unit = {"s": "ms", "min": "s", "h": "s", "d": "s"}.get(time.unit if time else "")
        hint = f" Its unit may be {unit}." if unit else ""
        text = f"The test would last {years:,.0f} years.{hint} Choose the unit of its time."
        problems.append(question("duration", text, time, unit))
    return problems
