"""What the forms of a station do: say what is wrong once a field is left, save."""

from collections.abc import Callable
from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    no_update,
)
from dash.exceptions import PreventUpdate

from components import formatting
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError
from db.commands.stations.setup import latest_day
from db.models.station_rows import NewStation
from pages.context import now
from pages.station.reading import CONTROLS, Reading, form_data_of, read, read_control
from pages.stations.ids import FormIds as Ids

Saved = tuple[str, dict[str, Any]]  # where it leads, the toast
ERRORS = (*(Ids.error(control) for control in CONTROLS), Ids.DEVICES_ERROR)
SAVE_OUTPUTS = (
    Output(Ids.FOUND, "data"),
    *(Output(error, "children") for error in ERRORS),
    Output(Ids.STATE, "children"),
    Output(Ids.GO, "href"),
    Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
)
SAVE_STATE = {
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
}


def focus_first() -> None:
    """Let the first field with an error get the focus; a page calls it when it is executed."""
    clientside_callback(
        ClientsideFunction("stations", "markErrors"),
        Output(Ids.FORM, "title"),
        Input(Ids.FOUND, "data"),
        prevent_initial_call=True,
    )


def say_what_is_wrong() -> None:
    """Say under a field what is wrong with it once it is left; a page calls it as above."""
    for control in CONTROLS:
        _follow(control)


def _follow(control: str) -> None:
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


def try_to_save(
    unit_id: Sent, texts: Sent, boxes: Sent, save: Callable[[NewStation], Saved]
) -> tuple[Any, ...]:
    """Save what was sent, or say at each field what is wrong."""
    if not isinstance(unit_id, int) or isinstance(unit_id, bool):
        raise PreventUpdate  # nothing that our page has sent
    pairs = {name: _pairs(one["ids"], one["values"]) for name, one in boxes.items()}
    reading = read(form_data_of(texts, **pairs), unit_id, latest_day(now()))
    if reading.station is None:
        return _mended(reading)
    try:
        leads_to, message = save(reading.station)
    except InputError as error:
        words = str(error)
        return no_update, *("" for _ in ERRORS), words, no_update, toast("error", words)
    return {"saved": True}, *("" for _ in ERRORS), "", leads_to, message


def _mended(reading: Reading) -> tuple[Any, ...]:
    sentences = [
        reading.problems.get(one if one == Ids.DEVICES_ERROR else one.removesuffix("-error"), "")
        for one in ERRORS
    ]
    first = next((one for one in CONTROLS if one in reading.problems), None)
    count = formatting.counted(len(reading.problems), "field")
    words = f"{count} to fix." if first else "Look at the devices."
    return {"focus": first}, *sentences, words, no_update, no_update


def _pairs(ids: object, values: object) -> list[tuple[Any, Any]]:
    if not isinstance(ids, list) or not isinstance(values, list):
        return []
    return [(id_, value) for id_, value in zip(ids, values, strict=False) if isinstance(id_, dict)]
