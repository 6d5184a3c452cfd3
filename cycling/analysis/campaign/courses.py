"""A metric of a cell over its life, and several brought to common places."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.campaign.cells import BY_NAME, RESISTANCE, Axis, CellCycles
from cycling.analysis.cycles.metrics import Basis, by_basis

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ALL_RATES = "all"
MAIN_RATE = ""
OF_CHARGE = ("charge_ah", "discharge_ah")  # what is given per g, per cm2, in % of nominal
EFFICIENCIES = ("ce_pct", "ee_pct", "ve_pct", "ce_loss_pct_per_h")
OF_DISCHARGE = ("discharge_ah", "discharge_wh", "retention_pct")
PLACES = 400  # of an axis that is not counted
UNKNOWN = {
    Basis.MASS: "its active mass is not known",
    Basis.AREA: "its electrode area is not known",
    Basis.NOMINAL: "it has no nominal capacity",
}


@dataclass(frozen=True)
class Asked:
    """What is compared: a metric along an axis, of which cycles, a charge by which basis.

    `rate` is the label of a class, MAIN_RATE for the main one of each cell, ALL_RATES for all
    complete cycles, those of formation too.
    """

    metric: str
    axis: Axis = Axis.CYCLE
    rate: str = MAIN_RATE
    basis: Basis = Basis.TOTAL


@dataclass(frozen=True)
class Course:
    """A metric of a cell, shapes (cycles,), in `unit`: without blanks, x never falls.

    `number` are the cycles. Where there is none, `why` says what is missing.
    """

    x: Floats
    y: Floats
    number: Ints
    unit: str
    why: str = ""

    def __len__(self) -> int:
        """How many cycles it has."""
        return len(self.x)


@dataclass(frozen=True)
class Aligned:
    """Courses at common places: x of shape (places,), values (courses, places), NaN for none."""

    x: Floats
    values: Floats


def course(cell: CellCycles, asked: Asked) -> Course:
    """Return what is asked for of a cell; incomplete cycles have none.

    Uneven cycles have no efficiency, and what is no whole discharge has no capacity. A resistance
    is that of any cycle with pulses: they stand in cycles of their own.
    """
    which = _which(cell, asked.rate)
    if asked.metric == RESISTANCE.name:
        which = np.ones(len(cell.number), np.bool_)
    elif asked.metric in EFFICIENCIES:
        which = which & ~cell.is_uneven
    elif asked.metric in OF_DISCHARGE:
        which = which & cell.has_capacity
    values, unit = cell.columns[asked.metric], BY_NAME[asked.metric].unit
    if asked.metric in OF_CHARGE:
        values, unit = by_basis(values, asked.basis, cell.facts.choices)
    column = asked.axis.column
    x = cell.columns[column] if column else cell.number.astype(float)
    rows = np.flatnonzero(which & np.isfinite(values) & np.isfinite(x))
    order = rows[np.argsort(x[rows], kind="stable")]
    why = "" if len(order) else _why(cell, asked, has_cycles=bool(which.any()))
    return Course(x[order], values[order], cell.number[order], unit, why)


def cycles_of(cell: CellCycles, rate: str) -> Ints:
    """Return the numbers of the complete cycles of a rate whose discharge is whole."""
    return cell.number[_which(cell, rate) & cell.has_capacity]


def _which(cell: CellCycles, rate: str) -> NDArray[np.bool_]:
    if rate == ALL_RATES:
        return cell.is_complete
    return cell.of_rate(cell.facts.main if rate == MAIN_RATE else rate)


def _why(cell: CellCycles, asked: Asked, *, has_cycles: bool) -> str:
    """Say what is missing for a course."""
    if asked.metric == RESISTANCE.name:
        return "it has no pulses of 10 s after a rest"
    if not cell.is_complete.any():
        return "it has no complete cycle"
    if not has_cycles:
        return "it has no complete cycle after formation" + (
            f" at {asked.rate}" if asked.rate else ""
        )
    if asked.metric in OF_CHARGE and not is_known(cell, asked.basis):
        return UNKNOWN[asked.basis]
    if asked.axis is Axis.EFC and not cell.facts.capacity_ah:
        return "it has no nominal capacity, so no equivalent full cycles"
    return f"it has no {BY_NAME[asked.metric].label}"


def is_known(cell: CellCycles, basis: Basis) -> bool:
    """Whether a charge of a cell can be given by this."""
    facts = cell.facts
    known = {Basis.MASS: facts.mass_g, Basis.AREA: facts.area_cm2, Basis.NOMINAL: facts.capacity_ah}
    return basis is Basis.TOTAL or bool(known[basis])


def aligned(courses: Sequence[Course], axis: Axis) -> Aligned:
    """Bring courses to common places.

    Cycles are compared with cycles of the same number: who has none of a number is blank there.
    Along other axes cells have no places in common: there are 400 evenly spaced ones and the ends
    of each, with the value on the straight line between the cycles beside it; none is beyond the
    first and the last cycle of its cell.
    """
    ends = [one.x[[0, -1]] for one in courses if len(one)]
    if not ends:
        return Aligned(np.empty(0), np.empty((len(courses), 0)))
    if axis is Axis.CYCLE:
        x = np.unique(np.concatenate([one.x for one in courses]))
        values = np.full((len(courses), len(x)), np.nan)
        for row, one in zip(values, courses, strict=True):
            row[np.searchsorted(x, one.x)] = one.y
        return Aligned(x, values)
    both = np.concatenate(ends)
    x = np.union1d(np.linspace(both.min(), both.max(), PLACES), both)
    return Aligned(x, np.array([_on_line(one, x) for one in courses]))


def _on_line(one: Course, x: Floats) -> Floats:
    if not len(one):
        return np.full(len(x), np.nan)
    return np.interp(x, one.x, one.y, left=np.nan, right=np.nan)
