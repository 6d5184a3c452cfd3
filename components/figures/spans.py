"""Times in a graph in which an experiment was paused, or nothing was recorded: shaded and named."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components.figures.measure_axes import plain
from components.figures.template import template
from components.figures.time_axis import TimeAxis, Window

SIGNS = {"pause": "‖", "gap": "//"}
CHARACTER_PX = 6.2
BESIDE_PX = 8.0  # kept free around a name
SIGN_PX = 12.0
WIDE_PX, NARROW_PX = 800.0, 260.0  # of the axes, about
OPEN_S = 3600.0  # that a pause which lasts is drawn on
MAX_LABELS = 40
MOST = 200  # shapes


@dataclass(frozen=True)
class Span:
    """A time (Unix s); `end_s` None: it lasts. `labels` from the longest to the shortest.

    `words` are shown on hover, a line each.
    """

    begin_s: float
    end_s: float | None
    kind: Literal["pause", "gap"]
    labels: tuple[str, ...]
    words: tuple[str, ...]

    def ends(self, whole_end_s: float) -> Window:
        """Return where it begins and where it ends in the graph."""
        return self.begin_s, max(whole_end_s, self.begin_s) + OPEN_S if self.end_s is None else (
            self.end_s
        )


def span_shapes(
    spans: Sequence[Span], window: Window, time: TimeAxis, *, dark: bool
) -> list[dict[str, Any]]:
    """Return the shading of the longest spans; a line where a span has no width on the axis."""
    meta = template(dark=dark)["layout"]["meta"]["span_colours"]
    return [_shape(span, window, time, meta[span.kind]) for span in _longest(spans, MOST)]


def span_labels(
    spans: Sequence[Span], window: Window, time: TimeAxis, *, dark: bool, narrow: bool
) -> list[dict[str, Any]]:
    """Return the names of the longest spans, as long as their room allows; hidden beside it."""
    look = template(dark=dark)["layout"]
    low, high = time.range(window)
    px = (NARROW_PX if narrow else WIDE_PX) / (high - low)
    labels: list[dict[str, Any]] = []
    for span in _longest(spans, MAX_LABELS):
        left, right = (time.place(end) for end in span.ends(window[1]))
        begin, end = max(left, low), min(right, high)
        words = "<br>".join(plain(line) for line in span.words)
        last = next((one for one in reversed(labels) if one["visible"]), None)
        is_beside = last is not None and (begin + end) / 2 - last["x"] < SIGN_PX / px
        is_inside = right >= low and left <= high
        if last is not None and is_beside and is_inside:
            last["hovertext"] += f"<br>{words}"
        labels.append(
            {
                "xref": "x",
                "yref": "paper",
                "x": (begin + end) / 2,
                "y": 1,
                "yanchor": "top",
                "showarrow": False,
                "visible": is_inside and not is_beside,
                "text": plain(_fitting(span, (end - begin) * px)),
                "font": {"size": 11, "color": look["modebar"]["color"]},
                "hovertext": words,
                "hoverlabel": {
                    one: look["hoverlabel"][one] for one in ("bgcolor", "bordercolor", "font")
                },
            }
        )
    return labels


def _shape(span: Span, window: Window, time: TimeAxis, colour: str) -> dict[str, Any]:
    begin, end = (time.place(one) for one in span.ends(window[1]))
    low, high = time.range(window)
    place = {"xref": "x", "yref": "paper", "x0": begin, "x1": end, "y0": 0, "y1": 1}
    look: dict[str, Any] = {"type": "rect", "fillcolor": colour, "line": {"width": 0}}
    if end - begin < (high - low) / NARROW_PX:  # on the axis of test time a pause has no width
        look = {"type": "line", "line": {"width": 2, "color": colour}}
    if span.end_s is None:
        look["name"] = "lasts"  # a script prolongs it
    return {**look, **place, "layer": "below"}


def _longest(spans: Sequence[Span], most: int) -> list[Span]:
    """Return the longest spans by their time."""
    far = float("inf")
    ordered = sorted(spans, key=lambda one: one.begin_s - (far if one.end_s is None else one.end_s))
    return sorted(ordered[:most], key=lambda one: one.begin_s)


def _fitting(span: Span, room_px: float) -> str:
    fits = (text for text in span.labels if len(text) * CHARACTER_PX + BESIDE_PX <= room_px)
    return next(fits, SIGNS[span.kind])
