"""Ticked rows of the table: the bar below it, and what it leads to."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import icon
from components.controls import small_button
from components.sent import PrefixIds, Sent
from components.shell import show_toast
from db.queries.experiments.table import list_experiments
from pages.context import database, run_script
from pages.experiments.chosen import MAX_CHOSEN
from pages.experiments.filters import from_store
from pages.experiments.listing import Ids
from pages.experiments.reach import asked_filter

CHOSEN = PrefixIds("experiments-chosen")  # assets/js/experiments.js knows `store`
FILES = {
    "measures.zip": ("Measures, zip of CSV", "a file for each"),
    "cycles.csv": ("Cycles, one CSV", "a row for each cycle"),
    "cycles.parquet": ("Cycles, one parquet", "a row for each cycle"),
}


def chosen_bar(more: Sequence[Component] = ()) -> list[Component]:
    """Return the bar, hidden while nothing is chosen, and the store with what is.

    `more` are buttons for what else is done with it.
    """
    files = dbc.DropdownMenu(
        [
            dbc.DropdownMenuItem(
                [f"{name} ", html.Span(words, className="t3 small")],
                id=file_id(kind),
                external_link=True,
                target="_self",
            )
            for kind, (name, words) in FILES.items()
        ],
        label=html.Span([icon("download"), "Export"]),
        color="secondary",
        size="sm",
        direction="up",
    )
    link = dcc.Link(
        [icon("bar-chart-steps"), "Compare"],
        id=CHOSEN.compare,
        href="/compare",
        className="btn btn-primary btn-sm",
    )
    every = small_button("Choose all that match", "btn-link", id=CHOSEN.all)
    none = small_button("Choose none", "btn-link", id=CHOSEN.none)
    count: dict[str, Any] = {"aria-live": "polite"}
    parts = [html.B(id=CHOSEN.count, **count), link, files, *more, every, none]
    about: dict[str, Any] = {"role": "group", "aria-label": "Chosen experiments"}
    return [
        dcc.Store(id=CHOSEN.store, storage_type="session"),
        html.Div(parts, id=CHOSEN.bar, className="bem-bar bem-chosen-bar", hidden=True, **about),
    ]


def file_id(kind: str) -> str:
    """Return the id of the link to a file: an id has no point."""
    return f"{CHOSEN.prefix}-{kind.replace('.', '-')}"


run_script(
    "experiments.chosen",
    Output(CHOSEN.bar, "hidden"),
    Output(CHOSEN.count, "children"),
    Output(CHOSEN.compare, "href"),
    *(Output(file_id(kind), "href") for kind in FILES),
    Input(CHOSEN.store, "data"),
)
run_script("experiments.chooseNone", Input(CHOSEN.none, "n_clicks"), at_start=False)


@callback(
    output=Output(CHOSEN.store, "data"),
    inputs={"clicks": Input(CHOSEN.all, "n_clicks")},
    state={"view": State(Ids.VIEW, "data")},
    prevent_initial_call=True,
)
def choose_all(clicks: Sent, view: Sent) -> list[int]:
    """Choose what the filter lets through, as many as can be taken at once."""
    if not clicks:
        raise PreventUpdate
    narrowed = asked_filter(from_store(view))
    page = list_experiments(database(), narrowed, offset=0, limit=MAX_CHOSEN)
    if page.count > len(page.rows):
        show_toast(
            "info",
            f"The first {len(page.rows)} of "
            f"{formatting.at_least(page.count, is_more=page.count_is_more)} are chosen: more are "
            "not compared or exported at once. Narrow the table by its filters.",
        )
    return [row.id for row in page.rows]
