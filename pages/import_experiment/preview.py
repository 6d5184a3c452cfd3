"""The picture of the whole file: voltage and current over time."""

from datetime import tzinfo
from typing import Any

import numpy as np

from components.figures.measure_axes import Line
from components.figures.measure_graph import Look, figure
from components.figures.template import channel_colours

PREVIEW_PX = 240


def preview(result: dict[str, Any], start_s: float, zone: tzinfo, *, dark: bool) -> dict[str, Any]:
    """Draw voltage and current of the whole file."""
    points = result["verification"]["preview"]
    time_s = np.array(points["time_s"], dtype=float) + start_s
    timed = ~np.isnan(time_s)
    channels = [("voltage", "Voltage", "V"), ("current", "Current", "A")]
    colours = channel_colours([(key, unit) for key, _, unit in channels], dark=dark)
    lines = []
    for (key, name, unit), colour in zip(channels, colours, strict=True):
        values = np.array(points[f"{key}_{unit.lower()}"], dtype=float)
        valid = timed & ~np.isnan(values) if len(values) == len(time_s) else slice(0, 0)
        lines.append(Line(key, name, unit, colour, time_s[valid], values[valid]))
    whole = time_s[timed]
    window = (float(whole[0]), float(whole[-1])) if len(whole) else (0.0, 1.0)
    drawn = figure([line for line in lines if len(line.values)], window, Look(dark, zone))
    drawn["layout"] |= {"height": PREVIEW_PX, "margin": {"l": 56, "r": 56, "t": 10, "b": 36}}
    drawn["layout"]["xaxis"] |= {"nticks": 5}
    return drawn
