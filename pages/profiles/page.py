"""Profiles: the library of all of them."""

from typing import Any

from dash import (
    ClientsideFunction,
    Input,
    Output,
    callback,
    clientside_callback,
    html,
    register_page,
)
from dash.development.base_component import Component

from components.blocks import page_header
from components.sent import Sent
from db.queries.profiles.library import list_profiles
from db.terms import Role
from pages.context import database, now, viewer
from pages.profiles.parts import (
    Ids,
    count_words,
    header_actions,
    profile_list,
    shelf_and_order,
    view_from,
)

PATH = "/profiles"

register_page(
    __name__,
    path=PATH,
    title="Profiles - Battery Experiments Manager",
    role=Role.VIEWER,
)


def layout(**query: Sent) -> Component:
    """Return the page for what its address names."""
    view = view_from(query)
    return html.Div(
        [
            page_header(
                "Profiles",
                count=html.Span(id=Ids.COUNT),
                actions=header_actions(view, viewer().role),
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
    found = list_profiles(database(), text=view.text, archived=view.archived, sort=view.sort)
    stored = {"path": PATH, "query": view.to_query()}
    return profile_list(found, view, viewer(), now()), count_words(found), stored


clientside_callback(ClientsideFunction("profiles", "remember"), Input(Ids.VIEW, "data"))
