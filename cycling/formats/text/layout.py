"""Where a text table begins and how its cells are separated, found out from its first rows."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, zip_longest

from cycling.errors import InputError
from cycling.formats.text.rewriting import Blanks, Rewriting, recognised, rewritten_text
from cycling.formats.values.cell_units import number_in, split_cell
from cycling.formats.values.dates import label_order
from cycling.formats.values.durations import DAY
from cycling.units import known_unit

BLANKS = " "
DELIMITERS = (",", ";", "\t", "|")
_FIRST_RECORDS, _ALL_RECORDS = 400, 1_000_000
_SAMPLED = 50
_LOOKED_AT = 20
_HEADER_LINES = re.compile(r"^Nb header lines\s*:\s*(\d{1,4})\s*$", re.MULTILINE)

_SIZE = (
    r"(\d+([.,]\d*)?|[.,]\d+|\d{1,3}([.,'\u2019 \u00a0\u202f]\d{3})+([.,]\d*)?)([eEdD][+-]?\d+)?"
)
_NUMBER = re.compile(
    rf"\s*([+\-\u2212\u2013]?{_SIZE}|\(\s*{_SIZE}\s*\)|{_SIZE}\s?[\-\u2212\u2013])\s*", re.ASCII
)
_GROUPED = {
    ".": re.compile(r"\s*[+-]?\d{1,3}([,'\u2019 \u00a0\u202f]\d{3})+\.\d+\s*", re.ASCII),
    ",": re.compile(r"\s*[+-]?\d{1,3}([.'\u2019 \u00a0\u202f]\d{3})+,\d+\s*", re.ASCII),
}
_TIME = re.compile(
    rf"\s*(\d+\s*({DAY}|-|\.)\s*)?"
    r"\d+:\d{1,2}(:\d{1,2}([.,:]\d+)?|[.,]\d+)?\s*"
    r"|\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[T, ]+\d+[:.]\d{1,2}([:.]\d{1,2}([.,:]\d+)?)?"
    r"\s*([AP]\.?\s?M\.?|Z|[+-]\d\d:?\d\d)?\s*",
    re.ASCII | re.IGNORECASE,
)
_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\s*", re.ASCII)
_COMMA_NUMBER = re.compile(r"\s*[+-]?\d*,\d+([eEdD][+-]?\d+)?\s*", re.ASCII)
_POINT_NUMBER = re.compile(r"\s*[+-]?\d*\.\d+([eEdD][+-]?\d+)?\s*", re.ASCII)


@dataclass(frozen=True)
class Record:
    """One row of cells, its number in the file (1-based) and where the next one begins."""

    row: int
    cells: list[str]
    end: int

    @property
    def blank(self) -> bool:
        """Whether nothing is written in it."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Layout:
    """Separator, header and first rows of a table; `data_start` counts characters of the text."""

    delimiter: str
    header_row: int
    labels: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    data_start: int
    rewriting: Rewriting | None = None


def is_numeric(cell: str) -> bool:
    """Whether a cell is a number, a time or a date, with a point or a comma."""
    return bool(_NUMBER.fullmatch(cell) or _TIME.fullmatch(cell) or _DATE.fullmatch(cell))


def _is_measured(cell: str) -> bool:
    """Whether a cell is numeric, or a number with its unit."""
    return is_numeric(cell) or split_cell(cell) is not None


def records(text: str, delimiter: str, *, complete: bool) -> Iterator[Record]:
    """Rows of `text`; the last one is left out unless the text is `complete`."""
    end = 0

    def lines() -> Iterator[str]:
        nonlocal end
        for line in io.StringIO(text, newline=""):
            end += len(line)
            yield (BLANKS.join(line.split()) + "\n") if delimiter == BLANKS else line

    reader = csv.reader(lines(), delimiter=delimiter)
    previous: Record | None = None
    try:
        for row, cells in enumerate(reader, 1):
            if previous:
                yield previous
            previous = Record(row, cells, end)
    except csv.Error:  # a cell of more than 128 KB: what came before it is what there is
        previous = None
    if previous and complete:
        yield previous


def find_layout(text: str, *, complete: bool, shown_name: str) -> Layout:
    """Layout of the table that `text` begins with; InputError says what is missing."""
    skipped_rows, skipped = _declared_preamble(text)
    body = text[skipped:]
    rewriting = recognised(body)
    readable = rewritten_text(body, rewriting) if rewriting else body
    layout = _best(readable, complete=complete)
    if layout is None:
        raise _no_table(readable, skipped_rows, complete=complete, shown_name=shown_name)
    if layout.delimiter == BLANKS:
        rewriting = Blanks()
    return replace(
        layout,
        header_row=layout.header_row + skipped_rows,
        data_start=skipped + (_lines_end(body, layout) if rewriting else layout.data_start),
        rewriting=rewriting,
    )


def _lines_end(text: str, layout: Layout) -> int:
    """Where the header ends in the text that was rewritten line by line."""
    return sum(map(len, islice(io.StringIO(text, newline=""), layout.header_row)))


def _best(text: str, *, complete: bool) -> Layout | None:
    """The most likely table: among the first rows if it goes on to their end, else among all."""
    best = None
    for count in (_FIRST_RECORDS, _ALL_RECORDS):
        best = None
        for delimiter in (*DELIMITERS, BLANKS):
            if delimiter == BLANKS and best:
                break
            rows = _rows(text, delimiter, count, complete=complete)
            for score, layout in _candidates(rows, delimiter):
                goes_on = _goes_on(layout, rows[-1])
                if best is None or (goes_on, score) > (best[2], best[0]):
                    best = score, layout, goes_on
            is_whole = len(rows) < count
        if best and (best[2] or is_whole):
            break
    return best[1] if best else None


def _rows(text: str, delimiter: str, count: int, *, complete: bool) -> list[Record]:
    rows = (r for r in records(text, delimiter, complete=complete) if not r.blank)
    return list(islice(rows, count))


def _goes_on(layout: Layout, last: Record) -> bool:
    """Whether a row looks like one of the table: as wide, and numbers for the most part."""
    numbers = sum(map(_is_measured, last.cells))
    texts = sum(1 for cell in last.cells if cell.strip())
    return len(last.cells) >= len(layout.labels) and numbers > 1 and 2 * numbers >= texts


def _declared_preamble(text: str) -> tuple[int, int]:
    """Rows and characters before the header where the file itself says so (BioLogic)."""
    match = _HEADER_LINES.search(text[:2000])
    if not match:
        return 0, 0
    lines = text.splitlines(keepends=True)[: int(match[1]) - 1]
    return len(lines), sum(map(len, lines))


def _candidates(rows: list[Record], delimiter: str) -> Iterator[tuple[float, Layout]]:
    numeric = [sum(map(_is_measured, row.cells)) for row in rows]
    for position, header in enumerate(rows[:-1]):
        first = position + 1
        if not numeric[first] or numeric[position] > 0.2 * len(header.cells):
            continue
        following = rows[first : first + _SAMPLED]
        names = _with_units(rows[position - 1], header) if position else header
        if position and names is header and _are_units(rows[position - 1], header):
            names = _with_units(header, rows[position - 1], header)
        labels = _labels(names, following)
        if labels:
            alike = [
                n
                for r, n in zip(following, numeric[first:], strict=False)
                if len(r.cells) == len(following[0].cells)
            ]
            whole = [r for r in following if len(r.cells) >= len(labels)]
            cells = tuple(tuple(r.cells[: len(labels)]) for r in whole)
            yield (
                _score(alike[:_LOOKED_AT], following[0]),
                Layout(delimiter, header.row, labels, cells, header.end),
            )


def _with_units(above: Record, header: Record, otherwise: Record | None = None) -> Record:
    """The names with their units, if `header` is a row of units beside the row of names `above`.

    Else `otherwise`, or the header.
    """
    units = [cell.strip().strip("[]()") for cell in header.cells]
    known = [known_unit(unit.partition(" ")[0] or unit) for unit in units]
    texts = sum(1 for unit in units if unit)
    names = sum(1 for cell in above.cells if cell.strip())
    is_units = 2 * sum(map(bool, known)) >= texts and names >= max(texts, 2)
    if not is_units or any(map(is_numeric, above.cells)) or len(above.cells) < texts:
        return otherwise or header
    known = [k or (u if label_order(u) else None) for k, u in zip(known, units, strict=True)]
    labels = [
        f"{name.strip()} [{unit}]" if unit and name.strip() else name
        for name, unit in zip_longest(above.cells, known[: len(above.cells)], fillvalue="")
    ]
    return replace(otherwise or header, cells=labels)


def _are_units(above: Record, header: Record) -> bool:
    """Whether the row above the names has nothing but units, one for most of them."""
    texts = [cell.strip().strip("[]()") for cell in above.cells if cell.strip()]
    return 2 * len(texts) > len(header.cells) and all(known_unit(t) or t in "-1" for t in texts)


def _labels(header: Record, following: list[Record]) -> tuple[str, ...]:
    """Labels of a row that can be the header of the rows after it; () if it cannot."""
    width, count = len(following[0].cells), len(header.cells)
    while count and not header.cells[count - 1].strip():
        count -= 1
    if count < 2 or count > width:
        return ()
    extra = range(len(header.cells), width)  # a separator at the end of each row
    if any(r.cells[i].strip() for r in following for i in extra if i < len(r.cells)):
        return ()
    return tuple(cell.strip() for cell in header.cells[:count]) + ("",) * (width - count)


def _score(numeric: list[int], first: Record) -> float:
    """How much a candidate looks like a table of measures: many rows, most cells numbers."""
    texts = sum(1 for cell in first.cells if cell.strip())
    return len(numeric) * max(numeric[:3]) ** 2 / max(1, texts)


def _no_table(text: str, skipped: int, *, complete: bool, shown_name: str) -> InputError:
    by_width = []
    for delimiter in DELIMITERS:
        rows = [r for r in records(text, delimiter, complete=complete) if not r.blank][:2]
        by_width.append((len(rows[0].cells) if rows else 0, rows))
    width, rows = max(by_width, key=lambda item: item[0])
    if width >= 2 and len(rows) == 1:
        return InputError(
            f"{shown_name} has a header and no data rows. Export it again with its measures."
        )
    if width >= 3 and len(rows[1].cells) != width:
        fields = len(rows[1].cells)
        return InputError(
            f"Row {rows[1].row + skipped:,} of {shown_name} has {fields:,} "
            f"{'field' if fields == 1 else 'fields'}, "
            f"the header in row {rows[0].row + skipped:,} has {width:,}. "
            "Correct that row, or export the file again."
        )
    return InputError(
        f"No table was found in {shown_name}: a row of column names followed by rows of numbers, "
        "separated by commas, semicolons or tabs. Export it again as CSV."
    )


def decimal_mark(rows: tuple[tuple[str, ...], ...]) -> str:
    """A comma where most broken numbers of these rows are written with one, else a point.

    The sign that groups the digits of a column's whole numbers is not it.
    """
    if groups := _grouping(rows):
        return "." if groups == "," else ","
    cells = [number_in(cell) for row in rows for cell in row]
    commas = sum(1 for cell in cells if _COMMA_NUMBER.fullmatch(cell))
    points = sum(1 for cell in cells if _POINT_NUMBER.fullmatch(cell))
    return "," if commas > points else "."


def has_thousands(rows: tuple[tuple[str, ...], ...], decimal: str) -> bool:
    """Whether numbers have thousands separators: beside a decimal mark, or in whole numbers."""
    return bool(_grouping(rows)) or any(
        _GROUPED[decimal].fullmatch(number_in(cell)) for row in rows for cell in row
    )


def _grouping(rows: tuple[tuple[str, ...], ...]) -> str:
    """The point or comma that groups the digits of whole numbers in a column, "" without one."""
    columns = list(zip_longest(*rows, fillvalue=""))
    return next(
        (
            sign
            for sign in ",."
            if any(_is_grouped(c, sign) for c in columns) and not _is_decimal(rows, sign)
        ),
        "",
    )


def _is_decimal(rows: tuple[tuple[str, ...], ...], sign: str) -> bool:
    """Whether a number has another count of digits than three behind a point or comma, or 0."""
    broken = re.compile(rf"\s*[+-]?(0+\{sign}\d+|\d*\{sign}(\d{{1,2}}|\d{{4,}}))\s*", re.ASCII)
    return any(broken.fullmatch(cell) for row in rows for cell in row)


def _is_grouped(column: tuple[str, ...], sign: str) -> bool:
    """Whether a column has 960 and 1,020: with decimals, either all or none would have a sign."""
    cells = [cell.strip() for cell in column if cell.strip()]
    whole = re.compile(rf"[+-]?(\d{{1,3}}|[1-9]\d{{0,2}}(\{sign}\d{{3}})+)", re.ASCII)
    if not all(map(whole.fullmatch, cells)):
        return False
    grouped = [cell for cell in cells if sign in cell]
    sure = any(cell.endswith("0") or cell.count(sign) > 1 for cell in grouped)
    return sure and len(grouped) < len(cells)
