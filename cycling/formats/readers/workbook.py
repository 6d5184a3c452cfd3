"""Workbooks (.xlsx, .xls, .xlsb, .ods): their sheets of measures, as a text table."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any, BinaryIO

from cycling.errors import InputError
from cycling.formats.columns.fields import Field
from cycling.formats.columns.labels import same_name, split_label
from cycling.formats.columns.names import NAMES
from cycling.formats.facts import Facts, clean, head_facts
from cycling.formats.readers import ole
from cycling.formats.readers.archives import members_of
from cycling.formats.readers.converter import Converted, Converter

_HEAD_ROWS = 1_000
_MAX_SHEETS = 1_000
# Sheets that repeat or sum up what another one has in full.
_SUMMARIES = re.compile(
    r"statis|cycle|step|log|curve|idle|info|unit|test|global|rawdata|acim|ch\d+_proc|.*chart"
    r"|循环|工步|测试|日志|单位|统计|曲线|信息|サイクル|ステップ|試験|ログ|사이클|스텝|로그",
    re.IGNORECASE,
)
_COUNTING = ("record", "record index", "record id", "data point", "datapoint", "index")
_ROUNDING = timedelta(microseconds=500)

Row = list[Any]


@dataclass
class _Sheet:
    """A sheet of measures: its rows, where the names stand in it, and further sheets of it."""

    name: str
    rows: list[Row]
    header: int
    continued: list[list[Row]]

    @property
    def labels(self) -> list[str]:
        """Names of the columns."""
        return [_text(cell) for cell in self.rows[self.header]]

    @property
    def counting(self) -> int | None:
        """A column that counts on from sheet to sheet: records, or the time of the test."""
        times = [same_name(name) for name in NAMES[Field.TEST_TIME]]
        names = [same_name(split_label(label)[0]) for label in self.labels]
        wanted = (*map(same_name, _COUNTING), *times)
        return next((names.index(name) for name in wanted if name in names), None)


class Workbook(Converter):
    """The sheets with voltages and times are found by their names and columns."""

    name = "Excel workbook"

    @classmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """By what is within, or as an old Office file."""
        if head.startswith(ole.MAGIC):
            return True
        if not head.startswith(b"PK\x03\x04"):
            return False
        members = members_of(path)
        if members is None:
            return b"xl/" in head or b"[Content_Types].xml" in head
        names = [member.filename for member in members]
        return any(name.startswith("xl/") for name in names) or "content.xml" in names

    @classmethod
    def convert(cls, path: Path, part: str, target: BinaryIO) -> Converted:
        """Write the sheets of one test below one head."""
        with path.open("rb") as file:
            is_old = file.read(len(ole.MAGIC)) == ole.MAGIC
        if is_old:
            ole.check_whole(path)
        sheets, others = _sheets(path)
        if not sheets:
            raise InputError(
                "No sheet of this workbook has columns of voltage and time. Export the records, "
                "not only cycles or steps."
            )
        names = [sheet.name for sheet in sheets]
        sheet = sheets[names.index(part)] if part in names else sheets[0]
        _write(sheet, target)
        more = f" and {len(sheet.continued)} further" if sheet.continued else ""
        return Converted(
            parts=tuple(names) if len(names) > 1 else (),
            part=sheet.name if len(names) > 1 else "",
            details=f"workbook, sheet {sheet.name}{more}",
            facts=_facts(others),
            is_text=False,
        )


def _sheets(path: Path) -> tuple[list[_Sheet], list[list[Row]]]:
    """The sheets of measures, continuations joined, and the first rows of all others."""
    from python_calamine import load_workbook

    found: list[_Sheet] = []
    summaries: list[_Sheet] = []
    others: list[list[Row]] = []
    book = load_workbook(str(path))
    for name in sorted(book.sheet_names[:_MAX_SHEETS], key=_natural):
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        is_summary = bool(_SUMMARIES.match(name))
        header = _header(rows)
        if header is None:
            if found and not is_summary and _goes_on(found[-1], rows, 0):
                found[-1].continued.append(rows)
            else:
                others.append(rows[:20])
        elif is_summary:
            summaries.append(_Sheet(name, rows, header, []))
        elif (
            found
            and _same_columns(found[-1], rows[header])
            and _goes_on(found[-1], rows, header + 1)
        ):
            found[-1].continued.append(rows[header + 1 :])
        else:
            found.append(_Sheet(name, rows, header, []))
    return found or summaries[:1], others


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Sheets in the order of their numbers: 2 before 10."""
    return [
        (0, int(piece), "") if piece.isdigit() else (1, 0, piece)
        for piece in re.findall(r"[0-9]{1,18}|[^0-9]+", name)
    ]


def _header(rows: Sequence[Row]) -> int | None:
    """The row that names a voltage and a time, a clock or a current."""
    for number, row in enumerate(islice(rows, _HEAD_ROWS)):
        names = {same_name(split_label(cell)[0]) for cell in row if isinstance(cell, str) and cell}
        fields = {f for f in _TELLING if names & _SAME[f]}
        if Field.VOLTAGE in fields and len(fields) > 1:
            return number
    return None


_TELLING = (Field.VOLTAGE, Field.CURRENT, Field.TEST_TIME, Field.CLOCK)
_SAME = {field: {same_name(name) for name in NAMES[field]} for field in _TELLING}


def _same_columns(sheet: _Sheet, row: Row) -> bool:
    return sheet.labels == [_text(cell) for cell in row]


def _goes_on(sheet: _Sheet, rows: Sequence[Row], first: int) -> bool:
    """Whether rows from `first` on count further from where the sheet ended."""
    place, last = sheet.counting, (sheet.continued or [sheet.rows])[-1]
    if place is None or first >= len(rows) or not last:
        return False
    before, after = last[-1][place : place + 1], rows[first][place : place + 1]
    numbers = [cell for cell in (*before, *after) if isinstance(cell, (int, float))]
    return len(numbers) == 2 and numbers[1] >= numbers[0]


def _write(sheet: _Sheet, target: BinaryIO) -> None:
    """All rows as comma-separated values; the rows keep their numbers in the first sheet."""
    text = io.TextIOWrapper(target, "utf-8", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\n")
    rows: Iterable[Row] = chain(sheet.rows, *sheet.continued)
    width = len(sheet.rows[sheet.header])
    writer.writerows(_cells(row, width) for row in rows)
    text.flush()
    text.detach()


def _cells(row: Row, width: int) -> Iterator[str | float]:
    """Cells as they are written: whole numbers without a point, dates with the year first."""
    return (
        (int(cell) if cell.is_integer() and abs(cell) < 1e15 else cell)
        if type(cell) is float
        else cell
        if type(cell) is str
        else _text(cell)
        for cell in row[:width]
    )


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return (cell + _ROUNDING).isoformat(" ", "milliseconds")
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds(), 3)
        whole = int(seconds)
        return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60 + seconds - whole:06.3f}"
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _facts(sheets: Sequence[Sequence[Row]]) -> Facts:
    """What the other sheets say of the test: `name: value`, or names above values."""
    facts: Facts = {}
    for rows in sheets:
        texts = [[_text(cell) for cell in row] for row in rows]
        for names, values in pairwise(texts):
            if sum(map(bool, names)) > 2:
                pairs = zip(names, values, strict=False)
                facts = {**head_facts(f"{n}:\t{v}" for n, v in pairs if n and v), **facts}
        facts = {**head_facts("\t".join(filter(None, row)) for row in texts), **facts}
    return clean(facts)
