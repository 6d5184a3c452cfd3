"""The one plot template, light and dark, and the colours that channels keep on every page."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A graph's buttons stand in the page's own toolbar; Plotly's bar and logo are not drawn.
CONFIG = {
    "displaylogo": False,
    "displayModeBar": False,
    "responsive": True,
    "showTips": False,  # they float above everything
}
TEMPERATURE_UNITS = ("degC", "°C", "K")


@cache
def template(*, dark: bool) -> Mapping[str, Any]:
    """Return the template as a dictionary; nobody changes it."""
    name = "plotly-dark.json" if dark else "plotly-light.json"
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / name).read_text())
    return loaded


def channel_colours(channels: Sequence[tuple[str, str]], *, dark: bool) -> list[str]:
    """Return the colours of an experiment's channels, given as (key, unit) in their order.

    Voltage, current, power and the first temperature have theirs by meaning; the others take the
    rest of the palette in turn.
    """
    palette = template(dark=dark)["layout"]["meta"]["channel_colours"]
    colours: list[str] = []
    others = 0
    for key, unit in channels:
        if key in ("voltage", "current", "power"):
            colours.append(palette[key])
        elif unit in TEMPERATURE_UNITS and palette["temperature"] not in colours:
            colours.append(palette["temperature"])
        else:
            colours.append(palette["other"][others % len(palette["other"])])
            others += 1
    return colours


def date_ticks(*, dark: bool) -> list[Mapping[str, Any]]:
    """Return the tick formats of a date axis (templates do not hand lists on)."""
    stops: list[Mapping[str, Any]] = template(dark=dark)["layout"]["meta"]["tickformatstops"]
    return stops


def packed(values: NDArray[np.float64]) -> dict[str, str]:
    """Return an array as Plotly reads it fastest: base64 of its bytes."""
    plain = np.ascontiguousarray(values, dtype="<f8")
    return {"dtype": "f8", "bdata": b64encode(plain.tobytes()).decode()}
