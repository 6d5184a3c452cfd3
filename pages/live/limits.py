"""The safety limits that act in a station, in words."""

from collections.abc import Mapping
from typing import Any

from components import formatting
from cycling.battery.description import NewBattery
from cycling.profile.safety_limits import ProfileLimits, joined

Range = tuple[float, float]


def limit_rows(
    profile: Mapping[str, Any], battery: NewBattery, *, watches_temperature: bool
) -> list[tuple[str, str]]:
    """Return names and words of the limits; `profile` is its `Safety` as JSON."""
    asked = ProfileLimits(
        profile.get("voltage"),
        profile.get("current"),
        profile.get("temperature"),
        profile.get("charge_temperature_min"),
    )
    limits = joined(asked, battery, watches_temperature=watches_temperature)
    rows = [
        ("Voltage", _range(limits.voltage_v, "V")),
        ("Current", _range(limits.current_a, "A")),
    ]
    low, high = limits.temperature_degc
    if low is not None or high is not None:
        rows.append(("Temperature", _open_range(low, high)))
    if limits.charge_from_degc is not None:
        coldest = formatting.quantity(float(limits.charge_from_degc), "°C")
        rows.append(("No charge", f"below {coldest}"))
    return rows


def _range(ends: Range, unit: str) -> str:
    low, high = (formatting.quantity(float(end), "") for end in ends)
    return f"{low} to {high} {unit}"


def _open_range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"up to {formatting.quantity(float(high or 0), '°C')}"
    if high is None:
        return f"from {formatting.quantity(float(low), '°C')}"
    return _range((low, high), "°C")
