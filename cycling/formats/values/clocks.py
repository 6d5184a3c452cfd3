"""Clock times in the ways that instruments write them, as Unix seconds (UTC)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from cycling.errors import InputError
from cycling.formats.arrow import as_text, valid
from cycling.formats.columns.fields import (
    DAY_FIRST,
    MONTH_FIRST,
    SINCE_1904,
    UNIX_MS,
    UNIX_NS,
    UNIX_S,
    UNIX_US,
    YEAR_FIRST,
)
from cycling.formats.values.captured import Parts, captured, was_blank
from cycling.formats.values.dates import plain_clock
from cycling.formats.values.numbers import BoolArray, FloatArray, Numbers, parse_numbers

if TYPE_CHECKING:
    import pyarrow as pa

_TIME = (
    r"(?:[T\s,]\s*(?P<hour>[0-9]{1,2})(?P<mark>[:.])(?P<minute>[0-9]{2})"
    r"(?:(?P=mark)(?P<second>[0-9]{1,2}(?:[.,:][0-9]{1,9})?))?"
    r"\s*(?P<half>[AaPp]\.?\s?[Mm]\.?)?)?\s*(?P<zone>Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?\s*$"
)
_YEAR_FIRST = r"^\s*(?P<a>[0-9]{4})[-/.](?P<b>[0-9]{1,2})[-/.](?P<c>[0-9]{1,2})" + _TIME
_YEAR_LAST = r"^\s*(?P<a>[0-9]{1,2})[-/.](?P<b>[0-9]{1,2})[-/.](?P<c>[0-9]{4}|[0-9]{2})" + _TIME
CLOCK_PATTERNS = {
    YEAR_FIRST: re.compile(_YEAR_FIRST, re.ASCII),
    DAY_FIRST: re.compile(_YEAR_LAST, re.ASCII),
    MONTH_FIRST: re.compile(_YEAR_LAST, re.ASCII),
}
_NUMBERS = ("a", "b", "c", "hour", "minute", "second")
_ORDERS = {YEAR_FIRST: "abc", DAY_FIRST: "cba", MONTH_FIRST: "cab"}

_PER_SECOND = {UNIX_S: 1.0, UNIX_MS: 1e3, UNIX_US: 1e6, UNIX_NS: 1e9}
_FROM_1904_S = 2_082_844_800  # to 1970
_SHORT_YEAR = re.compile(r"^\s*(?=[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9]))", re.ASCII)
_EXCEL_EPOCH_DAYS = 25569  # serial day of 1970-01-01
_OFFSET_STEP_S = 900  # zones change their offset on a quarter of an hour
_MAX_UNIX_S = 253_402_300_799.0  # the end of the year 9999


def zone(name: str) -> ZoneInfo:
    """The time zone of this name; InputError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"There is no time zone {name!r}. Use a name such as Europe/Madrid or UTC."
        ) from error


def parse_clock(cells: "pa.StringArray", unit: str, decimal: str, where: ZoneInfo) -> Numbers:
    """Unix seconds of clock cells; those that name no zone are in `where`."""
    if unit in CLOCK_PATTERNS:
        return _written(cells, unit, where)
    numbers = parse_numbers(cells, decimal)
    if unit in _PER_SECOND:
        seconds = numbers.values / _PER_SECOND[unit]
    elif unit == SINCE_1904:
        seconds = numbers.values - _FROM_1904_S
    else:
        # they count local time to about a microsecond, so milliseconds are meant
        local = np.round((numbers.values - _EXCEL_EPOCH_DAYS) * 86400, 3)
        seconds = _to_utc(local, where)
    far = np.abs(seconds) > _MAX_UNIX_S
    bad = far if numbers.bad is None else numbers.bad | far
    return Numbers(np.where(far, np.nan, seconds), bad if bad.any() else None, numbers.no_value)


def zone_disagrees(name: str, where: ZoneInfo, unix_s: float) -> bool:
    """Whether a zone such as UTC+2 or CET has another offset than `where` at that moment."""
    import pyarrow as pa

    local = datetime.fromtimestamp(unix_s, where)
    cells = pa.array([f"{local:%Y-%m-%d %H:%M:%S} {name}"])
    named_s = float(parse_clock(cells, YEAR_FIRST, ".", where).values[0])
    return abs(named_s - int(unix_s)) > 1


def _to_utc(local: FloatArray, where: ZoneInfo) -> FloatArray:
    """Unix seconds of local wall-clock seconds: one look-up for each quarter of an hour."""
    if where.key == "UTC":
        return local
    inside = np.isfinite(local) & (np.abs(local) < _MAX_UNIX_S - 86400 * 2)
    quarter = np.zeros(len(local), np.int64)
    quarter[inside] = np.floor(local[inside] / _OFFSET_STEP_S).astype(np.int64)
    unique, position = np.unique(quarter, return_inverse=True)
    offsets = np.array([_offset(int(q) * _OFFSET_STEP_S, where) for q in unique], np.float64)
    return local - offsets[position]


def _offset(local_s: int, where: ZoneInfo, fold: int = 0) -> float:
    naive = datetime.fromtimestamp(local_s, UTC).replace(tzinfo=None)
    offset = naive.replace(tzinfo=where, fold=fold).utcoffset()
    return offset.total_seconds() if offset else 0.0


@dataclass
class SecondHour:
    """The hour that a local clock shows twice when summer time ends: told by its step back."""

    where: ZoneInfo
    _last: float = np.nan
    _is_second: bool = False

    def corrected(self, seconds: FloatArray) -> FloatArray:
        """Unix seconds of the next rows; they are read as the first of both hours."""
        finite = np.flatnonzero(np.isfinite(seconds))
        if not len(finite):
            return seconds
        values = seconds[finite]
        back = np.diff(values, prepend=self._last) < 0
        self._last = float(values[-1])
        if self.where.key == "UTC" or not (back.any() or self._is_second):
            return seconds
        extra = self._extra(values)
        second = np.zeros(len(values), np.bool_)
        now = self._is_second
        for row in range(len(values)):
            now = extra[row] > 0 and (now or bool(back[row]))
            second[row] = now
        self._is_second = now
        corrected = seconds.copy()
        corrected[finite] += np.where(second, extra, 0.0)
        return corrected

    def _extra(self, values: FloatArray) -> FloatArray:
        """By how many s the second hour with the same local time is later; 0 elsewhere."""
        quarters, place = np.unique(np.floor(values / _OFFSET_STEP_S), return_inverse=True)
        extra = [_repeated_s(float(q) * _OFFSET_STEP_S, self.where) for q in quarters]
        return np.array(extra)[place]


def _repeated_s(unix_s: float, where: ZoneInfo) -> float:
    local = datetime.fromtimestamp(unix_s, where)
    local_s = int(unix_s + _utc_offset_s(local))
    return max(0.0, _offset(local_s, where) - _offset(local_s, where, fold=1))


def _utc_offset_s(local: datetime) -> float:
    offset = local.utcoffset()
    return offset.total_seconds() if offset else 0.0


def _written(cells: "pa.StringArray", unit: str, where: ZoneInfo) -> Numbers:
    parts = captured(cells, CLOCK_PATTERNS[unit], _NUMBERS, ("half", "zone"))
    if not parts.matched.all():
        parts, unit = _with_words(cells, parts, unit)
    number = parts.numbers
    year, month, day = (number[part] for part in _ORDERS[unit])
    year = np.where(year < 100, year + 2000, year)
    minute, second = np.nan_to_num(number["minute"]), np.nan_to_num(number["second"])
    hour, hour_ok = _of_24(np.nan_to_num(number["hour"]), parts.words["half"])
    ok = parts.matched & hour_ok & _is_date(year, month, day) & (minute < 60) & (second < 61)
    days = _days_since_1970(*(np.where(ok, part, 1) for part in (year, month, day)))
    local = days * 86400.0 + hour * 3600 + minute * 60 + second
    seconds = np.where(ok, _zoned(local, parts.words["zone"], where), np.nan)
    bad = ~ok if ok.all() else ~ok & ~was_blank(cells)
    return Numbers(seconds, bad if bad.any() else None)


def _with_words(cells: "pa.StringArray", parts: Parts, unit: str) -> tuple[Parts, str]:
    """The parts of cells that write months or halves of the day in words, too."""
    import pyarrow as pa

    cells = as_text(cells)
    rest = np.flatnonzero(~parts.matched & valid(cells))
    if not len(rest):
        return parts, unit
    texts = cells.take(pa.array(rest)).cast(pa.binary()).to_pylist()
    words = [text.decode("utf-8", "replace") for text in texts]
    if unit == YEAR_FIRST:
        words = [_SHORT_YEAR.sub("20", word) for word in words]
    plain = pa.array(map(plain_clock, words), pa.string())
    more = captured(plain, CLOCK_PATTERNS[unit], _NUMBERS, ("half", "zone"))
    parts.put(rest, more)
    return parts, unit


def _of_24(hour: FloatArray, half: npt.NDArray[np.str_]) -> tuple[FloatArray, BoolArray]:
    """Hours of a 24-hour clock, and which are hours at all."""
    if not half.any():
        return hour, hour < 24
    evening = np.strings.startswith(np.strings.lower(half), "p")
    halved = half != ""
    of_24 = np.where(halved, hour % 12 + 12 * evening, hour)
    return of_24, np.where(halved, (hour >= 1) & (hour <= 12), hour < 24)


def _zoned(local: FloatArray, zones: npt.NDArray[np.str_], where: ZoneInfo) -> FloatArray:
    if not zones.any():
        return _to_utc(local, where)
    names, position = np.unique(zones, return_inverse=True)
    offsets_s = np.array([_fixed_offset(str(name)) for name in names])[position]
    return np.where(np.isnan(offsets_s), _to_utc(local, where), local - offsets_s)


def _fixed_offset(name: str) -> float:
    """Seconds of "+02:00"; 0 for Z, NaN where no zone is written."""
    if name[:1] in ("+", "-"):
        size = int(name[1:3]) * 3600 + int(name[-2:]) * 60
        return float(-size if name[0] == "-" else size)
    return 0.0 if name else np.nan


def _is_date(year: FloatArray, month: FloatArray, day: FloatArray) -> BoolArray:
    month_ok = (month >= 1) & (month <= 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    lengths = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    index = np.where(month_ok, month, 1).astype(np.int64) - 1
    last = lengths[index] + (leap & (index == 1))
    ok: BoolArray = month_ok & (day >= 1) & (day <= last) & (year >= 1900)
    return ok


def _days_since_1970(year: FloatArray, month: FloatArray, day: FloatArray) -> FloatArray:
    """Days of the Gregorian calendar: years that begin in March, in eras of 400 years."""
    years = np.where(month <= 2, year - 1, year)
    era = np.floor(years / 400)
    of_era = years - era * 400
    of_year = np.floor((153 * (month + np.where(month > 2, -3, 9)) + 2) / 5) + day - 1
    days: FloatArray = (
        era * 146097
        + of_era * 365
        + np.floor(of_era / 4)
        - np.floor(of_era / 100)
        + of_year
        - 719468
    )
    return days
