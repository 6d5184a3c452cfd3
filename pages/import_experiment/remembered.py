"""Corrections of an earlier file of the same layout: said by name, and forgotten when asked."""

from typing import Any

from dash import Input, Output, State, callback, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.controls import small_button
from components.sent import Sent
from db.commands.experiments.import_corrections import forget
from pages.context import actor, database
from pages.import_experiment.ids import Ids
from pages.import_experiment.stores import read_verified


def note() -> Component:
    """Return the place of the note, hidden while the file is read as it was recognised."""
    return html.Div(
        [
            html.Span(id=Ids.REMEMBERED_TEXT),
            small_button("Forget these corrections", "btn-link", id=Ids.FORGET),
        ],
        id=Ids.REMEMBERED,
        className="bem-file-note small",
        hidden=True,
    )


def as_for(verified: dict[str, Any] | None) -> str:
    """Say whose corrections a file is read with; blank for none."""
    corrections = (verified or {}).get("remembered")
    if not corrections:
        return ""
    return (
        f"As for {corrections['file_name']} on {corrections['at'][:10]} "
        f"by {corrections['user_name']}: {corrections['words']}."
    )


@callback(
    output=(Output(Ids.REMEMBERED, "hidden"), Output(Ids.REMEMBERED_TEXT, "children")),
    inputs={"verified": Input(Ids.VERIFIED, "data")},
    prevent_initial_call=True,
)
def show_remembered(verified: Sent) -> tuple[bool, str]:
    """Say whose corrections the file is read with."""
    words = as_for(read_verified(verified))
    return not words, words


@callback(
    output=(
        Output(Ids.FORGET, "disabled"),
        Output(Ids.MAPPING, "data", allow_duplicate=True),  # correct writes it too
    ),
    inputs={"clicks": Input(Ids.FORGET, "n_clicks")},
    state={"verified": State(Ids.VERIFIED, "data")},
    prevent_initial_call=True,
)
def forget_corrections(clicks: int | None, verified: Sent) -> tuple[bool, None]:
    """Forget the corrections; the file is then checked as it is recognised."""
    corrections = (read_verified(verified) or {}).get("remembered")
    if not clicks or not corrections:
        raise PreventUpdate
    forget(database(), corrections["layout"], by=actor())
    return False, None
