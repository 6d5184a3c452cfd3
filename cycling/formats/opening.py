"""Opening any file of a cycler: a text table, or one that a reader reads."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cycling.errors import InputError
from cycling.formats.columns.mapping import Mapping
from cycling.formats.columns.recognise import propose as propose_text
from cycling.formats.readers.process import USUAL, ReadingLimits, Request, reading
from cycling.formats.readers.registry import MAGIC, others
from cycling.formats.readers.table import ReaderTable, propose_columns, reader_table
from cycling.formats.text.table import TextTable, shown_name
from cycling.formats.text.table import open_table as open_text_table

_HEAD_BYTES = 64


def open_table(
    path: Path,
    file_name: str | None = None,
    *,
    max_rows: int = sys.maxsize,
    part: str = "",
    limits: ReadingLimits = USUAL,
    on_wait: Callable[[], None] | None = None,
) -> TextTable:
    """Recognise the table in `path`, at `part` of a file that has several tests.

    InputError says what the file is instead. `on_wait` is called while a reader works.
    """
    name = shown_name(file_name or path.name)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from error
    if head.startswith(MAGIC) or (head and others()):
        with reading(Request(str(path), name, part), limits, on_wait) as child:
            answer = child.json()
        if answer["reader"]:
            size = path.stat().st_size
            table = reader_table(path, answer, shown_name=name, size_bytes=size, max_rows=max_rows)
            return replace(table, limits=limits, on_wait=on_wait)
    return open_text_table(path, name, max_rows=max_rows)


def propose(table: TextTable) -> Mapping:
    """The format and the columns of a table as far as they can be recognised."""
    return propose_columns(table) if isinstance(table, ReaderTable) else propose_text(table)
