"""The tab of dQ/dV: controls and graph, the peaks below."""

from collections.abc import Mapping
from dataclasses import replace

import dash_bootstrap_components as dbc
import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import card, empty, icon, loading
from components.controls import inline, segments, small_button
from components.figures.derivative_graph import HEIGHT_PX, NARROW_PX
from components.figures.template import CONFIG
from components.pictures import picture_menu
from components.sent import Sent
from cycling.analysis.cycles.table import CycleTable
from db.measures.cycles import ExperimentCycles, experiment_cycles
from pages.context import Viewer
from pages.experiment.dqdv import address
from pages.experiment.dqdv.address import (
    ALL_RATES,
    BINS_MV,
    SMOOTHINGS,
    Curve,
    Half,
    Show,
    View,
    problems_of,
    view_of,
)
from pages.experiment.dqdv.ids import Ids
from pages.experiment.view import ExperimentView
from pages.sent import unknown_note

NAMES = address.NAMES
HALVES = {Half.CHARGE: "Charge", Half.DISCHARGE: "Discharge", Half.BOTH: "Both"}
CURVES = {Curve.DQDV: "dQ/dV", Curve.DVDQ: "dV/dQ"}
SHOWS = {Show.CURVES: "Curves", Show.MAP: "Map"}
SMOOTHING_WORDS = {0.0: "raw", 1.0: "usual", 2.0: "double", 3.0: "triple"}


def content(view: ExperimentView, query: Mapping[str, Sent], who: Viewer) -> list[Component]:
    """Return what stands below the tabs, as the address asks for it."""
    if not view.facts.measures:
        return [_nothing("This experiment has no measures yet.")]
    cycles = experiment_cycles(view.experiment)
    if cycles is None or not has_halves(cycles):
        return [_nothing("No current flowed yet, so there is no charge over voltage.")]
    asked = view_of(query)
    if "half" not in query and not np.any(cycles.table.discharge.ah > 0):
        asked = replace(asked, half=Half.CHARGE)
    return [
        *unknown_note(problems_of(query, cycles.table)),
        dcc.Store(id=Ids.VIEW, data=stored(view.facts.id, asked)),
        dcc.Store(id=Ids.DRAWN),
        dcc.Download(id=Ids.FILE),
        html.Div(
            [
                card(
                    "dQ/dV",
                    [*_controls(asked, cycles.table), *_graph(who)],
                    end=picture_menu(f"{view.facts.id}-dqdv", f"Experiment {view.facts.id}"),
                ),
                html.Div(_peaks(), id=Ids.PEAKS_CARD),
            ],
            className="bem-stack bem-tab",
        ),
    ]


def stored(experiment_id: int, asked: View) -> dict[str, object]:
    """Return what the page keeps of a view, and the browser writes into the address."""
    path = f"/experiments/{experiment_id}"
    return {"experiment": experiment_id, "path": path, "query": asked.query}


def has_halves(cycles: ExperimentCycles) -> bool:
    """Whether any charge flowed in any cycle."""
    table = cycles.table
    return bool(np.any(table.charge.ah > 0) or np.any(table.discharge.ah > 0))


def slider_end(cycles: ExperimentCycles) -> int:
    """Return the last cycle that can be chosen."""
    return int(cycles.table.number.max())


def _nothing(words: str) -> Component:
    return html.Div(card("dQ/dV", empty("graph-up", words)), className="bem-tab")


def _controls(asked: View, table: CycleTable) -> list[Component]:
    number = np.unique(table.number).tolist()
    csv = small_button([icon("download"), "CSV"], id=Ids.CSV, title="Download what is drawn")
    first = [
        _group("Halves", segments(Ids.HALF, HALVES, asked.half)),
        _group("Curve", segments(Ids.CURVE, CURVES, asked.curve)),
        _group("Of cycles", segments(Ids.SHOW, SHOWS, asked.show)),
        html.Span(csv, className="end"),
    ]
    bins = {f"{one:g}": f"{one:g} mV" for one in BINS_MV}
    smoothings = {f"{one:g}": SMOOTHING_WORDS[one] for one in SMOOTHINGS}
    second = [
        _slider(asked, number),
        html.Div(_rates(asked, table), hidden=len(table.rate_class.labels) < 2),
        inline("Reference", _reference(asked, number)),
        dbc.Switch(id=Ids.DIFFERENCE, label="Difference to it", value=asked.is_difference),
        inline("Bin", _select(Ids.BIN, bins, f"{asked.bin_mv:g}")),
        inline("Smoothing", _select(Ids.SMOOTH, smoothings, f"{asked.smoothing:g}")),
    ]
    return [
        html.Div(first, className="bem-tools"),
        html.Div(second, className="bem-tools bem-dqdv-tools"),
    ]


def _slider(asked: View, number: list[int]) -> Component:
    low, high = number[0], number[-1]
    first, last = asked.cycles or (low, high)
    slider = dcc.RangeSlider(
        id=Ids.CYCLES,
        min=low,
        max=high if high > low else low + 1,
        step=1,
        value=[min(max(first, low), high), max(min(last, high), low)],
        marks=None,
        allowCross=False,
        tooltip={"placement": "top"},
        updatemode="mouseup",
        allow_direct_input=True,
    )
    label = html.Span("Cycles", className="form-label")
    return html.Div([label, slider], className="bem-dqdv-cycles", hidden=high == low)


def _rates(asked: View, table: CycleTable) -> Component:
    labels = table.rate_class.labels
    options = {ALL_RATES: "all"} | {one: one for one in labels}
    chosen = asked.rate if asked.rate in labels else ALL_RATES
    return inline("Rate", _select(Ids.RATE, options, chosen))


def _reference(asked: View, number: list[int]) -> dbc.Input:
    return dbc.Input(
        id=Ids.REFERENCE,
        type="number",
        min=number[0],
        max=number[-1],
        step=1,
        value=asked.reference,
        placeholder="none",
        debounce=True,
        size="sm",
    )


def _select(control_id: str, options: Mapping[str, str], value: str) -> dbc.Select:
    listed = [{"value": one, "label": words} for one, words in options.items()]
    return dbc.Select(id=control_id, options=listed, value=value, size="sm")


def _group(label: str, control: Component) -> Component:
    return html.Div(control, role="group", **{"aria-label": label})


def _graph(who: Viewer) -> list[Component]:
    size = {"height": NARROW_PX if who.narrow else HEIGHT_PX}
    graph = dcc.Graph(
        id=Ids.GRAPH, config=CONFIG, figure={"layout": size}, style=size, className="bem-graph"
    )
    caption = html.Div(id=Ids.CAPTION, className="bem-small-print t3 small")
    return [
        html.Div(id=Ids.NOTES, className="bem-dqdv-notes"),
        loading(html.Div(graph), "Drawing"),
        caption,
    ]


def _peaks() -> Component:
    about = {"role": "group", "aria-label": "Peaks", "tabIndex": 0}  # moved sideways by keys
    held = html.Div(id=Ids.PEAKS, className="bem-rows bem-wide-rows", **about)
    note = "height above zero, area from valley to valley"
    return card("Peaks", held, note=note)
