"""Batteries: the table of all of them."""

from typing import Any

from dash import Input, Output, State, callback, html, no_update
from dash.development.base_component import Component

from components import formatting
from components.blocks import page_header
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.terms import Technology
from db.queries.batteries.table import BatterySortKey, count_by_technology, list_batteries
from db.queries.lists import read_sort
from db.terms import Role
from pages.batteries import listing
from pages.batteries.listing import TABLE, Ids
from pages.context import database, now, register_page, viewer
from pages.experiments.row_table import order_words, register_table, table_page
from pages.sent import unknown_choices, unknown_note, unknown_sort

register_page(__name__, "/batteries", "Batteries", Role.VIEWER, reads=("technology", "q", "sort"))


def layout(**query: Sent) -> Component:
    """Return the page for the view that its address names."""
    view, who = listing.view_of(query), viewer()
    sort = read_sort(query.get("sort"), BatterySortKey)
    columns = listing.NARROW_COLUMNS if who.narrow else listing.wide_columns(sort)
    count = html.Span(id=Ids.COUNT)
    head = [
        page_header("Batteries", count=count, actions=listing.header_actions(view, who)),
        *unknown_note(
            [
                *unknown_choices("Technology", query.get("technology"), Technology),
                *unknown_sort(query.get("sort"), BatterySortKey),
            ]
        ),
        html.Div(
            [listing.technology_choice(view), order_words("What was added last comes first")],
            className="bem-bar",
        ),
    ]
    return table_page(TABLE, view.to_store(), columns, head, narrow=who.narrow)


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
    view = listing.view_of({"technology": technologies, "q": text})
    page = list_batteries(database(), view.to_filter(), offset=0, limit=0)
    return (
        no_update if view.to_store() == known else view.to_store(),
        formatting.number_of(page.count, page.total),
        listing.technology_options(count_by_technology(database(), view.text)),
        listing.nothing_to_show(page.total, viewer()),
        page.count > 0,
    )


@callback(
    Output(Ids.COUNT, "children", allow_duplicate=True),  # what narrows the table writes it too
    Input(Shell.PULSE, "data"),
    State(Ids.VIEW, "data"),
    prevent_initial_call=True,
)
def count_again(_pulse: Sent, view: Sent) -> str:
    """Say how many there are by now."""
    page = list_batteries(database(), listing.view_of(view).to_filter(), offset=0, limit=0)
    return formatting.number_of(page.count, page.total)


def rows(
    view: Sent, sort: str, offset: int, limit: int, _columns: Sent
) -> tuple[list[dict[str, Any]], int]:
    """Return a block of the table."""
    order, who, time = read_sort(sort, BatterySortKey), viewer(), now()
    narrowed = listing.view_of(view).to_filter()
    page = list_batteries(database(), narrowed, order, offset=offset, limit=limit)
    return [listing.row_cells(row, who, time) for row in page.rows], page.count


register_table(TABLE, rows, Input(TABLE.sink, "id"))
