"""Voltage over charge of chosen cycles, as a Plotly dictionary."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.figures.measure_axes import plain, scale
from components.figures.round_axis import padded, round_axis
from components.figures.template import packed, template
from components.figures.viridis import IN_LEGEND, colour_bar, viridis

Floats = NDArray[np.float64]

HEIGHT_PX, NARROW_PX = 400, 340


@dataclass(frozen=True)
class VoltageCurve:
    """A half of a cycle, shapes (n,): charge from its beginning on, in `unit`, and volts."""

    cycle: int
    half: str
    charge: Floats
    voltage_v: Floats


def curves_figure(
    curves: Sequence[VoltageCurve], unit: str, *, dark: bool, narrow: bool = False
) -> dict[str, Any]:
    """Return the graph; the cycles of a legend may be switched off, both halves together."""
    cycles = sorted({one.cycle for one in curves})
    peak = max((float(one.charge.max(initial=0.0)) for one in curves), default=0.0)
    factor, unit = scale(unit, peak) if unit == "Ah" else (1.0, unit)
    colours = dict(zip(cycles, viridis(cycles, dark=dark), strict=True))
    has_bar = len(cycles) > IN_LEGEND
    named: set[int] = set()
    traces = []
    for one in curves:
        is_first = one.cycle not in named
        named.add(one.cycle)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"Cycle {one.cycle}",
                "legendgroup": str(one.cycle),
                "showlegend": is_first and not has_bar,
                "x": packed(one.charge * factor),
                "y": packed(one.voltage_v),
                "line": {"width": 1.5, "color": colours[one.cycle]},
                "hovertemplate": f"Cycle {one.cycle} {one.half}<br>%{{x:.5~g}} {plain(unit)}, "
                "%{y:.4f} V<extra></extra>",
            }
        )
    if has_bar:
        traces.append(colour_bar(cycles, dark=dark, narrow=narrow))
    return {"data": traces, "layout": _layout(curves, factor, unit, dark=dark, narrow=narrow)}


def _layout(
    curves: Sequence[VoltageCurve], factor: float, unit: str, *, dark: bool, narrow: bool
) -> dict[str, Any]:
    charges = np.concatenate([np.zeros(1), *(one.charge * factor for one in curves)])
    voltages = np.concatenate([np.empty(0), *(one.voltage_v for one in curves)])
    voltages = voltages[np.isfinite(voltages)]
    low, high = (voltages.min(), voltages.max()) if len(voltages) else (0.0, 1.0)
    x = round_axis(0.0, float(np.nanmax(charges)) * 1.02)
    y = round_axis(*padded(float(low), float(high), 0.01))
    side = 44 if narrow else 58
    return {
        "template": template(dark=dark),
        "height": NARROW_PX if narrow else HEIGHT_PX,
        "margin": {"l": side, "r": 16, "t": 34, "b": 42},
        "hovermode": "closest",
        "dragmode": "zoom",
        "showlegend": True,
        "xaxis": {**x.layout, "title": {"text": plain(f"Charge of the half / {unit}")}}
        | {"hoverformat": "~g", "tickformat": "~g"},
        "yaxis": {**y.layout, "title": {"text": "Voltage / V"}},
    }
