"""Reads one line of a profile word by word."""

import difflib
import re
from collections.abc import Iterable
from itertools import pairwise

from cycling.profile.language.quantities import (
    EXAMPLES,
    NUMBER,
    Kind,
    NotAQuantityError,
    Quantity,
    read_quantity,
)
from cycling.profile.language.tokens import Line, Token
from cycling.profile.problems import Findings, Place, quoted

INSTRUCTIONS = ("WAIT", "CC", "CV", "CP", "REPEAT", "END", "SAFETY", "RECORD")
LIMIT_WORDS = ("TIME", "VOLTAGE", "CURRENT", "POWER", "CAPACITY", "ENERGY", "TEMPERATURE", "MAX")
KEYWORDS = frozenset((*INSTRUCTIONS, *LIMIT_WORDS, "CYCLES", "TEST", "IF", "RETENTION"))
_BARE_NUMBER = re.compile(rf"[+-]?{NUMBER}")
DIGITS = "0123456789"


class LineReader:
    """A place in a line, moving from left to right; what is wrong goes to the findings."""

    def __init__(self, line: Line, findings: Findings) -> None:
        self.line = line
        self.findings = findings
        self._at = 0

    @property
    def peek(self) -> Token | None:
        """The next word, None at the end of the line."""
        return self.line.tokens[self._at] if self._at < len(self.line.tokens) else None

    def take(self) -> Token | None:
        """Return the next word and go past it."""
        token = self.peek
        if token is not None:
            self._at += 1
        return token

    def take_keyword(self, word: str) -> bool:
        """Go past this keyword, if it is the next word."""
        token = self.peek
        if token is None or token.upper != word:
            return False
        self._at += 1
        return True

    @property
    def end(self) -> Place:
        """Where the last word of the line stands."""
        return self.line.tokens[-1].place

    def error(self, place: Place, message: str) -> None:
        """Say what is wrong at a place."""
        self.findings.error(place, message)

    def missing(self, message: str) -> None:
        """Say what is missing at this place."""
        self.error(self.peek.place if self.peek else self.end, message)

    def refuse_rest(self, message: str) -> None:
        """Say that words are left which have no place here."""
        if token := self.peek:
            hint = self.decimal_comma_hint(token)
            self.error(token.place, f"{quoted(token.text)} has no place here. {message}{hint}")

    def quantity(self, kind: Kind, what: str) -> Quantity | None:
        """Return the number with its unit that comes next; a unit may stand after a blank.

        `what` begins the sentence about what is wrong: "The set-point of CC".
        """
        token = self.peek
        if token is None or token.upper in KEYWORDS:
            self.missing(f"{what} is missing: write {EXAMPLES[kind]}.")
            return None
        self._at += 1
        text, place = token.text, token.place
        if (unit := self._unit_after(token)) is not None:
            text += unit.text
            length = unit.place.column + unit.place.length - place.column
            place = Place(place.line, place.column, length)
        try:
            return read_quantity(text, kind, place)
        except NotAQuantityError as error:
            hint = self.decimal_comma_hint(token)
            self.error(place, f"{what} is {quoted(text)}. {error}{hint}")
            return None

    def _unit_after(self, token: Token) -> Token | None:
        """Go past a unit that stands after a bare number and a blank."""
        unit = self.peek
        if unit is None or unit.after_comma or not _BARE_NUMBER.fullmatch(token.text):
            return None
        if unit.upper in KEYWORDS or unit.text[0] in "+-.<" + DIGITS:
            return None
        self._at += 1
        return unit

    def decimal_comma_hint(self, token: Token) -> str:
        """Return a hint where `4,2` was written for 4.2, at this word or right after it."""
        tokens = self.line.tokens
        at = tokens.index(token)
        for before, after in pairwise(tokens[max(at - 1, 0) : at + 2]):
            touching = before.place.column + before.place.length + 1 == after.place.column
            number = _BARE_NUMBER.fullmatch(before.text) and after.text[0] in DIGITS
            if after.after_comma and touching and number:
                return f" The decimal mark is a point: {before.text}.{after.text}."
        return ""


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean X?` where one of the words is close to this one."""
    close = difflib.get_close_matches(word.upper()[:20], list(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]}?" if close else ""
