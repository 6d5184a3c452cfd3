"""Pulses of current after a rest, and the resistance that voltage shows after so many seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.edges import Sought
from cycling.analysis.integration import Samples
from cycling.analysis.voltage.runs import Rows

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TIMES_S = (0.1, 1.0, 10.0, 30.0)
LONGEST_S = 120.0  # what goes on for longer is a charge or a discharge


@dataclass(frozen=True)
class Pulses:
    """Pulses in their order, shapes (pulses,), NaN where unknown.

    `begin_s` is the last moment of the rest, `voltage_v` (V) and `rest_a` (A) what is measured
    there, `net_ah` what had been charged since the first sample. `current_a` is the median of the
    pulse. `resistance_ohm`, shape (pulses, times), is that after `times_s`; `first_ohm` that of the
    first sample, which comes after `first_s`, `end_ohm` that of the last, after `duration_s`.
    `first_v` and `end_v` are the voltages there, `rested_s` is how long the rest was. `row` is the
    place of the first sample.
    """

    times_s: tuple[float, ...]
    row: Ints
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

    @property
    def step_a(self) -> Floats:
        """By how much the current steps (A)."""
        return self.current_a - self.rest_a

    def of(self, which: NDArray[np.bool_]) -> "Pulses":
        """Return some of them, such as those that a person left ticked."""
        columns = [one.name for one in fields(self) if one.name != "times_s"]
        return Pulses(self.times_s, *(getattr(self, name)[which] for name in columns))

    def at(self, row: Ints, net_ah: Floats) -> "Pulses":
        """Return them as part of more samples: their places there, and what was charged before."""
        return replace(self, row=row, net_ah=net_ah)

    def area_resistance(self, area_cm2: float, cells: int = 1) -> Floats:
        """Return R x area of one of so many cells in series, in ohm cm2, shape (pulses, times)."""
        return self.resistance_ohm * (area_cm2 / cells)


NUMBERS = tuple(
    one.name for one in fields(Pulses) if one.name not in ("times_s", "row", "resistance_ohm")
)


def pulses(
    samples: Samples,
    *,
    deadband_a: float,
    times_s: tuple[float, ...] = TIMES_S,
    longest_s: float = LONGEST_S,
    sought: Sought = Sought.NOTHING,
) -> Pulses:
    """Find the pulses of samples: current after a rest of at least 5 s, for `longest_s` at most.

    R(x) = (V(t0 + x) - V0) / (I(t0 + x) - I0), where t0 is the last moment of the rest. Voltage and
    current go in straight lines between samples. It is NaN where the pulse is shorter than x or its
    first sample later. A pulse ends where current rests, turns or jumps by more than 10 % between
    samples; the first second it may rise. `longest_s` may be infinite: then every beginning of a
    charge or discharge after a rest is one. `sought` are edges that the source does not name: of
    which step the charge over them is.
    """
    rows = Rows.of(samples, deadband_a, sought)
    results = [_pulse(rows, int(first), times_s) for first in rows.firsts()]
    results = [one for one in results if one["duration_s"] <= longest_s]
    return _table(results, times_s)


def joined(parts: Sequence[Pulses], times_s: tuple[float, ...] = TIMES_S) -> Pulses:
    """Put pulses below each other; all have these times."""
    names = [one.name for one in fields(Pulses) if one.name != "times_s"]
    parts = parts or [_table([], times_s)]
    return Pulses(
        times_s, *(np.concatenate([getattr(one, name) for one in parts]) for name in names)
    )


def _table(results: Sequence[dict[str, Any]], times_s: tuple[float, ...]) -> Pulses:
    places = np.array([one["row"] for one in results], np.int64)
    columns = {name: np.array([float(one[name]) for one in results]) for name in NUMBERS}
    table = np.array([one["resistance_ohm"] for one in results]).reshape(len(results), len(times_s))
    return Pulses(times_s=times_s, row=places, **columns, resistance_ohm=table)


def _pulse(rows: Rows, first: int, times_s: tuple[float, ...]) -> dict[str, Any]:
    rest, last = first - 1, rows.last(first)
    led_s = rows.led_s[first]  # where it says so, the rest went on after its last sample
    begin_s = rows.time_s[first] - led_s if led_s > 0 else rows.time_s[rest]
    since_s = rows.time_s[first : last + 1] - begin_s
    voltage_v, current_a = rows.voltage_v[first : last + 1], rows.current_a[first : last + 1]
    volts, amps = voltage_v - rows.voltage_v[rest], current_a - rows.current_a[rest]
    at = [np.interp(times_s, since_s, one, left=np.nan, right=np.nan) for one in (volts, amps)]
    return {
        "row": rows.place[first],
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
