"""One instruction on a battery, from inner step to inner step.

An inner step ends where something happens: the next sample, the end of the instruction's time, the
end of what is asked for. In between a constant current has a closed form; a held voltage or power
is renewed every `FOLLOWED_S` at the latest. A limit that is passed within an inner step is
searched for to the millisecond.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from cycling.battery.model import BatteryState, Drive, Elapsed
from cycling.battery.step_run import CLOCK_S
from cycling.terms import Mode, StepEnd
from master_node.protocol.messages import Instruction
from master_node.virtual_cycler.battery import VirtualBattery
from master_node.virtual_cycler.ends import StepValues, ends_of, first_reached, time_limit_s
from master_node.virtual_cycler.records import Progress, Recorder
from master_node.virtual_cycler.safety import Breach, Guard
from master_node.virtual_cycler.sensors import Reading, Sensors

SMALL_STEPS_PER_RC_TIME = 6
FOLLOWED_S = 2.0
LOOK_S = 1.0  # how often the voltage is looked at where samples follow its change
MAX_STEP_S = 60.0
SLACK_S = 1e-9


@dataclass(frozen=True, slots=True)
class Bench:
    """What an experiment runs on."""

    battery: VirtualBattery
    sensors: Sensors
    guard: Guard
    recorder: Recorder
    max_current_a: float


class Point(NamedTuple):
    """Where the battery is: test time (s), A, V, and what was counted since the step began."""

    time_s: float
    state: BatteryState[float]
    current_a: float
    voltage_v: float
    charge_ah: float
    energy_wh: float


class ReachedEnd(NamedTuple):
    """The end condition that ended an instruction, and its value."""

    kind: StepEnd
    value: float


Cause: TypeAlias = Breach | ReachedEnd | None


class Stepper:
    """Follows one instruction; it changes neither the battery nor the progress."""

    def __init__(
        self,
        instruction: Instruction,
        progress: Progress,
        bench: Bench,
        *,
        follows_voltage: bool,
    ) -> None:
        self._progress, self._bench = progress, bench
        self._model = bench.battery.model
        is_held = instruction.mode in (Mode.CV, Mode.CP)
        most_a = min(instruction.max_current or math.inf, bench.max_current_a)
        self.drive = Drive(instruction.mode, instruction.set_point, most_a if is_held else None)
        self._ends = ends_of(instruction, progress.start_degc)
        limit_s, began_s = time_limit_s(instruction), progress.began_s
        self.end_s = math.inf if limit_s is None or began_s is None else began_s + limit_s
        self._max_step_s = MAX_STEP_S
        if is_held:
            self._max_step_s = min(self._model.rc_time_s / SMALL_STEPS_PER_RC_TIME, FOLLOWED_S)
        if follows_voltage:
            self._max_step_s = min(self._max_step_s, LOOK_S)
        self._elapsed: tuple[float, Elapsed[float]] = (0.0, self._model.elapsed(0.0))
        self._latest: Point | None = None

    def present(self) -> Point:
        """Return where the battery is as the current begins to flow."""
        progress, state = self._progress, self._bench.battery.state
        volts = (end.bound for end in self._ends if end.kind is StepEnd.VOLTAGE)
        current_a, voltage_v = self._model.begun(state, self.drive, next(volts, None))
        counters = progress.charge_ah, progress.energy_wh
        return Point(progress.test_time_s, state, current_a, voltage_v, *counters)

    def next(self, until_s: float) -> tuple[Point, Cause]:
        """Return where an inner step leads that ends at this test time at the latest.

        With it comes what ends the instruction, or the experiment, there.
        """
        most_s = min(self._max_step_s, self._bench.guard.silence_left_s(self._bench.sensors))
        dt_s = min(min(until_s, self.end_s) - self._progress.test_time_s, most_s)
        dt_s = max(dt_s, SLACK_S)
        point = self._after(dt_s)
        cause = self.cause(point)
        if cause is not None:
            point = self._earliest(dt_s, point)
            cause = self.cause(point)
        self._latest = point
        return point, cause

    def cause(self, point: Point) -> Cause:
        """Return what ends the instruction, or the experiment, at a point from now on."""
        bench = self._bench
        reading = bench.sensors.read(point.voltage_v, point.current_a, point.state.temperature_degc)
        breach = bench.guard.breach(reading)
        if breach is None and not bench.sensors.undisturbed:
            breach = bench.guard.silence(bench.sensors, point.time_s - self._progress.test_time_s)
        if breach is not None:
            return breach
        since_s = point.time_s - self._progress.step_began_s
        if self._ends:
            values = _step_values(reading, point)
            end = first_reached(self._ends, values, since_s)
            if end is not None:
                return ReachedEnd(end.kind, values[end.index] or 0.0)
        return ReachedEnd(StepEnd.TIME, since_s) if point.time_s >= self.end_s - SLACK_S else None

    def _after(self, dt_s: float) -> Point:
        """Return where the present current leads in so long."""
        model, progress = self._model, self._progress
        before, current_a, voltage_v = self._before()
        if self._elapsed[0] != dt_s:
            self._elapsed = (dt_s, model.elapsed(dt_s))
        state = model.advanced(before, current_a, self._elapsed[1])
        next_a, next_v = model.driven(state, self.drive)
        charge_ah = abs(current_a) * dt_s / 3600
        return Point(
            progress.test_time_s + dt_s,
            state,
            next_a,
            next_v,
            progress.charge_ah + charge_ah,
            progress.energy_wh + charge_ah * abs(voltage_v + next_v) / 2,
        )

    def _before(self) -> tuple[BatteryState[float], float, float]:
        state, latest = self._bench.battery.state, self._latest
        if latest is not None and latest.state is state:
            return state, latest.current_a, latest.voltage_v
        return state, *self._model.driven(state, self.drive)

    def _earliest(self, dt_s: float, late: Point) -> Point:
        """Return the first whole millisecond at which there is a cause, `late` at the latest."""
        start_s, low_s, high_s = self._progress.test_time_s, 0.0, dt_s
        while high_s - low_s > CLOCK_S / 4:
            middle_s = (low_s + high_s) / 2
            if self.cause(self._after(middle_s)) is None:
                low_s = middle_s
            else:
                high_s = middle_s
        end_s = math.ceil(round((start_s + high_s) / CLOCK_S, 3)) * CLOCK_S
        if end_s >= late.time_s:
            return late
        return self._after(end_s - start_s)._replace(time_s=end_s)


def _step_values(reading: Reading, point: Point) -> StepValues:
    voltage, current, cell = reading
    magnitude = None if current is None else abs(current)
    power = None if voltage is None or magnitude is None else abs(voltage * magnitude)
    return StepValues(voltage, magnitude, power, point.charge_ah, point.energy_wh, cell)
