"""The notes of the experiment page: card, form and the question before one is deleted."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import card, exact_time, icon, labelled
from components.controls import bare_button, small_button
from components.figures.time_axis import Window
from components.sent import Sent
from cycling.errors import InputError
from db import series
from db.commands.audit import By
from db.commands.experiments.notes import LONGEST, NewNote, add_note, delete_note
from db.commands.form_tokens import DoneBeforeError, new_token
from db.queries.experiments.detail import NoteFacts, experiment_notes, find_note
from pages.ask import Done, Question, ask_dialog, ask_then_do
from pages.context import Viewer, database, once, run_script, viewer
from pages.experiment.graph.moments import moment_of, numbered, zoom_link
from pages.experiment.ids import REMOVE, Ids
from pages.sent import sent_id

AT_ONCE = 8  # notes that are shown before the rest is unfolded
UNREADABLE = "The time cannot be read. Give day and time, or leave it empty."


def notes_card(notes: Sequence[NoteFacts], whole: Window | None, who: Viewer) -> Component:
    """Return the card; where there is a graph, the form stands at the foot of the graph."""
    listed = html.Div(note_list(notes, whole, who), id=Ids.NOTES, className="bem-entries")
    if not who.operates:
        return card("Notes", listed)
    if whole is None:
        add = dbc.Button([icon("plus-lg"), "Add"], id=Ids.NOTE_ADD, color="link", size="sm")
        return card("Notes", [note_form(marks_time=False), listed, *ask_dialog(REMOVE)], end=add)
    opens = small_button([icon("plus-lg"), "Add"], "btn-link", **{"data-bem-opens": Ids.NOTE_ADD})
    return card("Notes", [listed, *ask_dialog(REMOVE)], end=opens)


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


def _entry(note: NoteFacts, number: int | None, whole: Window | None, who: Viewer) -> Component:
    parts: list[Component] = []
    if note.at is not None and whole is not None:
        sign = html.Span(str(number), className="bem-number")
        parts.append(html.Div([sign, zoom_link(note.at, whole, who)], className="bem-moment"))
    parts.append(html.Div(note.text, className="words"))
    by = [html.Span(f"{note.user_name}, "), exact_time(note.created_at, who.zone)]
    parts.append(html.Div(by, className="t3 small"))
    if who.operates:
        parts.append(_delete_button(note))
    return html.Div(parts, className="bem-entry")


def _delete_button(note: NoteFacts) -> Component:
    words, about = f"Delete note: {note.text[:60]}", {"data-bem-note": str(note.id)}
    return bare_button("trash", words, title="Delete this note", **about)


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


run_script(
    "experiment.keepNote",
    Output(Ids.NOTE_AT, "storage_type"),  # nothing is written; without it no page's begin calls
    Input(Ids.NOTE_TEXT, "value"),
    Input(Ids.NOTE_TIME, "value"),
    State(Ids.EXPERIMENT, "data"),
)
run_script("experiment.openForm", Input(Ids.NOTE_FORM, "hidden"), at_start=False)
run_script(
    "experiment.countNoted",
    Output(Ids.NOTED, "data", allow_duplicate=True),  # write_note too
    Input(REMOVE.done, "data"),
    State(Ids.NOTED, "data"),
    at_start=False,
)
run_script(
    "experiment.readTime",
    Output(Ids.NOTE_AT, "data"),
    Input(Ids.NOTE_TIME, "value"),
    State(Ids.NOTE_AT, "data"),
    at_start=False,
)


@callback(
    output=Output(Ids.NOTES, "children"),
    inputs={"_noted": Input(Ids.NOTED, "data")},
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    prevent_initial_call=True,
)
def list_notes(_noted: int, experiment_id: Sent) -> list[Component]:
    """List the notes again after one was added or deleted."""
    with series.opened(database(), sent_id(experiment_id)) as experiment:
        notes = experiment_notes(experiment.database, experiment.id)
        return note_list(notes, experiment.time_range, viewer())


@callback(
    output=(
        Output(Ids.NOTE_FORM, "hidden"),
        Output(Ids.NOTE_ERROR, "children"),
        Output(Ids.NOTE_TEXT, "value"),
        Output(Ids.NOTE_TIME, "value"),
        Output(Ids.NOTED, "data"),
        Output(Ids.NOTE_ONCE, "data"),
    ),
    inputs={
        "clicks": [
            Input(Ids.NOTE_ADD, "n_clicks"),
            Input(Ids.NOTE_CANCEL, "n_clicks"),
            Input(Ids.NOTE_SAVE, "n_clicks"),
        ]
    },
    state={
        "text": State(Ids.NOTE_TEXT, "value"),
        "at": State(Ids.NOTE_AT, "data"),
        "experiment_id": State(Ids.EXPERIMENT, "data"),
        "count": State(Ids.NOTED, "data"),
        "token": State(Ids.NOTE_ONCE, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(Ids.NOTE_SAVE, "disabled"), True, False)],
)
def write_note(
    clicks: Sent, text: Sent, at: Sent, experiment_id: Sent, count: Sent, token: Sent
) -> tuple[Any, ...]:
    """Open and close the form; add the note."""
    if not any(clicks):
        raise PreventUpdate  # NOTED is older than the form, so Dash calls when the form appears
    if ctx.triggered_id != Ids.NOTE_SAVE:
        is_hidden = ctx.triggered_id == Ids.NOTE_CANCEL
        kept = (None, None) if is_hidden else (no_update, no_update)
        return is_hidden, "", *kept, no_update, no_update
    try:
        note = new_note(sent_id(experiment_id), text, at)
        with suppress(DoneBeforeError):
            once(token, lambda by: add_note(database(), note, by=by), note)
    except InputError as error:
        return False, str(error), *(no_update for _ in range(4))
    return True, "", None, None, (count or 0) + 1, new_token()


def ask_removal(chosen: Sent) -> Question:
    """Ask before a note is deleted, naming it."""
    note, who = find_note(database(), sent_id(chosen, "note")), viewer()
    by = f"{note.user_name}, {formatting.exactly(note.created_at, who.zone)}"
    words = f"Written by {by}. It also goes from the graph." if note.at else f"By {by}."
    quote = [html.Blockquote(note.text, className="bem-quote"), html.Div(words)]
    return Question("Delete this note?", quote, go="Delete note", danger=True, keep="Keep it")


def remove_note(by: By, chosen: Sent) -> Done:
    """Delete a note."""
    delete_note(database(), sent_id(chosen, "note"), by=by)
    return Done()


ask_then_do(REMOVE, ask_removal, remove_note)
