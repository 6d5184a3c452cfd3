"""Batteries: serial numbers that count on, rates, safety limits by default."""

from dataclasses import replace
from datetime import date

import pytest

from cycling.battery.description import NewBattery, next_serial_number, rate_c, safety_range_v
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
    current_min_a=-1,
    current_max_a=1,
    capacity_ah=1,
)


@pytest.mark.parametrize(
    ("serial", "following"),
    [
        ("1", "2"),
        ("24A-0099", "24A-0100"),
        ("SN9x", "SN10x"),
        ("24A-00731 (b)", "24A-00732 (b)"),
        ("999", "1000"),
        ("A", ""),
        ("", ""),
        ("SN-٣", ""),
    ],
)
def test_the_last_number_counts_on(serial, following):
    assert next_serial_number(serial) == following


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("C/5", 0.2),
        ("c / 20", 0.05),
        ("0.2C", 0.2),
        (".5 C", 0.5),
        ("1C", 1.0),
        ("C20", 0.05),  # lead-acid: in 20 hours
        ("", None),
        ("C", None),
        ("C/0", None),
        ("0C", None),
        ("2000C", None),
        ("1e3C", None),
        ("٣C", None),
        ("C/5 or so", None),
    ],
)
def test_a_rate_is_read_as_people_write_it(text, rate):
    assert rate_c(text) == rate


def test_a_station_switches_off_one_per_cent_or_50_mv_beyond_the_range():
    assert safety_range_v(CELL) == pytest.approx((2.45, 4.25))
    pack = replace(CELL, voltage_min_v=30.0, voltage_max_v=50.0)
    assert safety_range_v(pack) == pytest.approx((29.7, 50.5))
    below_zero = replace(CELL, voltage_min_v=-10.0)
    assert safety_range_v(below_zero) == pytest.approx((-10.1, 4.25))


def test_safety_limits_that_were_given_count_instead():
    given = replace(CELL, safety_voltage_min_v=2.0, safety_voltage_max_v=4.3)
    assert safety_range_v(given) == (2.0, 4.3)
