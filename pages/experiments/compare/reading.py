"""What a comparison is made of: its experiments, and their courses in every metric."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.campaign.cells import CellCycles
from cycling.analysis.campaign.courses import Aligned, Asked, Course, aligned, course
from cycling.analysis.campaign.ends import Ends, ends_of, outliers
from db.engine import Database
from db.measures.cells import cells
from db.measures.kept_cells import Cells
from db.queries.experiments.compared import ComparedExperiment, compared_experiments
from pages.experiments.compare.address import Curve, View
from pages.experiments.compare.groups import grouped

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Compared:
    """One metric of all experiments: their courses, those that are hidden too.

    `places` and `ends` are of the experiments that are shown; of the others they are blank.
    """

    metric: str
    courses: tuple[Course, ...]
    places: Aligned
    ends: Ends
    is_outlier: Flags

    @cached_property
    def unit(self) -> str:
        """The unit of all courses."""
        return next((one.unit for one in self.courses if len(one)), self.courses[0].unit)

    @cached_property
    def peak(self) -> float:
        """The greatest value without its sign."""
        return max((float(np.abs(one.y).max()) for one in self.courses if len(one)), default=0.0)


@dataclass(frozen=True)
class Comparison:
    """Experiments beside each other, in the order of the address."""

    view: View
    experiments: tuple[ComparedExperiment, ...]
    gone: dict[int, str]
    found: Cells

    @cached_property
    def with_cycles(self) -> list[ComparedExperiment]:
        """Those that have cycles which are known by now, hidden ones too."""
        return [one for one in self.experiments if one.id in self.found.cycles]

    @cached_property
    def cycles(self) -> list[CellCycles]:
        """The cycles of those."""
        return [self.found.cycles[one.id] for one in self.with_cycles]

    @cached_property
    def is_visible(self) -> list[bool]:
        """Which of those are shown."""
        return [one.id not in self.view.hidden for one in self.with_cycles]

    @cached_property
    def groups(self) -> dict[str, list[int]]:
        """Places of those by their group; without a grouping there is none."""
        return grouped(self.with_cycles, self.view.group) if self.view.group else {}

    @cached_property
    def metrics(self) -> list[Compared]:
        """Every metric of the view."""
        return [self._compared(name) for name in self.view.metrics] if self.with_cycles else []

    @property
    def rates(self) -> list[str]:
        """The labels of the rate classes that one of them has."""
        return list(dict.fromkeys(label for one in self.cycles for label in one.rate.labels))

    def _compared(self, name: str) -> Compared:
        asked = Asked(name, self.view.x, self.view.rate, self.view.per.basis)
        courses = [course(one, asked) for one in self.cycles]
        shown = [
            one if is_visible else _none(one)
            for one, is_visible in zip(courses, self.is_visible, strict=True)
        ]
        places = aligned(shown, self.view.x)
        ends = ends_of(shown, places, self.view.at)
        return Compared(name, tuple(courses), places, ends, self._outliers(ends))

    def _outliers(self, ends: Ends) -> Flags:
        """Return which are outliers of their group; without a grouping of all."""
        found = np.zeros(len(ends.common), np.bool_)
        for places in self.groups.values() or [list(range(len(found)))]:
            found[places] = outliers(ends.common[places])
        return found


def comparison(
    database: Database, view: View, elapsed_s: Callable[[], float] = lambda: 0.0
) -> Comparison:
    """Return what a view compares; what is not added up after some seconds is pending."""
    known = compared_experiments(database, view.members)
    ids: Sequence[int] = [one.id for one in known.experiments]
    names = {*view.metrics, *(view.cycle.metrics if view.curve is not Curve.NONE else ())}
    found = cells(database, ids, names, elapsed_s=elapsed_s)
    return Comparison(view, known.experiments, known.gone, found)


def _none(one: Course) -> Course:
    empty = np.empty(0)
    return Course(empty, empty, np.empty(0, np.int64), one.unit, one.why)
