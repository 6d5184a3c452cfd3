"""Account: change one's password."""

from contextlib import suppress

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask_login import current_user

from components.blocks import labelled, page_header
from components.sent import Sent
from components.shell import show_toast
from cycling.errors import InputError
from db.commands.audit import By
from db.commands.form_tokens import DoneBeforeError, new_token
from db.commands.users import change_password
from db.terms import Role
from pages.context import database, hasher, limits, once, register_page, viewer

register_page(__name__, "/account", "Change password", Role.VIEWER)


class Ids:
    """Ids of this page."""

    OLD = "account-old"
    NEW = "account-new"
    AGAIN = "account-again"
    SAVE = "account-save"
    ERROR = "account-error"
    ONCE = "account-once"


FIELDS = (Ids.OLD, Ids.NEW, Ids.AGAIN)


def layout() -> Component:
    """Return the form."""
    fields = [
        dcc.Store(id=Ids.ONCE, data=new_token()),
        labelled("Old password", _password(Ids.OLD, "current-password")),
        labelled(
            "New password",
            _password(Ids.NEW, "new-password"),
            help_text="At least 12 characters.",
        ),
        labelled("New password again", _password(Ids.AGAIN, "new-password")),
        html.Div(id=Ids.ERROR, className="bem-field-error", role="alert"),
        html.Div(dbc.Button("Change password", id=Ids.SAVE, color="primary")),
    ]
    return html.Div(
        [
            page_header("Change password", count=viewer().name),
            html.Div(fields, className="bem-form bem-narrow-form"),
        ],
        className="bem-page",
    )


@callback(
    output=(
        Output(Ids.ERROR, "children"),
        Output(Ids.ONCE, "data"),
        [Output(field, "value") for field in FIELDS],
    ),
    inputs={
        "clicks": Input(Ids.SAVE, "n_clicks"),
        "enters": [Input(field, "n_submit") for field in FIELDS],
    },
    state={
        "passwords": [State(field, "value") for field in FIELDS],
        "token": State(Ids.ONCE, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(Ids.SAVE, "disabled"), True, False)],
)
def save(clicks: Sent, enters: Sent, passwords: Sent, token: Sent) -> tuple[object, ...]:
    """Change the password and end the user's other sessions."""
    if not any((clicks, *enters)):
        raise PreventUpdate
    old, new, again = (one or "" for one in passwords)
    if new != again:
        words = "The two new passwords differ. Type the same one twice."
        return words, no_update, passwords
    try:
        with suppress(DoneBeforeError):
            once(token, lambda by: _change(old, new, by))
    except InputError as error:
        return str(error), no_update, passwords
    show_toast("done", "Your password is changed. Other browsers are signed out.")
    return "", new_token(), ["", "", ""]


def _change(old: str, new: str, by: By) -> None:
    change_password(
        database(),
        old,
        new,
        by=by,
        keep_session=current_user.session_hash,
        hasher=hasher(),
        limits=limits(),
    )


def _password(input_id: str, kind: str) -> dbc.Input:
    return dbc.Input(id=input_id, type="password", autocomplete=kind, maxLength=200)
