"""The curves of the tab of dQ/dV: computed, compared, and what is to be known of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from components.figures.derivative_graph import CycleMap, DerivativeCurve
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.voltage.differential import SIGMA, differential_voltage
from cycling.analysis.voltage.incremental import (
    SIGMA_V,
    Incremental,
    bin_v,
    incremental_capacity,
)
from cycling.analysis.voltage.peaks import Peak, peaks
from db.measures.cycles import ExperimentCycles
from db.measures.half_cycles import HalfCycle, half_cycles
from db.series import ExperimentSeries
from pages.experiment.dqdv.address import Curve, Half, Show, View, chosen, spread

Floats = NDArray[np.float64]

MAX_CURVES = 12  # of one direction
MAX_ON_MAP = 150
MILLI = 1e3


@dataclass(frozen=True)
class Curves:
    """Halves of cycles and dQ/dV of each, in the same order; bins are `width_v` wide.

    `reference` is the place of the reference's in each direction, `of` how many cycles are chosen.
    """

    view: View
    halves: Sequence[HalfCycle]
    dqdv: Sequence[Incremental]
    width_v: float
    of: int
    reference: Mapping[Direction, int]

    @property
    def is_wider(self) -> bool:
        """Whether bins are wider than they were asked to be."""
        return self.width_v > self.view.bin_mv / MILLI * (1 + 1e-9)

    @property
    def drawn(self) -> Sequence[int]:
        """The places of what is drawn: the reference too, unless it is what others differ from."""
        return [
            place
            for place in range(len(self.halves))
            if not (self.is_difference and place in self.reference.values())
        ]

    @property
    def is_difference(self) -> bool:
        """Whether differences are drawn; for that there must be a reference."""
        return self.view.is_difference and bool(self.reference)


def curves_of(experiment: ExperimentSeries, cycles: ExperimentCycles, view: View) -> Curves:
    """Read and compute what a view shows."""
    selected = chosen(view, cycles.table)
    is_map = view.show is Show.MAP
    numbers = spread(selected, MAX_ON_MAP if is_map else MAX_CURVES)
    more = [] if view.reference is None or is_map else [view.reference]
    has_reference = bool(more) and more[0] in cycles.table.number
    wanted = sorted({*numbers, *(more if has_reference else [])})
    halves = [
        half
        for direction in directions_of(view)
        for half in half_cycles(experiment, cycles, wanted, direction)
    ]
    bin_asked_v = view.bin_mv / MILLI
    width_v = max((bin_v(one.lines, bin_asked_v) for one in halves), default=bin_asked_v)
    sigma_v = SIGMA_V * view.smoothing
    dqdv = [incremental_capacity(one.lines, width_v).smooth(sigma_v) for one in halves]
    places = {
        one.direction: place for place, one in enumerate(halves) if one.cycle == view.reference
    }
    reference = places if has_reference else {}
    return Curves(view, halves, dqdv, width_v, len(selected), reference)


def directions_of(view: View) -> tuple[Direction, ...]:
    """Return the directions that are drawn; a map has one."""
    if view.show is Show.MAP and view.half is Half.BOTH:
        return (Direction.DISCHARGE,)
    return view.half.directions


def drawn_curves(curves: Curves) -> Iterator[DerivativeCurve]:
    """Yield what the graph shows; of both halves the discharge stands below zero."""
    for place in curves.drawn:
        half = curves.halves[place]
        x, y = points(curves, place)
        below = curves.view.half is Half.BOTH and half.direction is Direction.DISCHARGE
        is_reference = place in curves.reference.values()
        yield DerivativeCurve(half.cycle, half.direction, x, -y if below else y, is_reference)


def points(curves: Curves, place: int) -> tuple[Floats, Floats]:
    """Return one curve, or what it differs by from the reference of its direction."""
    half = curves.halves[place]
    reference = curves.reference.get(half.direction)
    x, y = _points(curves, place)
    if not curves.is_difference or reference is None:
        return x, y
    other_x, other_y = _points(curves, reference)
    if curves.view.curve is Curve.DVDQ:
        return x, y - np.interp(x, other_x, other_y, left=np.nan, right=np.nan)
    return _difference(curves.dqdv[place], curves.dqdv[reference])


def peaks_of(curves: Curves) -> list[tuple[HalfCycle, list[Peak]]]:
    """Return the peaks of each dQ/dV."""
    return [
        (half, peaks(one.voltage_v, one.ah_per_v))
        for half, one in zip(curves.halves, curves.dqdv, strict=True)
    ]


def cycle_map(curves: Curves) -> CycleMap:
    """Return dQ/dV of many cycles on one grid of voltages."""
    half = str(directions_of(curves.view)[0])
    if not curves.halves:
        return CycleMap(np.empty(0, np.int64), np.empty(0), np.empty((0, 0)), [], half)
    firsts = [_first_bin(one) for one in curves.dqdv]
    first = min(firsts)
    end = max(at + len(one.voltage_v) for at, one in zip(firsts, curves.dqdv, strict=True))
    table = np.full((end - first, len(curves.dqdv)), np.nan)
    for column, (at, one) in enumerate(zip(firsts, curves.dqdv, strict=True)):
        table[at - first : at - first + len(one.voltage_v), column] = one.ah_per_v
    volts = _middles(first, end - first, curves.width_v)
    dots = [(of.cycle, one.position) for of, tops in peaks_of(curves) for one in tops]
    cycle = np.array([one.cycle for one in curves.halves], np.int64)
    return CycleMap(cycle, volts, table, dots, half)


def _points(curves: Curves, place: int) -> tuple[Floats, Floats]:
    if curves.view.curve is Curve.DQDV:
        return curves.dqdv[place].voltage_v, curves.dqdv[place].ah_per_v
    half = curves.halves[place]
    found = differential_voltage(half.lines, sigma=SIGMA * curves.view.smoothing)
    down = half.direction is Direction.DISCHARGE  # voltage falls: dV/dQ is drawn as its size
    return found.charge_ah, -found.v_per_ah if down else found.v_per_ah


def _difference(one: Incremental, other: Incremental) -> tuple[Floats, Floats]:
    """Return one less the other on the bins of both; beyond its ends a curve is zero."""
    firsts = _first_bin(one), _first_bin(other)
    first = min(firsts)
    end = max(at + len(of.voltage_v) for at, of in zip(firsts, (one, other), strict=True))
    values = np.zeros(max(end - first, 0))
    for sign, at, of in ((1, firsts[0], one), (-1, firsts[1], other)):
        values[at - first : at - first + len(of.voltage_v)] += sign * of.ah_per_v
    return _middles(first, len(values), one.width_v), values


def _middles(first: int, count: int, width_v: float) -> Floats:
    return np.asarray((first + np.arange(count) + 0.5) * width_v, np.float64)


def _first_bin(curve: Incremental) -> int:
    """Return which multiple of its width a curve begins at."""
    return round(float(curve.voltage_v[0]) / curve.width_v - 0.5) if len(curve.voltage_v) else 0
