"""The steps of an experiment as executed, added up from the totals of its chunks.

They are made anew only when the measures change, or how these are added up: each process keeps
those of the experiments that it read last.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.chunk_totals import ExperimentSteps as AddedUp
from cycling.analysis.chunk_totals import add_up
from cycling.analysis.comparison import Comparison
from cycling.analysis.counters import CHARGES
from cycling.analysis.steps import StepRows
from cycling.terms import Mode
from db.measures.recent import Recent
from db.measures.recipe import StepRecipe
from db.measures.samples import samples
from db.measures.totals import whole_totals
from db.queries.profiles.compiled import CompiledRow, profile_instructions
from db.series import ExperimentSeries

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_KEPT = 200_000  # steps that a process keeps
_KEPT: Recent[StepRecipe, AddedUp] = Recent()


@dataclass(frozen=True)
class ExperimentSteps:
    """The steps of an experiment, and how they were added up.

    `rows.cycle` is the profile's number where it has one, else the file's. `is_cv`, shape (steps,),
    is 1 for what the profile holds at constant voltage, 0 for what it does not, NaN where it does
    not say. `first_sample`, shape (steps + 1,), is where each begins, counted from 0, and the end.
    """

    recipe: StepRecipe
    rows: StepRows
    comparisons: tuple[Comparison, ...]
    silenced_as: float
    is_cv: Floats
    first_sample: Ints

    @property
    def is_counted(self) -> bool:
        """Whether the instrument's counters are the source of charge."""
        return any(one.is_used and one.quantity in CHARGES for one in self.comparisons)


def experiment_steps(experiment: ExperimentSeries) -> ExperimentSteps | None:
    """Return the steps of an experiment that is open, None if it has no measures.

    Raises series.BeingPreparedError while many measures of another program are being copied, and
    series.DamagedError where some are damaged: without them cycles would be others.
    """
    if experiment.time_range is None:
        return None
    recipe = StepRecipe.of(experiment)
    added_up = _KEPT.find(experiment, recipe)
    if added_up is None:
        added_up = _added_up(experiment, recipe)
        _KEPT.add(experiment, recipe, added_up, size=len(added_up.steps), most=MAX_KEPT)
    profile = profile_instructions(experiment.database, experiment.id)
    rows = added_up.steps
    samples_of_steps = np.rint(rows.sums("samples")).astype(np.int64)
    return ExperimentSteps(
        recipe,
        replace(rows, table=replace(rows.table, key=_cycles(rows, profile))),
        added_up.comparisons,
        added_up.silenced_as,
        _held(rows, profile),
        np.concatenate([[0], np.cumsum(samples_of_steps)]),
    )


def _added_up(experiment: ExperimentSeries, recipe: StepRecipe) -> AddedUp:
    added = whole_totals(experiment, recipe)
    if added is not None:
        return added.totals.experiment(recipe.lead_in_s)
    rows = samples(experiment, recipe.source, recipe.temperature, whole=True)
    return add_up(rows, recipe.counting, recipe.lead_in_s)


def _cycles(rows: StepRows, profile: Mapping[int, CompiledRow]) -> Floats:
    """Return the cycle of each step: that of the profile's CYCLES loop, else what samples name."""
    cycles = {id_: np.nan if one.cycle is None else one.cycle for id_, one in profile.items()}
    if all(np.isnan(one) for one in cycles.values()):
        return rows.cycle
    return _by_instruction(rows, cycles, rows.cycle)


def _held(rows: StepRows, profile: Mapping[int, CompiledRow]) -> Floats:
    """Return whether steps hold the voltage; one that also limits the current says only that."""
    held = {
        id_: np.nan if one.mode is Mode.CV and one.max_current_a else float(one.mode is Mode.CV)
        for id_, one in profile.items()
    }
    return _by_instruction(rows, held, np.full(len(rows), np.nan))


def _by_instruction(rows: StepRows, values: Mapping[int, float], otherwise: Floats) -> Floats:
    if not values:
        return otherwise
    ids, places = np.unique(np.nan_to_num(rows.instruction, nan=-1), return_inverse=True)
    is_known = np.array([int(id_) in values for id_ in ids])
    said = np.array([values.get(int(id_), np.nan) for id_ in ids])
    return np.where(is_known[places], said[places], otherwise)
