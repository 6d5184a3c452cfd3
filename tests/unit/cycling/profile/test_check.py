"""Everything that is said about a text: of profiles that laboratories run every day, nothing."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cycling.profile import OWN_PROTOCOL, WATTREX, BatteryLimits, check_profile
from tests.sample_profiles import sample_profiles
from tests.unit.cycling.profile.texts import said

D = Decimal
STATION = replace(
    OWN_PROTOCOL,
    voltage_min_v=D(0),
    voltage_max_v=D(60),
    current_min_a=D(-30),
    current_max_a=D(30),
)
BATTERIES = {  # lowest and highest voltage, room to the cut-off, largest current, capacity
    "NMC": ("2.5", "4.2", "0.05", 10, 5),
    "LFP": ("2.0", "3.65", "0.05", 10, 3),
    "pack": ("10", "16.8", "0.168", 10, 5),
    "gel": ("10.5", "14.7", "0.147", 10, 7),
}
FULL = "CC, C/2, VOLTAGE, {high}\nCV, {high}, CURRENT, C/20\nWAIT, 30min\n"
PROFILES = {
    "capacity": "REPEAT 3 CYCLES\n" + FULL + "CC, -C/3, VOLTAGE, {low}\nWAIT, 1h\nEND",
    "cycle life": "SAFETY VOLTAGE {off_low} {off_high} CURRENT -{most} {most}\nREPEAT 300 CYCLES\n"
    + FULL
    + "CC, -1C, VOLTAGE, {low}\nEND\nEND TEST IF RETENTION < 80%",
    "rate test": FULL + "CC, -1C, VOLTAGE, {low}\nCC, -C/5, VOLTAGE, {low}\n" + FULL,
    "HPPC": "SAFETY VOLTAGE {off_low} {off_high}\n"
    + FULL
    + "REPEAT 9\nCC, -1C, TIME, 10s\nWAIT, 40\nCC, 0.75C, TIME, 10s\n"
    "CC, -C/3, CAPACITY, 10%\nWAIT, 1h\nEND\nCC, -C/3, VOLTAGE, {low}",
    "GITT": FULL + "REPEAT 20\nCC, -C/10, TIME, 30min, VOLTAGE, {low}\nWAIT, 2h\nEND",
    "formation": "WAIT, 12h\nREPEAT 3 CYCLES\nCC, C/20, VOLTAGE, {high}\n"
    "CV, {high}, CURRENT, C/50\nCC, -C/10, VOLTAGE, {low}\nEND",
    "calendar": "REPEAT 12\n"
    + FULL
    + "CC, -1C, VOLTAGE, {low}\nCC, C/2, CAPACITY, 50%, VOLTAGE, {high}\nWAIT, 30d\nEND",
    "constant power": "CP, 5, VOLTAGE, {high}\nCV, {high}, CURRENT, C/20\nCP, -10, VOLTAGE, {low}",
    "stages": "CC, 1C, VOLTAGE, {high}\nCC, C/2, VOLTAGE, {high}\nCV, {high}, CURRENT, C/50",
    "depth": "CC, -1C, CAPACITY, 40%, VOLTAGE, {low}\nREPEAT 100 CYCLES\n"
    "CC, 1C, CAPACITY, 20%, VOLTAGE, {high}\nCC, -1C, CAPACITY, 20%, VOLTAGE, {low}\nEND",
    "held empty": "CC, -1C, VOLTAGE, {low}\nCV, {low}, CURRENT, C/20\nWAIT, 1h",
    "float": "CV, {high}, MAX, C/5, CURRENT, C/50\nCV, {high}, MAX, C/50, TIME, 7d",
    "rest": "WAIT, 30d\nCC, 0, TIME, 10min",
}


def limits_of(low, high, room, most, *_):
    return BatteryLimits(
        D(low), D(high), D(-most), D(most), off_min_v=D(low) - D(room), off_max_v=D(high) + D(room)
    )


def values_of(low, high, room, most, *_):
    ends = {"off_low": D(low) - D(room), "off_high": D(high) + D(room)}
    return {"low": low, "high": high, "most": most, **ends}


@pytest.mark.parametrize("battery", BATTERIES)
@pytest.mark.parametrize("profile", PROFILES)
def test_of_a_profile_as_laboratories_run_it_nothing_is_said(profile, battery):
    facts = BATTERIES[battery]
    text = PROFILES[profile].format(**values_of(*facts))
    checked = check_profile(text, facts[-1], battery=limits_of(*facts), station=STATION)
    assert said(checked) == []


@pytest.mark.parametrize("sample", sample_profiles(), ids=lambda one: one.name)
def test_nothing_is_said_of_the_profiles_of_the_library(sample):
    assert said(check_profile(sample.text, 3.0)) == []


def test_one_thing_is_said_once():
    facts = BATTERIES["NMC"]
    unwatched = replace(WATTREX, current_max_a=D(30), current_min_a=D(-30))
    for station in (STATION, unwatched):
        jump = check_profile(
            "CV, 4.2, CURRENT, C/20", 5, battery=limits_of(*facts), station=station
        )
        assert len(jump.problems) == 1, said(jump)
        assert not jump.ok
    pulse = check_profile("CC, 1, TIME, 60", 5, battery=limits_of(*facts), station=unwatched)
    assert len(pulse.problems) == 1, said(pulse)


def test_beside_a_line_that_cannot_be_read_each_other_line_is_checked():
    text = "SAFETY VOLTAGE 2 5\nGO\nCC, 1, VOLTAGE, 4.5\nCC, 99, VOLTAGE, 4\nCV, 4, CURRENT, 0.1"
    checked = check_profile(text, 5, battery=limits_of(*BATTERIES["NMC"]), station=STATION)
    assert [one.line for one in checked.problems if one.severity == "error"] == [2, 3, 4, 4]
    assert checked.program is None
