"""Times in a graph in which an experiment was paused, or nothing was recorded: shaded and named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from components.figures.measure_axes import plain
from components.figures.template import template
from components.figures.time_axis import TimeAxis, Window
from components.sent import Sent

CHARACTER_PX = 6.2
BESIDE_PX = 8.0  # kept free around a name
UPRIGHT_PX = 14.0  # that a name takes which is written upwards
HIGH_PX = 300.0  # of the axes, at least
RIGHT = 0.95  # of the width: further right a name stands left of its line
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
    spans: Sequence[Span],
    window: Window,
    time: TimeAxis,
    *,
    dark: bool,
    narrow: bool,
    high_px: float = HIGH_PX,
) -> list[dict[str, Any]]:
    """Return the names of the longest spans, as long as their room allows; hidden beside it.

    `high_px` is the room of what is written upwards.
    """
    look = template(dark=dark)["layout"]
    low, high = time.range(window)
    px = (NARROW_PX if narrow else WIDE_PX) / (high - low)
    labels: list[dict[str, Any]] = []
    last, free = None, low  # the last label, and where it ends
    for span in _longest(spans, MAX_LABELS):
        left, right = (time.place(end) for end in span.ends(window[1]))
        begin, end = max(left, low), min(right, high)
        words = "<br>".join(plain(line) for line in span.words)
        room_px = (end - max(begin, free)) * px
        text = _text(span, room_px, high_px, is_last=begin > low + RIGHT * (high - low))
        place = (begin + end) / 2 if text["textangle"] else (max(begin, free) + end) / 2
        is_beside = last is not None and place - last["x"] < UPRIGHT_PX / px
        is_inside = right >= low and left <= high
        if last is not None and is_beside and is_inside:
            last["hovertext"] += f"<br>{words}"
            last["text"] = _joined(last, span, high_px)
        placed = {"x": place, "visible": is_inside and not is_beside, **text}
        labels.append(placed | _style(text, look, words))
        if labels[-1]["visible"]:
            last, free = labels[-1], place + _right_px(text) / px
    return labels


def _style(text: Mapping[str, Any], look: Sent, words: str) -> dict[str, Any]:
    """Return how a name looks; one that is written upwards stands over the curves."""
    is_upright = bool(text["textangle"])
    return {
        "xref": "x",
        "yref": "paper",
        "y": 1,
        "yanchor": "top",
        "showarrow": False,
        "bgcolor": look["paper_bgcolor"] if is_upright else "rgba(0,0,0,0)",
        "opacity": 0.85 if is_upright else 1,
        "font": {"size": 11, "color": look["modebar"]["color"]},
        "hovertext": words,
        "hoverlabel": {one: look["hoverlabel"][one] for one in ("bgcolor", "bordercolor", "font")},
    }


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


def _text(span: Span, room_px: float, high_px: float, *, is_last: bool) -> dict[str, Any]:
    """Return the longest name that fits, written upwards where there is room for none.

    Where the span is no wider than a line, beside it.
    """
    level = [text for text in span.labels if _long_px(text) <= room_px]
    if level:
        return {"text": plain(level[0]), "textangle": 0, "xanchor": "center"}
    upright = [text for text in span.labels if _long_px(text) <= high_px] or span.labels[-1:]
    beside = "right" if is_last else "left"
    anchor = "center" if room_px >= UPRIGHT_PX else beside
    return {"text": plain(upright[0]), "textangle": -90, "xanchor": anchor}


def _right_px(text: Mapping[str, Any]) -> float:
    """Return how far a name goes to the right of its place."""
    wide_px = UPRIGHT_PX if text["textangle"] else _long_px(text["text"])
    return {"left": wide_px, "center": wide_px / 2, "right": 0.0}[text["xanchor"]]


def _joined(label: Mapping[str, Any], span: Span, high_px: float) -> str:
    """Return a name with that of a span at the same place, where it is written upwards."""
    if label["textangle"] == 0:
        return str(label["text"])
    both = (f"{label['text']}; {plain(text)}" for text in span.labels)
    return next((text for text in both if _long_px(text) <= high_px), str(label["text"]))


def _long_px(text: str) -> float:
    return len(text) * CHARACTER_PX + BESIDE_PX
