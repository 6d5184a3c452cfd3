"""What addresses and browsers send, read: ids, texts, days; and in sentences what nobody knows."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from math import isfinite

import msgspec
from dash import html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import note
from components.controls import MAX_SEARCH
from components.sent import Sent
from cycling.conversion import convert
from cycling.errors import InputError, NotFoundError

MAX_NUMBER = 40  # characters
MAX_SHOWN = 40  # of a value of an address
MAX_UNREAD = 3  # values of an address that are listed
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
        convert(value, kind)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:
        raise InputError(NOT_OURS) from error
    return value


def read_id(value: object) -> int:
    """Return a number of an address or a page; 0, which nothing has, for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return 0
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def asked_id(kind: str, value: Sent) -> int:
    """Return the id that an address names. Raises NotFoundError for what is none."""
    if number := read_id(value):
        return number
    raise NotFoundError(f"There is no {kind} “{str(value)[:MAX_SHOWN]}”.")


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


def asked_values(given: Sent) -> list[str]:
    """Return the values that an address gives for one name, without blanks."""
    listed = given if isinstance(given, list | tuple) else [given]
    return [str(one) for one in listed if one not in (None, "")]


def unknown_choices(label: str, given: Sent, known: Iterable[str]) -> list[str]:
    """Say which of an address's values are none of a few words."""
    words = [str(one) for one in known]
    offer = f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]
    return [
        f"{label} “{one[:MAX_SHOWN]}” is unknown and left out. It may be {offer}."
        for one in asked_values(given)
        if one not in words
    ]


def unknown_ids(kind: str, given: Sent, known: Collection[int]) -> list[str]:
    """Say which of an address's numbers no station, battery or profile has."""
    return [
        f"There is no {kind} “{one[:MAX_SHOWN]}”: that filter is left out."
        for one in asked_values(given)
        if not (one.isascii() and one.isdigit() and len(one) < 10 and int(one) in known)
    ]


def unknown_sort(given: Sent, known: Iterable[str]) -> list[str]:
    """Say that an address names an order that the list does not have."""
    order = str(given or "")
    if not order or order.removeprefix("-") in {str(one) for one in known}:
        return []
    return [f"The list cannot be sorted by “{order[:MAX_SHOWN]}”: it is in its usual order."]


def unknown_days(query: Mapping[str, Sent], names: Iterable[str]) -> list[str]:
    """Say which days of an address are none."""
    return [
        f"“{str(query[name])[:MAX_SHOWN]}” is no day: that filter is left out. "
        "Write it as 2026-08-24."
        for name in names
        if query.get(name) and not day_of(query[name])
    ]


def exactly(values: Sent, count: int) -> list[Sent]:
    """Return what so many fields of a form say. Raises InputError where there are not so many."""
    found = values if isinstance(values, list) else []
    if len(found) != count:
        raise InputError("The page sent other fields than it has; nothing was changed.")
    return found


def unknown_pages(query: Mapping[str, Sent], names: Iterable[str]) -> list[str]:
    """Say that these names in an address are of no page of a list."""
    return [
        f"“{str(query[name])[:MAX_SHOWN]}” is no page of the list: it begins with the newest."
        for name in names
        if query.get(name)
    ]


def unread(query: Mapping[str, Sent]) -> list[str]:
    """Say that a page reads none of these names in its address."""
    parts = [
        f"“{name[:MAX_SHOWN]}={value[:MAX_SHOWN]}”"
        for name, values in query.items()
        for value in asked_values(values)
    ]
    if not parts:
        return []
    more = f" and {len(parts) - MAX_UNREAD} more" if len(parts) > MAX_UNREAD else ""
    them = "it is" if len(parts) == 1 else "they are"
    listed = ", ".join(parts[:MAX_UNREAD])
    return [f"This page does not read {listed}{more} in its address: {them} left out."]


def unknown_note(sentences: Iterable[str]) -> list[Component]:
    """Return the note above a list; nothing where its address is understood."""
    lines = [html.Div(one) for one in sentences]
    return [note("paused", lines, alert=True)] if lines else []
