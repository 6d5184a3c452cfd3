"""What the tab of dQ/dV says: how it was drawn, what may mislead, and its peaks as a table."""

from collections.abc import Iterable, Sequence

import numpy as np
from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, note, table
from components.figures.measure_axes import scale
from components.readings import signed
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.voltage.differential import POINTS, SIGMA
from cycling.analysis.voltage.incremental import SIGMA_V, STEPS_A_BIN
from cycling.analysis.voltage.peaks import Peak
from db.measures.half_cycles import HalfCycle
from pages.experiment.dqdv.address import Curve, Half, Show
from pages.experiment.dqdv.curves import MILLI, Curves

MAX_ROWS = 500
MAX_CLASSES = 4
FAST_WORDS = (
    "peaks are shifted and blurred by the cell's resistance. Compare cycles of one rate, or take a "
    "capacity check at C/5 or less."
)


def caption(curves: Curves) -> str:
    """Say how it was drawn."""
    view, cycles = curves.view, sorted({one.cycle for one in curves.halves})
    if not cycles:
        return ""
    words = []
    if view.show is Show.MAP and (view.curve is Curve.DVDQ or view.half is Half.BOTH):
        words.append(f"A map is of dQ/dV and one half, here the {curves.halves[0].direction}.")
    shown = len(set(cycles) - set(_extra(curves)))
    if shown < curves.of:
        words.append(f"{formatting.number_of(shown, curves.of)} cycles, evenly spread.")
    if view.curve is Curve.DQDV or view.show is Show.MAP:
        smooth = SIGMA_V * view.smoothing * MILLI
        how = f"smoothed by a Gaussian of {smooth:g} mV" if smooth else "raw"
        wider = " (twice the median step of voltage)" if curves.is_wider else ""
        words.append(f"Bins of {curves.width_v * MILLI:.3g} mV{wider}, {how}.")
    else:
        part = 100 * SIGMA * view.smoothing
        how = f"smoothed by a Gaussian of {part:g} % of the charge" if part else "raw"
        words.append(f"Voltage at {POINTS} even charges, {how}; bins are of dQ/dV alone.")
    words.append("Rests and constant voltage are left out.")
    held = _held(curves.halves)
    return " ".join([*words, *([held] if held else [])])


def notes(curves: Curves) -> list[Component]:
    """Say what may mislead."""
    sentences = []
    if not curves.halves:
        none = " or ".join(str(one) for one in curves.view.half.directions)
        sentences.append(f"None of these cycles has a {none}.")
    fast = {one.rate_label: one.rate for one in curves.halves if one.is_fast}
    if fast:
        sentences.append(
            f"{_rates(sorted(fast, key=lambda one: fast[one]))}: above C/5, {FAST_WORDS}"
        )
    elif curves.halves and np.isnan(curves.halves[0].rate):
        sentences.append(
            "The battery has no nominal capacity, so nobody can say whether this is slow enough: "
            "above C/5 peaks are shifted by the cell's resistance."
        )
    sentences += [*_mixed_rates(curves), *_bins(curves)]
    missing = sorted({one.cycle for one in curves.halves if one.missing_s > 0})
    if missing:
        cycles = "cycle" if len(missing) == 1 else "cycles"
        listed = ", ".join(map(str, missing[:MAX_CLASSES]))
        more = f" and {len(missing) - MAX_CLASSES} more" if len(missing) > MAX_CLASSES else ""
        sentences.append(
            f"Time is missing in {cycles} {listed}{more}: a part of the charge is too."
        )
    if curves.view.is_difference and not curves.reference and curves.view.show is Show.CURVES:
        sentences.append("Give a reference cycle, from which the others are to differ.")
    return [note("paused", [html.Div(one) for one in sentences])] if sentences else []


def _mixed_rates(curves: Curves) -> list[str]:
    """Say that cycles of several rates are drawn beside each other."""
    sentences = []
    for direction in Direction:
        of_it = [one for one in curves.halves if one.direction is direction and one.rate_label]
        rates = {one.rate_label: one.rate for one in of_it}
        if len(rates) > 1:
            listed = _rates(sorted(rates, key=lambda one: rates[one])).removeprefix("At ")
            sentences.append(
                f"Each {direction} is of one of {len(rates)} rates: {listed}. Peaks move with the "
                "rate as well as with age: choose one under Rate to compare like with like."
            )
    return sentences


def _bins(curves: Curves) -> list[str]:
    """Say that the choice of a bin changes nothing, and why."""
    is_dqdv = curves.view.curve is Curve.DQDV or curves.view.show is Show.MAP
    if not is_dqdv or not curves.is_wider:
        return []
    return [
        f"The bin of {curves.view.bin_mv:g} mV has no effect: from record to record the voltage "
        f"moves by {curves.width_v / STEPS_A_BIN * MILLI:.3g} mV (median of the coarsest cycle "
        f"drawn), so that bins are {curves.width_v * MILLI:.3g} mV wide."
    ]


def peak_table(found: Sequence[tuple[HalfCycle, list[Peak]]]) -> list[Component]:
    """Return the peaks of each half: position, height, area and its part of the charge."""
    rows = [(half, place, one) for half, tops in found for place, one in enumerate(tops, 1)]
    if not rows:
        return [html.Div("No peaks.", className="body t3")]
    peak_ah = max((one.area for _half, _place, one in rows), default=0.0)
    height = max((one.height for _half, _place, one in rows), default=0.0)
    (area_factor, area_unit), (factor, unit) = scale("Ah", peak_ah), scale("Ah", height)
    heads = [
        Head("Cycle", "num"),
        Head("Half"),
        Head("Peak", "num"),
        Head("Position / V", "num"),
        Head(f"Height / ({unit}/V)", "num"),
        Head(f"Area / {area_unit}", "num"),
        Head("Of the charge / %", "num"),
    ]
    body = [
        html.Tr(
            [
                html.Td(str(half.cycle), className="num"),
                html.Td(str(half.direction)),
                html.Td(str(place), className="num"),
                html.Td(signed(one.position, 4), className="num"),
                html.Td(signed(one.height * factor, 3), className="num"),
                html.Td(signed(one.area * area_factor, 4), className="num"),
                html.Td(f"{100 * one.area / half.total_ah:.1f}", className="num"),
            ]
        )
        for half, place, one in rows[:MAX_ROWS]
    ]
    more = (
        f"The first {MAX_ROWS} of {len(rows):,}: choose fewer cycles to see the others."
        if len(rows) > MAX_ROWS
        else ""
    )
    return [
        table(heads, body),
        *([html.Div(more, className="bem-small-print t3 small")] * bool(more)),
    ]


def _extra(curves: Curves) -> list[int]:
    """Return the reference where it is not among the chosen cycles."""
    first, last = curves.view.cycles or (0, 2**31)
    reference = curves.view.reference
    return [] if reference is None or first <= reference <= last else [reference]


def _held(halves: Iterable[HalfCycle]) -> str:
    """Say how much of the charge is at constant voltage."""
    parts = [100 * one.held_ah / one.total_ah for one in halves if one.total_ah > 0]
    most = max(parts, default=0.0)
    if most < 0.05:
        return ""
    least = min(parts)
    span = f"{least:.1f} to {most:.1f}" if f"{least:.1f}" != f"{most:.1f}" else f"{most:.1f}"
    return f"At constant voltage: {span} % of the charge."


def _rates(known: Sequence[str]) -> str:
    more = f" and {len(known) - MAX_CLASSES} more" if len(known) > MAX_CLASSES else ""
    return f"At {', '.join(known[:MAX_CLASSES])}{more}"
