"""Saved views of the table: the menu that opens them, and the dialogs that save and change them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, html
from dash.development.base_component import Component

from components.blocks import icon, labelled
from components.row_grid import sort_text
from components.sent import PatternId, Sent
from cycling.errors import InputError
from db.commands.audit import By
from db.commands.saved_views import (
    MAX_NAME,
    NewView,
    choose_start,
    delete_view,
    rename_view,
    save_view,
)
from db.queries.experiments.table import SortKey
from db.queries.lists import read_sort
from db.queries.saved_views import SavedViewFacts, list_views, start_view
from pages.ask import AskIds, Done, Question, ask_dialog, ask_then_do
from pages.context import Viewer, database, viewer
from pages.experiments.filters import WHOLE, View, from_store
from pages.experiments.listing import Ids
from pages.sent import exactly, read_id, typed_text

SAVE = AskIds("experiments-save")
SAVED = AskIds("experiments-saved")  # changes those that there are
MENU = "experiments-menu"
NEW = PatternId("experiments-save-field", "part")
CHANGE = PatternId("experiments-saved-field", "part")
FOR_ME, FOR_ALL = "me", "all"
RENAME, START, NO_START, DELETE = "rename", "start", "everything", "delete"
ACTS = {
    RENAME: "Rename it",
    START: "Begin with it when I open Experiments",
    NO_START: "Begin with all experiments again",
    DELETE: "Delete it",
}
EVERYTHING = f"/experiments?{WHOLE}=1"  # an address that says nothing opens the view of the start
NOT_YOURS = "This is a view of the laboratory: operators change those."


def views_menu(who: Viewer) -> Component:
    """Return the menu with the views that a user sees; each is a link."""
    return dbc.DropdownMenu(
        html.Div(view_links(who), id=MENU),
        label=html.Span([icon("bookmark"), "Views"]),
        color="secondary",
        align_end=True,
    )


def view_links(who: Viewer) -> list[Component]:
    """Return what the menu has: the own views, those of the laboratory, and what makes them."""
    views = list_views(database(), who.name)
    start = start_view(database(), who.name)
    items: list[Component] = [_item("All experiments", EVERYTHING)]
    for is_shared, title in ((False, "Mine"), (True, "Of the laboratory")):
        links = [_link(one, start) for one in views if one.is_shared is is_shared]
        items += [dbc.DropdownMenuItem(title, header=True), *links] if links else []
    items.append(dbc.DropdownMenuItem(divider=True))
    items.append(dbc.DropdownMenuItem("Save this view", id=SAVE.open, n_clicks=0))
    change = dbc.DropdownMenuItem("Change views", id=SAVED.open, n_clicks=0, disabled=not views)
    return [*items, change]


def views_dialogs() -> list[Component]:
    """Return the dialogs, closed."""
    return [*ask_dialog(SAVE), *ask_dialog(SAVED)]


def start_query(who: Viewer) -> Mapping[str, Any]:
    """Return what the address would say of the view with which a user begins."""
    start = start_view(database(), who.name)
    return {} if start is None else start.filters


def ask_name(_chosen: Sent, view: Sent, request: Sent) -> Question:
    """Ask for a name."""
    filters = _filters(from_store(view), request)
    words = "Kept are the filters, the search and the order."
    if not filters:
        words = "No filter is set: this view shows all experiments."
    for_whom = {FOR_ME: "Me"} | ({FOR_ALL: "The laboratory"} if viewer().operates else {})
    fields = [
        html.P(words),
        labelled("Name", dbc.Input(id=NEW("name"), maxlength=MAX_NAME, autocomplete="off")),
        labelled("For", _select(NEW("for"), for_whom)),
    ]
    return Question("Save this view", html.Div(fields, className="bem-stack"), go="Save view")


def save(by: By, _chosen: Sent, view: Sent, request: Sent, values: Sent) -> Done:
    """Save it."""
    name, whom = exactly(values, 2)
    is_shared = whom == FOR_ALL
    if is_shared and not viewer().operates:
        raise InputError("Views of the laboratory are saved by operators: save it for yourself.")
    filters = _filters(from_store(view), request)
    save_view(database(), NewView(typed_text(name), filters, is_shared), by=by)
    return Done("The view is saved.")


def ask_change(_chosen: Sent) -> Question:
    """Ask what to change of which view."""
    views = list_views(database(), viewer().name)
    if not views:
        return Question("Views", html.P("No view is saved."), keep="Close")
    labels = {str(one.id): one.name + (" (laboratory)" if one.is_shared else "") for one in views}
    fields = [
        labelled("View", _select(CHANGE("view"), labels)),
        labelled("What", _select(CHANGE("act"), ACTS)),
        labelled(
            "New name",
            dbc.Input(id=CHANGE("name"), maxlength=MAX_NAME, autocomplete="off"),
        ),
    ]
    return Question("Change a view", html.Div(fields, className="bem-stack"), go="Change view")


def change(by: By, _chosen: Sent, values: Sent) -> Done:
    """Change it."""
    which, act, name = exactly(values, 3)
    id_ = read_id(which)
    if act == NO_START:
        choose_start(database(), None, by=by)
        return Done("Experiments opens with all of them.")
    if act == START:
        return Done(f"Experiments opens with “{choose_start(database(), id_, by=by)}”.")
    known = {one.id: one for one in list_views(database(), viewer().name)}
    if id_ in known and known[id_].is_shared and not viewer().operates:
        raise InputError(NOT_YOURS)
    if act == DELETE:
        return Done(f"The view “{delete_view(database(), id_, by=by)}” is deleted.")
    if act != RENAME:
        raise InputError("Choose what to do with the view.")
    rename_view(database(), id_, typed_text(name), by=by)
    return Done("The view is renamed.")


def _link(view: SavedViewFacts, start: SavedViewFacts | None) -> Component:
    is_start = start is not None and start.id == view.id
    words = [view.name, html.Span(" begins", className="t3 small")] if is_start else view.name
    query = urlencode(dict(view.filters), doseq=True)
    return _item(words, f"/experiments?{query}" if query else EVERYTHING)


def _item(words: Sent, href: str) -> Component:
    """Return a link that loads the page: Dash takes an address that it has been at for the same."""
    return dbc.DropdownMenuItem(words, href=href, external_link=True, target="_self")


def _filters(view: View, request: Sent) -> dict[str, Any]:
    """Return what the address says of a view: its filters, and its order."""
    filters = {name: value for name, value in view.to_store().items() if value}
    sort = sort_text(request)
    return filters | ({"sort": sort} if read_sort(sort, SortKey) else {})


def _select(id_: dict[str, Any], labels: Mapping[str, str]) -> dbc.Select:
    options = [{"label": label, "value": value} for value, label in labels.items()]
    return dbc.Select(id=id_, options=options, value=options[0]["value"])


ask_then_do(
    SAVE,
    ask_name,
    save,
    opens=[Input(SAVE.open, "n_clicks")],
    state={"view": State(Ids.VIEW, "data"), "request": State(Ids.GRID, "getRowsRequest")},
    answers={"values": State(NEW(ALL), "value")},
)
ask_then_do(
    SAVED,
    ask_change,
    change,
    opens=[Input(SAVED.open, "n_clicks")],
    answers={"values": State(CHANGE(ALL), "value")},
)


@callback(
    output=Output(MENU, "children"),
    inputs={"_saved": Input(SAVE.done, "data"), "_changed": Input(SAVED.done, "data")},
    prevent_initial_call=True,
)
def list_again(_saved: Sent, _changed: Sent) -> list[Component]:
    """Show in the menu what there is now."""
    return view_links(viewer())
