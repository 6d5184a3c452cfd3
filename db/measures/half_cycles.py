"""The halves of an experiment's cycles as lines of charge over voltage, from their own samples."""

from collections.abc import Iterable, Iterator, Sequence
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
from db.measures.parts import samples_of_parts
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
    found = list(half_cycles(experiment, cycles, [cycle], direction))
    return found[0] if found else _of_table(cycles, cycle, direction, NO_LINES)


def half_cycles(
    experiment: ExperimentSeries,
    cycles: ExperimentCycles,
    numbers: Sequence[int],
    direction: Direction,
) -> Iterator[HalfCycle]:
    """Yield one direction of some cycles, those in which something flows this way.

    Each chunk that holds some of their samples is read once. Raises InputError for a cycle that is
    not there.
    """
    steps, wanted = cycles.steps, list[tuple[int, Half]]()
    for number in numbers:
        _row(cycles, number)
        half = half_of(steps.rows, cycles.numbers, number, direction, is_cv=steps.is_cv)
        wanted += [(number, half)] if half else []
    wanted.sort(key=lambda pair: pair[1].first_row)
    windows = [half.window(int(steps.first_sample[-1])) for _number, half in wanted]
    parts = samples_of_parts(experiment, steps.recipe.source, windows)
    deadband_a, sought = steps.recipe.counting.deadband_a, steps.recipe.source.sought
    for (number, half), (first, _end), part in zip(wanted, windows, parts, strict=True):
        lines = half.lines(part, first, deadband_a=deadband_a, sought=sought)
        yield _of_table(cycles, number, direction, lines)


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


def _row(cycles: ExperimentCycles, number: int) -> int:
    rows = np.flatnonzero(cycles.table.number == number)
    if not len(rows):
        raise InputError(
            f"Experiment {cycles.experiment_id} has no cycle {number}. "
            f"{listed_cycles(cycles.table.number.tolist())}"
        )
    return int(rows[0])


def _of_table(
    cycles: ExperimentCycles, number: int, direction: Direction, lines: ChargeLines
) -> HalfCycle:
    table, row = cycles.table, _row(cycles, number)
    is_charge = direction is Direction.CHARGE
    half = table.charge if is_charge else table.discharge
    classes = table.charge_rate_class if is_charge else table.rate_class
    capacity_ah = table.choices.capacity_ah
    return HalfCycle(
        cycle=number,
        direction=direction,
        lines=lines,
        total_ah=float(half.ah[row]),
        rate=float(half.current_a[row]) / capacity_ah if capacity_ah else np.nan,
        rate_label=classes.label(row),
        missing_s=float(table.missing_s[row]),
    )
