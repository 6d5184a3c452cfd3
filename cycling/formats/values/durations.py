"""Durations in the ways that instruments write them, in s."""

import re
from typing import TYPE_CHECKING

import numpy as np

from cycling.formats.columns.fields import DAYS_UNIT, DURATION_UNIT, MINUTES_UNIT
from cycling.formats.values.captured import Parts, captured, was_blank
from cycling.formats.values.numbers import FloatArray, Numbers

if TYPE_CHECKING:
    import pyarrow as pa

# Days in English, German, French, Italian, Spanish, Polish; letters of one byte.
DAY = "d|days?|tage?|j|jours?|g|giorni|dias?|dni"
_DURATION = re.compile(
    rf"^\s*(?:(?P<days>[0-9]{{1,6}})\s*(?:{DAY}|-|\.|\s),?\s*)?(?P<hours>[0-9]{{1,9}})"
    rf":(?P<minutes>[0-9]{{1,2}})(?::(?P<seconds>[0-9]{{1,2}}(?:[.,:][0-9]{{1,20}})?))?\s*$",
    re.ASCII | re.IGNORECASE,
)
_LONG_DURATION = re.compile(
    r"^\s*(?P<days>[0-9]{1,6}):(?P<hours>[0-9]{1,2}):(?P<minutes>[0-9]{1,2})"
    r":(?P<seconds>[0-9]{1,2}(?:[.,][0-9]{1,20})?)\s*$",
    re.ASCII,
)
_SHORT_DURATION = re.compile(
    r"^\s*(?P<minutes>[0-9]{1,9}):(?P<seconds>[0-9]{1,2}(?:[.,][0-9]{1,20})?)\s*$", re.ASCII
)
# 1h 2m, 90 min, 5.5 s, and ISO 8601's P1DT2H3M4.5S
_WORDED_DURATION = re.compile(
    r"^\s*(?=P?T?\s*[0-9])P?(?:(?P<days>[0-9]{1,6})\s*d(?:ays?)?)?\s*T?"
    r"\s*(?:(?P<hours>[0-9]{1,9})\s*h(?:ours?|rs?)?)?"
    r"\s*(?:(?P<minutes>[0-9]{1,9})\s*m(?:in(?:utes?|s)?)?)?"
    r"\s*(?:(?P<seconds>[0-9]{1,12}(?:[.,][0-9]{1,20})?)\s*s(?:ec(?:onds?|s)?)?)?\s*$",
    re.ASCII | re.IGNORECASE,
)


def is_duration(cell: str) -> bool:
    """Whether a cell reads as h:min:s or min:s, or names its units as 1h 2m and PT2H do."""
    patterns = (_DURATION, _SHORT_DURATION, _WORDED_DURATION)
    return any(pattern.match(cell) for pattern in patterns)


def parse_durations(cells: "pa.StringArray", unit: str = DURATION_UNIT) -> Numbers:
    """Seconds of cells such as 144:02:18.500; NaN where blank or bad.

    Two parts are hours and minutes, in the unit min:s minutes and seconds. Four are h:min:s and
    hundredths, in the unit d:h:min:s days in front.
    """
    names = ("days", "hours", "minutes", "seconds")
    parts = captured(cells, _DURATION, names, ())
    if unit == DAYS_UNIT:
        long = captured(cells, _LONG_DURATION, names, ())
        rows = np.flatnonzero(long.matched)
        parts.put(rows, long.at(rows))
    number = parts.numbers
    whole = np.nan_to_num(number["days"]) * 86400 + number["hours"] * 3600 + number["minutes"] * 60
    seconds = np.nan_to_num(number["seconds"])
    ok = parts.matched & (number["minutes"] < 60) & (seconds < 60)
    total = whole + seconds
    if unit == MINUTES_UNIT:
        short = captured(cells, _SHORT_DURATION, ("minutes", "seconds"), ())
        pair = short.numbers
        ok &= np.isfinite(number["seconds"])
        ok = np.where(short.matched, pair["seconds"] < 60, ok)
        total = np.where(short.matched, pair["minutes"] * 60 + pair["seconds"], total)
    if not ok.all():
        worded = captured(cells, _WORDED_DURATION, names, ())
        total = np.where(worded.matched, _of_words(worded), total)
        ok |= worded.matched
    bad = ~ok if ok.all() else ~ok & ~was_blank(cells)
    return Numbers(np.where(ok, total, np.nan), bad if bad.any() else None)


def _of_words(parts: Parts) -> FloatArray:
    """Seconds of durations that name their units; what is not named is 0."""
    factors = {"days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}
    seconds: FloatArray = sum(
        (np.nan_to_num(parts.numbers[name]) * factor for name, factor in factors.items()),
        start=np.zeros(len(parts.matched)),
    )
    return seconds
