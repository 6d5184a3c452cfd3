"""A last row of numbers that is no measure: sums, means or extremes of the columns above it.

The last rows alone tell most files that have none, without a look at the others.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from cycling.formats.columns.fields import Field
from cycling.formats.columns.recognise import propose
from cycling.formats.problems import KeptFindings
from cycling.formats.rows import read_rows
from cycling.formats.text.blocks import CellBlock
from cycling.formats.text.table import TextTable
from cycling.formats.values.numbers import FloatArray, parse_numbers

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,2})?", re.ASCII)
_TIMES = (Field.TEST_TIME, Field.CLOCK, Field.STEP_TIME)
_LEAST_ROWS = 8
_JUMP = 10.0  # times the longest interval of the rows before
_NEAR = 1e-3  # of a value: numbers below a table are rounded
CLOCK_STANDS = "its time jumps while the clock stands still"
SUMS = "its numbers are sums, means or extremes of their columns"


def with_totals(table: TextTable) -> TextTable:
    """The table, with the reason why its last row is left out where that is no measure."""
    rows = table.tail if table.tail else table.sample
    if len(rows) <= _LEAST_ROWS or len({len(row) for row in rows}) > 1:
        return table
    last = _LastRow(table, rows)
    if not last.is_odd:
        return table
    if last.clock_stands:
        return replace(table, totals=CLOCK_STANDS)
    if last.time_goes_on(table) or not last.sums_up(table):
        return table
    return replace(table, totals=SUMS)


class _LastRow:
    """The last row beside those before it, column by column."""

    def __init__(self, table: TextTable, rows: Sequence[Sequence[str]]) -> None:
        *before, last = [[cell.strip() for cell in row] for row in rows]
        self._before = list(zip(*before, strict=True))
        self._cells = last
        self._values = {
            index: (values, own)
            for index, cells in enumerate(self._before)
            if (values := _numbers(cells, table.decimal)) is not None
            and (own := _number(last[index], table.decimal)) is not None
        }
        self._steps = {
            index: [b - a for a, b in pairwise(values)]
            for index, (values, _) in self._values.items()
        }
        # what counts up, as a time does
        self._counting = [
            index
            for index, steps in self._steps.items()
            if min(steps) >= 0 and 2 * sum(step > 0 for step in steps) > len(steps)
        ]

    @property
    def is_odd(self) -> bool:
        """Whether something that counts does not go on, or jumps, or cells are blank."""
        words = [
            index
            for index, cell in enumerate(self._cells)
            if cell and index not in self._values and cell not in self._before[index]
        ]
        if words or not self._values:
            return False
        return any(not self._goes_on(index) for index in self._counting) or self._lacks_cells

    @property
    def _lacks_cells(self) -> bool:
        return any(not cell and all(self._before[i]) for i, cell in enumerate(self._cells))

    @property
    def _repeats(self) -> bool:
        """Whether it is the record before it once more, with the next number or no current."""
        rest = [i for i in self._values if i not in self._counting or not self._goes_on(i)]
        changed = [index for index in rest if self._passed(index)]
        to_zero = len(changed) == 1 and self._values[changed[0]][1] == 0
        return not self._lacks_cells and (not changed or to_zero)

    def _passed(self, index: int) -> float:
        values, own = self._values[index]
        return own - values[-1]

    def _goes_on(self, index: int) -> bool:
        passed, steps = self._passed(index), self._steps[index]
        return (passed > 0 or passed == min(steps)) and passed <= _JUMP * max(steps)

    @property
    def clock_stands(self) -> bool:
        """Whether a clock that moved in every row does not, while a time jumps."""
        jumps = any(
            self._passed(index) > _JUMP * max(self._steps[index]) for index in self._counting
        )
        clocks = [
            index
            for index, cells in enumerate(self._before)
            if 2 * len(set(cells)) > len(cells)
            and (index in self._counting or not _numbers(cells[:1], "."))
            and any(sign in cells[0] for sign in ":-/")
        ]
        stands = any(self._cells[i] in ("", self._before[i][-1]) for i in clocks)
        return jumps and stands

    def time_goes_on(self, table: TextTable) -> bool:
        """Whether a time goes on as it did: then the row is a measure, whatever else it has."""
        times = [column.index for column in propose(table).columns if column.field in _TIMES]
        return any(
            index in self._counting and self._goes_on(index) and self._passed(index) > 0
            for index in times
        )

    def sums_up(self, table: TextTable) -> bool:
        """Whether each number is a sum, mean or extreme of its column, and no row could be so."""
        moving = [i for i, (values, own) in self._values.items() if len({*values, own}) > 1]
        if not moving or self._repeats:
            return False
        compared, sums_tell, stops = 0, False, False
        for index, column in _columns(table, moving).items():
            own = self._values[index][1]
            if index in self._counting and self._goes_on(index):
                continue  # the number of the row
            extremes = float(column.max()), float(column.min())
            sums = float(column.sum()), float(column.mean())
            if not any(_same(own, value) for value in (*extremes, *sums)):
                if own == 0:
                    continue  # there is none, of what is not summed up
                return False
            compared += 1
            beyond = own > extremes[0] or own < extremes[1]
            sums_tell |= beyond and _same(own, sums[0])
            stops |= index in self._counting
        return sums_tell or (stops and compared > 1) or (compared > 0 and self._lacks_cells)


def _columns(table: TextTable, indices: Sequence[int]) -> dict[int, FloatArray]:
    """All numbers of these columns but those of the last row; a column without any is left out."""
    parts: dict[int, list[FloatArray]] = {index: [] for index in indices}
    held: CellBlock | None = None
    for block in read_rows(table, list(indices), KeptFindings()):
        if held is not None:
            _take(table, held, parts)
        held = block
    if held is not None:
        _take(table, held, parts, leaving=1)
    columns = {index: np.concatenate(part) for index, part in parts.items() if part}
    return {index: column for index, column in columns.items() if len(column)}


def _take(
    table: TextTable, block: CellBlock, parts: dict[int, list[FloatArray]], leaving: int = 0
) -> None:
    for index, part in parts.items():
        cells = block.cells[index]
        values = parse_numbers(
            cells[: len(cells) - leaving], table.decimal, thousands=table.thousands
        ).values
        part.append(values[np.isfinite(values)])


def _same(own: float, value: float) -> bool:
    return abs(own - value) <= _NEAR * max(abs(own), abs(value))


def _numbers(cells: Sequence[str], decimal: str) -> list[float] | None:
    """Numbers of cells that all are some; None of others."""
    values = [_number(cell, decimal) for cell in cells]
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else None


def _number(cell: str, decimal: str) -> float | None:
    parts = cell.replace(decimal, ".").split(":")  # h:min:s in parts of 60
    if not all(map(_NUMBER.fullmatch, parts)):
        return None
    value: float = sum(float(part) * 60.0**place for place, part in enumerate(reversed(parts)))
    return value
