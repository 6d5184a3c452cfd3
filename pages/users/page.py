"""Users: who may sign in, and what they may do. For admins."""

from collections.abc import Sequence
from typing import Any

from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    html,
    no_update,
    register_page,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask_login import current_user

from components.blocks import page_header
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError
from db.commands.form_tokens import DoneBeforeError, new_token
from db.queries.users import Account, find_account, list_accounts
from db.terms import Role
from pages.context import database, hasher, now, once, session_limits, viewer
from pages.users.dialogs import DEEDS, Question, Told, carry_out, password_of, question, shown_once
from pages.users.ids import Ids
from pages.users.parts import count_words, dialog, header_actions, user_table

register_page(__name__, path="/users", title="Users - Battery Experiments Manager", role=Role.ADMIN)

HIDDEN: dict[str, str] = {"display": "none"}
AS_IT_IS = (no_update,) * 6


def layout(**_query: str) -> Component:
    """Return the list and the dialog."""
    accounts = _accounts()
    return html.Div(
        [
            page_header(
                "Users",
                count=html.Span(count_words(accounts), id=Ids.COUNT),
                actions=header_actions(),
            ),
            html.Div(user_table(accounts, viewer(), now()), id=Ids.LIST, className="bem-people"),
            *dialog(),
        ],
        className="bem-page",
    )


@callback(
    Output(Ids.DIALOG, "is_open"),
    Output(Ids.TITLE, "children"),
    Output(Ids.QUESTION, "children"),
    Output(Ids.SURE, "children"),
    Output(Ids.SURE, "color"),
    Output(Ids.SURE, "style"),
    Output(Ids.KEEP, "children"),
    Output(Ids.ERROR, "children"),
    Output(Ids.CHOSEN, "data"),
    Output(Ids.ONCE, "data"),
    Input(Ids.do(ALL, ALL), "n_clicks"),
    Input(Ids.ADD, "n_clicks"),
    Input(Ids.KEEP, "n_clicks"),
    prevent_initial_call=True,
)
def ask(*_clicks: Sent) -> tuple[Any, ...]:
    """Ask before something is done to a user, naming them."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        raise PreventUpdate  # the buttons of a list that was drawn anew
    asked = ctx.triggered_id
    if asked == Ids.KEEP:  # also takes a password that was shown off the page
        return False, "", [], *AS_IT_IS[:4], "", None, no_update
    deed, of = ("add", None) if asked == Ids.ADD else (asked["do"], asked["of"])
    chosen = {"do": deed, "of": of}
    one = _chosen(chosen)
    return *_opened(question(deed, one, _accounts(), viewer().name)), chosen, new_token()


@callback(
    Output(Ids.DONE, "data"),
    Output(Ids.DIALOG, "is_open", allow_duplicate=True),  # ask opens it, and fills it
    Output(Ids.TITLE, "children", allow_duplicate=True),
    Output(Ids.QUESTION, "children", allow_duplicate=True),
    Output(Ids.SURE, "style", allow_duplicate=True),
    Output(Ids.KEEP, "children", allow_duplicate=True),
    Output(Ids.ERROR, "children", allow_duplicate=True),
    Output(Ids.GO, "href"),
    Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    Input(Ids.SURE, "n_clicks"),
    State(Ids.CHOSEN, "data"),
    State(Ids.field(ALL), "value"),
    State(Ids.field(ALL), "id"),
    State(Ids.ONCE, "data"),
    prevent_initial_call=True,
    running=[(Output(Ids.SURE, "disabled"), True, False)],
)
def change(
    clicks: int | None, chosen: Sent, values: Sent, fields: Sent, token: Sent
) -> tuple[Any, ...]:
    """Do it; a refusal is said in the dialog, where everything typed stays."""
    if not clicks or not isinstance(chosen, dict) or chosen.get("do") not in DEEDS:
        raise PreventUpdate
    typed = {key.get("name"): value for key, value in zip(fields, values, strict=True)}
    try:
        one = _chosen(chosen)
        told = _carried_out(chosen["do"], one, typed, token)
    except InputError as error:
        return *AS_IT_IS, str(error), no_update, no_update
    if told.leave:
        return *AS_IT_IS, no_update, told.leave, no_update
    done = toast("done", told.words)
    if told.password:
        shown = shown_once(one.name if one else str(typed["name"]).strip(), told.password)
        return clicks, True, shown.title, shown.words, HIDDEN, "Close", "", no_update, done
    return clicks, False, no_update, [], no_update, no_update, "", no_update, done


@callback(
    Output(Ids.LIST, "children"),
    Output(Ids.COUNT, "children"),
    Input(Ids.DONE, "data"),
    prevent_initial_call=True,
)
def refresh(_done: Sent) -> tuple[Any, ...]:
    """Show the list again after something was done."""
    accounts = _accounts()
    return user_table(accounts, viewer(), now()), count_words(accounts)


# The list that is drawn anew calls `ask` again, and Dash drops the answer to a Close before it.
clientside_callback(
    ClientsideFunction("users", "close"),
    Output(Ids.DIALOG, "is_open", allow_duplicate=True),
    Input(Ids.KEEP, "n_clicks"),
    prevent_initial_call=True,
)


def _carried_out(deed: str, one: Account | None, typed: dict[str, Any], token: Sent) -> Told:
    """Do it once; a second click is told the same, with the password that the first one made."""
    session_hash = current_user.session_hash
    try:
        return once(
            token,
            lambda by: carry_out(
                database(), deed, one, typed, by=by, session_hash=session_hash, hasher=hasher()
            ),
            deed,
            one.id if one else None,
        )
    except DoneBeforeError:
        _, shown = password_of(typed, f"{token}")
        return Told("It is done.", shown if deed in ("add", "password") else "")


def _accounts() -> Sequence[Account]:
    return list_accounts(database(), session_limits())


def _chosen(chosen: Sent) -> Account | None:
    """Return the user that a deed is about; None for one that is new. Raises InputError."""
    of = chosen.get("of")
    if chosen.get("do") == "add":
        return None
    if not isinstance(of, int) or isinstance(of, bool):
        raise PreventUpdate
    return find_account(database(), of, session_limits())


def _opened(asked: Question) -> tuple[Any, ...]:
    look = {} if asked.go else HIDDEN
    color = "danger" if asked.danger else "primary"
    keep = "Cancel" if asked.go else "Close"
    return True, asked.title, asked.words, asked.go, color, look, keep, ""
