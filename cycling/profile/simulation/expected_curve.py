"""The expected course of a profile as it is drawn: few points, rounds by name, gaps in words."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cycling.battery.model import BatteryModel
from cycling.profile import Program, row_count
from cycling.profile.program.instructions import Executed
from cycling.profile.program.rows import MAX_ROWS
from cycling.profile.simulation.durations import first_state
from cycling.profile.simulation.expected import Expected, Round, expected

MAX_POINTS = 1_000
MAX_STEPS = 80  # simulated: a tenth of a second
INTERVAL_S = 60.0
IntArray = NDArray[np.int64]


def simulate_curve(program: Program, model: BatteryModel) -> Expected:
    """Simulate a profile from where it most likely begins, as far as a curve needs it."""
    course = expected(program, model, first_state(program, model), INTERVAL_S, MAX_STEPS)
    kept = _kept(course)
    return replace(
        course,
        time_s=course.time_s[kept],
        voltage_v=course.voltage_v[kept],
        current_a=course.current_a[kept],
        step=course.step[kept],
        line=course.line[kept],
        rounds=_rounds(program, course) if row_count(program) <= MAX_ROWS else (),
    )


def step_starts(step: IntArray) -> IntArray:
    """Return at which points a step begins."""
    return np.concatenate([[0], np.flatnonzero(np.diff(step)) + 1]).astype(np.int64)


def _kept(course: Expected) -> IntArray:
    """Return which points are drawn: both ends of each step, and between them as many as fit."""
    count = len(course.time_s)
    if count <= MAX_POINTS:
        return np.arange(count)
    starts = step_starts(course.step)
    edges = np.unique(np.concatenate([starts, starts[1:] - 1, [count - 1]]))
    if len(edges) >= MAX_POINTS:
        return edges[:MAX_POINTS]
    others = np.linspace(0, count - 1, MAX_POINTS - len(edges)).round().astype(np.int64)
    return np.unique(np.concatenate([edges, others]))


def _rounds(program: Program, course: Expected) -> tuple[Round, ...]:
    starts = step_starts(course.step)
    begins = dict(zip(course.step[starts].tolist(), course.time_s[starts].tolist(), strict=True))
    last = max(begins, default=0)
    rounds: list[Round] = []
    for execution in program.executed():
        if execution.step > last:
            break
        name = "" if _only_once(execution) else execution.round_name
        if execution.step in begins and name and (not rounds or rounds[-1].name != name):
            rounds.append(Round(begins[execution.step], name))
    return tuple(rounds)


def _only_once(execution: Executed) -> bool:
    """Whether it is in a loop of one round that counts no cycles."""
    return execution.cycle is None and execution.iterations[-1:] == ((1, 1),)
