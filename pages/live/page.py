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
from db.queries.stations.change_tokens import station_sign
from db.queries.stations.live import can, new_points, run_alarms, station_channels
from db.queries.stations.overview import station_now
from db.terms import Role
from pages.context import actor, database, now, viewer
from pages.experiment.graph import window_of
from pages.experiment.parts import preparing_words
from pages.live.commands import asked_kind, question
from pages.live.graph import (
    STRIP_PX,
    LiveFigure,
    Wanted,
    blank,
    live_figure,
    live_overview,
    range_of,
    sentence_figure,
    shown_window,
)
from pages.live.ids import CommandIds, Ids
from pages.live.parts import page, words_of
from pages.live.update import Asked, points_news, present_news
from pages.live.view import live_view, shown_experiment, view_digest, view_of
from pages.not_found_404 import not_found
from pages.station.labels import short_hash

register_page(
    __name__,
    path_template="/monitor/<station_id>",
    title=lambda station_id="": f"Station {station_id} - Battery Experiments Manager",
    role=Role.VIEWER,
)


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
    ClientsideFunction("live", "tell"), Output(Ids.SINK, "data"), Input(Ids.NEWS, "data")
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
    Output(Ids.GRAPH, "figure"),
    Output(Ids.GRAPH, "style"),
    Output(Ids.DRAWN, "data"),
    Input(Ids.CHANNELS, "value"),
    Input(Shell.THEME, "data"),
    Input(Ids.RANGE, "value"),
    Input(Ids.WINDOW, "data"),
    Input(Ids.EXPERIMENT, "data"),
    Input(Ids.AGAIN, "data"),
    State(Ids.STATION, "data"),
    State(Shell.NARROW, "data"),
)
def draw(shown: Sent, theme: str | None, *rest: Sent) -> tuple[Any, ...]:
    """Draw what is shown of the station's experiment; later only new points travel."""
    range_s, zoom, experiment_id, _again, station_id, narrow = rest
    look = _look(theme, narrow)
    wanted = Wanted(shown or (), range_of(range_s), window_of(zoom))
    drawn = _drawn(experiment_id, _number(station_id), wanted, look)
    return drawn.figure, {"height": drawn.height}, drawn.drawn


@callback(
    Output(Ids.OVERVIEW, "figure"),
    Input(Ids.DRAWN, "data"),
    State(Shell.THEME, "data"),
    State(Shell.NARROW, "data"),
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
    Output(Ids.NEWS, "data"),
    Output(Ids.HEAD, "children"),
    Output(Ids.NOTES, "children"),
    Output(Ids.SIDE, "children"),
    Output(Ids.EXPERIMENT, "data"),
    Input(Ids.ASK, "data"),
    State(Ids.STATION, "data"),
    prevent_initial_call=True,
)
def refresh(ask: Sent, station_id: Sent) -> tuple[Any, ...]:
    """Tell new measures, and words only when they have changed."""
    asked = Asked.read(ask)
    sign = station_sign(database(), _number(station_id))
    told: dict[str, Any] = {"c": 1} if sign.waits else {}
    told |= _points(asked) | present_news(sign.present)
    signed = short_hash(sign.text) if sign.text else ""
    if signed and signed == asked.sign:
        return told, no_update, no_update, no_update, no_update
    try:
        station = station_now(database(), station_id)
    except NotFoundError as error:  # deleted while somebody looks at it
        return told, not_found(str(error), "/", "All stations"), None, None, None
    shown = shown_experiment(station)
    is_same = (shown.id if shown else None) == asked.experiment_id
    changed = view_digest(station)
    told["g"] = signed
    if changed == asked.digest and is_same:
        return told, no_update, no_update, no_update, no_update
    told["d"] = changed
    able = can(database(), station.id, StationCommand.PAUSE)
    said = words_of(view_of(database(), station), viewer(), able=able)
    if is_same:
        return told, said.head, said.notes, said.side, no_update
    told["new"] = shown.name if shown else ""
    return told, said.head, said.notes, said.side, shown.id if shown else None


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


def _drawn(
    experiment_id: Sent,
    station_id: int,
    wanted: Wanted,
    look: Look,
) -> LiveFigure:
    if not isinstance(experiment_id, int):
        words = "Nothing has run on this station yet."
        return sentence_figure(look, words, wanted, experiment_id=None)
    try:
        with series.opened(database(), experiment_id) as experiment:
            check_experiment(experiment.database, experiment_id)
            if experiment.fraction == 1:
                return _drawn_of(experiment, station_id, wanted, look)
    except NotFoundError as error:
        return sentence_figure(look, str(error), wanted, experiment_id=None)
    jobs.prepare_series(database(), experiment_id, user_name=viewer().name, now=now())
    words = preparing_words(experiment.fraction)
    return sentence_figure(look, words, wanted, experiment_id=experiment_id, retry=True)


def _drawn_of(
    experiment: series.ExperimentSeries, station_id: int, wanted: Wanted, look: Look
) -> LiveFigure:
    channels = station_channels(experiment.database, station_id)
    alarms = run_alarms(experiment.database, experiment.id)
    return live_figure(experiment, channels, wanted, look, alarms, viewer())


def _points(asked: Asked) -> dict[str, Any]:
    """Return what was measured since, of the experiment that the page shows."""
    if asked.experiment_id is None:
        return {}
    found = new_points(database(), asked.experiment_id, asked.after, asked.keys)
    return points_news(found, asked)


def _look(theme: str | None, narrow: Sent) -> Look:
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once
    return Look(dark=theme == "dark", zone=viewer().zone, narrow=bool(narrow))


def _number(given: object) -> int:
    """Return an id that the browser sent."""
    if not isinstance(given, int) or isinstance(given, bool):
        raise PreventUpdate  # nothing that our page has sent
    return given
