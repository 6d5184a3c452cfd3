"""What the life of a battery is made of: its experiments, their cycles, and these joined."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.campaign.cells import BY_NAME, RESISTANCE, CellCycles
from cycling.analysis.campaign.courses import ALL_RATES, OF_CHARGE, Asked, Course, course
from cycling.analysis.campaign.life import CUMULATIVE, Life
from cycling.analysis.cycles.metrics import Basis
from db.engine import Database
from db.measures.battery_life import NUMBERS, life_of
from db.measures.cells import cells
from db.measures.kept_cells import Cells
from db.queries.batteries.experiments import (
    BegunExperiment,
    BegunExperiments,
    begun_experiments,
)
from pages.battery.life.address import EVERY_RATE, Along, View

Ints = NDArray[np.int64]

OF_NO_RATE = (RESISTANCE.name, *CUMULATIVE)  # metrics that are one line whatever the rate
# what table, figures and notes need beside the metrics that are drawn
ALWAYS = (*NUMBERS, "ce_pct", "charge_end_v", "discharge_end_v", "temperature_mean")


@dataclass(frozen=True)
class RateLine:
    """A metric of the cycles of one rate, "" for those of all."""

    rate: str
    course: Course


@dataclass(frozen=True)
class Joined:
    """The life of a battery as a view draws it; `life` is None without any cycle."""

    view: View
    every: BegunExperiments
    found: Cells
    life: Life | None

    @cached_property
    def with_cycles(self) -> list[BegunExperiment]:
        """The experiments that are joined, in their order."""
        return [
            one
            for one in self.every.experiments
            if one.id in self.found.cycles and len(self.found.cycles[one.id].number)
        ]

    @cached_property
    def cells(self) -> list[CellCycles]:
        """The cycles of those, by themselves."""
        return [self.found.cycles[one.id] for one in self.with_cycles]

    @property
    def rates(self) -> tuple[str, ...]:
        """The labels of the rates of complete cycles, that with the most of them first."""
        if self.life is None:
            return ()
        cell = self.life.cell
        counts = {label: int(cell.of_rate(label).sum()) for label in cell.rate.labels}
        order = sorted(counts, key=lambda label: (label != cell.facts.main, -counts[label]))
        return tuple(label for label in order if counts[label])

    def rows_of(self, place: int) -> Ints:
        """Return the rows of the joined table that are of one of `with_cycles`."""
        return np.flatnonzero(self.life.part == place) if self.life else np.empty(0, np.int64)

    def lines(self, metric: str) -> list[RateLine]:
        """Return the lines of a metric, the main rate first; those without a cycle are left out."""
        if self.life is None:
            return []
        axis, rate = self.view.x.axis, self.view.rate
        if metric in OF_NO_RATE or rate == ALL_RATES:
            rates: tuple[str, ...] = ("",)
        else:
            rates = self.rates if rate == EVERY_RATE else (rate,)
        lines = [
            RateLine(one, course(self.life.cell, Asked(metric, axis, one or ALL_RATES)))
            for one in rates
        ]
        return [one for one in lines if len(one.course)]

    def unit(self, metric: str) -> str:
        """Return the unit of a metric."""
        is_charge = metric in OF_CHARGE and self.life is not None
        return self.life.unit if is_charge and self.life else BY_NAME[metric].unit


def joined_life(
    database: Database,
    battery_id: int,
    view: View,
    elapsed_s: Callable[[], float] = lambda: 0.0,
    *,
    names: tuple[str, ...] = (),
) -> Joined:
    """Return the life of a battery; what is not added up after some seconds is pending.

    `names` are metrics that are read beside those of the view.
    """
    every = begun_experiments(database, battery_id)
    wanted = {*view.metrics, *ALWAYS, *names}
    found = cells(database, every.ids, wanted, elapsed_s=elapsed_s)
    begun = [(one.id, one.begun_at) for one in every.experiments]
    is_calendar = view.x is Along.CALENDAR
    life = life_of(begun, found, basis=view.per.basis, is_calendar=is_calendar)
    return Joined(view, every, found, life)


def life_in_ah(joined: Joined) -> Life | None:
    """Return the same life with its charges in Ah."""
    if joined.view.per.basis is Basis.TOTAL:
        return joined.life
    begun = [(one.id, one.begun_at) for one in joined.every.experiments]
    return life_of(begun, joined.found)
