"""Capacity and efficiency by cycle, as a Plotly dictionary."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.figures.fade_lines import NO_LINES, FadeLines, fade_traces, knee_shapes
from components.figures.measure_axes import plain, scale
from components.figures.round_axis import RoundAxis, padded, round_axis, usual_range
from components.figures.template import packed, template
from cycling.analysis.cycles.kinds import CycleKind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HEIGHT_PX, NARROW_PX = 400, 340
MAX_POINTS = 1800  # of the cycles of one kind; their extremes are among them
LEAST_CE = 0.1  # points that the axis of CE shows at least
MUCH = 1.0  # of the range of whole cycles: incomplete ones farther away are left outside
GREY = {False: "#8b949f", True: "#6b7580"}
CHOSEN = "chosen"


@dataclass(frozen=True)
class CyclePoints:
    """Cycles to draw, shapes (cycles,), NaN where there is none.

    `x` in the unit of its axis; `charge`, `discharge` in `unit`; CE in %. `kinds` says what each
    is, `chosen` which ones are marked.
    """

    x: Floats
    number: Ints
    charge: Floats
    discharge: Floats
    ce_pct: Floats
    kinds: Sequence[CycleKind]
    is_formation: NDArray[np.bool_]
    unit: str
    x_title: str
    ce_title: str = "CE / %"
    chosen: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    @property
    def scale(self) -> tuple[float, str]:
        """The factor to the unit in which they read well, and that unit."""
        peak = float(np.nanmax(np.abs([self.charge, self.discharge]), initial=0.0))
        return scale(self.unit, peak) if self.unit == "Ah" else (1.0, self.unit)

    def scaled(self) -> "CyclePoints":
        """Return them in the unit in which Ah read well."""
        factor, unit = self.scale
        return replace(
            self, charge=self.charge * factor, discharge=self.discharge * factor, unit=unit
        )

    def of(self, rows: Ints) -> "CyclePoints":
        """Return some of them."""
        names = ("x", "number", "charge", "discharge", "ce_pct", "is_formation")
        columns = {one: getattr(self, one)[rows] for one in names}
        chosen = self.chosen[rows] if len(self.chosen) else self.chosen
        return replace(self, **columns, kinds=[self.kinds[row] for row in rows], chosen=chosen)


@dataclass(frozen=True)
class CycleFigure:
    """The figure, and how many values lie outside its axes: capacities, efficiencies."""

    figure: dict[str, Any]
    outside: tuple[int, int]


def cycle_figure(
    points: CyclePoints,
    *,
    dark: bool,
    narrow: bool = False,
    drag: str = "select",
    fade: FadeLines = NO_LINES,
) -> CycleFigure:
    """Return the graph: charge hollow, discharge filled, CE at the right, incomplete ones grey.

    `fade` is drawn over the cycle, in the unit of the points.
    """
    fade, points = fade.scaled(points.scale[0]), points.scaled()
    left, right = _capacity_axis(points, fade), _efficiency_axis(points)
    outside = sum(left.outside(one) for one in (points.charge, points.discharge))
    side = 44 if narrow else 58
    layout: dict[str, Any] = {
        "template": template(dark=dark),
        "height": NARROW_PX if narrow else HEIGHT_PX,
        "margin": {"l": side, "r": side, "t": 34, "b": 42},
        "dragmode": drag,
        "selectdirection": "h",
        "hovermode": "closest",
        "clickmode": "event",
        "uirevision": points.x_title,
        "legend": {"itemclick": "toggle", "itemdoubleclick": False},
        "xaxis": {
            **_x_axis(points, fade),
            "title": {"text": plain(points.x_title)},
            "hoverformat": "~g",
        },
        "yaxis": {**left.layout, "title": {"text": plain(f"Capacity / {points.unit}")}},
        "yaxis2": {
            **right.layout,
            "title": {"text": plain(points.ce_title)},
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
            "tickformat": "~f",
        },
        "shapes": [*_formation(points, dark=dark), *knee_shapes(fade, dark=dark)],
    }
    if narrow:
        layout["yaxis"]["title"]["standoff"] = layout["yaxis2"]["title"]["standoff"] = 2
    return CycleFigure(
        {"data": _traces(points, fade, dark=dark), "layout": layout},
        (outside, right.outside(points.ce_pct)),
    )


def kept_rows(columns: Sequence[Floats], most: int) -> Ints:
    """Return at most so many rows, with the extremes of every column in every stretch."""
    count = len(columns[0])
    if count <= most:
        return np.arange(count)
    stretches = max(1, (most - 2) // (2 * len(columns)))
    edges = np.linspace(0, count, stretches + 1).astype(np.int64)[:-1]
    rows = [np.array([0, count - 1])]
    for column in columns:
        for fill, arg in ((np.inf, np.minimum), (-np.inf, np.maximum)):
            values = np.where(np.isfinite(column), column, fill)
            best = arg.reduceat(values, edges)
            stretch = np.repeat(np.arange(stretches), np.diff(np.append(edges, count)))
            hits = np.flatnonzero(values == best[stretch])
            _first, places = np.unique(stretch[hits], return_index=True)
            rows.append(hits[places])
    return np.unique(np.concatenate(rows))


def _capacity_axis(points: CyclePoints, fade: FadeLines) -> RoundAxis:
    whole = np.array([kind is not CycleKind.INCOMPLETE for kind in points.kinds], np.bool_)
    both = np.stack([points.charge, points.discharge])
    known = both[:, whole][np.isfinite(both[:, whole])]
    every = both[np.isfinite(both)]
    if not len(every):
        return round_axis(0.0, 1.0)
    low, high = (known.min(), known.max()) if len(known) else (every.min(), every.max())
    least = 0.02 * high
    span = max(high - low, least)
    if every.min() >= low - MUCH * span and every.max() <= high + MUCH * span:
        low, high = every.min(), every.max()
    _last, lowest, highest = fade.ends
    low, high = min(low, lowest), max(high, highest)
    return round_axis(*padded(float(low), float(high), float(least)))


def _efficiency_axis(points: CyclePoints) -> RoundAxis:
    """Return the axis of CE that formation and a single odd cycle do not stretch."""
    formed = np.where(points.is_formation, np.nan, points.ce_pct)
    usual = usual_range(formed) or usual_range(points.ce_pct) or (99.0, 101.0)
    return round_axis(*padded(*usual, LEAST_CE), counts=(4, 5, 6))


def _x_axis(points: CyclePoints, fade: FadeLines) -> dict[str, Any]:
    known = points.x[np.isfinite(points.x)]
    if not len(known):
        return {"range": [0, 1]}
    low, high = float(known.min()), max(float(known.max()), fade.ends[0])
    margin = 0.02 * (high - low) or 0.5
    whole = {"tickformat": ",d"} if points.x_title == "Cycle" else {"tickformat": "~g"}
    few = high - low < 10 and points.x_title == "Cycle"
    return {"range": [low - margin, high + margin], **whole, **({"dtick": 1} if few else {})}


def _formation(points: CyclePoints, *, dark: bool) -> list[dict[str, Any]]:
    """Return the shade of the cycles of formation."""
    known = np.isfinite(points.x)
    formed, after = (
        points.x[which & known] for which in (points.is_formation, ~points.is_formation)
    )
    if not len(formed):
        return []
    last, then = float(formed.max()), float(after.min(initial=np.inf))
    end = (last + then) / 2 if last < then < np.inf else last
    colour = template(dark=dark)["layout"]["meta"]["span_colours"]["pause"]
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": float(formed.min()) - (end - last),
            "x1": end,
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": colour,
            "label": {"text": "formation", "textposition": "top left", "font": {"size": 11}},
        }
    ]


def _traces(points: CyclePoints, fade: FadeLines, *, dark: bool) -> list[dict[str, Any]]:
    colours = template(dark=dark)["layout"]["meta"]["channel_colours"]
    blue, pink = colours["voltage"], colours["other"][0]
    groups = {
        "": (CycleKind.CYCLE, CycleKind.OTHER_RATE, CycleKind.FORMATION),
        "Capacity check": (CycleKind.CHECK,),
        "Incomplete": (CycleKind.INCOMPLETE,),
    }
    traces = []
    for label, kinds in groups.items():
        rows = np.flatnonzero([kind in kinds for kind in points.kinds])
        if label and not len(rows):
            continue
        columns = [points.charge[rows], points.discharge[rows], points.ce_pct[rows]]
        part = points.of(rows[kept_rows(columns, MAX_POINTS)])
        colour = GREY[dark] if label == "Incomplete" else blue
        diamond = label == "Capacity check"
        both = label or "Discharge"
        traces += [
            _markers(part, part.charge, label or "Charge", colour, points.unit, hollow=True)
            | {"legendgroup": label or "charge", "showlegend": not label},
            _markers(part, part.discharge, both, colour, points.unit, diamond=diamond)
            | {"legendgroup": label or "discharge"},
        ]
        if label != "Incomplete":
            ce = _markers(part, part.ce_pct, "CE", pink, "%", size=4, diamond=diamond)
            traces.append(ce | {"yaxis": "y2", "legendgroup": "ce", "showlegend": not label})
    return [*traces, *fade_traces(fade, plain(points.unit), dark=dark), _chosen(points, dark=dark)]


def _markers(
    points: CyclePoints,
    values: Floats,
    name: str,
    colour: str,
    unit: str,
    *,
    hollow: bool = False,
    diamond: bool = False,
    size: int = 6,
) -> dict[str, Any]:
    shape = ("diamond" if diamond else "circle") + ("-open" if hollow else "")
    size = size + 3 if diamond else size
    line = {"width": 1.2 if hollow else 0, "color": colour}
    half = " charge" if hollow and name != "Charge" else ""
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": packed(points.x),
        "y": packed(values),
        "customdata": points.number.tolist(),
        "marker": {"symbol": shape, "size": size, "color": colour, "line": line},
        "hovertemplate": f"Cycle %{{customdata}}<br>{name}{half} %{{y:.6~g}} {plain(unit)}"
        "<extra></extra>",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }


def _chosen(points: CyclePoints, *, dark: bool) -> dict[str, Any]:
    """Return rings around the chosen cycles; the last trace, so that it can be changed alone."""
    rows = np.flatnonzero(points.chosen) if len(points.chosen) else np.empty(0, np.int64)
    part = points.of(rows[kept_rows([points.discharge[rows]], MAX_POINTS)])
    return {
        "type": "scatter",
        "mode": "markers",
        "name": CHOSEN,
        "showlegend": False,
        "x": packed(part.x),
        "y": packed(np.where(part.discharge > 0, part.discharge, part.charge)),
        "marker": {
            "symbol": "circle-open",
            "size": 12,
            "color": template(dark=dark)["layout"]["font"]["color"],
            "line": {"width": 1.5},
        },
        "hoverinfo": "skip",
    }
