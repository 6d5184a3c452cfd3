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

    Gaps (`cycling.analysis.gaps`) count as missing time. Whether an interval is one also depends
    on the one after it, so the newest sample waits for the next, or for `finish`.

    Blank values are bridged within their step: by a straight line to the next known value, or by
    the last known value until the next step begins. Before the first known value of a step, and
    after the last one of the experiment, nothing is integrated; nor is a current or a power that
    was blank for more than 60 s. Time without a current counts as missing. An interval in which
    the clock stands or goes back counts for nothing; the next one begins at the clock's new time.

    |current| under `deadband_a` is rest: it adds neither charge nor energy.
    """

    def __init__(self, deadband_a: float) -> None:
        self._deadband_a = deadband_a
        self._rows = np.empty((len(COLUMNS), BLOCK_ROWS + 2))
        self._waiting = 0  # rows that stand first: the last one added up, and the one after it
        self._before_s = np.nan
        self._last_known: dict[str, LastKnown | None] = {}

    def add(self, samples: Samples) -> Iterator[StepTotals]:
        """Yield what samples before the last of these add to each step, block after block."""
        columns = [getattr(samples, name) for name in COLUMNS]
        for first in range(0, len(samples.time_s), BLOCK_ROWS):
            count = min(BLOCK_ROWS, len(samples.time_s) - first)
            end = self._waiting + count
            for row, column in zip(self._rows, columns, strict=True):
                row[self._waiting : end] = column[first : first + count]
            if end == 1:
                self._waiting = 1
                continue
            last = self._rows[:, end - 2 : end].copy()
            after_s = max(0.0, float(last[0, 1] - last[0, 0]))
            yield self._totals(end - 1, after_s)
            self._rows[:, :2] = last
            self._waiting = 2

    def finish(self) -> Iterator[StepTotals]:
        """Yield what the last sample adds."""
        if self._waiting:
            yield self._totals(self._waiting, np.nan)
            self._waiting = 0

    def _totals(self, count: int, after_s: float) -> StepTotals:
        with np.errstate(over="ignore", invalid="ignore"):
            return self._sums(Samples(*self._rows[:, :count]), after_s)

    def _sums(self, rows: Samples, after_s: float) -> StepTotals:
        keys = (rows.instruction, rows.step, rows.cycle)
        steps = cut_into_steps(rows.time_s, keys, self._before_s, after_s)
        self._before_s = steps.last_s
        rest = np.abs(rows.current_a) < self._deadband_a
        driven_a = np.where(rest, 0.0, rows.current_a) if rest.any() else rows.current_a
        power = self._course("power", rows.voltage_v * driven_a, steps, MAX_BLANK_S)
        measured = self._course("current", rows.current_a, steps, MAX_BLANK_S)
        driven = self._course("driven", driven_a, steps, MAX_BLANK_S)
        current = _mean(measured)
        charge_as, discharge_as = driven.parts()
        charge_ws, discharge_ws = power.parts()
        executions, samples = np.ones(len(steps.starts)), steps.rows.astype(np.float64)
        counted = int(self._waiting == 2)  # the first row was the last one before
        executions[0] -= counted
        samples[0] -= counted
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
