"""A file's measures in short: enough to recognise them when they come in another file.

The sign of the current and how numbers are written do not matter: they may be read in another
way the next time.
"""

import math
from dataclasses import asdict, dataclass

import msgspec
import numpy as np

from cycling.conversion import convert
from cycling.formats.values.numbers import FloatArray

TOLERANCE = 1e-9  # of a sum's rounding, relative
FIRST_MARK = 8
CLOCK_S = 0.001  # of clocks that are written in thousandths


@dataclass(frozen=True)
class Digest:
    """Number of measures; clocks of the first and last in Unix s (None without a clock).

    `first` and `last` are test time in s, voltage in V and current without its sign in A, `sums`
    those of all measures but the times of the clock. What is blank counts as 0. `marks` are the
    sums after 8, 12, 16, 24, ... measures: by them a file is recognised that has grown.
    """

    measures: int
    begins_s: float | None
    ends_s: float | None
    first: tuple[float, float, float]
    last: tuple[float, float, float]
    sums: tuple[float, float, float]
    marks: tuple[tuple[float, float, float], ...] = ()

    def begins_with(self, earlier: "Digest", *, same_name: bool) -> bool:
        """Whether these are the measures of an earlier file and more, by their marks.

        Without clocks two tests can begin alike: then only a file of the same name is taken for it.
        """
        both_without = self.begins_s is None and earlier.begins_s is None
        starts = _same_start(self.begins_s, earlier.begins_s) or (same_name and both_without)
        pairs = zip((self.first, *self.marks), (earlier.first, *earlier.marks), strict=False)
        return (
            bool(earlier.marks)
            and self.measures > earlier.measures
            and self.last[0] >= earlier.last[0]
            and starts
            and all(
                math.isclose(a, b, rel_tol=TOLERANCE)
                for mine, its in pairs
                for a, b in zip(mine, its, strict=True)
            )
        )

    def is_of_first(self, sums: tuple[float, float, float] | None) -> bool:
        """Whether these are the measures that another file begins with, by the sums of those."""
        pairs = zip(self.sums, sums or (math.nan,) * 3, strict=True)
        return all(math.isclose(a, b, rel_tol=TOLERANCE) for a, b in pairs)

    def same_as(self, other: "Digest") -> bool:
        """Whether both are of the same measures; without a clock in each they are not enough."""
        mine = (*self.first, *self.last, *self.sums)
        its = (*other.first, *other.last, *other.sums)
        return (
            self.measures == other.measures
            and _same_start(self.begins_s, other.begins_s)
            and all(math.isclose(a, b, rel_tol=TOLERANCE) for a, b in zip(mine, its, strict=True))
        )

    def to_json(self) -> dict[str, object]:
        """Plain dicts and lists."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> "Digest | None":
        """The digest that `to_json` gave; None for anything else."""
        try:
            return convert(value, cls)
        except msgspec.ValidationError:
            return None


class DigestBuilder:
    """Takes measures as they go by; `first_sums` are the sums of the first `first` of them."""

    def __init__(self, first: int = 0) -> None:
        self.first_sums: tuple[float, float, float] | None = None
        self._of_first = first
        self._measures = 0
        self._begins_s: float | None = None
        self._ends_s: float | None = None
        self._first = self._last = (0.0, 0.0, 0.0)
        self._sums = np.zeros(3)
        self._marks: list[tuple[float, float, float]] = []
        self._next_mark = FIRST_MARK

    def add(
        self,
        test_time_s: FloatArray,
        unix_time_s: FloatArray | None,
        voltage_v: FloatArray,
        current_a: FloatArray,
    ) -> None:
        """Take the next measures, each array as long as the others; NaN is blank."""
        count = len(test_time_s)
        if not count:
            return
        values = np.nan_to_num(np.array([test_time_s, voltage_v, np.abs(current_a)]))
        if not self._measures:
            self._first = _three(values[:, 0])
        self._last = _three(values[:, -1])
        while self._next_mark <= self._measures + count:
            so_far = values[:, : self._next_mark - self._measures].sum(axis=1)
            self._marks.append(_three(self._sums + so_far))
            self._next_mark = _following(self._next_mark)
        if self._measures < self._of_first <= self._measures + count:
            first = values[:, : self._of_first - self._measures].sum(axis=1)
            self.first_sums = _three(self._sums + first)
        self._sums += values.sum(axis=1)
        self._measures += count
        if unix_time_s is not None:
            finite_s = unix_time_s[np.isfinite(unix_time_s)]
            if len(finite_s):
                self._begins_s = float(finite_s[0]) if self._begins_s is None else self._begins_s
                self._ends_s = float(finite_s[-1])

    def digest(self) -> Digest:
        """Return the digest of what was taken."""
        return Digest(
            self._measures,
            self._begins_s,
            self._ends_s,
            self._first,
            self._last,
            _three(self._sums),
            tuple(self._marks),
        )


def _following(mark: int) -> int:
    """The mark after this one: 8, 12, 16, 24, 32, 48, ..."""
    is_power = mark & (mark - 1) == 0
    return mark * 3 // 2 if is_power else mark // 3 * 4


def _three(values: FloatArray) -> tuple[float, float, float]:
    first, second, third = values.tolist()
    return first, second, third


def _same_start(one: float | None, other: float | None) -> bool:
    """Whether two starts are the same; a file without a clock can have been any time."""
    return one is not None and other is not None and abs(one - other) <= CLOCK_S
