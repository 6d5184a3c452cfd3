"""Runs one exact instruction on the battery model, with every kind of limit."""

import numpy as np

from cycling.battery.model import BatteryModel, BatteryState, Drive, FloatArray
from cycling.battery.step_run import EndCondition, StepRun, run_step
from cycling.profile.language.tree import LimitKind
from cycling.profile.program.instructions import Instruction
from cycling.terms import Mode

MAX_STEP_S = 100 * 3600.0
_OF_THE_STEP = (LimitKind.TIME, LimitKind.VOLTAGE, LimitKind.CURRENT, LimitKind.POWER)
_COUNTED = (LimitKind.CAPACITY, LimitKind.ENERGY, LimitKind.TEMPERATURE)


def run_instruction(
    model: BatteryModel,
    state: BatteryState[float],
    instruction: Instruction,
    interval_s: float = 10.0,
    longest_s: float = MAX_STEP_S,
) -> tuple[StepRun, LimitKind | None]:
    """Run an instruction until its first limit, `longest_s` at most; return what ended it too.

    CAPACITY and ENERGY are magnitudes since the start of the step; TEMPERATURE ends it on the far
    side of where it began. They are found between samples, to a straight line.
    """
    drive = drive_of(instruction)
    end = _end_condition(instruction)
    run = run_step(model, state, drive, end, interval_s, longest_s)
    crossings = [
        (_crossing_s(_course(run, limit.kind), run.time_s, float(limit.value)), limit.kind)
        for limit in instruction.limits
        if limit.kind in _COUNTED
    ]
    ends = [(time_s, kind) for time_s, kind in crossings if time_s is not None]
    if not ends:
        return run, LimitKind(run.ended_by) if run.ended_by else None
    time_s, kind = min(ends)
    shorter = EndCondition(time_s, end.voltage_v, end.current_a, end.power_w)
    return run_step(model, state, drive, shorter, interval_s, longest_s), kind


def drive_of(instruction: Instruction) -> Drive:
    """Return what a station asks of the battery during an instruction."""
    most = instruction.max_current_a
    return Drive(
        instruction.mode, float(instruction.set_point), None if most is None else float(most)
    )


def _end_condition(instruction: Instruction) -> EndCondition:
    values = {limit.kind: float(limit.value) for limit in instruction.limits}
    return EndCondition(*(values.get(kind) for kind in _OF_THE_STEP))


def _course(run: StepRun, kind: LimitKind) -> FloatArray:
    """Return what is counted (Ah, Wh) or measured (degC) at each sample; the current is held."""
    if kind is LimitKind.TEMPERATURE:
        return run.temperature_degc
    rate = run.current_a if kind is LimitKind.CAPACITY else run.current_a * run.voltage_v
    steps = np.abs(rate[:-1]) * np.diff(run.time_s) / 3600
    return np.concatenate([[0.0], np.cumsum(steps)])


def _crossing_s(course: FloatArray, time_s: FloatArray, bound: float) -> float | None:
    """Return when a course reaches a bound from where it began, None where it does not."""
    way = 1.0 if course[0] < bound else -1.0
    passed = way * (course - bound) >= 0
    if not passed.any():
        return None
    at = int(passed.argmax())
    if at == 0:
        return 0.0
    share = (bound - course[at - 1]) / (course[at] - course[at - 1])
    return float(time_s[at - 1] + share * (time_s[at] - time_s[at - 1]))


def is_rest(instruction: Instruction) -> bool:
    """Whether no current flows."""
    return instruction.mode is Mode.WAIT or (
        instruction.mode is not Mode.CV and not instruction.set_point
    )
