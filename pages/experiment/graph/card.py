"""The graph of the experiment page and the strip below it: drawn, zoomed, moved."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dash import Input, Output, Patch, State, callback, ctx, html, no_update
from dash.exceptions import PreventUpdate

from components.figures.measure_graph import Look, figure, height, marks
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.terms import ENDED
from db import series
from db.engine import Database
from db.queries.experiments.detail import ExperimentProgress, check_experiment
from db.queries.experiments.durations import Durations, durations_of
from db.series import ExperimentSeries
from pages.context import database, limits, now, run_script, viewer
from pages.experiment.facts import as_of_words, this_second
from pages.experiment.graph.drawing import drawing, range_words, strip, time_axis, window_of, zoomed
from pages.experiment.graph.moments import graph_marks
from pages.experiment.ids import Ids
from pages.experiment.layout import ELAPSED
from pages.sent import sent_id

# Only what changes the window reaches the server: an answer to anything else (a resize while the
# first drawing is under way) would make Dash drop the drawing.
run_script(
    "experiment.window",
    Output(Ids.WINDOW, "data"),
    Input(Ids.GRAPH, "relayoutData"),
    Input(Ids.OVERVIEW, "selectedData"),
    Input(Ids.WHOLE, "n_clicks"),
    at_start=False,
)
run_script("experiment.remember", Input(Ids.WINDOW, "data"))
run_script("experiment.markTime", Input(Ids.GRAPH, "clickData"), at_start=False)


@callback(
    output=(
        Output(Ids.GRAPH, "figure"),
        Output(Ids.GRAPH, "style"),
        Output(Ids.RANGE, "children"),
        Output(Ids.DRAWN, "data"),
    ),
    inputs={
        "keys": Input(Ids.CHANNELS, "value"),
        "theme": Input(Shell.THEME, "data"),
        "ends_ms": Input(Ids.WINDOW, "data"),
        "time": Input(Ids.TIME, "value"),
        "noted": Input(Ids.NOTED, "data"),
    },
    state={
        "experiment_id": State(Ids.EXPERIMENT, "data"),
        "narrow": State(Shell.NARROW, "data"),
        "on_screen": State(Ids.DRAWN, "data"),
    },
)
def draw(
    keys: list[str] | None,
    theme: str | None,
    ends_ms: Sent,
    time: Sent,
    noted: Sent,
    experiment_id: Sent,
    narrow: Sent,
    on_screen: Sent,
) -> tuple[Any, ...]:
    """Draw the channels that are on; after a zoom only replace their points by closer ones."""
    _check_theme(theme)
    with opened(experiment_id) as (experiment, progress):
        look = _look(experiment, theme, narrow, time)
        drawn = drawing(experiment, keys, window_of(ends_ms), look, points=limits().graph_points)
        when, how = range_words(drawn, *_moment(experiment.database, progress))
        words = [when, html.Span(how, className="t3 small")]
        keys_drawn = [line.key for line in drawn.lines]
        now_drawn = [keys_drawn, theme, time, noted, len(drawn.spans)]
        if ctx.triggered_id == Ids.WINDOW and on_screen == now_drawn:
            return zoomed(drawn), no_update, words, no_update
        moments = graph_marks(experiment.database, experiment.id, viewer())
    whole = figure(drawn.lines, drawn.window, drawn.look, moments, drawn.spans)
    return whole, {"height": height(drawn.lines)}, words, now_drawn


@callback(
    output=(Output(Ids.OVERVIEW, "figure"), Output(Ids.STRIP_DRAWN, "data")),
    inputs={
        "theme": Input(Shell.THEME, "data"),
        "ends_ms": Input(Ids.WINDOW, "data"),
        "time": Input(Ids.TIME, "value"),
    },
    state={
        "experiment_id": State(Ids.EXPERIMENT, "data"),
        "narrow": State(Shell.NARROW, "data"),
        "on_screen": State(Ids.STRIP_DRAWN, "data"),
    },
)
def draw_overview(
    theme: str | None, ends_ms: Sent, time: Sent, experiment_id: Sent, narrow: Sent, on_screen: Sent
) -> tuple[Any, ...]:
    """Draw the strip once; later only move its marker."""
    _check_theme(theme)
    with opened(experiment_id) as (experiment, _progress):
        look = _look(experiment, theme, narrow, time)
        window = window_of(ends_ms) or experiment.time_range or (0.0, 0.0)
        if ctx.triggered_id == Ids.WINDOW and on_screen == [theme, time]:
            moved = Patch()
            for index, mark in enumerate(marks(window, look)):
                moved["layout"]["shapes"][index] = mark
            moved["layout"]["selections"] = []
            return moved, no_update
        return strip(experiment, window, look), [theme, time]


def _check_theme(theme: str | None) -> None:
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once


def _moment(database: Database, progress: ExperimentProgress) -> tuple[Durations, str]:
    """Return how long it took, as the facts say, and "as of" of one that goes on."""
    time, is_over = this_second(now()), progress.status in ENDED
    words = "" if is_over else as_of_words(time, viewer()).replace("As", "as", 1)
    return durations_of(database, [progress], time)[progress.id], words


def _look(experiment: ExperimentSeries, theme: str | None, narrow: Sent, time: Sent) -> Look:
    axis = time_axis(experiment, by_clock=time != ELAPSED)
    return Look(dark=theme == "dark", zone=viewer().zone, narrow=bool(narrow), time=axis)


@contextmanager
def opened(experiment_id: Sent) -> Iterator[tuple[ExperimentSeries, ExperimentProgress]]:
    """Open the series of an experiment that there is; raises NotFoundError."""
    with series.opened(database(), sent_id(experiment_id)) as experiment:
        yield experiment, check_experiment(experiment.database, experiment.id)
