"""Numbers and words within text cells by a regular expression, a whole column at a time.

Cells of one column look alike: digits at the same places and everything else the same, also the
digits of words such as +02:00. So one cell is matched, and those that look like it are taken apart
by their bytes (30 times as fast).
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cycling.formats.arrow import BoolArray, FloatArray, as_text, truths, valid

if TYPE_CHECKING:
    import pyarrow as pa

ByteArray = npt.NDArray[np.uint8]
IndexArray = npt.NDArray[np.int64]

_MAX_LENGTH = 64
_LOOKS = 8  # tried for each length of a cell, before the rest is matched one by one


@dataclass(frozen=True)
class Parts:
    """Groups of a pattern: numbers (NaN where absent), words ("" where absent), what matches."""

    numbers: dict[str, FloatArray]
    words: dict[str, npt.NDArray[np.str_]]
    matched: BoolArray

    def take(self, rows: IndexArray, match: re.Match[str], digits: ByteArray) -> None:
        """Fill in rows that look like the cell of `match`; `digits` are their bytes minus 48."""
        self.matched[rows] = True
        for name, words in self.words.items():
            words[rows] = match[name] or ""
        for name, values in self.numbers.items():
            if match[name]:
                values[rows] = _number(match, name, digits)

    def at(self, rows: IndexArray) -> "Parts":
        """Only these rows."""
        return Parts(
            {name: values[rows] for name, values in self.numbers.items()},
            {name: words[rows] for name, words in self.words.items()},
            self.matched[rows],
        )

    def put(self, rows: IndexArray, other: "Parts") -> None:
        """Take the parts of these rows from another reading of them."""
        self.matched[rows] = other.matched
        for name, words in self.words.items():
            words[rows] = other.words[name]
        for name, values in self.numbers.items():
            values[rows] = other.numbers[name]


def _number(match: re.Match[str], name: str, digits: ByteArray) -> FloatArray:
    """The number of one group; its point (or comma) is where it is in the matched cell."""
    first, end = match.span(name)
    value = np.zeros(len(digits))
    decimals = 0
    for place in range(first, end):
        if match.string[place].isdigit():
            value = value * 10 + digits[:, place]
        else:
            decimals = end - place - 1
    return value / 10.0**decimals


def captured(
    cells: "pa.StringArray",
    pattern: re.Pattern[str],
    numbers: tuple[str, ...],
    words: tuple[str, ...],
) -> Parts:
    """The named groups of `pattern` in every cell."""
    cells, count = as_text(cells), len(cells)
    parts = Parts(
        {name: np.full(count, np.nan) for name in numbers},
        {name: np.full(count, "", dtype="U12") for name in words},
        np.zeros(count, np.bool_),
    )
    if not count or cells.null_count == count:
        return parts
    offsets = np.frombuffer(cells.buffers()[1], np.int32)[cells.offset : cells.offset + count + 1]
    data = np.frombuffer(cells.buffers()[2], np.uint8)
    lengths = np.diff(offsets)
    for length in np.unique(lengths):
        rows = np.flatnonzero((lengths == length) & valid(cells))
        if 0 < length <= _MAX_LENGTH and len(rows):
            places = offsets[rows].astype(np.int64)[:, None] + np.arange(length)
            _take_alike(parts, pattern, rows, data[places])
    return parts


def _take_alike(
    parts: Parts, pattern: re.Pattern[str], rows: IndexArray, content: ByteArray
) -> None:
    """Take apart cells of one length, look by look."""
    for look in range(len(rows)):
        if not len(rows):
            return
        sample = content[0]
        match = pattern.match(sample.tobytes().decode("latin-1"))
        # Bytes minus 48 wrap around below zero, so one comparison finds the digits.
        alike = np.zeros(len(rows), np.bool_)
        alike[0] = True
        if look < _LOOKS:
            digit = content - 48 < 10
            is_digit = digit[0].copy()
            spans = [match.span(word) for word in parts.words] if match else []
            for first, end in spans:
                is_digit[first:end] = False
            same = (content == sample) | (digit & is_digit)
            alike = same.all(axis=1)
        if match:
            parts.take(rows[alike], match, content[alike] - 48)
        rows, content = rows[~alike], content[~alike]


def was_blank(cells: "pa.StringArray") -> BoolArray:
    """Which cells are null or nothing but blanks."""
    import pyarrow.compute as pc

    cells = as_text(cells)
    return ~valid(cells) | truths(pc.match_substring_regex(cells, r"^\s*$"))
