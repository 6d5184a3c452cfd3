"""The cycles of an experiment by its conventions: table, summary, and the samples of each."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Direction
from cycling.analysis.cycles.numbering import Numbers, numbered
from cycling.analysis.cycles.summary import Summary, summary
from cycling.analysis.cycles.table import CycleTable, cycle_table
from cycling.battery.conventions import OwnChoices
from cycling.terms import ENDED
from db.measures.steps import ExperimentSteps, experiment_steps
from db.queries.experiments.cycle_choices import Conventions, conventions
from db.queries.experiments.detail import check_experiment
from db.series import ExperimentSeries

Ints = NDArray[np.int64]

SIGNS = {Direction.CHARGE: 1, Direction.DISCHARGE: -1}


@dataclass(frozen=True)
class ExperimentCycles:
    """The cycles of an experiment; `is_running`: its last one may still grow."""

    experiment_id: int
    conventions: Conventions
    steps: ExperimentSteps
    table: CycleTable
    is_running: bool

    @cached_property
    def summary(self) -> Summary:
        """The few numbers above the table."""
        return summary(self.table)

    @cached_property
    def numbers(self) -> Numbers:
        """The cycle and the half of each step."""
        rows = self.steps.rows
        net_ah = rows.hours("charge_as") - rows.hours("discharge_as")
        choices = self.conventions.choices
        return numbered(rows.cycle, net_ah, choices, is_running=self.is_running)

    def steps_of(self, cycle: int, half: Direction | None = None) -> Ints:
        """Return the steps of a cycle, or of one half of it with its rests; none: it has none."""
        which = self.numbers.cycle == cycle
        if half is not None:
            which &= self.numbers.half == SIGNS[half]
        return np.flatnonzero(which)

    def samples_of(self, cycle: int, half: Direction | None = None) -> list[tuple[int, int]]:
        """Return the samples of a cycle, or of a half: the first, from 0, and after the last.

        They are one part, or several where something else stands between.
        """
        steps, first_sample = self.steps_of(cycle, half), self.steps.first_sample
        if not len(steps):
            return []
        cuts = np.flatnonzero(np.diff(steps) > 1)
        first = steps[np.concatenate([[0], cuts + 1])]
        last = steps[np.concatenate([cuts, [len(steps) - 1]])]
        parts = zip(first_sample[first].tolist(), first_sample[last + 1].tolist(), strict=True)
        return [(begin, end) for begin, end in parts if end > begin]


def experiment_cycles(
    experiment: ExperimentSeries, own: OwnChoices | None = None
) -> ExperimentCycles | None:
    """Return the cycles of an experiment that is open, None if it has no measures.

    By `own` choices in the place of those that are stored. Raises NotFoundError, and
    series.BeingPreparedError while many measures of another program are being copied.
    """
    steps = experiment_steps(experiment)
    if steps is None:
        return None
    by = conventions(experiment.database, experiment.id, own)
    is_running = check_experiment(experiment.database, experiment.id).status not in ENDED
    table = cycle_table(steps.rows, by.choices, is_cv=steps.is_cv, is_running=is_running)
    return ExperimentCycles(experiment.id, by, steps, table, is_running)
