"""Profiles: the library of all of them."""

from typing import Any

from dash import Input, Output, callback, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import page_header
from components.sent import Sent
from db.queries.profiles.adopted import adopted_profiles
from db.queries.profiles.library import ProfileSort, list_profiles
from db.terms import Role
from pages.context import database, now, register_page, run_script, viewer
from pages.profiles.listing import (
    ARCHIVED,
    Ids,
    adopted_list,
    header_actions,
    profile_list,
    shelf_and_order,
    view_from,
)
from pages.sent import unknown_choices, unknown_note, unknown_sort

PATH = "/profiles"

register_page(__name__, PATH, "Profiles", Role.VIEWER, reads=("q", "shelf", "sort"))


def layout(**query: Sent) -> Component:
    """Return the page for what its address names."""
    view = view_from(query)
    return html.Div(
        [
            page_header(
                "Profiles",
                count=html.Span(id=Ids.COUNT),
                actions=header_actions(view, viewer()),
            ),
            *unknown_note(
                [
                    *unknown_choices("Shelf", query.get("shelf"), [ARCHIVED]),
                    *unknown_sort(query.get("sort"), ProfileSort),
                ]
            ),
            shelf_and_order(view),
            html.Div(id=Ids.LIST, className="bem-library"),
        ],
        className="bem-page",
    )


@callback(
    output=(
        Output(Ids.LIST, "children"),
        Output(Ids.COUNT, "children"),
        Output(Ids.VIEW, "data"),
    ),
    inputs={
        "text": Input(Ids.SEARCH, "value"),
        "shelf": Input(Ids.SHELF, "value"),
        "order": Input(Ids.ORDER, "value"),
    },
)
def show(text: Sent, shelf: Sent, order: Sent) -> tuple[Any, ...]:
    """List the profiles that are wanted."""
    view = view_from({"q": text, "shelf": shelf, "sort": order})
    profiles = list_profiles(database(), text=view.text, archived=view.archived, sort=view.sort)
    count = formatting.number_of(profiles.count, profiles.total)
    stored = {"path": PATH, "query": view.to_query()}
    adopted = [] if view.archived else adopted_list(adopted_profiles(database(), view.text))
    listed = profile_list(profiles, view, viewer(), now(), adopted=bool(adopted))
    return [*listed, *adopted], count, stored


run_script("profiles.remember", Input(Ids.VIEW, "data"))
