"""A plain graph of one quantity over another, as a Plotly dictionary: points or lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.figures.measure_axes import plain
from components.figures.round_axis import padded, round_axis
from components.figures.template import packed, template

Floats = NDArray[np.float64]

HEIGHT_PX, NARROW_PX = 320, 280
INTERVALS = (5, 6, 7, 8, 4)
TICKS = {"tickformat": "~g", "hoverformat": "~g"}


@dataclass(frozen=True)
class Points:
    """What is drawn under one name, shapes (n,); `labels` are said of each point on hover.

    `channel` is whose colour it has: "voltage", "current", "power", "temperature", a number for one
    of the others, or "" for grey.
    """

    name: str
    x: Floats
    y: Floats
    channel: str | int = "voltage"
    is_line: bool = False
    is_hollow: bool = False
    labels: Sequence[str] = ()


@dataclass(frozen=True)
class XyAxes:
    """Titles with their units, and how the values are said on hover."""

    x_title: str
    y_title: str
    hover: str = "%{x:.5~g}, %{y:.5~g}"
    from_zero: bool = False


def xy_figure(
    drawn: Sequence[Points],
    axes: XyAxes,
    *,
    dark: bool,
    narrow: bool = False,
    height: int | None = None,
) -> dict[str, Any]:
    """Return the graph; its axes hold all that is drawn."""
    look = template(dark=dark)
    x, y = (_ends([getattr(one, name) for one in drawn]) for name in ("x", "y"))
    y = (min(0.0, y[0]), y[1]) if axes.from_zero else y
    side = 48 if narrow else 62
    usual = NARROW_PX if narrow else HEIGHT_PX
    return {
        "data": [_trace(one, axes, dark=dark) for one in drawn],
        "layout": {
            "template": look,
            "height": height or usual,
            "margin": {"l": side, "r": 16, "t": 34, "b": 44},
            "hovermode": "closest",
            "dragmode": "zoom",
            "showlegend": len(drawn) > 1,
            "legend": {"itemdoubleclick": False},
            "xaxis": {
                **round_axis(*x, counts=INTERVALS).layout,
                **TICKS,
                "title": {"text": plain(axes.x_title)},
            },
            "yaxis": {
                **round_axis(*_padded(*y)).layout,
                **TICKS,
                "title": {"text": plain(axes.y_title)},
            },
        },
    }


def _padded(low: float, high: float) -> tuple[float, float]:
    return padded(low, high, 1e-3 * max(abs(low), abs(high)))


def _ends(columns: Sequence[Floats]) -> tuple[float, float]:
    known = np.concatenate([np.empty(0), *columns])
    known = known[np.isfinite(known)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)


def _trace(points: Points, axes: XyAxes, *, dark: bool) -> dict[str, Any]:
    colour = _colour(points.channel, dark=dark)
    name = f"{plain(points.name)}<br>"
    said = "%{customdata}<br>" if len(points.labels) else ""
    trace: dict[str, Any] = {
        "type": "scatter",
        "mode": "lines" if points.is_line else "markers",
        "name": plain(points.name),
        "x": packed(points.x),
        "y": packed(points.y),
        "hovertemplate": f"{name}{said}{axes.hover}<extra></extra>",
    }
    if points.is_line:
        return trace | {"line": {"width": 1.5, "color": colour}}
    shape = "circle-open" if points.is_hollow else "circle"
    marker = {"symbol": shape, "size": 7, "color": colour, "line": {"width": 1.4}}
    labels = [plain(one) for one in points.labels]
    return trace | {"marker": marker, "customdata": labels, "cliponaxis": False}


def _colour(channel: str | int, *, dark: bool) -> str:
    colours = template(dark=dark)["layout"]["meta"]["channel_colours"]
    if channel == "":
        return "#6b7580" if dark else "#8b949f"
    found = colours[channel] if isinstance(channel, str) else colours["other"][channel]
    return str(found)
