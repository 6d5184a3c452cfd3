"""Marks of single moments in a measure graph: notes and alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from components.figures.measure_axes import plain
from components.figures.template import template
from components.figures.time_axis import TimeAxis
from components.sent import Sent

HOVER_WIDTH = 60  # characters; Plotly breaks no line by itself
ALARM_SIGN = "▼"


@dataclass(frozen=True)
class EventMark:
    """A moment: `label` stands above the graph, `words` are shown on hover."""

    unix_s: float
    label: str
    words: str
    alarm: bool = False


def mark_layout(marks: Sequence[EventMark], time: TimeAxis, *, dark: bool) -> dict[str, Any]:
    """Return the lines and labels of marks, as parts of a layout."""
    look = template(dark=dark)["layout"]
    ordered = sorted(marks, key=lambda mark: not mark.alarm)  # notes lie above alarms
    return {
        "shapes": [_line(mark, time, look) for mark in ordered],
        "annotations": [_label(mark, time, look) for mark in ordered],
    }


def _line(mark: EventMark, time: TimeAxis, look: Sent) -> dict[str, Any]:
    x = time.place(mark.unix_s)
    style = {"width": 1, "color": _colour(mark, look), "dash": "solid" if mark.alarm else "dot"}
    place = {"xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1}
    opacity = 0.5 if mark.alarm else 0.7  # many in a moment must not hide the measures
    return {"type": "line", **place, "line": style, "layer": "below", "opacity": opacity}


def _label(mark: EventMark, time: TimeAxis, look: Sent) -> dict[str, Any]:
    label = {
        "xref": "x",
        "yref": "paper",
        "x": time.place(mark.unix_s),
        "y": 1,
        "yanchor": "bottom",
        "showarrow": False,
        "text": plain(mark.label),
        "font": {"size": 11, "color": _colour(mark, look)},
        "hovertext": "<br>".join(_wrapped(mark.words)),
        "hoverlabel": {one: look["hoverlabel"][one] for one in ("bgcolor", "bordercolor", "font")},
    }
    if not mark.alarm:
        label |= {"bordercolor": look["modebar"]["color"], "borderwidth": 1, "borderpad": 1}
        label |= {"bgcolor": look["paper_bgcolor"], "yshift": 2}
    return label


def _colour(mark: EventMark, look: Sent) -> Sent:
    return look["meta"]["mark_colours"]["alarm"] if mark.alarm else look["modebar"]["color"]


def _wrapped(words: str) -> list[str]:
    lines = [part for line in words.splitlines() for part in wrap(line, HOVER_WIDTH) or [""]]
    return [plain(line) for line in lines]
