"""Where the rows of a table end: lines below them that are no measures, a last row that is cut."""

import re

from cycling.formats.problems import Findings, Problem
from cycling.formats.text.blocks import CellBlock
from cycling.formats.text.table import TextTable

_MOST_LINES = 20
_SHOWN = 40


def footer(row: int, text: str) -> Problem:
    """The warning for a line below the last row that has no measures."""
    shown = " ".join(text.split())
    shown = shown if len(shown) <= _SHOWN else shown[: _SHOWN - 3] + "..."
    text = f"{shown!r} below the last row has no measures; it is left out."
    return Problem("warning", text, row=row, code="footer")


def cut_off(row: int) -> Problem:
    """The warning for a last row that is not whole."""
    text = (
        "The file is cut off in its last row, which is left out. It was not copied as a whole, or "
        "the test was still running."
    )
    return Problem("warning", text, row=row, code="cut-off")


def without_end(table: TextTable, block: CellBlock, findings: Findings) -> CellBlock:
    """The last block without lines that have no digit, and without a row that is cut."""
    count = len(block.rows)
    if table.cut_off:
        count -= 1
        findings.add(cut_off(int(block.rows[count])))
    for _ in range(_MOST_LINES):
        texts = [column[count - 1].as_py() or "" for column in block.cells.values() if count]
        if not texts or re.search("[0-9]", "".join(texts)):
            break
        count -= 1
        findings.add(footer(int(block.rows[count]), " ".join(texts)))
    cells = {index: column[:count] for index, column in block.cells.items()}
    return CellBlock(block.rows[:count], cells, block.bytes_done)
