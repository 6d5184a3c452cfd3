"""Add station: which unit, then its devices, what they record, and the real range.

The callbacks of the form serve the page that modifies a station too.
"""

from collections.abc import Callable
from typing import Any

from dash import ALL, Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import empty, form_page, icon, note, page_header
from components.sent import Sent
from components.shell import show_toast
from cycling.errors import InputError, NotFoundError
from db.commands.form_tokens import DoneBeforeError
from db.commands.stations.changes import modify_station
from db.commands.stations.setup import add_station, latest_day
from db.models.station_rows import NewStation
from db.queries.stations.details import find_station, newest_station
from db.queries.stations.units import UnitFacts, find_unit, lab_units
from db.terms import Role
from pages.context import database, now, once, register_page, run_script
from pages.not_found_404 import not_found
from pages.sent import read_id, sent_id
from pages.station.form import Filling, fields, new_station, save_bar
from pages.station.reading import CONTROLS, Reading, form_data_of, read, read_control
from pages.stations.ids import FormIds as Ids
from pages.stations.labels import contact_pill, protocol
from pages.stations.overview import devices_label

register_page(__name__, "/stations/new", "Add station", Role.OPERATOR)

ERRORS = (*(Ids.error(control) for control in CONTROLS), Ids.DEVICES_ERROR)


def layout(unit: str = "") -> Component:
    """Return the form for a unit's devices, or the choice of a unit."""
    if not unit:
        units = lab_units(database())
        free = [one for one in units if one.free]
        return _form(free[0]) if len(free) == 1 else _choice(units)
    try:
        return _form(find_unit(database(), read_id(unit)))
    except NotFoundError:
        return not_found("There is no such computational unit.")


def _form(unit: UnitFacts) -> Component:
    kept_as = f"new-{unit.id}-{newest_station(database())}"
    head = [page_header("Add station", count=f"on {unit.name}")]
    form = [fields(Filling(unit, new_station(unit), kept_as))]
    return form_page(head, form, save_bar("Add station", f"/stations?unit={unit.id}"))


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


run_script(
    "stations.markErrors", Output(Ids.FORM, "title"), Input(Ids.RESULT, "data"), at_start=False
)


@callback(
    output=(
        Output(Ids.RESULT, "data"),
        *(Output(error, "children") for error in ERRORS),
        Output(Ids.STATE, "children"),
        Output(Ids.GO, "href"),
    ),
    inputs={"clicks": Input(Ids.SAVE, "n_clicks")},
    state={
        "station_id": State(Ids.STATION, "data"),
        "mark": State(Ids.MARK, "data"),
        "token": State(Ids.ONCE, "data"),
        "unit_id": State(Ids.UNIT, "data"),
        "texts": [State(control, "value") for control in CONTROLS],
        "boxes": {
            name: {"ids": State(pattern, "id"), "values": State(pattern, "value")}
            for name, pattern in (
                ("devices", Ids.device(ALL)),
                ("records", Ids.record(ALL, ALL)),
                ("called", Ids.called(ALL, ALL)),
            )
        },
    },
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
        raise PreventUpdate
    if isinstance(station_id, int) and not isinstance(station_id, bool):
        return _try_to_save(
            unit_id, texts, boxes, lambda new: _modify(station_id, str(mark), new, token)
        )
    return _try_to_save(unit_id, texts, boxes, lambda new: _add(new, token))


def _add(new: NewStation, token: Sent) -> str:
    try:
        station_id = once(token, lambda by: add_station(database(), new, by=by), new)
    except DoneBeforeError as error:
        station_id = error.number
    words = f"{new.name} is set up."
    show_toast("done", words, href=f"/monitor/{station_id}", link="Monitor")
    return f"/stations?station={station_id}"


def _modify(station_id: int, mark: str, new: NewStation, token: Sent) -> str:
    try:
        done = once(token, lambda by: modify_station(database(), station_id, new, seen=mark, by=by))
    except DoneBeforeError as error:
        show_toast("done", f"{new.name} is modified.")
        return f"/stations?station={error.number}"
    text = f"{new.name} is modified."
    if done.replaced and not find_station(database(), done.station_id).is_ours:
        text += " Launch its cycler: the one of before ends by itself."
    show_toast("done", text)
    return f"/stations?station={done.station_id}"


def _say_what_is_wrong(control: str) -> None:
    """Say under a field what is wrong with it once it is left."""

    @callback(
        Output(Ids.error(control), "children", allow_duplicate=True),  # saving writes it too
        Input(control, "n_blur"),
        State(control, "value"),
        prevent_initial_call=True,
    )
    def left(left_times: Sent, text: Sent) -> str:
        """Return what is wrong with the field, "" for nothing."""
        if not left_times:
            raise PreventUpdate
        try:
            read_control(control, str(text or "").strip(), latest_day(now()))
        except InputError as error:
            return str(error)
        return ""


def _try_to_save(
    unit_id: Sent, texts: Sent, boxes: Sent, save: Callable[[NewStation], str]
) -> tuple[Any, ...]:
    """Save what was sent, or say at each field what is wrong."""
    number = sent_id(unit_id)
    pairs = {name: _pairs(one["ids"], one["values"]) for name, one in boxes.items()}
    reading = read(form_data_of(texts, **pairs), number, latest_day(now()))
    if reading.station is None:
        return _mended(reading)
    try:
        leads_to = save(reading.station)
    except InputError as error:
        words = str(error)
        show_toast("error", words)
        return no_update, *("" for _ in ERRORS), words, no_update
    return {"saved": True}, *("" for _ in ERRORS), "", leads_to


def _mended(reading: Reading) -> tuple[Any, ...]:
    sentences = [
        reading.problems.get(one if one == Ids.DEVICES_ERROR else one.removesuffix("-error"), "")
        for one in ERRORS
    ]
    first = next((one for one in CONTROLS if one in reading.problems), None)
    count = formatting.counted(len(reading.problems), "field")
    words = f"{count} to fix." if first else "Look at the devices."
    return {"focus": first}, *sentences, words, no_update


def _pairs(ids: object, values: object) -> list[tuple[Any, Any]]:
    if not isinstance(ids, list) or not isinstance(values, list):
        return []
    return [(id_, value) for id_, value in zip(ids, values, strict=False) if isinstance(id_, dict)]


for _control in CONTROLS:
    _say_what_is_wrong(_control)
