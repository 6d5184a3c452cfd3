"""The graph card of an experiment: toolbar, trace toggles, graph and overview strip."""

from collections.abc import Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import loading
from components.figures.measure_graph import height
from components.figures.template import CONFIG


@dataclass(frozen=True)
class Toggle:
    """One channel that can be switched on and off."""

    key: str
    name: str
    colour: str


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
                        html.Span(className="bem-key", style={"color": toggle.colour}),
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
    graph = loading(
        dcc.Graph(
            id=graph_id,
            config={**CONFIG, "doubleClick": "autosize"},
            figure={"layout": {"height": height([])}},
            className="bem-graph",
        ),
        "Reading the measures",
    )
    strip = dcc.Graph(
        id=overview_id,
        config=CONFIG,
        figure={"layout": {"height": 68}},
        className="bem-whole",
        style={"height": 68},
    )
    return html.Section(
        [bar, toggles, graph, strip, *below], className="bem-card", **{"aria-label": "Graph"}
    )
