"""Voltage over charge of single halves of cycles, read from their samples and no others."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Direction
from cycling.analysis.integration import Samples, columns_of, samples_of
from cycling.analysis.voltage.lines import running_ah
from db.measures.cycles import ExperimentCycles
from db.measures.samples import samples
from db.series import ExperimentSeries

Floats = NDArray[np.float64]

MAX_POINTS = 500  # of a half
NO_POINTS = np.empty(0)


@dataclass(frozen=True)
class HalfCurve:
    """A half of a cycle, shapes (n,): what had flowed since it began (Ah, positive), and volts."""

    cycle: int
    half: Direction
    ah: Floats
    voltage_v: Floats


def half_samples(
    experiment: ExperimentSeries, cycles: ExperimentCycles, cycle: int, half: Direction
) -> Samples | None:
    """Return the samples of a half of a cycle, its rests with them; None: it has none."""
    source = replace(cycles.steps.recipe.source, counters=())
    parts = [
        columns_of(piece)
        for part in cycles.samples_of(cycle, half)
        for piece in samples(experiment, source, part=part)
    ]
    return samples_of(np.concatenate(parts, axis=1)) if parts else None


def half_curve(
    experiment: ExperimentSeries, cycles: ExperimentCycles, cycle: int, half: Direction
) -> HalfCurve:
    """Return voltage over charge of a half, its extremes kept; nothing where it has no samples.

    Where the instrument counted, the charge ends at what it counted.
    """
    part = half_samples(experiment, cycles, cycle, half)
    if part is None:
        return HalfCurve(cycle, half, NO_POINTS, NO_POINTS)
    sign = 1.0 if half is Direction.CHARGE else -1.0
    recipe = cycles.steps.recipe
    ah = sign * running_ah(part, recipe.counting.deadband_a, recipe.source.sought)
    known = np.isfinite(part.voltage_v) & np.isfinite(part.current_a)
    ah, voltage_v = ah[known], part.voltage_v[known]
    total_ah = float(np.sum(getattr(cycles.table, half).ah[cycles.table.number == cycle]))
    if len(ah) and cycles.steps.is_counted and ah[-1] > 0 < total_ah:
        ah = ah * (total_ah / ah.max())
    rows = _kept(ah, voltage_v)
    return HalfCurve(cycle, half, ah[rows], voltage_v[rows])


def _kept(ah: Floats, voltage_v: Floats) -> NDArray[np.int64]:
    """Return rows at even charges, and those with the extremes of voltage between."""
    count = len(ah)
    if count <= MAX_POINTS:
        return np.arange(count)
    stretch = np.floor(ah / max(float(ah.max()), 1e-30) * (MAX_POINTS // 3)).astype(np.int64)
    order = np.lexsort((voltage_v, stretch))
    edges = np.flatnonzero(np.diff(stretch[order], prepend=stretch[order[0]] - 1))
    lowest, highest = order[edges], order[np.append(edges[1:], count) - 1]
    first = np.flatnonzero(np.diff(stretch, prepend=stretch[0] - 1))
    return np.unique(np.concatenate([lowest, highest, first[:MAX_POINTS], [count - 1]]))
