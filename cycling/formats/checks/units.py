"""Units that a file does not name: which were taken, from what, and that of time where it is asked.

A unit that nothing in a file says is a guess: that of a time is asked for, as it may be any of
five; those of the others are told.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from cycling.formats.checks.charge import ChargeWatch
from cycling.formats.checks.plausible import question, three_digits
from cycling.formats.checks.power import PowerWatch
from cycling.formats.columns.bdf import label_of
from cycling.formats.columns.fields import WHOLE_NUMBERS, Field
from cycling.formats.columns.labels import split_label, split_suffix
from cycling.formats.columns.mapping import MAX_LABEL, Column, Inference, Mapping
from cycling.formats.columns.recognise import OLD_CSV, OLD_EXPORT
from cycling.formats.columns.times import likely_unit
from cycling.formats.measures import FileBlock
from cycling.formats.problems import DURATION_UNITS, TIME_UNIT, Problem
from cycling.formats.text.table import TextTable
from cycling.formats.values.cell_units import unit_of_cells
from cycling.units import TO_BASE, duration_words

_SAME_PACE = 1.2
_AGREE = 0.02
_SHOWN = 8
_OTHER_UNITS = ("min", "h", "d", "ms")
_LONGEST_S = 15 * 365.25 * 86_400


@dataclass
class StepPace:
    """Compares how fast the time within steps and the test time go."""

    by_step_s: float = 0.0
    by_time_s: float = 0.0

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        within_s = block.measures.extended.get(Field.STEP_TIME.channel or ("", ""))
        if within_s is None:
            return
        step, time = np.diff(within_s), np.diff(block.measures.test_time_s)
        forward = (step > 0) & (time > 0)
        self.by_step_s += float(step[forward].sum())
        self.by_time_s += float(time[forward].sum())

    @property
    def pace(self) -> float | None:
        """How many s pass within steps in each s of the test time; None without such a column."""
        return self.by_step_s / self.by_time_s if self.by_time_s else None


def is_unnamed(table: TextTable, column: Column) -> bool:
    """Whether a column's unit is the usual one, and neither its label nor the format names it."""
    if column.unit not in TO_BASE or column.unit != (column.field.units or ("",))[0]:
        return False
    if column.field in WHOLE_NUMBERS or table.names_unit(column.index):
        return False
    label = column.label
    if split_label(label)[1] or split_suffix(label)[1] or label_of(label):
        return False
    return unit_of_cells(table.sample_of(column.index)) is None


def time_unit_problems(
    table: TextTable,
    mapping: Mapping,
    steps: StepPace,
    span_s: float,
    *,
    is_measured: bool,
) -> list[Problem]:
    """The question which unit a test time has that names none, where nothing else in the file says.

    `is_measured`: a clock, or a counter of charge, has told how fast it goes.
    """
    counts = Field.STEP_TIME if mapping.counts_steps_only else Field.TEST_TIME
    time = mapping.column(counts)
    if time is None or is_measured or span_s <= 0 or not is_unnamed(table, time):
        return []
    within = mapping.column(Field.STEP_TIME)
    if within is not time and within and steps.pace and not is_unnamed(table, within):
        if 1 / _SAME_PACE < steps.pace < _SAME_PACE:
            return []
        unit = likely_unit(time, steps.pace)
        hint = f" The values look like {unit}." if unit else ""
        text = (
            f"Column {within.shown!r} goes on by {three_digits(steps.pace)} s in each second of "
            f"column {time.shown!r}, which names no unit.{hint} Choose the column's unit."
        )
        return [question(TIME_UNIT, text, time, unit, read_in(time))]
    lasts = {unit: _as(unit, span_s) for unit in _OTHER_UNITS}
    others = ", ".join(
        f"in {unit} {duration_words(seconds)}"
        for unit, seconds in lasts.items()
        if 1 <= seconds < _LONGEST_S
    )
    text = (
        f"Column {time.shown!r} names no unit, and nothing else in the file says which it is. Read "
        f"in s the test lasts {duration_words(span_s)}, {others}. Choose the column's unit."
    )
    return [question(TIME_UNIT, text, time, None, read_in(time))]


def read_in(column: Column) -> str:
    """What it means that the unit of a column is right as it is."""
    return f"{column.shown!r} is in {column.unit}"


def unit_said(mapping: Mapping, codes: Collection[str]) -> list[Inference]:
    """What somebody has said of the unit of the time by an answer."""
    time = mapping.column(Field.STEP_TIME if mapping.counts_steps_only else Field.TEST_TIME)
    if time is None or not set(codes) & {TIME_UNIT, DURATION_UNITS}:
        return []
    text = f"Column {time.shown!r} names no unit; it was said before the import that it is in "
    return [Inference("units", f"{text}{time.unit}."[:MAX_LABEL])]


def _as(unit: str, seconds: float) -> float:
    """What a time that was read in s lasts in another unit, in s."""
    multiply, divide = TO_BASE[unit]
    return seconds * multiply / divide


def units_inferred(
    table: TextTable, mapping: Mapping, charge: ChargeWatch, power: PowerWatch
) -> Iterator[Inference]:
    """The units that no label names, with what speaks for them."""
    told = [one.text for one in mapping.inferred if one.kind == "units"]
    columns = [
        column
        for column in mapping.columns
        if is_unnamed(table, column) and not any(repr(column.shown) in text for text in told)
    ]
    if not columns:
        return
    shown = [f"{column.shown!r} ({column.unit})" for column in columns[:_SHOWN]]
    more = f" and {len(columns) - _SHOWN} more" if len(columns) > _SHOWN else ""
    single = len(columns) == 1
    reason = _reason(mapping, {column.field for column in columns}, charge, power)
    text = (
        f"{'Column' if single else 'Columns'} {', '.join(shown)}{more} "
        f"{'names no unit and is' if single else 'name no units and are'} read so {reason}."
    )
    text = text.replace("by their names", "by its name") if single else text
    yield Inference("unnamed", text[:MAX_LABEL])


def _reason(mapping: Mapping, fields: set[Field], charge: ChargeWatch, power: PowerWatch) -> str:
    if mapping.format in (OLD_CSV, OLD_EXPORT):
        return "as always in this format"
    agree = []
    if charge.factor and abs(charge.factor - 1) <= _AGREE:
        agree.append("the current adds up to the instrument's counter")
    if power.given_w and abs(power.ours_w / power.given_w - 1) <= _AGREE:
        agree.append("voltage times current is the power")
    if agree and not fields.isdisjoint((Field.VOLTAGE, Field.CURRENT, Field.TEST_TIME)):
        return f"by their names; {' and '.join(agree)}"
    return "by their names alone"
