"""What kind of cycle each is: one of the main rate, a capacity check, formation, no whole one."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.halves import run_starts
from cycling.analysis.cycles.rates import NO_RATE
from cycling.analysis.cycles.table import CycleTable

MAX_CHECKS = 3  # so many slower cycles in a row check the capacity; more are a test of another rate


class CycleKind(StrEnum):
    """A kind of cycle; the words are labels."""

    CYCLE = "cycle"
    CHECK = "capacity check"
    OTHER_RATE = "other rate"
    FORMATION = "formation"
    INCOMPLETE = "incomplete"


def cycle_kinds(table: CycleTable) -> list[CycleKind]:
    """Return the kind of each cycle.

    A capacity check is slower than the main rate class; at most three of its class in a row follow
    a cycle of the main one, or stand between formation and the first one.
    """
    kinds = np.empty(len(table), object)
    kinds[:] = CycleKind.CYCLE  # np.full would make plain text of it, and `is` would not hold
    of, main = table.rate_class.of, table.main_class
    starts = run_starts(of)
    for first, end in zip(starts.tolist(), [*starts[1:].tolist(), len(of)], strict=True):
        if of[first] != main:
            kinds[first:end] = _of_run(of, first, end, table)
    kinds[table.is_formation] = CycleKind.FORMATION
    kinds[~table.is_complete] = CycleKind.INCOMPLETE
    return list(kinds)


def _of_run(of: NDArray[np.int64], first: int, end: int, table: CycleTable) -> CycleKind:
    main = table.main_class
    is_slower = NO_RATE < of[first] < main  # classes are in the order of their rates
    is_after_formation = first > 0 and bool(table.is_formation[first - 1])
    follows = first > 0 and of[first - 1] == main
    leads = is_after_formation and end < len(of) and of[end] == main
    is_check = is_slower and (follows or leads) and end - first <= MAX_CHECKS
    return CycleKind.CHECK if is_check else CycleKind.OTHER_RATE
