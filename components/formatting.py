"""Numbers, times and terms in the lab's words."""

from datetime import UTC, datetime, tzinfo
from math import floor

from cycling.terms import LithiumChemistry, Technology
from cycling.units import duration_words

MINUTE, HOUR, DAY = 60, 3600, 86400
SMALL = 0.1  # what is less is written in thousandths


def unit_words(unit: str) -> str:
    """Return a unit as people write it: files and tables have degC, and 1 for none."""
    return {"1": "", "degC": "°C"}.get(unit, unit)


def technology_word(technology: str, chemistry: str | None = None) -> str:
    """Return the word for a technology as the database has it; any other text as it is.

    Sodium-ion cells are among the lithium ones there.
    """
    if chemistry == LithiumChemistry.NA_ION:
        return "Sodium"
    return Technology(technology).word if technology in list(Technology) else technology


def number(value: int) -> str:
    """Write a whole number with separated thousands: 10,412."""
    return f"{value:,}"


def counted(value: int, noun: str) -> str:
    """Write a number with its noun: 1 measure, 2,150 measures."""
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"


def number_of(
    count: int, total: int, *, count_is_more: bool = False, total_is_more: bool = False
) -> str:
    """Write how many there are of how many: 128 of 10,412, or 128 of more than 10,000."""
    if count == total:
        return at_least(total, is_more=total_is_more)
    both = (at_least(count, is_more=count_is_more), at_least(total, is_more=total_is_more))
    return " of ".join(both)


def at_least(count: int, *, is_more: bool) -> str:
    """Write a number that may not be all: more than 10,000."""
    return f"more than {number(count)}" if is_more else number(count)


def quantity(value: float, unit: str) -> str:
    """Write a measured value with up to 6 digits and a real minus sign: −5.8 A."""
    return f"{value or 0:.6g}".replace("-", "−") + (f" {unit}" if unit else "")


def small_quantity(value: float, unit: str) -> str:
    """Write what may be a thousandth: 2 mAh, 1.2 mg, 5 Ah."""
    return quantity(value * 1000, f"m{unit}") if 0 < abs(value) < SMALL else quantity(value, unit)


def battery_size(capacity_ah: float | None, electrode_size_cm2: float | None) -> str:
    """Write how large a battery is: by its capacity, a stack by its electrodes."""
    if capacity_ah is not None:
        return small_quantity(capacity_ah, "Ah")
    return quantity(electrode_size_cm2 or 0, "cm²")


def span(low: float | None, high: float | None, unit: str, *, unknown: str = "") -> str:
    """Write a range: 2.5 to 4.2 V, up to 45 °C, from 0 °C; both ends the same: 40 mL/min."""
    if low is None and high is None:
        return unknown
    if low is None or high is None:
        word, end = ("from", low) if high is None else ("up to", high)
        return f"{word} {quantity(end or 0.0, unit)}"
    return quantity(low, unit) if low == high else f"{quantity(low, '')} to {quantity(high, unit)}"


def small_span(low: float, high: float, unit: str) -> str:
    """Write a range that may be one of thousandths: −10 to 4 A, −3 to 3 mA."""
    if 0 < max(abs(low), abs(high)) < SMALL:
        return span(low * 1000, high * 1000, f"m{unit}")
    return span(low, high, unit)


def size(size_bytes: int) -> str:
    """Write a file's size: 184.2 MB."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size_bytes >= 0.99995 * factor:  # what would be rounded to 1000.0 of the smaller unit
            return f"{size_bytes / factor:.1f} {unit}"
    return "1 byte" if size_bytes == 1 else f"{size_bytes} bytes"


def duration(seconds: float | None) -> str:
    """Write a duration in its two largest units, rounded: 73 d 14 h, 38 min 51 s, 0.25 s."""
    if seconds is None:
        return ""
    if seconds < 0:
        return f"−{duration(-seconds)}"
    if seconds < MINUTE - 0.05:  # above, three digits are 60.0
        return f"{seconds:.3g} s"
    return duration_words(seconds)


def lasted(seconds: float | None) -> str:
    """Write how long an experiment took: below a minute to the tenth, else as any duration.

    It is rounded once: 100.46 s are 1 min 40 s, not 100.5 s and so 1 min 41 s.
    """
    if seconds is None or seconds >= MINUTE - 0.05:
        return duration(seconds)
    return duration(round(seconds, 1))


def at_most(seconds: float) -> str:
    """Write for how long a station was off: between two records nobody knows since when."""
    return f"{lasted(seconds)} at most"


def whole_duration(seconds: float) -> str:
    """Write a duration to the second, as scripts go on counting it."""
    return duration(floor(seconds + 0.5))


def time_unit(longest_s: float, *, max_hours: float) -> tuple[str, float]:
    """Return the unit in which times up to the longest read well, and its length in seconds."""
    for longest, unit, unit_s in ((300, "s", 1.0), (5 * HOUR, "min", 60.0)):
        if longest_s <= longest:
            return unit, unit_s
    return ("h", 3600.0) if longest_s <= max_hours * HOUR else ("d", 86400.0)


def when(moment: datetime | None, zone: tzinfo, now: datetime) -> str:
    """Write a moment in the viewer's zone, as short as its distance allows."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    day = f"{local.day} {local:%b}"
    if local.year != now.astimezone(zone).year:
        return f"{day} {local.year}"
    return f"{day}, {local:%H:%M}"


def exactly(moment: datetime | None, zone: tzinfo) -> str:
    """Write a moment to the second in the viewer's zone: 24 Aug 2026, 08:10:02."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M:%S}"


def utc(moment: datetime | None) -> str:
    """Write a moment in UTC, for hovers."""
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
