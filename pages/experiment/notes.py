"""The notes of the experiment page: card, form and the question before one is deleted."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, icon, labelled
from components.figures.time_axis import Window
from cycling.errors import InputError
from db.commands.experiments.notes import LONGEST, NewNote
from db.commands.form_tokens import new_token
from db.queries.experiments.notes import NoteFacts
from db.terms import Role
from pages.context import Viewer
from pages.experiment.ids import Ids
from pages.experiment.moments import moment_of, numbered, zoom_link

AT_ONCE = 8  # notes that are shown before the rest is unfolded
UNREADABLE = "The time cannot be read. Give day and time, or leave it empty."


def notes_card(notes: Sequence[NoteFacts], whole: Window | None, who: Viewer) -> Component:
    """Return the card; where there is a graph, the form stands at the foot of the graph."""
    listed = html.Div(note_list(notes, whole, who), id=Ids.NOTES, className="bem-entries")
    if not may_write(who):
        return card("Notes", listed)
    if whole is None:
        add = dbc.Button([icon("plus-lg"), "Add"], id=Ids.NOTE_ADD, color="link", size="sm")
        return card("Notes", [note_form(marks_time=False), listed, _dialog()], end=add)
    opens = html.Button(
        [icon("plus-lg"), "Add"],
        type="button",
        className="btn btn-link btn-sm",
        **{"data-bem-opens": Ids.NOTE_ADD},
    )
    return card("Notes", [listed, _dialog()], end=opens)


def may_write(who: Viewer) -> bool:
    """Whether this viewer adds and deletes notes."""
    return who.role.includes(Role.OPERATOR)


def note_list(notes: Sequence[NoteFacts], whole: Window | None, who: Viewer) -> list[Component]:
    """Return the notes as they are listed, newest first."""
    if not notes:
        return [html.Div("No notes yet.", className="t3 small")]
    numbers = numbered(notes)
    entries = [_entry(note, numbers.get(note.id), whole, who) for note in notes]
    if len(entries) <= AT_ONCE + 1:
        return entries
    rest = entries[AT_ONCE:]
    folded = html.Details([html.Summary(f"Show {len(rest)} more"), *rest], className="bem-more")
    return [*entries[:AT_ONCE], folded]


def new_note(experiment_id: int, text: object, at_ms: object) -> NewNote:
    """Read the form; raises InputError for a time that is none. NaN or null is no time at all."""
    at = moment_of(at_ms)
    if at is None and at_ms is not None:
        raise InputError(UNREADABLE)
    return NewNote(experiment_id, str(text or ""), at)


def question(note: NoteFacts, who: Viewer) -> list[Any]:
    """Return the note that is about to be deleted, in words."""
    by = f"{note.user_name}, {formatting.exactly(note.created_at, who.zone)}"
    return [
        html.Blockquote(note.text, className="bem-quote"),
        html.Div(f"Written by {by}. It also goes from the graph." if note.at else f"By {by}."),
    ]


def _entry(note: NoteFacts, number: int | None, whole: Window | None, who: Viewer) -> Component:
    parts: list[Component] = []
    if note.at is not None and whole is not None:
        sign = html.Span(str(number), className="bem-number")
        parts.append(html.Div([sign, zoom_link(note.at, whole, who)], className="bem-moment"))
    parts.append(html.Div(note.text, className="words"))
    parts.append(
        html.Div(
            [
                html.Span(f"{note.user_name}, "),
                html.Span(
                    formatting.exactly(note.created_at, who.zone),
                    title=formatting.utc(note.created_at),
                ),
            ],
            className="t3 small",
        )
    )
    if may_write(who):
        parts.append(_delete_button(note))
    return html.Div(parts, className="bem-entry")


def _delete_button(note: NoteFacts) -> Component:
    names = {"data-bem-note": str(note.id), "aria-label": f"Delete note: {note.text[:60]}"}
    return html.Button(
        icon("trash"), type="button", className="bem-bare", title="Delete this note", **names
    )


def note_form(*, marks_time: bool) -> Component:
    """Return the form, closed; with a graph above it a click there fills the time."""
    text = dbc.Textarea(id=Ids.NOTE_TEXT, rows=2, maxLength=LONGEST)
    time = dbc.Input(id=Ids.NOTE_TIME, type="datetime-local", step=0.001)
    help_text = "Click into the graph to mark a time." if marks_time else None
    buttons = html.Div(
        [
            dbc.Button("Add note", id=Ids.NOTE_SAVE, color="primary"),
            dbc.Button("Cancel", id=Ids.NOTE_CANCEL, color="link"),
        ],
        className="bem-buttons",
    )
    error = html.Div(id=Ids.NOTE_ERROR, className="bem-field-error", role="alert")
    return html.Div(
        [
            dcc.Store(id=Ids.NOTE_AT),
            dcc.Store(id=Ids.NOTE_ONCE, data=new_token()),
            labelled("Note", text),
            labelled("Time", time, optional=True, help_text=help_text),
            error,
            buttons,
        ],
        id=Ids.NOTE_FORM,
        className="bem-entry-form wide" if marks_time else "bem-entry-form",
        hidden=True,
    )


def _dialog() -> Component:
    return html.Div(
        [
            dcc.Store(id=Ids.NOTE_CHOSEN),
            dbc.Modal(
                [
                    dbc.ModalHeader(dbc.ModalTitle("Delete this note?")),
                    dbc.ModalBody(id=Ids.NOTE_QUOTE),
                    dbc.ModalFooter(
                        [
                            dbc.Button("Keep it", id=Ids.NOTE_KEEP, color="secondary"),
                            dbc.Button(
                                "Delete note", id=Ids.NOTE_DELETE, color="danger", outline=True
                            ),
                        ]
                    ),
                ],
                id=Ids.NOTE_DIALOG,
                is_open=False,
            ),
        ]
    )
