"""Timing a work beside its limit and its goal, and the line of the table that comes of it."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

Action = Callable[[], object]
SECONDS, MEGABYTES, KILOBYTES = "s", "MB", "kB"


@dataclass(frozen=True)
class Limit:
    """The same work by plain means: what it is called, and how to do it."""

    name: str
    action: Action


@dataclass(frozen=True)
class Goal:
    """What a line should reach; bounds that are not named hold always.

    `most` and `worst` are in the unit of the line, for its median and its worst run. `ratio` is
    against the limit, `growth` against the smallest size.
    """

    words: str
    most: float = math.inf
    worst: float = math.inf
    ratio: float = 0.0
    growth: float = math.inf

    def is_met(self, line: "Line") -> bool:
        """Whether a line reaches it. What was not measured does not count against the line."""
        return (
            line.median <= self.most
            and (line.worst or line.median) <= self.worst
            and (line.ratio is None or line.ratio >= self.ratio)
            and (line.growth is None or line.growth <= self.growth)
        )


@dataclass(frozen=True)
class Line:
    """One work on one engine. `size` items are in it; `per` names them where a rate says something.

    `growth` is the median over that of the smallest size.
    """

    work: str
    engine: str
    median: float
    unit: str = SECONDS
    size: int = 0
    per: str = ""
    worst: float | None = None
    limit: str = ""
    limit_median: float | None = None
    growth: float | None = None
    goal: Goal | None = None
    note: str = ""

    @property
    def per_second(self) -> float | None:
        """How many items a second."""
        return self.size / self.median if self.per else None

    @property
    def ratio(self) -> float | None:
        """Our speed over that of the limit: 1 is as fast, 0.5 takes twice as long."""
        return None if self.limit_median is None else self.limit_median / self.median

    @property
    def is_met(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        return None if self.goal is None else self.goal.is_met(self)


@dataclass(frozen=True)
class Stopwatch:
    """Measures on one engine."""

    engine: str

    def line(
        self,
        work: str,
        action: Action,
        limit: Limit | None = None,
        *,
        runs: int,
        size: int = 0,
        per: str = "",
        goal: Goal | None = None,
        note: str = "",
        warm_up: bool = False,
        before: Action = lambda: None,
    ) -> Line:
        """Do both in turn, so that a busy moment of the machine meets both; take the medians.

        A short work is done once before (`warm_up`): the first time it loads and compiles.
        `before` makes ready for each run and is not timed.
        """
        if warm_up:
            action()
        ours, theirs = [], []
        for _ in range(runs):
            before()
            ours.append(seconds(action))
            if limit is not None:
                theirs.append(seconds(limit.action))
        return Line(
            work,
            self.engine,
            statistics.median(ours),
            size=size,
            per=per,
            worst=max(ours),
            limit=limit.name if limit else "",
            limit_median=statistics.median(theirs) if theirs else None,
            goal=goal,
            note=note,
        )


def seconds(action: Action) -> float:
    """Do it and return how long that took."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def with_growth(lines: Sequence[Line]) -> list[Line]:
    """Set the growth of each line against the smallest size of the same work and engine."""
    smallest: dict[tuple[str, str], Line] = {}
    for line in sorted(lines, key=lambda one: one.size):
        smallest.setdefault((line.work, line.engine), line)
    grown = []
    for line in lines:
        first = smallest[line.work, line.engine]
        is_first = first.size == line.size
        grown.append(line if is_first else replace(line, growth=line.median / first.median))
    return grown
