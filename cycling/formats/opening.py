"""Opening any file of a cycler: a text table, or one that is read or unpacked by a child."""

import os
import sys
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from cycling.errors import InputError
from cycling.formats.columns.mapping import Mapping
from cycling.formats.columns.recognise import propose as propose_text
from cycling.formats.readers.process import USUAL, IdleChild, ReadingLimits, Request
from cycling.formats.readers.registry import BINARY, PACKED, others
from cycling.formats.readers.table import ReaderTable, propose_columns, reader_table
from cycling.formats.text.table import TextTable, shown_name
from cycling.formats.text.table import open_table as open_text_table
from cycling.formats.totals import with_totals

_HEAD_BYTES = 64
_MAX_LAYERS = 2  # an archive within an archive


def open_table(
    path: Path,
    file_name: str | None = None,
    *,
    max_rows: int = sys.maxsize,
    part: str = "",
    limits: ReadingLimits = USUAL,
    on_wait: Callable[[], None] | None = None,
    scratch: Path | None = None,
) -> TextTable:
    """Recognise the table in `path`, at `part` of a file that has several tests.

    InputError says what the file is instead. `on_wait` is called while a reader works. What is
    packed is unpacked into a nameless file in the folder `scratch`, and is gone with the table.
    """
    name = shown_name(file_name or path.name)
    return with_totals(_Opening(max_rows, part, limits, on_wait, scratch).table(path, name))


def propose(table: TextTable) -> Mapping:
    """The format and the columns of a table as far as they can be recognised."""
    return propose_columns(table) if isinstance(table, ReaderTable) else propose_text(table)


@dataclass
class _Opening:
    """One way through the layers of a file."""

    max_rows: int
    part: str
    limits: ReadingLimits
    on_wait: Callable[[], None] | None
    scratch: Path | None
    layers: int = 0

    def table(self, path: Path, name: str) -> TextTable:
        """The table in `path`, whatever it is packed in."""
        head = _head(path, name)
        is_packed = head.startswith(PACKED) and self.layers < _MAX_LAYERS
        if is_packed or head.startswith(BINARY) or (head and others()):
            target = _NamelessFile(self.scratch) if is_packed else None
            request = Request(
                str(path), name, self.part, unpack_to=target.descriptor if target else -1
            )
            idle = IdleChild()
            with idle.asked(request, self.limits, self.on_wait) as child:
                answer = child.json()
            if target and answer.get("converted"):
                return self._converted(target, name, answer["converted"])
            if answer["reader"]:
                return self._read(path, name, answer, idle)
        return open_text_table(path, name, max_rows=self.max_rows)

    def _read(self, path: Path, name: str, answer: dict[str, Any], idle: IdleChild) -> ReaderTable:
        table = reader_table(
            path,
            answer,
            shown_name=name,
            size_bytes=path.stat().st_size,
            max_rows=self.max_rows,
        )
        return replace(table, limits=self.limits, on_wait=self.on_wait, child=idle)

    def _converted(self, target: "_NamelessFile", name: str, answer: dict[str, Any]) -> TextTable:
        """The table in what was written, which has no name in the file system any more."""
        self.layers += 1
        inner = shown_name(answer["file_name"] or name.removesuffix(".gz"))
        table = self.table(target.path, inner)
        if answer["parts"]:
            parts = tuple(answer["parts"])
            table = replace(table, parts=parts, part=answer["part"])
        dialect = table.dialect if answer["is_text"] else ""  # else it is our own writing
        details = ", ".join(filter(None, (answer["details"], dialect)))
        facts = answer["facts"] or table.facts
        return replace(table, details=details, facts=facts, held=(target, table.held))


class _NamelessFile:
    """A file that is gone, however we end, once nothing holds this any more.

    Where the system cannot open a descriptor anew it has a name, and is gone once it is closed.
    """

    def __init__(self, folder: Path | None) -> None:
        descriptors = Path(f"/proc/{os.getpid()}/fd")  # so that our children can open it as well
        if descriptors.exists():
            file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - `finalize` closes
            self.path = descriptors / str(file.fileno())
        else:
            file = tempfile.NamedTemporaryFile(dir=folder)  # noqa: SIM115 - as above
            self.path = Path(file.name)
        self.descriptor = file.fileno()
        weakref.finalize(self, file.close)


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from error
