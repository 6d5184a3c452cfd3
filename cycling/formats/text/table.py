"""Opening a text table: what it is, how it is written, and its first and last rows."""

import io
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from cycling.errors import InputError
from cycling.formats.columns.mapping import MAX_COLUMNS, MAX_LABEL
from cycling.formats.facts import Facts, head_facts
from cycling.formats.problems import Problem
from cycling.formats.text.first_bytes import (
    decoded,
    is_wide,
    refuse_binary,
    refuse_markup,
    refuse_nul,
    sniff_encoding,
)
from cycling.formats.text.last_row import is_cut, open_end_of
from cycling.formats.text.layout import (
    BLANKS,
    Layout,
    decimal_mark,
    find_layout,
    has_thousands,
    records,
)
from cycling.formats.text.rewriting import Blanks, Rewriting, rewritten_text

HEAD_BYTES = 512 * 1024
_TAIL_BYTES = 64 * 1024
SAMPLE_ROWS = 50
MAX_LINE = 1024 * 1024

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", BLANKS: "blanks"}
_ENCODINGS = {
    **{"utf-8": "UTF-8", "cp1252": "Latin-1", "gb18030": "GB18030", "cp932": "Shift-JIS"},
    **{"cp949": "EUC-KR", "big5": "Big5", "cp1251": "Windows-1251"},
}


@dataclass(frozen=True)
class TextTable:
    """A text file with a header and rows, opened but not read: its dialect, labels and samples.

    `header_row` counts rows as a spreadsheet shows them, from 1. `data_start` is where the rows
    begin, in bytes of the file, or of its text as UTF-8 where a character takes several bytes.
    Who reads more than `max_rows` rows gets an error.
    """

    path: Path
    file_name: str
    size_bytes: int
    encoding: str
    mark_bytes: int
    delimiter: str
    decimal: str
    header_row: int
    labels: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    tail: tuple[tuple[str, ...], ...]
    data_start: int
    ends_with_newline: bool
    max_rows: int = sys.maxsize
    cut_off: bool = False  # within its last row
    open_end: str = ""  # OPEN_VALUE, OPEN_ROW: whether its last number is whole cannot be told
    totals: str = ""  # why its last row is no measure
    rewriting: Rewriting | None = None
    thousands: bool = False
    facts: Facts = field(default_factory=dict)  # what the lines above the table say of the test
    # What the format itself says: that current above zero charges, and what is to be known of it.
    signed: bool = False
    notes: tuple[Problem, ...] = ()
    # Of a file that was converted: what it was, its tests, which of them this is, and what holds
    # the text as long as the table lives.
    details: str = ""
    parts: tuple[str, ...] = ()
    part: str = ""
    held: object = None

    @property
    def dialect(self) -> str:
        """How the file is written, in words: "semicolon, decimal comma, UTF-16"."""
        if self.details:
            return self.details
        decimal = "decimal comma" if self.decimal == "," else "decimal point"
        wide = self.encoding.upper().removesuffix("-LE").removesuffix("-BE")
        encoding = _ENCODINGS.get(self.encoding, wide)
        groups = ", thousands separators" if self.thousands else ""
        return f"{_SEPARATORS[self.delimiter]}, {decimal}{groups}, {encoding}"

    def names_unit(self, index: int) -> bool:
        """Whether the format itself says the unit of a column, besides its label."""
        return False

    def sample_of(self, index: int) -> list[str]:
        """Cells of one column from the first and the last rows of the file."""
        return [row[index].strip() for row in (*self.sample, *self.tail) if index < len(row)]


def open_table(
    path: Path, file_name: str | None = None, *, max_rows: int = sys.maxsize
) -> TextTable:
    """Recognise the text table in `path`; InputError says what the file is instead."""
    name = shown_name(file_name or path.name)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            size = file.seek(0, io.SEEK_END)
            file.seek(max(0, size - _TAIL_BYTES))
            tail = file.read()
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}.") from error
    if not head.strip(b"\r\n\t ;,\0\xef\xbb\xbf\xff\xfe"):
        raise InputError(f"{name} is empty. Choose another file, or export it again.")
    refuse_binary(head, name)
    return replace(_opened(path, name, size, head, tail), max_rows=max_rows)


def _opened(path: Path, shown: str, size: int, head: bytes, tail: bytes) -> TextTable:
    encoding, mark = sniff_encoding(head, shown)
    complete = size <= HEAD_BYTES
    text = decoded(head[mark:], encoding, final=complete)
    if "\0" in text:
        refuse_nul(shown)
    refuse_markup(text, shown)
    if not complete and len(text.splitlines()) < 2:
        raise too_long_line(shown)
    layout = find_layout(text, complete=complete, shown_name=shown)
    _check_labels(layout, shown)
    last_text = text[layout.data_start :] if complete else decoded(tail, encoding, final=True)
    last = _tail_rows(last_text, layout, cut=not complete)
    ended = last_text.endswith(("\n", "\r"))
    cut = not ended and is_cut(last)
    last = last[:-1] if cut else last
    open_end = open_end_of(last, last_text) if not (ended or cut) else ""
    decimal = decimal_mark(layout.rows + last)
    return TextTable(
        path=path,
        file_name=shown,
        size_bytes=size,
        encoding=encoding,
        mark_bytes=mark,
        delimiter=layout.delimiter,
        decimal=decimal,
        thousands=has_thousands(layout.rows + last, decimal),
        header_row=layout.header_row,
        labels=layout.labels,
        sample=layout.rows[:SAMPLE_ROWS],
        cut_off=cut,
        open_end=open_end,
        tail=last,
        data_start=_byte_length(text[: layout.data_start], encoding),
        ends_with_newline=ended,
        rewriting=layout.rewriting,
        facts=head_facts(text[: layout.data_start].splitlines()[: layout.header_row - 1]),
    )


def _byte_length(text: str, encoding: str) -> int:
    return len(text.encode("utf-8" if is_wide(encoding) else encoding, errors="replace"))


def _tail_rows(text: str, layout: Layout, *, cut: bool) -> tuple[tuple[str, ...], ...]:
    """Whole rows from the end of the file, for what the first rows do not show.

    The text starts within a row where it is `cut`.
    """
    width = len(layout.labels)
    if layout.rewriting and not isinstance(layout.rewriting, Blanks):
        text = rewritten_text(text, layout.rewriting, at_rows=True)
    rows = [r.cells for r in records(text, layout.delimiter, complete=True) if not r.blank]
    whole = [tuple(cells[:width]) for cells in rows[cut:] if len(cells) >= width]
    return tuple(whole[-SAMPLE_ROWS:])


def _check_labels(layout: Layout, shown: str) -> None:
    if len(layout.labels) > MAX_COLUMNS:
        raise InputError(
            f"{shown} has {len(layout.labels):,} columns; at most {MAX_COLUMNS:,} can be "
            "imported. Export it again with fewer columns."
        )
    for number, label in enumerate(layout.labels, 1):
        if len(label) > MAX_LABEL:
            raise InputError(
                f"The name of column {number:,} in row {layout.header_row:,} of {shown} is "
                f"{len(label):,} characters long. Check that row for a quote that is not closed."
            )


def too_long_line(shown: str) -> InputError:
    """The sentence for a line beyond MAX_LINE, which no table of measures has."""
    return InputError(
        f"{shown} has a line of more than {MAX_LINE:,} bytes, or a quote that is not closed. "
        "Export it again as CSV with one measure a line."
    )


def shown_name(name: str) -> str:
    """The file's own name for messages: no folders, no control characters, not endless."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(c for c in last if c.isprintable()) or "The file"
    return clean if len(clean) <= 80 else clean[:77] + "..."
