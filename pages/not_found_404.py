"""The page for addresses that lead nowhere."""

from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import empty, page_header
from db.terms import Role
from pages.context import register_page

register_page(__name__, None, "Not found", Role.VIEWER)


def layout() -> Component:
    """Return the page for an unknown address."""
    return not_found("There is no page at this address.")


def not_found(
    sentence: str, where: str = "/experiments", words: str = "All experiments"
) -> Component:
    """Say what is not there and where to go on: to the list of its kind."""
    return html.Div(
        [
            page_header("Not found"),
            empty("signpost-split", sentence, dcc.Link(words, href=where)),
        ],
        className="bem-page",
    )
