"""How long each step of a profile is expected to take on a battery."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cycling.battery.model import BatteryModel, BatteryState
from cycling.profile import Program
from cycling.profile.simulation.expected import Expected, expected
from cycling.profile.simulation.run import is_rest

FEW_STEPS = 200  # simulated, so that nobody waits
INTERVAL_S = 60.0
LOW_SOC, HIGH_SOC = 0.1, 0.98


@dataclass(frozen=True)
class StepTimes:
    """Durations (s): of the whole, None where it cannot be told, and of each step by its number."""

    total_s: float | None
    by_step: Mapping[int, float]


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
