"""Charge along voltage: what flows while voltage goes from one value to another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.chunk_totals import Counting, add_up
from cycling.analysis.curves import Steps
from cycling.analysis.cycles import taper
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.edges import Outside, Sought, edges_of
from cycling.analysis.integration import Samples, columns_of, cut, samples_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
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


NO_LINES = ChargeLines(np.empty(0), np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Shares:
    """What of the steps of samples counts.

    `step`, shape (n,), is the place of each sample's step in the others, -1 for none. Shapes
    (steps,): `until_s` until when a step counts, from its beginning, and `ah` what was counted in
    it: its lines add up to that. None: they add up to our integral.
    """

    step: Ints
    until_s: Floats
    ah: Floats | None = None


def charge_lines(
    samples: Samples,
    direction: Direction,
    *,
    deadband_a: float,
    with_cv: bool = False,
    is_cv: Floats | Flags | None = None,
    sought: Sought = Sought.NOTHING,
) -> ChargeLines:
    """Return the lines of all steps of one direction, as they are integrated everywhere.

    Rests are out, and what flows at constant voltage unless `with_cv`; `is_cv`, shape (steps,),
    says which steps that are where a profile does. So the sum is the charge of these steps.
    `sought` are edges that the source does not name.
    """
    samples = _known(samples)
    if not len(samples.time_s):
        return NO_LINES
    how = Counting(deadband_a, has_temperature=False, sought=sought)
    rows = add_up(iter([samples]), how, 0.0).steps
    net_as = rows.sums("charge_as") - rows.sums("discharge_as")
    until_s = np.where(np.sign(net_as) == direction.sign, np.inf, 0.0)
    if not with_cv:
        parts = taper.parts(rows.ends, is_cv)
        has_cv = (parts.constant_voltage_as > 0) & (until_s > 0)
        until_s[has_cv] = parts.constant_current_s[has_cv]
    step = np.repeat(np.arange(len(rows)), rows.end_row - rows.first_row)
    shares = Shares(step, until_s)
    return shared_lines(samples, direction, shares, deadband_a=deadband_a, sought=sought)


def shared_lines(
    samples: Samples,
    direction: Direction,
    shares: Shares,
    *,
    deadband_a: float,
    sought: Sought = Sought.NOTHING,
) -> ChargeLines:
    """Return what of known samples counts, as lines of one direction.

    A line belongs to the step of the sample that it comes from. At the edge of a step, also at one
    that is `sought` in the current, there is none: what leads to a sample has its voltage.
    """
    if not len(samples.time_s):
        return NO_LINES
    steps, of = _cut(samples, deadband_a, sought), shares.step
    current_a = direction.sign * _driven(samples.current_a, deadband_a)
    starts, last = steps.starts, steps.starts + steps.rows - 1
    following = np.minimum(np.arange(len(current_a)) + 1, len(current_a) - 1)
    following[last] = last
    passed_s = _passed_s(steps, of)
    ah = _positive(current_a, current_a[following]) * steps.counted_s / HOUR_S
    lead_ah = np.maximum(current_a[starts], 0.0) * steps.lead_s / HOUR_S
    until_s = np.append(shares.until_s, 0.0)[of] * (1 - 1e-12)  # of no step: the place -1
    counts = passed_s < until_s
    leads = passed_s[starts] - steps.lead_s < until_s[starts]
    first, to, more_ah = starts, starts, np.where(leads, lead_ah, 0.0)
    if shares.ah is not None:
        sums_ah = _sums(len(shares.ah), (of, ah), (of[starts], lead_ah))
        factors = np.divide(shares.ah, sums_ah, out=np.ones(len(sums_ah)), where=sums_ah > 0)
        factors = np.append(factors, 1.0)
        ah, more_ah = ah * factors[of], more_ah * factors[of[starts]]
        unseen = _unseen(of, np.where(sums_ah > 0, 0.0, shares.ah))
        first, to, more_ah = map(np.concatenate, zip((first, to, more_ah), unseen, strict=True))
    voltage_v = samples.voltage_v
    return ChargeLines(
        np.insert(voltage_v, first, voltage_v[first]),
        np.insert(voltage_v[following], first, voltage_v[to]),
        np.insert(np.where(counts, ah, 0.0), first, more_ah),
    )


def running_ah(samples: Samples, deadband_a: float, sought: Sought = Sought.NOTHING) -> Floats:
    """Return what had been charged less what had been discharged at each sample, shape (n,), Ah."""
    steps = _cut(samples, deadband_a, sought)
    current_a = _driven(samples.current_a, deadband_a)
    is_last = np.zeros(len(current_a), np.bool_)
    is_last[steps.starts + steps.rows - 1] = True
    then = np.append(current_a[1:], 0.0)
    then[is_last] = current_a[is_last]
    flowed_as = np.append(0.0, (current_a + then)[:-1] / 2 * steps.counted_s[:-1])
    flowed_as[steps.starts] += current_a[steps.starts] * steps.lead_s
    return np.cumsum(flowed_as) / HOUR_S


def begin_ah(
    samples: Samples, first: int, deadband_a: float, sought: Sought = Sought.NOTHING
) -> float:
    """Return the same where the step of a sample begins that is its first one."""
    steps = _cut(samples, deadband_a, sought)
    place = int(np.searchsorted(steps.starts, first))
    is_first = place < len(steps.starts) and steps.starts[place] == first
    lead_s = float(steps.lead_s[place]) if is_first else 0.0
    led_as = float(_driven(samples.current_a[first : first + 1], deadband_a)[0]) * lead_s
    return float(running_ah(samples, deadband_a, sought)[first]) - led_as / HOUR_S


def _known(samples: Samples) -> Samples:
    finite = np.isfinite(samples.voltage_v) & np.isfinite(samples.current_a)
    if finite.all():
        return samples
    return samples_of([column[finite] for column in columns_of(samples)])


def _cut(samples: Samples, deadband_a: float, sought: Sought) -> Steps:
    """Return the steps of samples as they are integrated."""
    if sought is Sought.NOTHING:
        return cut(samples, None)[0]
    rests = np.abs(samples.current_a) < deadband_a
    return cut(samples, edges_of(np.where(rests, 0.0, samples.current_a), Outside()))[0]


def _driven(current_a: Floats, deadband_a: float) -> Floats:
    return np.where(np.abs(current_a) < deadband_a, 0.0, np.nan_to_num(current_a))


def _passed_s(steps: Steps, step: Ints) -> Floats:
    """Return how long before each sample its step began."""
    lead_s = np.zeros(len(step))
    lead_s[steps.starts] = steps.lead_s
    passed_s = np.cumsum(lead_s + steps.counted_s) - steps.counted_s
    begins = np.flatnonzero(np.append(True, step[1:] != step[:-1]))
    runs = np.diff(np.append(begins, len(step)))
    return passed_s - np.repeat(passed_s[begins] - lead_s[begins], runs)


def _sums(steps: int, *lines: tuple[Ints, Floats]) -> Floats:
    """Return what lines add up to by step, shape (steps,); those of no step (-1) are left out."""
    sums = np.zeros(steps + 1)
    for step, ah in lines:
        sums += np.bincount(step + 1, ah, steps + 1)
    return sums[1:]


def _unseen(step: Ints, ah: Floats) -> tuple[Ints, Ints, Floats]:
    """Return first and last sample of steps in which only the counter saw this charge."""
    begins = np.flatnonzero(np.append(True, step[1:] != step[:-1]))
    last = np.append(begins[1:], len(step)) - 1
    more_ah = np.append(ah, 0.0)[step[begins]]
    which = more_ah > 0
    return begins[which], last[which], more_ah[which]


def _positive(from_: Floats, to: Floats) -> Floats:
    """Return the mean of the positive part of lines."""
    mean = (np.maximum(from_, 0.0) + np.maximum(to, 0.0)) / 2
    crosses = np.flatnonzero(from_ * to < 0)
    up, down = np.maximum(from_, to)[crosses], -np.minimum(from_, to)[crosses]
    mean[crosses] = up / 2 * (up / (up + down))
    return mean
