"""A page with one table that asks for its rows: that of the experiments, and that of the batteries.

Ids begin with the page's name; `rowTable` in assets/js/experiments.js is the table's script.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component

from components.blocks import icon
from components.row_grid import asked_block, row_grid, sort_text
from components.sent import PrefixIds, Sent
from components.shell import Ids as Shell
from pages.context import run_script

Columns = Sequence[dict[str, Any]]
# Rows for a view in an order (`-name`), from an offset on, at most so many, with the optional
# columns that are chosen; and how many there are.
Rows = Callable[[Sent, str, int, int, Sent], tuple[list[dict[str, Any]], int]]


def table_page(
    ids: PrefixIds,
    view: dict[str, Any],
    columns: Columns,
    head: Sequence[Component],
    *,
    narrow: bool,
    panels: Sequence[Component] = (),
) -> Component:
    """Return the page: its view as it is stored, head, table, and panels that open beside it."""
    none = html.Div(id=ids.none, className="bem-over", hidden=True)
    return html.Div(
        [
            dcc.Store(id=ids.view, data=view),
            dcc.Store(id=ids.sets, data={"narrow": narrow, "columns": columns}),
            dcc.Store(id=ids.sink),
            *head,
            html.Div([row_grid(ids.grid, narrow=narrow), none], className="bem-grid-frame"),
            *panels,
        ],
        className="bem-page bem-fixed",
        **{"data-bem-reload-narrow": "true"},
    )


def columns_menu(
    control_id: str, labels: Mapping[str, str], shown: Sequence[str]
) -> dbc.DropdownMenu:
    """Return the choice of the optional columns, remembered by the browser."""
    return dbc.DropdownMenu(
        dbc.Checklist(
            id=control_id,
            options=[{"label": label, "value": name} for name, label in labels.items()],
            value=list(shown),
            persistence=True,
            class_name="bem-menu-list",
        ),
        label=html.Span([icon("layout-three-columns"), "Columns"]),
        color="secondary",
        align_end=True,
        class_name="wide-only",
    )


def order_words(words: str) -> html.Span:
    """Say in which order a table is; hidden where it is sorted by a column, whose head says it."""
    return html.Span(words, className="t3 small bem-order")


def register_table(ids: PrefixIds, rows: Rows, shown_columns: Input) -> None:
    """Let the table ask for rows, again after each change of the view and with the frame's pulse.

    It remembers its order. What only a hidden column shows is not asked for until it is chosen.
    """
    page, sink, request = ids.prefix, ids.sink, Input(ids.grid, "getRowsRequest")
    view, sets = State(ids.view, "data"), State(ids.sets, "data")
    run_script(f"{page}.refetch", Output(sink, "data"), Input(ids.view, "data"))
    for asks_anew in (Input(Shell.PULSE, "data"), shown_columns):
        run_script(f"{page}.freshen", asks_anew, at_start=False)
    run_script(f"{page}.rememberSort", Output(sink, "storage_type"), request, view)
    run_script(f"{page}.columns", Output(ids.grid, "columnDefs"), shown_columns, sets)

    @callback(
        output=Output(ids.grid, "getRowsResponse"),
        inputs={"request": request},
        state={
            "view": view,
            "columns": State(shown_columns.component_id, shown_columns.component_property),
        },
        prevent_initial_call=True,
    )
    def answer_block(request: Sent, view: Sent, columns: Sent) -> Sent:
        """Answer one block of the grid."""
        if request is None:
            return no_update
        cells, count = rows(view, sort_text(request), *asked_block(request), columns)
        return {"rowData": cells, "rowCount": count}
