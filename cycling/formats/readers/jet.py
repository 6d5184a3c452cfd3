"""Tables of an Access database (Jet 4), read from its pages with numpy."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cycling.errors import InputError

MAGIC = b"\x00\x01\x00\x00Standard Jet DB\x00"
_PAGE = 4096
_JET_4 = 1  # at byte 20 of the first page
_DATA, _DEFINITION = 1, 2
_CATALOGUE = 2  # its definition is on this page
_TABLE = 1  # a type in the catalogue
_OFFSET, _DELETED, _ELSEWHERE = 0x1FFF, 0x8000, 0x4000
_STORED = {2: "u1", 3: "<i2", 4: "<i4", 6: "<f4", 7: "<f8", 8: "<f8"}
_BOOL, _TEXT = 1, 10
_MAX_DEFINITION_PAGES = 256
_MAX_TEXT_ROWS = 10_000

Integers = npt.NDArray[np.int64]
Rows = tuple[Integers, Integers]  # where each begins and ends in the file


@dataclass(frozen=True)
class JetColumn:
    """A column: its type, its number in the bitmap, and where it is in a row."""

    name: str
    kind: int
    number: int
    variable: int
    is_fixed: bool
    offset: int


class JetDatabase:
    """A file and its tables by name."""

    def __init__(self, path: Path) -> None:
        """Open the file and read its catalogue."""
        content: npt.NDArray[np.uint8] = np.memmap(path, np.uint8, "r")
        if len(content) < 3 * _PAGE or content[20] != _JET_4:
            raise InputError(
                "This Access database is not of version Jet 4, which Arbin's .res files have. "
                "Export the test as CSV or as a workbook from Arbin's own software."
            )
        self.content = content[: len(content) // _PAGE * _PAGE]
        self.pages = self.content.reshape(-1, _PAGE)
        self._tables = self._catalogue()

    def __contains__(self, name: str) -> bool:
        return name in self._tables

    def table(self, name: str) -> "JetTable":
        """A table by its name; KeyError if there is none."""
        return JetTable(self, self._tables[name])

    def _catalogue(self) -> dict[str, int]:
        catalogue = JetTable(self, _CATALOGUE)
        names, places = catalogue.texts("Name"), catalogue.numbers("Id", catalogue.rows)
        kinds = catalogue.numbers("Type", catalogue.rows)
        tables = zip(names, places, kinds, strict=True)
        return {name: int(place) & 0xFFFFFF for name, place, kind in tables if kind == _TABLE}


class JetTable:
    """The columns and rows of one table."""

    def __init__(self, database: JetDatabase, page: int) -> None:
        """Read the definition on this page."""
        self._database, self._page = database, page
        self.columns = {column.name: column for column in self._read_columns()}

    @cached_property
    def row_count(self) -> int:
        """How many rows the definition says there are; a file that is cut has fewer."""
        return int.from_bytes(self._definition()[16:20], "little")

    @cached_property
    def rows(self) -> Rows:
        """Where the rows are, as they lie on disk; deleted ones are left out."""
        pages = self._database.pages
        owners = np.ascontiguousarray(pages[:, 4:8]).view("<u4")[:, 0]
        own = np.flatnonzero((pages[:, 0] == _DATA) & (owners == self._page))
        counts = np.ascontiguousarray(pages[own, 12:14]).view("<u2")[:, 0].astype(np.int64)
        if len(counts) and counts.max() > (_PAGE - 14) // 2:
            raise ValueError("A page has more rows than it has room for.")
        page_of_row = np.repeat(own, counts)
        place = np.arange(len(page_of_row)) - np.repeat(np.cumsum(counts) - counts, counts)
        heads = page_of_row * _PAGE + 14 + 2 * place
        offsets = self._gather(heads, "<u2").astype(np.int64)
        before = self._gather(heads - 2, "<u2").astype(np.int64) & _OFFSET
        ends = np.where(place == 0, _PAGE, before)
        valid = offsets & _DELETED == 0
        if np.any(offsets[valid] & _ELSEWHERE):
            raise InputError(
                "Rows of this Access database were moved to other pages, which is not read. "
                "Export the test as CSV or as a workbook from Arbin's own software."
            )
        starts = offsets & _OFFSET
        if np.any(starts[valid] >= ends[valid]):
            raise ValueError("A row ends before it begins.")
        base = page_of_row[valid] * _PAGE
        return base + starts[valid], base + ends[valid]

    def numbers(self, name: str, rows: Rows) -> npt.NDArray[Any]:
        """Values of a column of numbers in some rows, as stored; floats are NaN where blank."""
        column = self.columns[name]
        starts, ends = rows
        widths = self._gather(starts, "<u2").astype(np.int64)
        bitmaps = ends - (widths + 7) // 8
        bits = self._database.content[bitmaps + column.number // 8] >> column.number % 8 & 1
        is_there: npt.NDArray[np.bool_] = (bits == 1) & (column.number < widths)
        if column.kind == _BOOL:
            return is_there.astype(np.float64)
        values = self._gather(starts + 2 + column.offset, _STORED[column.kind])
        if not is_there.all():
            values = values.copy()
            values[~is_there] = np.nan if values.dtype.kind == "f" else 0
        return values

    def texts(self, name: str) -> list[str]:
        """Texts of a column, of every row; "" where blank."""
        column = self.columns[name]
        if len(self.rows[0]) > _MAX_TEXT_ROWS:
            raise ValueError("A table of texts has too many rows.")
        content = self._database.content
        bounds = zip(*self.rows, strict=True)
        return [_text(content[start:end].tobytes(), column) for start, end in bounds]

    def _gather(self, places: Integers, stored: str) -> npt.NDArray[Any]:
        """The values that begin at these bytes of the file."""
        width = np.dtype(stored).itemsize
        windows = np.lib.stride_tricks.sliding_window_view(self._database.content, width)
        return np.ascontiguousarray(windows[places]).view(stored)[:, 0]

    def _read_columns(self) -> Iterator[JetColumn]:
        text = self._definition()
        count = _u2(text, 45)
        first = 63 + 12 * int.from_bytes(text[51:55], "little")
        place = first + 25 * count
        for number in range(count):
            head = text[first + 25 * number : first + 25 * (number + 1)]
            length = _u2(text, place)
            name = text[place + 2 : place + 2 + length].decode("utf-16-le")
            place += 2 + length
            yield JetColumn(
                name, head[0], _u2(head, 5), _u2(head, 7), bool(head[15] & 1), _u2(head, 21)
            )

    def _definition(self) -> bytes:
        pages, page = self._database.pages, self._page
        text = b""
        for _ in range(_MAX_DEFINITION_PAGES):
            content: bytes = pages[page].tobytes()
            if content[0] != _DEFINITION:
                raise ValueError("A table's definition is not on its page.")
            text += content if not text else content[8:]
            page = int.from_bytes(content[4:8], "little")
            if not page:
                return text
        raise ValueError("A table's definition has no end.")


def _u2(text: bytes, place: int) -> int:
    return int.from_bytes(text[place : place + 2], "little")


def _text(row: bytes, column: JetColumn) -> str:
    """One value of variable length: its bounds stand at the end of the row, going down."""
    count = _u2(row, 0)
    end = len(row) - (count + 7) // 8
    is_there = row[end + column.number // 8] >> column.number % 8 & 1
    if column.kind != _TEXT or not is_there or column.variable >= _u2(row, end - 2):
        return ""
    place = end - 4 - 2 * column.variable
    raw = row[_u2(row, place) : _u2(row, place - 2)]
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("latin-1")
    return raw.decode("utf-16-le", "replace")
