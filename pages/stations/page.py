"""Stations: the laboratory's units with their devices, and the stations made of them."""

from typing import Any

from dash import Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component

from components.blocks import stores
from components.sent import Sent
from components.shell import show_toast
from cycling.errors import InputError, NotFoundError
from cycling.terms import StationCommand
from db.commands.stations.control import request
from db.terms import Role
from pages.ask import ask_then_do
from pages.context import actor, database, limits, register_page, run_script, viewer
from pages.monitor.frame import dialogs
from pages.monitor.ids import CONFIRM
from pages.not_found_404 import not_found
from pages.sent import sent_id, unknown_note
from pages.stations.content import KINDS, Content, content_of, stored_view, unreadable, view_of
from pages.stations.dialogs import ask_change, change, change_dialog
from pages.stations.ids import CHANGE, Ids

register_page(__name__, "/stations", "Stations", Role.VIEWER, reads=KINDS)

WAITING_MS = 1000


def layout(**query: str) -> Component:
    """Return what the address asks for: everything, one unit, one station, or what was refused."""
    view, who = view_of(query), viewer()
    try:
        content = content_of(database(), view, who)
    except NotFoundError as error:
        return not_found(str(error), "/stations", "All stations")
    return html.Div(
        [
            dcc.Interval(id=Ids.TICK, interval=_pace(content)),
            dcc.Store(id=Ids.VIEW, data=view.to_store()),
            dcc.Store(id=Ids.SEEN, data=_seen(content)),
            *stores(Ids.ASK, Ids.SINK),
            html.Div(content.header(), id=Ids.HEAD),
            *unknown_note(unreadable(query)),
            html.Div(content.body(), id=Ids.BODY, className="bem-stations"),
            *([*change_dialog(), *dialogs()] if who.operates else []),
        ],
        className="bem-page",
    )


run_script("stations.ask", Output(Ids.ASK, "data"), Input(Ids.TICK, "n_intervals"), at_start=False)
run_script("stations.seen", Output(Ids.SINK, "data"), Input(Ids.SEEN, "data"))
run_script("stations.again", Input(CHANGE.done, "data"))
run_script("stations.again", Input(CONFIRM.done, "data"))


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


ask_then_do(CHANGE, ask_change, change, fields={"reason": (CHANGE.reason, CHANGE.box)})


@callback(
    output=Output(CHANGE.done, "data", allow_duplicate=True),  # what was asked has it too
    inputs={"chosen": Input(CHANGE.detect, "data")},
    prevent_initial_call=True,
)
def detect_devices(chosen: Sent) -> Sent:
    """Ask a unit what is connected to it, without a question before."""
    unit_id = sent_id(chosen, "of")
    try:
        request(database(), StationCommand.DETECT, unit_id=unit_id, by=actor())
    except InputError as error:
        show_toast("error", str(error))
        return {"refused": str(error)}
    return chosen


def _seen(content: Content) -> dict[str, Any]:
    return {"token": content.token, "heard": dict(content.heard)}


def _pace(content: Content) -> int:
    return WAITING_MS if content.waiting else 1000 * limits().refresh_s
