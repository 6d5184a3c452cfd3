"""Import experiment: a file is checked, its columns corrected, then imported, all or nothing."""

from typing import Any

from dash import Input, Output, State, callback, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.sent import Sent
from db.commands.form_tokens import new_token
from db.queries.batteries.detail import battery_choices, known_manufacturers
from db.terms import Role
from pages.battery.live_checks import RefusedBatteryError, follow, register
from pages.context import database, register_page
from pages.import_experiment import battery
from pages.import_experiment.file import file_line
from pages.import_experiment.form import battery_options, experiment_form
from pages.import_experiment.ids import Ids
from pages.import_experiment.layout import import_page

register_page(__name__, "/import-experiment", "Import experiment", Role.OPERATOR)


def layout(**_query: str) -> Component:
    """Return the page."""
    return import_page(known_manufacturers(database()))


@callback(
    output=(
        Output(Ids.CHOOSE, "style"),
        Output(Ids.WORK, "hidden"),
        Output(Ids.SAVE_BAR, "hidden"),
        Output(Ids.FILE, "children"),
        Output(Ids.FORM, "children"),
        Output(Ids.VERIFIED, "data"),
    ),
    inputs={"upload": Input(Ids.UPLOAD, "data")},
    state={"verified": State(Ids.VERIFIED, "data")},
)
def show_upload(upload: dict[str, Any] | None, verified: dict[str, Any] | None) -> tuple[Any, ...]:
    """Show the place for a file, or the work on the file that is there."""
    emptied = None if verified else no_update
    if not upload:  # the form stays, hidden: callbacks that are on their way still find its fields
        return {}, True, True, None, no_update, emptied
    form = experiment_form(upload, battery_choices(database()))
    return {"display": "none"}, False, False, file_line(upload), form, emptied


@callback(
    output=Output(Ids.UPLOAD, "data", allow_duplicate=True),  # the upload script and watch_import
    inputs={"clicks": Input(Ids.REMOVE, "n_clicks")},
    state={"running": State(Ids.IMPORT_JOB, "data")},
    prevent_initial_call=True,
)
def remove_file(clicks: int | None, running: int | None) -> Sent:
    """Put the file aside, to choose another one."""
    if not clicks or running is not None:
        raise PreventUpdate
    return None


follow(battery.FORM)


@callback(
    output=(
        Output(battery.OPEN, "is_open"),
        Output(battery.FOUND, "data"),
        Output(Ids.BATTERY, "options"),
        Output(Ids.BATTERY, "value"),
        Output(battery.ONCE, "data"),
    ),
    inputs={
        "opened": Input(Ids.NEW_BATTERY, "n_clicks"),
        "_cancel": Input(battery.CANCEL, "n_clicks"),
        "_save": Input(battery.SAVE, "n_clicks"),
    },
    state={
        "values": [State(control, "value") for control in battery.FORM.controls],
        "token": State(battery.ONCE, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(battery.SAVE, "disabled"), True, False)],
)
def new_battery(
    opened: int | None, _cancel: int, _save: int, values: list[Any], token: Sent
) -> tuple[Any, ...]:
    """Open and close the dialog; on success the new battery is the chosen one."""
    if ctx.triggered_id != battery.SAVE:
        is_open = bool(opened and ctx.triggered_id == Ids.NEW_BATTERY)
        return is_open, None, no_update, no_update, new_token()
    try:
        _battery, battery_id = register(values, token)
    except RefusedBatteryError as error:
        return True, error.answer, no_update, no_update, no_update
    options = battery_options(battery_choices(database()))
    return False, {"problems": {}, "saved": True}, options, battery_id, no_update
