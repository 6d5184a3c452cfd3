"""Batteries: the table of all of them."""

from typing import Any

from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    dcc,
    html,
    no_update,
    register_page,
)
from dash.development.base_component import Component

from components import formatting, row_grid
from components.blocks import page_header
from components.sent import Sent
from db.queries.batteries.table import count_by_technology, list_batteries
from db.terms import Role
from pages.batteries.parts import (
    NARROW_COLUMNS,
    Ids,
    header_actions,
    nothing_to_show,
    row_cells,
    sort_of,
    technology_choice,
    technology_options,
    view_of,
    wide_columns,
)
from pages.context import database, now, viewer

register_page(
    __name__,
    path="/batteries",
    title="Batteries - Battery Experiments Manager",
    role=Role.VIEWER,
)


def layout(**query: Sent) -> Component:
    """Return the page for the view that its address names."""
    view, who = view_of(query), viewer()
    columns = NARROW_COLUMNS if who.narrow else wide_columns(sort_of(query.get("sort")))
    count = html.Span(id=Ids.COUNT)
    return html.Div(
        [
            dcc.Store(id=Ids.VIEW, data=view.to_store()),
            dcc.Store(id=Ids.SETS, data={"narrow": who.narrow, "columns": columns}),
            dcc.Store(id=Ids.SINK),
            page_header("Batteries", count=count, actions=header_actions(view, who)),
            html.Div(technology_choice(view), className="bem-bar"),
            html.Div(
                [
                    row_grid.row_grid(Ids.GRID, narrow=who.narrow),
                    html.Div(id=Ids.NONE, className="bem-over", hidden=True),
                ],
                className="bem-grid-frame",
            ),
        ],
        className="bem-page bem-fixed",
        **{"data-bem-reload-narrow": "true"},
    )


@callback(
    output=(
        Output(Ids.VIEW, "data"),
        Output(Ids.COUNT, "children"),
        Output(Ids.TECHNOLOGY, "options"),
        Output(Ids.NONE, "children"),
        Output(Ids.NONE, "hidden"),
    ),
    inputs={"technologies": Input(Ids.TECHNOLOGY, "value"), "text": Input(Ids.SEARCH, "value")},
    state={"known": State(Ids.VIEW, "data")},
)
def narrow(technologies: Sent, text: Sent, known: Sent) -> tuple[Any, ...]:
    """Read the controls; say what the table holds."""
    view = view_of({"technology": technologies, "q": text})
    page = list_batteries(database(), view.to_filter(), offset=0, limit=0)
    return (
        no_update if view.to_store() == known else view.to_store(),
        formatting.number_of(page.count, page.total),
        technology_options(count_by_technology(database(), view.text)),
        nothing_to_show(page.total, viewer()),
        page.count > 0,
    )


@callback(
    output=Output(Ids.GRID, "getRowsResponse"),
    inputs={"wanted": Input(Ids.GRID, "getRowsRequest")},
    state={"view": State(Ids.VIEW, "data")},
    prevent_initial_call=True,
)
def rows(wanted: dict[str, Any] | None, view: Sent) -> Sent:
    """Answer one block of the grid."""
    if wanted is None:
        return no_update
    offset, limit = row_grid.asked_block(wanted)
    page = list_batteries(
        database(),
        view_of(view).to_filter(),
        sort_of(row_grid.sort_text(wanted)),
        offset=offset,
        limit=limit,
    )
    who, time = viewer(), now()
    return {"rowData": [row_cells(row, who, time) for row in page.rows], "rowCount": page.count}


clientside_callback(
    ClientsideFunction("batteries", "refetch"),
    Output(Ids.SINK, "data"),
    Input(Ids.VIEW, "data"),
)
clientside_callback(
    ClientsideFunction("batteries", "rememberSort"),
    Output(Ids.SINK, "storage_type"),
    Input(Ids.GRID, "getRowsRequest"),
    State(Ids.VIEW, "data"),
)
clientside_callback(
    ClientsideFunction("batteries", "columns"),
    Output(Ids.GRID, "columnDefs"),
    Input(Ids.SINK, "id"),
    State(Ids.SETS, "data"),
)
