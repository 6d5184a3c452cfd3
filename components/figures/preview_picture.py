"""A small picture of a whole experiment as SVG: voltage, and a thin current behind it.

Drawn without Plotly: it is made while a pointer rests on a row, and must cost next to nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.measure_axes import scale
from components.figures.spans import Span
from components.figures.template import channel_colours, template

Floats = NDArray[np.float64]

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT = 10.0, 310.0
TOP, BOTTOM = 24.0, 126.0
TOP_TEXT, BOTTOM_TEXT = 16, 142
COVERED = 0.35  # a line may take so much of its place
MARK = 12  # length of the coloured mark beside a channel's largest value
FONT = "-apple-system, 'Segoe UI', Inter, Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
FEWEST_DIGITS, MOST_DIGITS = 4, 6
LONGEST_PLAIN = 1e9
MAX_NAMES = 5  # spans that the picture's title names


@dataclass(frozen=True)
class Curve:
    """Points of one channel in the order of time: Unix seconds and values, shapes (n,).

    The line breaks where a value is not finite.
    """

    unix_s: Floats
    values: Floats

    def known(self) -> "Curve":
        """Return the points that can be drawn."""
        finite = np.isfinite(self.unix_s) & np.isfinite(self.values)
        return Curve(self.unix_s[finite], self.values[finite])

    def pieces(self) -> list["Curve"]:
        """Return the parts of the line, each without a break."""
        finite = np.isfinite(self.unix_s) & np.isfinite(self.values)
        cuts = np.flatnonzero(finite[1:] != finite[:-1]) + 1
        parts = zip(np.split(self.unix_s, cuts), np.split(self.values, cuts), strict=True)
        return [Curve(*part) for part in parts if len(part[0]) and np.isfinite(part[1][0])]


@dataclass(frozen=True)
class _Look:
    """Colours of a theme."""

    ground: str
    line: str
    text: str
    quiet: str
    voltage: str
    current: str


@dataclass(frozen=True)
class _Scale:
    """The values at the ends of a channel's axis, and how they are written."""

    low: float
    high: float
    low_text: str
    high_text: str

    @property
    def is_flat(self) -> bool:
        """Whether nothing that can be told apart happens."""
        return self.low_text == self.high_text


def preview_picture(
    voltage_v: Curve, current_a: Curve, *, dark: bool, spans: Sequence[Span] = ()
) -> str:
    """Return the picture of an experiment's voltage and current; a sentence if there are none.

    `spans` are shaded.
    """
    moments = np.concatenate([voltage_v.known().unix_s, current_a.known().unix_s])
    if not len(moments):
        return sentence_picture("No measures", dark=dark)
    window = (float(moments.min()), float(moments.max()))
    look = _look(dark=dark)
    parts = [*_shades(spans, window, dark=dark), _frame(look)]
    said = []
    for name, unit, curve, colour, width, on_right in (
        ("Current", "A", current_a, look.current, 0.75, True),
        ("Voltage", "V", voltage_v, look.voltage, 1.5, False),  # in front
    ):
        known = curve.known()
        if len(known.values):
            ends = _scale(known.values, unit)
            parts += [_line(piece, window, ends, colour, width) for piece in curve.pieces()]
            parts += _end_texts(ends, colour, look, on_right=on_right)
            said.append(_said(name, ends))
    length = formatting.duration(window[1] - window[0])
    parts.append(_text(length, WIDTH / 2, BOTTOM_TEXT, look.quiet, anchor="middle"))
    said = [*reversed(said), length, *(span.labels[0] for span in spans[:MAX_NAMES])]
    return _document(parts, "; ".join(said), look)


def sentence_picture(sentence: str, *, dark: bool) -> str:
    """Return a picture of the same size that says something instead."""
    look = _look(dark=dark)
    words = _text(sentence, WIDTH / 2, HEIGHT / 2 + 4, look.text, anchor="middle", size=13)
    return _document([words], sentence, look)


def _look(*, dark: bool) -> _Look:
    layout: dict[str, Any] = template(dark=dark)["layout"]
    voltage, current = channel_colours([("voltage", "V"), ("current", "A")], dark=dark)
    return _Look(
        ground=layout["paper_bgcolor"],
        line=layout["xaxis"]["gridcolor"],
        text=layout["xaxis"]["title"]["font"]["color"],
        quiet=layout["xaxis"]["tickfont"]["color"],
        voltage=voltage,
        current=current,
    )


def _document(parts: Sequence[str], title: str, look: _Look) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="{FONT}">'
        f"<title>{escape(title)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{look.ground}"/>'
        f"{''.join(parts)}</svg>"
    )


def _frame(look: _Look) -> str:
    """Draw hairlines at the top and the bottom, where the values at the ends are."""
    return "".join(
        f'<path d="M{LEFT:g} {height:g}H{RIGHT:g}" stroke="{look.line}"/>'
        for height in (TOP - 0.5, BOTTOM + 0.5)
    )


def _shades(spans: Sequence[Span], window: tuple[float, float], *, dark: bool) -> list[str]:
    colours = template(dark=dark)["layout"]["meta"]["span_colours"]
    shades = []
    for span in spans:
        ends = np.clip(np.array(span.ends(window[1])), *window)
        left, right = _places(ends, window, (LEFT, RIGHT)).tolist()
        shades.append(
            f'<rect x="{left:.1f}" y="{TOP:g}" width="{max(right - left, 0.5):.1f}" '
            f'height="{BOTTOM - TOP:g}" fill="{colours[span.kind]}"/>'
        )
    return shades


def _line(
    curve: Curve, window: tuple[float, float], ends: _Scale, colour: str, width: float
) -> str:
    xs = _places(curve.unix_s, window, (LEFT, RIGHT))
    middle = (TOP + BOTTOM) / 2
    if ends.is_flat:
        ys = np.full(len(curve.values), middle)
    else:
        ys = _places(curve.values, (ends.low, ends.high), (BOTTOM - 2, TOP + 2))
    if len(xs) == 1:
        return f'<circle cx="{xs[0]:.1f}" cy="{ys[0]:.1f}" r="{1.5 + width}" fill="{colour}"/>'
    width = _thinner(xs, ys, width)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs.tolist(), ys.tolist(), strict=True))
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width:.2f}" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _thinner(xs: Floats, ys: Floats, width: float) -> float:
    """Return a width with which a line of many cycles is not one block of colour."""
    length = float(np.hypot(np.diff(xs), np.diff(ys)).sum())
    room = (RIGHT - LEFT) * (BOTTOM - TOP)
    return max(min(width, COVERED * room / max(length, 1.0)), width / 3)


def _places(values: Floats, ends: tuple[float, float], onto: tuple[float, float]) -> Floats:
    """Return where values stand between two places; without an extent in the middle."""
    low, high = ends
    if high <= low:
        return np.full(len(values), (onto[0] + onto[1]) / 2)
    return onto[0] + (values - low) / (high - low) * (onto[1] - onto[0])


def _end_texts(ends: _Scale, colour: str, look: _Look, *, on_right: bool) -> list[str]:
    """Write the largest value above and the smallest below; a flat line has one value."""
    anchor = "end" if on_right else "start"
    edge, inward = (RIGHT, -1) if on_right else (LEFT, 1)
    mark = f'<path d="M{edge:g} 12.5h{inward * MARK}" stroke="{colour}" stroke-width="2"/>'
    upper = _text(ends.high_text, edge + inward * (MARK + 5), TOP_TEXT, look.text, anchor=anchor)
    if ends.is_flat:
        return [mark, upper]
    return [mark, upper, _text(ends.low_text, edge, BOTTOM_TEXT, look.text, anchor=anchor)]


def _text(
    words: str, x: float, y: float, colour: str, *, anchor: str = "start", size: int = 11
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" '
        f'fill="{colour}">{escape(words)}</text>'
    )


def _said(name: str, ends: _Scale) -> str:
    if ends.is_flat:
        return f"{name} {ends.high_text}"
    return f"{name} {ends.low_text} to {ends.high_text}"


def _scale(values: Floats, unit: str) -> _Scale:
    """Return the ends of an axis, written with as many digits as their distance asks for."""
    low, high = float(values.min()), float(values.max())
    peak, digits = max(abs(low), abs(high)), FEWEST_DIGITS
    if high > low:
        smaller = floor(log10(peak)) - floor(log10(high - low))
        digits = min(max(FEWEST_DIGITS, smaller + 2), MOST_DIGITS)
    factor, shown_unit = scale(unit, peak)
    texts = (_written(value * factor, shown_unit, peak * factor, digits) for value in (low, high))
    return _Scale(low, high, *texts)


def _written(value: float, unit: str, peak: float, digits: int) -> str:
    """Write a value of which `peak` has so many significant digits: −5.812 A."""
    if peak >= LONGEST_PLAIN:
        return f"{value:.3g} {unit}".replace("-", "−")
    decimals = max(0, digits - 1 - floor(log10(peak))) if peak > 0 else 0
    plain = f"{value:,.{decimals}f}"
    if decimals:
        plain = plain.rstrip("0").rstrip(".")
    return f"{'0' if plain == '-0' else plain} {unit}".replace("-", "−")
