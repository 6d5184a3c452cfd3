"""The limits that abort an experiment: those of its profile and of its battery together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cycling.battery.description import NewBattery, safety_range_v
from cycling.terms import Technology

Range = tuple[float, float]

MARGIN, LEAST_MARGIN_A = 0.01, 0.001  # of a current: a measured value is not quite the set one
LITHIUM_CHARGE_FROM_DEGC = 0.0


@dataclass(frozen=True)
class SafetyLimits:
    """What acts in the station, in V, A and degC; an end of the temperature that is None is open.

    Below `charge_from_degc` nothing is charged; None: that is not watched.
    """

    voltage_v: Range
    current_a: Range
    temperature_degc: tuple[float | None, float | None]
    charge_from_degc: float | None


def joined(
    profile: Mapping[str, Any], battery: NewBattery, *, watches_temperature: bool
) -> SafetyLimits:
    """Return the tighter limit on each side; `profile` is its `Safety` as JSON.

    The battery's temperatures count only where the station watches one: a channel that is never
    heard would be a trip.
    """
    low, high = profile.get("temperature") or (None, None)
    coldest = profile.get("charge_temperature_min")
    if watches_temperature:
        low = _largest(low, battery.temperature_min_degc)
        high = _smallest(high, battery.temperature_max_degc)
        coldest = _largest(coldest, battery.charge_temperature_min_degc)
        if coldest is None and battery.technology is Technology.LITHIUM:
            coldest = LITHIUM_CHARGE_FROM_DEGC
    return SafetyLimits(
        voltage_v=_within(profile.get("voltage"), safety_range_v(battery)),
        current_a=_within(profile.get("current"), _current_range_a(battery)),
        temperature_degc=(low, high),
        charge_from_degc=coldest,
    )


def _current_range_a(battery: NewBattery) -> Range:
    low, high = battery.current_min_a, battery.current_max_a
    margin = max(MARGIN * max(abs(low), abs(high)), LEAST_MARGIN_A)
    return low - margin, high + margin


def _within(own: Range | None, battery: Range) -> Range:
    return battery if own is None else (max(own[0], battery[0]), min(own[1], battery[1]))


def _largest(*values: float | None) -> float | None:
    return max((one for one in values if one is not None), default=None)


def _smallest(*values: float | None) -> float | None:
    return min((one for one in values if one is not None), default=None)
