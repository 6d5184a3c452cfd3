"""Several cells over one axis, one panel a metric: lines, and means with bands; for Plotly."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.figures.cycle_graph import GREY, kept_rows
from components.figures.measure_axes import plain
from components.figures.round_axis import RoundAxis, padded, round_axis, usual_range, whole_range
from components.figures.template import packed, template

Floats = NDArray[np.float64]

HEIGHT_PX, NARROW_PX, PANEL_PX = 430, 340, 210  # of one panel; of each further one
MAX_LINES_POINTS = 24_000  # of all lines of all panels; the extremes are among them
MIN_POINTS, MAX_POINTS = 200, 1800  # of one line
IN_LEGEND, IN_NARROW_LEGEND = 20, 4  # names; on a phone a name is a row
MAX_NAMED_EDGES = 12
LEAST_APART = 0.04  # of the axis: closer edges have one name, that of the last
BREAK = np.array([np.nan])
DASHES = ("solid", "dash", "dot", "dashdot")
COLOURS = 8
GAP = 0.06  # between panels
NOTHING = {
    "xaxis": {"visible": False},
    "yaxis": {"visible": False},
    "annotations": [
        {"text": "Nothing to draw", "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
        | {"showarrow": False}
    ],
}
FAINT, CLEAR = 0.35, 0.16  # of a line behind a mean, and of a band


@dataclass(frozen=True)
class CellLine:
    """A cell's values, shapes (n,); `look` says which colour and dash it has.

    One that `is_marked` shows each of its values. One that is not `is_named` goes with another of
    its name, which the legend has.
    """

    name: str
    look: int
    x: Floats
    y: Floats
    is_faint: bool = False
    group: str = ""
    is_marked: bool = False
    is_named: bool = True


@dataclass(frozen=True)
class MeanLine:
    """The mean of a group, shapes (n,): NaN where there is none; `low`, `high` bound its band.

    `count` is how many cells there are at each place, `band` in words what the band is.
    """

    name: str
    look: int
    x: Floats
    mean: Floats
    low: Floats
    high: Floats
    deviation: Floats
    count: NDArray[np.int64]
    band: str = ""


@dataclass(frozen=True)
class Panel:
    """A metric: its title with the unit, the unit, and what is drawn.

    The axis of what `is_whole` holds all of it, also what lies far from the rest.
    """

    title: str
    unit: str
    lines: Sequence[CellLine] = ()
    means: Sequence[MeanLine] = ()
    is_whole: bool = False

    @property
    def drawn(self) -> list[CellLine | MeanLine]:
        """All that is drawn."""
        return [*self.lines, *self.means]

    @property
    def named(self) -> list[str]:
        """What the legend has: lines behind means are not in it."""
        clear = [one.name for one in self.lines if not one.is_faint]
        return [*clear, *(one.name for one in self.means)]


@dataclass(frozen=True)
class Edge:
    """Where something else begins on the axis: its name, and what is said of it on hover."""

    x: float
    name: str
    words: str = ""


@dataclass(frozen=True)
class ComparisonFigure:
    """The figure, and how many values lie outside the axis of each panel."""

    figure: dict[str, Any]
    outside: Sequence[int] = field(default_factory=tuple)


def colour_of(look: int, *, dark: bool) -> str:
    """Return the colour of a cell or a group."""
    known = template(dark=dark)["layout"]["meta"]["channel_colours"]
    names = ("voltage", "current", "power", "temperature")
    palette = [*(known[name] for name in names), *known["other"]]
    return str(palette[look % COLOURS])


def dash_of(look: int) -> str:
    """Return the dash of a cell or a group: another one for each round of the colours."""
    return DASHES[look // COLOURS % len(DASHES)]


def comparison_figure(
    panels: Sequence[Panel],
    x_title: str,
    *,
    dark: bool,
    narrow: bool = False,
    is_counted: bool = True,
    edges: Sequence[Edge] = (),
) -> ComparisonFigure:
    """Return the graph; its first panel stands at the top. `is_counted`: x are whole numbers.

    `edges` are drawn through all panels; where there are many they have no names.
    """
    axes = [_axis(panel) for panel in panels]
    has_several = len({one.name for panel in panels for one in panel.drawn}) > 1
    names = len({name for panel in panels for name in panel.named})
    is_named = names <= IN_LEGEND  # or pictures would have a legend longer than the graph
    side = 48 if narrow else 64
    layout: dict[str, Any] = {
        "template": template(dark=dark),
        "height": height_of(len(panels), narrow=narrow),
        "margin": {"l": side, "r": 16, "t": 34, "b": 44},
        "hovermode": "closest",
        "dragmode": "zoom",
        "uirevision": x_title,
        "showlegend": has_several and names <= (IN_NARROW_LEGEND if narrow else IN_LEGEND),
        "legend": {"itemclick": False, "itemdoubleclick": False},
        "xaxis": _x_axis(panels, x_title, is_counted=is_counted) | {"anchor": _y(len(panels))},
    }
    height = (1 - GAP * (len(panels) - 1)) / max(len(panels), 1)
    for number, (panel, axis) in enumerate(zip(panels, axes, strict=True), 1):
        top = 1 - (number - 1) * (height + GAP)
        layout[f"yaxis{number if number > 1 else ''}"] = {
            **axis.layout,
            "domain": [max(0.0, top - height), top],
            "title": {"text": plain(panel.title)},
            "tickformat": "~f",
            "uirevision": f"{x_title} {panel.title}",
        }
    most = MAX_LINES_POINTS // max(1, sum(len(panel.lines) for panel in panels))
    most = min(MAX_POINTS, max(MIN_POINTS, most))
    data = [
        trace
        for number, panel in enumerate(panels, 1)
        for trace in _traces(panel, _y(number), most, is_named=is_named and number == 1, dark=dark)
    ]
    layout |= _edges(edges, layout["xaxis"], dark=dark) if data else NOTHING
    outside = [_outside(panel, axis) for panel, axis in zip(panels, axes, strict=True)]
    return ComparisonFigure({"data": data, "layout": layout}, outside)


def height_of(panels: int, *, narrow: bool) -> int:
    """Return the height of a graph with so many panels, in px."""
    return (NARROW_PX if narrow else HEIGHT_PX) + PANEL_PX * max(0, panels - 1)


def _edges(edges: Sequence[Edge], x_axis: dict[str, Any], *, dark: bool) -> dict[str, Any]:
    """Return thin lines with their names at the foot of the graph, where there is room for one."""
    known = [one for one in edges if np.isfinite(one.x)]
    if not known:
        return {}
    grey = GREY[dark]
    line = {"width": 1, "color": grey, "dash": "dot"}
    across = {"type": "line", "xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    shapes = [{**across, "x0": one.x, "x1": one.x, "line": line} for one in known]
    if len(known) > MAX_NAMED_EDGES:
        return {"shapes": shapes}
    look = {"xref": "x", "yref": "paper", "y": 0, "xanchor": "left", "yanchor": "bottom"}
    look |= {"showarrow": False, "font": {"size": 11, "color": grey}, "borderpad": 2}
    low, high = x_axis["range"]
    span = high - low
    names = [
        {**look, "x": one.x, "text": plain(one.name), "hovertext": plain(one.words)}
        for one in _apart(known, span)
    ]
    return {"shapes": shapes, "annotations": names}


def _apart(edges: Sequence[Edge], span: float) -> list[Edge]:
    """Return those whose names do not stand on that of the next one, on an axis so long."""
    ends = [one.x for one in edges[1:]] + [np.inf]
    return [one for one, end in zip(edges, ends, strict=True) if end - one.x >= LEAST_APART * span]


def _y(number: int) -> str:
    return "y" if number < 2 else f"y{number}"


def _axis(panel: Panel) -> RoundAxis:
    """Return the axis that single odd values of a line do not stretch."""
    range_of = whole_range if panel.is_whole else usual_range
    ends = [range_of(one.y) for one in panel.lines]
    for mean in panel.means:
        ends += [usual_range(one) for one in (mean.mean, mean.low, mean.high)]
    known = [one for one in ends if one is not None]
    if not known:
        return round_axis(0.0, 1.0)
    low, high = min(one[0] for one in known), max(one[1] for one in known)
    return round_axis(*padded(low, high, 1e-3 * max(abs(low), abs(high))))


def _outside(panel: Panel, axis: RoundAxis) -> int:
    return sum(axis.outside(one.y) for one in panel.lines)


def _x_axis(panels: Sequence[Panel], title: str, *, is_counted: bool) -> dict[str, Any]:
    every = [one.x for panel in panels for one in panel.drawn if len(one.x)]
    look = {"title": {"text": plain(title)}, "hoverformat": "~g"}
    look |= {"tickformat": ",d" if is_counted else "~g"}
    if not every:
        return {**look, "range": [0, 1]}
    low, high = (float(pick([pick(one) for one in every])) for pick in (np.min, np.max))
    margin = 0.02 * (high - low) or 0.5
    few = {"dtick": 1} if is_counted and high - low < 10 else {}
    return {**look, "range": [low - margin, high + margin], **few}


def _traces(panel: Panel, y: str, most: int, *, is_named: bool, dark: bool) -> list[dict[str, Any]]:
    lines = [_line(one, panel.unit, most, dark=dark) for one in panel.lines]
    bands = [_band(one, dark=dark) for one in panel.means]
    means = [_mean(one, panel.unit, dark=dark) for one in panel.means]
    for trace in (*lines, *means):
        trace["showlegend"] = trace["showlegend"] and is_named
    return [one | {"yaxis": y} for one in (*bands, *lines, *means) if one]


def _line(line: CellLine, unit: str, most: int, *, dark: bool) -> dict[str, Any]:
    rows = kept_rows([line.y], most) if len(line.y) else np.empty(0, np.int64)
    group = f"<br>{plain(line.group)}" if line.group else ""
    shown = {"width": 1.5, "color": colour_of(line.look, dark=dark), "dash": dash_of(line.look)}
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(rows) == 1 or line.is_marked else "lines",
        "name": plain(line.name),
        "legendgroup": plain(line.name),
        "showlegend": line.is_named and not line.is_faint,
        "x": packed(line.x[rows]),
        "y": packed(line.y[rows]),
        "line": shown | ({"width": 1} if line.is_faint else {}),
        "opacity": FAINT if line.is_faint else 1,
        "hovertemplate": f"{plain(line.name)}{group}<br>%{{x:~g}}: %{{y:.6~g}} {plain(unit)}"
        "<extra></extra>",
    }


def _mean(mean: MeanLine, unit: str, *, dark: bool) -> dict[str, Any]:
    rows = kept_rows([mean.mean], MAX_POINTS) if len(mean.x) else np.empty(0, np.int64)
    said = [
        f"n = {count}" + (f", ± {one:.3g} {plain(unit)}" if np.isfinite(one) else "")
        for count, one in zip(mean.count[rows].tolist(), mean.deviation[rows].tolist(), strict=True)
    ]
    return {
        "type": "scatter",
        "mode": "lines+markers" if len(rows) == 1 else "lines",
        "name": plain(mean.name),
        "legendgroup": plain(mean.name),
        "showlegend": True,
        "x": packed(mean.x[rows]),
        "y": packed(mean.mean[rows]),
        "customdata": said,
        "line": {
            "width": 2,
            "color": colour_of(mean.look, dark=dark),
            "dash": dash_of(mean.look),
        },
        "hovertemplate": f"{plain(mean.name)}<br>%{{x:~g}}: mean %{{y:.6~g}} {plain(unit)}"
        "<br>%{customdata}<extra></extra>",
    }


def _band(mean: MeanLine, *, dark: bool) -> dict[str, Any]:
    """Return the band as closed shapes, one for each stretch in which it has a width."""
    x, y = outline(mean.x, mean.low, mean.high)
    if not len(x):
        return {}
    colour = colour_of(mean.look, dark=dark)
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return {
        "type": "scatter",
        "mode": "lines",
        "name": f"{plain(mean.name)}, {mean.band}",
        "legendgroup": plain(mean.name),
        "showlegend": False,
        "x": packed(x),
        "y": packed(y),
        "fill": "toself",
        "fillcolor": f"rgba({red}, {green}, {blue}, {CLEAR})",
        "line": {"width": 0, "color": colour},
        "hoverinfo": "skip",
    }


def outline(x: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Return the outline of a band: there and back, NaN between two stretches of it."""
    rows = np.flatnonzero(np.isfinite(low) & np.isfinite(high))
    xs: list[Floats] = []
    ys: list[Floats] = []
    for part in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(rows) else []:
        some = part[kept_rows([low[part], high[part]], MAX_POINTS)]
        xs += [x[some], x[some][::-1], BREAK]
        ys += [low[some], high[some][::-1], BREAK]
    if not xs:
        return np.empty(0), np.empty(0)
    return np.concatenate(xs)[:-1], np.concatenate(ys)[:-1]
