"""The page: what is compared above, its graph, the table of end values below."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import card, empty, icon, labelled, loading, page_header, stores
from components.controls import segments, unseen
from components.figures.comparison_graph import height_of
from components.figures.template import CONFIG
from cycling.analysis.campaign.cells import CELL_METRICS, Axis
from cycling.analysis.cycles.metrics import Metric
from pages.experiment.cycles.address import Per
from pages.experiments.chosen import MAX_TEXT, ranges
from pages.experiments.compare.address import (
    MAIN,
    MAX_PANELS,
    NO_GROUP,
    RATES,
    Show,
    Spread,
    View,
)
from pages.experiments.compare.files import FILES, address_of
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
            *stores(Ids.DRAWN),
            page_header(
                "Compare", count=html.Span(id=Ids.COUNT), actions=[_pictures(), _files(view)]
            ),
            *unknown_note(problems),
            html.Div(
                [
                    _choices(view),
                    html.Div(id=Ids.NOTES, className="bem-stack"),
                    _graph(view, narrow=narrow),
                    _table(),
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
    )


def blank_graph(graph_id: str, height: int) -> dcc.Graph:
    """Return a graph before anything is drawn, as high as it will be (px)."""
    no_axes = {"xaxis": {"visible": False}, "yaxis": {"visible": False}, "height": height}
    clear = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
    figure = {"layout": no_axes | clear}
    return dcc.Graph(id=graph_id, config=CONFIG, figure=figure, className="bem-graph")


def _table() -> Component:
    return card(
        "End values",
        html.Div(id=Ids.TABLE),
        end=html.Span(id=Ids.OUTLIERS),
    )


def _group(label: str, control: Component, look: str = "") -> Component:
    about: dict[str, Any] = {"role": "group", "aria-label": label}
    return html.Div(control, className=look, **about)


def _files(view: View) -> Component:
    """Return the menu of files; the script keeps their addresses those of the view."""
    items = [
        dbc.DropdownMenuItem(
            [f"{one.label} ", html.Span(one.words, className="t3 small")],
            href=address_of(kind, view),
            external_link=True,
            target="_self",
            class_name="bem-compare-file",
        )
        for kind, one in FILES.items()
    ]
    label = html.Span([icon("download"), "Export"])
    return dbc.DropdownMenu(items, label=label, color="secondary", align_end=True)


def _pictures() -> Component:
    kinds = {"svg": "lines stay sharp", "png": "pixels"}
    items = [
        html.Button(
            [f"{kind.upper()} ", html.Span(words, className="t3 small")],
            type="button",
            className="dropdown-item",
            **{
                "data-bem-picture": kind,
                "data-bem-graph": Ids.GRAPH,
                "data-bem-name": "comparison",
                "data-bem-title": "Comparison",
            },
        )
        for kind, words in kinds.items()
    ]
    return dbc.DropdownMenu(
        items,
        label=html.Span([icon("image"), unseen("Picture")], title="Picture"),
        color="secondary",
        toggle_class_name="icon",
        align_end=True,
        caret=False,
    )
