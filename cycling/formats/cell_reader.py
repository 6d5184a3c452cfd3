"""Cells of one column as numbers in our units; every cell that is none is reported."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cycling.formats.arrow import as_text
from cycling.formats.columns.fields import (
    ABSOLUTE_CLOCKS,
    APART,
    COUNTERS,
    DURATIONS,
    NUMERIC_CLOCKS,
    TIME_OF_DAY,
    WHOLE_NUMBERS,
    WRITTEN_DURATIONS,
    Field,
)
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.problems import Findings, Problem
from cycling.formats.text.blocks import IntArray
from cycling.formats.text.table import TextTable
from cycling.formats.values.cell_units import with_units
from cycling.formats.values.clocks import (
    CLOCK_PATTERNS,
    SecondHour,
    parse_clock,
    zone,
)
from cycling.formats.values.durations import parse_durations
from cycling.formats.values.numbers import FloatArray, Numbers, looks_grouped, parse_numbers
from cycling.formats.values.states import parse_states
from cycling.formats.values.times_of_day import DayCount, parse_times_of_day
from cycling.units import TO_BASE

if TYPE_CHECKING:
    import pyarrow as pa

_MAX_WHOLE = 2**31 - 1
_MAX_SHOWN = 40
_NUMERIC = set(Field) - {Field.CLOCK, Field.STATE, Field.IGNORED}
_MEASURED = (Field.VOLTAGE, Field.CURRENT, Field.POWER, *APART[Field.CURRENT], *APART[Field.POWER])
_MAY_HAVE_NONE = (Field.EXTENDED, Field.STEP_TIME, *COUNTERS, *_MEASURED)


class CellReader:
    """Reads the cells of a table's columns as the mapping says."""

    def __init__(self, table: TextTable, mapping: Mapping, findings: Findings) -> None:
        """Know the dialect, the time zone and where to report; the zone is checked here."""
        self._decimal, self._thousands = table.decimal, table.thousands
        self._zone = zone(mapping.time_zone)
        self._second_hour = SecondHour(self._zone)
        self._days = DayCount()
        self._findings = findings
        self.no_value_counts: dict[Column, int] = {}
        self.ledgers: dict[str, None] = {}  # columns with numbers below zero as in ledgers

    def values(self, column: Column, cells: "pa.StringArray", rows: IntArray) -> FloatArray:
        """Values in our unit (clock: Unix s), NaN where blank; bad cells are reported."""
        numbers = self._numbers(column, cells)
        values, bad = numbers.values, numbers.bad
        if numbers.no_value is not None and column.field in _MAY_HAVE_NONE:
            count = int(np.count_nonzero(numbers.no_value))
            self.no_value_counts[column] = self.no_value_counts.get(column, 0) + count
        elif numbers.no_value is not None:
            bad = numbers.no_value if bad is None else bad | numbers.no_value
        if numbers.ledger is not None:
            self.ledgers[column.shown] = None
        if bad is not None:
            self._report(column, cells, rows[bad], np.flatnonzero(bad), "cell")
        if column.field in WHOLE_NUMBERS:
            least = _least_whole(column)
            whole = (values == np.floor(values)) & (values >= least) & (values <= _MAX_WHOLE)
            places = np.flatnonzero(np.isfinite(values) & ~whole)
            self._report(column, cells, rows[places], places, "whole-number")
            values[places] = np.nan
        return values

    def _numbers(self, column: Column, cells: "pa.StringArray") -> Numbers:
        import pyarrow as pa

        if column.field is Field.CLOCK:
            clock = parse_clock(cells, column.unit, self._decimal, self._zone)
            if column.unit in ABSOLUTE_CLOCKS:
                return clock
            return replace(clock, values=self._second_hour.corrected(clock.values))
        if column.field is Field.STATE:
            return Numbers(parse_states(cells))
        if column.unit == TIME_OF_DAY:
            times = parse_times_of_day(cells)
            return replace(times, values=self._days.passed(times.values))
        if column.unit in WRITTEN_DURATIONS and column.field in DURATIONS:
            return parse_durations(cells, column.unit)
        numbers = parse_numbers(cells, self._decimal, thousands=self._thousands)
        if numbers.bad is not None and not pa.types.is_floating(cells.type):
            numbers = with_units(
                cells, numbers, column.unit, self._decimal, thousands=self._thousands
            )
        if column.field is Field.EXTENDED:
            return numbers
        multiply, divide = TO_BASE[column.unit]
        return replace(numbers, values=numbers.values * multiply / divide)

    def _report(
        self, column: Column, cells: "pa.StringArray", rows: IntArray, places: IntArray, code: str
    ) -> None:
        """Report the cells at these places, which are those of these rows of the file."""
        say = self._not_a_value if code == "cell" else _not_whole

        def problem(number: int) -> Problem:
            text = say(column, self._shown(cells, int(places[number])))
            return Problem("error", text, int(rows[number]), column=column.shown, code=code)

        self._findings.add_each(len(places), problem)

    def _not_a_value(self, column: Column, shown: str) -> str:
        if column.field in _NUMERIC and looks_grouped(shown.strip("'\""), self._decimal):
            return (
                f"{shown} in column {column.shown!r} may have a thousands separator or another "
                "decimal mark. Export the file without thousands separators."
            )
        return _not_a_value(column, shown)

    def _shown(self, cells: "pa.StringArray", place: int) -> str:
        """A cell for a message, quoted and not endless."""
        import pyarrow as pa

        raw: bytes = as_text(cells).view(pa.binary())[place].as_py() or b""
        text = raw[: _MAX_SHOWN * 4].decode("utf-8", errors="replace").strip()
        return repr(text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "...")


def _least_whole(column: Column) -> int:
    return 0 if column.field is Field.STEP_ID else -_MAX_WHOLE - 1


def _not_whole(column: Column, shown: str) -> str:
    return (
        f"{shown} in column {column.shown!r} is not a whole number from {_least_whole(column):,} "
        f"to {_MAX_WHOLE:,}. Correct it, or set the column to 'Extended measure' or 'Not imported'."
    )


def _not_a_value(column: Column, shown: str) -> str:
    where = f"{shown} in column {column.shown!r}"
    if column.field is Field.EXTENDED:
        return f"{where} is not a number. Correct it, or set the column to 'Not imported'."
    if column.field is Field.CLOCK and column.unit in CLOCK_PATTERNS:
        return (
            f"{where} is not a date and time with the {column.unit}. "
            "Correct it, or choose another unit for the column."
        )
    if column.field in DURATIONS and column.unit in WRITTEN_DURATIONS:
        return f"{where} is not a time as {column.unit}. Correct it, or choose another unit."
    if column.field is Field.CLOCK and column.unit in NUMERIC_CLOCKS:
        return f"{where} is not a clock time in {column.unit}. Choose another unit for the column."
    return (
        f"{where} is not a finite decimal number. "
        "Correct it, or choose another column for this field."
    )
