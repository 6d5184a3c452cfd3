"""Pulses of current after a rest, and the resistance that voltage shows after so many seconds."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.curves import same_step
from cycling.analysis.integration import Samples, columns_of
from cycling.analysis.voltage.lines import running_ah

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TIMES_S = (0.1, 1.0, 10.0, 30.0)
REST_S = 5.0  # so long a cell has rested before a pulse
LONGEST_S = 120.0  # what goes on for longer is a charge or a discharge
JUMP = 0.1  # of the current from sample to sample: another pulse begins
RISE_S = 1.0  # so long a current may take to come up


@dataclass(frozen=True)
class Pulses:
    """Pulses in their order, shapes (pulses,), NaN where unknown.

    `begin_s` is the last moment of the rest, `voltage_v` (V) and `rest_a` (A) what is measured
    there, `net_ah` what had been charged since the first sample. `current_a` is the median of the
    pulse. `resistance_ohm`, shape (pulses, times), is that after `times_s`; `first_ohm` that of the
    first sample, which comes after `first_s`, `end_ohm` that of the last, after `duration_s`.
    `first_v` and `end_v` are the voltages there, `rested_s` is how long the rest was.
    """

    times_s: tuple[float, ...]
    begin_s: Floats
    rested_s: Floats
    duration_s: Floats
    first_s: Floats
    current_a: Floats
    rest_a: Floats
    voltage_v: Floats
    first_v: Floats
    end_v: Floats
    net_ah: Floats
    first_ohm: Floats
    end_ohm: Floats
    resistance_ohm: Floats

    def __len__(self) -> int:
        """How many there are."""
        return len(self.begin_s)

    def of(self, which: NDArray[np.bool_]) -> "Pulses":
        """Return some of them, such as those that a person left ticked."""
        columns = [one.name for one in fields(self) if one.name != "times_s"]
        return Pulses(self.times_s, *(getattr(self, name)[which] for name in columns))

    def area_resistance(self, area_cm2: float) -> Floats:
        """Return R x area in ohm cm2, shape (pulses, times)."""
        return self.resistance_ohm * area_cm2


def pulses(
    samples: Samples,
    *,
    deadband_a: float,
    times_s: tuple[float, ...] = TIMES_S,
    longest_s: float = LONGEST_S,
) -> Pulses:
    """Find the pulses of samples: current after a rest of at least 5 s, for `longest_s` at most.

    R(x) = (V(t0 + x) - V0) / (I(t0 + x) - I0), where t0 is the last moment of the rest. Voltage and
    current go in straight lines between samples. It is NaN where the pulse is shorter than x or its
    first sample later. A pulse ends where current rests, turns or jumps by more than 10 % between
    samples; the first second it may rise. `longest_s` may be infinite: then every beginning of a
    charge or discharge after a rest is one.
    """
    finite = np.isfinite(samples.voltage_v) & np.isfinite(samples.current_a)
    results: list[dict[str, float | Floats]] = []
    if finite.any():
        rows = _Rows.of(samples, finite, deadband_a)
        results = [_pulse(rows, int(first), times_s) for first in rows.firsts()]
    results = [one for one in results if one["duration_s"] <= longest_s]
    names = [one.name for one in fields(Pulses) if one.name not in ("times_s", "resistance_ohm")]
    columns = {name: np.array([float(one[name]) for one in results]) for name in names}
    table = np.array([one["resistance_ohm"] for one in results]).reshape(len(results), len(times_s))
    return Pulses(times_s=times_s, **columns, resistance_ohm=table)


@dataclass(frozen=True)
class _Rows:
    """Samples that are known, shapes (n,); `sign` 0 is rest, `led_s` the time that leads to each.

    `ends` are the rows after which a pulse cannot go on.
    """

    time_s: Floats
    voltage_v: Floats
    current_a: Floats
    net_ah: Floats
    sign: Ints
    led_s: Floats
    ends: Ints

    @classmethod
    def of(cls, samples: Samples, finite: NDArray[np.bool_], deadband_a: float) -> "_Rows":
        columns = [column[finite] for column in columns_of(samples)]
        time_s, voltage_v, current_a = columns[:3]
        sign = np.where(np.abs(current_a) < deadband_a, 0, np.sign(current_a)).astype(np.int64)
        goes_on = same_step(columns[3:6])
        led_s = np.where(goes_on, 0.0, columns[7])
        led_s = np.minimum(led_s, np.diff(time_s, prepend=time_s[:1]))
        turns = np.flatnonzero(sign[1:] != sign[:-1])
        return cls(
            time_s,
            voltage_v,
            current_a,
            running_ah(samples, deadband_a)[finite],
            sign,
            led_s,
            np.append(turns, len(time_s) - 1),
        )

    def firsts(self) -> Ints:
        """Return the first rows after rests that were long enough."""
        starts = self.ends[:-1] + 1
        starts = np.append(0, starts)[: len(self.sign)]
        rests = np.flatnonzero(self.sign[starts] == 0)
        rests = rests[rests + 1 < len(starts)]
        first, then = starts[rests], starts[rests + 1]
        rested_s = self.time_s[then - 1] - self.time_s[first] + self.led_s[first]
        return then[rested_s >= REST_S * (1 - 1e-9)]

    def rested_s(self, first: int) -> float:
        """Return how long the rest before a row was."""
        place = int(np.searchsorted(self.ends, first - 1))
        begin = int(self.ends[place - 1]) + 1 if place else 0
        return float(self.time_s[first - 1] - self.time_s[begin] + self.led_s[begin])

    def last(self, first: int) -> int:
        """Return the last row of the pulse that begins with a row."""
        last = int(self.ends[np.searchsorted(self.ends, first)])
        current_a = self.current_a[first : last + 1]
        jumps = np.abs(np.diff(current_a)) > JUMP * np.abs(current_a[:-1])
        jumps &= self.time_s[first + 1 : last + 1] - self.time_s[first - 1] > RISE_S
        return first + int(np.argmax(jumps)) if jumps.any() else last


def _pulse(rows: _Rows, first: int, times_s: tuple[float, ...]) -> dict[str, float | Floats]:
    rest, last = first - 1, rows.last(first)
    led_s = rows.led_s[first]  # where it says so, the rest went on after its last sample
    begin_s = rows.time_s[first] - led_s if led_s > 0 else rows.time_s[rest]
    since_s = rows.time_s[first : last + 1] - begin_s
    voltage_v, current_a = rows.voltage_v[first : last + 1], rows.current_a[first : last + 1]
    volts, amps = voltage_v - rows.voltage_v[rest], current_a - rows.current_a[rest]
    at = [np.interp(times_s, since_s, one, left=np.nan, right=np.nan) for one in (volts, amps)]
    return {
        "begin_s": begin_s,
        "rested_s": rows.rested_s(first),
        "duration_s": since_s[-1],
        "first_s": since_s[0],
        "current_a": np.median(current_a),
        "rest_a": rows.current_a[rest],
        "voltage_v": rows.voltage_v[rest],
        "first_v": voltage_v[0],
        "end_v": voltage_v[-1],
        "net_ah": rows.net_ah[rest],
        "first_ohm": volts[0] / amps[0],
        "end_ohm": volts[-1] / amps[-1],
        "resistance_ohm": at[0] / at[1],
    }
