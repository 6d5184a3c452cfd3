"""The time axis of a measure graph: by the clock, or elapsed: test time, without pauses.

A script in the browser turns places on the axis back into Unix ms; for an elapsed axis it needs
`meta` of the figure's layout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.template import date_ticks

Floats = NDArray[np.float64]
Window = tuple[float, float]  # Unix seconds

MAX_HOURS = 120  # longer experiments are drawn in days
ON_LINE = 1e-6  # of a rate


@dataclass(frozen=True)
class TimeAxis:
    """Where a moment stands: Unix ms on a date axis, or in `unit`s of test time.

    `knots` are pairs of Unix s and test time (s), both rising; between them it goes in straight
    lines, before the first and after the last as the clock.
    """

    unit: str = ""
    unit_s: float = 1.0
    knots: tuple[tuple[float, float], ...] = ((0.0, 0.0),)

    @property
    def is_clock(self) -> bool:
        """Whether it shows the time of day."""
        return not self.unit

    def places(self, unix_s: Floats) -> Floats:
        """Return where moments stand on the axis."""
        if self.is_clock:
            return unix_s * 1000
        clock, test = np.array(self.knots).T
        beyond = np.minimum(unix_s - clock[0], 0) + np.maximum(unix_s - clock[-1], 0)
        return np.asarray((np.interp(unix_s, clock, test) + beyond) / self.unit_s)

    def seconds(self, window: Window) -> Window:
        """Return a window in seconds of the axis: Unix s, or test time."""
        low, high = window
        return (
            window
            if self.is_clock
            else (
                self.place(low) * self.unit_s,
                self.place(high) * self.unit_s,
            )
        )

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
        first, last = self.place(low), self.place(high)
        if last <= first:  # within a pause
            return [first - 0.5 / self.unit_s, first + 0.5 / self.unit_s]
        return [first, last]

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

    def meta(self) -> dict[str, Any]:
        """Return what the browser needs to turn a place back into Unix ms."""
        if self.is_clock:
            return {}
        knots = [[test_s / self.unit_s, 1000 * unix_s] for unix_s, test_s in self.knots]
        return {"unit_ms": self.unit_s * 1000, "knots": knots}


CLOCK = TimeAxis()


def elapsed(whole: Window) -> TimeAxis:
    """Return the axis that counts from the first measure by the clock."""
    begin, end = whole
    return by_test_time([(begin, 0.0), (end, end - begin)])


def by_test_time(pairs: Sequence[Window]) -> TimeAxis:
    """Return the axis of test time, in the unit that suits the length.

    `pairs` are Unix s and test time (s) of some moments, the first and the last among them.
    """
    unix_s, test_s = np.array(sorted(pairs)).T
    test_s = np.maximum.accumulate(test_s)
    turns = np.ones(len(unix_s), np.bool_)
    if len(unix_s) > 2:  # what lies on a line with its neighbours is not needed
        rates = np.diff(test_s) / np.maximum(np.diff(unix_s), 1e-9)
        turns[1:-1] = np.abs(np.diff(rates)) > ON_LINE * np.maximum(rates[1:], rates[:-1])
    knots = tuple(zip(unix_s[turns].tolist(), test_s[turns].tolist(), strict=True))
    unit = formatting.time_unit(float(test_s[-1] - test_s[0]), max_hours=MAX_HOURS)
    return TimeAxis(*unit, knots)
