"""What an instrument's own counters say that went in and out, block after block.

A counter of charge or of discharge only rises. A counter of both ("capacity", "energy") may have a
sign, that of the current or the other one, or rise both ways. Any of them may start again: never,
with each cycle, with each step. Which it is only the end shows: until then every reading is added
up, beside what speaks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

DROP = 0.5  # a counter that falls below this part of what it was has started again
CLEARLY = 0.5  # how much less a counter must jump for a kind of reset to be believed
FAR = 20.0  # times what the current can have brought: no current is so wrong
HOUR_S = 3600.0
EVIDENCE = 9  # numbers that speak for a kind of reset and a sign


class Quantity(StrEnum):
    """What goes in and out; the values name the fields of `Totals`."""

    CHARGE = "charge_ah"
    DISCHARGE = "discharge_ah"
    CHARGE_ENERGY = "charge_wh"
    DISCHARGE_ENERGY = "discharge_wh"


CHARGES = (Quantity.CHARGE, Quantity.DISCHARGE)
ENERGIES = (Quantity.CHARGE_ENERGY, Quantity.DISCHARGE_ENERGY)
OUT = (Quantity.DISCHARGE, Quantity.DISCHARGE_ENERGY)


class Reset(StrEnum):
    """When a counter starts again."""

    NEVER = "never"
    CYCLE = "with each cycle"
    STEP = "with each step"


RESETS = tuple(Reset)


@dataclass(frozen=True)
class Counter:
    """A counter of a file, in Ah or Wh: the quantities that it counts, and its name."""

    counts: tuple[Quantity, ...]
    name: str

    @property
    def width(self) -> int:
        """How many sums its readings need: each reset, with a sign and without, in and out."""
        return len(RESETS) if len(self.counts) == 1 else 4 * len(RESETS)


class Flow(NamedTuple):
    """A block's rows, shapes (n,): A, V, the time before each (s), whether that is a gap.

    `starts` are the first rows of steps; `is_new_cycle`, shape (steps,), says whether the cycle
    changes with the step. With `is_counted` the first row was the last one of the block before.
    """

    current_a: Floats
    voltage_v: Floats
    seconds: Floats
    starts: Ints
    is_new_cycle: Flags
    is_gap: Flags
    is_counted: bool


class Increments(NamedTuple):
    """How a counter moves from row to row, shapes (n,): value, rise, what the current makes of it.

    `drops`: it is nearer to 0 than half of what it was. `is_edge`: the row is the first of a step.
    `again` is what it has counted where it starts again: its value, within a step what the current
    makes of the interval if that is more, as where it runs over.
    """

    value: Floats
    rise: Floats
    expected: Floats
    drops: Flags
    is_edge: Flags
    again: Floats


class CounterSums:
    """Adds up one counter. Where it is blank it stands still; its first value is its zero."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.last = np.nan
        self._jumps = np.zeros(len(RESETS))  # at the edges of steps, by kind of reset
        self._ways = np.zeros(4)  # within steps: charge up, down, discharge up, down
        self.run_over = 0.0  # what the current brought where it starts again within steps
        self.late = 0.0  # what the current brought before the first record of steps, not counted

    def columns(self, values: Floats, flow: Flow) -> Floats:
        """Return the readings of a block by step, shape (width, steps), in Ah or Wh."""
        moves = self._moves(values, flow)
        edges = flow.starts[1:]
        value, rise = np.abs(moves.value[edges]), np.abs(moves.rise[edges])
        by_cycle = np.where(flow.is_new_cycle[1:], value, rise)
        self._jumps += [rise.sum(), by_cycle.sum(), value.sum()]
        if len(self.counter.counts) == 1:
            return np.array(self._alone(moves, flow))
        self._note_ways(moves)
        self.late += _late(np.abs(moves.value), np.abs(moves.expected), flow)
        return np.concatenate([_signed(moves, flow), _unsigned(moves, flow)])

    def _alone(self, moves: Increments, flow: Flow) -> list[Floats]:
        """Return the sums by reset of a counter of one quantity, and note what comes late to it."""
        expected = np.where(self._counts_way(moves.expected), np.abs(moves.expected), 0.0)
        size, drops = _size(moves)
        self.late += _late(np.abs(moves.value), expected, flow)
        rows = np.abs(moves.value), size, expected, drops, flow, moves.is_edge
        return _by_reset(*rows, np.abs(moves.again))

    @property
    def evidence(self) -> Floats:
        """What speaks for each kind of reset and sign, shape (9,); of parts it is added up."""
        return np.concatenate([self._jumps, self._ways, [self.late, self.run_over]])

    def learn(self, evidence: Floats) -> None:
        """Add what was found elsewhere."""
        self._jumps = self._jumps + evidence[:3]
        self._ways = self._ways + evidence[3:7]
        self.late += float(evidence[7])
        self.run_over += float(evidence[8])

    @property
    def reset(self) -> Reset:
        """When it starts again: where it jumps least. A drop is a new start in any case."""
        never, by_cycle, by_step = self._jumps
        if by_step < CLEARLY * min(never, by_cycle):
            return Reset.STEP
        return Reset.CYCLE if by_cycle < CLEARLY * never else Reset.NEVER

    def read(self, sums: Floats) -> list[Floats]:
        """Return what it counts, shapes (rows,), of summed readings, shape (rows, width)."""
        place = RESETS.index(self.reset)
        if len(self.counter.counts) == 1:
            return [sums[:, place]]
        charge_up, charge_down, discharge_up, discharge_down = self._ways
        with_sign = charge_up + discharge_down, charge_down + discharge_up
        if max(charge_up + discharge_up, charge_down + discharge_down) >= max(with_sign):
            return [sums[:, 6 + place], sums[:, 9 + place]]
        both = [sums[:, place], sums[:, 3 + place]]
        return both if with_sign[0] >= with_sign[1] else both[::-1]

    def _moves(self, values: Floats, flow: Flow) -> Increments:
        value = _filled(values, self.last)
        first = value[0] if flow.is_counted or np.isnan(self.last) else self.last
        rise = np.nan_to_num(np.diff(value, prepend=first))
        self.last = float(value[-1])
        value = np.nan_to_num(value)
        flux = flow.current_a
        if self.counter.counts[0] in ENERGIES:
            known = np.isfinite(flow.voltage_v)
            flux = flux * np.where(known, flow.voltage_v, 1.0)  # the sign still says which way
        flux = np.nan_to_num(flux)
        flux[1:] = np.where(flux[1:] == 0, flux[:-1], flux[1:])
        is_edge = np.zeros(len(value), np.bool_)
        is_edge[flow.starts[1:]] = True
        expected, was = flux * (flow.seconds / HOUR_S), value - rise
        drops = np.abs(value) < DROP * np.abs(was)
        over = drops & ~(is_edge | flow.is_gap) & (np.abs(expected) > np.abs(value))
        over &= self._counts_way(expected)
        again = np.where(over, np.copysign(expected, was), value)
        self.run_over += float(np.abs(again - value).sum())
        return Increments(value, rise, expected, drops, is_edge, again)

    def _counts_way(self, expected: Floats) -> Flags:
        """Return where the current flows as it counts."""
        one_way = len(self.counter.counts) == 1
        into = -1.0 if self.counter.counts[0] in OUT else 1.0
        flows: Flags = into * expected > 0 if one_way else expected != 0
        return flows

    def _note_ways(self, moves: Increments) -> None:
        counts = ~(moves.is_edge | moves.drops)
        for place, into in ((0, moves.expected > 0), (2, moves.expected < 0)):
            rises = moves.rise[counts & into]
            up = float(np.maximum(rises, 0.0).sum())
            self._ways[place : place + 2] += [up, up - float(rises.sum())]


def _size(moves: Increments) -> tuple[Floats, Flags]:
    """Return how the counter's size moves, and where it starts again."""
    return np.abs(moves.value) - np.abs(moves.value - moves.rise), moves.drops


def _signed(moves: Increments, flow: Flow) -> list[Floats]:
    """Return in and out by reset of a counter that has a sign."""
    against = moves.rise * moves.expected <= 0
    far = np.abs(moves.rise) > FAR * np.abs(moves.expected)
    restarts = moves.drops & (against | far)
    rows = moves.value, moves.rise, moves.expected, restarts, flow, moves.is_edge, moves.again
    return [*_by_reset(*rows, part=1.0), *_by_reset(*rows, part=-1.0)]


def _unsigned(moves: Increments, flow: Flow) -> list[Floats]:
    """Return in and out by reset of a counter that rises both ways: the current says which."""
    size, drops = _size(moves)
    parts = []
    for into in (moves.expected > 0, moves.expected < 0):
        columns = np.abs(moves.value), size, np.abs(moves.expected), np.abs(moves.again)
        value, rise, expected, again = (np.where(into, one, 0.0) for one in columns)
        parts += _by_reset(value, rise, expected, drops, flow, moves.is_edge, again)
    return parts


def _by_reset(
    value: Floats,
    rise: Floats,
    expected: Floats,
    restarts: Flags,
    flow: Flow,
    is_edge: Flags,
    again: Floats,
    part: float = 0.0,
) -> list[Floats]:
    """Return the sum of each step, shape (steps,), for each kind of reset.

    A counter may hold its value in a rest although it starts again with each step: at an edge what
    is nearer to what the current makes counts. `part` 1 or -1: only what goes up, or down, as a
    magnitude.
    """

    def taken(moved: Floats) -> Floats:
        return np.maximum(part * moved, 0.0) if part else moved

    moved = np.where(restarts, again, rise)
    within = np.add.reduceat(taken(np.where(is_edge, 0.0, moved)), flow.starts)
    first, made = value[flow.starts], expected[flow.starts]
    never = moved[flow.starts]
    by_step = np.where(np.abs(first - made) <= np.abs(rise[flow.starts] - made), first, never)
    never[0] = by_step[0] = 0.0  # no edge: it was added within
    by_cycle = np.where(flow.is_new_cycle, by_step, never)
    return [within + taken(edge) for edge in (never, by_cycle, by_step)]


def _late(value: Floats, expected: Floats, flow: Flow) -> float:
    """Return what the current made before first records at which a counter is still at 0."""
    first, made = value[flow.starts[1:]], expected[flow.starts[1:]]
    return float(np.where(first < DROP * made, made - first, 0.0).sum())


def _filled(values: Floats, last: float) -> Floats:
    """Return values with each blank one as the one before it; `last` is before the first."""
    known = np.isfinite(values)
    if known.all():
        return values
    place = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    return np.where(place < 0, last, values[place])


class Counters:
    """All counters of an experiment; a quantity is read from the first one that counts it."""

    def __init__(self, counters: Sequence[Counter]) -> None:
        self._all = [CounterSums(one) for one in counters]
        self.width = sum(one.width for one in counters)

    def go_on(self, counted: Floats) -> None:
        """Begin with these last values, shape (counters,)."""
        for one, last in zip(self._all, counted.tolist(), strict=True):
            one.last = last

    def counted(self) -> Floats:
        """Return the last value of each, shape (counters,)."""
        return np.array([one.last for one in self._all])

    def evidence(self) -> Floats:
        """Return what speaks for each kind of reset and sign, shape (counters, 9)."""
        return np.array([one.evidence for one in self._all]).reshape(len(self._all), EVIDENCE)

    def learn(self, evidence: Floats) -> None:
        """Add what was found elsewhere."""
        for one, of_it in zip(self._all, evidence, strict=True):
            one.learn(of_it)

    def columns(self, values: Sequence[Floats], flow: Flow) -> Floats:
        """Return the readings of a block by step, shape (width, steps)."""
        parts = [one.columns(of_it, flow) for one, of_it in zip(self._all, values, strict=True)]
        return np.concatenate([np.empty((0, len(flow.starts))), *parts])

    def read(self, sums: Floats) -> dict[Quantity, Floats]:
        """Return each quantity that is counted, shapes (rows,); `sums` has shape (rows, width)."""
        found: dict[Quantity, Floats] = {}
        first = 0
        for one in self._all:
            columns = one.read(sums[:, first : first + one.counter.width])
            first += one.counter.width
            for quantity, column in zip(one.counter.counts, columns, strict=True):
                found.setdefault(quantity, column)
        return found

    def source(self, quantity: Quantity) -> CounterSums:
        """Return the counter that a quantity which was read is read from."""
        return next(one for one in self._all if quantity in one.counter.counts)
