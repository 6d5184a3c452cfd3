"""The layout of the page on which a profile is written, and what saving it means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import form_page, labelled, note, page_header
from components.profile_editor import EditorIds, file_button, profile_editor
from components.sent import Sent
from cycling.names import MAX_DESCRIPTION, MAX_PROFILE_NAME
from db.commands.audit import By
from db.commands.profiles import Saved, describe, new_version, save_profile
from db.engine import Database
from db.queries.profiles.library import LibraryFacts, VersionFacts
from pages.context import Viewer
from pages.profile.battery_kinds import suited
from pages.profile.curve_card import CurveIds, curve_card
from pages.sent import unknown_note

EDITOR = EditorIds("profile-write-editor")
CURVE = CurveIds("profile-write-sketch")
EDITOR_PX = 396
NEW = "new-profile"


class Ids:
    """Ids of this page; all of them are for operators."""

    EDITING = "profile-write-editing"
    NAME = "profile-write-name"
    NAME_ERROR = "profile-write-name-error"
    DESCRIPTION = "profile-write-description"
    COMMENT = "profile-write-comment"
    SAVE = "profile-write-save"
    STATE = "profile-write-state"
    ERROR = "profile-write-error"
    GO = "profile-write-open"


@dataclass(frozen=True)
class Editing:
    """A profile, the version whose text is in the editor, and that text."""

    profile: LibraryFacts
    version: VersionFacts
    text: str


def page(editing: Editing | None, who: Viewer, unknown: Sequence[str] = ()) -> Component:
    """Return the page for the next version of a profile; None is for a new profile.

    `unknown` is what the address asks in vain.
    """
    left, curve = _new() if editing is None else _next(editing, who)
    profile = editing.profile if editing else None
    title: Sent = "New profile"
    if profile:
        title = ["Edit ", html.Span(profile.name, className="cut", title=profile.name)]
    data = {
        "profile": profile.id if profile else None,
        "after": profile.last.number if profile else 0,
    }
    save = dbc.Button("Save" if profile else "Save profile", id=Ids.SAVE, color="primary")
    error = html.Span(id=Ids.ERROR, className="bem-bad small", role="alert")
    state = html.Span(id=Ids.STATE, className="state t2")
    head = [
        dcc.Store(id=Ids.EDITING, data=data),
        dcc.Location(id=Ids.GO, refresh="callback-nav"),
        page_header(title),
        *unknown_note(unknown),
    ]
    beside = html.Div(curve, className="bem-stack bem-beside")
    return form_page(head, left, [save, error, state], beside=beside, look="bem-work")


def _new() -> tuple[list[Component], Component]:
    """Return what a new profile begins with: its fields, and its curve."""
    comment = dcc.Input(id=Ids.COMMENT, type="hidden", value="")
    fields = [_names("", "", keep=NEW), _editor("", NEW), comment]
    return fields, curve_card(CURVE, suited(None))


def _next(editing: Editing, who: Viewer) -> tuple[list[Component], Component]:
    """Return what the next version begins with."""
    profile, version = editing.profile, editing.version
    comment = labelled(
        "What changed",
        dbc.Input(id=Ids.COMMENT, maxLength=MAX_DESCRIPTION),
        optional=True,
        help_text="Stands beside the version in its profile.",
    )
    keep = f"profile-{profile.id}-{version.number}-{version.created_at.timestamp():.0f}"
    fields = [
        _names(profile.name, profile.description),
        *_version_words(profile, version, who),
        _editor(editing.text, keep),
        comment,
    ]
    return fields, curve_card(CURVE, suited(version.summary))


def _editor(text: str, keep: str) -> Component:
    upload = html.Span(file_button(EDITOR), className="end")
    return html.Div([profile_editor(EDITOR, text, EDITOR_PX, end=[upload], keep=keep), _help()])


def save(database: Database, fields: Mapping[str, object], editing: object, by: By) -> Saved:
    """Save the fields of the page: a new profile, or a version and the description of one."""
    texts = {key: one if isinstance(one, str) else "" for key, one in fields.items()}
    text, comment = texts.pop("text"), texts.pop("comment")
    before = editing if isinstance(editing, dict) else {}
    profile_id, after = before.get("profile"), before.get("after")
    if not isinstance(profile_id, int) or not isinstance(after, int):
        return save_profile(database, **texts, text=text, by=by)
    saved = new_version(database, profile_id, text, after=after, comment=comment, by=by)
    describe(database, profile_id, **texts, by=by)
    return saved


def _version_words(profile: LibraryFacts, version: VersionFacts, who: Viewer) -> list[Component]:
    if version.number != profile.last.number:
        words = (
            f"This is the text of version {version.number}. Saved, it comes after version "
            f"{profile.last.number}."
        )
    elif version.fixed:
        words = (
            f"Version {version.number} has been used and stays as it is: this becomes version "
            f"{version.number + 1}."
        )
    elif version.user_name == who.name:
        words = f"Nobody has used version {version.number} yet: saving changes it."
    else:
        words = (
            f"Version {version.number} is by {version.user_name} and stays as it is: this becomes "
            f"version {version.number + 1}."
        )
    return [note("queued", words)]


def _names(name: str, description: str, *, keep: str | None = None) -> Component:
    kept = {"persistence": keep, "persistence_type": "session"} if keep else {}
    return html.Div(
        [
            labelled(
                "Name",
                dbc.Input(id=Ids.NAME, value=name, maxLength=MAX_PROFILE_NAME, **kept),
                error_id=Ids.NAME_ERROR,
            ),
            labelled(
                "Description",
                dbc.Input(id=Ids.DESCRIPTION, value=description, maxLength=MAX_DESCRIPTION, **kept),
                optional=True,
            ),
        ],
        className="bem-two",
    )


def _help() -> html.Div:
    return html.Div(
        [
            html.Span("A, V, W and s where no unit is given. Tab indents; Esc, then Tab leaves."),
            html.Details(
                [html.Summary("How to write a profile"), html.Pre(EXAMPLE, className="bem-example")]
            ),
        ],
        className="form-text bem-editor-help",
    )


EXAMPLE = """\
# comment            ; also after an instruction
SAFETY VOLTAGE 2.5 4.25 CURRENT -6 6 TEMPERATURE 0 45
RECORD 5s 10mV
WAIT, 10min
REPEAT 100 CYCLES
  CC, 0.5C, VOLTAGE, 4.2
  CV, 4.2, CURRENT, C/20, TIME, 2h, MAX, 0.5C
  CC, -1C, VOLTAGE, 2.5
  CP, -10, VOLTAGE, 2.5
END
CC, 0.5C, CAPACITY, 50%

CC current, CV voltage, CP power, WAIT time. + charges, − discharges.
The step ends at the first of its limits: TIME, VOLTAGE, CURRENT,
POWER, CAPACITY, ENERGY, TEMPERATURE."""
