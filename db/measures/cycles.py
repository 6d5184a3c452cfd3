"""The cycles of an experiment by its conventions: table, summary, and the samples of each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Direction
from cycling.analysis.cycles.numbering import Numbers, numbered
from cycling.analysis.cycles.summary import Summary, summary
from cycling.analysis.cycles.table import CycleTable, cycle_table
from cycling.battery.conventions import OwnChoices
from cycling.terms import ENDED
from db.measures.steps import ExperimentSteps, experiment_steps
from db.queries.experiments.cycles.choices import Conventions, conventions
from db.queries.experiments.detail import check_experiment
from db.series import ExperimentSeries

Ints = NDArray[np.int64]

SIGNS = {Direction.CHARGE: 1, Direction.DISCHARGE: -1}


@dataclass(frozen=True)
class ExperimentCycles:
    """The cycles of an experiment; `is_running`: its last one may still grow.

    The table's times are test time, or seconds since the first measure.
    """

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

    @cached_property
    def halves(self) -> tuple[Ints, Ints]:
        """How many charges and how many discharges each cycle of the table has."""
        return self.numbers.halves(self.table.number)

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
    experiment: ExperimentSeries,
    own: OwnChoices | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
) -> ExperimentCycles | None:
    """Return the cycles of an experiment that is open, None if it has no measures.

    By `own` choices in the place of those that are stored, or these with some `changes`. Raises
    NotFoundError, and series.BeingPreparedError while many measures of another program are being
    copied.
    """
    steps = experiment_steps(experiment)
    if steps is None:
        return None
    by = conventions(experiment.database, experiment.id, own)
    if changes:
        by = conventions(experiment.database, experiment.id, replace(by.own, **changes))
    is_running = check_experiment(experiment.database, experiment.id).status not in ENDED
    table = cycle_table(steps.rows, by.choices, is_cv=steps.is_cv, is_running=is_running)
    if not steps.recipe.source.by_test_time:  # it is the clock's
        begin_s = float(steps.rows.ends.begin_s[0])
        table = replace(table, begin_s=table.begin_s - begin_s, end_s=table.end_s - begin_s)
    return ExperimentCycles(experiment.id, by, steps, table, is_running)


def moments_of(
    experiment: ExperimentSeries, cycles: ExperimentCycles, cycle: int
) -> tuple[float, float] | None:
    """Return when the first and the last sample of a cycle was (Unix s); None: it has none."""
    parts = cycles.samples_of(cycle)
    if not parts:
        return None
    places = (parts[0][0], parts[-1][1] - 1)
    rows = [experiment.tables([], only=(), part=(one, one + 1)) for one in places]
    begin_s, end_s = (float(next(iter(one)).unix_s[0]) for one in rows)
    return begin_s, end_s
