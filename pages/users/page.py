"""Users: who may sign in, and what they may do. For admins."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, icon, page_header, table
from components.controls import action_link, unseen
from components.sent import Sent
from db.queries.users import Account, list_accounts
from db.terms import Role
from pages.ask import ask_dialog, ask_then_do
from pages.context import Viewer, database, now, register_page, session_limits, viewer
from pages.station.labels import ago
from pages.users.dialogs import ask_user, change_user, changed_before
from pages.users.ids import ASK, Ids

HEADS = (
    Head("Name", "in-name"),
    Head("Role", "role"),
    Head("State", "state"),
    Head("Last seen", "when"),
    Head("Last sign-in", "when"),
    Head("Sessions", "num sessions"),
    Head(unseen("What can be done"), "deeds"),
)


register_page(__name__, "/users", "Users", Role.ADMIN)


def layout() -> Component:
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
            # Another role has another menu; a shown password must not go with a stray click.
            *ask_dialog(ASK, refresh=True, backdrop="static"),
        ],
        className="bem-page",
    )


ask_then_do(
    ASK,
    ask_user,
    change_user,
    opens=[Input(Ids.do(ALL, ALL), "n_clicks")],
    answers={
        "names": State(Ids.field(ALL), "id"),
        "values": State(Ids.field(ALL), "value"),
    },
    again=changed_before,
)


@callback(
    output={
        "table": Output(Ids.LIST, "children"),
        "count": Output(Ids.COUNT, "children"),
    },
    inputs={"_done": Input(ASK.done, "data")},
    prevent_initial_call=True,
)
def refresh(_done: Sent) -> dict[str, Sent]:
    """Show the list again after something was done."""
    accounts = _accounts()
    return {"table": user_table(accounts, viewer(), now()), "count": count_words(accounts)}


def _accounts() -> Sequence[Account]:
    return list_accounts(database(), session_limits())


def count_words(accounts: Sequence[Account]) -> str:
    """Say how many users there are: 5, 1 disabled."""
    disabled = sum(one.disabled for one in accounts)
    words = formatting.number(len(accounts))
    return f"{words}, {formatting.number(disabled)} disabled" if disabled else words


def header_actions() -> list[Component]:
    """Return the way to the audit trail and the button that adds a user."""
    return [
        action_link("clock-history", "Audit trail", "/audit"),
        dbc.Button([icon("plus-lg"), "Add user"], id=Ids.do("add", 0), color="primary"),
    ]


def user_table(accounts: Sequence[Account], who: Viewer, at: datetime) -> Component:
    """Return the table of all users; there is always one, who is looking."""
    return table(HEADS, [_row(one, who, at) for one in accounts], "bem-users-table")


def _row(one: Account, who: Viewer, at: datetime) -> html.Tr:
    name: list[Component] = [html.Span(one.name, className="name cut", title=one.name)]
    if one.name == who.name:
        name.append(html.Span("you", className="bem-tag"))
    cells = [
        html.Td(html.Div(name, className="bem-named"), className="in-name"),
        html.Td(str(one.role).capitalize(), className="role"),
        html.Td(_state(one), className="state"),
        html.Td(
            [html.Span("Last seen ", className="phone-only"), _when(one.last_seen_at, who, at)],
            className="when",
        ),
        html.Td(_when(one.last_sign_in_at, who, at), className="when"),
        html.Td(formatting.number(one.sessions), className="num sessions"),
        html.Td(_deeds(one, who), className="deeds"),
    ]
    return html.Tr(cells, className="off" if one.disabled else None)


def _state(one: Account) -> html.Span:
    if one.disabled:
        return html.Span([icon("slash-circle"), "Disabled"], className="bem-status plain")
    return html.Span([icon("check-circle"), "Enabled"], className="bem-status plain running")


def _when(moment: datetime | None, who: Viewer, at: datetime) -> Component:
    if moment is None:
        return html.Span("never", className="t3")
    return ago(moment, at, who.zone)


def _deeds(one: Account, who: Viewer) -> html.Div:
    """Return what can be done, in the same places for everybody."""
    own = one.name == who.name
    last = (
        ("enable", "person-check", "Enable")
        if one.disabled
        else ("disable", "slash-circle", "Disable")
    )
    log = "/audit?" + urlencode({"user": one.name})
    return html.Div(
        [
            _deed(one, "role", "person-gear", "Role"),
            dcc.Link(
                [icon("key"), html.Span("Password")], href="/account", **_look("Your password")
            )
            if own
            else _deed(one, "password", "key", "Password"),
            _deed(one, "sessions", "box-arrow-right", "Sign out"),
            _deed(one, *last),
            dcc.Link(
                [icon("clock-history"), html.Span("Audit")],
                href=log,
                **_look(f"What {one.name} did"),
            ),
        ],
        className="deeds",
    )


def _deed(one: Account, deed: str, icon_name: str, words: str) -> html.Button:
    return html.Button(
        [icon(icon_name), html.Span(words)],
        id=Ids.do(deed, one.id),
        type="button",
        **{"aria-label": f"{words}: {one.name}"},
        **_look(f"{words}: {one.name}"),
    )


def _look(title: str) -> dict[str, str]:
    return {"className": "btn btn-link btn-sm", "title": title}
