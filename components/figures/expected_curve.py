"""The expected curve of a profile: expected voltage and current over time, steps and rounds marked.

Rounds that are like the ones before are not drawn: a narrow gap stands in their place, so the
places on the axis are not times; its ticks say the times. Around the voltage lies the band within
which it may be.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.expected_axis import (
    CurveAxis,
    ScaledChannel,
    curve_axis,
    scaled_channel,
    ticks,
)
from components.figures.measure_axes import INTERVALS
from components.figures.template import channel_colours, packed, template
from components.sent import Sent
from cycling.profile.simulation.expected import Expected
from cycling.profile.simulation.expected_curve import step_starts

NARROWEST = 0.06  # a step that takes less of the width has no number
ROUND_APART = 0.31
NUMBERS = 0.16  # of the height: numbers of lines and a name below them
Floats = NDArray[np.float64]
HEIGHT = 320
END_BAND = 0.25  # of what waits for a line to be fixed
MAX_STEP_LINES = 200  # of more no line could be told from the next
BAND_OPACITY = "2e"  # of 255, in hexadecimal
NARROWEST_BAND_V = 1e-4
MAX_HOURS = 240  # longer curves are drawn in days


@dataclass(frozen=True)
class CurveLook:
    """How it is drawn; `waits_for` is the line with an error after which nothing is known.

    `battery_v` are the battery's lowest and highest voltage, drawn where the curve comes near.
    """

    dark: bool
    waits_for: int | None = None
    battery_v: tuple[float | None, float | None] = (None, None)


class Markers:
    """Steps as thin lines with the numbers of their lines, rounds by name, gaps, limits."""

    def __init__(self, curve: Expected, axis: CurveAxis, end: float, look: CurveLook) -> None:
        meta = template(dark=look.dark)["layout"]
        self._thin = meta["meta"]["mark_colours"]["instruction"]
        self._gap = meta["meta"]["mark_colours"]["gap"]
        self._error = meta["meta"]["mark_colours"]["alarm"]
        self._quiet = meta["xaxis"]["tickfont"]["color"]
        self._paper = meta["paper_bgcolor"]
        self._curve, self._axis, self._end, self._look = curve, axis, end, look
        self.shapes: list[dict[str, Any]] = []
        self.words: list[dict[str, Any]] = []

    def layout(self, volts: ScaledChannel) -> dict[str, Any]:
        """Return shapes and annotations."""
        self._steps()
        self._rounds()
        for one in self._curve.skipped:
            if one.end_s > one.start_s:
                alike = "assumed" if one.assumed else "the same"
                words = f"{formatting.number(one.rounds)} more, {alike}"
                self._band(self._axis.place(one.start_s), self._axis.place(one.end_s), words)
        if self._look.waits_for:
            words = f"line {self._look.waits_for}"
            self._band(self._axis.width, self._end, words, self._error)
        self._limits(volts)
        return {"shapes": self.shapes, "annotations": self.words}

    def _steps(self) -> None:
        if not len(self._curve.step):
            return
        starts = step_starts(self._curve.step)
        if len(starts) > MAX_STEP_LINES:
            return
        lasts = np.append(starts[1:] - 1, len(self._curve.step) - 1)
        for start, last in zip(starts.tolist(), lasts.tolist(), strict=True):
            x, end = (self._axis.place(float(self._curve.time_s[one])) for one in (start, last))
            line = {"width": 1, "color": self._thin}
            self.shapes.append({**_upright("line", x, x), "line": line})
            if (end - x) / (self._end or 1) >= NARROWEST:
                self._step_word(str(int(self._curve.line[start])), x, 1.0, 10)

    def _rounds(self) -> None:
        """Name as many rounds as have room; the last one may stand left of its begin."""
        last, room = -inf, ROUND_APART * (self._end or 1)
        for one in self._curve.rounds:
            x = self._axis.place(one.start_s)
            is_last = x > self._end - room
            left = self._end - room if is_last else x
            if left - last >= room:
                if is_last:
                    self._word(one.name, (self._end, 1.055), 11, xanchor="right", yanchor="bottom")
                else:
                    self._step_word(one.name, x, 1.055, 11)
                last = left

    def _limits(self, volts: ScaledChannel) -> None:
        top = volts.low + INTERVALS * volts.step
        free = top - NUMBERS * (top - volts.low)
        for value, name in zip(self._look.battery_v, ("lowest", "highest"), strict=True):
            if value is None or not volts.low <= value * volts.factor <= top:
                continue
            line = {"color": self._quiet, "width": 1, "dash": "dot"}
            y = value * volts.factor
            ends = {"x0": 0, "x1": 1, "y0": y, "y1": y}
            self.shapes.append({"type": "line", "xref": "paper", "yref": "y", **ends, "line": line})
            self._word(
                f"battery {name} {value:g} V",
                (0.99, y),
                10,
                xref="paper",
                xanchor="right",
                bgcolor=self._paper,
                yref="y",
                # below its line where the numbers of lines stand above it
                yanchor="bottom" if name == "highest" and y < free else "top",
            )

    def _band(self, start: float, end: float, words: str, colour: str | None = None) -> None:
        look = {"fillcolor": colour or self._gap, "opacity": 0.12 if colour else 1}
        self.shapes.append({**_upright("rect", start, end), **look, "line": {"width": 0}})
        turned = 0 if colour else -90
        self._word(words, ((start + end) / 2, 0.5), 11, colour=colour, textangle=turned)

    def _step_word(self, text: str, x: float, y: float, size: int) -> None:
        above = "bottom" if y > 1 else "top"
        self._word(text, (x, y), size, xanchor="left", xshift=2, yanchor=above)

    def _word(
        self,
        text: str,
        place: tuple[float, float],
        size: int,
        *,
        colour: str | None = None,
        **more: Sent,
    ) -> None:
        x, y = place
        font = {"size": size, "color": colour or self._quiet}
        at = {"xref": "x", "x": x, "yref": "paper", "y": y}
        self.words.append({"text": text, "showarrow": False, "font": font, **at, **more})


def expected_curve(curve: Expected, look: CurveLook) -> dict[str, Any]:
    """Return the figure; times are in the unit that suits what is drawn."""
    axis = curve_axis(curve)
    end = axis.width * (1 + END_BAND) if look.waits_for else axis.width
    unit, unit_s = formatting.time_unit(axis.width, max_hours=MAX_HOURS)
    markers = Markers(curve, axis, end, look)
    ends = (curve.band.low_v, curve.band.high_v) if curve.band else ()
    volts = scaled_channel(curve.voltage_v, "V", *ends)
    amperes = scaled_channel(curve.current_a, "A")
    blue, orange = channel_colours([("voltage", "V"), ("current", "A")], dark=look.dark)
    values, texts = ticks(axis, unit_s)
    layout: dict[str, Any] = {
        "template": template(dark=look.dark),
        "height": HEIGHT,
        "margin": {"l": 56, "r": 56, "t": 34, "b": 40},
        "showlegend": False,
        "dragmode": "zoom",
        "xaxis": {
            "type": "linear",
            "range": [0, end or 1],
            "tickvals": values,
            "ticktext": texts,
            "tickangle": 0,
            "title": {"text": f"Time / {unit}", "standoff": 4},
            "unifiedhovertitle": {"text": "%{customdata}"},
        },
        "yaxis": _scale_layout(volts, f"Voltage / {volts.unit}", blue),
        "yaxis2": {
            **_scale_layout(amperes, f"Current / {amperes.unit}", orange),
            "overlaying": "y",
            "side": "right",
            "showgrid": False,
        },
        **markers.layout(volts),
    }
    gaps = np.searchsorted(curve.time_s, [end for _, end in axis.skipped])  # lines break there
    x = np.insert(axis.places(curve.time_s), gaps, np.nan)
    hover = _hover(curve, unit, unit_s)
    for gap in gaps.tolist()[::-1]:
        hover.insert(gap, "")
    lines = [
        (name, np.insert(scaled.values, gaps, np.nan), scaled.unit, colour, axis_name)
        for name, scaled, colour, axis_name in (
            ("Voltage", volts, blue, "y"),
            ("Current", amperes, orange, "y2"),
        )
    ]
    traces = [_trace(x, hover, *line) for line in lines]
    return {"data": [*traces, *_band_traces(curve, x, gaps, volts.factor, blue)], "layout": layout}


def _band_traces(
    curve: Expected, x: Floats, gaps: NDArray[np.int64], factor: float, colour: str
) -> list[dict[str, Any]]:
    """Return the band around the voltage; none where nothing is uncertain."""
    band = curve.band
    if band is None or not len(x) or np.allclose(band.low_v, band.high_v, atol=NARROWEST_BAND_V):
        return []
    low, high = (np.insert(one * factor, gaps, np.nan) for one in (band.low_v, band.high_v))
    breaks = gaps + np.arange(len(gaps))
    starts, stops = np.append(0, breaks + 1), np.append(breaks, len(x))
    blank = np.array([np.nan])
    xs, ys = [], []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        part = slice(start, stop)
        xs += [x[part], x[part][::-1], blank]
        ys += [low[part], high[part][::-1], blank]
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "Uncertainty",
            "x": packed(np.concatenate(xs)),
            "y": packed(np.concatenate(ys)),
            "line": {"width": 0},
            "fill": "toself",
            "fillcolor": colour + BAND_OPACITY,
            "hoverinfo": "skip",
        }
    ]


def _scale_layout(scaled: ScaledChannel, title: str, colour: str) -> dict[str, Any]:
    return {
        "range": [scaled.low, scaled.low + INTERVALS * scaled.step],
        "tick0": scaled.low,
        "dtick": scaled.step,
        "title": {"text": title, "font": {"color": colour}},
        "fixedrange": True,
    }


def _trace(
    x: Floats, hover: Sequence[str], name: str, y: Floats, unit: str, colour: str, axis: str
) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": packed(x),
        "y": packed(y),
        "customdata": list(hover),
        "line": {"color": colour, "width": 1.5},
        "yaxis": axis,
        "hovertemplate": f"%{{y:.5~g}} {unit}",
    }


def _hover(curve: Expected, unit: str, unit_s: float) -> list[str]:
    """Return for each point its line, its round and its time."""
    starts = np.array([one.start_s for one in curve.rounds])
    at = np.searchsorted(starts, curve.time_s, side="right") - 1
    return [
        f"{time_s / unit_s:.4g} {unit}, line {line}"
        + (f", {curve.rounds[number].name}" if number >= 0 else "")
        for time_s, line, number in zip(
            curve.time_s.tolist(), curve.line.tolist(), at.tolist(), strict=True
        )
    ]


def _upright(kind: str, start: float, end: float) -> dict[str, Any]:
    """Return a shape as high as the figure, below what is drawn."""
    place = {"xref": "x", "x0": start, "x1": end, "yref": "paper", "y0": 0, "y1": 1}
    return {"type": kind, **place, "layer": "below"}
