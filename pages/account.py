"""Account: change one's password."""

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, html, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask_login import current_user

from components.blocks import labelled, page_header
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError
from db.commands.users import change_password
from db.terms import Role
from pages.context import actor, database, hasher, limits, viewer

register_page(
    __name__,
    path="/account",
    title="Change password - Battery Experiments Manager",
    role=Role.VIEWER,
)


class Ids:
    """Ids of this page."""

    OLD = "account-old"
    NEW = "account-new"
    AGAIN = "account-again"
    SAVE = "account-save"
    ERROR = "account-error"


def layout(**_query: str) -> Component:
    """Return the form."""
    fields = [
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
    Output(Ids.ERROR, "children"),
    Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    Output(Ids.OLD, "value"),
    Output(Ids.NEW, "value"),
    Output(Ids.AGAIN, "value"),
    Input(Ids.SAVE, "n_clicks"),
    Input(Ids.OLD, "n_submit"),
    Input(Ids.NEW, "n_submit"),
    Input(Ids.AGAIN, "n_submit"),
    State(Ids.OLD, "value"),
    State(Ids.NEW, "value"),
    State(Ids.AGAIN, "value"),
    prevent_initial_call=True,
)
def save(*given: Sent) -> tuple[object, ...]:
    """Change the password and end the user's other sessions."""
    clicks_and_enters, typed = given[:4], given[4:]
    if not any(clicks_and_enters):
        raise PreventUpdate  # the toast is older than this page, so Dash calls when the page opens
    old, new, again = typed
    if (new or "") != (again or ""):
        return "The two new passwords differ. Type the same one twice.", None, *typed
    try:
        change_password(
            database(),
            old or "",
            new or "",
            by=actor(),
            keep_session=current_user.session_hash,
            hasher=hasher(),
            limits=limits(),
        )
    except InputError as error:
        return str(error), None, *typed
    done = toast("done", "Your password is changed. Other browsers are signed out.")
    return "", done, "", "", ""


def _password(input_id: str, kind: str) -> dbc.Input:
    return dbc.Input(id=input_id, type="password", autocomplete=kind, maxLength=200)
