"""Pulses, rests and titrations of an experiment, from the samples around them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.voltage.hppc import depth_of_discharge_pct
from cycling.analysis.voltage.places import (
    Place,
    pulse_places,
    rest_places,
    titration_places,
)
from cycling.analysis.voltage.pulses import LONGEST_S, TIMES_S, Pulses, joined
from cycling.analysis.voltage.relaxation import LEAST_S, Relaxation, relaxations
from db.measures.cycles import ExperimentCycles
from db.measures.parts import samples_of_parts
from db.measures.steps import ExperimentSteps
from db.series import ExperimentSeries, Moments

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ExperimentPulses:
    """Pulses, and when each begins: the last moment of the rest. `id` is its first measure's."""

    pulses: Pulses
    begin: Moments


def experiment_pulses(
    experiment: ExperimentSeries,
    steps: ExperimentSteps,
    *,
    times_s: tuple[float, ...] = TIMES_S,
    longest_s: float = LONGEST_S,
) -> ExperimentPulses:
    """Return the pulses of an experiment; only samples where some can be are read."""
    deadband_a = steps.recipe.counting.deadband_a
    places = pulse_places(steps.rows, deadband_a=deadband_a, longest_s=longest_s)
    return pulses_at(experiment, steps, places, times_s=times_s, longest_s=longest_s)


def pulses_at(
    experiment: ExperimentSeries,
    steps: ExperimentSteps,
    places: Sequence[Place],
    *,
    times_s: tuple[float, ...] = TIMES_S,
    longest_s: float = LONGEST_S,
) -> ExperimentPulses:
    """Return those that begin at some places."""
    recipe, count = steps.recipe, int(steps.first_sample[-1])
    windows = [place.window(count) for place in places]
    parts = samples_of_parts(experiment, recipe.source, windows)
    each = [
        place.pulses(
            part,
            deadband_a=recipe.counting.deadband_a,
            times_s=times_s,
            longest_s=longest_s,
            sought=recipe.source.sought,
        )
        for place, part in zip(places, parts, strict=True)
    ]
    found = joined(each, times_s)
    first = experiment.moments(found.row)
    begin = Moments(first.id, first.unix_s - found.first_s, first.test_time_s - found.first_s)
    return ExperimentPulses(found, begin)


def soc_pct(cycles: ExperimentCycles, pulses: Pulses, full_pct: float) -> Floats:
    """Return the state of charge (%) by nominal capacity, NaN where none is known.

    `full_pct` is that where the cell was fullest.
    """
    capacity_ah = cycles.table.choices.capacity_ah
    if not capacity_ah:
        return np.full(len(pulses), np.nan)
    start_pct = 100 - full_pct + 100 * fullest_ah(cycles) / capacity_ah
    return 100 - depth_of_discharge_pct(pulses, capacity_ah, start_pct=start_pct)


def fullest_ah(cycles: ExperimentCycles) -> float:
    """Return the most that had been charged, net, at the end of a step; 0 before the first."""
    rows = cycles.steps.rows
    net_ah = np.cumsum(rows.hours("charge_as") - rows.hours("discharge_as"))
    return max(0.0, float(net_ah.max(initial=0.0)))


@dataclass(frozen=True)
class ExperimentRest:
    """A rest, and the test time (s) at which it began."""

    rest: Relaxation
    begin_s: float


def experiment_rests(
    experiment: ExperimentSeries,
    steps: ExperimentSteps,
    *,
    least_s: float = LEAST_S,
    most: int | None = None,
) -> list[ExperimentRest]:
    """Return the rests of at least `least_s`, the last `most` of them."""
    recipe = steps.recipe
    deadband_a = recipe.counting.deadband_a
    places = rest_places(steps.rows, deadband_a=deadband_a, least_s=least_s)
    places = places if most is None else places[-most:]
    windows = [place.rest_window for place in places]
    first = experiment.moments(np.array([begin for begin, _end in windows], np.int64))
    found = []
    parts = samples_of_parts(experiment, recipe.source, windows)
    for part, test_s in zip(parts, first.test_time_s.tolist(), strict=True):
        rests = relaxations(part, deadband_a=deadband_a, least_s=least_s)
        shift_s = test_s - float(part.time_s[0])
        found += [ExperimentRest(one, one.begin_s + shift_s) for one in rests]
    return found if most is None else found[-most:]


def rests_there(steps: ExperimentSteps, *, least_s: float = LEAST_S) -> int:
    """Return in how many places rests are."""
    deadband_a = steps.recipe.counting.deadband_a
    return len(rest_places(steps.rows, deadband_a=deadband_a, least_s=least_s))


def experiment_titrations(
    experiment: ExperimentSeries, steps: ExperimentSteps
) -> list[ExperimentPulses]:
    """Return the portions of each titration as pulses of any length."""
    places = titrations_there(steps)
    return [pulses_at(experiment, steps, [one], longest_s=np.inf) for one in places]


def titrations_there(steps: ExperimentSteps) -> list[Place]:
    """Return where titrations are."""
    return titration_places(steps.rows, deadband_a=steps.recipe.counting.deadband_a)
