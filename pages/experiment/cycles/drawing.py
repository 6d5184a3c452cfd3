"""What is drawn of cycles, in which units, and which of them are chosen to begin with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.cycle_graph import CycleFigure, CyclePoints, cycle_figure
from components.figures.fade_lines import NO_LINES
from components.figures.voltage_curves import VoltageCurve
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.cycles.kinds import cycle_kinds
from cycling.analysis.cycles.metrics import by_basis
from cycling.analysis.cycles.table import CycleTable
from db.measures.cycles import ExperimentCycles
from db.measures.halves import half_curve
from db.series import ExperimentSeries
from pages.experiment.cycles.address import Per, View, XAxis, chosen_numbers
from pages.experiment.cycles.cells import rows_of
from pages.experiment.cycles.outlook import fade_lines, outlook_words

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_CURVES = 40  # cycles whose voltage is drawn at once
AT_FIRST = 5  # cycles that are chosen where nobody has
DAY_S = 86400.0
HOUR_S = 3600.0


def bases_of(table: CycleTable) -> list[Per]:
    """Return by what a capacity can be given."""
    choices = table.choices
    known = {
        Per.TOTAL: True,
        Per.MASS: choices.mass_g,
        Per.AREA: choices.area_cm2,
        Per.NOMINAL: choices.capacity_ah,
    }
    return [per for per, is_known in known.items() if is_known]


def axes_of(table: CycleTable) -> list[XAxis]:
    """Return along what cycles can be drawn."""
    return [one for one in XAxis if one is not XAxis.EFC or table.choices.capacity_ah]


def usable(view: View, table: CycleTable) -> tuple[XAxis, Per]:
    """Return axis and basis of a view, where they are not known those that always are."""
    x = view.x if view.x in axes_of(table) else XAxis.CYCLE
    return x, view.per if view.per in bases_of(table) else Per.TOTAL


def points_of(table: CycleTable, view: View) -> CyclePoints:
    """Return the cycles that a view shows."""
    kinds = cycle_kinds(table)
    x, per = usable(view, table)
    charge, unit = by_basis(table.charge.ah, per.basis, table.choices)
    discharge, _unit = by_basis(table.discharge.ah, per.basis, table.choices)
    place, title = _x(table, x)
    every = CyclePoints(
        x=place,
        number=table.number,
        charge=np.where(charge > 0, charge, np.nan),
        discharge=np.where(discharge > 0, discharge, np.nan),
        ce_pct=table.ce_pct,
        kinds=kinds,
        is_formation=table.is_formation,
        unit="% of nominal" if unit == "%" else unit,
        x_title=title,
        chosen=np.isin(table.number, drawn_cycles(table, view)),
    )
    return every.of(rows_of(table, kinds, view))


def figure_of(table: CycleTable, view: View, *, dark: bool, narrow: bool, drag: str) -> CycleFigure:
    """Return the graph of a view."""
    x, per = usable(view, table)
    fade = fade_lines(table, per) if view.fade and x is XAxis.CYCLE else NO_LINES
    points = points_of(table, view)
    return cycle_figure(points, dark=dark, narrow=narrow, drag=drag, fade=fade)


def caption(found: CycleFigure, table: CycleTable, view: View) -> str:
    """Say what of the graph is not seen."""
    shown, total = len(rows_of(table, cycle_kinds(table), view)), len(table)
    words = [f"{formatting.number_of(shown, total)} cycles."] if shown < total else []
    capacities, efficiencies = found.outside
    if capacities:
        words.append(f"{capacities:,} of capacity outside the axis.")
    if efficiencies:
        words.append(
            f"{efficiencies:,} CE {'lies' if efficiencies == 1 else 'lie'} outside the axis."
        )
    if view.fade:
        is_drawn = usable(view, table)[0] is XAxis.CYCLE
        words += [] if is_drawn else ["Projection and knee are drawn over the cycle alone."]
        words += outlook_words(table)
    return " ".join(words)


def drawn_cycles(table: CycleTable, view: View) -> Ints:
    """Return the cycles whose voltage is drawn: those that are chosen, else some of all."""
    if view.chosen:
        chosen = chosen_numbers(view.chosen, table.number)
        return _evenly(chosen, MAX_CURVES)
    usual = table.number[table.is_complete]
    return _evenly(usual if len(usual) else table.number, AT_FIRST)


def _evenly(numbers: Ints, most: int) -> Ints:
    if len(numbers) <= most:
        return numbers
    return numbers[np.linspace(0, len(numbers) - 1, most).round().astype(np.int64)]


def curves_of(
    experiment: ExperimentSeries, cycles: ExperimentCycles, view: View
) -> tuple[list[VoltageCurve], str]:
    """Return the curves of the chosen cycles, and their unit."""
    _x_axis, per = usable(view, cycles.table)
    choices, unit = cycles.table.choices, "Ah"
    curves = []
    for cycle in drawn_cycles(cycles.table, view).tolist():
        for half in Direction:
            one = half_curve(experiment, cycles, cycle, half)
            charge, unit = by_basis(one.ah, per.basis, choices)
            if len(charge):
                curves.append(VoltageCurve(cycle, str(half), charge, one.voltage_v))
    return curves, "% of nominal" if unit == "%" else unit


def curves_words(cycles: ExperimentCycles, view: View, drawn: Sequence[VoltageCurve]) -> str:
    """Say which cycles are drawn."""
    if not view.chosen:
        return "Click or drag in the graph to choose cycles."
    chosen = len(chosen_numbers(view.chosen, cycles.table.number))
    shown = len({one.cycle for one in drawn})
    if not chosen:
        return "There are no such cycles."
    return f"{formatting.number_of(shown, chosen)} chosen {'cycle' if chosen == 1 else 'cycles'}."


def _x(table: CycleTable, axis: XAxis) -> tuple[Floats, str]:
    if axis is XAxis.EFC:
        return table.equivalent_full_cycles, "Equivalent full cycles"
    if axis is XAxis.THROUGHPUT:
        return table.throughput_ah, "Throughput / Ah"
    if axis is XAxis.DAYS:
        is_long = float(table.end_s.max(initial=0.0)) > 2 * DAY_S
        return table.end_s / (DAY_S if is_long else HOUR_S), f"Time / {'d' if is_long else 'h'}"
    return table.number.astype(float), "Cycle"
