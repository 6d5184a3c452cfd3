"""What the steps of each cycle add up to, and where its halves end."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.halves import run_starts
from cycling.analysis.cycles.numbering import NO_CYCLE, Numbers
from cycling.analysis.cycles.taper import Parts
from cycling.analysis.steps import StepRows
from cycling.analysis.totals import HOUR_S, PLAIN

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TEMPERATURE = 2  # of voltage, current and temperature


@dataclass(frozen=True)
class Half:
    """The charges or the discharges of cycles, shapes (cycles,), NaN where there are none.

    Charge in Ah, energy in Wh, both positive; `time_s` is how long its steps were. `end_v` is the
    voltage at the end of the last step, `rested_v` that at the end of the rest after it, `end_a`
    the last |current|. `current_a` is the |current| of the part at constant current: of each step
    its mean, of these the median, weighted by time. `cv_ah` flowed at constant voltage. `net_ah` is
    what the whole experiment had charged when the last step ended.
    """

    ah: Floats
    wh: Floats
    time_s: Floats
    mean_v: Floats
    end_v: Floats
    rested_v: Floats
    end_a: Floats
    current_a: Floats
    cv_ah: Floats
    net_ah: Floats


@dataclass(frozen=True)
class CycleSums:
    """Cycles in their order, shapes (cycles,); times in the samples' seconds, NaN where unknown.

    `missing_before_s` is what had been missing of the whole experiment until the cycle ended;
    `temperature_rise` the greatest temperature of the discharges over that at their beginning.
    """

    number: Ints
    begin_s: Floats
    end_s: Floats
    duration_s: Floats
    missing_s: Floats
    missing_before_s: Floats
    charge: Half
    discharge: Half
    temperature_mean: Floats
    temperature_lowest: Floats
    temperature_highest: Floats
    temperature_rise: Floats


def cycle_sums(steps: StepRows, numbers: Numbers, parts: Parts) -> CycleSums:
    """Add up the steps of each cycle; steps without a cycle are left out."""
    rows = np.flatnonzero(numbers.cycle != NO_CYCLE)
    cycle = numbers.cycle[rows]
    cycles = _Cycles(steps, numbers, parts, rows, run_starts(cycle))
    missing_s = np.maximum(0.0, np.round(steps.sums("missing_s"), 6))
    integral, known_s = (steps.table.sums[:, PLAIN + at] for at in (-2, -1))
    known_s = cycles.sum(known_s)
    ends = steps.ends
    return CycleSums(
        number=cycle[cycles.starts],
        begin_s=ends.begin_s[cycles.first],
        end_s=ends.end_s[cycles.last],
        duration_s=cycles.sum(steps.sums("duration_s")),
        missing_s=cycles.sum(missing_s),
        missing_before_s=np.cumsum(missing_s)[cycles.last],
        charge=cycles.half(1),
        discharge=cycles.half(-1),
        temperature_mean=_divided(cycles.sum(integral), known_s),
        temperature_lowest=cycles.reduced(np.fmin, steps.table.lowest[:, TEMPERATURE]),
        temperature_highest=cycles.reduced(np.fmax, steps.table.highest[:, TEMPERATURE]),
        temperature_rise=cycles.rise(),
    )


class _Cycles:
    """The steps of cycles: `rows` are those that have one, `starts` where each begins in them."""

    def __init__(
        self, steps: StepRows, numbers: Numbers, parts: Parts, rows: Ints, starts: Ints
    ) -> None:
        self.steps, self.parts, self.rows, self.starts = steps, parts, rows, starts
        self.first = rows[starts]
        self.last = rows[np.append(starts[1:], len(rows)) - 1] if len(rows) else rows
        self._net_ah = steps.hours("charge_as") - steps.hours("discharge_as")
        self._signs = np.sign(self._net_ah).astype(np.int64)
        self._half = numbers.half
        self._cycle = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows))))

    def sum(self, column: Floats) -> Floats:
        """Return the sum of a column of the steps by cycle."""
        return self.reduced(np.add, column)

    def reduced(self, function: np.ufunc, column: Floats) -> Floats:
        """Return a column of the steps by cycle."""
        if not len(self.rows):
            return np.empty(0)
        return np.asarray(function.reduceat(column[self.rows], self.starts))

    def half(self, sign: int) -> Half:
        """Return the charges (1) or the discharges (-1)."""
        steps, name = self.steps, "charge" if sign > 0 else "discharge"
        which = self._signs == sign
        ah, wh = self.sum(steps.hours(f"{name}_as")), self.sum(steps.hours(f"{name}_ws"))
        last = self._last_step(which & (self._half == sign))
        last = np.where(last < 0, self._last_step(which), last)
        ends = steps.ends
        cv_as = np.where(which, self.parts.constant_voltage_as, 0.0)
        return Half(
            ah=ah,
            wh=wh,
            time_s=self.sum(np.where(which, steps.sums("duration_s"), 0.0)),
            mean_v=_divided(wh, ah),
            end_v=_at(ends.last_v, last),
            rested_v=_at(ends.last_v, self._rest_after(last)),
            end_a=_at(ends.last_a, last),
            current_a=self._current_a(which),
            cv_ah=self.sum(cv_as) / HOUR_S,
            net_ah=_at(np.cumsum(self._net_ah), last),
        )

    def rise(self) -> Floats:
        """Return how far the temperature rises in the discharges of each cycle."""
        which = self._signs < 0
        count = len(self.steps)
        first = self.reduced(np.minimum, np.where(which, np.arange(count), count).astype(float))
        at_first = _at(np.append(self.steps.ends.first_t, np.nan), first.astype(np.int64))
        highest = np.where(which, self.steps.table.highest[:, TEMPERATURE], np.nan)
        return self.reduced(np.fmax, highest) - at_first

    def _last_step(self, which: Flags) -> Ints:
        """Return the last of these steps in each cycle, -1 where there is none."""
        places = np.where(which, np.arange(len(which)), -1)
        return self.reduced(np.maximum, places.astype(float)).astype(np.int64)

    def _rest_after(self, step: Ints) -> Ints:
        """Return the last rest that follows a step without another between, -1 for none."""
        count = len(self._signs)
        places = np.where(self._signs != 0, np.arange(count), count)
        following = np.append(np.minimum.accumulate(places[::-1])[::-1], count)
        rest = following[np.minimum(step + 1, count)] - 1
        return np.where((step >= 0) & (rest > step), rest, -1)

    def _current_a(self, which: Flags) -> Floats:
        """Return the median of the steps' currents by cycle, weighted by time."""
        constant_s = self._weights(which, self.parts.constant_current_s)
        size_a = _divided(self.parts.constant_current_as, self.parts.constant_current_s)
        is_all_held = self.sum(np.where(which, constant_s, 0.0)) <= 0  # then all of it counts
        held = np.zeros(len(which), np.bool_)
        held[self.rows] = is_all_held[self._cycle]
        ends = self.steps.ends
        weights = np.where(held, self._weights(which, ends.known_s), constant_s)
        sizes = np.where(held, _divided(ends.flowed_as, ends.known_s), size_a)
        return self._median(sizes, weights)

    def _weights(self, which: Flags, seconds: Floats) -> Floats:
        return np.where(which, seconds, 0.0)

    def _median(self, values: Floats, weights: Floats) -> Floats:
        result = np.full(len(self.starts), np.nan)
        counted = weights[self.rows] > 0
        rows, cycle = self.rows[counted], self._cycle[counted]
        if not len(rows):
            return result
        order = np.lexsort((values[rows], cycle))
        rows, cycle = rows[order], cycle[order]
        starts = run_starts(cycle)
        counts = np.diff(np.append(starts, len(rows)))
        summed = np.cumsum(weights[rows])
        before = np.repeat((summed - weights[rows])[starts], counts)
        totals = np.repeat(np.add.reduceat(weights[rows], starts), counts)
        reaches = np.flatnonzero(summed - before >= totals * (0.5 - 1e-12))
        first = reaches[run_starts(cycle[reaches])]
        result[cycle[first]] = values[rows[first]]
        return result


def _at(values: Floats, places: Ints) -> Floats:
    return np.where(places >= 0, np.append(values, np.nan)[places], np.nan)


def _divided(above: Floats, below: Floats) -> Floats:
    return np.asarray(np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0))
