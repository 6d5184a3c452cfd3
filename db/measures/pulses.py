"""The pulses of an experiment, from the samples around them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.voltage.places import Place, pulse_places
from cycling.analysis.voltage.pulses import LONGEST_S, TIMES_S, Pulses, joined
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
    places: list[Place],
    *,
    times_s: tuple[float, ...] = TIMES_S,
    longest_s: float = LONGEST_S,
) -> ExperimentPulses:
    """Return those that begin at some places."""
    recipe, count = steps.recipe, int(steps.first_sample[-1])
    windows = [place.window(count) for place in places]
    parts = samples_of_parts(experiment, recipe.source, windows)
    deadband_a = recipe.counting.deadband_a
    each = [
        place.pulses(part, deadband_a=deadband_a, times_s=times_s, longest_s=longest_s)
        for place, part in zip(places, parts, strict=True)
    ]
    found = joined(each, times_s)
    first = experiment.moments(found.row)
    begin = Moments(first.id, first.unix_s - found.first_s, first.test_time_s - found.first_s)
    return ExperimentPulses(found, begin)
