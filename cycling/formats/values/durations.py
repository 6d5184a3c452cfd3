"""Times as h:min:s (with days before, if any) in seconds."""

import re
from typing import TYPE_CHECKING

import numpy as np

from cycling.formats.values.captured import captured, was_blank
from cycling.formats.values.numbers import Numbers

if TYPE_CHECKING:
    import pyarrow as pa

_DURATION = re.compile(
    r"^\s*(?:(?P<days>[0-9]{1,6})\s*(?:d|days?|-|\.|\s)\s*)?(?P<hours>[0-9]{1,9})"
    r":(?P<minutes>[0-9]{1,2})(?::(?P<seconds>[0-9]{1,2}(?:[.,][0-9]{1,9})?))?\s*$",
    re.ASCII,
)


def is_duration(cell: str) -> bool:
    """Whether a cell reads as h:min:s."""
    return bool(_DURATION.match(cell))


def parse_durations(cells: "pa.StringArray") -> Numbers:
    """Seconds of `h:min:s` cells, for example 144:02:18.500; NaN where blank or bad."""
    parts = captured(cells, _DURATION, ("days", "hours", "minutes", "seconds"), ())
    number = parts.numbers
    whole = np.nan_to_num(number["days"]) * 86400 + number["hours"] * 3600 + number["minutes"] * 60
    seconds = np.nan_to_num(number["seconds"])
    ok = parts.matched & (number["minutes"] < 60) & (seconds < 60)
    bad = ~ok if ok.all() else ~ok & ~was_blank(cells)
    return Numbers(np.where(ok, whole + seconds, np.nan), bad if bad.any() else None)
