"""Several files at once: a new battery for those that have none."""

from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, no_update
from dash.exceptions import PreventUpdate

from components.sent import Sent
from db.commands.form_tokens import new_token
from db.queries.batteries.detail import battery_choices
from pages.battery.form import Form
from pages.battery.live_checks import RefusedBatteryError, follow, register
from pages.context import database
from pages.import_experiment.batch.rows import battery_label
from pages.import_experiment.ids import Ids
from pages.import_experiment.stores import read_batch

FORM = Form("import-batch-cell")
SAVE, CANCEL = FORM.part("save"), FORM.part("cancel")

follow(FORM)


@callback(
    output=(
        Output(FORM.part("dialog"), "is_open"),
        Output(FORM.part("result"), "data"),
        Output(Ids.BATCH, "data", allow_duplicate=True),  # begin and others write it too
        Output(FORM.part("once"), "data"),
    ),
    inputs={
        "opened": Input(Ids.batch_new_battery(ALL), "n_clicks"),
        "_cancel": Input(CANCEL, "n_clicks"),
        "_save": Input(SAVE, "n_clicks"),
    },
    state={
        "values": [State(control, "value") for control in FORM.controls],
        "token": State(FORM.part("once"), "data"),
        "batch": State(Ids.BATCH, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(SAVE, "disabled"), True, False)],
)
def new_battery(
    opened: Sent, _cancel: int, _save: int, values: list[Any], token: Sent, batch: Sent
) -> tuple[Any, ...]:
    """Open and close the dialog; the new battery is proposed for all files without one."""
    if ctx.triggered_id == CANCEL:
        return False, None, no_update, new_token()
    if ctx.triggered_id != SAVE:
        if not any(opened or ()):
            raise PreventUpdate  # a button that was drawn
        return True, None, no_update, new_token()
    try:
        _battery, battery_id = register(values, token)
    except RefusedBatteryError as error:
        return True, error.answer, no_update, no_update
    named = {one.id: battery_label(one) for one in battery_choices(database())}
    files = [{**one, "battery": named.get(battery_id)} for one in read_batch(batch)]
    return False, {"problems": {}, "saved": True}, files, no_update
