"""Checking a profile text for a page."""

import time
import timeit
from decimal import Decimal

import pytest

from cycling.profile import WATTREX, BatteryLimits
from cycling.terms import Technology
from pages.profile.check import CheckedBattery, battery_for_check, checked
from tests.unit.pages.lab import new_battery

GOOD = "REPEAT 100 CYCLES\n  CC, C/2, VOLTAGE, 4.1\n  CC, -1C, VOLTAGE, 2.7\nEND\n"
CELL = battery_for_check(new_battery())


def test_a_good_text_has_a_program_ranges_a_sketch_and_throughput():
    view = checked(GOOD, battery=CELL, capacity_ah=2.9)
    assert view.ok
    assert (view.ranges.current_a.low, view.ranges.current_a.high) == (
        Decimal("-2.9"),
        Decimal("1.45"),
    )
    assert view.duration_s == pytest.approx(100 * 3 * 3600, rel=0.2)
    assert view.throughput.discharge_ah == pytest.approx(100 * 2.9, rel=0.2)
    assert view.figure(dark=False)["data"]


def test_the_limits_of_battery_and_station_count():
    view = checked(GOOD.replace("4.1", "4.5"), battery=CELL, capacity_ah=2.9)
    assert "above the highest voltage of the battery" in view.problems[0].message
    view = checked("CP, -1, VOLTAGE, 2.7\n", station=WATTREX)
    assert "CP is refused" in view.problems[0].message


def test_the_lines_before_an_error_are_drawn():
    view = checked(GOOD.replace("-1C, VOLTAGE", "-1C, CURRENT"), battery=CELL, capacity_ah=2.9)
    assert (view.waits_for, view.program, view.duration_s) == (3, None, None)
    assert set(view.curve.line.tolist()) == {2}
    names = [one["text"] for one in view.figure(dark=True)["layout"]["annotations"]]
    assert "line 3" in names


@pytest.mark.parametrize("text", ["", "GO", "# only a comment\n", "REPEAT 3\n", "WAIT, x\nWAIT, 1"])
def test_nothing_is_drawn_where_nothing_is_known(text):
    view = checked(text)
    assert not view.ok
    assert (view.figure(dark=False), view.duration_s) == (None, None)


def test_rates_without_a_capacity_are_an_error_and_not_drawn():
    view = checked(GOOD)
    assert "needs the capacity" in view.problems[0].message
    assert view.figure(dark=False) is None


def test_a_stack_without_a_capacity_is_drawn_for_the_currents_of_the_profile():
    stack = CheckedBattery(Technology.REDOX_STACK, "", 4)
    view = checked("CC, 8, VOLTAGE, 6.4\nCC, -8, VOLTAGE, 3.6\n", battery=stack)
    assert view.capacity_is_assumed
    assert 0.5 * 3600 < view.duration_s < 5 * 3600


def test_loops_of_a_billion_are_refused_at_once():
    began = time.process_time()
    view = checked("REPEAT 1000000000 CYCLES\n  WAIT, 1\n  CC, 1, TIME, 1\nEND\n")
    assert not view.ok
    assert view.figure(dark=False) is None
    assert time.process_time() - began < 3


def test_a_thousand_lines_are_checked_while_somebody_types():
    """Ten times as many lines take about ten times as long, not a hundred times."""

    def took_s(times: int) -> float:
        text = "CC, 1C, VOLTAGE, 4.1\nCV, 4.1, CURRENT, C/20\nCC, -1C, VOLTAGE, 2.7\n" * times

        def check() -> None:
            assert checked(text, battery=CELL, capacity_ah=2.9).ok

        return min(timeit.repeat(check, timer=time.process_time, number=1, repeat=3))

    assert took_s(333) < 25 * took_s(33)


def test_a_registered_battery_has_its_range_and_its_cells():
    known = battery_for_check(new_battery(cells=3, cell_voltage_max_v=4.15))
    assert known.limits == BatteryLimits(
        voltage_min_v=Decimal("2.5"),
        voltage_max_v=Decimal("4.2"),
        current_min_a=Decimal("-5.8"),
        current_max_a=Decimal("2.9"),
        cells=3,
        cell_voltage_max_v=Decimal("4.15"),
        off_min_v=Decimal("2.45"),
        off_max_v=Decimal("4.25"),
    )
    assert known.chemistry == "NMC"


def test_every_technology_has_a_model():
    for technology, chemistry in (
        (Technology.LITHIUM, "LCO"),
        (Technology.LITHIUM, ""),
        (Technology.LEAD_ACID, "Gel"),
        (Technology.REDOX_STACK, ""),
    ):
        assert CheckedBattery(technology, chemistry, 2).model(5.0).cells == 2


def test_what_safety_ends_is_counted_until_then():
    text = "SAFETY VOLTAGE 2.5 4.0\nWAIT, 60\nCC, C/2, TIME, 5h\n"
    view = checked(text, capacity_ah=2.9)
    assert view.curve.aborted_by == "VOLTAGE"
    assert 1800 < view.duration_s < 3 * 3600


def test_the_limits_of_the_battery_end_the_course_too():
    view = checked("CC, -C/2, TIME, 5h\nWAIT, 60\n", battery=CELL, capacity_ah=2.9)
    assert view.curve.aborted_by == "VOLTAGE"
    assert view.curve.voltage_v.min() == pytest.approx(2.45, abs=2e-3)


def test_a_line_that_cannot_be_read_hides_no_other_error():
    text = "CC, C/2, VOLTAGE, 4.5\nGO\nCC, -9C, VOLTAGE, 2.7\nCV, 4.1, CURRENT, C/20\n"
    view = checked(text, battery=CELL, capacity_ah=2.9)
    errors = [one.line for one in view.problems if one.severity == "error"]
    assert errors == [1, 2, 3]  # nothing is said of the CV, as it is not known what comes before
    assert view.waits_for == 2


def test_a_line_more_moves_the_numbers_of_the_lines_in_the_curve():
    text = "CC, C/2, VOLTAGE, 4.1\n"
    first = checked(text, battery=CELL, capacity_ah=2.9).curve
    moved = checked(f"# a comment\n{text}", battery=CELL, capacity_ah=2.9).curve
    assert (set(first.line.tolist()), set(moved.line.tolist())) == ({1}, {2})
