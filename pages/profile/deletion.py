"""Deleting a profile of the library: the button, the dialog that names it, the deed; for admins."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import icon
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError, NotFoundError
from db.commands.profiles import delete_profile
from db.queries.profiles.library import LibraryFacts, library_profile
from db.queries.references import profile_kept_because
from db.terms import Role
from pages.context import Viewer, actor, database
from pages.profile.parts import Ids

HIDDEN = {"display": "none"}


def delete_button(who: Viewer) -> list[Component]:
    """Return the button, for those who may."""
    if not who.role.includes(Role.ADMIN):
        return []
    words = [icon("trash"), "Delete"]
    return [html.Button(words, id=Ids.DELETE, type="button", className="btn btn-link")]


def delete_dialog(who: Viewer) -> list[Component]:
    """Return the dialog, closed, for those who may."""
    if not who.role.includes(Role.ADMIN):
        return []
    dialog = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(id=Ids.DELETE_TITLE), close_button=False),
            dbc.ModalBody(
                [
                    html.Div(id=Ids.DELETE_QUESTION, className="bem-ask"),
                    html.Div(id=Ids.DELETE_ERROR, className="bem-field-error", role="alert"),
                ]
            ),
            dbc.ModalFooter(
                [
                    dbc.Button("Keep it", id=Ids.DELETE_KEEP, color="secondary"),
                    dbc.Button("Delete profile", id=Ids.DELETE_SURE, color="danger", outline=True),
                ]
            ),
        ],
        id=Ids.DELETE_DIALOG,
        is_open=False,
    )
    return [dialog, dcc.Location(id=Ids.DELETE_GO, refresh="callback-nav")]


def ask_and_delete() -> None:
    """Register what the button and the dialog do; once for the page."""

    @callback(
        Output(Ids.DELETE_DIALOG, "is_open"),
        Output(Ids.DELETE_TITLE, "children"),
        Output(Ids.DELETE_QUESTION, "children"),
        Output(Ids.DELETE_SURE, "style"),
        Output(Ids.DELETE_ERROR, "children"),
        Output(Ids.DELETE_GO, "href"),
        Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
        Input(Ids.DELETE, "n_clicks"),
        Input(Ids.DELETE_KEEP, "n_clicks"),
        Input(Ids.DELETE_SURE, "n_clicks"),
        State(Ids.VERSION, "data"),
        prevent_initial_call=True,
        running=[(Output(Ids.DELETE_SURE, "disabled"), True, False)],
    )
    def delete(opened: Sent, keep: Sent, sure: Sent, version: Sent) -> tuple[Any, ...]:
        """Ask before a profile is deleted, naming it; say what keeps it."""
        profile_id = version.get("profile") if isinstance(version, dict) else None
        if not (opened or keep or sure) or not isinstance(profile_id, int):
            raise PreventUpdate  # the toast is older than this page
        if ctx.triggered_id == Ids.DELETE_KEEP:
            return False, *(no_update for _ in range(6))
        return _asked(profile_id) if ctx.triggered_id == Ids.DELETE else _deleted(profile_id)


def question(known: LibraryFacts, kept_because: str) -> tuple[str, list[Component]]:
    """Name the profile and say what is lost with it, or why it is kept."""
    named = html.B(f"{known.name}, profile {known.id}")
    if kept_because:
        title = f"{known.name} cannot be deleted"
        return title, [html.P([named, f", is kept. {kept_because}"])]
    count = len(known.versions)
    versions = "its only version" if count == 1 else f"its {count} versions"
    words = f", is deleted with {versions} and all rows that were compiled from it."
    return f"Delete {known.name}?", [
        html.P([named, words]),
        html.P("No experiment has used it. The audit trail keeps the text of its last version."),
    ]


def _asked(profile_id: int) -> tuple[Any, ...]:
    try:
        known = library_profile(database(), profile_id)
    except NotFoundError as error:
        return False, *(no_update for _ in range(5)), toast("error", str(error))
    kept_because = profile_kept_because(database(), profile_id)
    look = HIDDEN if kept_because else {}
    return True, *question(known, kept_because), look, "", no_update, no_update


def _deleted(profile_id: int) -> tuple[Any, ...]:
    try:
        name = delete_profile(database(), profile_id, by=actor())
    except InputError as error:
        return True, *(no_update for _ in range(3)), str(error), no_update, no_update
    told = toast("done", f"The profile {name} is deleted.")
    return False, *(no_update for _ in range(4)), "/profiles", told
