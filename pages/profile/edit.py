"""Edit profile: a new profile of the library, or the next version of one."""

from typing import Any

from dash import Input, Output, State, callback, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.profile_editor import problems_list
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import show_toast
from cycling.errors import InputError, NotFoundError
from cycling.profile.summary import text_problems
from db.commands.profiles import RefusedProfileError
from db.queries.profiles.library import library_profile, version_text
from db.terms import Role
from pages.context import actor, database, register_page, viewer
from pages.not_found_404 import not_found
from pages.profile.battery_kinds import battery_choice, suited
from pages.profile.check import checked, watch_editor
from pages.profile.curve_card import curve_parts
from pages.profile.edit_parts import CURVE, EDITOR, Editing, Ids, page, save
from pages.profile.files import text_of_file
from pages.profile.labels import problem_words, unknown_version
from pages.sent import asked_id, read_id

register_page(__name__, "/edit-profile", "Edit profile", Role.OPERATOR)


def layout(profile: str = "", version: str = "") -> Component:
    """Return the page for a new profile, or for the profile and version of the address."""
    if not profile:
        return page(None, viewer())
    try:
        profile_facts = library_profile(database(), asked_id("profile", profile))
    except NotFoundError as error:
        return not_found(str(error), "/profiles", "All profiles")
    shown = profile_facts.version(read_id(version))
    editing = Editing(profile_facts, shown, version_text(database(), shown.id))
    return page(editing, viewer(), unknown_version(profile_facts, version))


watch_editor(EDITOR)


@callback(
    output=(
        Output(EDITOR.problems, "children"),
        Output(Ids.STATE, "children"),
    ),
    inputs={"text": Input(EDITOR.typed, "data")},
)
def check(text: Sent) -> tuple[Any, Any]:
    """Say what is wrong with the text, whatever the battery."""
    if not isinstance(text, str) or not text.strip():
        return [], "" if text is None else "The text is empty."
    problems = text_problems(text)
    return problems_list(problems), problem_words(problems)


@callback(
    output=CURVE.outputs(),
    inputs={
        "text": Input(EDITOR.typed, "data"),
        "battery": CURVE.inputs(),
        "theme": Input(Shell.THEME, "data"),
    },
)
def draw(text: Sent, battery: dict[str, Sent], theme: Sent) -> Sent:
    """Draw what is expected of the chosen battery."""
    if theme is None or not isinstance(text, str):
        raise PreventUpdate  # the script and the frame say both in a moment
    drawn_for = battery_choice(**battery, otherwise=suited(None))
    view = checked(text, battery=drawn_for.battery, capacity_ah=drawn_for.capacity_ah)
    return curve_parts(view, dark=theme == "dark")


@callback(
    output=Output(EDITOR.text, "value"),
    inputs={"file": Input(EDITOR.file, "data")},
    prevent_initial_call=True,
)
def take_file(file: Sent) -> Sent:
    """Put a file's profile into the editor."""
    if file is None:
        raise PreventUpdate
    try:
        read = text_of_file(file)
    except InputError as error:
        show_toast("error", str(error))
        return no_update
    show_toast("info", read.words)
    return read.text


@callback(
    output={
        "address": Output(Ids.GO, "href"),
        "name_error": Output(Ids.NAME_ERROR, "children"),
        "error": Output(Ids.ERROR, "children"),
        "text": Output(EDITOR.text, "value", allow_duplicate=True),  # take_file too
        "name": Output(Ids.NAME, "value"),
        "description": Output(Ids.DESCRIPTION, "value"),
    },
    inputs={"clicks": Input(Ids.SAVE, "n_clicks")},
    state={
        "fields": {
            "text": State(EDITOR.text, "value"),
            "name": State(Ids.NAME, "value"),
            "description": State(Ids.DESCRIPTION, "value"),
            "comment": State(Ids.COMMENT, "value"),
        },
        "editing": State(Ids.EDITING, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(Ids.SAVE, "disabled"), True, False)],
)
def save_text(clicks: int | None, fields: dict[str, Sent], editing: Sent) -> dict[str, Any]:
    """Save the profile, then show it; or say what is wrong.

    What was typed is kept for a reload of the tab until it is emptied here.
    """
    if not clicks:
        raise PreventUpdate
    answer = dict.fromkeys(("address", "text", "name", "description"), no_update)
    answer |= {"name_error": "", "error": ""}
    try:
        saved = save(database(), fields, editing, actor())
    except InputError as error:
        is_name = "name" in str(error) and not isinstance(error, RefusedProfileError)
        return answer | {"name_error" if is_name else "error": str(error)}
    show_toast("done", f"Version {saved.number} is saved.")
    return answer | {
        "address": f"/profiles/{saved.profile_id}",
        **dict.fromkeys(("text", "name", "description"), ""),
    }
