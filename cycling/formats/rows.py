"""Rows of any table, block by block."""

from collections.abc import Iterator, Sequence

from cycling.formats.problems import Findings
from cycling.formats.readers.table import ReaderTable, read_table_rows
from cycling.formats.text.blocks import CellBlock
from cycling.formats.text.rows import read_rows as read_text_rows
from cycling.formats.text.table import TextTable


def read_rows(table: TextTable, columns: Sequence[int], findings: Findings) -> Iterator[CellBlock]:
    """Blocks of the cells of `columns`; what is wrong with rows goes to `findings`."""
    if isinstance(table, ReaderTable):
        return read_table_rows(table, columns, findings)
    return read_text_rows(table, columns, findings)
