"""Edges of steps that no column names, found in the current: where it is switched.

It changes between charge, rest and discharge, or jumps from one steady current to another. And
how long before the first sample the first step began.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.gaps import GAP_FACTOR, GAP_S

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

JUMP = 0.2  # of the greater current, at least
LATE_S = 1.0  # by so much the first step may begin after its test
SAME_INTERVAL = 1.001  # times another one, at most
CLOSE_S = 2.0  # of records at a found edge, a logger's as well as an instrument's
STEADY = 10.0  # times what the current changes beside a jump: less is no taper, no rounding


class Sought(StrEnum):
    """What is looked for in the current, beside the steps that a source names.

    EDGES: where lines end, within steps, too. STEPS: it names no steps, so that charge, rest and
    discharge are steps as executed.
    """

    NOTHING = "nothing"
    EDGES = "edges"
    STEPS = "steps"


class Outside(NamedTuple):
    """Currents (A) beside some rows, NaN where there are none.

    `known` is the last known one up to the first row, `before` that of the row before it, `after`
    that of the row after the last.
    """

    known: float = np.nan
    before: float = np.nan
    after: float = np.nan


class Edges(NamedTuple):
    """Rows that an edge is before, shapes (rows,): of any kind, and of another direction."""

    any: Flags
    turns: Flags


def edges_of(current_a: Floats, outside: Outside) -> Edges:
    """Return the edges of rows; what is rest is 0 A. A blank belongs to what stands before it."""
    signs = np.sign(current_a)
    finite = np.isfinite(signs)
    if not finite.all():
        place = np.maximum.accumulate(np.where(finite, np.arange(len(signs)), -1))
        known = np.nan_to_num(np.sign(outside.known))
        signs = np.where(place < 0, known, signs[place])
    turns = np.zeros(len(signs), np.bool_)
    turns[1:] = signs[1:] != signs[:-1]
    return Edges(turns | _jumps(current_a, outside), turns)


def held_instead(old_a: Floats, new_a: Floats, seconds: Floats) -> tuple[float, float]:
    """Return how much more charge and discharge (As) the old values make over edges than the new.

    Shapes (edges,): currents before and after, the time between them.
    """
    old_a, new_a = np.nan_to_num(old_a), np.nan_to_num(new_a)
    return (
        float((np.maximum(old_a, 0.0) - np.maximum(new_a, 0.0)) @ seconds),
        float((np.maximum(-old_a, 0.0) - np.maximum(-new_a, 0.0)) @ seconds),
    )


def _jumps(current_a: Floats, outside: Outside) -> Flags:
    """Return the rows before which one steady current becomes another."""
    changes = np.abs(np.diff(current_a, prepend=outside.before, append=outside.after))
    jump, sizes = changes[1:-1], np.abs(current_a)
    found = np.zeros(len(current_a), np.bool_)
    found[1:] = (
        (jump > JUMP * np.maximum(sizes[1:], sizes[:-1]))
        & (jump > STEADY * changes[:-2])
        & (jump > STEADY * changes[2:])
    )
    return found


def lead_in_s(test_time_s: float, step_time_s: float) -> float:
    """Return how long before the first sample its step began: what it says, if the test did too.

    A file that begins in the middle of a test has nothing of what was before.
    """
    return step_time_s if step_time_s > 0 and abs(test_time_s - step_time_s) <= LATE_S else 0.0


def counted_lead_s(lead_in_s: float, interval_s: float) -> float:
    """Return how much of that counts, by the interval after the first sample: nothing of a gap."""
    return lead_in_s if lead_in_s <= max(GAP_S, GAP_FACTOR * interval_s) else 0.0


def late_start_s(test_time_s: float, lead_in_s: float, interval_s: float) -> float:
    """Return how much of a test there was before its first sample that nothing is counted of.

    `interval_s` is the time to the second sample: up to one interval is 0.
    """
    late_s = test_time_s - counted_lead_s(lead_in_s, interval_s)
    return late_s if late_s > max(LATE_S, SAME_INTERVAL * interval_s) else 0.0


def first_interval_s(test_time_s: Floats) -> float:
    """Return the same by the first two test times alone, where no step time is known.

    A test whose first record comes no later than the next one after it began with it.
    """
    if len(test_time_s) < 2:
        return 0.0
    first_s, interval_s = float(test_time_s[0]), float(test_time_s[1] - test_time_s[0])
    return first_s if 0 < first_s <= SAME_INTERVAL * interval_s else 0.0
