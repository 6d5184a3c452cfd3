"""What is wrong or worth knowing about a profile, each with its place in the text."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]
MAX_ERRORS = 500  # of a text that is no profile at all; the rest would help nobody


class Place(NamedTuple):  # a tuple, because thousands are made while somebody types
    """A stretch of the text; line and column count from 1, in characters."""

    line: int
    column: int = 1
    length: int = 1


NOWHERE = Place(1)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; `message` says what is wrong and what to write instead.

    A hazard is a warning that a person must have read before a current flows.
    """

    line: int
    column: int
    length: int
    message: str
    severity: Severity = "error"
    is_hazard: bool = False

    @property
    def sentence(self) -> str:
        """The message with its place in front: `line 3, column 5: ...`."""
        return f"line {self.line}, column {self.column}: {self.message}"


def error(place: Place, message: str) -> Problem:
    """Return an error: the profile cannot be used."""
    return Problem(place.line, place.column, place.length, message, "error")


def warning(place: Place, message: str) -> Problem:
    """Return a warning: the profile can be used, and somebody should look."""
    return Problem(place.line, place.column, place.length, message, "warning")


def hazard(place: Place, message: str) -> Problem:
    """Return a warning that concerns safety: somebody must say that they know."""
    return Problem(place.line, place.column, place.length, message, "warning", is_hazard=True)


class Findings:
    """Collects problems while a text is read."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._errors = 0

    def error(self, place: Place, message: str) -> None:
        """Take an error; those past the first few hundred are left out."""
        self._errors += 1
        if self._errors <= MAX_ERRORS:
            self._kept.append(error(place, message))

    def warning(self, place: Place, message: str) -> None:
        """Take a warning."""
        if len(self._kept) < 2 * MAX_ERRORS:
            self._kept.append(warning(place, message))

    def extend(self, problems: Iterable[Problem]) -> None:
        """Take problems that somebody else found."""
        for one in problems:
            say = self.error if one.severity == "error" else self.warning
            say(Place(one.line, one.column, one.length), one.message)

    @property
    def failed(self) -> bool:
        """Whether there is an error."""
        return self._errors > 0

    @property
    def full(self) -> bool:
        """Whether so much is wrong that reading on is of no use."""
        return self._errors > MAX_ERRORS

    def sorted(self) -> tuple[Problem, ...]:
        """Return what was found in the order of the text."""
        return in_order(self._kept)


def in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """Return problems in the order of the text, each once."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda one: (one.line, one.column)))


def errors_in(problems: tuple[Problem, ...]) -> bool:
    """Whether one of the problems is an error."""
    return any(problem.severity == "error" for problem in problems)


def quoted(text: str) -> str:
    """Return a piece of the text for a message: short, and without what cannot be printed."""
    short = text if len(text) <= 30 else text[:29] + "…"
    return "'" + "".join(one if one.isprintable() else "?" for one in short) + "'"
