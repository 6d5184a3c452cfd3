"""Which of a file's times counts from the start of the test, and how its dates are to be read."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from cycling.formats.columns.date_order import file_date_order
from cycling.formats.columns.durations import by_pace, is_in_two_parts, minutes_evidence
from cycling.formats.columns.fields import (
    ABSOLUTE_CLOCKS,
    DAY_FIRST,
    DURATION_UNIT,
    MONTH_FIRST,
    TIME_OF_DAY,
    WRITTEN_DURATIONS,
    Field,
)
from cycling.formats.columns.labels import split_label, split_suffix
from cycling.formats.columns.mapping import Column, Inference, Mapping
from cycling.formats.columns.time_values import (
    Candidate,
    all_values,
    falls,
    is_open,
    may_fall,
    reader,
    sampled,
)
from cycling.formats.facts import START
from cycling.formats.problems import KeptFindings
from cycling.formats.text.table import TextTable
from cycling.formats.values.cell_units import unit_of_cells
from cycling.formats.values.dates import zone_of_label
from cycling.formats.values.times_of_day import COUNTED_S, pass_midnight
from cycling.units import TO_BASE

_AGREE = 0.01  # of what passed: times that differ by less are the same
_NEW_STEP = 0.2  # of a step's time: less, and one interval, is where the next one begins
_UNIT_FITS = math.log(1.1)
_HEAD_TIME = re.compile(r"\b([0-9]{1,2}):([0-9]{2})")


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
        if not has_another or not is_open(table, candidate):
            return candidate
        if not _begins_again(table, candidate, clock):
            return candidate
    return candidates[0] if candidates and not clock else None


def is_step_time(table: TextTable, candidate: Candidate, time: Column | None) -> bool:
    """Whether a column is the time within a step; one named "Time" must be seen to begin again."""
    if not is_open(table, candidate):
        return True
    column = Column(candidate.index, "", Field.STEP_TIME, candidate.unit, "")
    if falls(table, column):
        return True
    if time is None:
        return _begins_again(table, candidate, None)
    return bool(sampled(table, column)[-1:] < (1 - _AGREE) * sampled(table, time)[-1:])


def _begins_again(table: TextTable, candidate: Candidate, clock: Candidate | None) -> bool:
    column = Column(candidate.index, "", Field.TEST_TIME, candidate.unit, "")
    if falls(table, column):
        return True
    sample = sampled(table, column)
    if clock is not None and len(sample) > 1:
        passed = sampled(table, Column(clock.index, "", Field.CLOCK, clock.unit, ""))
        by_clock, by_time = passed[-1] - passed[0], sample[-1] - sample[0]
        if abs(by_clock - by_time) <= _AGREE * abs(by_clock):
            return False
    last = -np.inf
    for values in all_values(table, column):
        if bool((np.diff(values, prepend=last) < 0).any()):
            return True
        last = values[-1]
    return False


def with_times(table: TextTable, mapping: Mapping) -> Mapping:
    """The mapping with what the whole file says of its times: zone, order of dates, unit, restarts.

    A clock whose label names its zone is of that zone.
    """
    return replace(_with_times(table, mapping), time_zone=zone_named(mapping) or mapping.time_zone)


def zone_named(mapping: Mapping) -> str:
    """The time zone that the label of the clock names; "" where it names none."""
    clock = mapping.column(Field.CLOCK)
    return zone_of_label(clock.label) if clock and clock.unit not in ABSOLUTE_CLOCKS else ""


def _with_times(table: TextTable, mapping: Mapping) -> Mapping:
    clock, time = mapping.column(Field.CLOCK), mapping.column(Field.TEST_TIME)
    if clock and clock.unit in (DAY_FIRST, MONTH_FIRST):
        order, reason = file_date_order(table, clock, time)
        mapping = mapping.with_column(clock.index, Field.CLOCK, order)
        if reason:
            text = f"Dates in column {clock.shown!r} have the {order}: {reason}."
            mapping = _noted(mapping, "dates", text)
        clock = mapping.column(Field.CLOCK)
    if time and not clock and _is_of_day(table, time):
        text = (
            f"Column {time.shown!r} has times of day: where they begin anew, midnight has passed. "
            "The file names no day; give the start."
        )
        return _noted(mapping.with_column(time.index, Field.TEST_TIME, TIME_OF_DAY), "day", text)
    if time and is_in_two_parts(time, table.sample_of(time.index)):
        return _with_parts(table, mapping, time, clock)
    if time and not clock and _restarts_with_steps(table, mapping, time):
        return mapping.with_column(time.index, Field.STEP_TIME)
    if time and not clock and (count := _restarts(table, mapping, time)):
        places = "once" if count == 1 else f"{count:,} times"
        text = f"Column {time.shown!r} begins again {places}, at about 0: each time is a new step."
        return _noted(mapping.with_column(time.index, Field.STEP_TIME), "columns", text)
    if clock and time:
        return _with_unit(table, mapping, time, clock)
    step = mapping.column(Field.STEP_TIME)
    if clock and step and is_open(table, Candidate(step.index, step.unit)):
        return _noted(mapping, "columns", f"Column {step.shown!r} begins again with every step.")
    return mapping


def _is_of_day(table: TextTable, time: Column) -> bool:
    """Whether a test time has times of day that pass midnight, or are written as such."""
    if time.unit == TIME_OF_DAY:
        return True
    is_without_unit = (
        is_open(table, Candidate(time.index, time.unit)) and not split_label(time.label)[1]
    )
    if time.unit != DURATION_UNIT or not is_without_unit:
        return False
    first = sampled(table, time)[:1]
    if not len(first) or first[0] < COUNTED_S:
        return False
    at = _HEAD_TIME.search(table.facts.get(START, ""))
    if at and abs(int(at[1]) * 3600 + int(at[2]) * 60 - first[0]) <= COUNTED_S:
        return True  # the head says when the test began, and so does the first time
    return pass_midnight(all_values(table, time))


def _restarts_with_steps(table: TextTable, mapping: Mapping, time: Column) -> bool:
    """Whether a time falls with every change of the step's number, and nowhere else."""
    from cycling.formats.rows import read_rows

    step = mapping.column(Field.STEP) or mapping.column(Field.STEP_ID)
    if step is None or not is_open(table, Candidate(time.index, time.unit)):
        return False
    if mapping.column(Field.STEP_TIME):
        return False
    last, last_step, changes, cells = np.nan, np.nan, 0, reader(table)
    for block in read_rows(table, [time.index, step.index], KeptFindings()):
        values, steps = (
            cells.values(column, block.cells[column.index], block.rows) for column in (time, step)
        )
        back = np.diff(values, prepend=last) < 0
        new = np.diff(steps, prepend=last_step) != 0
        new[0] &= np.isfinite(last_step)
        if (back != new).any():
            return False
        changes += int(np.count_nonzero(new))
        last, last_step = float(values[-1]), float(steps[-1])
    return changes > 1


def _restarts(table: TextTable, mapping: Mapping, time: Column) -> int:
    """How often a time begins again at about 0, wherever it falls; 0 where it falls elsewhere."""
    if any(map(mapping.column, (Field.STEP, Field.STEP_ID, Field.STEP_TIME))):
        return 0
    if not is_open(table, Candidate(time.index, time.unit)) or not may_fall(table, time):
        return 0
    first = last = np.nan
    longest, count, rows, is_last = 0.0, 0, 0, False
    for values in all_values(table, time):
        first = values[0] if np.isnan(first) else first
        steps = np.diff(values, prepend=last)
        longest = max(longest, float(np.nanmax(steps, initial=0.0)))
        back = np.flatnonzero(steps < 0)
        before = np.append(last, values)[back]
        near = values[back] <= first + longest / 2
        near |= (values[back] <= first + 1.01 * longest) & (values[back] < _NEW_STEP * before)
        if not near.all():
            return 0
        count, rows, last = count + len(back), rows + len(values), float(values[-1])
        is_last = bool(len(back)) and int(back[-1]) == len(values) - 1
    if is_last and count == 1:
        return 0  # a row below the table, not a step
    return count if 2 * count < rows else 0  # or the newest row stands first


def _noted(mapping: Mapping, kind: str, text: str) -> Mapping:
    return replace(mapping, inferred=(*mapping.inferred, Inference(kind, text)))


def _with_unit(table: TextTable, mapping: Mapping, time: Column, clock: Column) -> Mapping:
    """The unit of a test time whose label names none, by how fast the clock goes."""
    if time.unit in WRITTEN_DURATIONS or split_label(time.label)[1] or split_suffix(time.label)[1]:
        return mapping
    if unit_of_cells(table.sample_of(time.index)):
        return mapping
    for pace in _paces(table, time, clock):
        if unit := likely_unit(time, pace):
            text = f"Column {time.shown!r} names no unit; by the clock it counts {unit}."
            return _noted(mapping.with_column(time.index, Field.TEST_TIME, unit), "units", text)
    return mapping


def _paces(table: TextTable, time: Column, clock: Column) -> Iterator[float]:
    """By how many s the clock goes on in each s of the test time: first rows, then all."""
    by_clock, by_time = (sampled(table, column) for column in (clock, time))
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
