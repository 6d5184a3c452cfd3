"""When a file without a clock began, by the lines above its table."""

from dataclasses import dataclass

from cycling.formats.columns.fields import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, Field
from cycling.formats.columns.mapping import Mapping
from cycling.formats.facts import START
from cycling.formats.problems import Problem
from cycling.formats.text.table import TextTable
from cycling.formats.values.clock_units import clock_unit, date_order, names_day
from cycling.formats.values.clocks import parse_clock, zone


@dataclass(frozen=True)
class HeadStart:
    """Unix seconds of test time 0, as which text says them, and what is not sure about it."""

    unix_s: float
    text: str
    order: str
    order_is_open: bool
    has_time: bool


def head_start(table: TextTable, mapping: Mapping) -> HeadStart | None:
    """The start that the head names, in the file's zone; None with a clock column or without it."""
    import pyarrow as pa

    text = table.facts.get(START, "")
    unit = clock_unit([text])
    if mapping.column(Field.CLOCK) or unit not in (YEAR_FIRST, DAY_FIRST, MONTH_FIRST):
        return None
    is_open = unit != YEAR_FIRST and date_order([text]) is None
    if is_open:
        unit = DAY_FIRST if "." in text.split(" ")[0] else MONTH_FIRST
    at = parse_clock(pa.array([text]), unit, ".", zone(mapping.time_zone))
    if at.bad is not None:
        return None
    # EC-Lab and BT-Lab write American dates in every country; dots are written by Germans
    sure = "." in text.split(" ")[0] or "time/s" in table.labels
    return HeadStart(float(at.values[0]), text, unit, is_open and not sure, names_day([text]))


def head_problems(table: TextTable, mapping: Mapping) -> list[Problem]:
    """What is not sure about the start that the head names."""
    start = head_start(table, mapping)
    if start is None:
        return []
    if start.order_is_open:
        text = (
            f"The file's head says {start.text!r}; it is read with the {start.order}. "
            "Give the start yourself if that is wrong."
        )
        return [Problem("warning", text, code="date-order")]
    if not start.has_time:
        text = f"The file's head names only the day, {start.text!r}: the test starts at its 0:00."
        return [Problem("warning", text, code="no-start-time")]
    return []
