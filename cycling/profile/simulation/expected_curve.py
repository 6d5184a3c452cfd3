"""The expected course of a profile as it is drawn: few points, rounds by name, gaps in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cycling.battery.model import BatteryModel, BatteryState
from cycling.profile import Program, row_count
from cycling.profile.program.instructions import Executed
from cycling.profile.program.rows import MAX_ROWS
from cycling.profile.simulation.expected import Expected, Round, expected
from cycling.profile.simulation.run import is_rest

FEW_STEPS = 200  # simulated, so that nobody waits
LOW_SOC, HIGH_SOC = 0.1, 0.98
MAX_POINTS = 1_000
MAX_STEPS = 80  # simulated: a tenth of a second
INTERVAL_S = 60.0
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class StepTimes:
    """Durations (s): of the whole, None where it cannot be told, and of each step by its number."""

    total_s: float | None
    by_step: Mapping[int, float]


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


def first_state(program: Program, model: BatteryModel) -> BatteryState[float]:
    """Return the state from which a profile most likely begins.

    Nearly empty where its first current charges, nearly full where it discharges.
    """
    driven = next((step for step in program.instructions() if not is_rest(step)), None)
    discharges = driven is not None and driven.direction < 0
    return model.rested(HIGH_SOC if discharges else LOW_SOC)


def step_times(program: Program, model: BatteryModel) -> StepTimes:
    """Return the expected durations; rounds that were not simulated are like the ones before."""
    course = expected(program, model, first_state(program, model), INTERVAL_S, FEW_STEPS)
    by_step, by_line = _simulated(course)
    for execution in program.executed():
        number, line = execution.step, execution.instruction.line
        if number not in by_step and line in by_line:
            by_step[number] = by_line[line]
    known = course.complete and not course.unending
    return StepTimes(course.duration_s if known else None, by_step)


def _simulated(course: Expected) -> tuple[dict[int, float], dict[int, float]]:
    """Return the durations of the simulated steps, and the newest one of each line."""
    if not len(course.step):
        return {}, {}
    edges = np.flatnonzero(np.diff(course.step)) + 1
    firsts = np.concatenate([[0], edges])
    lasts = np.concatenate([edges, [len(course.step)]]) - 1
    durations = course.time_s[lasts] - course.time_s[firsts]
    numbers, lines = course.step[firsts].tolist(), course.line[firsts].tolist()
    return (
        dict(zip(numbers, durations.tolist(), strict=True)),
        dict(zip(lines, durations.tolist(), strict=True)),
    )
