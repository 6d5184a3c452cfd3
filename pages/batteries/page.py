"""Batteries: the table of all of them."""

from collections.abc import Mapping
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, html, no_update
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon, page_header
from components.sent import Sent
from components.shell import Ids as Shell
from db.queries.batteries.table import BatterySortKey, count_by_technology, list_batteries
from db.queries.batteries.use import station_names
from db.queries.lists import read_sort
from db.queries.references import existing
from db.terms import Role
from pages.batteries import listing
from pages.batteries.filters import NAMES, PARTS, BatteryView, problems_of, view_of
from pages.batteries.listing import TABLE, Ids
from pages.context import database, now, register_page, viewer
from pages.experiments.row_table import order_words, register_table, table_page
from pages.sent import unknown_ids, unknown_note, unknown_sort

register_page(__name__, "/batteries", "Batteries", Role.VIEWER, reads=(*NAMES, "sort"))

CONTROLS = [Ids.part(name) for name in PARTS]


def understood(query: Mapping[str, Sent]) -> tuple[BatteryView, list[str]]:
    """Return what an address asks for, and in sentences what of it nobody knows."""
    known = existing(database(), "station", map(int, view_of(query).stations))
    problems = problems_of(query) + unknown_ids("station", query.get("station"), known)
    view = view_of({**query, "station": sorted(map(str, known))})
    return view, problems + unknown_sort(query.get("sort"), BatterySortKey)


def layout(**query: Sent) -> Component:
    """Return the page for the view that its address names."""
    (view, problems), who = understood(query), viewer()
    sort = read_sort(query.get("sort"), BatterySortKey)
    columns = listing.NARROW_COLUMNS if who.narrow else listing.wide_columns(sort)
    count = html.Span(id=Ids.COUNT)
    stations = station_names(database())
    opens = [icon("plus"), "Filter"]
    head = [
        page_header("Batteries", count=count, actions=listing.header_actions(view, who)),
        *unknown_note(problems),
        html.Div(
            [
                listing.technology_choice(view),
                html.Div(listing.filter_chips(view, stations), id=Ids.CHIPS, className="bem-chips"),
                html.Button(opens, id=Ids.OPEN, type="button", className="bem-chip add"),
                order_words("What was added last comes first"),
            ],
            className="bem-bar",
        ),
    ]
    panels = [listing.filter_panel(view, stations)]
    return table_page(TABLE, view.to_store(), columns, head, narrow=who.narrow, panels=panels)


@callback(
    output={
        "view": Output(Ids.VIEW, "data"),
        "count": Output(Ids.COUNT, "children"),
        "technologies": Output(Ids.TECHNOLOGY, "options"),
        "none": Output(Ids.NONE, "children"),
        "is_some": Output(Ids.NONE, "hidden"),
        "chips": Output(Ids.CHIPS, "children"),
        "values": [Output(control, "value") for control in CONTROLS],
    },
    inputs={
        "technologies": Input(Ids.TECHNOLOGY, "value"),
        "text": Input(Ids.SEARCH, "value"),
        "values": [Input(control, "value") for control in CONTROLS],
        "_clicks": Input(Ids.remove(ALL), "n_clicks"),
    },
    state={"known": State(Ids.VIEW, "data")},
)
def narrow(
    technologies: Sent, text: Sent, values: Sent, _clicks: Sent, known: Sent
) -> dict[str, Any]:
    """Read the controls; say what the table holds."""
    parts = dict(zip(PARTS, values, strict=True))
    asked = view_of({"technology": technologies, "q": text, **parts})
    view = _without_removed(asked)
    wanted = view.to_filter()
    page = list_batteries(database(), wanted, offset=0, limit=0)
    store = view.to_store()
    return {
        "view": no_update if store == known else store,
        "count": formatting.number_of(page.count, page.total),
        "technologies": listing.technology_options(count_by_technology(database(), wanted)),
        "none": listing.nothing_to_show(page.total, viewer()),
        "is_some": page.count > 0,
        "chips": listing.filter_chips(view, station_names(database()) if view.stations else {}),
        "values": [no_update if view == asked else store[name] for name in PARTS],
    }


@callback(Output(Ids.PANEL, "is_open"), Input(Ids.OPEN, "n_clicks"), prevent_initial_call=True)
def open_panel(_clicks: int) -> bool:
    """Open the filters."""
    return True


@callback(
    Output(Ids.COUNT, "children", allow_duplicate=True),  # what narrows the table writes it too
    Input(Shell.PULSE, "data"),
    State(Ids.VIEW, "data"),
    prevent_initial_call=True,
)
def count_again(_pulse: Sent, view: Sent) -> str:
    """Say how many there are by now."""
    page = list_batteries(database(), view_of(view).to_filter(), offset=0, limit=0)
    return formatting.number_of(page.count, page.total)


def rows(
    view: Sent, sort: str, offset: int, limit: int, _columns: Sent
) -> tuple[list[dict[str, Any]], int]:
    """Return a block of the table."""
    order, who, time = read_sort(sort, BatterySortKey), viewer(), now()
    page = list_batteries(database(), view_of(view).to_filter(), order, offset=offset, limit=limit)
    return [listing.row_cells(row, who, time) for row in page.rows], page.count


def _without_removed(view: BatteryView) -> BatteryView:
    """Apply the click on a chip's cross, if that is what called."""
    if not isinstance(ctx.triggered_id, dict) or not any(event["value"] for event in ctx.triggered):
        return view
    return view.without(str(ctx.triggered_id["part"]))


register_table(TABLE, rows, Input(Ids.COLUMNS, "value"))
