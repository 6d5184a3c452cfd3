"""What is wrong or worth knowing about a file, each with its row; kept or raised."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from cycling.errors import InputError

_LONG_NUMBER = re.compile(r"\d{1,3}(?:,\d{3}){5,}(?:\.\d+)?", re.ASCII)

Severity = Literal["error", "question", "warning"]
_ORDER: dict[str, int] = {"error": 0, "question": 1, "warning": 2}
LOST = "lost"  # what a damaged file does not have any more
SPARSE_EDGES = "sparse-edges"
LATE_START = "late-start"  # records that begin long after their test
TIME_UNIT, DURATION_UNITS = "time-unit", "duration-unit"  # questions for the unit of the time
MAX_KEPT = 100
MAX_OF_A_KIND = 10


@dataclass(frozen=True)
class Problem:
    """One finding; `text` is a sentence without the row, `sentence` has it.

    `option` is what `--map` takes to correct it, where one correction is likely. `right` is what it
    says of the file that it is right as it is, a sentence without its end.
    """

    severity: Severity
    text: str
    row: int | None = None
    last_row: int | None = None
    column: str | None = None
    code: str = ""
    option: str = ""
    right: str = ""

    def __post_init__(self) -> None:
        """Shorten numbers of a damaged file, whose digits say nothing."""
        object.__setattr__(self, "text", _LONG_NUMBER.sub(_short, self.text))

    @property
    def place(self) -> str:
        """`Row 88,214` or `Rows 1,204 to 1,209`; "" where it is about the whole file."""
        if self.row is None:
            return ""
        if self.last_row is None or self.last_row == self.row:
            return f"Row {self.row:,}"
        return f"Rows {self.row:,} to {self.last_row:,}"

    @property
    def sentence(self) -> str:
        """The text with its row in front."""
        return f"{self.place}: {self.text}" if self.place else self.text

    def to_json(self) -> dict[str, Any]:
        """Plain dict, with `place` for showing."""
        return {**asdict(self), "place": self.place}


def _short(number: re.Match[str]) -> str:
    """Write a number of sixteen digits or more as 1.2e+150."""
    return f"{float(number[0].replace(',', '')):.2g}"


class Findings:
    """Takes problems as reading finds them."""

    def add(self, problem: Problem) -> None:
        """Take one problem."""
        self.add_each(1, lambda _: problem)

    def add_each(self, count: int, problem: Callable[[int], Problem]) -> None:
        """Take `count` problems of one kind; `problem(n)` makes the n-th when it is needed."""
        raise NotImplementedError


class RaisedFindings(Findings):
    """For importing: the first error ends it, everything else was shown before."""

    def add_each(self, count: int, problem: Callable[[int], Problem]) -> None:
        """Raise InputError if they are errors."""
        if count and (first := problem(0)).severity == "error":
            raise InputError(first.sentence)


@dataclass
class KeptFindings(Findings):
    """For verifying: counts every problem, keeps the first of each kind."""

    kept: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _kinds: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def add_each(self, count: int, problem: Callable[[int], Problem]) -> None:
        """Count all, keep the first few."""
        for number in range(count):
            each = problem(number)
            kind = (each.code, each.column)
            room = self._kinds[kind] < MAX_OF_A_KIND and len(self.kept) < MAX_KEPT
            if not room and not self._makes_room(each):
                self.counts[each.severity] += count - number
                return
            self.kept.append(each)
            self._kinds[kind] += 1
            self.counts[each.severity] += 1

    def _makes_room(self, problem: Problem) -> bool:
        """A kind that is not there yet takes the place of one that is there often, or is less."""
        if self._kinds[problem.code, problem.column] or len(self.kept) < MAX_KEPT:
            return False
        kind, count = self._kinds.most_common(1)[0]
        places = [i for i, p in enumerate(self.kept) if (p.code, p.column) == kind]
        if count < 2:
            rank = _ORDER[problem.severity]
            places = [i for i, p in enumerate(self.kept) if _ORDER[p.severity] > rank]
        if not places:
            return False
        gone = self.kept.pop(max(places, key=lambda i: (_ORDER[self.kept[i].severity], i)))
        self._kinds[gone.code, gone.column] -= 1
        return True

    @property
    def total(self) -> int:
        """Number of all problems, kept or not."""
        return self.counts.total()

    def sorted(self) -> tuple[Problem, ...]:
        """What was kept: errors first, then questions, then warnings, each by row."""
        return tuple(sorted(self.kept, key=lambda p: (_ORDER[p.severity], p.row or 0)))


def quoted_list(names: Sequence[str]) -> str:
    """`'a', 'b' and 'c'` for sentences."""
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]
