"""Whether the current adds up to what the instrument's own counters of charge or energy say."""

from dataclasses import dataclass, field

import numpy as np

from cycling.formats.checks.plausible import question, three_digits
from cycling.formats.columns.fields import Field
from cycling.formats.columns.mapping import Mapping
from cycling.formats.columns.times import likely_unit
from cycling.formats.measures import FileBlock
from cycling.formats.problems import Problem
from cycling.formats.text.blocks import IntArray
from cycling.formats.values.numbers import BoolArray, FloatArray

_ASKED_FACTOR, _SAID_PART = 1.5, 0.02
_ASKED_FACTOR_OF_ENERGY = 5.0  # which depends on the voltage that an instrument takes, too
_ONE_WAY = 0.02
_RESET = 0.2  # a counter that falls to less of its value has started again
_GAP_S, _GAP_FACTOR = 60.0, 10.0


@dataclass
class ChargeWatch:
    """Compares the integral of the current with the instrument's own counters of charge.

    With `of_energy` that of voltage times current with those of energy, in Ws and Wh.
    """

    of_energy: bool = False
    charged: FloatArray = field(default_factory=lambda: np.zeros(2))  # As in, As out
    counted: FloatArray = field(default_factory=lambda: np.zeros(2))  # Ah while it flows in, out
    counters: tuple[Field, ...] = ()
    _last: FloatArray | None = None  # test time, current and each counter of the last row

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        columns = self._columns(block)
        if not self.counters:
            return
        flow = block.measures.current_a
        flow = flow * np.abs(block.measures.voltage_v) if self.of_energy else flow
        rows = np.array([block.measures.test_time_s, flow, *columns])
        known = np.isfinite(rows).all(axis=0)
        rows = rows if known.all() else rows[:, known]
        if not rows.shape[1]:
            return
        rows = rows if self._last is None else np.concatenate([self._last, rows], axis=1)
        self._last = rows[:, -1:]
        seconds = np.diff(rows[0])
        charge = rows[1, 1:] * seconds
        charge[_gaps(seconds)] = 0.0
        counted = sum((counts_of(values) for values in rows[2:]), start=np.zeros(len(charge)))
        for way, flows in enumerate((charge > 0, charge < 0)):
            self.charged[way] += float(np.abs(charge[flows]).sum())
            self.counted[way] += float(counted[flows].sum())

    def _columns(self, block: FileBlock) -> list[FloatArray]:
        """The counters to compare with: of charge and discharge, or the one that the file has."""
        extended = block.measures.extended
        ways, both = (Field.CHARGE_CAPACITY, Field.DISCHARGE_CAPACITY), Field.CAPACITY
        if self.of_energy:
            ways, both = (Field.CHARGE_ENERGY, Field.DISCHARGE_ENERGY), Field.ENERGY
        one_way = tuple(f for f in ways if f.channel in extended)
        both_ways = (both,) if both.channel in extended else ()
        self.counters = one_way or both_ways
        return [extended[f.channel] for f in self.counters if f.channel]

    @property
    def _counted_ways(self) -> BoolArray:
        """Which ways the counters count: one of charge alone stands still in discharge."""
        counts: BoolArray = self.counted > _ONE_WAY * self.counted.sum()
        return counts

    @property
    def counted_ah(self) -> float:
        """What the counters have counted."""
        return float(self.counted[self._counted_ways].sum())

    @property
    def ours_ah(self) -> float:
        """Our integral, of the ways that the counters count."""
        return float(self.charged[self._counted_ways].sum()) / 3600

    @property
    def factor(self) -> float | None:
        """How many times the counters' charge ours is; None where they count nothing."""
        return self.ours_ah / self.counted_ah if self.counted_ah and self.ours_ah else None


def counts_of(values: FloatArray) -> FloatArray:
    """Return what a counter counts from row to row, also where it starts again."""
    size = np.abs(values)
    moved = np.abs(np.diff(values))
    again = np.flatnonzero(size[1:] < _RESET * size[:-1])
    moved[again] = size[again + 1]
    return moved


def _gaps(seconds: FloatArray) -> IntArray:
    """Intervals in which measures are missing: long, and ten times both their neighbours."""
    long = np.flatnonzero(seconds > _GAP_S)
    if not len(long):
        return long
    padded = np.concatenate([[0.0], seconds, [0.0]])
    beside = np.maximum(padded[long], padded[long + 2])
    found: IntArray = long[(seconds[long] > _GAP_FACTOR * beside) & (beside > 0)]
    return found


def charge_problems(
    mapping: Mapping, charge: ChargeWatch, *, time_is_sure: bool = False
) -> list[Problem]:
    """A current (or voltage times current) that does not add up to what was counted.

    `time_is_sure`: the clock goes as fast as the time does, so that its unit is right.
    """
    factor, of_energy = charge.factor, charge.of_energy
    if factor is None or abs(factor - 1) <= _SAID_PART:
        return []
    if of_energy and max(factor, 1 / factor) < _ASKED_FACTOR_OF_ENERGY:
        return []
    what, base = ("Voltage times current", "Wh") if of_energy else ("The current", "Ah")
    names = " and ".join(
        repr(column.shown) for f in charge.counters if (column := mapping.column(f))
    )
    current = mapping.column(Field.CURRENT)
    names = f"column{'s' * (len(charge.counters) > 1)} {names}"
    amounts = f"{charge.ours_ah:.4g} {base}, the instrument counted {charge.counted_ah:.4g} {base}"
    if max(factor, 1 / factor) < _ASKED_FACTOR:
        text = f"The current adds up to {amounts} in {names}."
        return [Problem("warning", text, code="counter-differs")]
    time = None if time_is_sure else mapping.column(Field.TEST_TIME)
    counters = [c for f in charge.counters if (c := mapping.column(f))]
    ours = {c: u for c in (current, time) if c and (u := likely_unit(c, 1 / factor))}
    units = ours | {c: u for c in counters if (u := likely_unit(c, factor))}
    looks = ", or ".join(
        f"with the unit of column {c.shown!r} {u} instead of {c.unit}" for c, u in units.items()
    )
    hint = f" They would agree {looks}." if looks else ""
    text = (
        f"{what} adds up to {amounts} in {names}: {_times(factor)}.{hint} "
        f"Choose the units of current{', time' * bool(time)} and counter so that they agree."
    )
    only = next(iter(ours)) if len(units) == len(ours) == 1 else None
    code = "energy-counter" if of_energy else "counter"
    return [question(code, text, only or current, units.get(only) if only else None)]


def _times(factor: float) -> str:
    """How many times as much, or what part: 1,000 times as much, 1/60 of it."""
    if factor >= 1:
        return f"{three_digits(factor)} times as much"
    return f"1/{three_digits(1 / factor)} of it"
