"""The graph of the live view and the strip below it, as figures; a script adds the points."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from dash import Input, Output, State, callback
from dash.exceptions import PreventUpdate

from components.figures.measure_axes import axes_of, axis_of
from components.figures.measure_graph import Look, figure
from components.figures.time_axis import Window
from components.measure_view import STRIP_PX
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.errors import NotFoundError
from db import series
from db.commands import jobs
from db.queries.experiments.detail import check_experiment
from db.queries.stations.change_tokens import station_version
from db.queries.stations.newest_measures import new_points, station_channels
from db.queries.stations.run import RunAlarm, run_alarms
from db.series import ChannelInfo, ExperimentSeries
from pages.context import Viewer, database, limits, now, run_script, viewer
from pages.experiment.graph.drawing import damaged_words, drawing, strip, window_of
from pages.experiment.graph.moments import alarm_marks
from pages.experiment.layout import preparing_words
from pages.live.ids import Ids
from pages.live.update import present_update
from pages.sent import sent_id

RANGES = {  # seconds; 0: everything
    60: "1 min",
    300: "5 min",
    900: "15 min",
    1800: "30 min",
    3600: "1 h",
    21600: "6 h",
    86400: "24 h",
    0: "All",
}
USUAL_S = 3600
NOTHING_PX = 160  # of the place where nothing has run yet
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


@dataclass(frozen=True)
class Choice:
    """What somebody chose to see: channels, the last seconds (0: all), or a zoom instead."""

    channels: Sequence[str]
    range_s: int
    zoom: Window | None

    def meta(self) -> dict[str, Any]:
        """Return it as scripts read it; windows in Unix ms."""
        zoom = [end * 1000 for end in self.zoom] if self.zoom else None
        return {"range": self.range_s, "zoom": zoom}


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
        return blank(STRIP_PX)
    whole = window_of(drawn["ends"])
    window = visible_window(whole, range_of(drawn.get("range")), window_of(drawn.get("zoom")))
    with series.opened(database(), experiment_id) as experiment:
        whole = experiment.time_range or (0.0, 1.0)
        return strip(experiment, window or whole, _look(theme, narrow))


def _figure(experiment_id: Sent, station_id: int, choice: Choice, look: Look) -> dict[str, Any]:
    if not isinstance(experiment_id, int):
        sentence = "Nothing has run on this station yet."
        return sentence_figure(look, sentence, choice, experiment_id=None)
    try:
        with series.opened(database(), experiment_id) as experiment:
            check_experiment(experiment.database, experiment_id)
            if experiment.fraction == 1:
                channels = station_channels(experiment.database, station_id)
                alarms = run_alarms(experiment.database, experiment.id)
                drawn = live_figure(experiment, channels, choice, look, alarms, viewer())
                present = station_version(database(), station_id).present
                drawn["layout"]["meta"] |= present_update(present)
                return drawn
    except NotFoundError as error:
        return sentence_figure(look, str(error), choice, experiment_id=None)
    jobs.prepare_series(database(), experiment_id, user_name=viewer().name, now=now())
    sentence = preparing_words(experiment.fraction)
    return sentence_figure(look, sentence, choice, experiment_id=experiment_id, retry=True)


def _look(theme: str | None, narrow: Sent) -> Look:
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once
    return Look(dark=theme == "dark", zone=viewer().zone, narrow=bool(narrow))


def visible_window(whole: Window | None, range_s: int, zoom: Window | None) -> Window | None:
    """Return the part of the time to draw: what somebody zoomed to, else the last `range_s`.

    A run that is shorter begins at the left.
    """
    if zoom is not None:
        return zoom
    if whole is None or not range_s:
        return None
    return (max(whole[0], whole[1] - range_s), whole[1])


def live_figure(
    experiment: ExperimentSeries,
    channels: Sequence[ChannelInfo],
    choice: Choice,
    look: Look,
    alarms: Sequence[RunAlarm],
    who: Viewer,
) -> dict[str, Any]:
    """Draw what somebody wants to see; what scripts must know of it stands in its `layout.meta`."""
    through, whole = experiment.head.watermarks.generic, experiment.time_range
    if whole is None:
        return sentence_figure(look, "No measures yet.", choice, experiment_id=experiment.id)
    window = visible_window(whole, choice.range_s, choice.zoom)
    drawn = drawing(
        experiment, choice.channels, window, look, channels, points=limits().graph_points
    )
    marks = alarm_marks(alarms, who)
    whole_figure = figure(drawn.lines, window or whole, drawn.look, marks, drawn.spans)
    if drawn.left_out:
        note = {"text": damaged_words(drawn), "y": 1, "yanchor": "top", "showarrow": False}
        whole_figure["layout"]["annotations"].append({**note, "xref": "paper", "yref": "paper"})
    axes = axes_of(drawn.lines)
    for line, trace in zip(drawn.lines, whole_figure["data"], strict=True):
        trace["meta"] = {"key": line.key, "factor": axis_of(axes, line).factor}
    newest = new_points(
        experiment.database, experiment.id, max(through - 1, -1), [one.key for one in channels]
    )
    whole_figure["layout"]["meta"] |= {
        **choice.meta(),
        "least": {axis.name: axis.least for axis in axes},
        "drawn": token_hex(4),
        "experiment": experiment.id,
        "after": through,
        "pauses": drawn.turns,
        "tip": choice.zoom is None or choice.zoom[1] >= whole[1],
        "ends": [end * 1000 for end in whole],
        "last": {key: column[-1] for key, column in newest.values.items() if column},
    }
    return whole_figure


def sentence_figure(
    look: Look, sentence: str, choice: Choice, *, experiment_id: int | None, retry: bool = False
) -> dict[str, Any]:
    """Return a figure that says something instead; with `retry` a script asks again soon."""
    empty = figure([], (0.0, 1.0), look)
    empty["layout"] |= _sentence(sentence)
    if experiment_id is None:
        empty["layout"]["height"] = NOTHING_PX
    empty["layout"]["meta"] |= {
        **choice.meta(),
        "drawn": token_hex(4),
        "experiment": experiment_id,
        "after": -1,
        "tip": True,
        "ends": None,
        "retry": retry,
    }
    return empty


def blank(height_px: int) -> dict[str, Any]:
    """Return a figure in which nothing is drawn, in any theme."""
    hidden = {"visible": False}
    clear = "rgba(0,0,0,0)"
    layout = {"height": height_px, "xaxis": hidden, "yaxis": hidden}
    return {"data": [], "layout": {**layout, "paper_bgcolor": clear, "plot_bgcolor": clear}}


def range_of(chosen: object) -> int:
    """Return the range that the page's buttons name, the usual one for anything else."""
    return chosen if isinstance(chosen, int) and chosen in RANGES else USUAL_S


def _sentence(sentence: str) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
    hidden = {"visible": False}
    return {"annotations": [{"text": sentence, **place}], "xaxis": hidden, "yaxis": hidden}
