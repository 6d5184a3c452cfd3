"""Half cycles: runs of steps of one direction, without what is too small to be one."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

AROUND = 15  # runs, with the one that is looked at in their middle
SMALL = 0.05  # of the median of the larger half of them: what is below is no half cycle


def half_cycles(net_ah: Floats, *, is_running: bool = False) -> Ints:
    """Return for each step the direction of its half cycle: 1 charge, -1 discharge.

    `net_ah`, shape (steps,), is what each step charges; 0 is a rest. Rests join the run before
    them, those at the beginning the run after them. A run whose |charge| is below 5 % of the median
    of the larger half of the 15 runs around it joins the run before it, the first one that after
    it, until there is none. The last run of what `is_running` has just begun: it joins nothing, or
    the cycle before would change. 0 where nothing flows at all.
    """
    net_ah = np.asarray(net_ah, float)
    moving = np.flatnonzero(net_ah)
    if not len(moving):
        return np.zeros(len(net_ah), np.int64)
    directions = _without_small(net_ah[moving], keeps_last=is_running)
    before = np.searchsorted(moving, np.arange(len(net_ah)), side="right") - 1
    return directions[np.maximum(before, 0)]


def run_starts(values: NDArray[np.generic]) -> Ints:
    """Return where runs of equal values begin, shape (runs,); of equal rows, given a table."""
    changes = values[1:] != values[:-1]
    changes = changes.any(axis=1) if changes.ndim > 1 else changes
    return np.flatnonzero(np.append(True, changes)[: len(values)])


def _without_small(net_ah: Floats, *, keeps_last: bool) -> Ints:
    directions = np.sign(net_ah).astype(np.int64)
    while True:
        starts = run_starts(directions)
        runs = np.abs(np.add.reduceat(net_ah, starts))
        small = runs < SMALL * _typical(runs)
        small[-1] &= not keeps_last
        if not small.any():
            return directions
        large = np.flatnonzero(~small)
        before = np.searchsorted(large, np.arange(len(runs)), side="right") - 1
        run_directions = directions[starts][large[np.maximum(before, 0)]]
        directions = np.repeat(run_directions, np.diff(np.append(starts, len(directions))))


def _typical(runs: Floats) -> Floats:
    """Return the median of the larger half of the runs around each; fewer where there are fewer."""
    count = min(AROUND, len(runs))
    first = np.clip(np.arange(len(runs)) - count // 2, 0, len(runs) - count)
    windows = np.lib.stride_tricks.sliding_window_view(runs, count)
    larger = np.sort(windows, axis=1)[:, count // 2 :]
    return np.asarray(np.median(larger, axis=1)[first])
