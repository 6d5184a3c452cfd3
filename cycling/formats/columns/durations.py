"""Whether times in two parts, as `12:30`, are hours and minutes or minutes and seconds."""

import math
import re
from collections.abc import Sequence

from cycling.formats.columns.fields import (
    DAYS_UNIT,
    DURATION_UNIT,
    MINUTES_UNIT,
    TIME_OF_DAY,
    WRITTEN_DURATIONS,
    Field,
)
from cycling.formats.columns.labels import split_label
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.problems import DURATION_UNITS, Problem
from cycling.formats.text.table import TextTable

_TWO_PARTS = re.compile(r"\s*([0-9]+):[0-9]{1,2}([.,][0-9]+)?\s*", re.ASCII)
_FOUR_PARTS = re.compile(r"\s*[0-9]+:([0-9]{1,2}):[0-5]?[0-9]:[0-5][0-9]\s*", re.ASCII)
_HOURS_OF_A_DAY = 24
_SAME_PACE = math.log(1.5)


def written_unit(cells: Sequence[str], said: str | None = None) -> str:
    """The unit of durations that are written with colons; what the label says counts first."""
    if said in WRITTEN_DURATIONS:
        return said
    if minutes_evidence(cells):
        return MINUTES_UNIT
    return DAYS_UNIT if may_have_days(cells) else DURATION_UNIT


def minutes_evidence(cells: Sequence[str]) -> str:
    """Why cells of two parts are minutes and seconds, in words; "" if nothing says."""
    texts = [cell for cell in cells if cell]
    pairs = [match for text in texts if (match := _TWO_PARTS.fullmatch(text))]
    if any(match[2] for match in pairs):
        return "their last part has decimals"
    if pairs and any(text.count(":") == 2 for text in texts):
        return "others have hours in front"
    return ""


def may_have_days(cells: Sequence[str]) -> bool:
    """Whether cells of four parts, as 1:02:30:15, can be days, hours, minutes and seconds.

    With a day of 24 hours, a last part below 60 and of two digits: milliseconds have three.
    """
    parts = [_FOUR_PARTS.fullmatch(cell) for cell in cells if cell.count(":") > 2]
    return bool(parts) and all(match and int(match[1]) < _HOURS_OF_A_DAY for match in parts)


def is_in_two_parts(column: Column, cells: Sequence[str]) -> bool:
    """Whether a column has times of two parts, and its label does not say which they are."""
    if column.unit == TIME_OF_DAY:
        return False
    if column.unit not in WRITTEN_DURATIONS or _is_said(column):
        return False
    return any(map(_TWO_PARTS.fullmatch, cells))


def by_pace(unit: str, pace: float) -> str | None:
    """The unit of times in two parts by how many s of the clock pass in each s of them."""
    for each, factor in ((unit, 1.0), (DURATION_UNIT, 60.0), (MINUTES_UNIT, 1 / 60)):
        if abs(math.log(pace / factor)) < _SAME_PACE:
            return each
    return None


def open_duration(table: TextTable, mapping: Mapping, factor: float | None) -> list[Problem]:
    """The question what a test time in two parts is, where neither its cells nor a clock say.

    `factor`: how many times the charge of the instrument's counters ours is; about 1 decides it.
    """
    time = mapping.column(Field.TEST_TIME)
    if time is None or mapping.column(Field.CLOCK):
        return []
    cells = table.sample_of(time.index)
    if factor and abs(math.log(factor)) < _SAME_PACE:
        return []
    if time.unit == DAYS_UNIT and not _is_said(time) and may_have_days(cells):
        text = (
            f"Times in column {time.shown!r} have four parts: days, hours, minutes and seconds, "
            f"or hours, minutes, seconds and hundredths; they are read with days. If they have "
            f"none, choose the unit {DURATION_UNIT}."
        )
        return [_question(time, text, DURATION_UNIT)]
    if not is_in_two_parts(time, cells) or minutes_evidence(cells) or time.unit == MINUTES_UNIT:
        return []
    text = (
        f"Times in column {time.shown!r} have two parts, hours and minutes or minutes and seconds; "
        f"they are read as hours and minutes{_doubt(cells, factor)}. If they are not, choose the "
        f"unit {MINUTES_UNIT}."
    )
    return [_question(time, text, MINUTES_UNIT)]


def _question(time: Column, text: str, unit: str) -> Problem:
    """The question whether a column's times are of another unit, which is its remedy."""
    option = f"{time.shown}={time.field}:{unit}"
    right = f"{time.shown!r} is in {time.unit}"
    return Problem("question", text, None, None, time.shown, DURATION_UNITS, option, right)


def _doubt(cells: Sequence[str], factor: float | None) -> str:
    """What speaks for minutes and seconds without proving them."""
    if factor and abs(math.log(factor / 60)) < _SAME_PACE:
        return ", but the instrument's counter says that they are minutes and seconds"
    pairs = [match for cell in cells if (match := _TWO_PARTS.fullmatch(cell))]
    if any(int(match[1]) > _HOURS_OF_A_DAY for match in pairs):
        return ", but their first part goes above 24"
    return ""


def _is_said(column: Column) -> bool:
    return split_label(column.label)[1] in WRITTEN_DURATIONS
