"""Which way of writing the clock a column uses, from its cells."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cycling.formats.arrow import as_text
from cycling.formats.columns.fields import (
    DAY_FIRST,
    EXCEL_DAYS,
    MONTH_FIRST,
    SINCE_1904,
    UNIX_MS,
    UNIX_NS,
    UNIX_S,
    UNIX_US,
    YEAR_FIRST,
)
from cycling.formats.values.clocks import CLOCK_PATTERNS
from cycling.formats.values.dates import plain_clock

if TYPE_CHECKING:
    import pyarrow as pa

_RANGES = {
    SINCE_1904: (3.4e9, 4.3e9),  # 2011 to 2040; as Unix time it would be 2077 or later
    UNIX_S: (1e8, 1e11),
    UNIX_MS: (1e11, 1e14),
    UNIX_US: (1e14, 1e17),
    UNIX_NS: (1e17, 1e20),
    EXCEL_DAYS: (20_000, 80_000),
}
_LONG_AGO = 2010  # fewer cyclers than this year's write it with two digits
_NUMBER = re.compile(r"[+-]?\d{1,30}([.,]\d*)?", re.ASCII)


def clock_unit(cells: Sequence[str]) -> str | None:
    """The clock's unit by sample cells from the start and the end; None if they are no clock."""
    texts = [_plain(cell) for cell in cells if cell]
    if not texts:
        return None
    if mostly(CLOCK_PATTERNS[YEAR_FIRST].match, texts):
        return YEAR_FIRST
    if _begin_with_short_year(texts):
        return YEAR_FIRST
    if mostly(CLOCK_PATTERNS[DAY_FIRST].match, texts):
        halves = any(text.upper().endswith("M") for text in texts)
        return date_order(texts) or (MONTH_FIRST if halves else DAY_FIRST)
    return _numeric_unit(texts)


def _begin_with_short_year(cells: Sequence[str]) -> bool:
    """Whether dates such as 26/03/05 have the year in front: it changes least, and is no day."""
    matches = [m for cell in cells if (m := CLOCK_PATTERNS[DAY_FIRST].match(cell))]
    parts = [(int(m["a"]), int(m["c"])) for m in matches]
    if len(parts) < len(cells) or any(len(m["c"]) != 2 or len(m["a"]) != 2 for m in matches):
        return False
    (first, last), firsts, lasts = parts[0], {a for a, _ in parts}, {c for _, c in parts}
    if first > 31:
        return True
    if first <= 12 or len(firsts) > 1:
        return False
    return len(lasts) > 1 or 2000 + last < _LONG_AGO <= 2000 + first


def _plain(cell: str) -> str:
    """A cell without words, where it is a date with some."""
    if CLOCK_PATTERNS[YEAR_FIRST].match(cell) or CLOCK_PATTERNS[DAY_FIRST].match(cell):
        return cell
    return plain_clock(cell) if len(cell) > len("1/1/26") and any(map(str.isdigit, cell)) else cell


def mostly(test: Callable[[str], object], cells: Sequence[str]) -> bool:
    """Whether most cells pass: a single bad one is an error in its row, not another column."""
    return 2 * sum(1 for cell in cells if test(cell)) > len(cells)


def _numeric_unit(cells: Sequence[str]) -> str | None:
    values = [float(c.replace(",", ".")) for c in cells if _NUMBER.fullmatch(c)]
    for unit, (least, most) in _RANGES.items():
        if 2 * sum(1 for value in values if least <= value < most) > len(cells):
            return unit
    return None


def date_order(cells: Sequence[str]) -> str | None:
    """Day or month first, by what is a date at all; None where both are possible."""
    matches = [m for cell in cells if (m := CLOCK_PATTERNS[DAY_FIRST].match(_plain(cell)))]
    parts = [(int(m["a"]), int(m["b"])) for m in matches]
    if any(first > 12 for first, _ in parts):
        return DAY_FIRST
    return MONTH_FIRST if any(second > 12 for _, second in parts) else None


def is_clock(cell: str) -> bool:
    """Whether a cell reads as a written date."""
    return any(pattern.match(_plain(cell)) for pattern in CLOCK_PATTERNS.values())


def names_day(cells: Sequence[str]) -> bool:
    """Whether most cells are written dates, most of them with a time of day."""
    texts = [_plain(cell) for cell in cells if cell]
    matches = [
        m for text in texts for p in (YEAR_FIRST, DAY_FIRST) if (m := CLOCK_PATTERNS[p].match(text))
    ]
    return bool(texts) and 2 * sum(1 for m in matches if m["hour"]) > len(texts)


def date_order_is_open(cells: "pa.StringArray") -> bool:
    """Whether no date of the column says by itself which of its parts is the day."""
    import pyarrow.compute as pc

    cells = as_text(cells)
    proven = r"^\s*(1[3-9]|[23][0-9])[-/.]|^\s*[0-9]{1,2}[-/.](1[3-9]|[23][0-9])[-/.]"
    return not pc.any(pc.match_substring_regex(cells, proven)).as_py()
