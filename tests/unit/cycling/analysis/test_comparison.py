"""Why an instrument's counter and our integral differ."""

import numpy as np
import pytest

from cycling.analysis.comparison import Reason
from cycling.analysis.counters import Counter, Quantity
from cycling.analysis.integration import Samples
from cycling.analysis.statistics import statistics

MINUTE = np.arange(0, 3601.0, 60)


def reason(time_s, current_a, counter) -> Reason | None:
    nothing = np.full(len(time_s), np.nan)
    one = np.ones(len(time_s))
    rows = Samples(
        time_s, 3.5 * one, current_a * one, nothing, one, one, nothing, None, (counter * one,)
    )
    found = statistics([rows], deadband_a=0, counters=[Counter((Quantity.CHARGE,), "Q")])
    (comparison,) = found.comparisons
    expected = comparison.counted if comparison.is_used else comparison.integrated
    assert found.whole.charge_ah == pytest.approx(expected)
    return comparison.reason


def test_what_agrees_needs_no_reason():
    assert reason(MINUTE, 1.0, MINUTE / 3600) is None


def test_a_current_of_few_values_is_rounded():
    assert reason(MINUTE, 0.0002, MINUTE / 3600 * 0.000176) is Reason.ROUNDED


def test_a_counter_that_is_ten_times_as_much_is_in_another_unit():
    assert reason(MINUTE, 1.0, MINUTE / 36000) is Reason.UNIT
    assert reason(MINUTE, 1.0, MINUTE / 3.6) is Reason.UNIT


def test_what_is_missing_is_a_gap():
    at = np.concatenate([MINUTE, MINUTE + 12_000])
    assert reason(at, 1.0, at / 3600) is Reason.GAP


def test_a_taper_of_few_records_is_coarse():
    at = np.arange(0, 3601.0, 100)
    falling = np.exp(-at / 100)
    assert reason(at, falling, (1 - falling) / 36) is Reason.COARSE


def test_a_counter_that_stands_is_no_source():
    assert reason(MINUTE, 1.0, 0.0) is Reason.STOOD


def test_what_nobody_can_tell():
    uneven = 1 + np.arange(len(MINUTE)) * 1e-6
    assert reason(MINUTE, uneven, MINUTE / 3300) is Reason.UNKNOWN


def test_energy_in_another_unit_is_not_used_where_charge_agrees():
    one, nothing = np.ones(len(MINUTE)), np.full(len(MINUTE), np.nan)
    counters = (MINUTE / 3600, MINUTE * 3.5 / 3.6)  # Ah, and mWh that are called Wh
    rows = Samples(MINUTE, 3.5 * one, one, nothing, one, one, nothing, None, counters)
    names = [Counter((Quantity.CHARGE,), "Q"), Counter((Quantity.CHARGE_ENERGY,), "E")]
    found = statistics([rows], deadband_a=0, counters=names)
    assert [one.reason for one in found.comparisons] == [None, Reason.MISLABELLED]
    assert found.whole.charge_wh == pytest.approx(3.5)


def test_a_counter_that_is_at_0_at_the_first_record_of_a_step_starts_late():
    at = np.arange(0, 7201.0, 120)
    step = np.where(at < 3600, 1.0, 2.0)
    current_a = np.where(step == 1, 0.0, 1 + at * 1e-9)
    counter = np.where(step == 1, 0.0, at - 3600) / 3600  # 0 at 3,600 s, which began 120 s before
    one, nothing = np.ones(len(at)), np.full(len(at), np.nan)
    led = np.full(len(at), np.inf)
    rows = Samples(at, 3.5 * one, current_a, nothing, step, one, nothing, led, (counter,))
    counted = [Counter((Quantity.CHARGE,), "Q")]
    (found,) = statistics([rows], deadband_a=0, counters=counted).comparisons
    assert found.reason is Reason.LATE


def test_next_to_nothing_needs_no_reason():
    one, nothing = np.ones(len(MINUTE)), np.full(len(MINUTE), np.nan)
    counters = (MINUTE / 3600, MINUTE * 1e-15)
    rows = Samples(MINUTE, 3.5 * one, one, nothing, one, one, nothing, None, counters)
    names = [Counter((Quantity.CHARGE,), "Q+"), Counter((Quantity.DISCHARGE,), "Q-")]
    found = statistics([rows], deadband_a=0, counters=names).comparisons
    assert [one.reason for one in found] == [None, None]
