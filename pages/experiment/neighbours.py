"""The ways from the page of an experiment to those before and after it of the same battery."""

from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import icon
from components.controls import unseen
from db.queries.experiments.detail import Neighbour, Neighbours
from pages.experiment.tabs import Tab, tab_address


def neighbour_links(battery: str, around: Neighbours, tab: Tab) -> list[Component]:
    """Return the ways to the battery's other experiments; none where it has no other."""
    if not battery or (around.previous is None and around.next is None):
        return []
    return [
        _link("chevron-left", "Previous", around.previous, battery, tab),
        _link("chevron-right", "Next", around.next, battery, tab),
    ]


def _link(icon_name: str, which: str, other: Neighbour | None, battery: str, tab: Tab) -> Component:
    if other is None:
        words = f"{battery} has no {which.lower()} experiment"
        return html.Span(
            icon(icon_name),
            className="btn btn-link icon disabled",
            title=words,
            role="img",
            **{"aria-label": words},
        )
    words = f"{which} of {battery}: {other.name or 'Without a name'}"
    return dcc.Link(
        [icon(icon_name), unseen(words)],
        href=tab_address(other.id, tab),
        className="btn btn-link icon",
        title=words,
    )
