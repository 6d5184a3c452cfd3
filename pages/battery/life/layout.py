"""The tab: what is drawn above, the graph, the experiments below it."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import card, icon, labelled, loading, stores
from components.controls import segments
from components.figures.comparison_graph import height_of
from components.pictures import picture_menu
from db.queries.batteries.detail import BatteryFacts
from pages.battery.life.address import OF_EACH, RATES, Along, View
from pages.battery.life.files import address_of
from pages.battery.life.ids import Ids
from pages.experiments.chosen import MAX_CHOSEN, ranges
from pages.experiments.compare.address import MAX_PANELS
from pages.experiments.compare.layout import PER_WORDS, blank_graph, metric_choice

X_WORDS = {
    Along.CYCLE: "Cycle",
    Along.EFC: "EFC",
    Along.THROUGHPUT: "Throughput",
    Along.DAYS: "Days tested",
    Along.CALENDAR: "Calendar",
}


def content(
    details: BatteryFacts, view: View, experiments: Sequence[int], *, narrow: bool
) -> Component:
    """Return the tab for a view, before anything is drawn."""
    return html.Div(
        [
            dcc.Store(id=Ids.BATTERY, data=details.id),
            dcc.Store(id=Ids.VIEW, data=view.store),
            *stores(Ids.DRAWN),
            card(
                "Summary",
                loading(html.Dl(id=Ids.FIGURES, className="bem-figures"), "Joining experiments"),
            ),
            html.Div(id=Ids.NOTES, className="bem-stack"),
            _graph(details, view, experiments, narrow=narrow),
            card("Experiments", html.Div(id=Ids.TABLE)),
        ],
        className="bem-stack bem-compare",
    )


def _graph(
    details: BatteryFacts, view: View, experiments: Sequence[int], *, narrow: bool
) -> Component:
    rates = RATES | ({view.rate: view.rate} if view.rate and view.rate not in RATES else {})
    fields = html.Div(
        [
            labelled(f"Metrics, up to {MAX_PANELS}", metric_choice(Ids.METRICS, view.metrics)),
            labelled("Cycles", _select(Ids.RATE, rates, view.rate or OF_EACH)),
        ],
        className="bem-compare-fields bem-life-fields",
    )
    tools = [
        _group("Axis", segments(Ids.X, X_WORDS, view.x)),
        _group("Capacity", segments(Ids.PER, PER_WORDS, view.per)),
    ]
    graph = blank_graph(Ids.GRAPH, height_of(len(view.metrics), narrow=narrow))
    battery = details.battery
    title = f"{battery.name}, SN {battery.serial_number}: life"
    return card(
        "Over life",
        [
            fields,
            html.Div(tools, className="bem-tools bem-wraps"),
            loading(graph, "Joining experiments"),
            html.Div(id=Ids.CAPTION, className="bem-small-print t3 small"),
        ],
        end=html.Span(
            [
                *_compare(experiments),
                _file(details.id, view),
                picture_menu(f"battery-{details.id}-life", title, graph=Ids.GRAPH),
            ],
            className="bem-life-ends",
        ),
    )


def _compare(experiments: Sequence[int]) -> list[Component]:
    """Return the link to the experiments beside each other, the newest that can be taken."""
    if len(experiments) < 2:
        return []
    chosen = ranges(sorted(experiments[-MAX_CHOSEN:])).replace(" ", "")
    words = [icon("bar-chart-steps"), html.Span("Compare its experiments", className="wide-only")]
    href = f"/compare?{urlencode({'experiments': chosen}, safe=',')}"
    return [dcc.Link(words, href=href, className="btn btn-link", title="Compare its experiments")]


def _file(battery_id: int, view: View) -> Component:
    return html.A(
        [icon("download"), "CSV"],
        href=address_of(battery_id, view),
        download=True,
        className="btn btn-link bem-life-file",
    )


def _select(control_id: str, words: Mapping[str, str], value: str) -> dbc.Select:
    options = [{"label": text, "value": one} for one, text in words.items()]
    return dbc.Select(id=control_id, options=options, value=value)


def _group(label: str, control: Component) -> Component:
    return html.Div(control, role="group", **{"aria-label": label})
