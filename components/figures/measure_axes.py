"""The y axes of a measure graph: one for each unit, stacked in panels when there are more than two.

Voltage stands left and current right in the top panel, with coinciding grids; every further unit
has a panel of its own below. Small currents are shown in mA or uA.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from components.formatting import unit_words

Floats = NDArray[np.float64]

INTERVALS = 5
SCALED_UNITS = ("V", "A", "W", "Ah", "Wh")
# The least span of an axis: a share of the largest value, and a width in the unit. What is steadier
# is the instrument's noise: 16 bits of a range of 5 V, 1 % of a current's range, a thermocouple.
LEAST_SPANS = {
    "V": (0.001, 0.0),
    "A": (0.02, 0.0),
    "W": (0.02, 0.0),
    **dict.fromkeys(("degC", "°C", "K"), (0.0, 1.0)),
}
FEWEST, TO_AND_FRO = 8, 0.2  # samples that noise has, and the part of them that changes sign
NOISE_SPANS = 5  # as wide as the noise of an instrument is the axis that shows nothing else
NICE_STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10)


@dataclass(frozen=True)
class Line:
    """One channel to draw: Unix seconds and values in `unit`, shapes (n,), NaN where it breaks.

    With a `dash` of Plotly's it is no measurement. Values below `noise` that go to and fro about 0
    are the noise of an instrument.
    """

    key: str
    name: str
    unit: str
    colour: str
    unix_s: Floats
    values: Floats
    dash: str = ""
    noise: float = 0.0

    @property
    def is_noise(self) -> bool:
        """Whether it shows nothing but noise."""
        known = self.values[np.isfinite(self.values)]
        if len(known) < FEWEST or np.abs(known).max() >= self.noise:
            return False
        return bool(np.mean(np.diff(np.signbit(known))) >= TO_AND_FRO)


@dataclass(frozen=True)
class Axis:
    """One y axis: what it shows, in which unit, where, and its grid."""

    unit: str
    shown_unit: str
    factor: float
    number: int
    panel: int
    on_right: bool
    low: float
    step: float
    colour: str
    title: str
    least_width: float = 0.0

    @property
    def name(self) -> str:
        """Plotly's name in a trace: y, y2, ..."""
        return "y" if self.number == 1 else f"y{self.number}"

    @property
    def layout_name(self) -> str:
        """Plotly's name in a layout: yaxis, yaxis2, ..."""
        return "yaxis" if self.number == 1 else f"yaxis{self.number}"

    @property
    def least(self) -> list[float]:
        """Its least span: a share of its largest value, and a width in its shown unit."""
        share, width = least_span(self.unit)
        return [share, max(width, self.least_width) * self.factor]

    @property
    def range(self) -> list[float]:
        """Lowest and highest value of the axis, in its shown unit."""
        return [self.low, self.low + INTERVALS * self.step]


def axes_of(lines: Sequence[Line]) -> list[Axis]:
    """Return the axes that these lines need, in the order of their panels."""
    units = list(dict.fromkeys(line.unit for line in lines))
    pair = units[:2] == ["V", "A"]
    return [
        _axis(
            [line for line in lines if line.unit == unit],
            number=index + 1,
            panel=max(0, index - 1) if pair else index,
            on_right=pair and index == 1,
        )
        for index, unit in enumerate(units)
    ]


def axis_of(axes: Sequence[Axis], line: Line) -> Axis:
    """Return the axis of a line."""
    return next(axis for axis in axes if axis.unit == line.unit)


def plain(text: str) -> str:
    """Return a text so that Plotly, which reads some HTML, draws it as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def grid(low: float, high: float) -> tuple[float, float]:
    """Return the lowest tick and the step of INTERVALS even intervals that hold [low, high]."""
    if high - low < 1e-12 * max(abs(low), abs(high), 1e-9):
        margin = abs(high) * 0.01 or 1.0
        low, high = low - margin, high + margin
    magnitude = 10.0 ** np.floor(np.log10((high - low) / INTERVALS))
    for power in (magnitude, 10 * magnitude):
        for nice in NICE_STEPS:
            step = float(nice * power)
            start = float(np.floor(low / step + 1e-9) * step)
            if start + INTERVALS * step >= high - 1e-9 * step:
                return start, step
    return low, (high - low) / INTERVALS


def least_span(unit: str) -> tuple[float, float]:
    """Return the least span of an axis: share of its largest value, and width in its unit."""
    return LEAST_SPANS.get(unit, (0.0, 0.0))


def widened(low: float, high: float, least: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of an axis whose values are steady, as far apart as its least span."""
    share, width = least
    missing = max(share * max(abs(low), abs(high)), width) - (high - low)
    return (low - missing / 2, high + missing / 2) if missing > 0 else (low, high)


def _axis(lines: Sequence[Line], *, number: int, panel: int, on_right: bool) -> Axis:
    unit = lines[0].unit
    known = [line.values for line in lines if np.isfinite(line.values).any()]
    low = min((float(np.nanmin(values)) for values in known), default=0.0)
    high = max((float(np.nanmax(values)) for values in known), default=1.0)
    share, width = least_span(unit)
    of_noise = NOISE_SPANS * (high - low) if known and all(one.is_noise for one in lines) else 0.0
    low, high = widened(low, high, (share, max(width, of_noise)))
    factor, shown_unit = scale(unit, max(abs(low), abs(high)))
    start, step = grid(low * factor, high * factor)
    single = lines[0].name if len(lines) == 1 else _common_name(unit)
    return Axis(
        unit=unit,
        shown_unit=shown_unit,
        factor=factor,
        number=number,
        panel=panel,
        on_right=on_right,
        low=start,
        step=step,
        colour=lines[0].colour if len(lines) == 1 else "",
        title=plain(f"{single} / {shown_unit}" if shown_unit else single),
        least_width=of_noise,
    )


def scale(unit: str, peak: float) -> tuple[float, str]:
    """Return the factor and unit in which a quantity of this size reads well."""
    if unit in SCALED_UNITS and peak > 0:
        for below, factor, prefix in ((1e-7, 1e9, "n"), (1e-4, 1e6, "µ"), (1e-1, 1e3, "m")):
            if peak < below:
                return factor, f"{prefix}{unit}"
    return 1.0, unit_words(unit)


def _common_name(unit: str) -> str:
    if unit in ("degC", "°C", "K"):
        return "Temperature"
    return {"V": "Voltage", "A": "Current", "W": "Power", "Ah": "Charge", "Wh": "Energy"}.get(
        unit, "Value"
    )
