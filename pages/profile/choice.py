"""A profile in the form of another page: chosen from the library, written, or from a file."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import icon
from components.controls import segments
from components.profile_editor import EditorIds, file_button, profile_editor
from components.sent import PrefixIds, Sent
from components.shell import show_toast
from cycling.errors import InputError
from db.queries.profiles.library import version_text
from pages.context import database, run_script
from pages.profile.check import watch_editor
from pages.profile.files import text_of_file
from pages.sent import read_id

CHOOSE, WRITE = "choose", "write"
HOW_TO = """\
# a comment                             one instruction a line
SAFETY VOLTAGE 2.45 4.25 CURRENT -6 6   where the station switches off
RECORD 5s 10mV                          a sample every 5 s, or every 10 mV
WAIT, 10min                             rest; s, min, h
REPEAT 100 CYCLES                       a loop that counts as cycles
  CC, 0.5C, VOLTAGE, 4.2                constant current until 4.2 V; + charges
  CV, 4.2, CURRENT, C/20, TIME, 2h      whichever comes first
  CC, -1C, VOLTAGE, 2.5
  CP, -10W, VOLTAGE, 2.5                constant power
END
CC, 0.5C, CAPACITY, 50%                 of the nominal capacity"""


class ChoiceIds(PrefixIds):
    """Ids of the choice in a form.

    `source` is CHOOSE or WRITE, `version` the choice of a version of the library, `others` the
    place for what is said of other profiles, `checked` for what is wrong with a chosen one,
    `capacity` for a line about the battery, `profile-error` for a sentence.
    """

    @property
    def editor(self) -> EditorIds:
        """Ids of the editor."""
        return EditorIds(f"{self.prefix}-profile")

    @property
    def error(self) -> str:
        """Id of the place for a sentence about the whole."""
        return f"{self.prefix}-profile-error"


def profile_choice(
    ids: ChoiceIds,
    source: str,
    *,
    version_id: int | None = None,
    text: str = "",
    options: Sequence[dict[str, Any]] = (),
    keep: str | None = None,
    title: Component | None = None,
) -> Component:
    """Return the choice; with `keep` a reload of the tab keeps it, under this name."""
    kept: dict[str, Any] = {"persistence": keep, "persistence_type": "session"} if keep else {}
    choice = segments(ids.source, {CHOOSE: "Choose", WRITE: "Write"}, source, **kept)
    head = html.Div(
        [
            html.H2("Profile") if title is None else title,
            html.Div(
                [
                    html.Div(choice, role="group", **{"aria-label": "Where the profile is from"}),
                    file_button(ids.editor),
                ],
                className="end",
            ),
        ],
        className="bem-profile-head",
    )
    return html.Section(
        [
            head,
            _choose(ids, source, version_id, options, kept),
            _write(ids, source, text, keep),
            html.Div(id=ids.error, className="bem-field-error", role="alert"),
            html.Div(id=ids.checked, className="bem-editor-problems", role="status"),
        ],
        className="bem-form-part bem-profile",
    )


def _choose(
    ids: ChoiceIds,
    source: str,
    version_id: int | None,
    options: Sequence[dict[str, Any]],
    kept: dict[str, Any],
) -> Component:
    version = dcc.Dropdown(
        id=ids.version,
        value=version_id,
        options=list(options),
        placeholder="Choose a profile of the library",
        optionHeight="auto",
        **kept,
    )
    return html.Div(
        [
            dbc.Label("Profile of the library", html_for=ids.version),
            version,
            html.Div(id=ids.others),
            dbc.Button(
                [icon("pencil"), "Write a variant of it"],
                id=ids.edit,
                color="link",
                size="sm",
                class_name="bem-add-pair",
            ),
        ],
        id=f"{ids.prefix}-choose-box",
        hidden=source != CHOOSE,
    )


def _write(ids: ChoiceIds, source: str, text: str, keep: str | None) -> Component:
    return html.Div(
        [
            profile_editor(ids.editor, text, label="Profile text", keep=keep),
            html.Small(id=ids.capacity, className="form-text"),
            html.Details(
                [html.Summary("How to write a profile"), html.Pre(HOW_TO)], className="bem-choose"
            ),
        ],
        id=f"{ids.prefix}-write-box",
        hidden=source != WRITE,
    )


def watch_choice(ids: ChoiceIds) -> None:
    """Let the choice work on a page, which calls this once."""
    watch_editor(ids.editor)
    run_script(
        "profileEditor.source",
        Output(f"{ids.prefix}-choose-box", "hidden"),
        Output(f"{ids.prefix}-write-box", "hidden"),
        Input(ids.source, "value"),
    )

    @callback(
        output={
            "text": Output(ids.editor.text, "value"),
            "source": Output(ids.source, "value"),
        },
        inputs={"clicks": Input(ids.edit, "n_clicks"), "file": Input(ids.editor.file, "data")},
        state={"version_id": State(ids.version, "value")},
        prevent_initial_call=True,
    )
    def fill_editor(clicks: Sent, file: Sent, version_id: Sent) -> dict[str, Any]:
        """Put the chosen profile's text, or that of a file, into the editor."""
        try:
            if ctx.triggered_id == ids.editor.file and file is not None:
                read = text_of_file(file)
                show_toast("info", read.words)
                return {"text": read.text, "source": WRITE}
            if clicks and (version := read_id(version_id)):
                return {"text": version_text(database(), version), "source": WRITE}
        except InputError as error:
            show_toast("error", str(error))
        raise PreventUpdate
