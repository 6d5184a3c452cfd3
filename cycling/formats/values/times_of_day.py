"""Times of day without a date: what has passed since the first one, over midnight too."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cycling.formats.values.captured import captured, was_blank
from cycling.formats.values.numbers import FloatArray, Numbers

if TYPE_CHECKING:
    import pyarrow as pa

DAY_S = 86_400.0
COUNTED_S = 60.0  # what counts from the start of a test begins below it
_FACTOR = 10.0  # by so much the interval over midnight may be longer than all others
_TIME = re.compile(
    r"^\s*(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{1,2}(?:[.,][0-9]{1,9})?))?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?\s*$"
)


def is_time_of_day(cell: str) -> bool:
    """Whether a cell can be a time of day: 22:30, 22:30:15 or 10:30 PM."""
    match = _TIME.match(cell)
    return bool(match and int(match["hour"]) < 24)


def names_half(cell: str) -> bool:
    """Whether a time of day says which half of the day it is in."""
    match = _TIME.match(cell)
    return bool(match and match["half"])


def parse_times_of_day(cells: "pa.StringArray") -> Numbers:
    """Seconds since midnight; NaN where blank or bad."""
    parts = captured(cells, _TIME, ("hour", "minute", "second"), ("half",))
    number, half = parts.numbers, np.strings.lower(parts.words["half"])
    hour, second = number["hour"], np.nan_to_num(number["second"])
    halved = half != ""
    ok = parts.matched & (number["minute"] < 60) & (second < 60)
    ok &= np.where(halved, (hour >= 1) & (hour <= 12), hour < 24)
    hour = np.where(halved, hour % 12 + 12 * np.strings.startswith(half, "p"), hour)
    seconds = np.where(ok, hour * 3600 + number["minute"] * 60 + second, np.nan)
    bad = ~ok if ok.all() else ~ok & ~was_blank(cells)
    return Numbers(seconds, bad if bad.any() else None)


def pass_midnight(blocks: Iterable[FloatArray]) -> bool:
    """Whether times (s) are times of day: they fall, and only where midnight passes.

    Times that begin again with a step fall as well, but not from one end of a day to the other.
    """
    last, longest, over = np.nan, COUNTED_S, 0.0
    for values in blocks:
        steps = np.diff(values, prepend=last)
        last = float(values[-1])
        if values.max() >= DAY_S:
            return False
        over = max(over, *(DAY_S + steps[steps < 0]).tolist(), 0.0)
        longest = max(longest, *steps[steps > 0].tolist(), 0.0)
    return 0 < over <= _FACTOR * longest


@dataclass
class DayCount:
    """Counts days as times of day go by: a fall by more than half a day passes midnight."""

    first_s: float = np.nan
    days: int = 0
    _last_s: float = np.nan

    def passed(self, of_day_s: FloatArray) -> FloatArray:
        """What has passed (s) since the first time of all, for the next ones."""
        known = np.flatnonzero(np.isfinite(of_day_s))
        if not len(known):
            return of_day_s
        values = of_day_s[known]
        if np.isnan(self.first_s):
            self.first_s = float(values[0])
        days = self.days + np.cumsum(np.diff(values, prepend=self._last_s) < -DAY_S / 2)
        self.days, self._last_s = int(days[-1]), float(values[-1])
        passed = of_day_s.copy()
        passed[known] = values + days * DAY_S - self.first_s
        return passed
