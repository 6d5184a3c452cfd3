"""Texts that are tables only after each of their lines was rewritten; rows keep their numbers.

`recognised` looks at a file's first text. What it returns is part of the file's layout; its
`lines` rewrites lines, as many as it gets: one that is no row becomes an empty one.
"""

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cycling.formats.text.split_clock import SplitClock, split_clock

Rewriter = Callable[[Sequence[bytes]], list[bytes]]

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_SEPARATORS = (",", ";", "\t", "|")
_TABLE = re.compile(rb"(\w*CURVE\w*)\tTABLE")
_LOOKED_AT = 400


@dataclass(frozen=True)
class Blanks:
    """Cells are apart by runs of blanks: one tab instead."""

    def rewriter(self, *, at_rows: bool) -> Rewriter:
        """Rewrite lines in order; `at_rows`: they begin with the table's first row."""
        return lambda lines: [b"\t".join(line.split()) for line in lines]


@dataclass(frozen=True)
class QuotedRows:
    """Each row is one quoted cell that holds the row: the row without its quotes."""

    def rewriter(self, *, at_rows: bool) -> Rewriter:
        """Rewrite lines in order; `at_rows`: they begin with the table's first row."""
        return lambda lines: [_unquoted(line) for line in lines]


@dataclass(frozen=True)
class Layers:
    """Rows of cycles, steps and records in one sheet, by how many cells in front are empty.

    A record gets in front what the rows above it say: `carried` cells of each layer above.
    """

    separator: bytes
    carried: tuple[int, ...]

    def rewriter(self, *, at_rows: bool) -> Rewriter:
        """Rewrite lines in order; `at_rows`: they begin with the table's first row."""
        depth = len(self.carried)
        above = [self.separator * (count - 1) for count in self.carried]

        def rewritten(line: bytes) -> bytes:
            level = _depth(line, self.separator, depth)
            if level == depth:
                return self.separator.join((*above, _behind(line, self.separator, depth)))
            if line.strip():
                count = self.carried[level]
                cells = _cells(line, self.separator)[level : level + count]
                above[level] = self.separator.join(cells + [b""] * (count - len(cells)))
            return b""

        return lambda lines: [rewritten(line) for line in lines]


@dataclass(frozen=True)
class NamedTables:
    """Tables one after the other, each below a line with its name (Gamry): those of these names."""

    names: tuple[bytes, ...]

    def rewriter(self, *, at_rows: bool) -> Rewriter:
        """Rewrite lines in order; `at_rows`: they begin with the table's first row."""
        inside, heads_to_skip, is_first = at_rows, 0, not at_rows

        def rewritten(line: bytes) -> bytes:
            nonlocal inside, heads_to_skip, is_first
            if not line.startswith(b"\t"):
                match = _TABLE.match(line)
                inside = bool(match and match[1] in self.names)
                if inside:
                    heads_to_skip, is_first = (0 if is_first else 2), False
                return b""
            if not inside:
                return b""
            if heads_to_skip:
                heads_to_skip -= 1
                return b""
            return line

        return lambda lines: [rewritten(line) for line in lines]


Rewriting = Blanks | QuotedRows | Layers | NamedTables | SplitClock


def recognised(text: str) -> Rewriting | None:
    """How the lines of a file are to be rewritten by its first text; None for a plain table."""
    if "\n" not in text:
        return None  # lines that only end in a carriage return are not rewritten
    lines = re.split(r"\r\n|\r|\n", text[:200_000])[:_LOOKED_AT]
    lines = [line for line in lines if line.strip()]
    if text.startswith("EXPLAIN") and (tables := _TABLE.findall(text.encode())):
        curves = tuple(name for name in tables if re.fullmatch(rb"CURVE\d*", name))
        return NamedTables(curves or (tables[0],))
    later = [line.strip() for line in lines[len(lines) // 2 :]]
    if later and 2 * sum(map(_is_quoted_row, later)) > len(later):
        return QuotedRows()
    return _layers(lines) or split_clock(lines)


def rewritten_text(text: str, rewriting: Rewriting, *, at_rows: bool = False) -> str:
    """A whole text, rewritten; `at_rows`: it begins with the table's first row."""
    lines = [line.rstrip(b"\r") for line in text.encode().split(b"\n")]
    return b"\n".join(rewriting.rewriter(at_rows=at_rows)(lines)).decode()


def _is_quoted_row(line: str) -> bool:
    return bool(_QUOTED.fullmatch(line)) and any(sign in line for sign in _SEPARATORS)


def _unquoted(line: bytes) -> bytes:
    stripped = line.strip()
    if stripped[:1] == b'"' and _QUOTED.fullmatch(stripped.decode("utf-8", "replace")):
        return stripped[1:-1].replace(b'""', b'"')
    return line


def _layers(lines: list[str]) -> Layers | None:
    """Three (or two) lines of names, each with one more empty cell in front than the line above."""
    for sign in _SEPARATORS:
        rows = [_row(line, sign) for line in lines[:40]]
        for place in range(len(rows) - 3):
            levels = [_level(row) for row in rows[place : place + 3]]
            if levels[:2] != [0, 1] or not all(map(_are_names, rows[place : place + 2])):
                continue
            below = rows[place + 2 :]
            if levels[2] == 2 and _are_names(below[0]):
                step = next((row for row in below[1:] if _level(row) == 1), [""])
                return Layers(sign.encode(), (1, _keys(step[1:])))
            if list(map(_level, below[:2])) == [0, 1]:
                return Layers(sign.encode(), (_keys(below[0]),))
    return None


def _level(row: list[str]) -> int:
    return next((place for place, cell in enumerate(row) if cell.strip()), len(row))


def _are_names(row: list[str]) -> bool:
    return any(row) and not any(re.match(r"\s*[+-]?[\d.]", cell) for cell in row)


def _keys(cells: list[str]) -> int:
    """How many of a step's cells in front say which step it is: whole numbers and words."""
    count = 0
    for cell in cells:
        if not cell.strip() or re.search(r"\d[.,:]\d", cell):
            break
        count += 1
    return max(count, 1)


def _depth(line: bytes, separator: bytes, most: int) -> int:
    """How many cells in front of a line are empty, up to `most`."""
    depth = 0
    while depth < most and line.startswith((separator, b'""' + separator)):
        line, depth = _behind(line, separator, 1), depth + 1
    return depth


def _behind(line: bytes, separator: bytes, count: int) -> bytes:
    return line.split(separator, count)[count]


def _cells(line: bytes, separator: bytes) -> list[bytes]:
    cells = _row(line.decode("utf-8", "replace"), separator.decode())
    return [cell.replace(separator.decode(), " ").strip().encode() for cell in cells]


def _row(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line.strip("\r")], delimiter=separator), [])
    except csv.Error:  # a cell of more than 128 KB
        return []
