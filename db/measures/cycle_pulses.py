"""R after 10 s of the pulses in each cycle, read from the samples of cycles that have some."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.integration import columns_of, samples_of
from cycling.analysis.voltage.pulses import LONGEST_S, pulses
from db.measures.cycles import ExperimentCycles
from db.measures.samples import samples
from db.series import ExperimentSeries

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AFTER_S = (10.0,)
MAX_KEPT = 1000  # cycles with pulses; the newest, beside the first


@dataclass(frozen=True)
class Resistances:
    """R after 10 s (ohm) by the number of the cycle, the median of its pulses of one direction.

    That is the direction of the first cycle with pulses: the discharge, where it has both; 0 before
    there is one. `first_ohm` is of that cycle. `through` is the last cycle that was looked at.
    """

    direction: int = 0
    first_ohm: float = np.nan
    through: int = -1
    ohm: Mapping[int, float] = field(default_factory=dict)

    def percent(self, number: Ints) -> Floats:
        """Return R of cycles over that of the first one, %, NaN where there are no pulses."""
        values = np.array([self.ohm.get(int(one), np.nan) for one in number], float)
        return 100.0 * values / self.first_ohm

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; of very many the newest."""
        newest = sorted(self.ohm)[-MAX_KEPT:]
        return {
            "direction": self.direction,
            "first_ohm": None if np.isnan(self.first_ohm) else self.first_ohm,
            "through": self.through,
            "ohm": {str(one): self.ohm[one] for one in newest},
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any] | None) -> "Resistances":
        """Return what `to_json` made, nothing for None."""
        if kept is None:
            return cls()
        first = kept["first_ohm"]
        ohm = {int(one): float(value) for one, value in kept["ohm"].items()}
        first_ohm = np.nan if first is None else float(first)
        return cls(int(kept["direction"]), first_ohm, int(kept["through"]), ohm)


def resistances(
    experiment: ExperimentSeries, cycles: ExperimentCycles, known: Resistances
) -> Resistances:
    """Return R of the pulses of all cycles that are over; `known` are those of earlier ones."""
    number = cycles.table.number[: -1 if cycles.is_running else None]
    result = known
    for cycle in number[number > known.through].tolist():
        result = _with(result, cycle, _of_cycle(experiment, cycles, cycle))
    return result


def _with(known: Resistances, cycle: int, found: Mapping[int, float]) -> Resistances:
    direction = known.direction or (min(found) if found else 0)  # -1, the discharge, before 1
    ohm = found.get(direction)
    if ohm is None:
        return Resistances(known.direction, known.first_ohm, cycle, known.ohm)
    first_ohm = ohm if np.isnan(known.first_ohm) else known.first_ohm
    return Resistances(direction, first_ohm, cycle, {**known.ohm, cycle: ohm})


def _of_cycle(
    experiment: ExperimentSeries, cycles: ExperimentCycles, cycle: int
) -> dict[int, float]:
    """Return R of the pulses of a cycle by their direction."""
    steps = cycles.steps_of(cycle)
    if not _may_have_pulses(cycles, steps):
        return {}
    first_sample, source = cycles.steps.first_sample, cycles.steps.recipe.source
    part = int(first_sample[max(0, steps[0] - 1)]), int(first_sample[steps[-1] + 1])
    tables = [columns_of(one) for one in samples(experiment, source, part=part)]
    columns = [np.concatenate(column) for column in zip(*tables, strict=True)]
    deadband_a = cycles.steps.recipe.counting.deadband_a
    found = pulses(samples_of(columns), deadband_a=deadband_a, times_s=AFTER_S)
    by_direction = {}
    for direction in (-1, 1):
        ohm = found.resistance_ohm[np.sign(found.current_a) == direction, 0]
        if np.isfinite(ohm).any():
            by_direction[direction] = float(np.nanmedian(ohm))
    return by_direction


def _may_have_pulses(cycles: ExperimentCycles, steps: Ints) -> bool:
    """Whether a short step with current follows a rest, so that samples are worth reading."""
    rows = cycles.steps.rows
    flows = rows.sums("charge_as") + rows.sums("discharge_as") > 0
    duration_s = rows.sums("duration_s")
    after_rest = np.append(True, ~flows[:-1])
    return bool((flows & after_rest & (duration_s <= LONGEST_S))[steps].any())
