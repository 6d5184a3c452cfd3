"""The expected course of a profile as it is drawn: few points, rounds by name, how far it may be.

How far: the same profile on smaller and larger batteries of less and more resistance, each from
another charge, or where the voltage at rest says that, from one that is a little off. Whatever they
give at the same place of the same step is the band.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cycling.battery.chemistry import state_at
from cycling.battery.model import BatteryModel, BatteryState, FloatArray
from cycling.profile import Program, row_count
from cycling.profile.program.instructions import Executed
from cycling.profile.program.rows import MAX_ROWS
from cycling.profile.simulation.expected import Band, Expected, Round, Start, expected
from cycling.profile.simulation.run import Throughput, is_rest

LOW_SOC, HIGH_SOC = 0.1, 0.98
REST_OFF_V = 0.01  # by so much a cell's voltage may be from that of its model at rest
MAX_POINTS = 2_000
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Variant:
    """Another battery of the same name: its part of the capacity, its resistance, its charge."""

    capacity: float
    resistance: float
    low_soc: float
    high_soc: float


VARIANTS = (
    Variant(0.9, 0.6, 0.25, 0.9),
    Variant(0.9, 1.8, 0.25, 0.9),
    Variant(1.05, 0.6, 0.0, 1.0),
    Variant(1.05, 1.8, 0.0, 1.0),
)


@dataclass(frozen=True)
class StepTimes:
    """Durations (s): of the whole, None where it cannot be told, and of each step by its number.

    The whole is what is expected to run: where SAFETY ends it, that is up to there, and what would
    follow has no duration.
    """

    total_s: float | None
    by_step: Mapping[int, float]


def simulate_curve(program: Program, model: BatteryModel, open_v: float | None = None) -> Expected:
    """Simulate a profile from where it begins, and how far it may be from there.

    That is where the battery has its voltage at rest, `open_v`; without it the most likely charge.
    """
    states = _first_states(program, model, open_v)
    course = expected(program, model, states[0])
    others = [
        expected(program, _of_variant(model, variant), state, loops=course.loops)
        for variant, state in zip(VARIANTS, states[1:], strict=True)
    ]
    low_v, high_v = _voltage_band(course, others)
    low, high = _totals(course, others)
    kept = _kept(course.voltage_v)
    return replace(
        course,
        time_s=course.time_s[kept],
        voltage_v=course.voltage_v[kept],
        current_a=course.current_a[kept],
        step=course.step[kept],
        line=course.line[kept],
        rounds=_rounds(program, course) if row_count(program) <= MAX_ROWS else (),
        band=Band(low_v[kept], high_v[kept], low, high),
        start=_start(program, states, open_v),
    )


def step_starts(step: IntArray) -> IntArray:
    """Return at which points a step begins."""
    return np.concatenate([[0], np.flatnonzero(np.diff(step)) + 1]).astype(np.int64)


def first_state(
    program: Program, model: BatteryModel, low_soc: float = LOW_SOC, high_soc: float = HIGH_SOC
) -> BatteryState[float]:
    """Return the state from which a profile most likely begins.

    Nearly empty where its first current charges, nearly full where it discharges.
    """
    driven = next((step for step in program.instructions() if not is_rest(step)), None)
    discharges = driven is not None and driven.direction < 0
    return model.rested(high_soc if discharges else low_soc)


def step_times(
    program: Program, model: BatteryModel, state: BatteryState[float] | None = None
) -> StepTimes:
    """Return the expected durations from a state, without one from the most likely charge.

    Rounds that were not simulated are like the ones before.
    """
    course = expected(program, model, state or first_state(program, model))
    by_step, by_line = _simulated(course)
    whole_s = course.duration_s if course.is_known else None
    if course.aborted_by is not None:
        return StepTimes(whole_s, by_step)
    for execution in program.executed():
        number, line = execution.step, execution.instruction.line
        if number not in by_step and line in by_line:
            by_step[number] = by_line[line]
    return StepTimes(whole_s, by_step)


def _of_variant(model: BatteryModel, variant: Variant) -> BatteryModel:
    return model.aged(variant.capacity, variant.resistance)


def _first_states(
    program: Program, model: BatteryModel, open_v: float | None
) -> list[BatteryState[float]]:
    """Return where the battery begins, and each of the variants."""
    first = first_state(program, model)
    assumed = [
        first_state(program, _of_variant(model, one), one.low_soc, one.high_soc) for one in VARIANTS
    ]
    if open_v is None:
        return [first, *assumed]
    off_v = REST_OFF_V * model.cells
    measured = [open_v + off_v * np.sign(one.soc - first.soc) for one in assumed]
    return [state_at(model, float(one)) for one in (open_v, *measured)]


def _start(
    program: Program, states: list[BatteryState[float]], open_v: float | None
) -> Start | None:
    """Return between which charges a course begins; None where it only rests."""
    if all(is_rest(one) for one in program.instructions()):
        return None
    charges = [one.soc for one in states]
    return Start(min(charges), max(charges), open_v)


def _totals(
    course: Expected, others: list[Expected]
) -> tuple[Throughput | None, Throughput | None]:
    """Return the least and the most of everything, where all of them come to the same end."""
    ends = {(one.is_known, one.aborted_by) for one in (course, *others)}
    if len(ends) > 1 or not course.is_known:
        return None, None
    columns = list(zip(*(one.total for one in (course, *others)), strict=True))
    return Throughput(*map(min, columns)), Throughput(*map(max, columns))


def _voltage_band(course: Expected, others: list[Expected]) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and highest voltage (V) at each sample: what all give at its place."""
    places = _places(course)
    drawn = (one for one in others if len(one.time_s))
    rows = [np.interp(places, _places(one), one.voltage_v, right=np.nan) for one in drawn]
    rows.append(course.voltage_v)
    return np.fmin.reduce(rows), np.fmax.reduce(rows)


def _places(course: Expected) -> FloatArray:
    """Return for each sample its step's number, and how far in that step it is."""
    if not len(course.step):
        return np.zeros(0)
    starts = step_starts(course.step)
    lengths = np.diff(starts, append=len(course.step))
    begins = np.repeat(course.time_s[starts], lengths)
    durations = np.repeat(course.time_s[starts + lengths - 1], lengths) - begins
    share = np.divide(
        course.time_s - begins, durations, out=np.zeros(len(begins)), where=durations > 0
    )
    return course.step + share * (1 - 1e-6)


def _kept(values: FloatArray) -> IntArray:
    """Return which points are drawn: of every stretch the lowest and the highest, and both ends."""
    count = len(values)
    if count <= MAX_POINTS:
        return np.arange(count)
    edges = np.linspace(0, count, MAX_POINTS // 2).astype(np.int64)
    kept = [0, count - 1]
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        piece = values[begin:end]
        kept += [begin + int(piece.argmin()), begin + int(piece.argmax())]
    return np.unique(kept)


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
