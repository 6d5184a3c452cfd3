"""The tab of cycles: figures above, graph and curves side by side, the table below."""

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import card, empty, icon, loading
from components.controls import segments
from components.figures.cycle_graph import HEIGHT_PX, NARROW_PX
from components.figures.template import CONFIG
from components.pictures import picture_menu
from components.row_grid import row_grid
from components.sent import Sent
from cycling.analysis.cycles.kinds import cycle_kinds
from cycling.analysis.cycles.metrics import METRICS
from cycling.terms import ENDED
from db.measures.cycles import ExperimentCycles, experiment_cycles
from pages.context import Viewer
from pages.experiment.cycles import address
from pages.experiment.cycles.address import KINDS, Per, View, XAxis, from_store, problems_of
from pages.experiment.cycles.cells import grid_columns
from pages.experiment.cycles.conventions import conventions_button, conventions_dialog
from pages.experiment.cycles.drawing import axes_of, bases_of
from pages.experiment.cycles.ids import TABLE, Ids
from pages.experiment.cycles.rules import first_rules, rules_part
from pages.experiment.view import ExperimentView
from pages.sent import unknown_note

NAMES = address.NAMES
X_WORDS = {
    XAxis.CYCLE: "Cycle",
    XAxis.EFC: "EFC",
    XAxis.THROUGHPUT: "Throughput",
    XAxis.DAYS: "Days",
}
PER_WORDS = {Per.TOTAL: "Ah", Per.MASS: "per g", Per.AREA: "per cm²", Per.NOMINAL: "% of nominal"}
FILES = {
    "csv": ("CSV", "all columns"),
    "xlsx": ("Excel", "cycles, steps, settings, sources"),
    "parquet": ("Parquet", "all columns"),
    "projection.csv": ("CSV", "projection, not measured"),
}
CHOOSE, ZOOM = "select", "zoom"
ROW_PX, FRAME_PX, MAX_ROWS = 33, 57, 11  # of the table; its frame is the heads and a scroll bar


def content(view: ExperimentView, query: Mapping[str, Sent], who: Viewer) -> list[Component]:
    """Return what stands below the tabs, as the address asks for it."""
    if not view.facts.measures:
        return _nothing("This experiment has no measures yet.", view, who)
    cycles = experiment_cycles(view.experiment)
    if cycles is None or not cycles.table.throughput_ah[-1:].any():
        return _nothing("No current flowed yet that could be a cycle.", view, who)
    labels = cycles.table.rate_class.labels
    problems = problems_of(query, labels, bases_of(cycles.table))
    asked = from_store(query)
    columns = grid_columns(cycles.table, asked)
    return [
        *unknown_note(problems),
        dcc.Store(id=Ids.VIEW, data=_stored(view.facts.id, asked)),
        dcc.Store(id=Ids.DRAWN),
        dcc.Store(id=Ids.ANSWERED),
        dcc.Store(id=TABLE.sets, data={"narrow": False, "columns": columns}),
        dcc.Store(id=TABLE.sink),
        *conventions_dialog(who),
        html.Div(
            [
                _figures(who),
                html.Div(
                    [_graph(cycles, asked, who), _curves(cycles, asked, who)], className="bem-pair"
                ),
                _table(cycles, asked),
                *rules_part(view, cycles, who),
            ],
            className="bem-stack bem-tab",
        ),
    ]


def _stored(experiment_id: int, view: View) -> dict[str, Any]:
    """Return what the script writes into the store when a control is used."""
    return {
        "experiment": experiment_id,
        "usual": ",".join(sorted(address.SHOWN)),
        "x": view.x,
        "per": view.per,
        "rate": list(view.rates),
        "kind": list(view.kinds),
        "cycles": view.chosen,
        "columns": ",".join(sorted(view.columns)),
        "fade": "1" if view.fade else "",
    }


def _nothing(words: str, view: ExperimentView, who: Viewer) -> list[Component]:
    """Return why there are no cycles, with the rules for those to come."""
    rules = [] if view.facts.status in ENDED else first_rules(view.facts.id, who)
    parts = [card("Cycles", empty("arrow-repeat", words)), *rules]
    return [html.Div(parts, className="bem-stack bem-tab")]


def _figures(who: Viewer) -> Component:
    head = html.Span(conventions_button(who))
    figures = [
        html.Dl(id=Ids.FIGURES, className="bem-figures"),
        html.Div(id=Ids.NOTES, className="bem-small-print t3 small"),
    ]
    return card("Summary", loading(html.Div(figures), "Adding up"), end=head)


def _graph(cycles: ExperimentCycles, asked: View, who: Viewer) -> Component:
    axes, bases = axes_of(cycles.table), bases_of(cycles.table)
    x = {one: X_WORDS[one] for one in axes}
    per = {one: PER_WORDS[one] for one in bases}
    tools = [
        _group("Axis", segments(Ids.X, x, asked.x if asked.x in axes else XAxis.CYCLE)),
        _group(
            "Capacity",
            segments(Ids.PER, per, asked.per if asked.per in bases else Per.TOTAL),
            hidden=len(per) == 1,
        ),
        dbc.Switch(id=Ids.FADE, label="Projection", value=asked.fade),
        html.Span(
            [
                _group("Dragging", segments(Ids.DRAG, {CHOOSE: "Choose", ZOOM: "Zoom"}, CHOOSE)),
                picture_menu(
                    f"{cycles.experiment_id}-cycles",
                    f"Experiment {cycles.experiment_id}",
                    said=(Ids.NOTES,),
                ),
            ],
            className="end",
        ),
    ]
    filters = html.Div(
        [
            _filter(Ids.RATE, "Rate", cycles.table.rate_class.labels, asked.rates),
            _filter(Ids.KIND, "Kind", _kinds(cycles), asked.kinds),
        ],
        className="bem-filter-row",
    )
    graph = _empty_graph(Ids.GRAPH, NARROW_PX if who.narrow else HEIGHT_PX)
    below = html.Div(id=Ids.CAPTION, className="bem-small-print t3 small")
    return card(
        "Capacity by cycle",
        [html.Div(tools, className="bem-tools"), filters, loading(graph, "Drawing"), below],
    )


def _kinds(cycles: ExperimentCycles) -> dict[str, str]:
    present = set(cycle_kinds(cycles.table))
    return {name: str(kind).capitalize() for name, kind in KINDS.items() if kind in present}


def _filter(control_id: str, label: str, options: Sent, chosen: Sent) -> Component:
    words = options if isinstance(options, dict) else {one: one for one in options}
    control = dcc.Dropdown(
        id=control_id,
        options=[{"label": text, "value": value} for value, text in words.items()],
        value=[one for one in chosen if one in words],
        multi=True,
        placeholder=f"{label}: all",
    )
    name = dbc.Label(label, html_for=control_id, class_name="visually-hidden")
    return html.Div([name, control], hidden=len(words) < 2)


def _curves(cycles: ExperimentCycles, asked: View, who: Viewer) -> Component:
    field = dbc.Input(
        id=Ids.CHOSEN,
        value=asked.chosen,
        debounce=True,
        maxlength=address.MAX_TEXT,
        placeholder="1, 10, 50-55",
        autocomplete="off",
    )
    tools = html.Div(
        [
            html.Label(["Cycles ", field], className="bem-inline bem-slim bem-chosen"),
            html.Span(id=Ids.CURVES_ABOUT, className="t3 small"),
        ],
        className="bem-tools",
    )
    graph = _empty_graph(Ids.CURVES, NARROW_PX if who.narrow else HEIGHT_PX)
    pictures = picture_menu(
        f"{cycles.experiment_id}-voltage",
        f"Experiment {cycles.experiment_id}",
        said=(Ids.CURVES_ABOUT,),
    )
    inside = [tools, loading(graph, "Reading the measures")]
    return card("Voltage over charge", inside, end=pictures)


def _empty_graph(graph_id: str, height_px: int) -> dcc.Graph:
    """Return a graph that takes its place until it is drawn."""
    no_axes = {"xaxis": {"visible": False}, "yaxis": {"visible": False}, "height": height_px}
    clear = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
    return dcc.Graph(
        id=graph_id,
        config=CONFIG,
        figure={"layout": no_axes | clear},
        className="bem-graph",
        style={"height": height_px},
    )


def _table(cycles: ExperimentCycles, asked: View) -> Component:
    columns = dbc.DropdownMenu(
        dbc.Checklist(
            id=Ids.COLUMNS,
            options=[{"label": one.label, "value": one.name} for one in METRICS],
            value=list(asked.columns),
            class_name="bem-menu-list bem-menu-long",
        ),
        label=html.Span([icon("layout-three-columns"), "Columns"]),
        color="secondary",
        size="sm",
        align_end=True,
    )
    files = dbc.DropdownMenu(
        [
            dbc.DropdownMenuItem(
                [f"{name} ", html.Span(words, className="t3 small")],
                href=f"/experiments/{cycles.experiment_id}/cycles.{kind}",
                external_link=True,
                target="_self",
            )
            for kind, (name, words) in FILES.items()
        ],
        label=html.Span([icon("download"), "Export"]),
        color="secondary",
        size="sm",
        align_end=True,
    )
    end = html.Span([files, columns], className="bem-pair-of-buttons")
    shown = MAX_ROWS if cycles.is_running else min(len(cycles.table), MAX_ROWS)
    grid = html.Div(
        row_grid(TABLE.grid, narrow=False),
        className="bem-grid-frame bem-cycle-grid",
        style={"height": shown * ROW_PX + FRAME_PX},
    )
    return card("Table", grid, note="A cycle's number leads to its time in the graph", end=end)


def _group(label: str, control: Component, *, hidden: bool = False) -> Component:
    about: dict[str, Any] = {"role": "group", "aria-label": label}
    return html.Div(control, hidden=hidden, **about)
