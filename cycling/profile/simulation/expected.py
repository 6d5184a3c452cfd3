"""The course of voltage and current that a profile should give on the battery model.

Every round of every loop is simulated. Rounds that find the battery as the round before found it
are the same and only counted. After `MAX_STEPS` further rounds are taken to be like the last one
simulated, which is an assumption, and `Expected` says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cycling.battery.model import BatteryModel, BatteryState, FloatArray
from cycling.profile.language.tree import LimitKind
from cycling.profile.program.instructions import Instruction, Loop, Part, Program
from cycling.profile.simulation.run import InstructionRun, Throughput, run_instruction

MAX_STEPS = 2_000  # simulated one by one
CUT_OFF = 1.25  # of these; lines that follow a long loop are simulated up to here
LEAST_SKIPPED = 3  # rounds; fewer are simulated
SAME_SOC, SAME_V, SAME_K = 1e-4, 1e-3, 0.1  # what a battery may drift in all rounds left
EXACT = 1e-3  # of these: a round that moves it by less moves it by nothing
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A stretch (s) of rounds that are like the one before it: surely, or as is `assumed`."""

    start_s: float
    end_s: float
    rounds: int
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """Where a round of a loop begins (s), and its name: "cycle 2 of 100"."""

    start_s: float
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """How far a course may be off: lowest and highest voltage (V) at each sample, throughputs.

    `low` and `high` are None where the whole is not known.
    """

    low_v: FloatArray
    high_v: FloatArray
    low: Throughput | None
    high: Throughput | None


@dataclass(frozen=True, slots=True)
class Start:
    """Between which SOCs a course and its band begin; `open_v` is the voltage (V) that says so.

    Without one they are assumed.
    """

    low_soc: float
    high_soc: float
    open_v: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """The expected course; the arrays have one value a sample. `total` is of the whole test.

    `step` is the number of the step as executed, `line` its line in the text. `skipped` stretches
    have no samples. `unending` is the line of a step that nothing ends, `beyond` of one that takes
    or gives more than the battery holds; `aborted_by` is the safety limit that would abort;
    `complete` is False where the profile goes on after what was simulated.
    `rounds`, `band` and `start` are for a curve only. `loops` has how many rounds of each were
    simulated, 0 for one that was not run to its end.
    """

    time_s: FloatArray
    voltage_v: FloatArray
    current_a: FloatArray
    step: IntArray
    line: IntArray
    total: Throughput
    skipped: tuple[Skipped, ...]
    unending: int | None
    beyond: int | None
    aborted_by: LimitKind | None
    complete: bool
    rounds: tuple[Round, ...] = ()
    band: Band | None = None
    start: Start | None = None
    loops: tuple[int, ...] = ()

    @property
    def duration_s(self) -> float:
        """Expected duration of the whole test, with what was not simulated."""
        return self.total.duration_s

    @property
    def is_known(self) -> bool:
        """Whether `total` is of all that happens, up to its end or to where it aborts."""
        if self.unending is not None or self.beyond is not None:
            return False
        return self.complete or self.aborted_by is not None

    @property
    def assumed_rounds(self) -> int:
        """How many rounds are not simulated and only assumed to be like those before."""
        return sum(one.rounds for one in self.skipped if one.assumed)


def expected(
    program: Program,
    model: BatteryModel,
    state: BatteryState[float],
    most_steps: int = MAX_STEPS,
    loops: Sequence[int] = (),
) -> Expected:
    """Return the expected course of a profile on a battery from this state.

    With the `loops` of another course the same rounds are simulated as there; a loop that was not
    run to its end there is simulated by itself.
    """
    simulation = _Simulation(program, model, state, most_steps, list(loops))
    simulation.run(program.parts)
    return simulation.result()


@dataclass(slots=True)
class _Samples:
    """What is kept of every sample."""

    time_s: list[float] = field(default_factory=list)
    voltage_v: list[float] = field(default_factory=list)
    current_a: list[float] = field(default_factory=list)
    step: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)

    def take(self, run: InstructionRun, start_s: float, step: int, line: int) -> None:
        samples = run.samples
        self.time_s += [start_s + one.time_s for one in samples]
        self.voltage_v += [one.voltage_v for one in samples]
        self.current_a += [one.current_a for one in samples]
        self.step += [step] * len(samples)
        self.line += [line] * len(samples)


class _Simulation:
    def __init__(
        self,
        program: Program,
        model: BatteryModel,
        state: BatteryState[float],
        most_steps: int,
        planned: list[int],
    ) -> None:
        self._program, self._model, self._state = program, model, state
        self._most_steps, self._steps = most_steps, 0
        self._number = 0
        self._total = Throughput()
        self._samples = _Samples()
        self._skipped: list[Skipped] = []
        self._unending: int | None = None
        self._beyond: int | None = None
        self._aborted_by: LimitKind | None = None
        self._left_out = False
        self._planned, self._loops = planned, list[int]()

    @property
    def _over(self) -> bool:
        stuck = self._unending is not None or self._beyond is not None
        return stuck or self._aborted_by is not None or self._left_out

    def run(self, parts: tuple[Part, ...]) -> None:
        """Run parts one after the other, until the simulation is over."""
        for part in parts:
            if self._over:
                self._left_out = True
            elif isinstance(part, Instruction):
                self._step(part)
            else:
                self._loop(part)

    def _loop(self, loop: Loop) -> None:
        place = len(self._loops)
        self._loops.append(0)
        done = 0
        while done < loop.count and not self._over:
            before, total = self._state, self._total
            number = self._number
            self.run(loop.items)
            done += 1
            self._loops[place] += 1
            left = loop.count - done
            skipped = 0 if self._over else self._skippable(place, before, left)
            if skipped:
                each = self._total.plus(total, -1)
                self._skip(skipped, each, self._number - number, before)
                done += skipped
        if done < loop.count:
            self._left_out = True
            self._loops[place] = 0

    def _skippable(self, place: int, before: BatteryState[float], left: int) -> int:
        """Return how many of the rounds left need no simulation; the last one is drawn."""
        if place < len(self._planned) and self._planned[place]:
            return left - 1 if self._loops[place] == self._planned[place] - 1 else 0
        if left <= LEAST_SKIPPED:
            return 0
        is_same = self._drift(before) * left <= 1
        return left - 1 if is_same or self._steps >= self._most_steps else 0

    def _drift(self, before: BatteryState[float]) -> float:
        """Return how far the battery is from where it was, in what may pass as the same."""
        now, cells = self._state, self._model.cells
        drift = max(
            abs(now.soc - before.soc) / SAME_SOC,
            abs(now.rc_voltage_v - before.rc_voltage_v) / (SAME_V * cells),
            abs(now.temperature_degc - before.temperature_degc) / SAME_K,
        )
        return drift if drift > EXACT else 0.0

    def _skip(self, rounds: int, each: Throughput, steps: int, before: BatteryState[float]) -> None:
        """Count rounds without simulating them; a state of charge that drifts goes on drifting."""
        assumed = self._drift(before) * rounds > 1
        start_s = self._total.duration_s
        self._total = self._total.plus(each, rounds)
        self._number += rounds * steps
        self._skipped.append(Skipped(start_s, self._total.duration_s, rounds, assumed))
        if assumed:
            soc = self._state.soc + rounds * (self._state.soc - before.soc)
            self._state = replace(self._state, soc=min(max(soc, 0.0), 1.0))

    def _step(self, instruction: Instruction) -> None:
        if self._steps >= CUT_OFF * self._most_steps:
            self._left_out = True
            return
        self._steps += 1
        self._number += 1
        run = run_instruction(self._model, self._state, instruction, self._program.safety)
        self._aborted_by = run.aborted_by
        if run.beyond:
            self._beyond = instruction.line
        elif run.ended_by is None and run.aborted_by is None:
            self._unending = instruction.line
        self._samples.take(run, self._total.duration_s, self._number, instruction.line)
        self._total = self._total.plus(run.throughput)
        self._state = run.state

    def result(self) -> Expected:
        """Return what was simulated."""
        samples = self._samples
        return Expected(
            np.array(samples.time_s, dtype=float),
            np.array(samples.voltage_v, dtype=float),
            np.array(samples.current_a, dtype=float),
            np.array(samples.step, dtype=np.int64),
            np.array(samples.line, dtype=np.int64),
            self._total,
            tuple(self._skipped),
            self._unending,
            self._beyond,
            self._aborted_by,
            self._aborted_by is None and not self._left_out,
            loops=tuple(self._loops),
        )
