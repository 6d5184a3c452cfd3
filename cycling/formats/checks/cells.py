"""Whether a file has several cells: a column that names them changes, or their rows take turns."""

import re
from typing import TYPE_CHECKING

import numpy as np

from cycling.formats.arrow import as_text
from cycling.formats.columns.labels import plain_name, split_label
from cycling.formats.measures import FileBlock
from cycling.formats.problems import Problem, quoted_list
from cycling.formats.text.table import TextTable
from cycling.formats.values.numbers import FloatArray

if TYPE_CHECKING:
    import pyarrow as pa

_NAMES = re.compile(
    r"(cell|battery|channel|chan|ch|test|barcode|serial|zelle|kanal|celda|canal|cellule|通道|通道号|电池)"
    r"( (id|index|no|nr|number|name|nummer|num|serial number))?"
)
_SHOWN = 4
_MOST = 100
_TURNS = 8  # cells at most whose rows take turns
_FEW = 20  # rows that show nothing
_EVEN = 0.02  # of the rows may be out of turn
_OWN_STEP = 0.2  # of the step to the next row: what the voltage of one cell goes on by


class CellsWatch:
    """Collects what the columns that name a cell, a channel or a test have in them."""

    def __init__(self, table: TextTable) -> None:
        """Find these columns by their names."""
        self._labels = {
            index: label
            for index, label in enumerate(table.labels)
            if _is_name(label) and any(table.sample_of(index))
        }
        self._found: dict[int, dict[str, None]] = {index: {} for index in self._labels}
        self._turns = _Turns()

    @property
    def indices(self) -> tuple[int, ...]:
        """The columns."""
        return tuple(self._labels)

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        self._turns.add(block.measures.test_time_s, block.measures.voltage_v)
        for index, found in self._found.items():
            if len(found) < _MOST:
                found.update(dict.fromkeys(_distinct(block.cells[index])))

    def problems(self) -> list[Problem]:
        """The question whether these are several cells."""
        problems = []
        for index, found in self._found.items():
            if len(found) < 2:
                continue
            label, names = self._labels[index], list(found)
            shown = quoted_list(names) if len(names) <= _SHOWN else _many(names)
            text = (
                f"Column {label!r} has {shown}: the file seems to have several cells or tests. "
                "Split it into one file each, or say that it is one test."
            )
            problems.append(Problem("question", text, column=label, code="several-cells"))
        if not problems and (count := self._turns.count()):
            text = (
                f"Each time stands in {count} rows, between which the voltage goes to and fro: the "
                f"file seems to have {count} cells in turn. Split it into one file each, or say "
                "that it is one test."
            )
            problems.append(Problem("question", text, code="several-cells"))
        return problems


class _Turns:
    """Counts rows of the same time, and how far the voltage goes from row to row and by turns."""

    def __init__(self) -> None:
        self._last = np.empty((2, 0))
        self._rows = self._ties = 0
        self._steps_v = np.zeros(_TURNS + 1)  # sums by distance in rows

    def add(self, time_s: FloatArray, voltage_v: FloatArray) -> None:
        """Take the next rows."""
        before = self._last.shape[1]
        rows = np.concatenate([self._last, np.array([time_s, voltage_v])], axis=1)
        self._last = rows[:, -_TURNS:]
        self._rows += rows.shape[1] - before
        self._ties += int((np.diff(rows[0, max(before - 1, 0) :]) == 0).sum())
        for distance in range(1, _TURNS + 1):
            own = rows[1, max(before - distance, 0) :]
            self._steps_v[distance] += np.nansum(np.abs(own[distance:] - own[:-distance]))

    def count(self) -> int:
        """How many cells take turns; 0 if none do."""
        if self._rows < _FEW or not self._ties:
            return 0
        times = self._rows - self._ties
        count = round(self._rows / times)
        is_even = abs(self._rows - count * times) <= _EVEN * self._rows
        if not is_even or not 2 <= count <= _TURNS:
            return 0
        return count if self._steps_v[count] < _OWN_STEP * self._steps_v[1] else 0


def _many(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return (
        ", ".join(map(repr, names[:_SHOWN])) + f" and {more if len(names) < _MOST else 'many'} more"
    )


def _is_name(label: str) -> bool:
    name, unit = split_label(label)
    return unit is None and bool(_NAMES.fullmatch(plain_name(name)))


def _distinct(cells: "pa.StringArray") -> list[str]:
    import pyarrow.compute as pc

    values = pc.unique(pc.utf8_trim_whitespace(as_text(cells))).to_pylist()[:_MOST]
    return [value for value in values if value]
