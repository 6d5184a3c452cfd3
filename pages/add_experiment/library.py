"""Which profiles of the library fit a battery and a station, and why the others do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.sent import Sent
from cycling.battery.description import NewBattery, safety_range_v
from cycling.profile import StationCapabilities
from cycling.profile.summary import Extent, ProfileSummary
from db.queries.profiles.library import ProfileRow
from pages.add_experiment.pairs import option, range_text
from pages.profile.labels import duration_basis, duration_words

MAX_OTHERS = 30


@dataclass(frozen=True)
class _Bounds:
    name: str
    low: float | None
    high: float | None


def profile_options(
    rows: Sequence[ProfileRow],
    battery: NewBattery | None,
    station: StationCapabilities | None,
    chosen: int | None,
) -> tuple[list[dict[str, Any]], list[tuple[ProfileRow, str]]]:
    """Return the choices that fit, and the others with their reasons.

    The chosen one stays a choice; the check of its text says what is wrong with it.
    """
    options, others = [], []
    for row in rows:
        reason = misfit(row.summary, battery, station)
        if reason:
            others.append((row, reason))
        if not reason or row.version_id == chosen:
            options.append(_option(row))
    if chosen is not None and all(one["value"] != chosen for one in options):
        options.append({"value": chosen, "label": "An earlier version", "search": "version"})
    return options, others


def misfit(
    summary: ProfileSummary, battery: NewBattery | None, station: StationCapabilities | None
) -> str:
    """Say why a profile does not fit battery and station; blank if it does.

    None stands for what is not chosen yet: it refuses nothing.
    """
    capacity_ah = battery.capacity_ah if battery else None
    if battery is not None and summary.needs_capacity and capacity_ah is None:
        return "It has C-rates, and no capacity of the battery is known."
    limits: list[tuple[str, NewBattery | StationCapabilities]] = []
    if battery is not None:
        limits.append(("the battery", battery))
    if station is not None:
        limits.append((station.name, station))
    if not limits:
        return ""
    volts = [
        _Bounds(name, _float(one.voltage_min_v), _float(one.voltage_max_v)) for name, one in limits
    ]
    amperes = [
        _Bounds(name, _float(one.current_min_a), _float(one.current_max_a)) for name, one in limits
    ]
    watches = station is None or station.guards_battery_range
    voltage = _limited(summary, battery) if watches else summary.voltage
    reason = _outside(voltage, volts, "V", None)
    if summary.current is None:
        return reason or "Its current range is not known."
    return reason or _outside(summary.current, amperes, "A", capacity_ah)


def others_list(others: Sequence[tuple[ProfileRow, str]]) -> list[Component]:
    """List the profiles that do not fit, each with its reason."""
    if not others:
        return []
    items = [
        html.Li([html.B(f"{row.name}, version {row.number}: "), reason])
        for row, reason in others[:MAX_OTHERS]
    ]
    if len(others) > MAX_OTHERS:
        items.append(html.Li(f"and {len(others) - MAX_OTHERS:,} more"))
    do = "do" if len(others) > 1 else "does"
    title = f"{formatting.counted(len(others), 'profile')} {do} not fit"
    return [
        html.Details(
            [html.Summary(title), html.Ul(items, className="small")], className="bem-choose"
        )
    ]


def _limited(summary: ProfileSummary, battery: NewBattery | None) -> Extent | None:
    """Return the voltages of a profile as far as the limits of the battery let it go.

    They bound what nothing else does, and act before a SAFETY that is wider.
    """
    extent = summary.voltage
    if extent is None or battery is None:
        return extent
    if summary.ends is not None:
        low, high = summary.ends.low, summary.ends.high
    else:  # which of the two it is, steps or SAFETY, is not known
        off_low, off_high = safety_range_v(battery)
        low, high = extent.low, extent.high
        low = None if low is not None and off_low <= low < battery.voltage_min_v else low
        high = None if high is not None and battery.voltage_max_v < high <= off_high else high
    return Extent(
        battery.voltage_min_v if low is None else low,
        battery.voltage_max_v if high is None else high,
        extent.unit,
    )


def _outside(
    extent: Extent | None, bounds: Sequence[_Bounds], unit: str, capacity_ah: float | None
) -> str:
    if extent is None:
        return ""  # it only rests
    what = "voltage" if unit == "V" else "current"
    factor = 1.0
    if extent.unit == "C":
        if capacity_ah is None:
            return ""  # no battery is chosen yet
        factor = capacity_ah
    if extent.low is None or extent.high is None:
        return f"Its {what} range is not known, because nothing bounds it."
    low, high = extent.low * factor, extent.high * factor
    for one in bounds:
        if one.low is None or one.high is None:
            return f"The {what} range of {one.name} is not known."
        if low < one.low or high > one.high:
            allowed = range_text(one.low, one.high, unit)
            return f"It goes from {range_text(low, high, unit)}; {one.name} allows {allowed}."
    return ""


def _option(row: ProfileRow) -> dict[str, Any]:
    summary = row.summary
    facts = [f"version {row.number}"]
    if summary.cycles:
        facts.append(formatting.counted(summary.cycles, "cycle"))
    if summary.duration_s is not None:
        facts.append(" ".join((duration_words(summary), duration_basis(summary))).strip())
    return option(row.version_id, row.name, facts, search=f"{row.name} {row.description}")


def _float(value: Sent) -> float | None:
    return None if value is None else float(value)
