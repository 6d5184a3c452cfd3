"""Stations: the laboratory's units with their devices, and the stations made of them."""

from typing import Any

from dash import (
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
from dash.exceptions import PreventUpdate

from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError, NotFoundError
from db.terms import Role
from pages.context import actor, database, limits, viewer
from pages.monitor.dialogs import dialogs
from pages.monitor.ids import CONFIRM
from pages.not_found_404 import not_found
from pages.stations.dialogs import Question, asked_of, carry_out, change_dialog, question
from pages.stations.ids import Ids
from pages.stations.view import Content, content_of, stored_view, view_of

register_page(
    __name__,
    path="/stations",
    title="Stations - Battery Experiments Manager",
    role=Role.VIEWER,
)

WAITING_MS = 1000
CLOSED = (False, no_update, no_update, no_update, no_update, no_update, no_update, None, "")


def layout(**query: str) -> Component:
    """Return what the address asks for: everything, one unit, one station, or what was refused."""
    view, who = view_of(query), viewer()
    try:
        content = content_of(database(), view, who)
    except NotFoundError as error:
        return not_found(str(error), "/stations", "All stations")
    operates = who.role.includes(Role.OPERATOR)
    return html.Div(
        [
            dcc.Interval(id=Ids.TICK, interval=_pace(content)),
            dcc.Store(id=Ids.VIEW, data=view.to_store()),
            dcc.Store(id=Ids.SEEN, data=_seen(content)),
            dcc.Store(id=Ids.ASK),
            dcc.Store(id=Ids.SINK),
            html.Div(content.header(), id=Ids.HEAD),
            html.Div(content.body(), id=Ids.BODY, className="bem-stations"),
            *([*change_dialog(), *dialogs()] if operates else []),
        ],
        className="bem-page",
    )


clientside_callback(
    ClientsideFunction("stations", "ask"),
    Output(Ids.ASK, "data"),
    Input(Ids.TICK, "n_intervals"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("stations", "seen"), Output(Ids.SINK, "data"), Input(Ids.SEEN, "data")
)
clientside_callback(ClientsideFunction("stations", "again"), Input(Ids.DONE, "data"))
clientside_callback(ClientsideFunction("stations", "again"), Input(CONFIRM.done, "data"))


@callback(
    output={
        "head": Output(Ids.HEAD, "children"),
        "body": Output(Ids.BODY, "children"),
        "seen": Output(Ids.SEEN, "data"),
        "pace": Output(Ids.TICK, "interval"),
    },
    inputs={"_ask": Input(Ids.ASK, "data")},
    state={"view": State(Ids.VIEW, "data"), "seen": State(Ids.SEEN, "data")},
    prevent_initial_call=True,
)
def refresh(_ask: Sent, view: Sent, seen: Sent) -> dict[str, Any]:
    """Draw what has changed; else only the times of the last contacts travel."""
    try:
        content = content_of(database(), stored_view(view), viewer())
    except NotFoundError as error:  # deleted while somebody looks at it
        return {
            "head": None,
            "body": [not_found(str(error), "/stations", "All stations")],
            "seen": {"token": "", "heard": {}},
            "pace": 1000 * limits().refresh_s,
        }
    is_same = isinstance(seen, dict) and seen.get("token") == content.token
    return {
        "head": no_update if is_same else content.header(),
        "body": no_update if is_same else content.body(),
        "seen": _seen(content),
        "pace": _pace(content),
    }


@callback(
    Output(Ids.DIALOG, "is_open"),
    Output(Ids.TITLE, "children"),
    Output(Ids.QUESTION, "children"),
    Output(Ids.SURE, "children"),
    Output(Ids.SURE, "color"),
    Output(Ids.SURE, "style"),
    Output(Ids.REASON_BOX, "hidden"),
    Output(Ids.REASON, "value"),
    Output(Ids.ERROR, "children"),
    Output(Ids.DONE, "data"),
    Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    Output(Ids.GO, "href"),
    Input(Ids.CHOSEN, "data"),
    Input(Ids.KEEP, "n_clicks"),
    Input(Ids.SURE, "n_clicks"),
    State(Ids.REASON, "value"),
    prevent_initial_call=True,
    running=[(Output(Ids.SURE, "disabled"), True, False)],
)
def change(chosen: Sent, _keep: Sent, _sure: Sent, reason: Sent) -> tuple[Any, ...]:
    """Ask before a station is changed, saying what follows; then do it."""
    asked = asked_of(chosen)
    if asked is None:
        raise PreventUpdate
    who = viewer()
    if ctx.triggered_id == Ids.KEEP:
        return *CLOSED, no_update, no_update, no_update
    try:
        if ctx.triggered_id == Ids.CHOSEN and asked.do != "detect":
            return *_opened(question(database(), asked, who)), no_update, no_update, no_update
        by = actor()
        told = carry_out(database(), asked, str(reason or ""), who, by=by)
    except InputError as error:
        return _refused(str(error), in_dialog=ctx.triggered_id == Ids.SURE)
    if asked.do == "delete":  # there is nothing to draw again
        return *CLOSED, no_update, told or no_update, "/stations"
    return *CLOSED, chosen, told or no_update, no_update


def _opened(ask: Question) -> tuple[Any, ...]:
    """Return the dialog with a question; without a deed there is no button for it."""
    look = {} if ask.go else {"display": "none"}
    color = "danger" if ask.danger else "primary"
    return True, ask.title, ask.words, ask.go, color, look, not ask.wants_reason, None, ""


def _refused(words: str, *, in_dialog: bool) -> tuple[Any, ...]:
    """Say why something was refused: in the open dialog, without one in a toast."""
    if in_dialog:
        return *(no_update for _ in range(8)), words, no_update, no_update, no_update
    return *CLOSED, {"refused": words}, toast("error", words), no_update


def _seen(content: Content) -> dict[str, Any]:
    return {"token": content.token, "heard": dict(content.heard)}


def _pace(content: Content) -> int:
    return WAITING_MS if content.waiting else 1000 * limits().refresh_s
