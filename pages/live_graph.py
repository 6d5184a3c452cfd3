"""The graph of the live view: its first points; those that come later are added by a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from components.figures.measure_axes import axes_of, axis_of
from components.figures.measure_graph import Look, figure, height, overview
from components.figures.time_axis import Window
from db import series
from db.engine import Database
from db.queries.live import RunAlarm, new_points
from pages.context import Viewer
from pages.experiment_graph import drawing, whole_voltage
from pages.experiment_moments import alarm_marks

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
STRIP_PX = 68


@dataclass(frozen=True)
class LiveFigure:
    """A figure, its height, and what scripts must know to add points to it."""

    figure: dict[str, Any]
    height: int
    drawn: dict[str, Any]


def shown_window(whole: Window | None, range_s: int, zoom: Window | None) -> Window | None:
    """Return the part of the time to draw: what somebody zoomed to, else the last `range_s`."""
    if zoom is not None:
        return zoom
    if whole is None or not range_s:
        return None
    return (whole[1] - range_s, whole[1])


def live_figure(
    database: Database,
    experiment_id: int,
    channels: Sequence[series.ChannelInfo],
    shown: Sequence[str],
    window: Window | None,
    look: Look,
    alarms: Sequence[RunAlarm],
    who: Viewer,
) -> LiveFigure:
    """Draw a window of an experiment (None: all of it)."""
    whole = series.time_range(database, experiment_id)
    if whole is None:
        return sentence_figure(look, "No measures yet.", experiment_id=experiment_id)
    through = series.last_id(database, experiment_id)
    drawn = drawing(database, experiment_id, shown, window, look, channels)
    whole_figure = figure(drawn.lines, drawn.window, drawn.look, alarm_marks(alarms, who))
    axes = axes_of(drawn.lines)
    for line, trace in zip(drawn.lines, whole_figure["data"], strict=True):
        trace["meta"] = {"key": line.key, "factor": axis_of(axes, line).factor}
    token = token_hex(4)
    whole_figure["layout"]["meta"] = {**whole_figure["layout"]["meta"], "drawn": token}
    keys = [channel.key for channel in channels]
    newest = new_points(database, experiment_id, through - 1, keys)
    return LiveFigure(
        whole_figure,
        height(drawn.lines),
        {
            "experiment": experiment_id,
            "after": through,
            "tip": drawn.window[1] >= whole[1],
            "ends": [end * 1000 for end in whole],
            "l": {key: column[-1] for key, column in newest.values.items() if column},
            "token": token,
        },
    )


def sentence_figure(
    look: Look, words: str, *, experiment_id: int | None, retry: bool = False
) -> LiveFigure:
    """Return a figure that says something instead; with `retry` a script asks again soon."""
    empty = figure([], (0.0, 1.0), look)
    empty["layout"] |= _sentence(words)
    drawn = {"experiment": experiment_id, "after": -1, "tip": True, "ends": None, "token": ""}
    return LiveFigure(empty, height([]), {**drawn, "retry": retry})


def live_overview(
    database: Database, experiment_id: int, window: Window | None, look: Look
) -> dict[str, Any]:
    """Draw the strip of the whole experiment."""
    whole = series.time_range(database, experiment_id) or (0.0, 1.0)
    line = whole_voltage(database, experiment_id, dark=look.dark)
    return overview(line, window or whole, look)


def blank(height_px: int) -> dict[str, Any]:
    """Return a figure in which nothing is drawn, in any theme."""
    hidden = {"visible": False}
    clear = "rgba(0,0,0,0)"
    layout = {"height": height_px, "xaxis": hidden, "yaxis": hidden}
    return {"data": [], "layout": {**layout, "paper_bgcolor": clear, "plot_bgcolor": clear}}


def range_of(chosen: object) -> int:
    """Return the range that the page's buttons name, the usual one for anything else."""
    return chosen if isinstance(chosen, int) and chosen in RANGES else USUAL_S


def _sentence(words: str) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}
    hidden = {"visible": False}
    return {"annotations": [{"text": words, **place}], "xaxis": hidden, "yaxis": hidden}
