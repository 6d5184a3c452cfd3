"""BioLogic's .mpr files, of EC-Lab and BT-Lab, with what these compute for their text exports."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cycling.formats.columns.fields import EXCEL_DAYS, Field
from cycling.formats.facts import NAME, START
from cycling.formats.readers import biologic_columns as ids
from cycling.formats.readers.biologic_columns import FLAGS, LAST_ROW, Kind, kinds_of
from cycling.formats.readers.lost import lost_records
from cycling.formats.readers.reader import (
    BLOCK_ROWS,
    Reader,
    ReaderColumn,
    Values,
    decimal_values,
)

MAGIC = b"BIO-LOGIC MODULAR FILE"
_FIRST_MODULE = 52
_ROWS_AT = {0: 100, 2: 405, 3: 406}  # by the version of an old header
_ROWS_AT_NEW = 1007
_STARTS_AT = (585, 465, 469, 473)  # in the module of the log
_EARLIEST_DAY, _LATEST_DAY = 34_700.0, 73_051.0  # 1995 to 2100
_DAY_0 = datetime(1899, 12, 30)
_PATH_AT = 593
_MAX_MODULES = 1_000
_NONE = -1

Floats = npt.NDArray[np.float64]
Column = Callable[[slice], Floats]  # the values of these rows
_STILL_RUNNING = (
    "The test was still running when this file was copied: it has no log and no last row. "
    "Import it again when the test has ended."
)
# The first of each that a file has.
_VOLTAGES = (ids.EWE, ids.MEAN_EWE, ids.EWE_OR_PHASE)
_CURRENTS = (ids.CURRENT, ids.AVERAGE_CURRENT, ids.MEAN_CURRENT)
_FIELDS = {
    ids.TIME: Field.TEST_TIME,
    ids.POWER: Field.POWER,
    ids.NS: Field.STEP_ID,
    ids.STEP_TIME: Field.STEP_TIME,
    ids.CHARGE: Field.CAPACITY,
    ids.CYCLE_NUMBER: Field.CYCLE,
}


@dataclass(frozen=True)
class _Module:
    """One part of the file: where its content begins, how long it is."""

    name: str
    start: int
    length: int
    version: int
    is_new: bool


class BiologicMpr(Reader):
    """Rows are read from the file as they are asked for."""

    name = "BioLogic .mpr"
    signed = True

    @classmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """By its first words."""
        return head.startswith(MAGIC)

    def __init__(self, path: Path, part: str) -> None:
        """Find the modules, the columns and where the rows are."""
        self._bytes = np.memmap(path, np.uint8, "r")
        modules = {module.name: module for module in _modules(self._bytes)}
        self._find_rows(modules["VMP data"], has_log="VMP LOG" in modules)
        self._start_day = self._read_log(modules.get("VMP LOG"))
        self._columns = list(self._all_columns())
        self._number_names()

    def columns(self) -> Sequence[ReaderColumn]:
        """All columns: those of the file, then those that are computed."""
        return [column for column, _ in self._columns]

    def blocks(self, indices: Sequence[int]) -> Iterator[Sequence[Values]]:
        """Blocks of rows."""
        for start in range(0, self.rows, BLOCK_ROWS):
            yield self._block(indices, start)

    def ends(self, indices: Sequence[int]) -> tuple[Sequence[Values], Sequence[Values]]:
        """The first and the last block."""
        return self._block(indices, 0), self._block(indices, max(self.rows - BLOCK_ROWS, 0))

    def _block(self, indices: Sequence[int], start: int) -> Sequence[Values]:
        rows = slice(start, min(start + BLOCK_ROWS, self.rows))
        return [self._columns[index][1](rows) for index in indices]

    def _find_rows(self, data: _Module, *, has_log: bool) -> None:
        content = self._bytes[data.start : data.start + data.length]
        count = int(content[:4].view("<u4")[0])
        rows_at = _ROWS_AT_NEW if data.is_new else _ROWS_AT[data.version]
        self._ids = _column_ids(content, data)
        room = data.length - rows_at
        record = self._record(room, count)
        if record.itemsize * count != room and (has_log or record.itemsize * count > room):
            raise ValueError("The rows do not fill their module.")
        self.rows = min(count, (len(content) - rows_at) // record.itemsize)
        end = rows_at + self.rows * record.itemsize
        self._table = content[rows_at:end].view(record)
        if self.rows < count:
            self.lost = (lost_records(np.arange(1, self.rows + 1), count),)
        elif self.rows and not has_log and self._has_flags and not self._last_flags & LAST_ROW:
            self.notes = (_STILL_RUNNING,)

    def _record(self, room: int, count: int) -> np.dtype[Any]:
        """The layout of a row; the width of one unknown column is what is left of the row."""
        plain = [number for number in self._ids if number not in FLAGS]
        self._has_flags = len(plain) < len(self._ids)
        strangers = [number for number in plain if number not in ids.KINDS]
        named = sum(np.dtype(kind.stored).itemsize for kind in kinds_of(plain, 0))
        left = room // count - named - self._has_flags if count and strangers else 0
        self._kinds = dict(zip(plain, kinds_of(plain, left // max(len(strangers), 1)), strict=True))
        fields = [(str(number), kind.stored) for number, kind in self._kinds.items()]
        return np.dtype([("flags", "u1"), *fields] if self._has_flags else fields)

    @property
    def _last_flags(self) -> int:
        return int(self._table["flags"][-1])

    def _read_log(self, log: _Module | None) -> float | None:
        """Day of the start, counted from 1899-12-30 in local time; notes it among the facts."""
        if log is None:
            return None
        content = self._bytes[log.start : log.start + log.length].tobytes()
        days = (np.frombuffer(content, "<f8", 1, at)[0] for at in _STARTS_AT)
        day = next((float(day) for day in days if _EARLIEST_DAY < day < _LATEST_DAY), None)
        path = content[_PATH_AT + 1 : _PATH_AT + 1 + content[_PATH_AT]].decode("cp1252", "replace")
        self.facts = {NAME: path.replace("\\", "/").rpartition("/")[2].removesuffix(".mpr")}
        if day is not None:
            start = _DAY_0 + timedelta(milliseconds=round(day * 86_400_000))
            self.facts[START] = start.isoformat(" ", "milliseconds")
        return day

    def _all_columns(self) -> Iterator[tuple[ReaderColumn, Column]]:
        has = set(self._kinds)
        voltage = next((number for number in _VOLTAGES if number in has), _NONE)
        current = next((number for number in _CURRENTS if number in has), _NONE)
        fields = {**_FIELDS, voltage: Field.VOLTAGE, current: Field.CURRENT}
        if ids.TIME in has and self._start_day is not None:
            yield ReaderColumn("Date Time", EXCEL_DAYS, Field.CLOCK), self._clock
        for number, (name, mask) in FLAGS.items():
            if number in self._ids:
                yield ReaderColumn(name, "1"), self._flag(mask)
        for number, kind in self._kinds.items():
            if number == ids.CONTROL:
                yield from self._control()
                continue
            column = ReaderColumn(kind.name, kind.unit or "1", fields.get(number))
            yield column, self._stored(number, kind)
        if current == _NONE:
            values = self._mean_current if {ids.DQ, ids.TIME} <= has else self._no_current
            yield ReaderColumn("I", "mA", Field.CURRENT), values
        if ids.HALF_CYCLE in has and ids.CYCLE_NUMBER not in has:
            yield ReaderColumn("cycle number", "1", Field.CYCLE), self._cycle

    def _number_names(self) -> None:
        """Two columns of one label are numbered."""
        times: dict[str, int] = {}
        for place, (column, values) in enumerate(self._columns):
            times[column.label] = times.get(column.label, 0) + 1
            if times[column.label] > 1:
                name = f"{column.name} ({times[column.label]})"
                self._columns[place] = ReaderColumn(name, column.unit, column.field), values

    def _stored(self, number: int, kind: Kind) -> Column:
        name = str(number)

        def values(rows: slice) -> Floats:
            stored = self._table[name][rows]
            if stored.dtype.kind == "V":
                return np.full(len(stored), np.nan)
            return decimal_values(stored) if stored.dtype == "<f4" else stored.astype(np.float64)

        return values

    def _flag(self, mask: int) -> Column:
        lowest = mask & -mask
        return lambda rows: ((self._table["flags"][rows] & mask) // lowest).astype(np.float64)

    def _control(self) -> Iterator[tuple[ReaderColumn, Column]]:
        """What was controlled, in mA or in V by the row's mode; at rest an old value can stand."""
        flags = self._table["flags"] if self._has_flags else np.empty(0, np.uint8)
        for mode, unit in ((ids.VOLTAGE_CONTROLLED, "V"), (ids.CURRENT_CONTROLLED, "mA")):
            if np.any(flags & FLAGS[1][1] == mode):
                yield ReaderColumn("control", unit), self._controlled(mode)

    def _controlled(self, mode: int) -> Column:
        stored = self._stored(ids.CONTROL, self._kinds[ids.CONTROL])

        def values(rows: slice) -> Floats:
            modes = self._table["flags"][rows] & FLAGS[1][1]
            return np.where(modes == mode, stored(rows), np.nan)

        return values

    def _clock(self, rows: slice) -> Floats:
        assert self._start_day is not None  # noqa: S101 - else there is no such column
        days: Floats = self._start_day + self._table[str(ids.TIME)][rows] / 86_400
        return days

    def _mean_current(self, rows: slice) -> Floats:
        """MA since the row before, as EC-Lab computes it; 0 in the first row."""
        first = max(rows.start - 1, 0)
        passed = np.diff(self._table[str(ids.TIME)][first : rows.stop])
        charge = self._table[str(ids.DQ)][rows][-len(passed) :] if len(passed) else passed
        flows = np.divide(charge * 3600, passed, out=np.zeros(len(passed)), where=passed > 0)
        return flows if rows.start else np.concatenate([[0.0], flows])

    def _no_current(self, rows: slice) -> Floats:
        return np.zeros(rows.stop - rows.start)

    def _cycle(self, rows: slice) -> Floats:
        cycles: Floats = (self._table[str(ids.HALF_CYCLE)][rows] // 2).astype(np.float64)
        return cycles


def _modules(content: npt.NDArray[np.uint8]) -> Iterator[_Module]:
    """The modules, one after the other; the last may be cut."""
    place = _FIRST_MODULE
    for _ in range(_MAX_MODULES):
        head = content[place : place + 65].tobytes()
        if len(head) < 65 or not head.startswith(b"MODULE"):
            return
        is_new = head[41:45] == b"\xff\xff\xff\xff"
        size = 65 if is_new else 57
        length = int.from_bytes(head[45:49] if is_new else head[41:45], "little")
        version = int.from_bytes(head[53:57] if is_new else head[45:49], "little")
        name = head[6:16].decode("latin-1").strip()
        yield _Module(name, place + size, length, version, is_new)
        place += size + length


def _column_ids(content: npt.NDArray[np.uint8], data: _Module) -> list[int]:
    """Ids of the columns: one of two bytes each, the second where the header is new."""
    count = int(content[4])
    if not data.is_new and data.version == 0:
        numbers = content[5 : 5 + count]
    else:
        numbers = content[5 : 5 + 2 * count].reshape(count, 2)[:, int(data.is_new)]
    return [int(number) for number in numbers]
