"""The time axis of a measure graph: by the clock, or elapsed since the first measure.

A script in the browser turns places on the axis back into Unix ms; for an elapsed axis it needs
`meta` of the figure's layout.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.template import date_ticks

Floats = NDArray[np.float64]
Window = tuple[float, float]  # Unix seconds

MAX_HOURS = 120  # longer experiments are drawn in days


@dataclass(frozen=True)
class TimeAxis:
    """Where a moment stands: Unix ms on a date axis, or `unit`s after `begin_s`."""

    begin_s: float = 0.0
    unit: str = ""
    unit_s: float = 1.0

    @property
    def is_clock(self) -> bool:
        """Whether it shows the time of day."""
        return not self.unit

    def places(self, unix_s: Floats) -> Floats:
        """Return where moments stand on the axis."""
        return unix_s * 1000 if self.is_clock else (unix_s - self.begin_s) / self.unit_s

    def place(self, unix_s: float) -> float:
        """Return where a moment stands on the axis."""
        return float(self.places(np.array([unix_s]))[0])

    def range(self, window: Window) -> list[float]:
        """Return a window as the range of the axis; an instant gets a second around it.

        Plotly shows numbers on a date axis in the browser's own time zone.
        """
        low, high = window
        if high <= low:
            low, high = low - 0.5, high + 0.5
        return [self.place(low), self.place(high)]

    def layout(self, *, dark: bool) -> dict[str, Any]:
        """Return what makes an axis of a layout this one."""
        if self.is_clock:
            return {"type": "date", "tickformatstops": date_ticks(dark=dark)}
        digits = f"%{{x:,.8~g}} {self.unit}"
        return {
            "type": "linear",
            "tickformat": ",~r",
            "exponentformat": "none",
            "unifiedhovertitle": {"text": digits},
        }

    def meta(self) -> dict[str, float]:
        """Return what the browser needs to turn a place back into Unix ms."""
        if self.is_clock:
            return {}
        return {"begin_ms": self.begin_s * 1000, "unit_ms": self.unit_s * 1000}


CLOCK = TimeAxis()


def elapsed(whole: Window) -> TimeAxis:
    """Return the axis that counts from the first measure, in the unit that suits the length."""
    begin, end = whole
    return TimeAxis(begin, *formatting.time_unit(end - begin, max_hours=MAX_HOURS))
