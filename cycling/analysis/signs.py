"""Steps of sources that name none: charge, rest and discharge, and lines that go on over them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.curves import Course, Steps

Floats = NDArray[np.float64]


def cut_by_sign(steps: Steps, current_a: Floats, before_a: float = np.nan) -> Steps:
    """Cut steps where the current changes between charge, rest and discharge as well.

    Lines go on over these edges: each side has half of the time between its samples, and what is on
    its side of zero. A blank belongs to what stands before it; `before_a` is before the first row.
    """
    signs = np.sign(current_a)
    finite = np.isfinite(signs)
    if not finite.all():
        place = np.maximum.accumulate(np.where(finite, np.arange(len(signs)), -1))
        signs = np.where(place < 0, np.nan_to_num(np.sign(before_a)), signs[place])
    begins = np.append(True, signs[1:] != signs[:-1])
    begins[steps.starts] = True
    starts = np.flatnonzero(begins)
    lead_s, gap_s = np.zeros(len(starts)), np.zeros(len(starts))
    lead_s[np.searchsorted(starts, steps.starts)] = steps.lead_s
    gaps, seconds = steps.gaps
    np.add.at(gap_s, np.searchsorted(starts, gaps, side="right") - 1, seconds)
    return replace(
        steps,
        starts=starts,
        rows=np.diff(np.append(starts, len(signs))),
        lead_s=lead_s,
        total_s=np.add.reduceat(steps.weights_s, starts),
        gap_s=gap_s,
    )


def recut(course: Course, steps: Steps) -> Course:
    """Return a course by steps that were cut further; its values keep their times and weights."""
    rows = np.arange(len(course.values)) if course.rows is None else course.rows
    cuts = np.searchsorted(rows, steps.starts)
    present = np.flatnonzero(np.diff(np.append(cuts, len(rows))))
    first = cuts[present]
    lowest, highest = np.full((2, len(steps.starts)), np.nan)
    if len(first):
        lowest[present] = np.minimum.reduceat(course.values, first)
        highest[present] = np.maximum.reduceat(course.values, first)
    lead_s = np.zeros(len(present))
    lead_s[np.searchsorted(first, course.first)] = course.lead_s
    return replace(
        course,
        steps=steps,
        present=present,
        first=first,
        lead_s=lead_s,
        lowest=lowest,
        highest=highest,
        held=course.first,
    )
