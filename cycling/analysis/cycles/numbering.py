"""The number of each step's cycle: the file's or our profile's, or by current."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Choices, Direction, Kind, Numbering
from cycling.analysis.cycles.halves import half_cycles, run_starts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NO_CYCLE = -1  # of steps that a file or a profile does not count
FIRST = {Kind.ANODE_HALF: Direction.DISCHARGE}
BY_ITSELF = (Kind.SYMMETRIC, Kind.LEAD_ACID)  # these begin with what comes first


@dataclass(frozen=True)
class Numbers:
    """The cycle of each step, shape (steps,), NO_CYCLE for none, and by what convention.

    `half` is the direction of the step's half cycle: 1 charge, -1 discharge, 0 nothing flows.
    """

    cycle: Ints
    half: Ints
    numbering: Numbering
    first: Direction

    @property
    def first_half(self) -> int:
        """The direction in which charge flows first in the first cycle: 1 or -1, 0 for none."""
        flowing = self.half[(self.cycle != NO_CYCLE) & (self.half != 0)]
        return int(flowing[0]) if len(flowing) else 0

    def halves(self, number: Ints) -> tuple[Ints, Ints]:
        """Return how many charges and how many discharges each of these cycles has.

        `number`, shape (cycles,), are the cycles of the table, rising.
        """
        starts = run_starts(np.stack([self.cycle, self.half], axis=1))
        cycle, half = self.cycle[starts], self.half[starts]
        counts = [
            np.bincount(np.searchsorted(number, cycle[which]), minlength=len(number))
            for which in (np.isin(cycle, number) & (half == sign) for sign in (1, -1))
        ]
        return counts[0], counts[1]


def numbered(
    cycle: Floats, net_ah: Floats, choices: Choices, *, is_running: bool = False
) -> Numbers:
    """Number steps; shapes (steps,): the file's `cycle`, NaN for none, and what each charges (Ah).

    By itself: the file's, where it is whole, does not fall, and has more than one value or the
    charge never changes its sign. By current a cycle begins with each half cycle of the first
    direction; a lone half before that is cycle 0.
    """
    half = half_cycles(net_ah, is_running=is_running)
    first = choices.first or _first(half, choices.kind)
    by = choices.numbering
    if by is None:
        by = Numbering.FILE if is_usable(cycle, half) else Numbering.CURRENT
    if by is Numbering.FILE:
        numbers = np.where(np.isnan(cycle), NO_CYCLE, np.nan_to_num(cycle)).astype(np.int64)
    elif by is Numbering.CURRENT:
        numbers = _by_current(half, 1 if first is Direction.CHARGE else -1)
    else:
        numbers = np.ones(len(half), np.int64)
    return Numbers(numbers, half, by, first)


def is_usable(cycle: Floats, half: Ints) -> bool:
    """Whether the cycles that samples name can number the table."""
    named = cycle[~np.isnan(cycle)]
    if not len(named) or np.any(named != np.round(named)) or np.any(np.diff(named) < 0):
        return False
    return bool(named[-1] > named[0]) or len(np.unique(half[half != 0])) < 2


def _first(half: Ints, kind: Kind) -> Direction:
    flowing = half[half != 0]
    if kind in BY_ITSELF and len(flowing):
        return Direction.CHARGE if flowing[0] > 0 else Direction.DISCHARGE
    return FIRST.get(kind, Direction.CHARGE)


def _by_current(half: Ints, first: int) -> Ints:
    begins = np.zeros(len(half), np.int64)
    starts = run_starts(half)
    begins[starts] = half[starts] == first
    return np.cumsum(begins)
