"""Audit trail: who did what, when, from where. For admins."""

from typing import Any

from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import page_header
from components.sent import Sent
from db.queries.audit import audit_actions, audit_page, audit_users, names_now
from db.terms import Role
from pages.audit.filters import FILE, NEWEST, PATH, Edge, View, address, edge_of, view_of
from pages.audit.parts import Ids, clear, filters, header_actions, targets_of, trail
from pages.context import database, register_page, run_script, viewer

register_page(__name__, PATH, "Audit trail", Role.ADMIN)


def layout(**query: Sent) -> Component:
    """Return the page for the filter that its address names."""
    view = view_of(query)
    users, actions = audit_users(database()), audit_actions(database())
    return html.Div(
        [
            dcc.Store(id=Ids.VIEW, data=_stored(view, edge_of(query))),
            page_header("Audit trail", count=html.Span(id=Ids.COUNT), actions=header_actions(view)),
            filters(view, users, actions),
            html.Div(id=Ids.LIST, className="bem-audit"),
        ],
        className="bem-page",
    )


@callback(
    Output(Ids.LIST, "children"),
    Output(Ids.COUNT, "children"),
    Output(Ids.CSV, "href"),
    Output(Ids.CLEAR, "children"),
    Output(Ids.VIEW, "data"),
    Input(Ids.USER, "value"),
    Input(Ids.ACTION, "value"),
    Input(Ids.BEGIN, "value"),
    Input(Ids.END, "value"),
    Input(Ids.SEARCH, "value"),
    State(Ids.VIEW, "data"),
)
def show(
    user: Sent, action: Sent, begin: Sent, end: Sent, text: Sent, stored: Sent
) -> tuple[Any, ...]:
    """Show a page of what the controls ask for; another filter begins with the newest."""
    view = view_of({"user": user, "action": action, "from": begin, "to": end, "q": text})
    known = stored.get("query") if isinstance(stored, dict) else None
    edge = edge_of(known) if view_of(known) == view else NEWEST
    who = viewer()
    page = audit_page(database(), view.to_filter(who.zone), before=edge.before, after=edge.after)
    names = names_now(database(), targets_of(page.rows))
    return (
        trail(page, view, names, who),
        formatting.number(page.count),
        address(FILE, view),
        clear(view),
        _stored(view, edge),
    )


run_script("profiles.remember", Input(Ids.VIEW, "data"))


def _stored(view: View, edge: Edge) -> dict[str, Any]:
    """Return what the page keeps and what the browser writes into the address."""
    return {"path": PATH, "query": {**view.to_query(), **edge.to_query()}}
