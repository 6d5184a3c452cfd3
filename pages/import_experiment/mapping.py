"""The user's corrections of what the columns of a file are; no Dash in it."""

from collections.abc import Mapping as AnyMapping
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import Any

from cycling.formats import Field, Mapping
from cycling.formats.columns.mapping import MAX_PART

MAX_COLUMNS = 120
EARLIEST_S, LATEST_S = 86_400.0, datetime(2200, 1, 1, tzinfo=UTC).timestamp()

CHARGE, DISCHARGE = "charge", "discharge"


def corrected(
    recognised: Mapping,
    fields: AnyMapping[int, str | None],
    units: AnyMapping[int, str | None],
    sign: str | None,
    zone: str | None,
    part: str | None = None,
) -> Mapping:
    """Return the mapping with what the controls say; `fields` and `units` are by column."""
    mapping = recognised
    for index, field in fields.items():
        if not 0 <= index < len(recognised.columns):
            continue  # a control of the file before
        column = recognised.columns[index]
        unit = (units.get(index) or "").strip()[:20]
        chosen_field = Field(field) if field in list(Field) else column.field
        if chosen_field is not column.field:
            mapping = mapping.with_column(index, chosen_field)
        elif chosen_field is not Field.IGNORED and unit and unit != column.unit:
            mapping = mapping.with_column(index, chosen_field, unit)
    if sign in (CHARGE, DISCHARGE):
        mapping = replace(mapping, positive_is_charge=sign == CHARGE)
    part = str(part or recognised.part)[:MAX_PART]
    return replace(mapping, time_zone=zone or recognised.time_zone, part=part)


def sign_of(mapping: Mapping) -> str | None:
    """Return the choice that the sign's control shows."""
    if mapping.positive_is_charge is None:
        return None
    return CHARGE if mapping.positive_is_charge else DISCHARGE


def sign_was_chosen(correction: dict[str, Any] | None, upload: dict[str, Any]) -> bool:
    """Whether the user has chosen the sign of this file's current."""
    of_it = correction is not None and correction.get("upload") == upload["id"]
    return of_it and bool((correction or {}).get("sign_chosen"))


def clock_is_local(mapping: Mapping) -> bool:
    """Whether the file's clock, or its head's, names no zone, so that somebody must know it."""
    if any(one.kind == "start" for one in mapping.inferred):
        return True
    clock = mapping.column(Field.CLOCK)
    return clock is not None and not clock.unit.startswith("Unix")


def to_correct(
    verified: dict[str, Any] | None, upload: dict[str, Any] | None = None
) -> Mapping | None:
    """Return the mapping that a verification used, None while there is none.

    With `upload`, only that of this file: an answer about the file before it may come late.
    """
    if not verified or "verification" not in verified:
        return None
    if upload is not None and verified.get("upload") != upload["id"]:
        return None
    return Mapping.from_json(verified["verification"]["mapping"])


def default_start(
    verification: dict[str, Any], modified_ms: float | None, zone: tzinfo
) -> datetime:
    """Return when a file without a clock probably began: it was last written at its end."""
    end_s = (modified_ms or 0) / 1000 or datetime.now(UTC).timestamp()
    times_s = verification.get("preview", {}).get("time_s") or [verification["duration_s"]]
    begin_s = min(max(end_s - float(times_s[-1] or 0), EARLIEST_S), LATEST_S)
    return datetime.fromtimestamp(begin_s, zone).replace(second=0, microsecond=0)


def shown_moment(unix_s: float, zone: tzinfo) -> datetime:
    """Return a time of a file as a moment; what lies outside of all years is their end."""
    return datetime.fromtimestamp(min(max(unix_s, 0.0), LATEST_S), zone)


def start_from(day: str | None, clock: str | None, zone: tzinfo) -> datetime | None:
    """Return the start that was typed, None if it is not whole (a year is typed as 0002, 0020)."""
    try:
        start = datetime.fromisoformat(f"{day}T{clock or '00:00'}").replace(tzinfo=zone)
    except ValueError:
        return None
    return start if EARLIEST_S <= start.timestamp() <= LATEST_S else None
