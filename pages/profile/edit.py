"""Edit profile: a new profile of the library, or the next version of one."""

from typing import Any

from dash import Input, Output, State, callback, no_update, register_page
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.profile_editor import file_id, problems_id, problems_list, text_id, typed_id
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError, NotFoundError
from cycling.profile.summary import text_problems
from db.commands.profiles import RefusedProfileError
from db.queries.profiles.library import library_profile, version_text
from db.terms import Role
from pages.context import database, now, viewer
from pages.not_found_404 import not_found
from pages.profile.battery_kinds import chosen, suited
from pages.profile.check import checked, watch_editor
from pages.profile.curve_card import sketch_parts
from pages.profile.edit_parts import EDITOR, SKETCH, Editing, Ids, new_page, page, save
from pages.profile.files import text_of_file
from pages.profile.labels import problem_words

register_page(
    __name__,
    path="/edit-profile",
    title="Edit profile - Battery Experiments Manager",
    role=Role.OPERATOR,
)


def layout(profile: str = "", version: str = "") -> Component:
    """Return the page for a new profile, or for the profile and version of the address."""
    if not profile:
        return new_page()
    number = int(profile) if profile.isascii() and profile.isdigit() and len(profile) < 10 else 0
    try:
        known = library_profile(database(), number)
    except NotFoundError as error:
        return not_found(str(error))
    wanted = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    shown = known.version(wanted)
    return page(Editing(known, shown, version_text(database(), shown.id)), viewer())


watch_editor(EDITOR)


@callback(
    output=(
        Output(problems_id(EDITOR), "children"),
        Output(Ids.STATE, "children"),
    ),
    inputs={"text": Input(typed_id(EDITOR), "data")},
)
def check(text: Sent) -> tuple[Any, Any]:
    """Say what is wrong with the text, whatever the battery."""
    if not isinstance(text, str) or not text.strip():
        return [], "" if text is None else "The text is empty."
    problems = text_problems(text)
    return problems_list(problems), problem_words(problems)


@callback(
    *SKETCH.outputs(),
    Input(typed_id(EDITOR), "data"),
    Input(SKETCH.kind, "value"),
    Input(SKETCH.capacity, "value"),
    Input(SKETCH.cells, "value"),
    Input(Shell.THEME, "data"),
)
def draw(text: Sent, kind: Sent, capacity: Sent, cells: Sent, theme: Sent) -> Sent:
    """Draw what is expected of the chosen battery."""
    if theme is None or not isinstance(text, str):
        raise PreventUpdate  # the script and the frame say both in a moment
    battery = chosen(kind, cells, capacity, suited(None))
    view = checked(text, battery=battery.battery, capacity_ah=battery.capacity_ah)
    return sketch_parts(view, dark=theme == "dark")


@callback(
    output=(
        Output(text_id(EDITOR), "value"),
        Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    ),
    inputs={"given": Input(file_id(EDITOR), "data")},
    prevent_initial_call=True,
)
def take_file(given: Sent) -> tuple[Any, Any]:
    """Put a file's profile into the editor."""
    if given is None:
        raise PreventUpdate
    try:
        found = text_of_file(given)
    except InputError as error:
        return no_update, toast("error", str(error))
    return found.text, toast("info", found.words)


@callback(
    Output(Ids.GO, "href"),
    Output(Ids.NAME_ERROR, "children"),
    Output(Ids.ERROR, "children"),
    Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    Output(text_id(EDITOR), "value", allow_duplicate=True),  # take_file too
    Output(Ids.NAME, "value"),
    Output(Ids.DESCRIPTION, "value"),
    Input(Ids.SAVE, "n_clicks"),
    State(text_id(EDITOR), "value"),
    State(Ids.NAME, "value"),
    State(Ids.DESCRIPTION, "value"),
    State(Ids.COMMENT, "value"),
    State(Ids.EDITING, "data"),
    prevent_initial_call=True,
    running=[(Output(Ids.SAVE, "disabled"), True, False)],
)
def save_text(clicks: int | None, text: Sent, *fields: Sent) -> tuple[Any, ...]:
    """Save the profile, then show it; or say what is wrong.

    What was typed is kept for a reload of the tab until it is emptied here.
    """
    if not clicks:
        raise PreventUpdate
    who, kept = viewer(), [no_update] * 3
    try:
        saved = save(database(), text, fields, who, now())
    except RefusedProfileError as error:
        return no_update, "", str(error), no_update, *kept
    except InputError as error:
        is_name = "name" in str(error)
        said = (str(error), "") if is_name else ("", str(error))
        return no_update, *said, no_update, *kept
    words = toast("done", f"Version {saved.number} is saved.")
    return f"/profiles/{saved.profile_id}", "", "", words, "", "", ""
