"""What a profile may reach, against the ranges of battery, station and SAFETY."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cycling.profile import OWN_PROTOCOL, BatteryLimits, Span, reach
from cycling.profile.checks.ranges import check_ranges
from tests.unit.cycling.profile.texts import WHOLE, places, program_of

D = Decimal
CELL = BatteryLimits(D("2.5"), D("4.25"), D(-10), D(4), off_min_v=D("2.495"), off_max_v=D("4.3"))
STATION = replace(
    OWN_PROTOCOL,
    voltage_min_v=D(0),
    voltage_max_v=D(6),
    current_min_a=D(-15),
    current_max_a=D(15),
)


def found(text, battery=CELL, station=None, severity="error"):
    return places(check_ranges(program_of(text), battery, station), severity)


def test_the_reach_of_a_cycle():
    spans = reach(
        program_of("CC, 0.5C, VOLTAGE, 4.2\nCV, 4.2, CURRENT, C/20\nCC, -1C, VOLTAGE, 2.5")
    )
    assert spans.voltage_v == Span(D("2.5"), D("4.2"))
    assert spans.current_a == Span(D(-3), D("1.5"))


def test_a_rest_reaches_nothing():
    spans = reach(program_of("WAIT, 5"))
    assert spans.voltage_v is None
    assert spans.current_a == Span(D(0), D(0))


def test_what_nothing_bounds_is_unknown():
    assert reach(program_of("CC, 1, TIME, 60")).voltage_v == Span(None, None)
    assert reach(program_of("CC, 1, TIME, 60\nCC, -1, VOLTAGE, 3")).voltage_v == Span(D(3), None)
    assert reach(program_of("CV, 4, TIME, 60")).current_a == Span(None, None)
    assert reach(program_of("CP, 10, VOLTAGE, 4")).current_a == Span(D(0), None)


def test_safety_bounds_what_nothing_else_does():
    spans = reach(
        program_of(
            "SAFETY VOLTAGE 2 4.4 CURRENT -5 6\nCC, 1, TIME, 60\nCC, -1, TIME, 60\nCV, 4, TIME, 9"
        )
    )
    assert spans.voltage_v == Span(D(2), D("4.4"))
    assert spans.current_a == Span(D(-5), D(6))


def test_a_cv_may_pull_what_the_station_gives():
    program = program_of("WAIT, 5\nCV, 4.2, CURRENT, 0.1")
    assert reach(program, station=STATION).current_a == Span(D(-15), D(15))
    assert places(check_ranges(program, CELL, STATION)) == [(2, 5), (2, 5)]
    (full,) = check_ranges(program_of("WAIT, 5\nCV, 4.25, TIME, 9"), CELL, STATION)
    assert "may draw up to 15 A, above" in full.message  # nothing is discharged to the highest


def test_a_cv_goes_on_with_the_current_before_it():
    assert found("CP, 15, VOLTAGE, 4.2, MAX, 4\nCV, 4.2, CURRENT, 0.1", station=STATION) == []
    chain = "CC, 1, VOLTAGE, 4.2\nCV, 4.2, CURRENT, 0.3\nCV, 4.2, CURRENT, 0.1"
    assert found(chain, station=STATION) == []


def test_max_bounds_a_cv_and_so_does_a_step_that_ends_there():
    assert found("WAIT, 5\nCV, 4.2, CURRENT, 0.1, MAX, 3", station=STATION) == []
    assert found("CC, 1, VOLTAGE, 4.2\nCV, 4.2, CURRENT, 0.1", station=STATION) == []
    assert found("CC, 1, VOLTAGE, 4.2, TIME, 60\nCV, 4.2, CURRENT, 0.1", station=STATION) == [
        (2, 5)
    ]


def test_constant_power_draws_most_at_the_lowest_voltage():
    spans = reach(program_of("CP, -30, VOLTAGE, 2.5"))
    assert spans.current_a == Span(D(-12), D(0))
    assert found("CP, -30, VOLTAGE, 2.5") == [(1, 5)]
    assert found("CP, -30, VOLTAGE, 2.5, MAX, 8") == []
    assert reach(program_of("CP, 10, VOLTAGE, 4.2"), CELL).current_a == Span(D(0), D(4))


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("CC, 1, VOLTAGE, 4.3", 17),
        ("CC, -1, VOLTAGE, 2.4", 18),
        ("CV, 4.3, TIME, 5, MAX, 1", 5),
        ("CC, 5, VOLTAGE, 4.2", 5),
        ("CC, -11, VOLTAGE, 3", 5),
    ],
)
def test_outside_the_range_of_the_battery_is_an_error(text, column):
    assert (1, column) in found(text)


def test_outside_the_range_of_the_station_is_an_error():
    assert found("CC, 16, VOLTAGE, 6.5", None, STATION) == [(1, 5), (1, 18)]


def test_hardly_any_room_to_where_the_station_switches_off_is_a_warning():
    text = "CC, -1, VOLTAGE, 2.5\nCC, 1, VOLTAGE, 4.25"
    assert found(text) == []
    assert found(text, severity="warning") == [(1, 18)]
    roomy = replace(CELL, off_min_v=D("2.45"))
    assert found(text, roomy, severity="warning") == []
    unwatched = replace(STATION, guards_battery_range=False)
    assert found(text, station=unwatched, severity="warning") == []


def test_safety_at_the_cut_off_of_the_battery_is_neither_error_nor_warning():
    text = "SAFETY VOLTAGE 2.495 4.3 CURRENT -10.1 4.1\nCC, -1, TIME, 60\nCC, 1, TIME, 60"
    assert check_ranges(program_of(text), CELL, STATION) == ()


def test_a_pack_is_held_to_its_cells():
    pack = BatteryLimits(
        D(10),
        D(18),
        cells=4,
        cell_voltage_min_v=D("2.75"),
        cell_voltage_max_v=D("4.25"),
    )
    assert (pack.lowest_v, pack.highest_v) == (D(11), D(17))
    assert found("CC, 1, VOLTAGE, 17.2\nCC, -1, VOLTAGE, 10.5", pack) == [(1, 17), (2, 18)]


def test_an_unknown_range_is_not_checked_and_not_invented():
    assert found("CC, 99, VOLTAGE, 99", BatteryLimits()) == []
    assert found("CC, 99, VOLTAGE, 99", None) == []


@pytest.mark.fault(19)
@pytest.mark.parametrize("text", ["CC, 1, TIME, 60", "CC, 1, POWER, 50", "CP, 5, CAPACITY, 1Ah"])
def test_a_step_whose_voltage_nothing_bounds_is_an_error_where_it_is_to_run(text, record_property):
    record_property("tries", 2)  # up and down
    unknown = replace(CELL, voltage_max_v=None)
    assert found(text, unknown, STATION) == [(1, 5)]
    assert found(text, unknown) == []  # nobody runs it yet
    assert found(text, CELL, STATION) == []
    assert found(f"SAFETY VOLTAGE 2.5 4.25\n{text}", unknown, STATION) == []
    downwards = text.replace(", ", ", -", 1)
    assert found(downwards, replace(CELL, voltage_min_v=None), STATION) == [(1, 5)]


def test_safety_that_ends_the_test_before_a_step_ends():
    assert found("SAFETY VOLTAGE 2.5 4.1\nCC, 1, VOLTAGE, 4.2", None) == [(2, 17)]
    assert found("SAFETY CURRENT -1 1\nCC, 2, VOLTAGE, 4.2", None) == [(2, 5)]
    touching = "SAFETY VOLTAGE 2.5 4.2\nCC, 1, VOLTAGE, 4.2"
    assert found(touching, None) == []
    assert found(touching, None, severity="warning") == [(2, 17)]


def test_safety_wider_than_the_battery_is_a_warning():
    assert (1, 16) in found("SAFETY VOLTAGE 2 5\nWAIT, 5", severity="warning")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("SAFETY VOLTAGE 2 4.29\nWAIT, 5", "the limit of the battery, 2.495 V, which acts first."),
        ("SAFETY VOLTAGE 2.5 5\nWAIT, 5", "the limit of the battery, 4.3 V, which acts first."),
        (
            "SAFETY VOLTAGE 2 5\nWAIT, 5",
            "the limits of the battery, 2.495 V and 4.3 V, which act first.",
        ),
        ("CC, 1, VOLTAGE, 4.3", "4.3 V is where the battery's safety limit switches off: noise"),
        ("CC, 1, VOLTAGE, 4.295", "4.295 V is nearly where the battery's safety limit switches"),
    ],
)
def test_a_warning_names_the_limits_that_act_first(text, sentence):
    problems = check_ranges(program_of(text), CELL)
    (warning,) = [one.message for one in problems if one.severity == "warning"]
    assert sentence in warning


def test_the_whole_example_fits_its_cell():
    assert found(WHOLE) == []
