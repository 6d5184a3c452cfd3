"""The tighter of the limits of profile and battery, on each side."""

from dataclasses import replace
from datetime import date

import pytest

from cycling.battery.description import NewBattery
from cycling.profile.safety_limits import joined
from cycling.terms import Technology

CELL = NewBattery(
    name="Cell",
    manufacturer="Maker",
    model="M1",
    serial_number="1",
    fabrication_date=date(2025, 3, 1),
    technology=Technology.LITHIUM,
    cells=1,
    voltage_min_v=2.5,
    voltage_max_v=4.2,
    current_min_a=-10.0,
    current_max_a=4.0,
    temperature_max_degc=45.0,
)
NOTHING = {}


def test_without_a_profile_the_battery_and_its_margins_count():
    limits = joined(NOTHING, CELL, watches_temperature=True)
    assert limits.voltage_v == pytest.approx((2.45, 4.25))
    assert limits.current_a == pytest.approx((-10.1, 4.1))
    assert limits.temperature_degc == (None, 45.0)
    assert limits.charge_from_degc == 0.0


def test_a_profile_can_only_make_it_tighter():
    asked = {
        "voltage": [2.6, 5.0],
        "current": [-20.0, 3.0],
        "temperature": [10.0, 60.0],
        "charge_temperature_min": -20.0,
    }
    cell = replace(CELL, charge_temperature_min_degc=5.0)
    limits = joined(asked, cell, watches_temperature=True)
    assert limits.voltage_v == pytest.approx((2.6, 4.25))
    assert limits.current_a == pytest.approx((-10.1, 3.0))
    assert limits.temperature_degc == (10.0, 45.0)
    assert limits.charge_from_degc == 5.0


def test_a_station_without_a_temperature_is_not_told_the_battery_s():
    limits = joined(NOTHING, CELL, watches_temperature=False)
    assert limits.temperature_degc == (None, None)
    assert limits.charge_from_degc is None


def test_only_lithium_has_a_coldest_charge_of_its_own():
    lead_acid = replace(CELL, technology=Technology.LEAD_ACID)
    assert joined(NOTHING, lead_acid, watches_temperature=True).charge_from_degc is None
