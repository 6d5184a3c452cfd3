"""Days as they stand in an address and in a date field; they begin in the viewer's zone."""

from datetime import datetime, time, timedelta, tzinfo

FIRST_YEAR, LAST_YEAR = 1900, 2300


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
