"""Add station: which unit, then its devices, what they record, and the real range.

The callbacks of the form serve the page that modifies a station too.
"""

from typing import Any

from dash import Input, Output, callback, dcc, html, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import empty, icon, note, page_header
from components.sent import Sent
from components.shell import toast
from cycling.errors import NotFoundError
from db.commands.form_tokens import DoneBeforeError
from db.commands.stations.changes import modify_station
from db.commands.stations.setup import add_station
from db.models.station_rows import NewStation
from db.queries.stations.details import find_station, newest_station
from db.queries.stations.units import UnitFacts, find_unit, lab_units
from db.terms import Role
from pages.context import database, once
from pages.not_found_404 import not_found
from pages.station.form import Filling, fields, new_station, save_bar
from pages.station.saving import (
    SAVE_OUTPUTS,
    SAVE_STATE,
    Saved,
    focus_first,
    say_what_is_wrong,
    try_to_save,
)
from pages.stations.ids import FormIds as Ids
from pages.stations.labels import contact_pill, protocol
from pages.stations.overview import devices_label

register_page(
    __name__,
    path="/stations/new",
    title="Add station - Battery Experiments Manager",
    role=Role.OPERATOR,
)


def layout(unit: str = "", **_query: str) -> Component:
    """Return the form for a unit's devices, or the choice of a unit."""
    if not unit:
        units = lab_units(database())
        free = [one for one in units if one.free]
        return _form(free[0]) if len(free) == 1 else _choice(units)
    try:
        return _form(find_unit(database(), int(unit) if unit.isdigit() and unit.isascii() else 0))
    except (NotFoundError, ValueError):
        return not_found("There is no such computational unit.")


def _form(unit: UnitFacts) -> Component:
    kept_as = f"new-{unit.id}-{newest_station(database())}"
    return html.Div(
        [
            page_header("Add station", count=f"on {unit.name}"),
            html.Div(
                html.Div(fields(Filling(unit, new_station(unit), kept_as)), className="bem-stack"),
                className="bem-form-page",
            ),
            save_bar("Add station", f"/stations?unit={unit.id}"),
        ],
        className="bem-page",
    )


def _choice(units: tuple[UnitFacts, ...]) -> Component:
    listed = [html.Li(_offer(one)) for one in units]
    nothing = "No computational unit has introduced itself yet. Stations says how one does."
    choice = (
        html.Ul(listed, className="bem-unit-choice")
        if listed
        else empty("hdd-network", nothing, dcc.Link("Stations", href="/stations"))
    )
    return html.Div(
        [page_header("Add station", count="on which unit?"), *_no_device(units), choice],
        className="bem-page",
    )


def _no_device(units: tuple[UnitFacts, ...]) -> list[Component]:
    if not units or any(one.free for one in units):
        return []
    text = (
        "Every device belongs to a station. Connect another one and let its unit detect it, or "
        "retire a station."
    )
    return [html.Div(note("info", text), className="bem-unit-choice")]


def _offer(unit: UnitFacts) -> Component:
    unplugged = sum(not one.connected for one in unit.devices)
    devices = devices_label(len(unit.devices), len(unit.free), unplugged)
    about = f"{protocol(unit)}, {devices}"
    text: list[Any] = [
        html.Span([icon("hdd-network"), html.B(unit.name)], className="who"),
        html.Span(about, className="t3"),
        contact_pill(unit),
    ]
    if not unit.free:
        return dcc.Link(text, href=f"/stations?unit={unit.id}", className="none")
    return dcc.Link(text, href=f"/stations/new?unit={unit.id}")


focus_first()
say_what_is_wrong()


@callback(
    output=SAVE_OUTPUTS,
    inputs={"clicks": Input(Ids.SAVE, "n_clicks")},
    state=SAVE_STATE,
    prevent_initial_call=True,
    running=[(Output(Ids.SAVE, "disabled"), True, False)],
)
def save(
    clicks: Sent,
    station_id: Sent,
    mark: Sent,
    token: Sent,
    unit_id: Sent,
    texts: Sent,
    boxes: Sent,
) -> tuple[Any, ...]:
    """Set the station up, or modify it where the form is that of one; or say what is wrong."""
    if not clicks:
        raise PreventUpdate  # the toast is older than this page, so Dash calls when the page opens
    if isinstance(station_id, int) and not isinstance(station_id, bool):
        return try_to_save(
            unit_id, texts, boxes, lambda new: _modify(station_id, str(mark), new, token)
        )
    return try_to_save(unit_id, texts, boxes, lambda new: _add(new, token))


def _add(new: NewStation, token: Sent) -> Saved:
    try:
        station_id = once(token, lambda by: add_station(database(), new, by=by), new)
    except DoneBeforeError as error:
        station_id = error.number
    message = toast("done", f"{new.name} is set up.", href=f"/monitor/{station_id}", link="Monitor")
    return f"/stations?station={station_id}", message


def _modify(station_id: int, mark: str, new: NewStation, token: Sent) -> Saved:
    try:
        done = once(token, lambda by: modify_station(database(), station_id, new, seen=mark, by=by))
    except DoneBeforeError as error:
        return f"/stations?station={error.number}", toast("done", f"{new.name} is modified.")
    text = f"{new.name} is modified."
    if done.replaced and not find_station(database(), done.station_id).is_ours:
        text += " Launch its cycler: the one of before ends by itself."
    return f"/stations?station={done.station_id}", toast("done", text)
