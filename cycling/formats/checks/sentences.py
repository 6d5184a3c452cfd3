"""Sentences for what is found while a file goes by: parts, blanks, gaps."""

from cycling.formats.checks.times import IntervalCheck
from cycling.formats.columns.fields import Field
from cycling.formats.columns.mapping import Column
from cycling.formats.problems import LATE_START, Problem
from cycling.units import duration_words

_GAPS_SHOWN = 5
_PARTS_SHOWN = 12
_FEW, _FEW_OF_ALL = 3, 0.02  # blank cells of a measure that nobody is asked about


def several(parts: tuple[str, ...]) -> Problem:
    """The question which of several tests is meant."""
    names = ", ".join(parts[:_PARTS_SHOWN])
    more = f" and {len(parts) - _PARTS_SHOWN} more" if len(parts) > _PARTS_SHOWN else ""
    text = f"The file has {len(parts):,} tests: {names}{more}. Choose the one to import."
    return Problem("question", text, code="part")


def blank(name: Field, count: int, first: int, last: int) -> Problem:
    """Rows in which a field is blank."""
    plural = "row" if count == 1 else "rows"
    stay = "it stays blank" if count == 1 else "they stay blank"
    if name is Field.CLOCK:
        stay = "it goes on there with the test time"
    text = f"{name.label} is blank in {count:,} {plural}; {stay}."
    return Problem("warning", text, row=first, last_row=last, code=f"blank-{name}")


def no_value(column: Column, count: int, rows: int) -> Problem:
    """Cells that say that they have no value; many of voltage or current are asked about."""
    where = f"Column {column.shown!r} says in {count:,} {'cell' if count == 1 else 'cells'}"
    text = f"{where} that it has no value (NaN, N/A, -, OL). "
    stay = "It stays blank." if count == 1 else "They stay blank."
    is_measured = column.field in (Field.VOLTAGE, Field.CURRENT)
    if is_measured and count > max(_FEW, _FEW_OF_ALL * rows):
        text += f"These are {count / rows:.0%} of its rows. If that is right, {stay.lower()}"
        return Problem("question", text, column=column.shown, code="no-value")
    return Problem("warning", text + stay, column=column.shown, code="no-value")


def _late_start(intervals: IntervalCheck) -> list[Problem]:
    """A first record that comes long after the start of its test."""
    if not intervals.late_s:
        return []
    text = (
        f"The first record comes {duration_words(intervals.late_s)} after the start of the test; "
        "what flowed before it is not in the file and is not counted."
    )
    return [Problem("warning", text, row=intervals.first_row, code=LATE_START)]


def gaps_found(intervals: IntervalCheck) -> list[Problem]:
    """What is missing before the first row, the first gaps, and the others together."""
    gaps, problems = intervals.gaps, _late_start(intervals)
    problems += [
        Problem(
            "warning", f"Gap of {duration_words(seconds)} before this row.", row=row, code="gap"
        )
        for row, seconds in gaps[:_GAPS_SHOWN]
    ]
    further = gaps[_GAPS_SHOWN:]
    if further:
        lost = duration_words(sum(seconds for _, seconds in further))
        text = f"{len(further):,} further gaps, {lost} together."
        problems.append(
            Problem("warning", text, row=further[0][0], last_row=further[-1][0], code="gaps")
        )
    return problems
