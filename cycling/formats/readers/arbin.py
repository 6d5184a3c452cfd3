"""Arbin's .res files, of MITS 4 to 7: an Access database with a row for every record."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cycling.errors import InputError
from cycling.formats import facts
from cycling.formats.columns.fields import EXCEL_DAYS, Field
from cycling.formats.readers.jet import MAGIC, JetDatabase, JetTable, Rows
from cycling.formats.readers.lost import lost_records
from cycling.formats.readers.reader import (
    BLOCK_ROWS,
    Reader,
    ReaderColumn,
    Values,
    decimal_values,
)

_RECORDS, _TESTS = "Channel_Normal_Table", "Global_Table"
_COLUMNS = {
    "Test_Time": ReaderColumn("Test_Time", "s", Field.TEST_TIME),
    "DateTime": ReaderColumn("DateTime", EXCEL_DAYS, Field.CLOCK),
    "Step_Time": ReaderColumn("Step_Time", "s", Field.STEP_TIME),
    "Step_Index": ReaderColumn("Step_Index", "1", Field.STEP_ID),
    "Cycle_Index": ReaderColumn("Cycle_Index", "1", Field.CYCLE),
    "Current": ReaderColumn("Current", "A", Field.CURRENT),
    "Voltage": ReaderColumn("Voltage", "V", Field.VOLTAGE),
    "Charge_Capacity": ReaderColumn("Charge_Capacity", "Ah", Field.CHARGE_CAPACITY),
    "Discharge_Capacity": ReaderColumn("Discharge_Capacity", "Ah", Field.DISCHARGE_CAPACITY),
    "Charge_Energy": ReaderColumn("Charge_Energy", "Wh", Field.CHARGE_ENERGY),
    "Discharge_Energy": ReaderColumn("Discharge_Energy", "Wh", Field.DISCHARGE_ENERGY),
    "dV/dt": ReaderColumn("dV/dt", "V/s"),
    "Internal_Resistance": ReaderColumn("Internal_Resistance", "ohm"),
    "AC_Impedance": ReaderColumn("AC_Impedance", "ohm"),
    "ACI_Phase_Angle": ReaderColumn("ACI_Phase_Angle", "deg"),
}
_KINDS = {0: ("Voltage", "V"), 1: ("Temperature", "degC")}  # of auxiliary channels
_UNITS = {"C": "degC", "F": "degF"}
_TEST_ENDS = 1  # a type of events
_DAY_0 = datetime(1899, 12, 30)
_STILL_RUNNING = (
    "The test was still running when this file was copied: its last event is not its end. "
    "Import it again when the test has ended."
)
_CUT = (
    "{lost:,} of {count:,} records of the file's tests are lost. The file is damaged, or was "
    "copied while it was written. Import a whole copy of it."
)
_STRAYS = (
    "Records of the file that belong to none of its tests are left out: {strays:,}. It is damaged. "
    "Import an undamaged copy of it."
)
_NO_RECORDS = (
    "This Access database has no records of Arbin: no table Channel_Normal_Table with rows. "
    "Export the test as CSV or as a workbook from Arbin's own software."
)

Floats = npt.NDArray[np.float64]


class ArbinRes(Reader):
    """The records of one test, in their order, with its auxiliary channels beside them."""

    name = "Arbin .res"
    signed = True

    @classmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """By its first bytes, which those of any Access database are."""
        return head.startswith(MAGIC)

    def __init__(self, path: Path, part: str) -> None:
        """Find the test, its records and its auxiliary values."""
        self._database = JetDatabase(path)
        if _RECORDS not in self._database or _TESTS not in self._database:
            raise InputError(_NO_RECORDS)
        self._records = self._database.table(_RECORDS)
        all_rows = self._records.rows
        test_of_row = self._records.numbers("Test_ID", all_rows)
        self._choose(part, test_of_row)
        self._order_rows(all_rows, test_of_row)
        names = [c.name for c in self._records.columns.values() if c.is_fixed]
        self._names = [name for name in names if name != "Test_ID"]
        self._auxiliary = list(self._auxiliary_columns())
        self.lost = tuple(self._lost(test_of_row))
        self.notes = (_STILL_RUNNING,) if not self.lost and self._still_runs() else ()

    def columns(self) -> Sequence[ReaderColumn]:
        """The columns of the records, then the auxiliary channels."""
        own = [_COLUMNS.get(name) or ReaderColumn(name, "1") for name in self._names]
        return [*own, *(column for column, _ in self._auxiliary)]

    def blocks(self, indices: Sequence[int]) -> Iterator[Sequence[Values]]:
        """Blocks of records."""
        for start in range(0, self.rows, BLOCK_ROWS):
            yield self._block(indices, start)

    def ends(self, indices: Sequence[int]) -> tuple[Sequence[Values], Sequence[Values]]:
        """The first and the last block."""
        return self._block(indices, 0), self._block(indices, max(self.rows - BLOCK_ROWS, 0))

    def _block(self, indices: Sequence[int], start: int) -> Sequence[Values]:
        rows = slice(start, start + BLOCK_ROWS)
        places = (self._starts[rows], self._ends[rows])
        return [self._values(index, places, rows) for index in indices]

    def _values(self, index: int, places: Rows, rows: slice) -> Floats:
        if index >= len(self._names):
            return self._auxiliary[index - len(self._names)][1][rows]
        values = self._records.numbers(self._names[index], places)
        return decimal_values(values) if values.dtype == np.float32 else values.astype(np.float64)

    def _choose(self, part: str, test_of_row: npt.NDArray[np.int32]) -> None:
        """Take one of the tests that have records; note its facts."""
        table = self._database.table(_TESTS)
        ids = table.numbers("Test_ID", table.rows)
        with_records = np.flatnonzero(np.isin(ids, test_of_row))
        if not len(with_records):
            raise InputError(_NO_RECORDS)
        names = table.texts("Test_Name")
        labels = [f"{ids[place]}: {names[place]}"[:200] for place in with_records]
        chosen = with_records[labels.index(part) if part in labels else 0]
        if len(labels) > 1:
            self.parts, self.part = labels, part if part in labels else labels[0]
        self._test = int(ids[chosen])
        self._channel = int(table.numbers("Channel_Index", table.rows)[chosen])
        self.facts = _facts(table, int(chosen)) | {facts.CHANNEL: self._channel + 1}

    def _order_rows(self, rows: Rows, test_of_row: npt.NDArray[np.int32]) -> None:
        """Records by their number, which is not their order on disk."""
        own = np.flatnonzero(test_of_row == self._test)
        points = self._records.numbers("Data_Point", (rows[0][own], rows[1][own]))
        order = np.argsort(points, kind="stable")
        self._points = points[order]
        self._starts, self._ends = rows[0][own][order], rows[1][own][order]
        self.rows = len(own)

    def _own_rows(self, table: JetTable) -> Rows:
        own = table.numbers("Test_ID", table.rows) == self._test
        return table.rows[0][own], table.rows[1][own]

    def _auxiliary_columns(self) -> Iterator[tuple[ReaderColumn, Floats]]:
        """Auxiliary values, a column for each kind and number, at the records they belong to."""
        if "Auxiliary_Table" not in self._database:
            return
        table = self._database.table("Auxiliary_Table")
        rows = self._own_rows(table)
        if not len(rows[0]):
            return
        kinds, numbers = (table.numbers(name, rows) for name in ("Data_Type", "Auxiliary_Index"))
        points, values = table.numbers("Data_Point", rows), table.numbers("X", rows)
        names = self._auxiliary_names()
        place = np.minimum(np.searchsorted(self._points, points), len(self._points) - 1)
        belongs = self._points[place] == points
        for kind, number in sorted(set(zip(kinds.tolist(), numbers.tolist(), strict=True))):
            own = belongs & (kinds == kind) & (numbers == number)
            column = np.full(self.rows, np.nan)
            column[place[own]] = decimal_values(values[own].astype(np.float32))
            what, unit = _KINDS.get(kind, (f"Type {kind}", "1"))
            name, unit = names.get((kind, number), (f"Aux_{what}_{number + 1}", unit))
            yield ReaderColumn(name, unit), column

    def _auxiliary_names(self) -> dict[tuple[int, int], tuple[str, str]]:
        """Name and unit that somebody gave a channel, by its kind and number."""
        if "Aux_Global_Data_Table" not in self._database:
            return {}
        table = self._database.table("Aux_Global_Data_Table")
        channels, kinds, numbers = (
            table.numbers(name, table.rows).tolist()
            for name in ("Channel_Index", "Data_Type", "Auxiliary_Index")
        )
        texts = (table.texts("Nickname"), table.texts("Unit"))
        return {
            (kind, number): (name.strip("\0 "), _UNITS.get(unit.strip("\0 "), unit.strip("\0 ")))
            for channel, kind, number, name, unit in zip(
                channels, kinds, numbers, *texts, strict=True
            )
            if channel == self._channel and name.strip("\0 ")
        }

    def _lost(self, test_of_row: npt.NDArray[np.int32]) -> Iterator[str]:
        """Records that are lost; which, where the file has one test alone."""
        count = self._records.row_count
        if len(test_of_row) < count:
            points = self._records.numbers("Data_Point", self._records.rows)
            is_one = len(set(test_of_row.tolist())) == 1
            which = lost_records(points, count) if is_one else ""
            yield which or _CUT.format(lost=count - len(test_of_row), count=count)
        table = self._database.table(_TESTS)
        strays = np.count_nonzero(~np.isin(test_of_row, table.numbers("Test_ID", table.rows)))
        if strays:
            yield _STRAYS.format(strays=strays)

    def _still_runs(self) -> bool:
        if "Event_Table" not in self._database:
            return False
        table = self._database.table("Event_Table")
        rows = self._own_rows(table)
        if not len(rows[0]):
            return False
        times = np.nan_to_num(table.numbers("DateTime", rows))
        last = np.flatnonzero(times == times.max())
        return _TEST_ENDS not in table.numbers("Event_Type", rows)[last]


def _facts(table: JetTable, row: int) -> dict[str, object]:
    """What the list of tests says of one."""
    found: dict[str, object] = {}
    for fact, name in (
        (facts.NAME, "Test_Name"),
        (facts.CELL, "Item_ID"),
        (facts.SCHEDULE, "Schedule_File_Name"),
    ):
        if name in table.columns:
            found[fact] = table.texts(name)[row].strip("\0 ")
    if "MASS" in table.columns and (mass := table.numbers("MASS", table.rows)[row]) > 0:
        found[facts.MASS] = f"{mass:.7g} g"
    day = float(table.numbers("Start_DateTime", table.rows)[row])
    if 0 < day < 100_000:
        found[facts.START] = str(_DAY_0 + timedelta(seconds=round(day * 86_400)))
    return found
