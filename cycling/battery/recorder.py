"""A cycler in miniature: runs a test on a battery model and keeps what an instrument would log."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.battery.model import BatteryModel, Drive, FloatArray
from cycling.battery.step_run import EndCondition, StepRun, run_step
from cycling.terms import Mode

IntArray = NDArray[np.int64]

SWITCHING_S = 0.01  # from the last sample of a step to the first of the next
CYCLE_SPREAD = (3e-4, 2e-3)  # of the capacity and of the resistance
SLACK = 1e-6  # 30 samples of 1 s are 30 s, whatever their floating-point sum says


@dataclass(frozen=True, slots=True)
class Sampling:
    """Keep a sample after so much time (s) or so much change of voltage (V), whichever is first.

    `look_s` is how often the instrument looks; nothing is kept more often.
    """

    every_s: float = 30.0
    every_v: float = 0.010
    look_s: float = 1.0

    def kept(self, run: StepRun) -> IntArray:
        """Indices to keep of a step: its start, the first look after it, and its end always."""
        time_passed = np.diff(run.time_s) / self.every_s
        voltage_moved = np.abs(np.diff(run.voltage_v)) / self.every_v
        progress = np.floor(np.cumsum(np.maximum(time_passed, voltage_moved)) + SLACK)
        keep = np.diff(progress, prepend=[-1.0, 0.0]) > 0
        keep[1:2] = keep[-1:] = True
        return np.flatnonzero(keep)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """True values of a whole test, at the times that the instrument kept."""

    test_time_s: FloatArray
    voltage_v: FloatArray
    current_a: FloatArray
    temperature_degc: FloatArray
    step: IntArray
    cycle: IntArray


class Recorder:
    """Runs steps one after the other; rates are in C of the nominal capacity.

    `battery` may be replaced between steps, which is how it ages. The first cycle is 1.
    """

    def __init__(
        self, battery: BatteryModel, nominal_ah: float, rng: np.random.Generator, soc: float
    ) -> None:
        self.battery = battery
        self.rng = rng
        self.cycle = 1
        self.sampling = Sampling()
        self._nominal_ah = nominal_ah
        self._state = battery.rested(soc)
        self._runs: list[tuple[StepRun, IntArray, float]] = []
        self._cycles: list[int] = []
        self._clock_s = 0.0

    def run(self, drive: Drive, end: EndCondition) -> StepRun:
        """Run one step from where the last one ended."""
        run = run_step(self.battery, self._state, drive, end, self.sampling.look_s)
        self._runs.append((run, self.sampling.kept(run), self._clock_s))
        self._cycles.append(self.cycle)
        self._clock_s += run.duration_s + SWITCHING_S
        self._state = run.state
        return run

    def rest(self, minutes: float) -> None:
        """Rest with the relay open."""
        self.run(Drive(Mode.WAIT), EndCondition(time_s=minutes * 60))

    def constant_current(
        self, c_rate: float, until_v: float | None = None, minutes: float | None = None
    ) -> None:
        """Charge, or discharge at a negative rate, to a voltage or for a time."""
        time_s = None if minutes is None else minutes * 60
        drive = Drive(Mode.CC, c_rate * self._nominal_ah)
        self.run(drive, EndCondition(time_s=time_s, voltage_v=until_v))

    def constant_voltage(self, voltage_v: float, until_c: float, hours: float = 8.0) -> None:
        """Hold a voltage until the current has fallen to a rate, or for a time."""
        end = EndCondition(time_s=hours * 3600, current_a=until_c * self._nominal_ah)
        self.run(Drive(Mode.CV, voltage_v), end)

    def constant_power(self, power_w: float, until_v: float) -> None:
        """Charge, or discharge at a negative power, to a voltage."""
        self.run(Drive(Mode.CP, power_w), EndCondition(voltage_v=until_v))

    def next_cycle(self) -> None:
        """Count the steps that follow to the next cycle; no two cycles are quite equal."""
        self.cycle += 1
        capacity, resistance = self.rng.normal(1.0, CYCLE_SPREAD)
        self.battery = self.battery.aged(capacity, resistance)

    def recording(self) -> Recording:
        """Return what was kept so far."""
        lengths = [len(kept) for _, kept, _ in self._runs]
        numbers = np.arange(1, len(lengths) + 1)
        return Recording(
            np.round(np.concatenate([run.time_s[at] + start for run, at, start in self._runs]), 3),
            np.concatenate([run.voltage_v[at] for run, at, _ in self._runs]),
            np.concatenate([run.current_a[at] for run, at, _ in self._runs]),
            np.concatenate([run.temperature_degc[at] for run, at, _ in self._runs]),
            np.repeat(numbers, lengths),
            np.repeat(np.array(self._cycles), lengths),
        )
