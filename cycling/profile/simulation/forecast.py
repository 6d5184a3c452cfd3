"""The expected course of a whole test, with the rounds that a simulation leaves out filled in."""

from dataclasses import dataclass

import numpy as np

from cycling.battery.model import BatteryModel, BatteryState, FloatArray
from cycling.profile import Program
from cycling.profile.simulation.expected import Skipped, expected

MAX_POINTS = 500_000


@dataclass(frozen=True, eq=False)
class Forecast:
    """Expected voltage (V) and current (A) over test time (s), both of shape (n,).

    A stretch that would take too many points has one, which is NaN.
    """

    time_s: FloatArray
    voltage_v: FloatArray
    current_a: FloatArray


def forecast(program: Program, model: BatteryModel, state: BatteryState[float]) -> Forecast:
    """Return what a profile should give from this state on.

    Rounds that are not simulated are drawn like the one before them, while there is room.
    """
    course = expected(program, model, state)
    columns = [course.time_s, course.voltage_v, course.current_a]
    for stretch in sorted(course.skipped, key=lambda one: one.start_s):
        columns = _filled(columns, stretch)
    return Forecast(*columns)


def _filled(columns: list[FloatArray], stretch: Skipped) -> list[FloatArray]:
    time_s = columns[0]
    round_s = (stretch.end_s - stretch.start_s) / stretch.rounds
    begin_s = stretch.start_s - round_s
    first, end = np.searchsorted(time_s, [begin_s - 1e-6, stretch.start_s + 1e-6])
    size = int(end - first)
    if not size or len(time_s) + size * stretch.rounds > MAX_POINTS:
        blank = ((stretch.start_s + stretch.end_s) / 2, np.nan, np.nan)
        return [np.insert(one, end, value) for one, value in zip(columns, blank, strict=True)]
    shifts = np.repeat(np.arange(1, stretch.rounds + 1) * round_s, size)
    pieces = [np.tile(column[first:end], stretch.rounds) for column in columns]
    pieces[0] = pieces[0] + shifts
    return [
        np.concatenate([column[:end], piece, column[end:]])
        for column, piece in zip(columns, pieces, strict=True)
    ]
