"""Parts of the library's page: its controls, its table, its list on a phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, card, empty, short_time, table
from components.controls import action_link, inline, search_box, segments
from cycling.profile.summary import ProfileSummary
from db.queries.lists import Page
from db.queries.profiles.adopted import AdoptedProfile
from db.queries.profiles.library import ProfileRow, ProfileSort
from pages.context import Viewer
from pages.profile.labels import (
    current_words,
    duration_basis,
    duration_words,
    steps_words,
    voltage_words,
)
from pages.sent import searched_text

ARCHIVED, IN_USE = "archived", ""
SHELVES = {IN_USE: "In use", ARCHIVED: "Archived"}
ORDERS = {
    ProfileSort.NAME: "Name",
    ProfileSort.LAST_USED: "Last used",
    ProfileSort.USED: "Most used",
    ProfileSort.CHANGED: "Last changed",
}
NAMES_WRAP = "bem-names-wrap"  # as a table's look
HEADS = (
    Head("Name", "", "auto"),
    Head("Version", "num", "62px"),
    Head("Voltage", "num", "112px"),
    Head("Current", "num", "124px"),
    Head("Cycles", "num", "58px"),
    Head("Duration", "num", "178px"),
    Head("Experiments", "num", "88px"),
    Head("Last used", "num", "106px"),
    Head("Changed", "num", "106px"),
    Head("By", "", "76px"),
)


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
    sort = str(given.get("sort"))
    return View(
        searched_text(given.get("q")),
        given.get("shelf") == ARCHIVED,
        ProfileSort(sort) if sort in set(ProfileSort) else ProfileSort.NAME,
    )


def header_actions(view: View, who: Viewer) -> list[Component]:
    """Return the search field, and for operators the way to a new profile."""
    label = "Search name, description and text"
    search = search_box(Ids.SEARCH, view.text, "Search name and text", label=label)
    if not who.operates:
        return [search]
    return [search, action_link("plus-lg", "New profile", "/edit-profile", "btn-primary")]


def shelf_and_order(view: View) -> html.Div:
    """Return the choice of the archive and of the order."""
    shelf = segments(Ids.SHELF, SHELVES, ARCHIVED if view.archived else IN_USE)
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
            inline("Sort by", order),
        ],
        className="bem-bar",
    )


def profile_list(
    profiles: Page[ProfileRow], view: View, who: Viewer, time: datetime, *, adopted: bool = False
) -> list[Component]:
    """Return the table, or on a phone a list; a sentence where there is nothing."""
    if not profiles.rows:
        return [_nothing(view, who, adopted=adopted)]
    rest = profiles.count - len(profiles.rows)
    words = f"{formatting.number(rest)} more. Narrow the list with a search."
    more = [html.Div(words, className="t3 small p-3")] if rest else []
    if who.narrow:
        lines = [html.Li(_lines(row, who, time)) for row in profiles.rows]
        return [html.Ul(lines, className="bem-plain-list"), *more]
    return [table(HEADS, [_row(row, who, time) for row in profiles.rows], NAMES_WRAP), *more]


def adopted_list(profiles: Page[AdoptedProfile]) -> list[Component]:
    """Return the card of profiles that came with an adopted database; none without any."""
    if not profiles.rows:
        return []
    rows = [
        html.Tr(
            [
                html.Td(
                    dcc.Link(one.name, href=f"/adopted-profiles/{one.id}", className="name"),
                    title=one.name,
                ),
                html.Td(one.description, title=one.description, className="t3 small"),
                _number(formatting.number(one.experiments)),
            ]
        )
        for one in profiles.rows
    ]
    heads = (Head("Name", "", "34%"), Head("Description"), Head("Experiments", "num", "110px"))
    rest = profiles.count - len(profiles.rows)
    words = f"{formatting.number(rest)} more. Narrow the list with a search."
    more = [html.Div(words, className="t3 small p-3")] if rest else []
    title = "Profiles of the WattRex application"
    listed = html.Div(table(heads, rows), className="bem-rows")
    return [card(title, [listed, *more], note="as their rows say; not changed here")]


def _nothing(view: View, who: Viewer, *, adopted: bool) -> Component:
    if view.text:
        which = "of the library " if adopted else ""
        return empty("search", f"No profile {which}has “{view.text}” in its name or text.")
    if view.archived:
        return empty("archive", "No profile is archived.")
    sentence = f"There are no profiles {'in the library ' if adopted else ''}yet."
    if not who.operates:
        return empty("inbox", f"{sentence} Operators write them.")
    return empty("inbox", sentence, dcc.Link("Write the first one", href="/edit-profile"))


def _row(row: ProfileRow, who: Viewer, time: datetime) -> html.Tr:
    described = f"{row.name}: {row.description}" if row.description else row.name
    name: list[Component] = [
        dcc.Link(row.name, href=f"/profiles/{row.id}", className="name", title=row.name)
    ]
    if row.description:
        name.append(html.Span(row.description, className="t3 small"))
    cycles = formatting.number(row.summary.cycles) if row.summary.cycles else "–"
    cells = [
        html.Td(name, title=described),
        _number(str(row.number)),
        _number(voltage_words(row.summary)),
        _number(current_words(row.summary)),
        html.Td(cycles, className="num", title=steps_words(row.summary)),
        _duration(row.summary),
        _number(formatting.number(row.experiments)),
        short_time(row.last_used_at, who.zone, time),
        short_time(row.changed_at, who.zone, time),
        html.Td(row.user_name, title=row.user_name),
    ]
    return html.Tr(cells)


def _duration(summary: ProfileSummary) -> html.Td:
    """Return the duration as the profile's page says it; its title names the battery."""
    words = duration_words(summary)
    title = ", ".join(filter(None, (words, duration_basis(summary))))
    return html.Td(words, className="num", title=title)


def _number(words: str) -> html.Td:
    return html.Td(words, className="num", title=words)


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
