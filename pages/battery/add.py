"""Add battery: the form for the three technologies, and the same again for the next one."""

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import note, page_header
from components.sent import Sent
from components.shell import show_toast
from cycling.battery.description import NewBattery
from cycling.errors import NotFoundError
from db.commands.form_tokens import new_token
from db.queries.batteries.detail import battery_details, manufacturers
from db.terms import Role
from pages.battery.add_parts import FORM, NEXT, Ids, next_one
from pages.battery.details import ADD_EXPERIMENT
from pages.battery.fields import typed_as
from pages.battery.form import Filling, battery_page
from pages.battery.live_checks import RefusedBatteryError, follow, register, saved
from pages.context import database, register_page
from pages.sent import asked_id

register_page(__name__, "/add-battery", "Add battery", Role.OPERATOR)

follow(FORM)


def layout(like: str = "") -> Component:
    """Return the form; `like` names a battery that the new one equals but for its number."""
    pattern, words = _pattern(like)
    filling = Filling(
        values=typed_as(pattern) if pattern else {},
        manufacturers=manufacturers(database()),
        kept_as=f"like-{like}" if pattern else "new",
    )
    save = dbc.Button("Add battery", id=Ids.SAVE, color="primary")
    save_next = dbc.Button("Add and copy as next", id=Ids.SAVE_NEXT, color="secondary")
    return battery_page(
        FORM,
        filling,
        [page_header("Add battery"), dcc.Store(id=Ids.ONCE, data=new_token())],
        buttons=[save, save_next],
        words=words,
    )


@callback(
    output=Output(Ids.RESULT, "data"),
    inputs={"clicks": Input(Ids.SAVE, "n_clicks"), "clicks_next": Input(Ids.SAVE_NEXT, "n_clicks")},
    state={
        "values": [State(control, "value") for control in FORM.controls],
        "token": State(Ids.ONCE, "data"),
    },
    prevent_initial_call=True,
    running=[
        (Output(Ids.SAVE, "disabled"), True, False),
        (Output(Ids.SAVE_NEXT, "disabled"), True, False),
    ],
)
def save(clicks: Sent, clicks_next: Sent, values: Sent, token: Sent) -> Sent:
    """Register the battery, or say under each field what is wrong."""
    if not (clicks or clicks_next):
        raise PreventUpdate
    try:
        battery, battery_id = register(values, token)
    except RefusedBatteryError as error:
        return error.answer
    following = NEXT.format(battery_id)
    text = f"{battery.name} (SN {battery.serial_number}) is registered."
    if ctx.triggered_id == Ids.SAVE_NEXT:
        show_toast("done", text, href=f"/batteries/{battery_id}", link="Open it")
        return saved(following)
    show_toast("done", text, href=following, link="Copy as next serial number")
    return saved(ADD_EXPERIMENT.format(battery_id))


def _pattern(like: Sent) -> tuple[NewBattery | None, Component | None]:
    """Return the battery that the form begins with, and what to say about it."""
    if not like:
        return None, None
    try:
        known = battery_details(database(), asked_id("battery", like)).battery
    except NotFoundError as error:
        return None, note("paused", f"{error} The form is empty.")
    copy = next_one(known)
    words = f"Copied from {known.name}, SN {known.serial_number}. "
    if copy.serial_number:
        return copy, note("info", f"{words}The serial number is counted on.")
    return copy, note("info", f"{words}Its serial number has no number to count on: give the next.")
