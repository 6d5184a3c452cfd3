"""A file that a reader reads, as a table: columns, samples, and rows from the child process."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from cycling.formats.columns.fields import Field
from cycling.formats.columns.guess import guess_fields, plain_column
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.columns.recognise import BDF
from cycling.formats.columns.recognise import propose as propose_text
from cycling.formats.columns.times import with_times
from cycling.formats.problems import LOST, Findings, Problem
from cycling.formats.readers.process import (
    USUAL,
    IdleChild,
    ReadingLimits,
    Request,
    columns_wanted,
)
from cycling.formats.readers.reader import ReaderColumn
from cycling.formats.text.blocks import CellBlock
from cycling.formats.text.rows import too_many_rows
from cycling.formats.text.table import TextTable

_ESSENTIAL = (Field.VOLTAGE, Field.CURRENT, Field.TEST_TIME)


@dataclass(frozen=True)
class ReaderTable(TextTable):
    """A table whose rows a reader gives; every row is one measure, numbered from `header_row` + 1.

    `on_wait` is called several times a second while the reader is waited for; what it raises ends
    the reading.
    """

    format: str = ""
    columns: tuple[ReaderColumn, ...] = ()
    numbers: tuple[bool, ...] = ()
    rows: int = 0
    limits: ReadingLimits = USUAL
    on_wait: Callable[[], None] | None = None
    child: IdleChild = field(default_factory=IdleChild)

    def names_unit(self, index: int) -> bool:
        """Whether the reader knows what a column is, and so its unit."""
        return self.columns[index].field is not None


def reader_table(
    path: Path, answer: dict[str, Any], *, shown_name: str, size_bytes: int, max_rows: int
) -> ReaderTable:
    """The table that a child described."""
    columns = tuple(
        ReaderColumn(name, unit, Field(field) if field else None)
        for name, unit, field in answer["columns"]
    )
    return ReaderTable(
        path=path,
        file_name=shown_name,
        size_bytes=size_bytes,
        encoding="",
        mark_bytes=0,
        delimiter=",",
        decimal=".",
        header_row=answer["first_row"] - 1,
        labels=tuple(column.label for column in columns),
        sample=tuple(tuple(row) for row in answer["sample"]),
        tail=tuple(tuple(row) for row in answer["tail"]),
        data_start=0,
        ends_with_newline=True,
        max_rows=max_rows,
        format=answer["reader"],
        signed=answer["signed"],
        columns=columns,
        numbers=tuple(answer["numbers"]),
        rows=answer["rows"],
        parts=tuple(answer["parts"]),
        part=answer["part"],
        notes=tuple(
            Problem("warning", text, code=code)
            for code, texts in ((LOST, answer["lost"]), ("note", answer["notes"]))
            for text in texts
        ),
        facts=answer["facts"],
        details=answer["details"],
    )


def propose_columns(table: ReaderTable) -> Mapping:
    """The columns as the format has them; where it does not say, by label and values."""
    if not any(column.field for column in table.columns):
        mapping = propose_text(table)
        name = table.format.replace("Parquet", "BDF parquet") if mapping.format == BDF else ""
        return replace(mapping, format=name or table.format)
    columns = [_column(table, index) for index in range(len(table.columns))]
    fields = {column.field for column in columns}
    if not fields.isdisjoint((Field.TEST_TIME, Field.CLOCK)):
        fields |= {Field.TEST_TIME, Field.CLOCK}
    missing = [field for field in Field if field.single and field not in fields]
    return with_times(table, Mapping(table.format, tuple(guess_fields(table, columns, missing))))


def _column(table: ReaderTable, index: int) -> Column:
    given, plain = table.columns[index], plain_column(table, index)
    is_blank = not any(table.sample_of(index))
    if given.field and (not is_blank or given.field in _ESSENTIAL):
        return Column(index, plain.label, given.field, given.unit, plain.name)
    if is_blank and table.numbers[index]:  # numbers that begin later
        return replace(plain, field=Field.EXTENDED)
    return plain


def read_table_rows(
    table: ReaderTable, columns: Sequence[int], findings: Findings
) -> Iterator[CellBlock]:
    """Blocks of the values of `columns`, as doubles or texts."""
    import pyarrow as pa

    request = Request(
        str(table.path), table.file_name, table.part, columns_wanted(columns), table.max_rows
    )
    done = 0
    with table.child.asked(request, table.limits, table.on_wait) as child:
        for _, content in child.frames():
            batch = pa.ipc.open_stream(content).read_next_batch()
            count = min(batch.num_rows, table.max_rows - done)
            first = table.header_row + 1 + done
            done += count
            numbers = np.arange(first, first + count, dtype=np.int64)
            share = min(done / max(table.rows, 1), 1.0)
            cells = {c: batch.column(place)[:count] for place, c in enumerate(columns)}
            yield CellBlock(numbers, cells, int(share * table.size_bytes))
            if count < batch.num_rows:
                findings.add(too_many_rows(table, first + count))
                return
