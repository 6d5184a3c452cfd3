"""Whether a file has several cells below each other: a column that names them changes."""

import re
from typing import TYPE_CHECKING

from cycling.formats.arrow import as_text
from cycling.formats.columns.labels import plain_name, split_label
from cycling.formats.measures import FileBlock
from cycling.formats.problems import Problem, quoted_list
from cycling.formats.text.table import TextTable

if TYPE_CHECKING:
    import pyarrow as pa

_NAMES = re.compile(
    r"(cell|battery|channel|chan|ch|test|barcode|serial|zelle|kanal|celda|canal|cellule|通道|通道号|电池)"
    r"( (id|index|no|nr|number|name|nummer|num|serial number))?"
)
_SHOWN = 4
_MOST = 100


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

    @property
    def indices(self) -> tuple[int, ...]:
        """The columns."""
        return tuple(self._labels)

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
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
        return problems


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
