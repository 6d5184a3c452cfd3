"""Audit trail: who did what, when, from where. For admins."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from components import formatting
from components.audit_labels import detail_lines, has_thing, sentence, thing
from components.blocks import Head, empty, icon, page_header, table
from components.controls import inline, search_box
from components.sent import Sent
from db.queries.audit import AuditPage, AuditRow, audit_actions, audit_page, audit_users, names_now
from db.terms import Role
from pages.audit.filters import ANY, FILE, NEWEST, PATH, Edge, View, address, edge_of, view_of
from pages.context import Viewer, database, register_page, run_script, viewer
from pages.sent import MAX_SHOWN, read_id, unknown_days, unknown_note, unknown_pages

NAMED = ("experiment", "station", "battery", "profile")  # kinds in the details of rows
PARTS, EDGES = ("user", "action", "from", "to", "q"), ("before", "after")
HEADS = (
    Head("Time", "when"),
    Head("User", "who"),
    Head("What", "what"),
    Head("Action", "action"),
    Head("From", "from"),
)


class Ids:
    """Ids of this page."""

    USER = "audit-user"
    ACTION = "audit-action"
    BEGIN = "audit-from"
    END = "audit-to"
    SEARCH = "audit-search"
    VIEW = "audit-view"
    LIST = "audit-list"
    COUNT = "audit-count"
    CSV = "audit-csv"
    CLEAR = "audit-clear"


register_page(__name__, PATH, "Audit trail", Role.ADMIN, reads=(*PARTS, *EDGES))


def layout(**query: Sent) -> Component:
    """Return the page for the filter that its address names."""
    view = view_of(query)
    users, actions = audit_users(database()), audit_actions(database())
    return html.Div(
        [
            dcc.Store(id=Ids.VIEW, data=_stored(view, edge_of(query))),
            page_header("Audit trail", count=html.Span(id=Ids.COUNT), actions=header_actions(view)),
            *unknown_note(
                [
                    *unknown_values(view, users, actions),
                    *unknown_days(query, ("from", "to")),
                    *unknown_pages(query, [one for one in EDGES if not read_id(query.get(one))]),
                ]
            ),
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


def header_actions(view: View) -> list[Component]:
    """Return the search field and the download of what is shown."""
    example, label = "Search, like Station 04", "Search the audit trail"
    return [
        search_box(Ids.SEARCH, view.text, example, label=label),
        html.A(
            [icon("download"), "CSV"],
            id=Ids.CSV,
            href=address(FILE, view),
            download=True,
            className="btn btn-secondary",
            title="Download all rows that the filter finds",
        ),
    ]


def filters(view: View, users: Sequence[str], actions: Sequence[str]) -> html.Div:
    """Return the filters; what an address names is offered even if nobody did it."""
    return html.Div(
        [
            _choice("User", Ids.USER, view.user, users, "Everybody"),
            _choice("Action", Ids.ACTION, view.action, actions, "Every action"),
            inline("From", dbc.Input(id=Ids.BEGIN, type="date", value=view.begin, size="sm")),
            inline("To", dbc.Input(id=Ids.END, type="date", value=view.end, size="sm")),
            html.Span(clear(view), id=Ids.CLEAR),
        ],
        className="bem-bar bem-audit-bar",
    )


def unknown_values(view: View, users: Sequence[str], actions: Sequence[str]) -> list[str]:
    """Say which user or action of an address no row has."""
    asked = (("user", view.user, users), ("action", view.action, actions))
    return [
        f"No row has the {name} “{value[:MAX_SHOWN]}”. Choose another one, or clear the filters."
        for name, value, known in asked
        if value and value not in known
    ]


def clear(view: View) -> Component | None:
    """Return the way back to everything, where something is narrowed."""
    if not view.to_query():
        return None
    return dcc.Link("Clear filters", href=PATH, className="btn btn-link btn-sm")


def trail(page: AuditPage, view: View, names: Mapping[str, str], who: Viewer) -> list[Component]:
    """Return the table of one page with the ways to the others; a sentence where nothing is."""
    if not page.rows:
        nothing = "Nothing in the audit trail matches this filter."
        return [empty("funnel", nothing, dcc.Link("Clear filters", href=PATH))]
    rows = table(HEADS, [_row(row, names, who) for row in page.rows], "bem-audit-table")
    return [rows, _pages(page, view)] if page.has_newer or page.has_older else [rows]


def targets_of(rows: Sequence[AuditRow]) -> set[str]:
    """Return what rows are about, to be named."""
    targets = {row.target for row in rows}
    return targets | {
        f"{kind} {row.detail[kind]}" for row in rows for kind in NAMED if row.detail.get(kind)
    }


def _row(row: AuditRow, names: Mapping[str, str], who: Viewer) -> html.Tr:
    return html.Tr(
        [
            html.Td(
                formatting.exactly(row.at, who.zone), className="when", title=formatting.utc(row.at)
            ),
            html.Td(row.user_name, className="who", title=row.user_name),
            html.Td(_what(row, names), className="what"),
            html.Td(row.action, className="action", title=row.action),
            html.Td(row.address or "–", className="from", title=row.address),
        ]
    )


def _what(row: AuditRow, names: Mapping[str, str]) -> html.Div:
    before, after = sentence(row.action, row.detail)
    words: list[Component | str] = [before]
    if has_thing(row.action):
        words += [_linked(row, names), after]
    else:
        words.append(after)
    parts = [html.Span(words, className="words")]
    if more := _details(row, names):
        parts.append(more)
    return html.Div(parts)


def _linked(row: AuditRow, names: Mapping[str, str]) -> Component:
    was = row.detail.get("name")
    words, href = thing(row.target, names, was if isinstance(was, str) else "")
    if href:
        return dcc.Link(words, href=href, title=row.target)
    return html.Span(words, title=row.target)


def _details(row: AuditRow, names: Mapping[str, str]) -> html.Details | None:
    """Return what else the row says, folded in; things are named there."""
    lines = detail_lines(row.detail)
    if not lines:
        return None
    facts = "\n".join(
        f"{name}: {thing(f'{name} {value}', names)[0] if name in NAMED else value}"
        for name, value in lines
    )
    return html.Details([html.Summary("Details"), html.Div(facts, className="facts")])


def _pages(page: AuditPage, view: View) -> html.Nav:
    newest = address(PATH, view)
    newer = address(PATH, view, Edge(after=page.rows[0].id))
    older = address(PATH, view, Edge(before=page.rows[-1].id))
    return html.Nav(
        [
            _page("Newest", newest, "chevron-bar-left", there=page.has_newer),
            _page("Newer", newer, "chevron-left", there=page.has_newer),
            _page("Older", older, "chevron-right", there=page.has_older),
        ],
        className="bem-pages",
        **{"aria-label": "Pages"},
    )


def _page(words: str, href: str, icon_name: str, *, there: bool) -> Component:
    look = "btn btn-secondary btn-sm"
    said = [icon(icon_name), words]
    if there:
        return dcc.Link(said, href=href, className=look)
    return html.Span(said, className=f"{look} disabled", **{"aria-disabled": "true"})


def _choice(
    label: str, select_id: str, value: str, offered: Sequence[str], everything: str
) -> html.Div:
    known = offered if not value or value in offered else [value, *offered]
    options = [{"label": everything, "value": ANY}]
    options += [{"label": one, "value": one} for one in known]
    return inline(label, dbc.Select(id=select_id, options=options, value=value or ANY, size="sm"))
