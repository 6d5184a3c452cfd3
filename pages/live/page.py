"""The live view of a station: what it does now, second by second."""

from typing import Any

from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    no_update,
    register_page,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.figures.measure_graph import Look
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.errors import ConflictError, NotFoundError
from cycling.terms import StationCommand
from db import series
from db.commands import jobs
from db.commands.stations import control
from db.queries.experiments.detail import check_experiment
from db.queries.stations.capabilities import can
from db.queries.stations.change_tokens import station_version
from db.queries.stations.newest_measures import new_points, station_channels
from db.queries.stations.overview import station_now
from db.queries.stations.run import run_alarms
from db.queries.stations.state import StationNow
from db.terms import Role
from pages.context import actor, database, now, viewer
from pages.experiment.graph import window_of
from pages.experiment.parts import preparing_words
from pages.live.commands import asked_kind, question
from pages.live.graph import (
    STRIP_PX,
    Choice,
    LiveFigure,
    blank,
    live_figure,
    live_overview,
    range_of,
    sentence_figure,
    shown_window,
)
from pages.live.ids import CommandIds, Ids
from pages.live.parts import page, text_of
from pages.live.update import Key, Question, points_update, present_update
from pages.live.view import latest_experiment, live_view, view_digest, view_of
from pages.not_found_404 import not_found
from pages.station.labels import short_hash

register_page(
    __name__,
    path_template="/monitor/<station_id>",
    title=lambda station_id="": f"Station {station_id} - Battery Experiments Manager",
    role=Role.VIEWER,
)


UNCHANGED = dict.fromkeys(("head", "notes", "panel", "experiment"), no_update)


def layout(station_id: str = "") -> Component:
    """Return the view of one station, or say that there is none."""
    try:
        view = live_view(database(), int(station_id))
    except (NotFoundError, ValueError):
        return not_found("There is no such station.", "/", "All stations")
    able = can(database(), view.station.id, StationCommand.PAUSE)
    return page(view, station_channels(database(), view.station.id), viewer(), able=able)


clientside_callback(
    ClientsideFunction("live", "every"),
    Output(Ids.TICK, "interval"),
    Input(Ids.EVERY, "value"),
)
clientside_callback(
    ClientsideFunction("live", "ask"),
    Output(Ids.ASK, "data"),
    Input(Ids.TICK, "n_intervals"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("live", "update"), Output(Ids.SINK, "data"), Input(Ids.UPDATE, "data")
)
clientside_callback(
    ClientsideFunction("live", "drawn"),
    Output(Ids.SINK, "storage_type"),
    Input(Ids.DRAWN, "data"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("live", "window"),
    Output(Ids.WINDOW, "data"),
    Input(Ids.GRAPH, "relayoutData"),
    Input(Ids.OVERVIEW, "selectedData"),
    Input(Ids.FOLLOW, "n_clicks"),
    Input(Ids.RANGE, "value"),
    Input(Ids.EXPERIMENT, "data"),
    State(Ids.WINDOW, "data"),
    prevent_initial_call=True,
)


@callback(
    output={
        "figure": Output(Ids.GRAPH, "figure"),
        "style": Output(Ids.GRAPH, "style"),
        "drawn": Output(Ids.DRAWN, "data"),
    },
    inputs={
        "channels": Input(Ids.CHANNELS, "value"),
        "theme": Input(Shell.THEME, "data"),
        "range_s": Input(Ids.RANGE, "value"),
        "zoom": Input(Ids.WINDOW, "data"),
        "experiment_id": Input(Ids.EXPERIMENT, "data"),
        "_again": Input(Ids.AGAIN, "data"),
    },
    state={"station_id": State(Ids.STATION, "data"), "narrow": State(Shell.NARROW, "data")},
)
def draw(
    channels: Sent,
    theme: str | None,
    range_s: Sent,
    zoom: Sent,
    experiment_id: Sent,
    station_id: Sent,
    narrow: Sent,
    _again: Sent,
) -> dict[str, Any]:
    """Draw the chosen channels of the station's experiment; later only new points travel."""
    choice = Choice(channels or (), range_of(range_s), window_of(zoom))
    figure = _figure(experiment_id, _number(station_id), choice, _look(theme, narrow))
    return {
        "figure": figure.figure,
        "style": {"height": figure.height},
        "drawn": figure.drawn,
    }


@callback(
    output=Output(Ids.OVERVIEW, "figure"),
    inputs={"drawn": Input(Ids.DRAWN, "data")},
    state={"theme": State(Shell.THEME, "data"), "narrow": State(Shell.NARROW, "data")},
    prevent_initial_call=True,
)
def draw_overview(drawn: Sent, theme: str | None, narrow: Sent) -> Sent:
    """Draw the strip whenever the graph was drawn anew; a script moves its mark."""
    experiment_id = drawn.get("experiment") if isinstance(drawn, dict) else None
    if not isinstance(experiment_id, int) or not drawn.get("ends"):
        return blank(STRIP_PX)
    whole = window_of(drawn["ends"])
    window = shown_window(whole, range_of(drawn.get("range")), window_of(drawn.get("zoom")))
    with series.opened(database(), experiment_id) as experiment:
        return live_overview(experiment, window, _look(theme, narrow))


@callback(
    output={
        "update": Output(Ids.UPDATE, "data"),
        "head": Output(Ids.HEAD, "children"),
        "notes": Output(Ids.NOTES, "children"),
        "panel": Output(Ids.PANEL, "children"),
        "experiment": Output(Ids.EXPERIMENT, "data"),
    },
    inputs={"ask": Input(Ids.ASK, "data")},
    state={"station_id": State(Ids.STATION, "data")},
    prevent_initial_call=True,
)
def refresh(ask: Sent, station_id: Sent) -> dict[str, Any]:
    """Return new measures, and the text of the page only when it has changed."""
    question = Question.read(ask)
    rows = station_version(database(), _number(station_id))
    update: dict[str, Any] = {Key.WAITS: 1} if rows.waits else {}
    update |= _points(question) | present_update(rows.present)
    version = short_hash(rows.text) if rows.text else ""
    answer = {"update": update, **UNCHANGED}
    if version and version == question.version:
        return answer
    try:
        station = station_now(database(), station_id)
    except NotFoundError as error:  # deleted while somebody looks at it
        gone = {"head": not_found(str(error), "/", "All stations"), "notes": None, "panel": None}
        return {**answer, **gone, "experiment": None}
    update[Key.VERSION] = version
    return answer | _text(station, question, update)


def _text(station: StationNow, question: Question, update: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of the page whose text has changed, and say so in the update."""
    experiment = latest_experiment(station)
    is_same = (experiment.id if experiment else None) == question.experiment_id
    digest = view_digest(station)
    if digest == question.digest and is_same:
        return {}
    update[Key.DIGEST] = digest
    able = can(database(), station.id, StationCommand.PAUSE)
    text = text_of(view_of(database(), station), viewer(), able=able)
    parts = {"head": text.head, "notes": text.notes, "panel": text.panel}
    if is_same:
        return parts
    update[Key.NEXT] = experiment.name if experiment else ""
    return {**parts, "experiment": experiment.id if experiment else None}


@callback(
    Output(CommandIds.DIALOG, "is_open"),
    Output(CommandIds.TITLE, "children"),
    Output(CommandIds.QUESTION, "children"),
    Output(CommandIds.SEND, "children"),
    Output(CommandIds.SEND, "color"),
    Output(CommandIds.ERROR, "children"),
    Output(CommandIds.REASON, "value"),
    Output(CommandIds.SENT, "data"),
    Input(CommandIds.CHOSEN, "data"),
    Input(CommandIds.CANCEL, "n_clicks"),
    Input(CommandIds.SEND, "n_clicks"),
    State(CommandIds.REASON, "value"),
    State(Ids.STATION, "data"),
    prevent_initial_call=True,
)
def command(
    chosen: Sent, _cancel: Sent, _send: Sent, reason: Sent, station_id: Sent
) -> tuple[Any, ...]:
    """Ask before a station is told something; then leave the request to the master node."""
    kind = asked_kind(chosen)
    if kind is None:
        raise PreventUpdate
    nothing = [no_update] * 4
    if ctx.triggered_id == CommandIds.CANCEL:
        return False, *nothing, "", None, no_update
    view = live_view(database(), _number(station_id))
    if ctx.triggered_id == CommandIds.CHOSEN:
        look = "danger" if kind is StationCommand.STOP else "primary"
        return True, *question(view, kind), look, "", None, no_update
    try:
        control.request(
            database(),
            kind,
            unit_id=view.station.unit_id,
            station_id=view.station.id,
            experiment_id=chosen.get("experiment"),
            reason=str(reason or ""),
            by=actor(),
        )
    except ConflictError as error:
        return no_update, *nothing, str(error), no_update, no_update
    return False, *nothing, "", None, chosen


clientside_callback(ClientsideFunction("live", "sent"), Input(CommandIds.SENT, "data"))


def _figure(experiment_id: Sent, station_id: int, choice: Choice, look: Look) -> LiveFigure:
    if not isinstance(experiment_id, int):
        sentence = "Nothing has run on this station yet."
        return sentence_figure(look, sentence, choice, experiment_id=None)
    try:
        with series.opened(database(), experiment_id) as experiment:
            check_experiment(experiment.database, experiment_id)
            if experiment.fraction == 1:
                return _figure_of(experiment, station_id, choice, look)
    except NotFoundError as error:
        return sentence_figure(look, str(error), choice, experiment_id=None)
    jobs.prepare_series(database(), experiment_id, user_name=viewer().name, now=now())
    sentence = preparing_words(experiment.fraction)
    return sentence_figure(look, sentence, choice, experiment_id=experiment_id, retry=True)


def _figure_of(
    experiment: series.ExperimentSeries, station_id: int, choice: Choice, look: Look
) -> LiveFigure:
    channels = station_channels(experiment.database, station_id)
    alarms = run_alarms(experiment.database, experiment.id)
    return live_figure(experiment, channels, choice, look, alarms, viewer())


def _points(question: Question) -> dict[str, Any]:
    """Return what was measured since, of the experiment that the page shows."""
    if question.experiment_id is None:
        return {}
    points = new_points(database(), question.experiment_id, question.after, question.keys)
    return points_update(points, question)


def _look(theme: str | None, narrow: Sent) -> Look:
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once
    return Look(dark=theme == "dark", zone=viewer().zone, narrow=bool(narrow))


def _number(number: object) -> int:
    """Return an id that the browser sent."""
    if not isinstance(number, int) or isinstance(number, bool):
        raise PreventUpdate  # nothing that our page has sent
    return number
