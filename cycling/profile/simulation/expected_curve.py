"""The expected course of a profile as it is drawn: few points, rounds by name, gaps in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.battery.model import BatteryModel, FloatArray
from cycling.profile import Program, row_count
from cycling.profile.language.tree import LimitKind
from cycling.profile.program.instructions import Executed
from cycling.profile.program.rows import MAX_ROWS
from cycling.profile.simulation.durations import first_state
from cycling.profile.simulation.expected import Expected, Skipped, Throughput, expected

MAX_POINTS = 1_000
MAX_STEPS = 80  # simulated: a tenth of a second
INTERVAL_S = 60.0
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Round:
    """Where a round of a loop begins (s), and its name: "cycle 2 of 100"."""

    start_s: float
    name: str


@dataclass(frozen=True, eq=False)
class ExpectedCurve:
    """The course: s, V, A, and of each point the step and its line; `total` is of the whole test.

    `skipped` stretches have no points. `unending` names lines whose step was cut off; `aborted_by`
    is what SAFETY would abort for; `complete` is False where the profile goes on after the end.
    """

    time_s: FloatArray
    voltage_v: FloatArray
    current_a: FloatArray
    step: IntArray
    line: IntArray
    rounds: Sequence[Round]
    skipped: Sequence[Skipped]
    total: Throughput
    unending: Sequence[int]
    aborted_by: LimitKind | None
    complete: bool


def simulate_curve(program: Program, model: BatteryModel) -> ExpectedCurve:
    """Simulate a profile from where it most likely begins, as far as a curve needs it."""
    course = expected(program, model, first_state(program, model), INTERVAL_S, MAX_STEPS)
    kept = _kept(course)
    return ExpectedCurve(
        course.time_s[kept],
        course.voltage_v[kept],
        course.current_a[kept],
        course.step[kept],
        course.line[kept],
        _rounds(program, course) if row_count(program) <= MAX_ROWS else (),
        course.skipped,
        course.total,
        course.unending,
        course.aborted_by,
        course.complete,
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


def _rounds(program: Program, course: Expected) -> list[Round]:
    starts = step_starts(course.step)
    begins = dict(zip(course.step[starts].tolist(), course.time_s[starts].tolist(), strict=True))
    last = max(begins, default=0)
    rounds: list[Round] = []
    for executed in program.executed():
        if executed.number > last:
            break
        name = _round_name(executed)
        if executed.number in begins and name and (not rounds or rounds[-1].name != name):
            rounds.append(Round(begins[executed.number], name))
    return rounds


def _round_name(executed: Executed) -> str:
    if executed.cycle is not None:
        return f"cycle {executed.cycle} of {executed.cycles}"
    if executed.iterations:
        this, of = executed.iterations[-1]
        return f"round {this} of {of}" if of > 1 else ""
    return ""
