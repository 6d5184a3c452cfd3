"""The words of a profile text, each with its place; comments and blanks are gone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from cycling.profile.problems import Findings, Place

MAX_LINE = 1000  # characters before a comment
# What word processors and PDF files make of plain characters; each stays one, so places stay.
_LOOKALIKES = {
    **dict.fromkeys("−‐‑‒–—―﹣\u00ad", "-"),
    **dict.fromkeys("⁄∕", "/"),
    **dict.fromkeys("、，﹐", ","),
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", " "),
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full width
}
_PLAIN = str.maketrans(_LOOKALIKES)
_NEW_LINE = re.compile(r"\r\n|\r|\n")
_COMMENT = re.compile(r"[#;].*", re.DOTALL)
_WORD = re.compile(r"<=?|[^\s,<]+")
_LONELY_COMMA = re.compile(r"^\s*,|(?<=,)\s*,|(?P<last>,)\s*$")


class Token(NamedTuple):
    """A word; `after_comma` says that a comma stands between it and the one before."""

    text: str
    line: int
    column: int
    after_comma: bool

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.line, self.column, len(self.text))

    @property
    def upper(self) -> str:
        """The word as keywords are compared."""
        return self.text.upper()


@dataclass(frozen=True, slots=True)
class Line:
    """A line that says something."""

    number: int
    tokens: tuple[Token, ...]

    @property
    def place(self) -> Place:
        """From its first word to its last."""
        first, last = self.tokens[0].place, self.tokens[-1].place
        return Place(self.number, first.column, last.column + last.length - first.column)


def plain_characters(text: str) -> str:
    """Return a text with a minus for every dash, and so on; its length stays."""
    return text if text.isascii() else text.translate(_PLAIN)


def lines_of(text: str, findings: Findings) -> Iterator[Line]:
    """Yield the lines that say something; commas without a word between are errors."""
    plain_text = plain_characters(text.removeprefix("\ufeff"))
    for number, line in enumerate(_NEW_LINE.split(plain_text), 1):
        content = _COMMENT.sub("", line)
        if not content or content.isspace():
            continue
        if len(content) > MAX_LINE:
            place = Place(number, 1, MAX_LINE)
            findings.error(place, f"The line is longer than {MAX_LINE:,} characters.")
            continue
        _check_commas(content, number, findings)
        if tokens := _tokens(content, number):
            yield Line(number, tokens)


@lru_cache(maxsize=2048)  # while somebody types, nearly all lines stay as they were
def _tokens(line: str, number: int) -> tuple[Token, ...]:
    tokens, end = [], 0
    for match in _WORD.finditer(line):
        start = match.start()
        tokens.append(Token(match[0], number, start + 1, "," in line[end:start]))
        end = match.end()
    return tuple(tokens)


def _check_commas(line: str, number: int, findings: Findings) -> None:
    for match in _LONELY_COMMA.finditer(line):
        if match.lastgroup == "last":
            place = Place(number, match.start("last") + 1)
            findings.error(place, "Nothing follows the last comma: write a value, or remove it.")
        else:
            place = Place(number, match.end())
            findings.error(place, "Nothing stands before this comma: write a value, or remove it.")
