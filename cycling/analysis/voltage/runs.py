"""Samples as runs of charge, rest and discharge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.curves import cut_into_steps
from cycling.analysis.edges import Sought
from cycling.analysis.integration import Samples, columns_of
from cycling.analysis.voltage.lines import running_ah

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REST_S = 5.0  # so long a cell has rested before a pulse
JUMP = 0.1  # of the current from sample to sample: another pulse begins
RISE_S = 1.0  # so long a current may take to come up


@dataclass(frozen=True)
class Rows:
    """Samples that are known, shapes (n,); `sign` 0 is rest, `led_s` the time that leads to each.

    `place` is where each stands among all samples; `ends` are the last rows of runs of one sign.
    """

    time_s: Floats
    voltage_v: Floats
    current_a: Floats
    net_ah: Floats
    sign: Ints
    led_s: Floats
    place: Ints
    ends: Ints

    @classmethod
    def of(cls, samples: Samples, deadband_a: float, sought: Sought = Sought.NOTHING) -> "Rows":
        """Return the samples with voltage and current; `sought` is for their charge."""
        finite = np.isfinite(samples.voltage_v) & np.isfinite(samples.current_a)
        if not finite.any():
            none, no_rows = np.empty(0), np.empty(0, np.int64)
            return cls(none, none, none, none, no_rows, none, no_rows, no_rows)
        columns = [column[finite] for column in columns_of(samples)]
        time_s, voltage_v, current_a = columns[:3]
        sign = np.where(np.abs(current_a) < deadband_a, 0, np.sign(current_a)).astype(np.int64)
        steps = cut_into_steps(time_s, columns[3:6], columns[7])
        led_s = np.zeros(len(time_s))
        led_s[steps.starts] = steps.lead_s
        turns = np.flatnonzero(sign[1:] != sign[:-1])
        return cls(
            time_s,
            voltage_v,
            current_a,
            running_ah(samples, deadband_a, sought)[finite],
            sign,
            led_s,
            np.flatnonzero(finite),
            np.append(turns, len(time_s) - 1),
        )

    def firsts(self) -> Ints:
        """Return the first rows after rests that were long enough."""
        _first, last = self.rests(REST_S)
        return (last + 1)[last + 1 < len(self.sign)]

    def rests(self, least_s: float) -> tuple[Ints, Ints]:
        """Return the first and the last rows of rests that are at least so long (s)."""
        first = np.append(0, self.ends + 1)[: len(self.ends)]
        is_rest = self.sign[first] == 0
        first, last = first[is_rest], self.ends[is_rest]
        is_long = self.time_s[last] - self.begin_s(first) >= least_s * (1 - 1e-9)
        return first[is_long], last[is_long]

    def begin_s(self, first: Ints) -> Floats:
        """Return when runs began, by their first rows: with what leads to these."""
        return self.time_s[first] - self.led_s[first]

    def rested_s(self, first: int) -> float:
        """Return how long the rest before a row was."""
        place = int(np.searchsorted(self.ends, first - 1))
        begin = np.array([self.ends[place - 1] + 1 if place else 0])
        return float(self.time_s[first - 1] - self.begin_s(begin)[0])

    def last(self, first: int) -> int:
        """Return the last row of the pulse that begins with a row."""
        last = int(self.ends[np.searchsorted(self.ends, first)])
        current_a = self.current_a[first : last + 1]
        jumps = np.abs(np.diff(current_a)) > JUMP * np.abs(current_a[:-1])
        jumps &= self.time_s[first + 1 : last + 1] - self.time_s[first - 1] > RISE_S
        return first + int(np.argmax(jumps)) if jumps.any() else last
