"""Experiment: everything about one, with the graph of the whole of it and of any part."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from dash import (
    ClientsideFunction,
    Input,
    Output,
    Patch,
    State,
    callback,
    clientside_callback,
    ctx,
    html,
    no_update,
    register_page,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.figures.measure_graph import (
    Look,
    figure,
    height,
    marks,
    overview,
)
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError, NotFoundError
from db import series
from db.commands import jobs
from db.commands.experiments.names import rename_experiment
from db.commands.experiments.notes import add_note, delete_note
from db.commands.form_tokens import DoneBeforeError, new_token
from db.measures.statistics import experiment_statistics
from db.queries.experiments.detail import check_experiment, experiment_facts, neighbours
from db.queries.experiments.events import experiment_alarms, status_changes
from db.queries.experiments.notes import experiment_notes, find_note
from db.queries.experiments.timeline import run_timeline
from db.queries.profiles.compiled import outlines
from db.queries.profiles.instructions import profile_instructions
from db.queries.profiles.library import experiment_profile, source_of
from db.queries.stations.live import run_alarms
from db.series import ExperimentSeries
from db.terms import Role
from pages.context import actor, database, limits, now, once, viewer
from pages.experiment import notes as note_parts
from pages.experiment.deletion import ask_and_delete
from pages.experiment.events import states_card
from pages.experiment.export import SHOWN, chosen_columns, csv_address
from pages.experiment.graph import (
    asked_window,
    drawing,
    range_words,
    time_axis,
    whole_voltage,
    window_of,
    zoomed,
)
from pages.experiment.ids import Ids
from pages.experiment.moments import graph_marks
from pages.experiment.parts import ELAPSED, Shown, page, preparing, preparing_words
from pages.experiment.profile import profile_card
from pages.experiment.statistics import statistics_parts
from pages.not_found_404 import not_found
from pages.profile.rows import outline_rows

register_page(
    __name__,
    path_template="/experiments/<experiment_id>",
    title=lambda experiment_id="": f"Experiment {experiment_id} - Battery Experiments Manager",
    role=Role.VIEWER,
)


def layout(experiment_id: str = "", **query: str) -> Component:
    """Return the page of one experiment, or say that there is none."""
    if not (experiment_id.isascii() and experiment_id.isdigit() and len(experiment_id) <= 9):
        return not_found("There is no such experiment.")
    try:
        with series.opened(database(), int(experiment_id)) as experiment:
            content = _content(experiment, query)
    except NotFoundError as error:
        return not_found(str(error))
    if experiment.fraction < 1:
        jobs.prepare_series(database(), experiment.id, user_name=viewer().name, now=now())
    return content


def _content(experiment: ExperimentSeries, query: Mapping[str, str]) -> Component:
    whole = experiment.database
    known = experiment_facts(whole, experiment.id)
    around = neighbours(whole, known)
    if experiment.fraction < 1:
        return preparing(known, around, experiment.fraction)
    shown = Shown(
        known=known,
        around=around,
        channels=experiment.channels if known.measures else (),
        whole=experiment.time_range if known.measures else None,
        notes=experiment_notes(whole, experiment.id),
        alarms=experiment_alarms(whole, experiment.id),
        station_alarms=run_alarms(whole, experiment.id),
        timeline=run_timeline(whole, experiment.id),
        window=asked_window(query) if known.measures else None,
    )
    return page(shown, viewer())


@callback(
    Output(Ids.PREPARING, "children"),
    Output(Ids.PREPARED, "href"),
    Input(Ids.PREPARING_POLL, "n_intervals"),
    State(Ids.EXPERIMENT, "data"),
    prevent_initial_call=True,
)
def watch_preparing(_ticks: int, experiment_id: Sent) -> tuple[Any, ...]:
    """Say how far the copying is; then load the page again."""
    with _opened(experiment_id) as experiment:
        fraction = experiment.fraction
    if fraction < 1.0:
        return preparing_words(fraction), no_update
    return "Ready.", f"/experiments/{experiment_id}"


ask_and_delete()

# Only what changes the window reaches the server: an answer to anything else (a resize while the
# first drawing is under way) would make Dash drop the drawing.
clientside_callback(
    ClientsideFunction("experiment", "window"),
    Output(Ids.WINDOW, "data"),
    Input(Ids.GRAPH, "relayoutData"),
    Input(Ids.OVERVIEW, "selectedData"),
    Input(Ids.WHOLE, "n_clicks"),
    prevent_initial_call=True,
)
clientside_callback(ClientsideFunction("experiment", "remember"), Input(Ids.WINDOW, "data"))
clientside_callback(
    ClientsideFunction("experiment", "markTime"),
    Input(Ids.GRAPH, "clickData"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("experiment", "openForm"),
    Input(Ids.NOTE_FORM, "hidden"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("experiment", "readTime"),
    Output(Ids.NOTE_AT, "data"),
    Input(Ids.NOTE_TIME, "value"),
    State(Ids.NOTE_AT, "data"),
    prevent_initial_call=True,
)


@callback(
    Output(Ids.GRAPH, "figure"),
    Output(Ids.GRAPH, "style"),
    Output(Ids.RANGE, "children"),
    Output(Ids.DRAWN, "data"),
    Input(Ids.CHANNELS, "value"),
    Input(Shell.THEME, "data"),
    Input(Ids.WINDOW, "data"),
    Input(Ids.TIME, "value"),
    Input(Ids.NOTED, "data"),
    State(Ids.EXPERIMENT, "data"),
    State(Shell.NARROW, "data"),
    State(Ids.DRAWN, "data"),
)
def draw(shown: list[str] | None, theme: str | None, *rest: Sent) -> tuple[Any, ...]:
    """Draw the shown channels; after a zoom only replace their points by more detailed ones."""
    wanted, time, noted, experiment_id, narrow, on_screen = rest
    _wait_for_theme(theme)
    window, points = window_of(wanted), limits().graph_points
    with _opened(experiment_id) as experiment:
        look = _look(experiment, theme, narrow, time)
        drawn = drawing(experiment, shown, window, look, points=points)
        when, how = range_words(drawn)
        words = [when, html.Span(how, className="t3 small")]
        now_drawn = [[line.key for line in drawn.lines], theme, time, noted]
        if ctx.triggered_id == Ids.WINDOW and on_screen == now_drawn:
            return zoomed(drawn), no_update, words, no_update
        moments = graph_marks(experiment.database, experiment.id, viewer())
    whole = figure(drawn.lines, drawn.window, drawn.look, moments)
    return whole, {"height": height(drawn.lines)}, words, now_drawn


@callback(
    Output(Ids.OVERVIEW, "figure"),
    Output(Ids.STRIP_DRAWN, "data"),
    Input(Shell.THEME, "data"),
    Input(Ids.WINDOW, "data"),
    Input(Ids.TIME, "value"),
    State(Ids.EXPERIMENT, "data"),
    State(Shell.NARROW, "data"),
    State(Ids.STRIP_DRAWN, "data"),
)
def draw_overview(theme: str | None, wanted: Sent, time: Sent, *rest: Sent) -> tuple[Any, ...]:
    """Draw the strip once; later only move its mark."""
    experiment_id, narrow, on_screen = rest
    _wait_for_theme(theme)
    with _opened(experiment_id) as experiment:
        look = _look(experiment, theme, narrow, time)
        window = window_of(wanted) or experiment.time_range or (0.0, 0.0)
        if ctx.triggered_id == Ids.WINDOW and on_screen == [theme, time]:
            moved = Patch()
            moved["layout"]["shapes"] = marks(window, look)
            moved["layout"]["selections"] = []
            return moved, no_update
        line = whole_voltage(experiment, dark=look.dark)
    return overview(line, window, look), [theme, time]


@callback(
    Output(Ids.CSV, "href"),
    Output(Ids.CSV, "className"),
    Input(Ids.COLUMNS, "value"),
    Input(Ids.PART, "value"),
    Input(Ids.WINDOW, "data"),
    State(Ids.COLUMNS, "options"),
    State(Ids.EXPERIMENT, "data"),
    prevent_initial_call=True,
)
def choose_csv(chosen: Sent, part: Sent, wanted: Sent, options: Sent, experiment_id: Sent) -> Sent:
    """Lead the download to the chosen columns and time; nowhere without a column."""
    columns = chosen_columns(chosen, [one["value"] for one in options])
    window = window_of(wanted) if part == SHOWN else None
    usual = "btn btn-secondary btn-sm"
    if columns == []:
        return None, f"{usual} disabled"
    return csv_address(_number(experiment_id), columns, window), usual


@callback(Output(Ids.STATISTICS, "children"), Input(Ids.EXPERIMENT, "data"))
def show_statistics(experiment_id: Sent) -> list[Component]:
    """Add up the experiment; the page does not wait for it."""
    computed = experiment_statistics(database(), _number(experiment_id))
    if computed is None:
        return []
    check_experiment(database(), experiment_id)  # deleted, it may still have some measures
    return statistics_parts(computed, profile_instructions(database(), experiment_id))


@callback(Output(Ids.STATES, "children"), Input(Ids.EXPERIMENT, "data"))
def show_states(experiment_id: Sent) -> list[Component]:
    """List what the devices reported; there may be a row for each sample to look through."""
    with series.opened(database(), _number(experiment_id)) as experiment:
        changes = status_changes(experiment.database, experiment.id)
        return states_card(changes, experiment.time_range, viewer())


@callback(Output(Ids.PROFILE, "children"), Input(Ids.EXPERIMENT, "data"))
def show_profile(experiment_id: Sent) -> list[Component]:
    """Show the text of the profile; the page does not wait for it."""
    profile_id = experiment_profile(database(), _number(experiment_id))
    return profile_card(source_of(database(), profile_id or 0))


@callback(
    Output(Ids.ROWS, "children"),
    Input(Ids.SHOW_ROWS, "n_clicks"),
    State(Ids.EXPERIMENT, "data"),
    prevent_initial_call=True,
)
def show_rows(clicks: int | None, experiment_id: Sent) -> list[Component]:
    """List the compiled rows."""
    profile_id = experiment_profile(database(), _number(experiment_id))
    if not clicks or profile_id is None:
        raise PreventUpdate
    return outline_rows(outlines(database(), [profile_id])[profile_id])


@callback(
    Output(Ids.NOTES, "children"),
    Input(Ids.NOTED, "data"),
    State(Ids.EXPERIMENT, "data"),
    prevent_initial_call=True,
)
def list_notes(_noted: int, experiment_id: Sent) -> list[Component]:
    """List the notes again after one was added or deleted."""
    with series.opened(database(), _number(experiment_id)) as experiment:
        notes = experiment_notes(experiment.database, experiment.id)
        return note_parts.note_list(notes, experiment.time_range, viewer())


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
        note = note_parts.new_note(_number(experiment_id), text, at)
        with suppress(DoneBeforeError):
            once(token, lambda by: add_note(database(), note, by=by), note)
    except InputError as error:
        return False, str(error), *(no_update for _ in range(4))
    return True, "", None, None, (count or 0) + 1, new_token()


@callback(
    Output(Ids.NOTE_DIALOG, "is_open"),
    Output(Ids.NOTE_QUOTE, "children"),
    Output(Ids.NOTED, "data", allow_duplicate=True),  # write_note too
    Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    Input(Ids.NOTE_CHOSEN, "data"),
    Input(Ids.NOTE_KEEP, "n_clicks"),
    Input(Ids.NOTE_DELETE, "n_clicks"),
    State(Ids.NOTED, "data"),
    prevent_initial_call=True,
)
def remove_note(chosen: Sent, _keep: int, _delete: int, noted: int | None) -> tuple[Any, ...]:
    """Ask before a note is deleted, naming it."""
    if not isinstance(chosen, dict):
        raise PreventUpdate  # the toast is older than this page, so Dash calls when the page opens
    if ctx.triggered_id == Ids.NOTE_KEEP:
        return False, no_update, no_update, no_update
    who = viewer()
    try:
        if ctx.triggered_id == Ids.NOTE_DELETE:
            delete_note(database(), _number(chosen.get("note")), by=actor())
            return False, no_update, (noted or 0) + 1, no_update
        note = find_note(database(), _number(chosen.get("note")))
    except NotFoundError as error:
        return False, no_update, (noted or 0) + 1, toast("error", str(error))
    return True, note_parts.question(note, who), no_update, no_update


@callback(
    Output(Ids.RENAME_DIALOG, "is_open"),
    Output(Ids.RENAME_ERROR, "children"),
    Output(Ids.RENAMED, "href"),
    Input(Ids.RENAME, "n_clicks"),
    Input(Ids.RENAME_CANCEL, "n_clicks"),
    Input(Ids.RENAME_SAVE, "n_clicks"),
    State(Ids.RENAME_NAME, "value"),
    State(Ids.RENAME_ABOUT, "value"),
    State(Ids.EXPERIMENT, "data"),
    prevent_initial_call=True,
)
def rename(_open: Sent, _cancel: Sent, _save: Sent, *typed: Sent) -> tuple[Any, ...]:
    """Ask for another name and description; then the page shows them."""
    if ctx.triggered_id != Ids.RENAME_SAVE:
        return ctx.triggered_id == Ids.RENAME, "", no_update
    name, about, experiment_id = str(typed[0] or ""), str(typed[1] or ""), _number(typed[2])
    try:
        rename_experiment(database(), experiment_id, name, about, by=actor())
    except InputError as error:
        return no_update, str(error), no_update
    return False, "", f"/experiments/{experiment_id}"


@contextmanager
def _opened(experiment_id: Sent) -> Iterator[ExperimentSeries]:
    """Open the series of an experiment that there is; raises NotFoundError."""
    with series.opened(database(), _number(experiment_id)) as experiment:
        check_experiment(experiment.database, experiment.id)
        yield experiment


def _wait_for_theme(theme: str | None) -> None:
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once


def _look(
    experiment: ExperimentSeries, theme: str | None, narrow: bool | None, time: object
) -> Look:
    axis = time_axis(experiment, by_clock=time != ELAPSED)
    return Look(dark=theme == "dark", zone=viewer().zone, narrow=bool(narrow), time=axis)


def _number(given: object) -> int:
    """Return an id that the browser sent."""
    if not isinstance(given, int) or isinstance(given, bool):
        raise PreventUpdate  # nothing that our page has sent
    return given
