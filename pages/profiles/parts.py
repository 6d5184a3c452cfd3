"""Parts of the library's page: its controls, its table, its list on a phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import empty, icon
from db.queries.profiles.library import ProfileList, ProfileRow, ProfileSort
from db.terms import Role
from pages.context import Viewer
from pages.profile.labels import current_words, duration_words, steps_words, voltage_words

ARCHIVED, IN_USE = "archived", ""
ORDERS = {
    ProfileSort.NAME: "Name",
    ProfileSort.LAST_USED: "Last used",
    ProfileSort.USED: "Most used",
    ProfileSort.CHANGED: "Last changed",
}
MAX_SEARCH = 100


class Ids:
    """Ids of the library's page."""

    SEARCH = "profiles-search"
    SHELF = "profiles-shelf"
    ORDER = "profiles-order"
    LIST = "profiles-list"
    COUNT = "profiles-count"
    VIEW = "profiles-view"


@dataclass(frozen=True)
class View:
    """What the list is narrowed to and how it is sorted, as its address says."""

    text: str = ""
    archived: bool = False
    sort: ProfileSort = ProfileSort.NAME

    def to_query(self) -> dict[str, str]:
        """Return it as it stands in the address."""
        return {
            "q": self.text,
            "shelf": ARCHIVED if self.archived else IN_USE,
            "sort": "" if self.sort is ProfileSort.NAME else str(self.sort),
        }


def view_from(given: Mapping[str, Any]) -> View:
    """Read an address or the controls; nothing in it can fail."""
    text = given.get("q")
    plain = text.encode(errors="ignore").decode() if isinstance(text, str) else ""
    sort = str(given.get("sort"))
    return View(
        plain[:MAX_SEARCH],
        given.get("shelf") == ARCHIVED,
        ProfileSort(sort) if sort in set(ProfileSort) else ProfileSort.NAME,
    )


def header_actions(view: View, role: Role) -> list[Component]:
    """Return the search field, and for operators the way to a new profile."""
    search = dcc.Input(
        id=Ids.SEARCH,
        value=view.text,
        debounce=0.3,
        maxLength=MAX_SEARCH,
        type="search",
        placeholder="Search name and text",
        className="form-control",
    )
    actions: list[Component] = [
        html.Label(
            [icon("search"), search, html.Kbd("/")],
            className="bem-search",
            **{"aria-label": "Search name, description and text"},
        )
    ]
    if role.includes(Role.OPERATOR):
        actions.append(
            dcc.Link(
                [icon("plus"), "New profile"], href="/edit-profile", className="btn btn-primary"
            )
        )
    return actions


def shelf_and_order(view: View) -> html.Div:
    """Return the choice of the archive and of the order."""
    shelf = dbc.RadioItems(
        id=Ids.SHELF,
        options=[{"label": "In use", "value": IN_USE}, {"label": "Archived", "value": ARCHIVED}],
        value=ARCHIVED if view.archived else IN_USE,
        class_name="bem-seg",
        input_class_name="btn-check",
        label_class_name=" ",
        label_checked_class_name="active",
    )
    order = dbc.Select(
        id=Ids.ORDER,
        options=[{"label": words, "value": str(sort)} for sort, words in ORDERS.items()],
        value=str(view.sort),
        size="sm",
    )
    return html.Div(
        [
            dcc.Store(id=Ids.VIEW),
            shelf,
            html.Div(
                [dbc.Label("Sort by", html_for=Ids.ORDER), order], className="bem-inline bem-slim"
            ),
        ],
        className="bem-bar",
    )


def count_words(found: ProfileList) -> str:
    """Say how many there are: 3 of 41."""
    if found.count == found.total:
        return formatting.number(found.total)
    return f"{formatting.number(found.count)} of {formatting.number(found.total)}"


def profile_list(found: ProfileList, view: View, who: Viewer, time: datetime) -> list[Component]:
    """Return the table, or on a phone a list; a sentence where there is nothing."""
    if not found.rows:
        return [_nothing(view, who)]
    rest = found.count - len(found.rows)
    more = [html.Div(_left_out(rest), className="t3 small p-3")] if rest else []
    if who.narrow:
        lines = [html.Li(_lines(row, who, time)) for row in found.rows]
        return [html.Ul(lines, className="bem-plain-list"), *more]
    return [_table([_row(row, who, time) for row in found.rows]), *more]


def _nothing(view: View, who: Viewer) -> Component:
    if view.text:
        return empty("search", f"No profile has “{view.text}” in its name or text.")
    if view.archived:
        return empty("archive", "No profile is archived.")
    if not who.role.includes(Role.OPERATOR):
        return empty("inbox", "There are no profiles yet. Operators write them.")
    action = dcc.Link("Write the first one", href="/edit-profile")
    return empty("inbox", "There are no profiles yet.", action)


def _left_out(rest: int) -> str:
    return f"{formatting.number(rest)} more. Narrow the list with a search."


def _table(rows: list[Component]) -> html.Table:
    heads = [
        ("Name", "", "auto"),
        ("Version", "num", "66px"),
        ("Voltage", "num", "124px"),
        ("Current", "num", "130px"),
        ("Cycles", "num", "66px"),
        ("Duration", "num", "112px"),
        ("Experiments", "num", "96px"),
        ("Last used", "num", "116px"),
        ("Changed", "num", "116px"),
        ("By", "", "92px"),
    ]
    head = html.Tr(
        [html.Th(words, className=kind, style={"width": width}) for words, kind, width in heads]
    )
    return html.Table([html.Thead(head), html.Tbody(rows)], className="bem-table")


def _row(row: ProfileRow, who: Viewer, time: datetime) -> html.Tr:
    described = f"{row.name}: {row.description}" if row.description else row.name
    name: list[Component] = [
        dcc.Link(row.name, href=f"/profiles/{row.id}", className="name", title=row.name)
    ]
    if row.description:
        name.append(html.Span(row.description, className="t3 small"))
    cells = [
        html.Td(name, title=described),
        _number(str(row.number)),
        _number(voltage_words(row.summary)),
        _number(current_words(row.summary)),
        html.Td(_cycles(row), className="num", title=steps_words(row.summary)),
        html.Td(duration_words(row.summary), className="num", title="Estimated, not simulated"),
        _number(formatting.number(row.experiments)),
        _number(formatting.when(row.last_used_at, who.zone, time) or "–", row.last_used_at),
        _number(formatting.when(row.changed_at, who.zone, time), row.changed_at),
        html.Td(row.user_name, title=row.user_name),
    ]
    return html.Tr(cells)


def _cycles(row: ProfileRow) -> str:
    return formatting.number(row.summary.cycles) if row.summary.cycles else "–"


def _number(words: str, moment: datetime | None = None) -> html.Td:
    return html.Td(words, className="num", title=formatting.utc(moment) if moment else words)


def _lines(row: ProfileRow, who: Viewer, time: datetime) -> dcc.Link:
    used = f"{formatting.counted(row.experiments, 'experiment')}"
    last = formatting.when(row.last_used_at, who.zone, time)
    return dcc.Link(
        [
            html.Span(row.name, className="n cut"),
            html.Span(f"version {row.number}", className="t3 small"),
            html.Span(
                f"{voltage_words(row.summary)}, {current_words(row.summary)}",
                className="t2 small cut",
            ),
            html.Span(f"{used}{', ' + last if last else ''}", className="t3 small"),
        ],
        href=f"/profiles/{row.id}",
        className="bem-lines",
    )
