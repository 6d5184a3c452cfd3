"""One cycle of each compared experiment: voltage over charge, or dQ/dV; of its samples alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.campaign.cells import CellCycles
from cycling.analysis.campaign.courses import UNKNOWN, is_known
from cycling.analysis.campaign.which_cycle import cycle_of
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.cycles.metrics import by_basis
from cycling.analysis.voltage.incremental import BIN_V, SIGMA_V, bin_v, incremental_capacity
from cycling.errors import NotFoundError
from db import series
from db.engine import Database
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.measures.half_cycles import half_cycle
from db.measures.halves import half_curve
from db.series import ExperimentSeries
from pages.experiments.compare.address import Curve
from pages.experiments.compare.drawing import title_of
from pages.experiments.compare.reading import Comparison

Floats = NDArray[np.float64]

READ_S = 8.0  # after which no further experiment is read for one answer
TOO_LONG = f"reading the others took {READ_S:g} s; hide some to see it"
DAMAGED = "some of its measures are damaged"
NOT_READY = "its measures are still being copied"


@dataclass(frozen=True)
class HalfLine:
    """A half of a cycle, shapes (n,), of the experiment at a `place` among those with cycles.

    Of a voltage curve x is the charge since the half began and y the voltage (V), of dQ/dV x is the
    voltage and y the charge a volt, in bins `width_v` wide; charge in the unit of the view.
    `is_fast`: its dQ/dV is of more than C/5.
    """

    place: int
    cycle: int
    half: Direction
    x: Floats
    y: Floats
    width_v: float = 0.0
    is_fast: bool = False


@dataclass
class Curves:
    """The halves of the chosen cycles, in the order of the experiments.

    `missing` says why others have none, with their names. `rates` are the classes of the cycles,
    `unit` is that of the charge, `incomplete` names experiments whose cycle is not complete.
    """

    comparison: Comparison
    lines: list[HalfLine] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)
    rates: list[str] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    unit: str = "Ah"

    @property
    def is_dqdv(self) -> bool:
        """Whether it is dQ/dV."""
        return self.comparison.view.curve is Curve.DQDV

    @property
    def cycles(self) -> list[int]:
        """The numbers of the cycles, each once."""
        return sorted({one.cycle for one in self.lines})


def curves_of(
    database: Database, comparison: Comparison, elapsed_s: Callable[[], float] = lambda: 0.0
) -> Curves:
    """Read the chosen cycle of every experiment that is shown: only chunks that hold some of it.

    What is left after READ_S by `elapsed_s` is not read, which `missing` says.
    """
    found = Curves(comparison)
    if comparison.view.curve is Curve.NONE:
        return found
    for place, is_visible in enumerate(comparison.is_visible):
        if is_visible:
            why = TOO_LONG if elapsed_s() > READ_S else _add(database, found, place)
            if why:
                name = title_of(comparison.with_cycles[place])
                found.missing.setdefault(why, []).append(name)
    return found


def _add(database: Database, found: Curves, place: int) -> str:
    """Read what is asked for of one experiment; return what is missing, "" for nothing."""
    view, cell = found.comparison.view, found.comparison.cycles[place]
    number, why = cycle_of(cell, view.cycle, view.rate)
    if number is None:
        return why
    if not is_known(cell, view.per.basis):
        return UNKNOWN[view.per.basis]
    try:
        with series.opened(database, found.comparison.with_cycles[place].id) as experiment:
            cycles = experiment_cycles(experiment)
            if cycles is None or number not in cycles.table.number:
                return f"it has no cycle {number}"
            lines = list(_lines(found, place, number, experiment, cycles))
    except NotFoundError as error:
        return str(error).rstrip(".")
    except series.DamagedError:
        return DAMAGED
    except series.BeingPreparedError:
        return NOT_READY
    if not lines:
        return f"its cycle {number} has no {' or '.join(view.half.directions)}"
    found.lines += lines
    _note_cycle(found, place, cell, number)
    return ""


def _note_cycle(found: Curves, place: int, cell: CellCycles, number: int) -> None:
    """Keep of what rate a cycle is, and that it is not complete."""
    row = int(np.flatnonzero(cell.number == number)[0])
    found.rates.append(cell.rate.label(row))
    if not cell.is_complete[row]:
        found.incomplete.append(title_of(found.comparison.with_cycles[place]))


def _lines(
    found: Curves, place: int, number: int, experiment: ExperimentSeries, cycles: ExperimentCycles
) -> Iterator[HalfLine]:
    """Yield the halves that a view asks for, without those in which nothing flows."""
    view, choices = found.comparison.view, found.comparison.cycles[place].facts.choices
    for half in view.half.directions:
        if view.curve is Curve.VOLTAGE:
            curve = half_curve(experiment, cycles, number, half)
            charge, found.unit = by_basis(curve.ah, view.per.basis, choices)
            if len(charge):
                yield HalfLine(place, number, half, charge, curve.voltage_v)
            continue
        one = half_cycle(experiment, cycles, number, half)
        width_v = bin_v(one.lines, BIN_V)
        dqdv = incremental_capacity(one.lines, width_v).smooth(SIGMA_V)
        values, found.unit = by_basis(dqdv.ah_per_v, view.per.basis, choices)
        if len(values):
            yield HalfLine(place, number, half, dqdv.voltage_v, values, width_v, one.is_fast)
