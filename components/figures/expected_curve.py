"""The sketch of a profile: expected voltage and current over time, steps and rounds marked.

Rounds that are like the ones before are not drawn: a narrow band stands in their place, so the
places on the axis are not times; its ticks say the times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.measure_axes import INTERVALS, grid, scale
from components.figures.template import channel_colours, packed, template
from cycling.profile.simulation.expected_curve import Sketch, step_starts

Floats = NDArray[np.float64]

HEIGHT = 320
BAND = 0.09  # width of a stretch that is left out, of all that is drawn
END_BAND = 0.25  # of what waits for a line to be mended
TICKS = 8
NARROWEST = 0.06  # a step that takes less of the width has no number
ROUND_APART = 0.31
UNITS = ((300.0, "s", 1.0), (5 * 3600.0, "min", 60.0), (10 * 86400.0, "h", 3600.0))
LONGEST_UNIT = ("d", 86400.0)
NICE = (1, 2, 3, 5, 10)


@dataclass(frozen=True)
class SketchLook:
    """How it is drawn; `waits_for` is the line with an error after which nothing is known.

    `battery_v` are the battery's lowest and highest voltage, drawn where the course comes near.
    """

    dark: bool
    waits_for: int | None = None
    battery_v: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True)
class _Axis:
    """Where times (s) stand: every stretch that is left out is as wide as a band."""

    skipped: tuple[tuple[float, float], ...]
    band_s: float
    end_s: float

    def place(self, time_s: float) -> float:
        """Return the place of a moment."""
        return float(self.places(np.array([time_s]))[0])

    def places(self, time_s: Floats) -> Floats:
        """Return the places of moments; those within a stretch stand evenly in its band."""
        places = time_s.astype(float)
        for start, end in self.skipped:
            within = np.clip(time_s - start, 0, end - start)
            places = places - within * (1 - self.band_s / (end - start))
        return places

    @property
    def width(self) -> float:
        """The place of the end."""
        return self.place(self.end_s)


def profile_sketch(sketch: Sketch, look: SketchLook) -> dict[str, Any]:
    """Return the figure; times are in the unit that suits what is drawn."""
    axis = _axis(sketch)
    end = axis.width * (1 + END_BAND) if look.waits_for else axis.width
    unit, unit_s = _unit(axis.width)
    marks = _Marks(sketch, axis, end, look)
    volts, amperes = _scaled(sketch.voltage_v, "V"), _scaled(sketch.current_a, "A")
    blue, orange = channel_colours([("voltage", "V"), ("current", "A")], dark=look.dark)
    values, texts = _ticks(axis, unit_s)
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
        **marks.layout(volts),
    }
    gaps = np.searchsorted(sketch.time_s, [end for _, end in axis.skipped])  # lines break there
    x = np.insert(axis.places(sketch.time_s), gaps, np.nan)
    hover = _hover(sketch, unit, unit_s)
    for gap in gaps.tolist()[::-1]:
        hover.insert(gap, "")
    lines = [
        (name, np.insert(scaled.values, gaps, np.nan), scaled.unit, colour, axis_name)
        for name, scaled, colour, axis_name in (
            ("Voltage", volts, blue, "y"),
            ("Current", amperes, orange, "y2"),
        )
    ]
    return {
        "data": [_trace(x, hover, *line) for line in lines],
        "layout": layout,
    }


@dataclass(frozen=True)
class _Scaled:
    """A channel in the unit in which it reads well, and the ends of its axis."""

    values: Floats
    unit: str
    factor: float
    low: float
    step: float


def _scaled(values: Floats, unit: str) -> _Scaled:
    low, high = float(values.min(initial=0.0)), float(values.max(initial=0.0))
    if unit == "V" and len(values):
        low, high = float(values.min()), float(values.max())
    factor, shown = scale(unit, max(abs(low), abs(high)))
    start, step = grid(low * factor, high * factor)
    return _Scaled(values * factor, shown, factor, start, step)


def _scale_layout(scaled: _Scaled, title: str, colour: str) -> dict[str, Any]:
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


def _axis(sketch: Sketch) -> _Axis:
    stretches = tuple((one.start_s, one.end_s) for one in sketch.skipped if one.end_s > one.start_s)
    end = float(sketch.time_s[-1]) if len(sketch.time_s) else 0.0
    drawn = end - sum(stop - start for start, stop in stretches)
    return _Axis(stretches, BAND * max(drawn, 1.0), end)


def _unit(whole_s: float) -> tuple[str, float]:
    for longest, unit, unit_s in UNITS:
        if whole_s <= longest:
            return unit, unit_s
    return LONGEST_UNIT


def _ticks(axis: _Axis, unit_s: float) -> tuple[list[float], list[str]]:
    """Return ticks at round times, in each stretch that is drawn."""
    if axis.width <= 0:
        return [0.0], ["0"]
    step = _nice(axis.width / TICKS / unit_s) * unit_s
    starts = [0.0, *(end for _, end in axis.skipped)]
    ends = [*(start for start, _ in axis.skipped), axis.end_s]
    moments: list[float] = []
    for start, end in zip(starts, ends, strict=True):
        count = floor((end - start) / step + 1e-9)
        first = -(-start // step) * step
        moments += [first + n * step for n in range(count + 1) if first + n * step <= end + 1e-6]
    return (
        [axis.place(moment) for moment in moments],
        [f"{round(moment / unit_s, 6):g}" for moment in moments],
    )


def _nice(step: float) -> float:
    power = 10.0 ** floor(log10(step))
    return next(float(one * power) for one in NICE if one * power >= step * (1 - 1e-9))


def _hover(sketch: Sketch, unit: str, unit_s: float) -> list[str]:
    """Return for each point its line, its round and its time."""
    starts = np.array([one.start_s for one in sketch.rounds])
    at = np.searchsorted(starts, sketch.time_s, side="right") - 1
    return [
        f"{time_s / unit_s:.4g} {unit}, line {line}"
        + (f", {sketch.rounds[number].name}" if number >= 0 else "")
        for time_s, line, number in zip(
            sketch.time_s.tolist(), sketch.line.tolist(), at.tolist(), strict=True
        )
    ]


class _Marks:
    """Steps as thin lines with the numbers of their lines, rounds by name, bands, limits."""

    def __init__(self, sketch: Sketch, axis: _Axis, end: float, look: SketchLook) -> None:
        meta = template(dark=look.dark)["layout"]
        self._thin = meta["meta"]["mark_colours"]["instruction"]
        self._gap = meta["meta"]["mark_colours"]["gap"]
        self._error = meta["meta"]["mark_colours"]["alarm"]
        self._quiet = meta["xaxis"]["tickfont"]["color"]
        self._sketch, self._axis, self._end, self._look = sketch, axis, end, look
        self.shapes: list[dict[str, Any]] = []
        self.words: list[dict[str, Any]] = []

    def layout(self, volts: _Scaled) -> dict[str, Any]:
        """Return shapes and annotations."""
        self._steps()
        self._rounds()
        for one in self._sketch.skipped:
            if one.end_s > one.start_s:
                words = f"{formatting.number(one.rounds)} more"
                self._band(self._axis.place(one.start_s), self._axis.place(one.end_s), words)
        if self._look.waits_for:
            words = f"line {self._look.waits_for}"
            self._band(self._axis.width, self._end, words, self._error)
        self._limits(volts)
        return {"shapes": self.shapes, "annotations": self.words}

    def _steps(self) -> None:
        if not len(self._sketch.step):
            return
        starts = step_starts(self._sketch.step)
        lasts = np.append(starts[1:] - 1, len(self._sketch.step) - 1)
        for start, last in zip(starts.tolist(), lasts.tolist(), strict=True):
            x, end = (self._axis.place(float(self._sketch.time_s[one])) for one in (start, last))
            self.shapes.append(_upright(x, self._thin))
            if (end - x) / (self._end or 1) >= NARROWEST:
                self._word(str(int(self._sketch.line[start])), x, 1.0, "left", size=10)

    def _rounds(self) -> None:
        last = -1.0
        for one in self._sketch.rounds:
            x = self._axis.place(one.start_s)
            if last < 0 or (x - last) / (self._end or 1) >= ROUND_APART:
                self._word(one.name, x, 1.055, "left", size=11)
                last = x

    def _limits(self, volts: _Scaled) -> None:
        top = volts.low + INTERVALS * volts.step
        for value, name in zip(self._look.battery_v, ("lowest", "highest"), strict=True):
            if value is None or not volts.low <= value * volts.factor <= top:
                continue
            line = {"color": self._quiet, "width": 1, "dash": "dot"}
            self.shapes.append(
                {
                    "type": "line",
                    "xref": "paper",
                    "x0": 0,
                    "x1": 1,
                    "yref": "y",
                    "y0": value * volts.factor,
                    "y1": value * volts.factor,
                    "line": line,
                }
            )
            self.words.append(
                {
                    "text": f"battery {name} {value:g} V",
                    "xref": "paper",
                    "x": 0.99,
                    "xanchor": "right",
                    "yref": "y",
                    "y": value * volts.factor,
                    "yanchor": "bottom" if name == "highest" else "top",
                    "showarrow": False,
                    "font": {"size": 10, "color": self._quiet},
                }
            )

    def _band(self, start: float, end: float, words: str, colour: str | None = None) -> None:
        self.shapes.append(
            {
                "type": "rect",
                "xref": "x",
                "yref": "paper",
                "x0": start,
                "x1": end,
                "y0": 0,
                "y1": 1,
                "line": {"width": 0},
                "fillcolor": colour or self._gap,
                "opacity": 0.12 if colour else 1,
                "layer": "below",
            }
        )
        self.words.append(
            {
                "text": words,
                "xref": "x",
                "x": (start + end) / 2,
                "yref": "paper",
                "y": 0.5,
                "textangle": 0 if colour else -90,
                "showarrow": False,
                "font": {"size": 11, "color": colour or self._quiet},
            }
        )

    def _word(self, text: str, x: float, y: float, anchor: str, *, size: int) -> None:
        self.words.append(
            {
                "text": text,
                "xref": "x",
                "x": x,
                "xanchor": anchor,
                "xshift": 2,
                "yref": "paper",
                "y": y,
                "yanchor": "bottom" if y > 1 else "top",
                "showarrow": False,
                "font": {"size": size, "color": self._quiet},
            }
        )


def _upright(x: float, colour: str) -> dict[str, Any]:
    return {
        "type": "line",
        "xref": "x",
        "x0": x,
        "x1": x,
        "yref": "paper",
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"width": 1, "color": colour},
    }
