"""dQ/dV over voltage, or dV/dQ over charge, of chosen cycles, as a Plotly dictionary."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.figures.measure_axes import plain, scale
from components.figures.round_axis import RoundAxis, round_axis
from components.figures.template import packed, template
from components.figures.viridis import IN_LEGEND, colour_bar, viridis
from components.figures.viridis import scale as colour_scale

Floats = NDArray[np.float64]

HEIGHT_PX, NARROW_PX = 440, 340
MAX_POINTS = 2000  # of a curve
INTERVALS = (5, 6, 7, 8)
INNER = 0.05  # of a curve at each of its ends, where dV/dQ has no bounds
TICKS = {"tickformat": "~g", "hoverformat": "~g"}


@dataclass(frozen=True)
class DerivativeCurve:
    """A half of a cycle, shapes (n,); the reference is drawn as a line of its own."""

    cycle: int
    half: str
    x: Floats
    y: Floats
    is_reference: bool = False

    @property
    def name(self) -> str:
        """What the legend says."""
        return f"Cycle {self.cycle}{', reference' if self.is_reference else ''}"


@dataclass(frozen=True)
class Axes:
    """What is drawn over what: a quantity with its unit, which is scaled where it is a charge.

    `is_charge_over` says that y is a charge over x; else x is the charge, and y goes over it.
    """

    x_name: str
    y_name: str
    is_charge_over: bool

    def scaled(self, peak: float) -> tuple[float, float, str, str]:
        """Return the factors of x and y, and the units of both."""
        factor, unit = scale("Ah", peak)
        if self.is_charge_over:
            return 1.0, factor, "V", f"{unit}/V"
        return factor, 1.0 / factor, unit, f"V/{unit}"


DQDV = Axes("Voltage", "dQ/dV", is_charge_over=True)
DVDQ = Axes("Charge of the half", "dV/dQ", is_charge_over=False)


def derivative_figure(
    curves: Sequence[DerivativeCurve],
    axes: Axes,
    *,
    dark: bool,
    narrow: bool = False,
    of_reference: str = "",
) -> dict[str, Any]:
    """Return the graph; colours go with the cycles in their order, the reference is black.

    `of_reference` says what y is less, where it is a difference: " − cycle 1".
    """
    known = [one.y if axes.is_charge_over else one.x for one in curves]
    peak = max((float(np.nanmax(np.abs(one), initial=0.0)) for one in known), default=0.0)
    x_factor, y_factor, x_unit, y_unit = axes.scaled(peak)
    x, y = _x_axis(curves, x_factor), _y_axis(curves, y_factor, axes)
    layout = _layout(x, y, dark=dark, narrow=narrow)
    unit = f"({y_unit})" if "/" in y_unit else y_unit
    layout["xaxis"]["title"] = {"text": plain(f"{axes.x_name} / {x_unit}")}
    layout["yaxis"]["title"] = {"text": plain(f"{axes.y_name}{of_reference} / {unit}")}
    cycles = sorted({one.cycle for one in curves if not one.is_reference})
    has_bar = len(cycles) > IN_LEGEND
    colours = dict(zip(cycles, viridis(cycles, dark=dark), strict=True))
    text = template(dark=dark)["layout"]["font"]["color"]
    traces, named = [], set[str]()
    for one in sorted(curves, key=lambda one: one.is_reference):
        scaled = replace(one, x=one.x * x_factor, y=one.y * y_factor)
        trace = _trace(scaled, text if one.is_reference else colours[one.cycle], (x_unit, y_unit))
        is_named = one.name not in named and (one.is_reference or not has_bar)
        named.add(one.name)
        traces.append(trace | {"showlegend": is_named})
    bar = [colour_bar(cycles, dark=dark, narrow=narrow)] if has_bar else []
    return {"data": [*traces, *bar], "layout": layout}


def _trace(curve: DerivativeCurve, colour: str, units: tuple[str, str]) -> dict[str, Any]:
    """Return the line of a curve in these units of x and y."""
    x, y = _kept(curve.x, curve.y)
    x_unit, y_unit = map(plain, units)
    dash = {"dash": "dash"} if curve.is_reference else {}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": curve.name,
        "legendgroup": curve.name,
        "x": packed(x),
        "y": packed(y),
        "line": {"width": 1.5, "color": colour, **dash},
        "hovertemplate": f"{curve.name}, {curve.half}<br>%{{x:.5~g}} {x_unit}, "
        f"%{{y:.4~g}} {y_unit}<extra></extra>",
    }


def _kept(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return a curve with no more points than a graph has room for."""
    if len(x) <= MAX_POINTS:
        return x, y
    places = np.unique(np.linspace(0, len(x) - 1, MAX_POINTS).astype(np.int64))
    return x[places], y[places]


def _x_axis(curves: Sequence[DerivativeCurve], factor: float) -> RoundAxis:
    known = np.concatenate([np.empty(0), *(one.x * factor for one in curves)])
    ends = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    return round_axis(*ends, counts=INTERVALS)


def _y_axis(curves: Sequence[DerivativeCurve], factor: float, axes: Axes) -> RoundAxis:
    """Return the axis of the derivative; dV/dQ rises without bounds at both ends of a half."""
    parts = [one.y * factor for one in curves]
    if not axes.is_charge_over:
        parts = [one[round(INNER * len(one)) : len(one) - round(INNER * len(one))] for one in parts]
    known = np.concatenate([np.zeros(1), *parts])
    known = known[np.isfinite(known)]
    low, high = float(known.min()), float(known.max())
    margin = 0.04 * (high - low)
    low, high = low - margin if low < 0 else low, high + margin if high > 0 else high
    return round_axis(low, high, counts=INTERVALS)


def _layout(x: RoundAxis, y: RoundAxis, *, dark: bool, narrow: bool) -> dict[str, Any]:
    side = 48 if narrow else 62
    return {
        "template": template(dark=dark),
        "height": NARROW_PX if narrow else HEIGHT_PX,
        "margin": {"l": side, "r": 16, "t": 34, "b": 44},
        "hovermode": "closest",
        "dragmode": "zoom",
        "showlegend": True,
        "legend": {"itemdoubleclick": False},
        "xaxis": {**x.layout, **TICKS},
        "yaxis": {**y.layout, **TICKS},
    }


@dataclass(frozen=True)
class CycleMap:
    """dQ/dV of many cycles: shape (voltages, cycles), NaN where a cycle does not reach.

    `cycle` and `voltage_v` are the middles, `peaks` pairs of a cycle and a voltage.
    """

    cycle: NDArray[np.int64]
    voltage_v: Floats
    ah_per_v: Floats
    peaks: Sequence[tuple[int, float]]
    half: str


def map_figure(of: CycleMap, *, dark: bool, narrow: bool = False) -> dict[str, Any]:
    """Return the map: cycles from left to right, voltage upwards, dQ/dV as colour."""
    peak = float(np.nanmax(np.abs(of.ah_per_v), initial=0.0))
    factor, unit = scale("Ah", peak)
    values = of.ah_per_v * factor
    bar: dict[str, Any] = {"thickness": 10, "len": 0.9, "outlinewidth": 0, "tickformat": "~g"}
    bar["title"] = {"text": plain(f"dQ/dV / ({unit}/V)"), "side": "right"}
    heat = {
        "type": "heatmap",
        "x": of.cycle.tolist(),
        "y": packed(of.voltage_v),
        "z": _packed_table(values),
        "zmin": 0,
        "zmax": max(float(np.nanmax(values, initial=0.0)), 1e-12),
        "colorscale": colour_scale(dark=dark),
        "colorbar": bar,
        "hovertemplate": f"Cycle %{{x}}, {of.half}<br>%{{y:.4g}} V, %{{z:.4~g}} {plain(unit)}/V"
        "<extra></extra>",
    }
    dots = {
        "type": "scatter",
        "mode": "markers",
        "name": "Peaks",
        "showlegend": True,
        "x": [cycle for cycle, _volts in of.peaks],
        "y": [volts for _cycle, volts in of.peaks],
        "marker": {"size": 4, "color": "#ffffff", "line": {"width": 1, "color": "#000000"}},
        "hovertemplate": "Cycle %{x}: peak at %{y:.4f} V<extra></extra>",
    }
    ends = (float(of.voltage_v[0]), float(of.voltage_v[-1])) if len(of.voltage_v) else (0.0, 1.0)
    volts = round_axis(*ends, counts=INTERVALS)
    layout = _layout(round_axis(0, 1), volts, dark=dark, narrow=narrow)
    layout["xaxis"] = {"title": {"text": "Cycle"}, "tickformat": ",d", "showgrid": False}
    if len(of.cycle):
        half_step = max(1.0, float(np.median(np.diff(of.cycle))) if len(of.cycle) > 1 else 1.0) / 2
        few = {"dtick": 1} if of.cycle[-1] - of.cycle[0] < 10 else {}
        layout["xaxis"] |= {"range": [of.cycle[0] - half_step, of.cycle[-1] + half_step], **few}
    layout["yaxis"] |= {"title": {"text": "Voltage / V"}, "showgrid": False, "range": list(ends)}
    return {"data": [heat, dots], "layout": layout}


def _packed_table(values: Floats) -> dict[str, Any]:
    """Return a table as Plotly reads it fastest; four bytes a number say more than a colour."""
    plain_values = np.ascontiguousarray(values, dtype="<f4")
    data = b64encode(plain_values.tobytes()).decode()
    return {"dtype": "f4", "bdata": data, "shape": f"{values.shape[0]}, {values.shape[1]}"}
