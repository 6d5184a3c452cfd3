"""Which of a file's times counts from the start of the test, and how its dates are to be read."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cycling.formats.cell_reader import CellReader
from cycling.formats.columns.durations import by_pace, is_in_two_parts, minutes_evidence
from cycling.formats.columns.fields import DAY_FIRST, MONTH_FIRST, WRITTEN_DURATIONS, Field
from cycling.formats.columns.labels import same_name, split_label, split_suffix
from cycling.formats.columns.mapping import Column, Inference, Mapping
from cycling.formats.columns.names import OPEN_TIMES
from cycling.formats.facts import START
from cycling.formats.problems import KeptFindings
from cycling.formats.text.table import TextTable
from cycling.formats.values.clock_units import date_order
from cycling.formats.values.numbers import FloatArray
from cycling.units import TO_BASE

_AGREE = 0.01  # of what passed: times that differ by less are the same
_UNIT_FITS = math.log(1.1)
# What decides between both orders of day and month, in the order of `_merit`.
_REASONS = (
    "one of them has a day above 12",
    "else they would go back",
    "else more or less would pass than the test time says",
    "else they would jump by a month",
)
_MONTH_FIRST_NAMES = ("dpttime",)  # Maccor's, which writes American dates in every country


@dataclass(frozen=True)
class Candidate:
    """A column that may be a time, and its unit as one."""

    index: int
    unit: str


def test_time(
    table: TextTable, candidates: list[Candidate], clock: Candidate | None
) -> Candidate | None:
    """The first candidate that counts from the start; None if only the clock does.

    A column that begins again with every step is left aside where the file has another time.
    """
    moving = [c for c in candidates if len(set(table.sample_of(c.index))) > 1]
    candidates = moving or ([] if clock else candidates)
    for number, candidate in enumerate(candidates):
        has_another = clock is not None or number + 1 < len(candidates)
        if not has_another or not _is_open(table, candidate):
            return candidate
        if not _begins_again(table, candidate, clock):
            return candidate
    return candidates[0] if candidates and not clock else None


def is_step_time(table: TextTable, candidate: Candidate, time: Column | None) -> bool:
    """Whether a column is the time within a step; one named "Time" must be seen to begin again."""
    if not _is_open(table, candidate):
        return True
    column = Column(candidate.index, "", Field.STEP_TIME, candidate.unit, "")
    if _falls(table, column):
        return True
    if time is None:
        return _begins_again(table, candidate, None)
    return bool(_sampled(table, column)[-1:] < (1 - _AGREE) * _sampled(table, time)[-1:])


def _is_open(table: TextTable, candidate: Candidate) -> bool:
    return same_name(split_label(table.labels[candidate.index])[0]) in OPEN_TIMES


def _begins_again(table: TextTable, candidate: Candidate, clock: Candidate | None) -> bool:
    column = Column(candidate.index, "", Field.TEST_TIME, candidate.unit, "")
    if _falls(table, column):
        return True
    sample = _sampled(table, column)
    if clock is not None and len(sample) > 1:
        passed = _sampled(table, Column(clock.index, "", Field.CLOCK, clock.unit, ""))
        by_clock, by_time = passed[-1] - passed[0], sample[-1] - sample[0]
        if abs(by_clock - by_time) <= _AGREE * abs(by_clock):
            return False
    last = -np.inf
    for values in _all_values(table, column):
        if bool((np.diff(values, prepend=last) < 0).any()):
            return True
        last = values[-1]
    return False


def _falls(table: TextTable, column: Column) -> bool:
    """Whether a value among the first rows, or among the last ones, is below the one before."""
    parts = (_values(table, column, rows) for rows in (table.sample, table.tail))
    return any(bool((np.diff(values) < 0).any()) for values in parts)


def _sampled(table: TextTable, column: Column) -> FloatArray:
    """Values of the first and the last rows of a column, without those that are none."""
    return _values(table, column, (*table.sample, *table.tail))


def _values(table: TextTable, column: Column, rows: Sequence[tuple[str, ...]]) -> FloatArray:
    import pyarrow as pa

    texts = [row[column.index].strip() for row in rows if column.index < len(row)]
    cells = pa.array(texts, pa.string())
    values = _reader(table).values(column, cells, np.arange(len(cells)))
    return values[np.isfinite(values)]


def _all_values(table: TextTable, column: Column) -> Iterator[FloatArray]:
    """All values of one column, block by block, without those that are none."""
    from cycling.formats.rows import read_rows  # its readers guess columns, too

    reader = _reader(table)
    for block in read_rows(table, [column.index], KeptFindings()):
        values = reader.values(column, block.cells[column.index], block.rows)
        values = values[np.isfinite(values)]
        if len(values):
            yield values


def _reader(table: TextTable) -> CellReader:
    return CellReader(table, Mapping("", ()), KeptFindings())


@dataclass
class _Reading:
    """What a column of dates is when read in one order."""

    count: int = 0
    steps_back: int = 0
    first: float = np.nan
    last: float = np.nan
    greatest_jump: float = 0.0

    def add(self, values: FloatArray) -> None:
        """Take the next dates."""
        if not self.count:
            self.first = self.last = float(values[0])
        steps = np.diff(values, prepend=self.last)
        self.count += len(values)
        self.steps_back += int(np.count_nonzero(steps < 0))
        self.greatest_jump = max(self.greatest_jump, float(np.abs(steps).max()))
        self.last = float(values[-1])


def with_times(table: TextTable, mapping: Mapping) -> Mapping:
    """The mapping with what the whole file says of its times: order of dates, unit, restarts."""
    clock, time = mapping.column(Field.CLOCK), mapping.column(Field.TEST_TIME)
    if clock and clock.unit in (DAY_FIRST, MONTH_FIRST):
        order, reason = _date_order(table, clock, time)
        mapping = mapping.with_column(clock.index, Field.CLOCK, order)
        if reason:
            text = f"Dates in column {clock.shown!r} have the {order}: {reason}."
            mapping = _noted(mapping, "dates", text)
        clock = mapping.column(Field.CLOCK)
    if time and is_in_two_parts(time, table.sample_of(time.index)):
        return _with_parts(table, mapping, time, clock)
    if clock and time:
        return _with_unit(table, mapping, time, clock)
    step = mapping.column(Field.STEP_TIME)
    if clock and step and _is_open(table, Candidate(step.index, step.unit)):
        return _noted(mapping, "columns", f"Column {step.shown!r} begins again with every step.")
    return mapping


def _noted(mapping: Mapping, kind: str, text: str) -> Mapping:
    return replace(mapping, inferred=(*mapping.inferred, Inference(kind, text)))


def _with_unit(table: TextTable, mapping: Mapping, time: Column, clock: Column) -> Mapping:
    """The unit of a test time whose label names none, by how fast the clock goes."""
    if time.unit in WRITTEN_DURATIONS or split_label(time.label)[1] or split_suffix(time.label)[1]:
        return mapping
    for pace in _paces(table, time, clock):
        if unit := likely_unit(time, pace):
            text = f"Column {time.shown!r} names no unit; by the clock it counts {unit}."
            return _noted(mapping.with_column(time.index, Field.TEST_TIME, unit), "units", text)
    return mapping


def _paces(table: TextTable, time: Column, clock: Column) -> Iterator[float]:
    """By how many s the clock goes on in each s of the test time: first rows, then all."""
    by_clock, by_time = (_sampled(table, column) for column in (clock, time))
    for last in (min(len(table.sample), len(by_clock), len(by_time)) - 1, -1):
        if not len(by_clock) or not len(by_time) or last == 0:
            return
        passed, counted = by_clock[last] - by_clock[0], by_time[last] - by_time[0]
        if passed > 0 and counted > 0:
            yield float(passed / counted)


def _with_parts(table: TextTable, mapping: Mapping, time: Column, clock: Column | None) -> Mapping:
    """The unit of a test time in two parts: by the clock, else by its cells."""
    for pace in _paces(table, time, clock) if clock else ():
        if unit := by_pace(time.unit, pace):
            text = f"Column {time.shown!r} names no unit; by the clock it is {unit}."
            return _noted(mapping.with_column(time.index, Field.TEST_TIME, unit), "units", text)
    if why := minutes_evidence(table.sample_of(time.index)):
        text = f"Times in column {time.shown!r} are minutes and seconds: {why}."
        return _noted(mapping, "units", text)
    return mapping


def likely_unit(column: Column, factor: float) -> str | None:
    """The unit in which a column's values are `factor` times what its unit makes of them."""
    if column.unit not in TO_BASE:
        return None
    multiply, divide = TO_BASE[column.unit]
    for unit in column.field.units:
        if unit in TO_BASE and unit != column.unit and not unit.startswith("k"):
            other = TO_BASE[unit][0] / TO_BASE[unit][1]
            if abs(math.log(other / (multiply / divide * factor))) < _UNIT_FITS:
                return unit
    return None


def _date_order(table: TextTable, clock: Column, time: Column | None) -> tuple[str, str]:
    """The order of day and month that the whole file speaks for, and why; "" for a mere habit.

    What the dates are in only one order, then what passed between the first and the last row, then
    the smallest jump, then the date in the file's head; if nothing decides, the day is first.
    """
    if order := date_order(table.sample_of(clock.index)):
        return order, "one of them has a day above 12"
    readings = {}
    for order in (DAY_FIRST, MONTH_FIRST):
        reading = readings[order] = _Reading()
        for values in _all_values(table, replace(clock, unit=order)):
            reading.add(values)
    elapsed_s = _elapsed_s(table, time) if time else None
    day, month = (_merit(readings[order], elapsed_s) for order in (DAY_FIRST, MONTH_FIRST))
    if day != month:
        first = next(
            place for place, pair in enumerate(zip(day, month, strict=True)) if len(set(pair)) > 1
        )
        return DAY_FIRST if day < month else MONTH_FIRST, _REASONS[first]
    if order := date_order([table.facts.get(START, "")]):
        return order, "so has the date in the file's head"
    name = same_name(split_label(clock.label)[0])
    return (MONTH_FIRST if name in _MONTH_FIRST_NAMES else clock.unit), ""


def _elapsed_s(table: TextTable, time: Column) -> float | None:
    passed = _sampled(table, time)
    return float(passed[-1] - passed[0]) if len(passed) > 1 else None


def _merit(reading: _Reading, elapsed_s: float | None) -> tuple[float, ...]:
    """What speaks against a reading, the weightiest first."""
    apart = 0.0 if elapsed_s is None else abs(reading.last - reading.first - elapsed_s)
    return -reading.count, reading.steps_back, round(apart / 86_400), reading.greatest_jump
