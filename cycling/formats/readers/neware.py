"""Neware's binary files, .ndax and .nda, by way of fastnda."""

import re
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import numpy as np

from cycling.formats.columns.fields import UNIX_S, Field
from cycling.formats.readers.archives import members_of
from cycling.formats.readers.lost import lost_records
from cycling.formats.readers.reader import ArrayReader, ReaderColumn, Values, decimal_values

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = {
    "total_time_s": ReaderColumn("Test Time", "s", Field.TEST_TIME),
    "unix_time_s": ReaderColumn("Unix Time", UNIX_S, Field.CLOCK),
    "voltage_V": ReaderColumn("Voltage", "V", Field.VOLTAGE),
    "current_mA": ReaderColumn("Current", "mA", Field.CURRENT),
    "cycle_count": ReaderColumn("Cycle Count", "1", Field.CYCLE),
    "step_count": ReaderColumn("Step Count", "1", Field.STEP),
    "step_index": ReaderColumn("Step Index", "1", Field.STEP_ID),
    "step_time_s": ReaderColumn("Step Time", "s", Field.STEP_TIME),
    "step_type": ReaderColumn("Step Type"),
    "capacity_mAh": ReaderColumn("Step Capacity", "mAh", Field.CAPACITY),
    "energy_mWh": ReaderColumn("Step Energy", "mWh", Field.ENERGY),
}
# With steps like these the sign of the current does not tell where a cycle begins.
_UNCOUNTABLE = ("Pulse", "SIM", "Ramp")
_TIMES = ("total_time_s", "unix_time_s", "step_time_s")
_AUXILIARY_LOST = (
    "The file has auxiliary channels, such as temperatures, that cannot be read because its list "
    "of channels is damaged; they are not imported."
)
_TIMES_FILE = "data_runInfo.ndc"
_NO_STEPS = (
    "Steps of the file are missing, and with them the cycles and kinds of {rows:,} records. "
    "Import a whole copy of it."
)
_AUXILIARY_FILE = re.compile(r".*_\d+\.ndc", re.ASCII)
_AUX = re.compile(r"aux(?P<number>\d*)_(?P<name>[a-z]+)_(?P<unit>\w+)")


class _Neware(ArrayReader):
    """Cycles are counted from the steps: a charge after a discharge begins one."""

    signed = True

    def _take(self, table: "pl.DataFrame") -> None:
        from fastnda.dicts import STEP_TYPE_MAP

        names = table["step_type"].replace_strict(STEP_TYPE_MAP, default=None).to_list()
        table = _with_times_and_cycles(table, {name for name in names if name})
        columns = [name for name in _COLUMNS if name in table.columns]
        columns += [name for name in table.columns if name.startswith("aux")]
        self.values = [
            (
                _COLUMNS.get(name) or _auxiliary(name),
                names if name == "step_type" else _numbers(name, table[name]),
            )
            for name in columns
        ]


class NewareNdax(_Neware):
    """A zip of pages, as BTS 8 writes it."""

    name = "Neware .ndax"

    @classmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """By the pages within the zip."""
        if not head.startswith(b"PK\x03\x04"):
            return False
        members = members_of(path)
        if members is None:
            return b".ndc" in head or b"VersionInfo.xml" in head
        return any(member.filename.endswith(".ndc") for member in members)

    def __init__(self, path: Path, part: str) -> None:
        """Read all of it."""
        from fastnda.ndax import read_ndax

        table, lost = _with_times(read_ndax(path), path)
        self._take(table)
        self.lost = tuple(lost)
        with ZipFile(path) as archive:
            has_auxiliary = any(map(_AUXILIARY_FILE.fullmatch, archive.namelist()))
        if has_auxiliary and not any(name.startswith("aux") for name in table.columns):
            self.notes = (_AUXILIARY_LOST,)


class NewareNda(_Neware):
    """One file, as BTS 5 to 8 write it."""

    name = "Neware .nda"

    @classmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """By its first word."""
        return head.startswith(b"NEWARE")

    def __init__(self, path: Path, part: str) -> None:
        """Read all of it."""
        from fastnda.nda import read_nda

        table = read_nda(path)
        self._take(table)
        lost = _lost(table, _last(table))
        self.lost = (lost,) if lost else ()


def _with_times(table: "pl.DataFrame", path: Path) -> tuple["pl.DataFrame", list[str]]:
    """The records up to the last one that has a time of its own, and what is missing.

    Measures, times and steps are apart in the file. fastnda goes on with the last time that it has.
    """
    from fastnda.ndax import _read_ndc_files

    with ZipFile(path) as archive:
        has_times = _TIMES_FILE in archive.namelist()
        times = _read_ndc_files(archive, [_TIMES_FILE]).get(_TIMES_FILE) if has_times else None
    if times is None or not (last := _last(times)):
        return table, []
    count = max(last, _last(table))
    table = table.filter(table["index"] <= last)
    lost = [text] if (text := _lost(table, count)) else []
    if rows := table["step_type"].null_count():
        lost.append(_NO_STEPS.format(rows=rows))
    return table, lost


def _lost(table: "pl.DataFrame", count: int) -> str:
    return lost_records(table["index"].to_numpy(), count) if "index" in table.columns else ""


def _last(table: "pl.DataFrame") -> int:
    """The greatest number of a record; 0 without one."""
    last = table["index"].max() if "index" in table.columns else None
    return last if isinstance(last, int) else 0


def _with_times_and_cycles(table: "pl.DataFrame", step_types: set[str]) -> "pl.DataFrame":
    """The table with what fastnda's own `read`, which goes by a file's name, adds to it."""
    import polars as pl
    from fastnda.utils import _add_total_time, _generate_cycle_number

    is_raw = any(name.startswith(_UNCOUNTABLE) for name in step_types)
    if not is_raw or "cycle_count" not in table.columns:
        table = _generate_cycle_number(table, "auto" if is_raw else "chg")
    if "total_time_s" not in table.columns:
        table = _add_total_time(table)
    if "capacity_mAh" in table.columns:
        return table
    difference = {
        name: pl.col(f"charge_{name}") - pl.col(f"discharge_{name}")
        for name in ("capacity_mAh", "energy_mWh")
    }
    return table.with_columns(**difference)


def _numbers(name: str, column: "pl.Series") -> Values:
    if name in _TIMES:
        return np.round(column.to_numpy().astype(np.float64), 6)
    values = column.to_numpy()
    if name.endswith(("count", "index")):
        return values.astype(np.float64)
    return decimal_values(values.astype(np.float32))


def _auxiliary(name: str) -> ReaderColumn:
    """`aux1_temperature_degC` is the temperature of channel 1; with `?` its kind is lost."""
    match = _AUX.fullmatch(name)
    if not match:
        return ReaderColumn(name.replace("_?", "").replace("aux", "Aux ").strip())
    words = f"Aux {match['number']} {match['name'].capitalize()}"
    return ReaderColumn(" ".join(words.split()), match["unit"])
