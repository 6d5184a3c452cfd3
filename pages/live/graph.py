"""The graph of the live view: its first points; those that come later are added by a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from components.figures.measure_axes import axes_of, axis_of
from components.figures.measure_graph import Look, figure
from components.figures.time_axis import Window
from db.queries.stations.newest_measures import new_points
from db.queries.stations.run import RunAlarm
from db.series import ChannelInfo, ExperimentSeries
from pages.context import Viewer, limits
from pages.experiment.graph import drawing
from pages.experiment.moments import alarm_marks

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


def shown_window(whole: Window | None, range_s: int, zoom: Window | None) -> Window | None:
    """Return the part of the time to draw: what somebody zoomed to, else the last `range_s`.

    A run that is shorter begins at the left.
    """
    if zoom is not None:
        return zoom
    if whole is None or not range_s:
        return None
    return (max(whole[0], whole[1] - range_s), whole[1])


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
    window = shown_window(whole, choice.range_s, choice.zoom)
    drawn = drawing(
        experiment, choice.channels, window, look, channels, points=limits().graph_points
    )
    whole_figure = figure(drawn.lines, window or whole, drawn.look, alarm_marks(alarms, who))
    axes = axes_of(drawn.lines)
    for line, trace in zip(drawn.lines, whole_figure["data"], strict=True):
        trace["meta"] = {"key": line.key, "factor": axis_of(axes, line).factor}
    newest = new_points(
        experiment.database, experiment.id, max(through - 1, -1), [one.key for one in channels]
    )
    whole_figure["layout"]["meta"] |= {
        **choice.meta(),
        "drawn": token_hex(4),
        "experiment": experiment.id,
        "after": through,
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
