"""The graph of one cycle of each compared experiment, and what is said of it."""

from collections.abc import Iterator

from dash.development.base_component import Component

from components.figures.comparison_graph import CellLine, ComparisonFigure, Panel, comparison_figure
from components.figures.measure_axes import scale
from cycling.analysis.campaign.courses import ALL_RATES, MAIN_RATE
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.cycles.metrics import Basis
from cycling.analysis.voltage.incremental import BIN_V, SIGMA_V
from pages.experiment.dqdv.address import Half
from pages.experiment.dqdv.words import FAST_WORDS
from pages.experiments.chosen import ranges
from pages.experiments.compare.curves import Curves
from pages.experiments.compare.drawing import looks_of, title_of
from pages.experiments.compare.words import named, notes_for, several

MILLI = 1e3
A_VOLT = {
    Basis.MASS: "mAh g⁻¹ V⁻¹",
    Basis.AREA: "mAh cm⁻² V⁻¹",
    Basis.NOMINAL: "% of nominal / V",
}


def curve_figure(curves: Curves, *, dark: bool, narrow: bool) -> ComparisonFigure:
    """Return the graph; of both halves of dQ/dV the discharge stands below zero."""
    factor, charge, a_volt = _units(curves)
    if curves.is_dqdv:
        x_title, title, unit = "Voltage / V", _dqdv_title(a_volt), a_volt
    else:
        x_title, title, unit = f"Charge of the half / {charge}", "Voltage / V", "V"
    panel = Panel(title, unit, list(_lines(curves, factor)), is_whole=True)
    return comparison_figure([panel], x_title, dark=dark, narrow=narrow, is_counted=False)


def _dqdv_title(a_volt: str) -> str:
    return f"dQ/dV / ({a_volt})" if "/" in a_volt else f"dQ/dV / {a_volt}"


def _units(curves: Curves) -> tuple[float, str, str]:
    """Return the factor of charges, their unit, and that of dQ/dV."""
    basis = curves.comparison.view.per.basis
    if basis is not Basis.TOTAL:
        charge = "% of nominal" if basis is Basis.NOMINAL else curves.unit
        return 1.0, charge, A_VOLT[basis]
    charges = (one.y if curves.is_dqdv else one.x for one in curves.lines)
    factor, unit = scale("Ah", max((float(one.max()) for one in charges), default=0.0))
    return factor, unit, f"{unit}/V"


def _lines(curves: Curves, factor: float) -> Iterator[CellLine]:
    comparison, named_places = curves.comparison, set[int]()
    looks, groups = looks_of(comparison)
    is_both = comparison.view.half is Half.BOTH
    for one in curves.lines:
        about = [groups[one.place], f"Cycle {one.cycle}, {one.half}"]
        below = -1.0 if is_both and one.half is Direction.DISCHARGE else 1.0
        x, y = (one.x, one.y * factor * below) if curves.is_dqdv else (one.x * factor, one.y)
        yield CellLine(
            title_of(comparison.with_cycles[one.place]),
            looks[one.place],
            x,
            y,
            group=", ".join(filter(None, about)),
            is_named=one.place not in named_places,
        )
        named_places.add(one.place)


def curve_caption(curves: Curves) -> str:
    """Say which cycles are drawn, and how."""
    if not curves.lines:
        return ""
    words = [f"{_which(curves)}: {_numbers(curves)}."]
    if curves.is_dqdv:
        widths = [one.width_v * MILLI for one in curves.lines]
        wide = f", up to {max(widths):.3g} mV where the voltage is coarser"
        coarser = wide if max(widths) > BIN_V * MILLI * (1 + 1e-9) else ""
        words.append(
            f"dQ/dV in bins of {BIN_V * MILLI:g} mV{coarser}, smoothed by a Gaussian of "
            f"{SIGMA_V * MILLI:g} mV; without rests and constant voltage."
        )
        if curves.comparison.view.half is Half.BOTH:
            words.append("Discharge below zero.")
    else:
        words.append("Charge since the half began, constant voltage with it.")
    return " ".join(words)


def _which(curves: Curves) -> str:
    """Say in words which cycle of each is drawn, with its half."""
    view = curves.comparison.view
    half = {Half.BOTH: "Both halves"}.get(view.half, str(view.half).capitalize())
    which = view.cycle
    if which.number is not None:
        return f"{half} of one cycle of each"
    if which.percent is not None:
        return f"{half} of the first cycle of each below {which.percent:g} % retention"
    at = "first" if which.is_first else "last"
    of = "" if view.rate == ALL_RATES else " after formation at "
    of += {MAIN_RATE: "its main rate", ALL_RATES: ""}.get(view.rate, view.rate)
    return f"{half} of the {at} complete cycle of each{of}"


def _numbers(curves: Curves) -> str:
    numbers = curves.cycles
    if len(numbers) == 1:
        return f"cycle {numbers[0]}"
    text = ranges(numbers)
    return f"cycles {text}" if len(text) <= 40 else f"cycles {numbers[0]} to {numbers[-1]}"


def curve_notes(curves: Curves) -> list[Component]:
    """Return what is not drawn and why, and what may mislead."""
    return notes_for(curve_sentences(curves))


def curve_sentences(curves: Curves) -> list[str]:
    """Say what is not drawn and why, and what may mislead."""
    words = [f"Not drawn: {named(names)}: {why}." for why, names in curves.missing.items()]
    if curves.incomplete:
        words.append(f"Not complete: the cycle of {named(curves.incomplete)}.")
    words += several("The cycles are of different rates", curves.rates)
    fast = list(dict.fromkeys(one.place for one in curves.lines if one.is_fast))
    if fast:
        names = named(title_of(curves.comparison.with_cycles[place]) for place in fast)
        words.append(f"Above C/5: {names}: {FAST_WORDS}")
    return words
