"""Rows of any table, block by block."""

from collections.abc import Iterator, Sequence

from cycling.formats.problems import Findings, Problem
from cycling.formats.readers.table import ReaderTable, read_table_rows
from cycling.formats.text.blocks import CellBlock
from cycling.formats.text.rows import read_rows as read_text_rows
from cycling.formats.text.table import TextTable


def read_rows(table: TextTable, columns: Sequence[int], findings: Findings) -> Iterator[CellBlock]:
    """Blocks of the cells of `columns`; what is wrong with rows goes to `findings`.

    A last row that is no measure is left out, and said.
    """
    read = read_table_rows if isinstance(table, ReaderTable) else read_text_rows
    blocks: Iterator[CellBlock] = read(table, columns, findings)  # type: ignore[arg-type]
    return _without_totals(table, blocks, findings) if table.totals else blocks


def _without_totals(
    table: TextTable, blocks: Iterator[CellBlock], findings: Findings
) -> Iterator[CellBlock]:
    last: CellBlock | None = None
    for block in blocks:
        if last is not None:
            yield last
        last = block
    if last is None:
        return
    text = f"The last row is no measure: {table.totals}. It is left out."
    findings.add(Problem("warning", text, row=int(last.rows[-1]), code="totals-row"))
    cells = {index: column[:-1] for index, column in last.cells.items()}
    yield CellBlock(last.rows[:-1], cells, last.bytes_done)
