"""The graph of the live view and the strip below it, as figures; a script adds the points."""

from typing import Any

from dash import Input, Output, State, callback
from dash.exceptions import PreventUpdate

from components.figures.measure_graph import Look, overview
from components.measure_view import STRIP_PX
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.errors import NotFoundError
from db import series
from db.commands import jobs
from db.queries.experiments.detail import check_experiment
from db.queries.stations.newest_measures import station_channels
from db.queries.stations.run import run_alarms
from pages.context import database, now, run_script, viewer
from pages.experiment.graph import whole_voltage, window_of
from pages.experiment.parts import preparing_words
from pages.live import graph
from pages.live.ids import Ids
from pages.sent import sent_id

run_script("live.drawn", Output(Ids.SINK, "storage_type"), Input(Ids.DRAWN, "data"), at_start=False)
run_script(
    "live.window",
    Output(Ids.WINDOW, "data"),
    Input(Ids.GRAPH, "relayoutData"),
    Input(Ids.OVERVIEW, "selectedData"),
    Input(Ids.FOLLOW, "n_clicks"),
    Input(Ids.RANGE, "value"),
    Input(Ids.EXPERIMENT, "data"),
    State(Ids.WINDOW, "data"),
    at_start=False,
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
    choice = graph.Choice(channels or (), graph.range_of(range_s), window_of(zoom))
    figure = _figure(experiment_id, sent_id(station_id), choice, _look(theme, narrow))
    layout = figure["layout"]
    return {"figure": figure, "style": {"height": layout["height"]}, "drawn": layout["meta"]}


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
        return graph.blank(STRIP_PX)
    whole = window_of(drawn["ends"])
    window = graph.shown_window(
        whole, graph.range_of(drawn.get("range")), window_of(drawn.get("zoom"))
    )
    with series.opened(database(), experiment_id) as experiment:
        look, whole = _look(theme, narrow), experiment.time_range or (0.0, 1.0)
        return overview(whole_voltage(experiment, dark=look.dark), window or whole, look)


def _figure(
    experiment_id: Sent, station_id: int, choice: graph.Choice, look: Look
) -> dict[str, Any]:
    if not isinstance(experiment_id, int):
        sentence = "Nothing has run on this station yet."
        return graph.sentence_figure(look, sentence, choice, experiment_id=None)
    try:
        with series.opened(database(), experiment_id) as experiment:
            check_experiment(experiment.database, experiment_id)
            if experiment.fraction == 1:
                channels = station_channels(experiment.database, station_id)
                alarms = run_alarms(experiment.database, experiment.id)
                return graph.live_figure(experiment, channels, choice, look, alarms, viewer())
    except NotFoundError as error:
        return graph.sentence_figure(look, str(error), choice, experiment_id=None)
    jobs.prepare_series(database(), experiment_id, user_name=viewer().name, now=now())
    sentence = preparing_words(experiment.fraction)
    return graph.sentence_figure(look, sentence, choice, experiment_id=experiment_id, retry=True)


def _look(theme: str | None, narrow: Sent) -> Look:
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once
    return Look(dark=theme == "dark", zone=viewer().zone, narrow=bool(narrow))
