"""The halves of an experiment's cycles as lines of charge over voltage, from their own samples."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from cycling.analysis.cycles.choices import Direction
from cycling.analysis.cycles.rates import NEAR
from cycling.analysis.voltage.half import Half, half_of
from cycling.analysis.voltage.incremental import FAST
from cycling.analysis.voltage.lines import NO_LINES, ChargeLines
from cycling.errors import InputError
from db.measures.cycles import ExperimentCycles
from db.measures.parts import samples_between
from db.series import ExperimentSeries

MAX_LISTED = 12  # ranges of cycles in a sentence


@dataclass(frozen=True)
class HalfCycle:
    """One direction of a cycle: its lines, without what flows at constant voltage.

    `total_ah` is its charge in the table of cycles, `rate` its C-rate (NaN: not known), `missing_s`
    how much of the cycle is missing.
    """

    cycle: int
    direction: Direction
    lines: ChargeLines
    total_ah: float
    rate: float
    rate_label: str
    missing_s: float

    @property
    def is_fast(self) -> bool:
        """Whether it is faster than C/5, so that peaks are not where they would be at rest."""
        return self.rate > FAST * (1 + NEAR)

    @cached_property
    def held_ah(self) -> float:
        """What flows at constant voltage."""
        return max(0.0, self.total_ah - self.lines.total_ah)


def half_cycle(
    experiment: ExperimentSeries, cycles: ExperimentCycles, cycle: int, direction: Direction
) -> HalfCycle:
    """Return one direction of a cycle; its samples are read, and no others.

    Raises InputError for a cycle that is not there; one in which nothing flows this way is empty.
    """
    table = cycles.table
    rows = np.flatnonzero(table.number == cycle)
    if not len(rows):
        raise InputError(
            f"Experiment {experiment.id} has no cycle {cycle}. "
            f"{listed_cycles(table.number.tolist())}"
        )
    row = int(rows[0])
    of = table.charge if direction is Direction.CHARGE else table.discharge
    classes = table.charge_rate_class if direction is Direction.CHARGE else table.rate_class
    half = half_of(cycles.steps.rows, cycles.numbers, cycle, direction, is_cv=cycles.steps.is_cv)
    capacity_ah = table.choices.capacity_ah
    return HalfCycle(
        cycle=cycle,
        direction=direction,
        lines=NO_LINES if half is None else _lines(experiment, cycles, half),
        total_ah=float(of.ah[row]),
        rate=float(of.current_a[row]) / capacity_ah if capacity_ah else np.nan,
        rate_label=classes.label(row),
        missing_s=float(table.missing_s[row]),
    )


def listed_cycles(numbers: Iterable[int]) -> str:
    """Say which cycles there are: "Its cycles are 0 to 12 and 14."."""
    runs = []
    for _shift, run in groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0]):
        values = [number for _place, number in run]
        runs.append(str(values[0]) if len(values) == 1 else f"{values[0]} to {values[-1]}")
    if not runs:
        return "It has no cycles."
    if len(runs) > MAX_LISTED:
        return f"Its cycles are {', '.join(runs[:MAX_LISTED])} and others."
    if runs == [runs[0]] and " " not in runs[0]:
        return f"Its only cycle is {runs[0]}."
    return f"Its cycles are {' and '.join([', '.join(runs[:-1]), runs[-1]] if runs[1:] else runs)}."


def _lines(experiment: ExperimentSeries, cycles: ExperimentCycles, half: Half) -> ChargeLines:
    steps = cycles.steps
    first, end = half.window(int(steps.first_sample[-1]))
    read = samples_between(experiment, steps.recipe.source, (first, end))
    return half.lines(read, first, deadband_a=steps.recipe.counting.deadband_a)
