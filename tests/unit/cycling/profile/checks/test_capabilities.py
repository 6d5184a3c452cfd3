"""What stations take and refuse, each time with line and reason."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cycling.profile import INSTRUCTION_TABLE, OWN_PROTOCOL, WATTREX, check_profile, check_station
from tests.unit.cycling.profile.texts import WHOLE, places, program_of


def refused(text, station=WATTREX, capacity_ah=Decimal(3)):
    return [
        (one.line, one.severity, one.message)
        for one in check_station(program_of(text, capacity_ah), station)
    ]


def test_our_own_protocol_takes_everything():
    assert refused(WHOLE, OWN_PROTOCOL) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("SAFETY VOLTAGE 2 5\nWAIT, 5", 1, "SAFETY cannot travel"),
        ("REPEAT 2 CYCLES\nWAIT, 5\nEND\nEND TEST IF RETENTION < 80%", 4, "cannot check END TEST"),
        (
            "WAIT, 5\nCC, 1, VOLTAGE, 4.2, TIME, 60",
            2,
            "takes one limit a step: keep VOLTAGE or TIME",
        ),
        ("CV, 4.2, CURRENT, 0.1, MAX, 1", 1, "cannot limit the current of CV"),
        ("CP, 10, VOLTAGE, 4.2", 1, "CP is refused on WattRex (their devices count power in dW"),
        ("CC, 1, CAPACITY, 1Ah", 1, "cannot end a step by CAPACITY: use TIME"),
        ("WAIT, 1.9", 1, "shorter than 5 samples of WattRex: 2 s"),
        ("CC, 1, TIME, 60", 1, "Only TIME ends this step"),
        ("CC, 1, POWER, 50", 1, "Only POWER ends this step"),
        ("CC, -1, POWER, 5", 1, "nothing bounds its voltage: end it by VOLTAGE"),
        ("CC, 0.0124, VOLTAGE, 4.2", 1, "0.0124 A becomes 12 mA, more than 1 % away"),
        ("CC, 0.0001, VOLTAGE, 4.2", 1, "0.0001 A becomes 0"),
        ("CC, 9000, VOLTAGE, 4.2", 1, "does not fit: WattRex takes 8,388.607 A"),
    ],
)
def test_a_wattrex_station_refuses_with_line_and_reason(text, line, words):
    found = refused(text)
    assert any(one[:2] == (line, "error") and words in one[2] for one in found), found


@pytest.mark.fault(19)
@pytest.mark.parametrize(
    "text",
    [
        "CP, 10, TIME, 60",
        "CP, -10, CURRENT, 5",
        "CC, 1, CAPACITY, 1Ah",
        "CC, 1, TIME, 60, POWER, 50",
        "REPEAT 2\nCC, 1, VOLTAGE, 4.2\nCC, -1, ENERGY, 5Wh\nEND",
    ],
)
def test_whatever_else_ends_it_only_a_voltage_bounds_a_step_there(text, record_property):
    """On a station that takes it, and does not watch the battery."""
    record_property("tries", 1)
    able = replace(OWN_PROTOCOL, guards_battery_range=False)
    assert len([one for one in refused(text, able) if "nothing bounds" in one[2]]) == 1
    assert refused(text, OWN_PROTOCOL) == []


def test_a_flat_profile_runs_on_wattrex():
    text = "WAIT, 600\nCC, 0.5C, VOLTAGE, 4.2\nCV, 4.2, CURRENT, C/20\nCC, 0, TIME, 4h\n"
    assert refused(text) == []


def test_sampling_that_a_station_ignores_is_a_warning():
    assert refused("RECORD 5s\nWAIT, 5") == [
        (1, "warning", "WattRex samples at its own rate: RECORD has no effect.")
    ]


def test_a_station_may_be_marked_as_better():
    guarded = replace(WATTREX, guards_battery_range=True)
    assert refused("CC, 1, TIME, 60", guarded) == []
    powerful = replace(WATTREX, modes=OWN_PROTOCOL.modes)
    assert refused("CP, 10, VOLTAGE, 4.2", powerful) == []


def test_without_a_station_rounding_is_a_warning():
    assert [one[1] for one in refused("CC, 0.0124, VOLTAGE, 4.2", INSTRUCTION_TABLE)] == ["warning"]


def test_a_cv_that_the_station_cannot_limit_is_an_error():
    text = "WAIT, 600\nCV, 4.2, CURRENT, 0.1\nCC, 1, VOLTAGE, 4.2\nCV, 4.19, CURRENT, 0.1"
    assert places(check_profile(text, station=WATTREX).problems) == [(2, 1)]
    assert places(check_profile(text, station=OWN_PROTOCOL).problems) == []


def test_the_first_step_of_a_loop_follows_its_last():
    text = "CC, 1, VOLTAGE, 4.2\nREPEAT 2\nCV, 4.2, CURRENT, 0.1\nCC, -1, VOLTAGE, 3\nEND"
    assert (3, 1) in places(check_profile(text, station=WATTREX).problems)
