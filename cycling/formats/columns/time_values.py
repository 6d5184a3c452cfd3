"""Values of a column that may be a time: of the first and the last rows, or all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cycling.formats.cell_reader import CellReader
from cycling.formats.columns.labels import same_name, split_label
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.columns.names import OPEN_TIMES
from cycling.formats.problems import KeptFindings
from cycling.formats.text.table import TextTable
from cycling.formats.values.numbers import FloatArray

_FEW = 3
_PASSES = 0.75  # of all rows times the usual interval: less, and a time may begin again


@dataclass(frozen=True)
class Candidate:
    """A column that may be a time, and its unit as one."""

    index: int
    unit: str


def is_open(table: TextTable, candidate: Candidate) -> bool:
    """Whether its name says not whether a column counts from the start of the test."""
    return same_name(split_label(table.labels[candidate.index])[0]) in OPEN_TIMES


def falls(table: TextTable, column: Column) -> bool:
    """Whether a value among the first rows, or among the last ones, is below the one before."""
    parts = (values_of(table, column, rows) for rows in (table.sample, table.tail))
    return any(bool((np.diff(values) < 0).any()) for values in parts)


def may_fall(table: TextTable, column: Column) -> bool:
    """Whether a time may fall, by the first and last rows alone: far less passes than they say."""
    first, last = (_plain_values(table, column, rows) for rows in (table.sample, table.tail))
    steps = [b - a for values in (first, last) for a, b in pairwise(values)]
    if not first or not last or min(steps, default=0) < 0:
        return True
    if len(steps) < _FEW:
        return False
    length = sum(len(",".join(row)) + 1 for row in table.sample) / len(table.sample)
    usual = max(sorted(part)[len(part) // 2] for part in (steps[: len(first) - 1], steps) if part)
    rows = (table.size_bytes - table.data_start) / length
    return last[-1] - first[0] < _PASSES * usual * rows


def _plain_values(table: TextTable, column: Column, rows: Sequence[tuple[str, ...]]) -> list[float]:
    """Plain numbers, and times with colons as parts of 60; no others."""
    values = []
    for row in rows:
        cell = (
            row[column.index].strip().replace(table.decimal, ".") if column.index < len(row) else ""
        )
        try:
            parts = [float(part) for part in cell.split(":")]
        except ValueError:
            continue
        values.append(sum(part * 60**place for place, part in enumerate(reversed(parts))))
    return values


def sampled(table: TextTable, column: Column) -> FloatArray:
    """Values of the first and the last rows of a column, without those that are none."""
    return values_of(table, column, (*table.sample, *table.tail))


def values_of(table: TextTable, column: Column, rows: Sequence[tuple[str, ...]]) -> FloatArray:
    """Values of a column in these rows, without those that are none."""
    import pyarrow as pa

    texts = [row[column.index].strip() for row in rows if column.index < len(row)]
    cells = pa.array(texts, pa.string())
    values = reader(table).values(column, cells, np.arange(len(cells)))
    return values[np.isfinite(values)]


def all_values(table: TextTable, column: Column) -> Iterator[FloatArray]:
    """All values of one column, block by block, without those that are none."""
    from cycling.formats.rows import read_rows  # its readers guess columns, too

    cells = reader(table)
    for block in read_rows(table, [column.index], KeptFindings()):
        values = cells.values(column, block.cells[column.index], block.rows)
        values = values[np.isfinite(values)]
        if len(values):
            yield values


def reader(table: TextTable) -> CellReader:
    """A reader of a column's cells that reports nothing."""
    return CellReader(table, Mapping("", ()), KeptFindings())
