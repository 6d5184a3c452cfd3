"""Integrals over the samples of an experiment, block after block, by the rules of the field.

A step as executed is a run of consecutive samples with the same instruction, step and cycle. The
interval after a sample belongs to that sample's step. Within a step a quantity goes in a straight
line; at the step's edge the old value is held, because a trapezoid across an edge invents charge.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.curves import Course, LastKnown, Steps, course, cut_into_steps

Floats = NDArray[np.float64]

BLOCK_ROWS = 16_384  # what a processor's cache holds
MAX_BLANK_S = 60.0


@dataclass(frozen=True)
class Samples:
    """Consecutive samples, shapes (n,), NaN where unknown (never the time). Current > 0 charges.

    Only differences of times matter, so they may begin anywhere.
    The temperature is in its channel's own unit.
    """

    time_s: Floats
    voltage_v: Floats
    current_a: Floats
    instruction: Floats
    step: Floats
    cycle: Floats
    temperature: Floats


COLUMNS = tuple(field.name for field in fields(Samples))


@dataclass(frozen=True)
class Mean:
    """What the mean of a quantity needs, and its extremes, NaN where unknown; shapes (steps,).

    `integral` goes over the `known_s` seconds in which the quantity is known.
    """

    integral: Floats
    known_s: Floats
    lowest: Floats
    highest: Floats


@dataclass(frozen=True)
class StepTotals:
    """What a block adds to each of its steps, shapes (steps,); integrals over seconds.

    A step that goes on from the block before adds no execution. `charge_as` and `discharge_as`
    (ampere-seconds), `charge_ws` and `discharge_ws` (watt-seconds) are not negative.
    """

    instruction: Floats
    executions: Floats
    samples: Floats
    duration_s: Floats
    missing_s: Floats
    charge_as: Floats
    discharge_as: Floats
    charge_ws: Floats
    discharge_ws: Floats
    voltage_v: Mean
    current_a: Mean
    temperature: Mean


class Integrator:
    """Integrates samples as they come; where they are cut does not change the sums.

    One thing does depend on the cut: whether an interval of more than 60 s is a gap. It is one if
    it is longer than 10 times the median interval of the part of its step that is in the same
    block (of at most `BLOCK_ROWS` samples). Gaps count as missing time.

    Blank values are bridged within their step: by a straight line to the next known value, or by
    the last known value until the next step begins. Before the first known value of a step, and
    after the last one of the experiment, nothing is integrated; nor is a current or a power that
    was blank for more than 60 s. Time without a current counts as missing. An interval in which
    the clock stands or goes back counts for nothing; the next one begins at the clock's new time.

    |current| under `deadband_a` is rest: it adds neither charge nor energy.
    """

    def __init__(self, deadband_a: float) -> None:
        self._deadband_a = deadband_a
        self._rows = np.empty((len(COLUMNS), BLOCK_ROWS + 1))
        self._held = 0  # 1 when the last row of the block before stands first
        self._last_known: dict[str, LastKnown | None] = {}

    def add(self, samples: Samples) -> Iterator[StepTotals]:
        """Yield what the next samples add to each step, for one block after the other."""
        columns = [getattr(samples, name) for name in COLUMNS]
        for first in range(0, len(samples.time_s), BLOCK_ROWS):
            count = min(BLOCK_ROWS, len(samples.time_s) - first)
            end = self._held + count
            for row, column in zip(self._rows, columns, strict=True):
                row[self._held : end] = column[first : first + count]
            last = self._rows[:, end - 1].copy()
            with np.errstate(over="ignore", invalid="ignore"):
                yield self._totals(Samples(*self._rows[:, :end]))
            self._rows[:, 0] = last
            self._held = 1

    def _totals(self, rows: Samples) -> StepTotals:
        steps = cut_into_steps(rows.time_s, (rows.instruction, rows.step, rows.cycle))
        rest = np.abs(rows.current_a) < self._deadband_a
        driven_a = np.where(rest, 0.0, rows.current_a) if rest.any() else rows.current_a
        power = self._course("power", rows.voltage_v * driven_a, steps, MAX_BLANK_S)
        measured = self._course("current", rows.current_a, steps, MAX_BLANK_S)
        driven = self._course("driven", driven_a, steps, MAX_BLANK_S)
        current = _mean(measured)
        charge_as, discharge_as = driven.parts()
        charge_ws, discharge_ws = power.parts()
        executions, samples = np.ones(len(steps.starts)), steps.rows.astype(np.float64)
        executions[0] -= self._held
        samples[0] -= self._held
        return StepTotals(
            instruction=rows.instruction[steps.starts],
            executions=executions,
            samples=samples,
            duration_s=steps.total_s + steps.gap_s,
            missing_s=steps.gap_s + (steps.total_s - current.known_s),
            charge_as=charge_as,
            discharge_as=discharge_as,
            charge_ws=charge_ws,
            discharge_ws=discharge_ws,
            voltage_v=_mean(self._course("voltage", rows.voltage_v, steps)),
            current_a=current,
            temperature=_mean(self._course("temperature", rows.temperature, steps)),
        )

    def _course(
        self, name: str, values: Floats, steps: Steps, longest_blank_s: float = np.inf
    ) -> Course:
        """Return how a quantity goes, from its last known value on."""
        before = self._last_known.get(name)
        if before is None or np.isfinite(values[0]):
            this = course(values, steps, longest_blank_s=longest_blank_s)
        else:
            values = values.copy()
            values[0] = before.value
            this = course(values, steps, before.age_s, before.rows, longest_blank_s)
        self._last_known[name] = this.open_end
        return this


def _mean(course: Course) -> Mean:
    return Mean(course.integral(), course.known_s(), course.lowest, course.highest)
