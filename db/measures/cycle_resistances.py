"""R after 10 s of the pulses in each cycle, as a column of the cycle table."""

import numpy as np
from numpy.typing import NDArray

from db.measures.cycles import ExperimentCycles
from db.measures.pulses import experiment_pulses
from db.queries.experiments.cycles.wrong_pulses import wrong_pulses
from db.series import ExperimentSeries

Floats = NDArray[np.float64]

AFTER_S = (10.0,)


def cycle_resistances(experiment: ExperimentSeries, cycles: ExperimentCycles) -> Floats:
    """Return R (ohm) of each cycle, shape (cycles,), the median of its pulses of one direction.

    That is the direction of the first cycle with pulses: the discharge, where it has both. NaN
    where there is none; those that somebody has unticked are none. Raises series.DamagedError.
    """
    number = cycles.table.number
    found = np.full(len(number), np.nan)
    pulses = experiment_pulses(experiment, cycles.steps, times_s=AFTER_S)
    wrong = wrong_pulses(experiment.database, experiment.id)
    ohm, direction = pulses.pulses.resistance_ohm[:, 0], np.sign(pulses.pulses.current_a)
    step = np.searchsorted(cycles.steps.first_sample, pulses.pulses.row, side="right") - 1
    cycle = cycles.numbers.cycle[np.clip(step, 0, len(cycles.numbers.cycle) - 1)]
    is_known = np.isfinite(ohm) & ~np.isin(pulses.begin.id, sorted(wrong))
    if not is_known.any():
        return found
    is_first = is_known & (cycle == cycle[is_known].min())
    is_used = is_known & (direction == direction[is_first].min())
    for one in np.unique(cycle[is_used]):
        found[number == one] = np.median(ohm[is_used & (cycle == one)])
    return found
