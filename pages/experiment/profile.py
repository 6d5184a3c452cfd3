"""The profile card of the experiment page: the text that it ran, its rows on request."""

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card
from components.profile_editor import profile_text
from db.queries.profiles.library import ProfileSource
from pages.experiment.ids import Ids


def profile_card(source: ProfileSource | None) -> list[Component]:
    """Return the card; none for a profile that was not made of a text of ours."""
    if source is None:
        return []
    rows = html.Button(
        "Show the rows", id=Ids.SHOW_ROWS, type="button", className="btn btn-secondary btn-sm"
    )
    note = [_name(source)]
    if source.capacity_ah is not None:
        note.append(html.Span(f", for {formatting.quantity(source.capacity_ah, 'Ah')}"))
    parts = [profile_text(source.text), html.Div(id=Ids.ROWS)]
    return [card("Profile", parts, note=html.Span(note), end=rows)]


def _name(source: ProfileSource) -> Component:
    if source.library_id is None:
        return html.Span(f"{source.name}, written for this experiment")
    return dcc.Link(
        f"{source.name}, version {source.number}",
        href=f"/profiles/{source.library_id}?version={source.number}",
    )
