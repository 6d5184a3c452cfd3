"""The graph card of an experiment: toolbar, trace toggles, graph and overview strip."""

from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import loading
from components.figures.measure_graph import height
from components.figures.template import CONFIG
from components.readings import colour_key
from components.sent import Sent

STRIP_PX = 68


@dataclass(frozen=True)
class Toggle:
    """One channel that can be switched on and off; colours and dashes as in `colour_key`."""

    key: str
    name: str
    colours: tuple[str, str]
    dashed: bool = False


def trace_toggles(
    toggles_id: str, toggles: Sequence[Toggle], shown: Sequence[str]
) -> dbc.Checklist:
    """Return the switches above a graph; they are its legend."""
    return dbc.Checklist(
        id=toggles_id,
        options=[
            {
                "label": html.Span(
                    [
                        colour_key(toggle.colours, dashed=toggle.dashed),
                        toggle.name,
                    ],
                    className="bem-trace",
                ),
                "value": toggle.key,
            }
            for toggle in toggles
        ],
        value=list(shown),
        inline=True,
        class_name="bem-traces",
        input_class_name="btn-check",
        label_class_name="trace",
        label_checked_class_name="on",
    )


def measure_graph(graph_id: str, figure: Sent) -> dcc.Loading:
    """Return a graph of measures, with the figure that it has until the measures are read."""
    graph = dcc.Graph(
        id=graph_id,
        config={**CONFIG, "doubleClick": "autosize"},
        figure=figure,
        className="bem-graph",
    )
    return loading(graph, "Reading the measures")


def overview_strip(graph_id: str, figure: Sent) -> dcc.Graph:
    """Return the strip below a graph: the whole experiment, and which part of it is shown."""
    return dcc.Graph(
        id=graph_id,
        config=CONFIG,
        figure=figure,
        className="bem-whole",
        style={"height": STRIP_PX},
    )


def graph_card(
    *,
    graph_id: str,
    overview_id: str,
    range_id: str,
    toggles: Component,
    tools: Sequence[Component],
    below: Sequence[Component] = (),
) -> Component:
    """Return the card; the figures come by callback, `below` stands at its foot."""
    bar = html.Div(
        [
            html.Span(id=range_id, className="t2"),
            html.Span(list(tools), className="end"),
        ],
        className="bem-tools",
    )
    graph = measure_graph(graph_id, {"layout": {"height": height([])}})
    strip = overview_strip(overview_id, {"layout": {"height": STRIP_PX}})
    return html.Section(
        [bar, toggles, graph, strip, *below], className="bem-card", **{"aria-label": "Graph"}
    )
