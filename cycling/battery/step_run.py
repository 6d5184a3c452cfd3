"""One step of a profile run on a battery model, until it ends.

Constant currents come from the model's closed form, a block of samples at a time; constant voltage
and constant power are followed in small steps.
"""

import math
from dataclasses import dataclass

import numpy as np

from cycling.battery.model import BatteryModel, BatteryState, Drive, FloatArray, Value
from cycling.terms import LimitType, Mode

MAX_STEP_S = 1000 * 3600.0
FIRST_BLOCK, MAX_BLOCK = 256, 65_536  # samples; each block is twice the one before
SMALL_STEPS_PER_RC_TIME = 6
CLOCK_S = 1e-3  # a voltage limit is noticed on a whole millisecond
SETTLING_S = 1.0  # a held voltage draws nothing for a moment before it draws much


@dataclass(frozen=True, slots=True)
class EndCondition:
    """What ends a step, whichever comes first; current and power are magnitudes."""

    time_s: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    power_w: float | None = None


@dataclass(frozen=True, slots=True)
class StepRun:
    """Samples of one step from its start (time 0, new current flowing) to its end, both included.

    `ended_by` is None where nothing ended the step and it was cut off.
    """

    time_s: FloatArray
    voltage_v: FloatArray
    current_a: FloatArray
    soc: FloatArray
    temperature_degc: FloatArray
    state: BatteryState[float]
    ended_by: LimitType | None

    @property
    def duration_s(self) -> float:
        """Time that the step took (s)."""
        return float(self.time_s[-1])


@dataclass(frozen=True, slots=True)
class _Limit:
    """A bound that is passed upwards (direction 1) or downwards (-1)."""

    kind: LimitType
    bound: float
    direction: int

    def excess(self, voltage_v: Value, current_a: Value) -> Value:
        """How far past the bound; 0 or more ends the step."""
        match self.kind:
            case LimitType.VOLTAGE:
                return self.direction * (voltage_v - self.bound)
            case LimitType.CURRENT:
                return self.direction * (abs(current_a) - self.bound)
            case _:
                return self.direction * (abs(voltage_v * current_a) - self.bound)


@dataclass(frozen=True, slots=True)
class _Task:
    """Everything that a step needs to run; `timed` says that the horizon is its own time limit."""

    model: BatteryModel
    state: BatteryState[float]
    drive: Drive
    limits: tuple[_Limit, ...]
    interval_s: float
    horizon_s: float
    timed: bool

    def passed(self, voltage_v: float, current_a: float) -> LimitType | None:
        """Return the first limit that these values have passed."""
        for limit in self.limits:
            if limit.excess(voltage_v, current_a) >= 0:
                return limit.kind
        return None

    def cause(self, kind: LimitType | None) -> LimitType | None:
        """Return what ended the step, if no limit other than the time has."""
        return kind or (LimitType.TIME if self.timed else None)


def run_step(
    model: BatteryModel,
    state: BatteryState[float],
    drive: Drive,
    end: EndCondition,
    interval_s: float = 1.0,
    longest_s: float = MAX_STEP_S,
) -> StepRun:
    """Run a step with a sample at its start, every `interval_s` and at its end.

    A limit that is passed at the start ends the step at once, with one sample. Raise ValueError
    for a limit that makes no sense in the mode.
    """
    if interval_s <= 0:
        raise ValueError("The sampling interval must be above 0 s.")
    timed = end.time_s is not None and end.time_s <= longest_s
    horizon_s = longest_s if end.time_s is None else min(end.time_s, longest_s)
    task = _Task(model, state, drive, _limits(drive, end), interval_s, horizon_s, timed)
    steady = drive.mode in (Mode.WAIT, Mode.CC)
    return _run_steady(task) if steady else _run_followed(task)


def _limits(drive: Drive, end: EndCondition) -> tuple[_Limit, ...]:
    """Return the bounds and which way this mode passes them.

    A charge raises the voltage. At constant current the power follows the voltage; at constant
    power the current goes against it; at constant voltage both fall.
    """
    bounds = {
        LimitType.VOLTAGE: end.voltage_v,
        LimitType.CURRENT: end.current_a,
        LimitType.POWER: end.power_w,
    }
    up = 1 if drive.set_point > 0 else -1
    ways: dict[LimitType, int] = {}
    if drive.mode is Mode.CC and drive.set_point:
        ways = {LimitType.VOLTAGE: up, LimitType.POWER: up}
    elif drive.mode is Mode.CP and drive.set_point:
        ways = {LimitType.VOLTAGE: up, LimitType.CURRENT: -up}
    elif drive.mode is Mode.CV:
        ways = {LimitType.CURRENT: -1, LimitType.POWER: -1}
    limits = []
    for kind, bound in bounds.items():
        if bound is None:
            continue
        if kind not in ways:
            raise ValueError(f"{drive.mode} at {drive.set_point:g} cannot end by {kind}.")
        limits.append(_Limit(kind, bound, ways[kind]))
    return tuple(limits)


def _run_steady(task: _Task) -> StepRun:
    """Run a step of constant current with the closed form."""
    model, (current_a, _voltage_v) = task.model, task.model.driven(task.state, task.drive)
    time_s, kind = _steady_times(task, current_a)
    course = model.course(task.state, current_a, time_s)
    return StepRun(
        time_s,
        model.voltages_v(course, current_a),
        np.full(len(time_s), current_a),
        course.soc,
        course.temperature_degc,
        model.step(task.state, current_a, float(time_s[-1])),
        task.cause(kind),
    )


def _steady_times(task: _Task, current_a: float) -> tuple[FloatArray, LimitType | None]:
    """Return the sampling times up to the first limit passed, block by block, and that limit."""
    last = math.ceil(task.horizon_s / task.interval_s - 1e-9)
    if not task.limits:
        return np.minimum(np.arange(last + 1) * task.interval_s, task.horizon_s), None
    times: list[FloatArray] = []
    first, block = 0, FIRST_BLOCK
    while first <= last:
        count = np.arange(first, min(first + block, last + 1))
        time_s = np.minimum(count * task.interval_s, task.horizon_s)
        course = task.model.course(task.state, current_a, time_s)
        voltage_v = task.model.voltages_v(course, current_a)
        passed = np.zeros(len(time_s), dtype=np.bool_)
        for limit in task.limits:
            passed |= limit.excess(voltage_v, np.full(len(time_s), current_a)) >= 0
        if passed.any():
            hit = int(passed.argmax())
            end_s, kind = _crossing(task, current_a, float(time_s[hit]))
            return np.concatenate([*times, time_s[:hit], [end_s]]), kind
        times.append(time_s)
        first, block = first + block, min(2 * block, MAX_BLOCK)
    return np.concatenate(times), None


def _crossing(task: _Task, current_a: float, late_s: float) -> tuple[float, LimitType | None]:
    """Return the first millisecond at which a limit is passed, by `late_s` at the latest."""

    def passed_at(time_s: float) -> LimitType | None:
        state = task.model.step(task.state, current_a, time_s)
        return task.passed(task.model.voltage_v(state, current_a), current_a)

    low_s, high_s = max(late_s - task.interval_s, 0.0), late_s
    while high_s - low_s > CLOCK_S / 4:
        middle_s = (low_s + high_s) / 2
        if passed_at(middle_s):
            high_s = middle_s
        else:
            low_s = middle_s
    end_s = min(math.ceil(high_s / CLOCK_S) * CLOCK_S, late_s)
    return end_s, passed_at(end_s)


def _run_followed(task: _Task) -> StepRun:
    """Run a step of constant voltage or power: the current is renewed after every small step."""
    model, state = task.model, task.state
    per_sample = math.ceil(task.interval_s * SMALL_STEPS_PER_RC_TIME / model.rc_time_s)
    small_s = task.interval_s / per_sample
    elapsed = model.elapsed(small_s)
    rows: list[tuple[float, float, float, float, float]] = []
    count, time_s = 0, 0.0
    while True:
        current_a, voltage_v = model.driven(state, task.drive)
        kind = task.passed(voltage_v, current_a)
        over = kind is not None or time_s >= task.horizon_s
        if over or count % per_sample == 0:
            rows.append((time_s, voltage_v, current_a, state.soc, state.temperature_degc))
        if over:
            break
        count += 1
        next_s = count * small_s
        if next_s > task.horizon_s:
            next_s, elapsed = task.horizon_s, model.elapsed(task.horizon_s - time_s)
        state = model.advanced(state, current_a, elapsed)
        time_s = next_s
    times, voltages, currents, socs, temperatures = np.array(rows).T
    return StepRun(times, voltages, currents, socs, temperatures, state, task.cause(kind))
