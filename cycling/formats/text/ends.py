"""Where the rows of a table end: lines below them that are no measures, a last row that is cut."""

import re
from collections.abc import Mapping

import numpy as np

from cycling.formats.arrow import bool_array, truths, valid
from cycling.formats.problems import Findings, Problem
from cycling.formats.text.blocks import CellBlock
from cycling.formats.text.last_row import OPEN_ROW, OPEN_VALUE
from cycling.formats.text.layout import is_numeric
from cycling.formats.text.table import TextTable

_MOST_LINES = 20
_FEW_CELLS = 3  # of a row: fewer, and one word may be all that is in a measure
_SHOWN = 40


def footer(row: int, text: str) -> Problem:
    """The warning for a line below the last row that has no measures."""
    text = f"{_short(text)!r} below the last row has no measures; it is left out."
    return Problem("warning", text, row=row, code="footer")


def comment(row: int, text: str) -> Problem:
    """The warning for a line between rows that is a comment."""
    return Problem(
        "warning", f"{_short(text)!r} is a comment; it is left out.", row, code="comment"
    )


def event(row: int, text: str) -> Problem:
    """The warning for a line of words between the rows."""
    text = f"{_short(text)!r} has no measures; it is left out."
    return Problem("warning", text, row, code="ragged")


def is_event(text: str) -> bool:
    """Whether a line is of words alone, as an event's is; what was a row has digits."""
    return bool(re.search(r"[^\W\d_]{3}", text)) and not re.search("[0-9]", text)


def without_events(block: CellBlock, findings: Findings) -> CellBlock:
    """A block without rows of one word, all other cells blank: an event is no measure."""
    columns = list(block.cells.values())
    if len(columns) < _FEW_CELLS or sum(c.null_count == 0 for c in columns) > 1:
        return block
    filled = np.sum([valid(column) for column in columns], axis=0)
    kept = np.ones(len(filled), np.bool_)
    for place in np.flatnonzero(filled == 1):
        text = next(cell for c in columns if (cell := c[int(place)].as_py()) is not None)
        if isinstance(text, str) and is_event(text):
            findings.add(event(int(block.rows[place]), text))
            kept[place] = False
    if kept.all():
        return block
    cells = {index: column.filter(bool_array(kept)) for index, column in block.cells.items()}
    return CellBlock(block.rows[kept], cells, block.bytes_done)


def cut_off(row: int) -> Problem:
    """The warning for a last row that is not whole."""
    text = (
        "The file is cut off in its last row, which is left out. It was not copied as a whole, or "
        "the test was still running."
    )
    return Problem("warning", text, row=row, code="cut-off")


def open_end(table: TextTable, row: int) -> Problem:
    """The warning for a last number of which nobody can tell whether it is whole."""
    what = "the row" if table.open_end == OPEN_ROW else "the number"
    label = table.labels[-1] or f"#{len(table.labels)}"
    text = (
        f"No line end follows the file's last number, in column {label!r}: it may be cut off, "
        f"and {what} is left out."
    )
    return Problem("warning", text, row=row, column=label, code="open-end")


def _without_last_value(table: TextTable, block: CellBlock) -> CellBlock:
    import pyarrow as pa

    index = len(table.labels) - 1
    if index not in block.cells:
        return block
    cells = block.cells[index]
    blank = pa.concat_arrays([cells[:-1], pa.nulls(1, cells.type)])
    return CellBlock(block.rows, {**block.cells, index: blank}, block.bytes_done)


def without_end(table: TextTable, block: CellBlock, findings: Findings) -> CellBlock:
    """The last block without lines that have no digit, and without a row that is cut."""
    count = len(block.rows)
    if table.cut_off:
        count -= 1
        findings.add(cut_off(int(block.rows[count])))
    if table.open_end and count and len(block.rows) == count:
        findings.add(open_end(table, int(block.rows[-1])))
        count -= table.open_end == OPEN_ROW
        block = _without_last_value(table, block) if table.open_end == OPEN_VALUE else block
    numbers = {index for index in block.cells if _are_numbers(table, index)}
    for _ in range(_MOST_LINES):
        texts = {i: column[count - 1].as_py() or "" for i, column in block.cells.items() if count}
        if not texts or not _is_no_measure(texts, numbers):
            break
        count -= 1
        findings.add(footer(int(block.rows[count]), " ".join(texts.values())))
    cells = {index: column[:count] for index, column in block.cells.items()}
    return CellBlock(block.rows[:count], cells, block.bytes_done)


def without_heads(table: TextTable, block: CellBlock, findings: Findings) -> CellBlock:
    """A block without rows that repeat the names of the columns, as where exports are joined."""
    import pyarrow.compute as pc

    named = [index for index in block.cells if table.labels[index]]
    if not named:
        return block
    data = block.cells[named[0]].buffers()[2]
    if data is None or table.labels[named[0]].encode() not in data.to_pybytes():
        return block
    heads = np.logical_and.reduce(
        [
            truths(
                pc.match_substring_regex(block.cells[i], rf"^\s*{re.escape(table.labels[i])}\s*$")
            )
            for i in named
        ]
    )
    for row in block.rows[heads].tolist():
        text = "The names of the columns are repeated here; the row is left out."
        findings.add(Problem("warning", text, row=row, code="repeated-head"))
    kept = bool_array(~heads)
    cells = {index: column.filter(kept) for index, column in block.cells.items()}
    return CellBlock(block.rows[~heads], cells, block.bytes_done)


def _are_numbers(table: TextTable, index: int) -> bool:
    cells = [row[index].strip() for row in table.sample if index < len(row)]
    texts = [cell for cell in cells if cell]
    return 2 * sum(map(is_numeric, texts)) > len(texts)


def _is_no_measure(cells: Mapping[int, str], numbers: set[int]) -> bool:
    """Whether a row has no digit, a word where others begin with a number, or is mostly blank."""
    blank = [index for index in numbers if not cells[index].strip()]
    if 2 * len(blank) > len(numbers) and not cells[min(cells)].strip():
        return True  # totals of a column or two
    if not re.search("[0-9]", "".join(cells.values())):
        return True
    first = next(index for index, cell in cells.items() if cell.strip())
    return first in numbers and bool(re.match(r"\s*[^\W\d_]{3}", cells[first]))


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."
