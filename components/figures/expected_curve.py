"""The expected curve of a profile: expected voltage and current over time, steps and rounds marked.

Rounds that are like the ones before are not drawn: a narrow band stands in their place, so the
places on the axis are not times; its ticks say the times.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.expected_axis import ScaledChannel, curve_axis, scaled_channel, ticks
from components.figures.expected_markers import CurveLook, Markers
from components.figures.measure_axes import INTERVALS
from components.figures.template import channel_colours, packed, template
from cycling.profile.simulation.expected import Expected

Floats = NDArray[np.float64]

HEIGHT = 320
END_BAND = 0.25  # of what waits for a line to be fixed
MAX_HOURS = 240  # longer curves are drawn in days


def expected_curve(curve: Expected, look: CurveLook) -> dict[str, Any]:
    """Return the figure; times are in the unit that suits what is drawn."""
    axis = curve_axis(curve)
    end = axis.width * (1 + END_BAND) if look.waits_for else axis.width
    unit, unit_s = formatting.time_unit(axis.width, max_hours=MAX_HOURS)
    markers = Markers(curve, axis, end, look)
    volts, amperes = scaled_channel(curve.voltage_v, "V"), scaled_channel(curve.current_a, "A")
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
    return {
        "data": [_trace(x, hover, *line) for line in lines],
        "layout": layout,
    }


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
