"""Charge along voltage: what flows while voltage goes from one value to another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.chunk_totals import Counting, add_up
from cycling.analysis.curves import cut_into_steps
from cycling.analysis.cycles import taper
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.integration import Samples, columns_of, samples_of

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HOUR_S = 3600.0


@dataclass(frozen=True)
class ChargeLines:
    """Charge (Ah, positive) that flows while voltage goes in a line between two values (V).

    Shapes (lines,), in the order of time. What is held over an edge of steps has one voltage.
    """

    from_v: Floats
    to_v: Floats
    ah: Floats

    @property
    def total_ah(self) -> float:
        """All that flows."""
        return float(self.ah.sum())

    def scaled(self, total_ah: float) -> "ChargeLines":
        """Return lines that add up to what an instrument counted."""
        return ChargeLines(self.from_v, self.to_v, self.ah * (total_ah / self.total_ah))


def charge_lines(
    samples: Samples,
    direction: Direction,
    *,
    deadband_a: float,
    with_cv: bool = False,
    is_cv: Floats | Flags | None = None,
) -> ChargeLines:
    """Return the lines of all steps of one direction, as they are integrated everywhere.

    Rests are out, and what flows at constant voltage unless `with_cv`; `is_cv`, shape (steps,),
    says which steps that are where a profile does. So the sum is the charge of these steps.
    """
    samples = _known(samples)
    if not len(samples.time_s):
        return ChargeLines(*(np.empty(0) for _ in range(3)))
    how = Counting(deadband_a, has_temperature=False)
    rows = add_up(iter([samples]), how, 0.0).steps
    net_as = rows.sums("charge_as") - rows.sums("discharge_as")
    sign = 1.0 if direction is Direction.CHARGE else -1.0
    until_s = np.where(np.sign(net_as) == sign, np.inf, 0.0)
    if not with_cv:
        parts = taper.parts(rows.ends, is_cv)
        has_cv = (parts.constant_voltage_as > 0) & (until_s > 0)
        until_s[has_cv] = parts.constant_current_s[has_cv]
    return _lines(samples, sign, until_s, deadband_a)


def running_ah(samples: Samples, deadband_a: float) -> Floats:
    """Return what had been charged less what had been discharged at each sample, shape (n,), Ah."""
    steps = cut_into_steps(samples.time_s, columns_of(samples)[3:6], samples.led_s)
    current_a = _driven(samples.current_a, deadband_a)
    is_last = np.zeros(len(current_a), np.bool_)
    is_last[steps.starts + steps.rows - 1] = True
    then = np.append(current_a[1:], 0.0)
    then[is_last] = current_a[is_last]
    flowed_as = np.append(0.0, (current_a + then)[:-1] / 2 * steps.counted_s[:-1])
    flowed_as[steps.starts] += current_a[steps.starts] * steps.lead_s
    return np.cumsum(flowed_as) / HOUR_S


def _known(samples: Samples) -> Samples:
    finite = np.isfinite(samples.voltage_v) & np.isfinite(samples.current_a)
    if finite.all():
        return samples
    return samples_of([column[finite] for column in columns_of(samples)])


def _driven(current_a: Floats, deadband_a: float) -> Floats:
    return np.where(np.abs(current_a) < deadband_a, 0.0, np.nan_to_num(current_a))


def _lines(samples: Samples, sign: float, until_s: Floats, deadband_a: float) -> ChargeLines:
    """Return the lines of steps until so long (s) after their beginning, shape (steps,)."""
    steps = cut_into_steps(samples.time_s, columns_of(samples)[3:6], samples.led_s)
    current_a = sign * _driven(samples.current_a, deadband_a)
    step = np.repeat(np.arange(len(steps.starts)), steps.rows)
    last = steps.starts + steps.rows - 1
    following = np.minimum(np.arange(len(step)) + 1, len(step) - 1)
    following[last] = last
    passed_s = np.cumsum(steps.counted_s) - steps.counted_s
    passed_s += (steps.lead_s - passed_s[steps.starts])[step]
    ah = _positive(current_a, current_a[following]) * steps.counted_s / HOUR_S
    counts = passed_s < until_s[step] * (1 - 1e-12)
    lead_ah = np.maximum(current_a[steps.starts], 0.0) * steps.lead_s / HOUR_S
    lead_ah[until_s <= 0] = 0.0
    voltage_v = samples.voltage_v
    return ChargeLines(
        np.insert(voltage_v, steps.starts, voltage_v[steps.starts]),
        np.insert(voltage_v[following], steps.starts, voltage_v[steps.starts]),
        np.insert(np.where(counts, ah, 0.0), steps.starts, lead_ah),
    )


def _positive(from_: Floats, to: Floats) -> Floats:
    """Return the mean of the positive part of lines."""
    mean = (np.maximum(from_, 0.0) + np.maximum(to, 0.0)) / 2
    crosses = np.flatnonzero(from_ * to < 0)
    up, down = np.maximum(from_, to)[crosses], -np.minimum(from_, to)[crosses]
    mean[crosses] = up / 2 * (up / (up + down))
    return mean
