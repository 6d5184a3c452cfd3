"""Runs one exact instruction on the battery model, with every kind of limit, in few samples.

Between two samples the current is a straight line, for which charge and RC pair are exact; at
constant current that is no approximation. A sample stands where voltage or current have moved by
so much, so a rest of a month costs no more than one of an hour. What ends the instruction is found
between samples. It shares the model with the virtual cycler, but not the way through it.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

from cycling.battery.model import BatteryModel, BatteryState, Drive
from cycling.battery.step_run import SETTLING_S
from cycling.profile.language.tree import LimitKind
from cycling.profile.program.instructions import ExactRange, Instruction
from cycling.terms import Mode

MAX_STEP_S = 10_000 * 3600.0
FIRST_STEP = 0.1  # of the RC pair's time
VOLTAGE_STEP_V, SOC_STEP = 0.03, 0.05  # from sample to sample, of one cell
CURRENT_STEP, LEAST_CURRENT_STEP_C = 0.2, 5e-4  # of the current; of that at 1C
SHOWN_PAST = {  # a safety limit is passed when an instrument shows it
    LimitKind.VOLTAGE: 1e-4,
    LimitKind.CURRENT: 1e-5,
    LimitKind.TEMPERATURE: 0.01,
}
SOC_ENDS, SOC_ENDS_WITH_VOLTAGE = (-0.05, 1.15), (-0.5, 1.5)  # beyond, the model knows nothing
HALVINGS = 60
CLOSE_S = 1e-4


class Throughput(NamedTuple):
    """Duration (s), charge (Ah) and energy (Wh), both ways apart, as magnitudes."""

    duration_s: float = 0.0
    charge_ah: float = 0.0
    discharge_ah: float = 0.0
    charge_wh: float = 0.0
    discharge_wh: float = 0.0

    def plus(self, other: "Throughput", times: int = 1) -> "Throughput":
        """Return this and so many times the other."""
        return Throughput(*(own + times * more for own, more in zip(self, other, strict=True)))


class Sample(NamedTuple):
    """A moment of a step: s since its start, A, V, and what was counted since (Ah, Wh)."""

    time_s: float
    current_a: float
    voltage_v: float
    ah: float
    wh: float
    state: BatteryState[float]


@dataclass(frozen=True, slots=True)
class InstructionRun:
    """Samples of an instruction from its start to its end, both included.

    `ended_by` is None where nothing ends it, or SAFETY does, whose channel is `aborted_by`, or it
    was cut off where it takes or gives more than the battery holds, which is `beyond`.
    """

    samples: tuple[Sample, ...]
    ended_by: LimitKind | None
    aborted_by: LimitKind | None = None
    beyond: bool = False

    @property
    def state(self) -> BatteryState[float]:
        """How the battery is left."""
        return self.samples[-1].state

    @property
    def duration_s(self) -> float:
        """Time that it took (s)."""
        return self.samples[-1].time_s

    @property
    def throughput(self) -> Throughput:
        """Its integrals, both ways apart."""
        both = [0.0] * 4
        for before, after in zip(self.samples, self.samples[1:], strict=False):
            way = 0 if before.current_a + after.current_a > 0 else 1
            both[way] += after.ah - before.ah
            both[2 + way] += after.wh - before.wh
        return Throughput(self.duration_s, *both)


class _Bound(NamedTuple):
    """A value that ends a step when it is passed upwards (way 1) or downwards (-1)."""

    kind: LimitKind
    value: float
    way: int
    aborts: bool = False
    from_s: float = 0.0


def run_instruction(
    model: BatteryModel,
    state: BatteryState[float],
    instruction: Instruction,
    safety: tuple[ExactRange, ...] = (),
    longest_s: float = MAX_STEP_S,
) -> InstructionRun:
    """Run an instruction until its first limit, or until SAFETY ends it.

    CAPACITY and ENERGY are magnitudes since its start; TEMPERATURE ends it on the far side of
    where it began. One that has no TIME is cut off after `longest_s`.
    """
    drive = drive_of(instruction)
    bounds = (*_aborting(safety), *_ending(instruction, state.temperature_degc))
    time_s = instruction.limit(LimitKind.TIME)
    horizon_s = longest_s if time_s is None else float(time_s)
    bounded = instruction.end_voltage_v is not None
    least, most = SOC_ENDS_WITH_VOLTAGE if bounded else SOC_ENDS
    end_v = instruction.limit(LimitKind.VOLTAGE)
    current_a, voltage_v = model.begun(state, drive, None if end_v is None else float(end_v))
    samples = [Sample(0.0, current_a, voltage_v, 0.0, 0.0, state)]
    passed = _passed(samples[0], bounds)
    dt_s = min(FIRST_STEP * model.rc_time_s, horizon_s)
    while passed is None and samples[-1].time_s < horizon_s:
        last = samples[-1]
        dt_s = min(dt_s, horizon_s - last.time_s)
        if last.time_s < SETTLING_S < last.time_s + dt_s:
            dt_s = SETTLING_S - last.time_s
        after, dt_s, growth = _accepted(model, drive, last, dt_s)
        passed = _passed(after, bounds)
        if passed is not None:
            after, passed = _earliest(model, drive, last, after, bounds)
        samples.append(after)
        if passed is None and not least < after.state.soc < most:
            return InstructionRun(tuple(samples), None, beyond=True)
        dt_s *= growth
    if passed is None:
        return InstructionRun(tuple(samples), None if time_s is None else LimitKind.TIME)
    if passed.aborts:
        return InstructionRun(tuple(samples), None, passed.kind)
    return InstructionRun(tuple(samples), passed.kind)


def drive_of(instruction: Instruction) -> Drive:
    """Return what a station asks of the battery during an instruction."""
    most = instruction.max_current_a
    return Drive(
        instruction.mode, float(instruction.set_point), None if most is None else float(most)
    )


def is_rest(instruction: Instruction) -> bool:
    """Whether no current flows."""
    return instruction.mode is Mode.WAIT or (
        instruction.mode is not Mode.CV and not instruction.set_point
    )


def _ending(instruction: Instruction, start_degc: float) -> tuple[_Bound, ...]:
    """Return the limits other than TIME, and from which side they are reached.

    A charge raises the voltage. At constant current the power follows the voltage; at constant
    power the current goes against it; a held voltage's current falls, once it has settled.
    """
    held = instruction.mode is Mode.CV
    up = instruction.direction or 1
    ways = {
        LimitKind.VOLTAGE: up,
        LimitKind.CURRENT: -1 if held else -up,
        LimitKind.POWER: -1 if held else up,
        LimitKind.CAPACITY: 1,
        LimitKind.ENERGY: 1,
    }
    bounds = []
    for limit in instruction.limits:
        if limit.kind is LimitKind.TIME:
            continue
        value = float(limit.value)
        way = ways.get(limit.kind, 1 if start_degc < value else -1)
        settles = held and limit.kind in (LimitKind.CURRENT, LimitKind.POWER)
        bounds.append(_Bound(limit.kind, value, way, from_s=SETTLING_S if settles else 0.0))
    return tuple(bounds)


def _aborting(safety: tuple[ExactRange, ...]) -> tuple[_Bound, ...]:
    ends = []
    for one in safety:
        past = SHOWN_PAST[one.kind]
        ends.append(_Bound(one.kind, float(one.low) - past, -1, aborts=True))
        ends.append(_Bound(one.kind, float(one.high) + past, 1, aborts=True))
    return tuple(ends)


def _passed(sample: Sample, bounds: tuple[_Bound, ...]) -> _Bound | None:
    """Return the first bound that a sample has passed."""
    for bound in bounds:
        if sample.time_s >= bound.from_s and _excess(sample, bound) >= 0:
            return bound
    return None


def _excess(sample: Sample, bound: _Bound) -> float:
    match bound.kind:
        case LimitKind.VOLTAGE:
            value = sample.voltage_v
        case LimitKind.CURRENT:
            value = sample.current_a if bound.aborts else abs(sample.current_a)
        case LimitKind.POWER:
            value = abs(sample.voltage_v * sample.current_a)
        case LimitKind.CAPACITY:
            value = sample.ah
        case LimitKind.ENERGY:
            value = sample.wh
        case _:
            value = sample.state.temperature_degc
    return bound.way * (value - bound.value)


def _accepted(
    model: BatteryModel, drive: Drive, last: Sample, dt_s: float
) -> tuple[Sample, float, float]:
    """Return the next sample, how far it is (s), and by how much to lengthen the step after it."""
    for _ in range(HALVINGS):
        after = _after(model, drive, last, dt_s)
        least_a = LEAST_CURRENT_STEP_C * model.capacity_ah
        current_step_a = CURRENT_STEP * max(abs(last.current_a), abs(after.current_a)) + least_a
        size = max(
            abs(after.voltage_v - last.voltage_v) / (VOLTAGE_STEP_V * model.cells),
            abs(after.state.soc - last.state.soc) / SOC_STEP,
            abs(after.current_a - last.current_a) / current_step_a,
        )
        if size <= 1.5 or dt_s <= CLOSE_S:
            return after, dt_s, min(2.5, 0.9 / size) if size > 0.36 else 2.5
        dt_s *= max(0.2, 0.9 / size)
    return after, dt_s, 1.0


def _after(model: BatteryModel, drive: Drive, last: Sample, dt_s: float) -> Sample:
    """Return the sample after so long; its current is the one that the mode asks for there."""
    before = last.current_a
    state = model.step(last.state, before, dt_s)
    current_a, voltage_v = model.driven(state, drive)
    if abs(current_a - before) > 1e-9 * model.capacity_ah:
        state, current_a, voltage_v = _solved(model, drive, last, current_a, dt_s)
    ah = abs(before + current_a) / 2 * dt_s / 3600
    wh = ah * (last.voltage_v + voltage_v) / 2
    return Sample(last.time_s + dt_s, current_a, voltage_v, last.ah + ah, last.wh + abs(wh), state)


def _solved(
    model: BatteryModel, drive: Drive, last: Sample, guess_a: float, dt_s: float
) -> tuple[BatteryState[float], float, float]:
    """Return state, current (A) and voltage (V) where a straight line to the current ends on it.

    By the secant method; the mismatch at the present current is known from the guess.
    """
    one_a, one_off = last.current_a, guess_a - last.current_a
    two_a = (one_a + guess_a) / 2
    for _ in range(12):
        state = _ramped(model, last, two_a, dt_s)
        current_a, voltage_v = model.driven(state, drive)
        two_off = current_a - two_a
        slope = (two_off - one_off) / (two_a - one_a) if two_a != one_a else 0.0
        if abs(two_off) <= 1e-7 * model.capacity_ah or not slope:
            break
        one_a, one_off, two_a = two_a, two_off, two_a - two_off / slope
    return state, current_a, voltage_v


def _ramped(model: BatteryModel, last: Sample, end_a: float, dt_s: float) -> BatteryState[float]:
    """Return the state after a current that goes to `end_a` in a straight line.

    Charge and heat by its mean; the RC pair by the exact answer to a ramp.
    """
    mean_a = (last.current_a + end_a) / 2
    state = model.step(last.state, mean_a, dt_s)
    left = math.exp(-dt_s / model.rc_time_s)
    lag = (end_a - last.current_a) * (1 - left) * model.rc_time_s / dt_s
    driven_v = model.rc_resistance_ohm * (end_a - last.current_a * left - lag)
    rc_v = last.state.rc_voltage_v * left + driven_v
    return BatteryState(state.soc, rc_v, state.temperature_degc)


def _earliest(
    model: BatteryModel, drive: Drive, last: Sample, late: Sample, bounds: tuple[_Bound, ...]
) -> tuple[Sample, _Bound]:
    """Return the first moment after a sample at which a bound is passed, and that bound."""
    crossings = [
        (_crossing(model, drive, last, late, bound), bound)
        for bound in bounds
        if late.time_s >= bound.from_s and _excess(late, bound) >= 0
    ]
    return min(crossings, key=lambda one: one[0].time_s)


def _crossing(
    model: BatteryModel, drive: Drive, last: Sample, late: Sample, bound: _Bound
) -> Sample:
    """Return the moment at which a bound is passed, by the Illinois method."""
    low_s, high_s = 0.0, late.time_s - last.time_s
    low, high = _excess(last, bound), _excess(late, bound)
    if low >= 0:  # it counts only from here on
        return late
    side = 0
    for _ in range(HALVINGS):
        if high_s - low_s <= CLOSE_S or not high:
            break
        dt_s = high_s - high * (high_s - low_s) / (high - low)
        dt_s = min(max(dt_s, low_s + CLOSE_S / 4), high_s - CLOSE_S / 4)
        sample = _after(model, drive, last, dt_s)
        excess = _excess(sample, bound)
        if excess >= 0:
            high_s, high, late = dt_s, excess, sample
            low, side = low / 2 if side == 1 else low, 1
        else:
            low_s, low = dt_s, excess
            high, side = high / 2 if side == -1 else high, -1
    return late
