"""What addresses and browsers send, read: ids, texts, days."""

import re
from datetime import date, datetime, time, timedelta, tzinfo
from math import isfinite

import msgspec
from dash.exceptions import PreventUpdate

from components.controls import MAX_SEARCH
from components.sent import Sent
from cycling.errors import InputError

MAX_NUMBER = 40  # characters
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1900, 2300
NOT_OURS = "The page sent what the server cannot read; nothing was changed. Load it again."


def sent_id(value: Sent, name: str = "") -> int:
    """Return an id that a page sends, or the one of that name; else no callback has to answer."""
    number = value
    if name:
        number = value.get(name) if isinstance(value, dict) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise PreventUpdate  # nothing that our pages send
    return number


def sent_as(value: Sent, kind: Sent) -> Sent:
    """Return a value as it came. Raises InputError unless it is of this kind, a type."""
    try:
        msgspec.convert(value, kind)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise InputError(NOT_OURS) from error
    return value


def read_id(value: object) -> int:
    """Return a number of an address or a page; 0, which nothing has, for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return 0
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def searched_text(given: object) -> str:
    """Return what a search looks for; half a character is in no name."""
    text = given if isinstance(given, str) else ""
    return text.encode(errors="ignore").decode()[:MAX_SEARCH]


def typed_text(given: object) -> str:
    """Return what stands in a field of a form; blank for what is neither a text nor a number."""
    if isinstance(given, str):
        return given.strip()
    if isinstance(given, bool) or not isinstance(given, int | float):
        return ""
    is_huge = isinstance(given, int) and abs(given) >= 10**MAX_NUMBER  # its digits may be too many
    return "" if is_huge else str(given)[: MAX_NUMBER + 1]


def typed_number(text: str, example: str) -> float:
    """Return the number that somebody has typed. Raises InputError saying how to write it."""
    plain = text.replace("\u2212", "-")  # a real minus sign, as we print it
    if _COMMA.fullmatch(plain):
        raise InputError(f"Write {plain.replace(',', '.')}, with a point instead of the comma.")
    if len(plain) > MAX_NUMBER or not _NUMBER.fullmatch(plain):
        raise InputError(f"This is no number. Write it like {example}, without the unit.")
    value = float(plain)
    if not isfinite(value):
        raise InputError("This number is too large.")
    return value


def typed_day(text: str) -> date:
    """Return the day that somebody has typed. Raises InputError saying how to write it."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError("This is no day. Write it as 2026-08-24.") from error


def day_of(given: object) -> str:
    """Return a day as 2026-08-24; blank while its year is being typed (0002, 0020, 0202)."""
    try:
        day = datetime.fromisoformat(str(given)[:10]).date()
    except ValueError:
        return ""
    return day.isoformat() if FIRST_YEAR <= day.year <= LAST_YEAR else ""


def start_of(day: str, zone: tzinfo) -> datetime | None:
    """Return when a day begins; None for a blank."""
    return _midnight(day, zone, days=0)


def end_of(day: str, zone: tzinfo) -> datetime | None:
    """Return when the next day begins; None for a blank."""
    return _midnight(day, zone, days=1)


def _midnight(day: str, zone: tzinfo, *, days: int) -> datetime | None:
    if not day:
        return None
    date = datetime.fromisoformat(day).date() + timedelta(days=days)
    return datetime.combine(date, time.min, zone)
