"""Which way of writing the clock a column uses, from its cells."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cycling.formats.arrow import as_text
from cycling.formats.columns.fields import (
    DAY_FIRST,
    EXCEL_DAYS,
    MONTH_FIRST,
    UNIX_MS,
    UNIX_S,
    YEAR_FIRST,
)
from cycling.formats.values.clocks import CLOCK_PATTERNS

if TYPE_CHECKING:
    import pyarrow as pa

_UNIX_S = (1e8, 1e11)
_UNIX_MS = (1e11, 1e14)
_NUMBER = re.compile(r"[+-]?\d{1,30}([.,]\d*)?", re.ASCII)
_EXCEL = (20_000, 80_000)


def clock_unit(cells: Sequence[str], elapsed_s: float | None = None) -> str | None:
    """The clock's unit by sample cells from the start and the end; None if they are no clock.

    `elapsed_s`: what passed between the first and the last cell, if something else says it.
    """
    texts = [cell for cell in cells if cell]
    if not texts:
        return None
    if mostly(CLOCK_PATTERNS[YEAR_FIRST].match, texts):
        return YEAR_FIRST
    if mostly(CLOCK_PATTERNS[DAY_FIRST].match, texts):
        return _date_order(texts, elapsed_s)
    return _numeric_unit(texts)


def mostly(test: Callable[[str], object], cells: Sequence[str]) -> bool:
    """Whether most cells pass: a single bad one is an error in its row, not another column."""
    return 2 * sum(1 for cell in cells if test(cell)) > len(cells)


def _numeric_unit(cells: Sequence[str]) -> str | None:
    values = [float(c.replace(",", ".")) for c in cells if _NUMBER.fullmatch(c)]
    for unit, (least, most) in ((UNIX_S, _UNIX_S), (UNIX_MS, _UNIX_MS), (EXCEL_DAYS, _EXCEL)):
        if 2 * sum(1 for value in values if least <= value < most) > len(cells):
            return unit
    return None


def _date_order(cells: Sequence[str], elapsed_s: float | None) -> str:
    """Day or month first: by what is a date at all, then by the days that passed, else day."""
    matches = [m for cell in cells if (m := CLOCK_PATTERNS[DAY_FIRST].match(cell))]
    parts = [(int(m["a"]), int(m["b"])) for m in matches]
    if any(first > 12 for first, _ in parts):
        return DAY_FIRST
    if any(second > 12 for _, second in parts):
        return MONTH_FIRST
    first, last = parts[0], parts[-1]
    if elapsed_s is not None and first != last:
        as_days = (last[0] - first[0]) + 30.4 * (last[1] - first[1])
        as_months = (last[1] - first[1]) + 30.4 * (last[0] - first[0])
        days = elapsed_s / 86400
        return DAY_FIRST if abs(as_days - days) <= abs(as_months - days) else MONTH_FIRST
    halves = any(cell.upper().endswith("M") for cell in cells)
    return MONTH_FIRST if halves else DAY_FIRST


def is_clock(cell: str) -> bool:
    """Whether a cell reads as a written date."""
    return any(pattern.match(cell) for pattern in CLOCK_PATTERNS.values())


def date_order_is_open(cells: "pa.StringArray") -> bool:
    """Whether no date of the column says by itself which of its parts is the day."""
    import pyarrow.compute as pc

    cells = as_text(cells)
    proven = r"^\s*(1[3-9]|[23][0-9])[-/.]|^\s*[0-9]{1,2}[-/.](1[3-9]|[23][0-9])[-/.]"
    return not pc.any(pc.match_substring_regex(cells, proven)).as_py()
