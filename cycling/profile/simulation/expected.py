"""The course of voltage and current that a profile should give on the battery model.

Of a loop that runs often only the first two rounds and the last are simulated. Those between are
taken to be like the second: its duration and throughput count for each, and there are no samples
in that stretch. A battery that still drifts after two rounds is shown wrongly in its last one.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cycling.battery.model import BatteryModel, BatteryState, FloatArray
from cycling.battery.step_run import StepRun
from cycling.profile.language.tree import LimitKind
from cycling.profile.program.instructions import Instruction, Loop, Part, Program
from cycling.profile.simulation.run import MAX_STEP_S, run_instruction

FIRST_ROUNDS, LAST_ROUNDS = 2, 1
MAX_STEPS = 2_000  # simulated; what comes after is left out
POINTS_PER_STEP = 120
IntArray = NDArray[np.int64]


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


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stretch (s) whose rounds were not simulated."""

    start_s: float
    end_s: float
    rounds: int


@dataclass(frozen=True, slots=True)
class Round:
    """Where a round of a loop begins (s), and its name: "cycle 2 of 100"."""

    start_s: float
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """The expected course; the arrays have one value a sample. `total` is of the whole test.

    `step` is the number of the step as executed, `line` its line in the text. `skipped` stretches
    have no samples. `unending` names lines whose step was cut off after 100 h; `aborted_by` is the
    SAFETY channel that would abort; `complete` is False where the profile goes on after what was
    simulated. `rounds` are named for a curve only.
    """

    time_s: FloatArray
    voltage_v: FloatArray
    current_a: FloatArray
    step: IntArray
    line: IntArray
    total: Throughput
    skipped: tuple[Skipped, ...]
    unending: tuple[int, ...]
    aborted_by: LimitKind | None
    complete: bool
    rounds: tuple[Round, ...] = ()

    @property
    def duration_s(self) -> float:
        """Expected duration of the whole test, with what was not simulated."""
        return self.total.duration_s


def expected(
    program: Program,
    model: BatteryModel,
    state: BatteryState[float],
    interval_s: float = 10.0,
    most_steps: int = MAX_STEPS,
) -> Expected:
    """Return the expected course of a profile on a battery from this state.

    Each step keeps 120 samples at most, with its start and end. `interval_s` is how often the
    model is looked at.
    """
    simulation = _Simulation(program, model, state, interval_s, most_steps)
    simulation.run(program.parts)
    return simulation.result()


class _Simulation:
    def __init__(
        self,
        program: Program,
        model: BatteryModel,
        state: BatteryState[float],
        interval_s: float,
        most_steps: int,
    ) -> None:
        self._program = program
        self._model = model
        self._state = state
        self._interval_s = interval_s
        self._steps_left = most_steps
        self._number = 0
        self._total = Throughput()
        self._pieces: list[tuple[FloatArray, FloatArray, FloatArray, IntArray, IntArray]] = []
        self._skipped: list[Skipped] = []
        self._unending: dict[int, None] = {}
        self._aborted_by: LimitKind | None = None

    @property
    def _over(self) -> bool:
        return self._steps_left <= 0 or self._aborted_by is not None

    def run(self, parts: tuple[Part, ...]) -> None:
        """Run parts one after the other, until the simulation is over."""
        for part in parts:
            if self._over:
                self._steps_left -= 1  # something was left out
                return
            if isinstance(part, Instruction):
                self._step(part)
            else:
                self._loop(part)

    def _loop(self, loop: Loop) -> None:
        rounds = min(loop.count, FIRST_ROUNDS + LAST_ROUNDS)
        rounds_left_out = loop.count - rounds
        round_before = round_now = Throughput()
        first_number = self._number
        for number in range(rounds):
            if number == FIRST_ROUNDS and rounds_left_out and not self._over:
                round_before = self._total.plus(round_now, -1)
                self._skip(
                    rounds_left_out, round_before, (self._number - first_number) // FIRST_ROUNDS
                )
            round_now = self._total
            self.run(loop.items)

    def _skip(self, rounds: int, each: Throughput, steps: int) -> None:
        start_s = self._total.duration_s
        self._total = self._total.plus(each, rounds)
        self._number += rounds * steps
        self._skipped.append(Skipped(start_s, self._total.duration_s, rounds))

    def _step(self, instruction: Instruction) -> None:
        self._steps_left -= 1
        self._number += 1
        time_s = instruction.limit(LimitKind.TIME)
        interval_s = self._interval_s
        if time_s is not None:
            interval_s = max(interval_s, float(time_s) / 2000)
        whole, limit = run_instruction(self._model, self._state, instruction, interval_s)
        run = self._safe(whole)
        if limit is None and run.time_s[-1] >= MAX_STEP_S:
            self._unending[instruction.line] = None
        start_s = self._total.duration_s
        kept = np.unique(np.linspace(0, len(run.time_s) - 1, POINTS_PER_STEP).round().astype(int))
        step, line = (np.full(len(kept), one) for one in (self._number, instruction.line))
        measured = start_s + run.time_s[kept], run.voltage_v[kept], run.current_a[kept]
        self._pieces.append((*measured, step, line))
        self._total = self._total.plus(throughput(run))
        self._state = run.state

    def _safe(self, run: StepRun) -> StepRun:
        """Return the run up to the first sample that SAFETY would not allow."""
        channels = {
            LimitKind.VOLTAGE: run.voltage_v,
            LimitKind.CURRENT: run.current_a,
            LimitKind.TEMPERATURE: run.temperature_degc,
        }
        end = len(run.time_s)
        for limits in self._program.safety:
            values = channels[limits.kind]
            outside = (values < float(limits.low)) | (values > float(limits.high))
            if outside[:end].any():
                end = int(outside.argmax()) + 1
                self._aborted_by = limits.kind
        if end == len(run.time_s):
            return run
        return replace(
            run,
            time_s=run.time_s[:end],
            voltage_v=run.voltage_v[:end],
            current_a=run.current_a[:end],
        )

    def result(self) -> Expected:
        """Return what was simulated."""
        columns = map(np.concatenate, zip(*self._pieces, strict=True))
        time_s, voltage_v, current_a, step, line = columns
        return Expected(
            time_s,
            voltage_v,
            current_a,
            step,
            line,
            self._total,
            tuple(self._skipped),
            tuple(self._unending),
            self._aborted_by,
            self._aborted_by is None and self._steps_left >= 0,
        )


def throughput(run: StepRun) -> Throughput:
    """Return the integrals of a step; the current is held from sample to sample."""
    dt_h = np.diff(run.time_s) / 3600
    current_a = run.current_a[:-1]
    energy_wh = (run.voltage_v * run.current_a)[:-1] * dt_h
    charge_ah = current_a * dt_h
    return Throughput(
        float(run.time_s[-1]),
        float(charge_ah.clip(min=0).sum()),
        float(-charge_ah.clip(max=0).sum()),
        float(energy_wh.clip(min=0).sum()),
        float(-energy_wh.clip(max=0).sum()),
    )
