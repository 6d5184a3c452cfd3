"""The colours of cycles in their order: viridis, which keeps its order in grey and for everybody.

Stops of the map by Nathaniel Smith and Stefan van der Walt, which is in the public domain (CC0).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

STOPS = (
    *("#440154", "#482878", "#3e4a89", "#31688e", "#26828e"),
    *("#1f9e89", "#35b779", "#6dcd59", "#b4de2c", "#fde725"),
)
IN_LEGEND = 8  # cycles; more have a colour bar
END = 0.94  # on white its last yellow is hardly seen
BEGIN = 0.12  # nor is its first violet on black


def viridis(numbers: Sequence[float], *, dark: bool = False) -> list[str]:
    """Return the colours of numbers, from the least to the greatest as the colour bar has them."""
    low, high = (BEGIN, 1.0) if dark else (0.0, END)
    least, span = min(numbers, default=0.0), max(numbers, default=0.0) - min(numbers, default=0.0)
    places = [(one - least) / span if span else 0.5 for one in numbers]
    return [colour_at(low + (high - low) * place) for place in places]


def colour_at(place: float) -> str:
    """Return the colour at a place from 0 to 1."""
    stops = np.array([[int(one[at : at + 2], 16) for at in (1, 3, 5)] for one in STOPS])
    known = np.linspace(0, 1, len(STOPS))
    red, green, blue = (round(float(np.interp(place, known, stops[:, one]))) for one in range(3))
    return f"#{red:02x}{green:02x}{blue:02x}"


def scale(*, dark: bool = False) -> list[list[float | str]]:
    """Return the colours as Plotly's colour bar has them."""
    low, high = (BEGIN, 1.0) if dark else (0.0, END)
    return [[at / 10, colour_at(low + at / 10 * (high - low))] for at in range(11)]


def colour_bar(cycles: Sequence[int], *, dark: bool, narrow: bool) -> dict[str, Any]:
    """Return a trace that shows nothing but the colours of cycles, which are in their order."""
    first, last = cycles[0], cycles[-1]
    bar: dict[str, Any] = {"title": {"text": "Cycle", "side": "right"}, "thickness": 10, "len": 0.9}
    bar |= {"outlinewidth": 0, "tickformat": ",d", "nticks": 4 if narrow else 6}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [None],
        "y": [None],
        "showlegend": False,
        "hoverinfo": "skip",
        "marker": {
            "color": [first],
            "cmin": first,
            "cmax": max(last, first + 1),
            "colorscale": scale(dark=dark),
            "showscale": True,
            "colorbar": bar,
        },
    }
