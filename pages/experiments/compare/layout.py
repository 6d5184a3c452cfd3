"""The page: what is compared above, its graph, end values and one cycle of each below."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import card, empty, icon, labelled, loading, page_header, stores
from components.controls import segments
from components.figures.comparison_graph import height_of
from components.figures.template import CONFIG
from components.pictures import picture_menu
from cycling.analysis.campaign.cells import CELL_METRICS, Axis
from cycling.analysis.cycles.metrics import Metric
from pages.experiment.cycles.address import Per
from pages.experiment.dqdv.address import Half
from pages.experiments.chosen import MAX_TEXT, ranges
from pages.experiments.compare.address import (
    MAIN,
    MAX_PANELS,
    NO_GROUP,
    RATES,
    Curve,
    Show,
    Spread,
    View,
)
from pages.experiments.compare.files import CURVES, FILES, REPORT, address_of, csv_path
from pages.experiments.compare.groups import GROUPS
from pages.experiments.compare.ids import Ids
from pages.sent import unknown_note

X_WORDS = {
    Axis.CYCLE: "Cycle",
    Axis.EFC: "EFC",
    Axis.THROUGHPUT: "Throughput",
    Axis.DAYS: "Days",
}
PER_WORDS = {Per.TOTAL: "Ah", Per.MASS: "per g", Per.AREA: "per cm²", Per.NOMINAL: "% of nominal"}
SHOW_WORDS = {Show.MEAN: "Mean", Show.LINES: "Lines", Show.BOTH: "Both"}
CURVE_WORDS = {Curve.NONE: "None", Curve.VOLTAGE: "V over Q", Curve.DQDV: "dQ/dV"}
HALVES = {Half.CHARGE: "Charge", Half.DISCHARGE: "Discharge", Half.BOTH: "Both"}
CYCLES_OFFERED = "compare-cycles-offered"
OFFERED = ("first", "last", "80%")
BAND_WORDS = {
    Spread.DEVIATION: "± std",
    Spread.ERROR: "± s.e.m.",
    Spread.RANGE: "min to max",
    Spread.NONE: "no band",
}


def content(view: View, problems: Sequence[str], *, narrow: bool) -> Component:
    """Return the page for a view, before anything is drawn; what is wrong with its address."""
    return html.Div(
        [
            dcc.Store(id=Ids.VIEW, data=stored(view)),
            dcc.Store(id=Ids.HIDDEN, data=ranges(view.hidden)),
            *stores(Ids.DRAWN, Ids.CURVES_DRAWN),
            page_header("Compare", count=html.Span(id=Ids.COUNT), actions=[_files(view)]),
            *unknown_note(problems),
            html.Div(
                [
                    _choices(view),
                    html.Div(id=Ids.NOTES, className="bem-stack"),
                    _graph(view, narrow=narrow),
                    _table(view),
                    _curves(view, narrow=narrow),
                ],
                className="bem-stack bem-compare",
            ),
        ],
        className="bem-page",
    )


def stored(view: View) -> dict[str, Any]:
    """Return what the script writes into the store when a control is used."""
    return {
        "experiments": ranges(view.members),
        "y": list(view.metrics),
        "x": view.x,
        "per": view.per,
        "rate": view.rate,
        "group": view.group,
        "show": view.show,
        "band": view.band,
        "hidden": ranges(view.hidden),
        "at": "" if view.at is None else f"{view.at:g}",
        "curve": view.curve,
        "half": view.half,
        "cycle": view.cycle.text,
    }


def nothing_chosen() -> Component:
    """Return what stands in the place of a graph while nothing is compared."""
    return empty(
        "bar-chart-steps",
        "Tick experiments in the table and choose Compare, or type their numbers above.",
        dcc.Link("Experiments", href="/experiments"),
    )


def _choices(view: View) -> Component:
    numbers = dbc.Input(
        id=Ids.EXPERIMENTS,
        value=ranges(view.members),
        debounce=True,
        maxlength=MAX_TEXT,
        placeholder="12, 15-20",
        autocomplete="off",
    )
    metrics = metric_choice(Ids.METRICS, view.metrics)
    fields = [
        labelled("Experiments", numbers),
        labelled(f"Metrics, up to {MAX_PANELS}", metrics),
        labelled("Group by", _select(Ids.GROUP, _groups(), view.group or NO_GROUP)),
        labelled("Cycles", _select(Ids.RATE, _rates(view), view.rate or MAIN)),
    ]
    return html.Div(fields, className="bem-compare-fields")


def metric_choice(control_id: str, metrics: Sequence[str]) -> dcc.Dropdown:
    """Return the choice of what is drawn."""
    return dcc.Dropdown(
        id=control_id,
        options=[{"label": _metric(one), "value": one.name} for one in CELL_METRICS],
        value=list(metrics),
        multi=True,
        placeholder="Q discharge",
    )


def _metric(metric: Metric) -> str:
    return f"{metric.label} / {metric.unit}" if metric.unit else metric.label


def _groups() -> dict[str, str]:
    return {NO_GROUP: "No grouping", **{name: one.label for name, one in GROUPS.items()}}


def _rates(view: View) -> dict[str, str]:
    return RATES | ({view.rate: view.rate} if view.rate and view.rate not in RATES else {})


def _select(control_id: str, words: Mapping[str, str], value: str) -> dbc.Select:
    options = [{"label": text, "value": one} for one, text in words.items()]
    return dbc.Select(id=control_id, options=options, value=value)


def _graph(view: View, *, narrow: bool) -> Component:
    at = dbc.Input(
        id=Ids.AT,
        value="" if view.at is None else f"{view.at:g}",
        debounce=True,
        maxlength=12,
        placeholder="last common",
        autocomplete="off",
        inputmode="decimal",
    )
    tools = [
        _group("Axis", segments(Ids.X, X_WORDS, view.x)),
        _group("Capacity", segments(Ids.PER, PER_WORDS, view.per)),
        _group("Of a group", segments(Ids.SHOW, SHOW_WORDS, view.show), "of-groups"),
        _group("Band", segments(Ids.BAND, BAND_WORDS, view.band), "of-groups"),
        html.Label(["Values at ", at], className="bem-inline bem-slim bem-at"),
    ]
    graph = blank_graph(Ids.GRAPH, height_of(len(view.metrics), narrow=narrow))
    below = html.Div(id=Ids.CAPTION, className="bem-small-print t3 small")
    return card(
        "Over life",
        [html.Div(tools, className="bem-tools bem-wraps"), loading(graph, "Comparing"), below],
        end=picture_menu("comparison", "Comparison"),
    )


def blank_graph(graph_id: str, height: int) -> dcc.Graph:
    """Return a graph before anything is drawn, as high as it will be (px)."""
    no_axes = {"xaxis": {"visible": False}, "yaxis": {"visible": False}, "height": height}
    clear = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
    figure = {"layout": no_axes | clear}
    return dcc.Graph(id=graph_id, config=CONFIG, figure=figure, className="bem-graph")


def _table(view: View) -> Component:
    return card(
        "End values",
        html.Div([] if view.members else [nothing_chosen()], id=Ids.TABLE),
        end=html.Span(id=Ids.OUTLIERS),
    )


def _curves(view: View, *, narrow: bool) -> Component:
    """Return the card of one cycle of each; the cycle is asked for once a curve is chosen."""
    cycle = dbc.Input(
        id=Ids.CYCLE,
        value=view.cycle.text,
        debounce=True,
        maxlength=12,
        placeholder="last",
        autocomplete="off",
        list=CYCLES_OFFERED,
    )
    about: dict[str, Any] = {"title": "A number, first, last, or the one at a retention: 80%"}
    csv = html.A(
        [icon("download"), "CSV"],
        href=address_of(view, csv_path(CURVES)),
        className="btn btn-secondary btn-sm bem-compare-file",
        title="Download what is drawn",
    )
    of_curve = [
        _group("Half", segments(Ids.HALF, HALVES, view.half)),
        html.Label(["Cycle ", cycle], className="bem-inline bem-slim bem-at", **about),
        html.Span([csv, picture_menu("comparison-cycle", "Comparison")], className="end"),
    ]
    tools = [
        _group("Curve", segments(Ids.CURVE, CURVE_WORDS, view.curve)),
        *(html.Div(one, className="of-curve") for one in of_curve),
        html.Datalist([html.Option(value=one) for one in OFFERED], id=CYCLES_OFFERED),
    ]
    graph = blank_graph(Ids.CURVES, height_of(1, narrow=narrow))
    shown = [
        html.Div(id=Ids.CURVES_NOTES, className="bem-compare-notes"),
        loading(graph, "Reading the measures"),
        html.Div(id=Ids.CURVES_CAPTION, className="bem-small-print t3 small"),
    ]
    inside = [
        html.Div(tools, className="bem-tools bem-wraps"),
        html.Div(shown, className="of-curve"),
    ]
    part = html.Div(inside, id=Ids.CURVES_PART, className=curves_look(view))
    return card("One cycle of each", part)


def curves_look(view: View) -> str:
    """Return the class of what stands in the card of one cycle."""
    return "bem-curves is-off" if view.curve is Curve.NONE else "bem-curves"


def _group(label: str, control: Component, look: str = "") -> Component:
    about: dict[str, Any] = {"role": "group", "aria-label": label}
    return html.Div(control, className=look, **about)


def _files(view: View) -> Component:
    """Return the menu of files; the script keeps their addresses those of the view."""
    items = [
        _file(one.label, one.words, address_of(view, csv_path(kind))) for kind, one in FILES.items()
    ]
    items.append(_file("Report", "one HTML file, to read and print", address_of(view, REPORT)))
    label = html.Span([icon("download"), "Export"])
    return dbc.DropdownMenu(items, label=label, color="secondary", align_end=True)


def _file(label: str, words: str, address: str) -> Component:
    return dbc.DropdownMenuItem(
        [f"{label} ", html.Span(words, className="t3 small")],
        href=address,
        external_link=True,
        target="_self",
        class_name="bem-compare-file",
    )
