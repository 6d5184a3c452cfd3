"""The profile card of the experiment page: the text that it ran, its rows on request."""

from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import card
from components.controls import small_button
from components.profile_editor import profile_text
from components.sent import Sent
from db.queries.profiles.compiled import compiled_profiles
from db.queries.profiles.uses import ProfileSource, experiment_profile, source_of
from pages.context import database
from pages.experiment.ids import Ids
from pages.profile.rows import compiled_rows
from pages.sent import sent_id


def profile_card(source: ProfileSource | None) -> list[Component]:
    """Return the card; none for a profile that was not made of a text of ours."""
    if source is None:
        return []
    rows = small_button("Show the rows", id=Ids.SHOW_ROWS)
    parts = [profile_text(source.text), html.Div(id=Ids.ROWS)]
    return [card("Profile", parts, note=_name(source), end=rows)]


def profile_words(source: ProfileSource) -> str:
    """Name a profile as its library does, whole, with its version and for which capacity it is."""
    words = f"{source.name}, version {source.number}"
    if source.library_id is None:
        words = f"{source.name}, written for this experiment"
    if source.capacity_ah is not None:
        words += f", for {formatting.quantity(source.capacity_ah, 'Ah')}"
    return words


def _name(source: ProfileSource) -> Component:
    if source.library_id is None:
        return html.Span(profile_words(source))
    address = f"/profiles/{source.library_id}?version={source.number}"
    return dcc.Link(profile_words(source), href=address)


@callback(
    output=Output(Ids.PROFILE, "children"),
    inputs={"experiment_id": Input(Ids.EXPERIMENT, "data")},
)
def show_profile(experiment_id: Sent) -> list[Component]:
    """Show the text of the profile; the page does not wait for it."""
    with database().snapshot() as whole:
        profile_id = experiment_profile(whole, sent_id(experiment_id))
        return profile_card(source_of(whole, profile_id or 0))


@callback(
    output=Output(Ids.ROWS, "children"),
    inputs={"clicks": Input(Ids.SHOW_ROWS, "n_clicks")},
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    prevent_initial_call=True,
)
def show_rows(clicks: int | None, experiment_id: Sent) -> list[Component]:
    """List the compiled rows."""
    profile_id = experiment_profile(database(), sent_id(experiment_id))
    if not clicks or profile_id is None:
        raise PreventUpdate
    return compiled_rows(compiled_profiles(database(), [profile_id])[profile_id])
