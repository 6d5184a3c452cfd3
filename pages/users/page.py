"""Users: who may sign in, and what they may do. For admins."""

from collections.abc import Sequence

from dash import ALL, Input, Output, State, callback, html
from dash.development.base_component import Component

from components.blocks import page_header
from components.sent import Sent
from db.queries.users import Account, list_accounts
from db.terms import Role
from pages.ask import ask_dialog, ask_then_do
from pages.context import database, now, register_page, session_limits, viewer
from pages.users.dialogs import ask_user, change_user, changed_before
from pages.users.ids import ASK, Ids
from pages.users.parts import count_words, header_actions, user_table

register_page(__name__, "/users", "Users", Role.ADMIN)


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
