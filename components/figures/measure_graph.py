"""The graph of an experiment and the strip below it, as Plotly dictionaries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from textwrap import wrap
from typing import Any

import numpy as np

from components.figures.measure_axes import INTERVALS, Axis, Floats, Line, axes_of, axis_of, plain
from components.figures.spans import HIGH_PX, Span, span_labels, span_shapes
from components.figures.template import packed, template
from components.figures.time_axis import CLOCK, TimeAxis, Window
from components.sent import Sent

HOVER_WIDTH = 60  # characters; Plotly breaks no line by itself
ALARM_SIGN = "▼"
TOP_PX, PANEL_PX, GAP_PX = 380, 130, 26
MARKERS_BELOW = 300
NEAR = 0.02  # of the width: lines so close to a name that is written upwards may be behind it


@dataclass(frozen=True)
class EventMark:
    """A moment: `label` stands above the graph, `words` are shown on hover."""

    unix_s: float
    label: str
    words: str
    alarm: bool = False


ABOVE_PX, BELOW_PX = 20, 40  # labels of marks above the axes, ticks and title below


@dataclass(frozen=True)
class Look:
    """How it is drawn: theme, zone, width, whether every point is a sample."""

    dark: bool
    zone: tzinfo
    every_sample: bool = False
    narrow: bool = False
    time: TimeAxis = CLOCK
    label_px: float = HIGH_PX  # that a name may take which is written upwards

    @property
    def margin(self) -> dict[str, int]:
        """Space around the axes; the strip below has the same at its sides."""
        side = 46 if self.narrow else 64
        return {"l": side, "r": side, "t": ABOVE_PX, "b": BELOW_PX}


def figure(
    lines: Sequence[Line],
    window: Window,
    look: Look,
    marks: Sequence[EventMark] = (),
    spans: Sequence[Span] = (),
) -> dict[str, Any]:
    """Return the whole figure for the visible lines; `window` are Unix seconds.

    The labels of `spans` are its first annotations: how long they are depends on the window.
    """
    axes = axes_of(lines)
    layout: dict[str, Any] = {
        "template": template(dark=look.dark),
        "showlegend": False,
        "height": height(lines),
        "margin": look.margin,
        "dragmode": "zoom",
        "meta": look.time.meta(),
        "xaxis": {
            **look.time.layout(dark=look.dark),
            "range": look.time.range(window),
            "anchor": max(axes, key=lambda axis: axis.panel).name if axes else "y",
            "tickangle": 0,
        },
        **mark_layout(marks, look.time, dark=look.dark),
    }
    shapes = span_shapes(spans, window, look.time, dark=look.dark)
    layout["shapes"] = [*shapes, *layout["shapes"]]
    layout["annotations"] = [*labels_of(spans, window, look, lines), *layout["annotations"]]
    if not look.time.is_clock:
        layout["xaxis"]["title"] = {"text": f"Test time / {look.time.unit}", "standoff": 4}
    for axis in axes:
        layout[axis.layout_name] = _axis_layout(axis, axes)
    if not axes:
        layout |= _nothing_shown()
    return {"data": [_trace(line, axes, look) for line in lines], "layout": layout}


def detail(lines: Sequence[Line], look: Look) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return what another window changes: parts of each trace, and parts of each y axis."""
    axes = axes_of(lines)
    changed = ("x", "y", "mode", "hovertemplate")
    traces = [_trace(line, axes, look) for line in lines]
    return (
        [{name: trace[name] for name in changed} for trace in traces],
        {axis.layout_name: _scale_layout(axis) for axis in axes},
    )


def labels_of(
    spans: Sequence[Span], window: Window, look: Look, lines: Sequence[Line] = ()
) -> list[dict[str, Any]]:
    """Return the labels of spans in a window: as many in each.

    What is written upwards stands at the foot of the first panel where the lines leave more room.
    """
    labels = span_labels(
        spans,
        window,
        look.time,
        dark=look.dark,
        narrow=look.narrow,
        high_px=look.label_px,
    )
    axes = axes_of(lines)
    first, last = look.time.range(window)
    foot = _domain(0, _panels(axes))[0]
    for label in labels:
        if label["visible"] and label["textangle"]:
            heights = _heights(lines, axes, look.time, label["x"], NEAR * (last - first))
            if heights.size and heights.min() > 1 - heights.max():
                label |= {"y": foot, "yanchor": "bottom"}
    return labels


def _heights(
    lines: Sequence[Line], axes: Sequence[Axis], time: TimeAxis, place: float, near: float
) -> Floats:
    """Return how high the lines of the first panel are about a place: shape (n,), 0 to 1."""
    heights = [np.empty(0)]
    for line in lines:
        axis = axis_of(axes, line)
        if axis.panel == 0:
            values = line.values[np.abs(time.places(line.unix_s) - place) <= near] * axis.factor
            heights.append((values - axis.low) / (INTERVALS * axis.step))
    joined = np.concatenate(heights)
    return joined[np.isfinite(joined)]


def overview(line: Line, window: Window, look: Look, spans: Sequence[Span] = ()) -> dict[str, Any]:
    """Return the strip: the whole experiment in one line, the shown window marked.

    The marks are its first three shapes.
    """
    known = len(line.unix_s) > 0
    whole = (float(line.unix_s[0]), float(line.unix_s[-1])) if known else window
    colours = template(dark=look.dark)["layout"]
    return {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "x": packed(look.time.places(line.unix_s)),
                "y": packed(line.values),
                "line": {"width": 1, "color": colours["modebar"]["color"]},
                "hoverinfo": "skip",
            }
        ],
        "layout": {
            "template": template(dark=look.dark),
            "showlegend": False,
            "height": 68,
            "margin": {**look.margin, "t": 4, "b": 20},
            "dragmode": "select",
            "selectdirection": "h",
            "hovermode": False,
            "meta": look.time.meta(),
            "xaxis": {
                **look.time.layout(dark=look.dark),
                "range": look.time.range(whole),
                "showgrid": False,
                "ticks": "",
                "tickfont": {"size": 11},
                "showspikes": False,
                "fixedrange": True,
            },
            "yaxis": {"visible": False, "fixedrange": True},
            "shapes": [
                *marks(window, look),
                *span_shapes(spans, whole, look.time, dark=look.dark),
            ],
        },
    }


def marks(window: Window, look: Look) -> list[dict[str, Any]]:
    """Return the shapes that mark the shown window on the strip."""
    low, high = look.time.range(window)
    colour = template(dark=look.dark)["layout"]["activeselection"]["fillcolor"]
    box = {"type": "rect", "xref": "x", "yref": "paper", "y0": 0, "y1": 1}
    return [
        {**box, "x0": low, "x1": high, "fillcolor": colour, "opacity": 0.16, "line": {"width": 0}},
        *(
            {**box, "type": "line", "x0": x, "x1": x, "line": {"width": 2, "color": colour}}
            for x in (low, high)
        ),
    ]


def height(lines: Sequence[Line]) -> int:
    """Return the height in pixels that the panels of these lines need."""
    panels = _panels(axes_of(lines))
    return TOP_PX + (panels - 1) * (PANEL_PX + GAP_PX) + ABOVE_PX + BELOW_PX


def _trace(line: Line, axes: Sequence[Axis], look: Look) -> dict[str, Any]:
    axis = axis_of(axes, line)
    markers = look.every_sample and len(line.values) < MARKERS_BELOW and not line.dash
    unit = plain(f" {axis.shown_unit}") if axis.shown_unit else ""
    return {
        "type": "scatter",
        "name": plain(line.name),
        "x": packed(look.time.places(line.unix_s)),
        "y": packed(line.values * axis.factor),
        "mode": "lines+markers" if markers else "lines",
        "line": {"color": line.colour, "width": 1.5, "dash": line.dash or "solid"},
        "marker": {"size": 4, "color": line.colour},
        "yaxis": axis.name,
        "hovertemplate": f"%{{y:.6~g}}{unit}",
    }


def _axis_layout(axis: Axis, axes: Sequence[Axis]) -> dict[str, Any]:
    panels = _panels(axes)
    title: dict[str, Any] = {"text": axis.title}
    if axis.colour:
        title["font"] = {"color": axis.colour}
    layout = {
        **_scale_layout(axis),
        "title": title,
        "domain": _domain(axis.panel, panels),
        "fixedrange": True,
        "anchor": "x",
    }
    if axis.on_right:
        layout |= {"overlaying": "y", "side": "right", "showgrid": False}
    return layout


def _nothing_shown() -> dict[str, Any]:
    sentence = {"text": "Switch on a channel above.", "xref": "paper", "yref": "paper"}
    return {
        "shapes": [],
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
        "annotations": [{**sentence, "x": 0.5, "y": 0.5, "showarrow": False}],
    }


def _scale_layout(axis: Axis) -> dict[str, Any]:
    return {"range": axis.range, "tick0": axis.low, "dtick": axis.step}


def _panels(axes: Sequence[Axis]) -> int:
    return 1 + max((axis.panel for axis in axes), default=0)


def _domain(panel: int, panels: int) -> list[float]:
    """Share the height: the top panel is the largest, gaps between all."""
    total = TOP_PX + (panels - 1) * (PANEL_PX + GAP_PX)
    if panel == 0:
        return [1 - TOP_PX / total, 1.0]
    top = 1 - (TOP_PX + panel * GAP_PX + (panel - 1) * PANEL_PX) / total
    return [max(0.0, top - PANEL_PX / total), top]


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
