"""What is wrong or worth knowing about a profile, each with its place in the text."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Severity = Literal["error", "warning"]
MAX_PARTS = 6  # of lines that are named
BOUND, CURRENT = "bound", "current"  # topics: what bounds the voltage, and the current of a CV
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

    A hazard is a warning that a person must have read before a current flows. Of a `topic` one is
    enough in a line: what mends it mends the others.
    """

    line: int
    column: int
    length: int
    message: str
    severity: Severity = "error"
    is_hazard: bool = False
    topic: str = field(default="", compare=False)

    @property
    def sentence(self) -> str:
        """The message with its place in front: `line 3, column 5: ...`."""
        return f"line {self.line}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True)
class SameProblems:
    """Problems of one message, at one or many places."""

    problems: tuple[Problem, ...]

    @property
    def first(self) -> Problem:
        """The first of them."""
        return self.problems[0]

    @property
    def place_words(self) -> str:
        """Where: line 3, column 5; or lines 1 to 1800."""
        if len(self.problems) == 1:
            return f"line {self.first.line}, column {self.first.column}"
        return line_words(one.line for one in self.problems)

    @property
    def sentence(self) -> str:
        """The message with its places in front: `lines 1 to 1800: ...`."""
        return f"{self.place_words}: {self.first.message}"


def folded(problems: Iterable[Problem]) -> tuple[SameProblems, ...]:
    """Return problems with those of the same message as one, where the first of them stands."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for one in problems:
        groups.setdefault((one.severity, one.message), []).append(one)
    return tuple(SameProblems(tuple(group)) for group in groups.values())


def line_words(numbers: Iterable[int]) -> str:
    """Write lines: line 3; lines 2, 4 and 9; lines 1 to 1800; the first few, and how many more."""
    lines = sorted(set(numbers))
    starts = [at for at, line in enumerate(lines) if not at or line > lines[at - 1] + 1]
    ends = [*(at - 1 for at in starts[1:]), len(lines) - 1]
    parts: list[str] = []
    counts: list[int] = []
    for start, end in zip(starts, ends, strict=True):
        runs = [(start, end)] if end - start > 1 else [(at, at) for at in range(start, end + 1)]
        for first, last in runs:
            parts.append(f"{lines[first]}" + (f" to {lines[last]}" if last > first else ""))
            counts.append(last - first + 1)
    if len(parts) > MAX_PARTS:
        more = sum(counts[MAX_PARTS:])
        return f"lines {', '.join(parts[:MAX_PARTS])} and {more:,} more"
    if len(parts) == 1:
        return f"lines {parts[0]}" if counts[0] > 1 else f"line {parts[0]}"
    return f"lines {', '.join(parts[:-1])} and {parts[-1]}"


def without_repeats(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems with one of each topic a line: an error, if there is one."""
    kept: dict[tuple[int, str] | Problem, Problem] = {}
    for one in problems:
        key = (one.line, one.topic) if one.topic else one
        first = kept.get(key)
        if first is None or (first.severity, one.severity) == ("warning", "error"):
            kept[key] = one
    return list(kept.values())


def error(place: Place, message: str, topic: str = "") -> Problem:
    """Return an error: the profile cannot be used."""
    return Problem(place.line, place.column, place.length, message, "error", topic=topic)


def warning(place: Place, message: str) -> Problem:
    """Return a warning: the profile can be used, and somebody should look."""
    return Problem(place.line, place.column, place.length, message, "warning")


def hazard(place: Place, message: str, topic: str = "") -> Problem:
    """Return a warning that concerns safety: somebody must say that they know."""
    return Problem(
        place.line, place.column, place.length, message, "warning", is_hazard=True, topic=topic
    )


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


def errors_of(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the errors among problems."""
    return tuple(one for one in problems if one.severity == "error")


def quoted(text: str) -> str:
    """Return a piece of the text for a message: short, and without what cannot be printed."""
    short = text if len(text) <= 30 else text[:29] + "…"
    return "'" + "".join(one if one.isprintable() else "?" for one in short) + "'"
