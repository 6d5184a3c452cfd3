"""Experiments: the table of all of them."""

from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
    no_update,
    register_page,
)
from dash.development.base_component import Component

from components import experiment_table, row_grid
from components.blocks import icon, page_header
from components.sent import Sent
from db.queries.experiments.table import list_experiments
from db.terms import Role
from pages.context import database, now, viewer
from pages.experiments.choices import offered
from pages.experiments.filters import FACETS, PARTS, View, from_store, to_filter, to_sort
from pages.experiments.parts import (
    EVERYTHING,
    Ids,
    count_words,
    filter_chips,
    filter_options,
    filter_panel,
    header_actions,
    nothing_to_show,
    row_cells,
)

register_page(
    __name__,
    path="/experiments",
    title="Experiments - Battery Experiments Manager",
    order=0,
    role=Role.VIEWER,
)


CONTROLS = [Ids.part(name) for name in PARTS]


def layout(**query: Sent) -> Component:
    """Return the page for the filter that its address names."""
    view = from_store(query)
    sort = to_sort(str(query.get("sort") or ""))
    narrow = viewer().narrow
    columns = (
        experiment_table.NARROW_COLUMNS
        if narrow
        else experiment_table.wide_columns(
            sort.key if sort else "", descending=bool(sort and sort.descending)
        )
    )
    return html.Div(
        [
            dcc.Store(id=Ids.VIEW, data=view.to_store()),
            dcc.Store(id=Ids.SETS, data={"narrow": narrow, "columns": columns}),
            dcc.Store(id=Ids.SINK),
            page_header("Experiments", count=html.Span(id=Ids.COUNT), actions=header_actions(view)),
            html.Div(
                [
                    html.Div(id=Ids.CHIPS, className="bem-chips"),
                    html.Button(
                        [icon("plus"), "Filter"],
                        id=Ids.OPEN,
                        type="button",
                        className="bem-chip add",
                    ),
                ],
                className="bem-bar",
            ),
            html.Div(
                [
                    row_grid.row_grid(Ids.GRID, narrow=narrow),
                    html.Div(id=Ids.NONE, className="bem-over", hidden=True),
                ],
                className="bem-grid-frame",
            ),
            filter_panel(view),
        ],
        className="bem-page bem-fixed",
        **{"data-bem-reload-narrow": "true"},
    )


@callback(
    output=(
        Output(Ids.VIEW, "data"),
        Output(Ids.COUNT, "children"),
        Output(Ids.CHIPS, "children"),
        Output(Ids.NONE, "children"),
        Output(Ids.NONE, "hidden"),
        [Output(control, "value") for control in CONTROLS],
        [Output(Ids.part(name), "options") for name in FACETS],
    ),
    inputs=(
        [Input(control, "value") for control in CONTROLS],
        Input(Ids.remove(ALL), "n_clicks"),
        State(Ids.VIEW, "data"),
    ),
)
def narrow(values: list[Any], _clicks: list[int], known: dict[str, Any]) -> tuple[Any, ...]:
    """Read the controls; say what the table holds and what each filter still offers."""
    asked = from_store(dict(zip(PARTS, values, strict=True)))
    view = _without_removed(asked)
    wanted = to_filter(view, viewer().zone)
    page = list_experiments(database(), wanted, offset=0, limit=0)
    choices = offered(database(), view, wanted)
    return (
        no_update if view.to_store() == known else view.to_store(),
        count_words(page.count, page.total),
        filter_chips(view, choices),
        nothing_to_show(page.total),
        page.count > 0,
        [no_update] * len(PARTS) if view == asked else list(view.to_store().values()),
        [filter_options(name, choices[name]) for name in FACETS],
    )


@callback(
    Output(Ids.GRID, "getRowsResponse"),
    Input(Ids.GRID, "getRowsRequest"),
    State(Ids.VIEW, "data"),
    prevent_initial_call=True,
)
def rows(wanted: dict[str, Any] | None, view: dict[str, Any]) -> Sent:
    """Answer one block of the grid."""
    if wanted is None:
        return no_update
    who, time = viewer(), now()
    offset, limit = row_grid.asked_block(wanted)
    page = list_experiments(
        database(),
        to_filter(from_store(view), who.zone),
        to_sort(row_grid.sort_text(wanted)),
        offset=offset,
        limit=limit,
    )
    return {"rowData": [row_cells(row, who, time) for row in page.rows], "rowCount": page.count}


@callback(Output(Ids.PANEL, "is_open"), Input(Ids.OPEN, "n_clicks"), prevent_initial_call=True)
def open_panel(_clicks: int) -> bool:
    """Open the filters."""
    return True


clientside_callback(
    ClientsideFunction("experiments", "refetch"),
    Output(Ids.SINK, "data"),
    Input(Ids.VIEW, "data"),
)
clientside_callback(
    ClientsideFunction("experiments", "rememberSort"),
    Output(Ids.SINK, "storage_type"),
    Input(Ids.GRID, "getRowsRequest"),
    State(Ids.VIEW, "data"),
)
clientside_callback(
    ClientsideFunction("experiments", "columns"),
    Output(Ids.GRID, "columnDefs"),
    Input(Ids.COLUMNS, "value"),
    State(Ids.SETS, "data"),
)


def _without_removed(view: View) -> View:
    """Apply the click on a chip's cross, if that is what called."""
    if not isinstance(ctx.triggered_id, dict) or not any(event["value"] for event in ctx.triggered):
        return view
    part = ctx.triggered_id["part"]
    return from_store({}) if part == EVERYTHING else view.without(part)
