"""Rows of a table as blocks of text cells, each row with its number in the file."""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cycling.errors import InputError
from cycling.formats.arrow import bool_array, valid
from cycling.formats.problems import Findings, Problem
from cycling.formats.text.blocks import CellBlock, IntArray
from cycling.formats.text.ends import (
    comment,
    cut_off,
    event,
    footer,
    is_event,
    without_end,
    without_events,
    without_heads,
)
from cycling.formats.text.layout import BLANKS, is_numeric
from cycling.formats.text.source import RowSource
from cycling.formats.text.table import MAX_LINE, TextTable, too_long_line

if TYPE_CHECKING:
    from pyarrow import csv

MAX_LINE_KEPT = 1_000
MAX_LINES = 1_000


class _Ragged(NamedTuple):
    """A row with another number of fields than the header."""

    row: int
    fields: int
    expected: int
    text: str


@dataclass
class _RowNumbers:
    """Numbers the rows that the parser gives, knowing those that it left out."""

    header_row: int
    next_row: int
    left_out: "array[int]" = field(default_factory=lambda: array("q"))
    ragged: list[_Ragged] = field(default_factory=list)
    ragged_count: int = 0
    comments: list[tuple[int, str]] = field(default_factory=list)
    _passed: int = 0

    def leave_out(self, row: "csv.InvalidRow") -> str:
        """Note a row with another number of fields than the header; the parser skips it."""
        number = self.header_row + row.number
        self.left_out.append(number)
        text = row.text[:MAX_LINE_KEPT]
        if text.lstrip().startswith("#") and len(self.comments) < MAX_LINES:
            self.comments.append((number, text))
            return "skip"
        self.ragged_count += 1
        if len(self.ragged) < MAX_LINES:
            self.ragged.append(_Ragged(number, row.actual_columns, row.expected_columns, text))
        return "skip"

    def take(self, count: int) -> IntArray:
        """Numbers of the next `count` rows."""
        first, end = self.next_row, self.next_row + count
        gaps: list[int] = []
        while self._passed < len(self.left_out) and self.left_out[self._passed] < end:
            gaps.append(self.left_out[self._passed])
            self._passed, end = self._passed + 1, end + 1
        self.next_row = end
        numbers = np.arange(first, end, dtype=np.int64)
        return np.delete(numbers, np.array(gaps, np.int64) - first) if gaps else numbers


def read_rows(table: TextTable, columns: Sequence[int], findings: Findings) -> Iterator[CellBlock]:
    """Blocks of the cells of `columns`; wholly blank rows are left out, ragged ones reported.

    Lines below the last row that are no measures, a last row that is cut, and events between the
    rows are left out and said.
    """
    last: CellBlock | None = None
    for block in _blocks(table, columns, findings):
        if last is not None:
            yield without_events(last, findings)
        last = block
    if last is not None:
        yield without_events(without_end(table, last, findings), findings)


def _blocks(table: TextTable, columns: Sequence[int], findings: Findings) -> Iterator[CellBlock]:
    import pyarrow as pa

    numbers = _RowNumbers(table.header_row, table.header_row + 1)
    room = table.max_rows
    try:
        with RowSource(table) as source, _reader(table, columns, source, numbers) as reader:
            for batch in reader:
                rows = numbers.take(batch.num_rows)
                cells = dict(
                    zip(columns, (c.view(pa.string()) for c in batch.columns), strict=True)
                )
                block = _without_blank_rows(CellBlock(rows, cells, source.bytes_done))
                block = without_heads(table, block, findings)
                if not len(block.rows):
                    continue
                _report_ragged(table, numbers, findings, before=int(block.rows[-1]))
                if len(block.rows) > room:
                    findings.add(too_many_rows(table, int(block.rows[room])))
                    yield _first_rows(block, room)
                    return
                room -= len(block.rows)
                yield block
            _report_end(table, numbers, findings)
    except pa.ArrowInvalid as error:
        raise _parser_error(table, numbers, str(error)) from error
    except OSError as error:
        raise InputError(f"{table.file_name} cannot be read: {error.strerror}.") from error


def _first_rows(block: CellBlock, count: int) -> CellBlock:
    cells = {column: values[:count] for column, values in block.cells.items()}
    return CellBlock(block.rows[:count], cells, block.bytes_done)


def too_many_rows(table: TextTable, row: int) -> Problem:
    """The error for a table that has more rows than may be read, from this row on."""
    text = (
        f"A file may have {table.max_rows:,} rows of measures, and this one has more. "
        "Split it into several files, or ask an admin for a higher limit."
    )
    return Problem("error", text, row=row, code="too-many-rows")


def _reader(
    table: TextTable, columns: Sequence[int], source: RowSource, numbers: _RowNumbers
) -> "csv.CSVStreamingReader":
    import pyarrow as pa
    from pyarrow import csv

    names = [str(index) for index in range(len(table.labels))]
    return csv.open_csv(
        source,
        # One thread: only then rows have numbers. A block is the longest line that is taken.
        read_options=csv.ReadOptions(use_threads=False, block_size=MAX_LINE, column_names=names),
        parse_options=csv.ParseOptions(
            delimiter="\t" if table.delimiter == BLANKS else table.delimiter,
            newlines_in_values=True,
            ignore_empty_lines=False,
            invalid_row_handler=numbers.leave_out,
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.binary()),
            include_columns=[str(index) for index in columns],
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _without_blank_rows(block: CellBlock) -> CellBlock:
    """Blank lines, which spreadsheets count but which are no measures."""
    columns = list(block.cells.values())
    if not len(block.rows) or any(c.null_count == 0 for c in columns):
        return block
    blank = np.logical_and.reduce([~valid(c) for c in columns])
    if not blank.any():
        return block
    keep = bool_array(~blank)
    cells = {index: column.filter(keep) for index, column in block.cells.items()}
    return CellBlock(block.rows[~blank], cells, block.bytes_done)


def _report_ragged(
    table: TextTable, numbers: _RowNumbers, findings: Findings, *, before: int | None = None
) -> None:
    """Report the ragged rows above row `before` (None: all); the others wait."""
    for row, text in numbers.comments:
        findings.add(comment(row, text))
    numbers.comments.clear()
    waiting = [] if before is None else [one for one in numbers.ragged if one.row > before]
    rows = numbers.ragged[: len(numbers.ragged) - len(waiting)]
    count = numbers.ragged_count - len(waiting)
    numbers.ragged, numbers.ragged_count = waiting, len(waiting)

    def problem(index: int) -> Problem:
        one = rows[min(index, len(rows) - 1)]
        if is_event(one.text):
            return event(one.row, one.text)
        text = _ragged_text(table, one.fields, one.expected)
        return Problem("error", text, row=one.row, code="ragged")

    findings.add_each(count if rows else 0, problem)


def _report_end(table: TextTable, numbers: _RowNumbers, findings: Findings) -> None:
    """Say which short lines below the last row are left out; report the others."""
    _report_ragged(table, numbers, findings, before=0)
    lines = numbers.ragged
    if lines and len(lines) == numbers.ragged_count:
        sign = None if table.delimiter == BLANKS else table.delimiter
        plain = [not any(map(is_numeric, one.text.split(sign))) for one in lines]
        is_cut = len(lines) == 1 and lines[0].fields < lines[0].expected
        if plain[0] or is_cut:  # a word begins what follows, such as another table
            for one, is_plain in zip(lines, plain, strict=True):
                findings.add(
                    cut_off(one.row) if is_cut and not is_plain else footer(one.row, one.text)
                )
            return
    _report_ragged(table, numbers, findings)


def _ragged_text(table: TextTable, fields: int, expected: int) -> str:
    if fields > expected:
        remedy = "A cell that holds the separator needs quotes; correct the row or export again."
    elif table.ends_with_newline:
        remedy = "Correct the row, or export the file again."
    else:
        remedy = "If it is the last one, the file was cut off: export it again, or delete the row."
    plural = "field" if fields == 1 else "fields"
    return f"{fields:,} {plural} where the header has {expected:,}. {remedy}"


def _parser_error(table: TextTable, numbers: _RowNumbers, text: str) -> InputError:
    if "straddling" in text:
        return too_long_line(table.file_name)
    if "Empty CSV" in text:
        return InputError(f"{table.file_name} has a header and no data rows. Export it again.")
    return InputError(
        f"{table.file_name} cannot be read after row {numbers.next_row - 1:,}: {text.strip()}. "
        "Export it again as CSV."
    )
