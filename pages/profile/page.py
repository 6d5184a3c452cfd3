"""Profile: one of the library, its text and expected course, its versions and who used it."""

from typing import Any

from dash import Input, Output, State, callback, ctx, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.profile_editor import problems_list
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import show_toast
from cycling.errors import InputError, NotFoundError
from db.commands.audit import record_export
from db.commands.form_tokens import DoneBeforeError
from db.commands.profiles import archive, duplicate
from db.queries.profiles.library import library_profile, version_text
from db.queries.profiles.uses import uses_of
from db.terms import Role
from pages.context import actor, database, now, once, register_page, run_script, viewer
from pages.not_found_404 import not_found
from pages.profile.battery_kinds import BatteryChoice, battery_choice, suited, unknown_choices
from pages.profile.check import CheckedView, checked
from pages.profile.curve_card import curve_parts
from pages.profile.files import FORMATS, TEXT, exported, file_name
from pages.profile.ids import Ids
from pages.profile.labels import unknown_version
from pages.profile.layout import CURVE, PageContent, difference, page
from pages.profile.rows import program_rows
from pages.sent import read_id

register_page(
    __name__,
    "/profiles/<profile_id>",
    "Profile",
    Role.VIEWER,
    reads=("version", "compare", "kind", "capacity", "cells"),
)


def layout(profile_id: str = "", **query: Sent) -> Component:
    """Return the page of one profile, or say that there is none."""
    try:
        profile = library_profile(database(), read_id(profile_id))
    except NotFoundError as error:
        return not_found(str(error), "/profiles", "All profiles")
    version = profile.version(read_id(query.get("version")))
    drawn = {"kind": query.get("kind"), "cells": query.get("cells")}
    drawn["capacity_ah"] = query.get("capacity")
    battery = battery_choice(**drawn, otherwise=suited(version.summary))
    unknown = unknown_version(profile, query.get("version"))
    unknown += unknown_version(profile, query.get("compare"), "nothing is compared")
    content = PageContent(
        profile=profile,
        version=version,
        text=version_text(database(), version.id),
        uses=uses_of(database(), profile.id),
        battery=battery,
        compared=read_id(query.get("compare")),
        unknown=[*unknown, *unknown_choices(battery, **drawn)],
    )
    return page(content, viewer(), now())


@callback(
    output=(*CURVE.outputs(), Output(Ids.PROBLEMS, "children")),
    inputs={"battery": CURVE.inputs(), "theme": Input(Shell.THEME, "data")},
    state={"version": State(Ids.VERSION, "data")},
)
def draw(battery: dict[str, Sent], theme: Sent, version: Sent) -> Sent:
    """Draw what is expected of the chosen battery, and say what is doubtful for it."""
    if theme is None or not isinstance(version, dict):
        raise PreventUpdate  # the frame reads the theme in the browser and calls again at once
    view = _view(version, _battery(version, **battery))
    return *curve_parts(view, dark=theme == "dark"), problems_list(view.problems, in_editor=False)


@callback(
    output=Output(Ids.VIEW, "data"),
    inputs={
        "controls": CURVE.inputs(),
        "compared": Input(Ids.COMPARE, "value"),
    },
    state={"version": State(Ids.VERSION, "data")},
)
def remember(controls: dict[str, Sent], compared: Sent, version: Sent) -> Sent:
    """Return what stands in the address."""
    if not isinstance(version, dict):
        raise PreventUpdate
    battery = _battery(version, **controls)
    return {
        "path": f"/profiles/{read_id(version['profile'])}",
        "query": {
            "version": version["asked"],
            "compare": read_id(compared) or "",
            "kind": battery.kind,
            "capacity": f"{battery.capacity_ah:g}",
            "cells": str(battery.cells),
        },
    }


@callback(
    output=Output(Ids.DIFFERENCE, "children"),
    inputs={"number": Input(Ids.COMPARE, "value")},
    state={"version": State(Ids.VERSION, "data")},
)
def compare(number: Sent, version: Sent) -> Sent:
    """Show what this version changed against another one."""
    if not isinstance(version, dict) or not read_id(number):
        return None
    profile = library_profile(database(), read_id(version.get("profile")))
    before = version_text(database(), profile.version(read_id(number)).id)
    return difference(before, version_text(database(), read_id(version["version"])))


@callback(
    output=Output(Ids.ROWS, "children"),
    inputs={"clicks": Input(Ids.SHOW_ROWS, "n_clicks")},
    state={"version": State(Ids.VERSION, "data"), "capacity": State(CURVE.capacity, "value")},
    prevent_initial_call=True,
)
def show_rows(clicks: int | None, version: Sent, capacity: Sent) -> Sent:
    """Compile the text for the chosen capacity and list the rows."""
    if not clicks or not isinstance(version, dict):
        raise PreventUpdate
    view = _view(version, _battery(version, capacity_ah=capacity))
    if view.program is None:
        return problems_list(view.problems, in_editor=False)
    return program_rows(view.program)


@callback(
    output=Output(Ids.FILE, "data"),
    inputs={"clicks": [Input(Ids.download(kind), "n_clicks") for kind in FORMATS]},
    state={"version": State(Ids.VERSION, "data"), "capacity": State(CURVE.capacity, "value")},
    prevent_initial_call=True,
)
def download(clicks: list[int | None], version: Sent, capacity: Sent) -> Sent:
    """Send the text, also in another language, or the rows."""
    if not any(clicks) or not isinstance(version, dict):
        raise PreventUpdate
    kind = next((one for one in FORMATS if Ids.download(one) == ctx.triggered_id), TEXT)
    view = _view(version, _battery(version, capacity_ah=capacity))
    try:
        content = exported(kind, view.text, view.program)
    except InputError as error:
        show_toast("error", str(error))
        return no_update
    name = file_name(version["name"], version["number"], kind)
    target = f"library profile {read_id(version.get('profile'))}"
    detail = {"format": kind, "number": read_id(version.get("number"))}
    record_export(database(), target, detail, by=actor())
    return {"content": content, "filename": name, "type": "text/plain"}


@callback(
    output=Output(Ids.GO, "href"),
    inputs={"copies": Input(Ids.DUPLICATE, "n_clicks"), "archives": Input(Ids.ARCHIVE, "n_clicks")},
    state={"version": State(Ids.VERSION, "data")},
    prevent_initial_call=True,
    running=[
        (Output(Ids.DUPLICATE, "disabled"), True, False),
        (Output(Ids.ARCHIVE, "disabled"), True, False),
    ],
)
def act(copies: int | None, archives: int | None, version: Sent) -> Sent:
    """Copy the profile and open the copy, or move it between list and archive."""
    if not (copies or archives) or not isinstance(version, dict):
        raise PreventUpdate
    profile_id, token = read_id(version.get("profile")), version.get("token")
    try:
        if ctx.triggered_id == Ids.DUPLICATE:
            return _duplicated(profile_id, token)
        archived = bool(version.get("archived"))
        archive(database(), profile_id, archived=not archived, by=actor())
        name = library_profile(database(), profile_id).name
    except InputError as error:
        show_toast("error", str(error))
        return no_update
    words = "is in the list again" if archived else "is in the archive"
    show_toast("done", f"{name} {words}.", href=f"/profiles/{profile_id}", link="Open it")
    return "/profiles"


def _duplicated(profile_id: int, token: Sent) -> str:
    try:
        copy_id = once(token, lambda by: duplicate(database(), profile_id, by=by)).profile_id
    except DoneBeforeError as error:
        copy_id = error.number
    show_toast("done", "The copy is saved.")
    return f"/edit-profile?profile={copy_id}"


run_script("profiles.remember", Input(Ids.VIEW, "data"))


def _battery(version: dict[str, Any], **controls: Sent) -> BatteryChoice:
    profile = library_profile(database(), read_id(version.get("profile")))
    summary = profile.version(read_id(version.get("number"))).summary
    return battery_choice(**controls, otherwise=suited(summary))


def _view(version: dict[str, Any], battery: BatteryChoice) -> CheckedView:
    text = version_text(database(), read_id(version.get("version")))
    return checked(text, battery=battery.battery, capacity_ah=battery.capacity_ah)
