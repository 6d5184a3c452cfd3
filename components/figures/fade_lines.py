"""The lines of a projection, and the mark of a knee: always to be told from what was measured."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.figures.template import packed, template

Floats = NDArray[np.float64]

NAME = "Projection, not measured"
BAND_OPACITY = 0.15


@dataclass(frozen=True)
class FadeLines:
    """A projection as cycle, value, low, high, shapes (n,), None for none; the cycle of a knee."""

    projection: tuple[Floats, Floats, Floats, Floats] | None
    knee: float | None = None

    def scaled(self, factor: float) -> "FadeLines":
        """Return them in another unit."""
        if self.projection is None:
            return self
        cycle, *values = self.projection
        value, low, high = (factor * one for one in values)
        return FadeLines((cycle, value, low, high), self.knee)

    @property
    def ends(self) -> tuple[float, float, float]:
        """The last cycle, and the lowest and highest value that an axis is to hold."""
        if self.projection is None:
            return -np.inf, np.inf, -np.inf
        cycle, value, _low, _high = self.projection
        return float(cycle[-1]), max(0.0, float(value.min())), float(value.max())


NO_LINES = FadeLines(None)


def fade_traces(lines: FadeLines, unit: str, *, dark: bool) -> list[dict[str, Any]]:
    """Return the projection as a dashed line on its band."""
    if lines.projection is None:
        return []
    look = template(dark=dark)["layout"]
    colour = look["meta"]["channel_colours"]["voltage"]
    cycle, value, low, high = lines.projection
    plain = {"type": "scatter", "mode": "lines", "legendgroup": "projection", "hoverinfo": "skip"}
    edge = {**plain, "name": "band", "showlegend": False, "line": {"width": 0}, "x": packed(cycle)}
    return [
        {**edge, "y": packed(low)},
        {
            **edge,
            "y": packed(high),
            "fill": "tonexty",
            "fillcolor": _faint(colour),
        },
        {
            **plain,
            "name": NAME,
            "x": packed(cycle),
            "y": packed(value),
            "line": {"color": colour, "width": 1.5, "dash": "dash"},
            "hoverinfo": "all",
            "hovertemplate": f"Projection, cycle %{{x:.0f}}<br>%{{y:.5~g}} {unit}<extra></extra>",
        },
    ]


def knee_shapes(lines: FadeLines, *, dark: bool) -> list[dict[str, Any]]:
    """Return the mark of the knee."""
    if lines.knee is None:
        return []
    colour = template(dark=dark)["layout"]["font"]["color"]
    return [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": lines.knee,
            "x1": lines.knee,
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"color": colour, "width": 1, "dash": "dot"},
            "label": {"text": f"knee {lines.knee:,.0f}", "textposition": "end", "textangle": 0},
        }
    ]


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{BAND_OPACITY})"
