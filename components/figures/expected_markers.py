"""What is marked in an expected curve: steps, rounds, stretches left out, the battery's limits."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from components import formatting
from components.figures.expected_axis import CurveAxis, ScaledChannel
from components.figures.measure_axes import INTERVALS
from components.figures.template import template
from cycling.profile.simulation.expected import Expected
from cycling.profile.simulation.expected_curve import step_starts

NARROWEST = 0.06  # a step that takes less of the width has no number
ROUND_APART = 0.31


@dataclass(frozen=True)
class CurveLook:
    """How it is drawn; `waits_for` is the line with an error after which nothing is known.

    `battery_v` are the battery's lowest and highest voltage, drawn where the curve comes near.
    """

    dark: bool
    waits_for: int | None = None
    battery_v: tuple[float | None, float | None] = (None, None)


class Markers:
    """Steps as thin lines with the numbers of their lines, rounds by name, bands, limits."""

    def __init__(self, curve: Expected, axis: CurveAxis, end: float, look: CurveLook) -> None:
        meta = template(dark=look.dark)["layout"]
        self._thin = meta["meta"]["mark_colours"]["instruction"]
        self._gap = meta["meta"]["mark_colours"]["gap"]
        self._error = meta["meta"]["mark_colours"]["alarm"]
        self._quiet = meta["xaxis"]["tickfont"]["color"]
        self._curve, self._axis, self._end, self._look = curve, axis, end, look
        self.shapes: list[dict[str, Any]] = []
        self.words: list[dict[str, Any]] = []

    def layout(self, volts: ScaledChannel) -> dict[str, Any]:
        """Return shapes and annotations."""
        self._steps()
        self._rounds()
        for one in self._curve.skipped:
            if one.end_s > one.start_s:
                words = f"{formatting.number(one.rounds)} more"
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
        lasts = np.append(starts[1:] - 1, len(self._curve.step) - 1)
        for start, last in zip(starts.tolist(), lasts.tolist(), strict=True):
            x, end = (self._axis.place(float(self._curve.time_s[one])) for one in (start, last))
            self.shapes.append(_upright(x, self._thin))
            if (end - x) / (self._end or 1) >= NARROWEST:
                self._word(str(int(self._curve.line[start])), x, 1.0, "left", size=10)

    def _rounds(self) -> None:
        last = -1.0
        for one in self._curve.rounds:
            x = self._axis.place(one.start_s)
            if last < 0 or (x - last) / (self._end or 1) >= ROUND_APART:
                self._word(one.name, x, 1.055, "left", size=11)
                last = x

    def _limits(self, volts: ScaledChannel) -> None:
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
