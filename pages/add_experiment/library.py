"""Which profiles of the library fit a battery and a station, and why the others do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.sent import Sent
from cycling.profile.summary import Extent
from db.queries.profiles.library import ProfileRow
from pages.add_experiment.form import short_number
from pages.add_experiment.pairs import Seat

MOST_SAID = 30


@dataclass(frozen=True)
class _Bounds:
    name: str
    low: float | None
    high: float | None


def profile_options(
    rows: Sequence[ProfileRow], seat: Seat, chosen: int | None
) -> tuple[list[dict[str, Any]], list[tuple[ProfileRow, str]]]:
    """Return the choices that fit, and the others with their reasons.

    The chosen one stays a choice; the check of its text says what is wrong with it.
    """
    options, others = [], []
    for row in rows:
        reason = misfit(row, seat)
        if reason:
            others.append((row, reason))
        if not reason or row.version_id == chosen:
            options.append(_option(row))
    if chosen is not None and all(one["value"] != chosen for one in options):
        options.append({"value": chosen, "label": "An earlier version", "search": "version"})
    return options, others


def misfit(row: ProfileRow, seat: Seat) -> str:
    """Say why a profile does not fit what is chosen; blank if it does.

    Nothing is held against what is not chosen yet.
    """
    summary, sheet = row.summary, seat.sheet
    if sheet is not None and summary.needs_capacity and sheet.capacity_ah is None:
        return "It has C-rates, and no capacity of the battery is known."
    can = seat.station.can if seat.station else None
    volts = [_Bounds("the battery", sheet.voltage_min_v, sheet.voltage_max_v)] if sheet else []
    amperes = [_Bounds("the battery", sheet.current_min_a, sheet.current_max_a)] if sheet else []
    if can is not None:
        volts.append(_Bounds(can.name, _float(can.voltage_min_v), _float(can.voltage_max_v)))
        amperes.append(_Bounds(can.name, _float(can.current_min_a), _float(can.current_max_a)))
    if not volts:
        return ""
    capacity_ah = sheet.capacity_ah if sheet else None
    found = _outside(summary.voltage, volts, "V", None)
    if summary.current is None:
        return found or "Its current range is not known."
    return found or _outside(summary.current, amperes, "A", capacity_ah)


def others_list(others: Sequence[tuple[ProfileRow, str]]) -> list[Component]:
    """List the profiles that do not fit, each with its reason."""
    if not others:
        return []
    items = [
        html.Li([html.B(f"{row.name}, version {row.number}: "), reason])
        for row, reason in others[:MOST_SAID]
    ]
    if len(others) > MOST_SAID:
        items.append(html.Li(f"and {len(others) - MOST_SAID:,} more"))
    do = "do" if len(others) > 1 else "does"
    words = f"{formatting.counted(len(others), 'profile')} {do} not fit"
    return [
        html.Details(
            [html.Summary(words), html.Ul(items, className="small")], className="bem-choose"
        )
    ]


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
            allowed = _range(one.low, one.high, unit)
            return f"It goes from {_range(low, high, unit)}; {one.name} allows {allowed}."
    return ""


def _option(row: ProfileRow) -> dict[str, Any]:
    summary = row.summary
    words = [f"version {row.number}"]
    if summary.cycles:
        words.append(formatting.counted(summary.cycles, "cycle"))
    if summary.duration_s is not None:
        words.append(f"about {formatting.duration(summary.duration_s)}")
    about = ", ".join(words)
    label = html.Span(
        [html.Span(row.name), html.Span(about, className="about")], className="bem-option"
    )
    return {"value": row.version_id, "label": label, "search": f"{row.name} {row.description}"}


def _float(value: Sent) -> float | None:
    return None if value is None else float(value)


def _range(low: float, high: float, unit: str) -> str:
    return f"{short_number(low)} to {short_number(high)} {unit}"
