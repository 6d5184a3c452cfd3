"""A quick estimate of duration and throughput, without a battery model.

Times are taken where they are limits. Else charge is counted: a step that ends by VOLTAGE goes to
full or empty, and a held voltage decays from the current before to its limit with a time constant
of 20 minutes. Good to some ten per cent; `cycling.profile.simulation.expected` is better.
"""

import math
from dataclasses import dataclass

from cycling.profile.checks.reach import reach
from cycling.profile.language.tree import LimitKind
from cycling.profile.program.instructions import Instruction, Part, Program
from cycling.profile.simulation.expected import Throughput
from cycling.profile.simulation.run import is_rest
from cycling.terms import Mode

DECAY_S = 1200.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """Duration and throughput.

    `unknown_lines` are steps whose duration cannot be told and which count as 0, so the rest is a
    lower bound. Energies are 0 where the voltages are not known.
    """

    total: Throughput
    unknown_lines: tuple[int, ...]


def estimate(program: Program, soc: float = 0.5) -> Estimate:
    """Return an estimate for a battery that begins at this SOC (0 to 1)."""
    counting = _Counting(program, soc)
    total = counting.run(program.parts)
    return Estimate(total, tuple(counting.unknown))


class _Counting:
    def __init__(self, program: Program, soc: float) -> None:
        self.unknown: dict[int, None] = {}
        self._capacity_ah = None if program.capacity_ah is None else float(program.capacity_ah)
        self._soc = soc
        self._current_a = self._capacity_ah or 0.0  # of the step before
        span = reach(program).voltage_v
        ends = [one for one in (span.low, span.high) if one is not None] if span else []
        self._mean_v = float(sum(ends) / len(ends)) if ends else 0.0

    def run(self, parts: tuple[Part, ...]) -> Throughput:
        """Count parts; from the second round on a loop is taken to repeat itself."""
        total = Throughput()
        for part in parts:
            if isinstance(part, Instruction):
                total = total.plus(self._step(part))
                continue
            total = total.plus(self.run(part.items))
            if part.count > 1:
                total = total.plus(self.run(part.items), part.count - 1)
        return total

    def _step(self, step: Instruction) -> Throughput:
        current_a = self._current(step)
        durations = [self._duration_s(step, limit.kind, current_a) for limit in step.limits]
        limits_s = [one for one in durations if one is not None]
        if not limits_s:
            self.unknown[step.line] = None
            return Throughput()
        duration_s = min(limits_s)
        mean_a = current_a
        if step.mode is Mode.CV and duration_s:
            left = math.exp(-duration_s / DECAY_S)
            mean_a = current_a * DECAY_S * (1 - left) / duration_s
        ah = mean_a * duration_s / 3600
        if self._capacity_ah:
            self._soc = min(max(self._soc + ah / self._capacity_ah, 0.0), 1.0)
        self._current_a = current_a
        charge_ah, discharge_ah = max(ah, 0.0), max(-ah, 0.0)
        volts = float(step.set_point) if step.mode is Mode.CV else self._mean_v
        return Throughput(
            duration_s, charge_ah, discharge_ah, charge_ah * volts, discharge_ah * volts
        )

    def _current(self, step: Instruction) -> float:
        """Return the current (A) at which a step begins."""
        if is_rest(step):
            return 0.0
        if step.mode is Mode.CC:
            return float(step.set_point)
        if step.mode is Mode.CP:
            return float(step.set_point) / self._mean_v if self._mean_v else 0.0
        most = step.max_current_a
        return self._current_a if most is None else min(self._current_a, float(most))

    def _duration_s(self, step: Instruction, kind: LimitKind, current_a: float) -> float | None:
        value = step.limit(kind)
        if value is None or kind is LimitKind.TIME:
            return None if value is None else float(value)
        if not current_a:
            return None
        ah: float | None = None
        if kind is LimitKind.VOLTAGE and self._capacity_ah:
            ah = self._capacity_ah * (1 - self._soc if current_a > 0 else self._soc)
        elif kind is LimitKind.CAPACITY:
            ah = float(value)
        elif kind is LimitKind.ENERGY and self._mean_v:
            ah = float(value) / self._mean_v
        elif kind is LimitKind.CURRENT and step.mode is Mode.CV and value:
            return DECAY_S * max(math.log(abs(current_a) / float(value)), 0.0)
        return None if ah is None else ah * 3600 / abs(current_a)
