"""Counters of instruments: what they count, when they start again, wherever samples are cut."""

from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from cycling.analysis.chunk_totals import Counting, add_up
from cycling.analysis.counters import CHARGES, ENERGIES, Counter, Quantity, Reset
from cycling.analysis.cycles.choices import Choices
from cycling.analysis.cycles.table import CycleTable, cycle_table
from cycling.analysis.integration import Samples
from cycling.analysis.statistics import statistics

CHARGE, DISCHARGE = (Quantity.CHARGE,), (Quantity.DISCHARGE,)
MINUTES = 60

# An hour of charge at 1 A, half an hour's rest, an hour of discharge at 0.9 A; three cycles.
STEP_A = (1.0, 0.0, -0.9)
CURRENT_A = np.tile(np.repeat(STEP_A, [61, 31, 61]), 3)
STEP = np.repeat(np.arange(9), np.tile([61, 31, 61], 3)).astype(float)
CYCLE = STEP // 3
TIME_S = np.cumsum(np.append(0, np.where(np.diff(STEP) > 0, 0.001, 60.0)))


def counted(positive: bool) -> np.ndarray:
    """What flowed one way up to each sample, Ah."""
    flow = np.maximum(CURRENT_A if positive else -CURRENT_A, 0)
    return np.append(0, np.cumsum(np.where(np.diff(STEP) > 0, 0, flow[1:] / MINUTES)))


def started_again(values: np.ndarray, key: np.ndarray) -> np.ndarray:
    first = np.append(True, key[1:] != key[:-1])
    return values - values[np.maximum.accumulate(np.where(first, np.arange(len(key)), 0))]


def samples(*counters, current_a=CURRENT_A) -> Samples:
    nothing = np.full(len(TIME_S), np.nan)
    return Samples(
        TIME_S, nothing + 3.5, current_a, nothing, STEP, CYCLE, nothing, None, tuple(counters)
    )


def by_cycle(rows: Samples, counters: list[Counter]) -> CycleTable:
    how = Counting(0.0, tuple(counters), has_temperature=False)
    return cycle_table(add_up(iter([rows]), how, 0.0).steps, Choices())


IN, OUT = counted(True), counted(False)
BOTH = np.where(CURRENT_A > 0, IN, OUT)
RESETS = {
    Reset.NEVER: lambda values: values + 7.0,
    Reset.CYCLE: lambda values: started_again(values, CYCLE),
    Reset.STEP: lambda values: started_again(values, STEP),
}


@pytest.mark.parametrize("reset", Reset)
def test_charge_and_discharge_with_each_reset(reset):
    rows = samples(RESETS[reset](IN), -RESETS[reset](OUT))
    names = [Counter(CHARGE, "Q+"), Counter(DISCHARGE, "Q-")]
    found = statistics([rows], deadband_a=0, counters=names)
    assert (found.whole.charge_ah, found.whole.discharge_ah) == pytest.approx((3.0, 2.7))
    assert [one.counter for one in found.comparisons] == ["Q+", "Q-"]
    assert all(one.reason is None for one in found.comparisons)
    starts_again = {one.reset is not Reset.NEVER for one in found.comparisons}
    assert starts_again == {reset is not Reset.NEVER}  # one charge a cycle: step and cycle agree
    cycles = by_cycle(rows, names)
    assert cycles.charge.ah.tolist() == pytest.approx([1.0] * 3)
    assert cycles.discharge.ah.tolist() == pytest.approx([0.9] * 3)


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("reset", Reset)
def test_one_counter_with_a_sign(reset, sign):
    rows = samples(sign * RESETS[reset](IN - OUT))
    found = by_cycle(rows, [Counter(CHARGES, "Q")])
    assert found.charge.ah.tolist() == pytest.approx([1.0] * 3)
    assert found.discharge.ah.tolist() == pytest.approx([0.9] * 3)


@pytest.mark.parametrize("values", [started_again(IN + OUT, STEP), IN + OUT])
def test_one_counter_that_rises_both_ways(values):
    found = by_cycle(samples(values), [Counter(CHARGES, "Q")])
    assert found.charge.ah.tolist() == pytest.approx([1.0] * 3)
    assert found.discharge.ah.tolist() == pytest.approx([0.9] * 3)


def test_energy_is_counted_too():
    rows = samples(started_again(IN - OUT, STEP) * 3.5)
    whole = statistics([rows], deadband_a=0, counters=[Counter(ENERGIES, "E")]).whole
    assert (whole.charge_wh, whole.discharge_wh) == pytest.approx((10.5, 9.45))


def test_a_counter_that_holds_in_a_rest_is_not_counted_twice():
    held = started_again(IN, np.maximum.accumulate(np.where(CURRENT_A != 0, STEP, 0)))
    whole = statistics([samples(held)], deadband_a=0, counters=[Counter(CHARGE, "Q")]).whole
    assert whole.charge_ah == pytest.approx(3.0)


def test_nor_one_with_a_sign():
    begins = np.maximum.accumulate(np.where(CURRENT_A != 0, STEP, 0))
    held = started_again(IN - OUT, begins)
    whole = statistics([samples(held)], deadband_a=0, counters=[Counter(CHARGES, "Q")]).whole
    assert (whole.charge_ah, whole.discharge_ah) == pytest.approx((3.0, 2.7))


def test_where_it_is_blank_it_stands_still():
    values = IN.copy()
    values[5::3] = np.nan
    whole = statistics([samples(values)], deadband_a=0, counters=[Counter(CHARGE, "Q")]).whole
    assert whole.charge_ah == pytest.approx(3.0)


def test_the_first_value_is_where_it_begins_from():
    whole = statistics([samples(IN + 0.88)], deadband_a=0, counters=[Counter(CHARGE, "Q")]).whole
    assert whole.charge_ah == pytest.approx(3.0)


@given(cuts=st.lists(st.integers(0, len(TIME_S)), max_size=12), reset=st.sampled_from(Reset))
def test_it_does_not_matter_where_the_samples_are_cut(cuts, reset):
    rows = samples(RESETS[reset](IN - OUT), RESETS[reset](IN))
    names = [Counter(CHARGES, "Q"), Counter(CHARGE, "Q+")]
    parts = [
        Samples(
            *(column[a:b] for column in list(vars(rows).values())[:7]),
            None,
            tuple(one[a:b] for one in rows.counters),
        )
        for a, b in pairwise([0, *sorted(cuts), len(TIME_S)])
    ]
    whole = statistics([rows], deadband_a=0, counters=names)
    pieces = statistics(parts, deadband_a=0, counters=names)
    for one, other in zip(whole.comparisons, pieces.comparisons, strict=True):
        assert (one.counter, one.reset, one.reason) == (other.counter, other.reset, other.reason)
        assert one.counted == pytest.approx(other.counted)


@pytest.mark.parametrize("full_ah", [0.25, 0.3, 1.7])
def test_a_counter_that_runs_over_loses_nothing(full_ah):
    """Its register is full in the middle of a step, and it begins again from 0."""
    counters = {
        Counter(CHARGE, "C"): np.mod(IN, full_ah),
        Counter(DISCHARGE, "D"): np.mod(OUT, full_ah),
    }
    rows = samples(*counters.values())
    found = statistics([rows], deadband_a=0.0, counters=list(counters))
    assert found.whole.charge_ah == pytest.approx(3, rel=2e-3)
    assert found.whole.discharge_ah == pytest.approx(2.7, rel=2e-3)
    assert all(one.run_over > 0 for one in found.comparisons)
    assert all(one.reason is None for one in found.comparisons)
    once = started_again(IN + OUT, STEP)
    for sign in (np.sign(CURRENT_A), 1):
        both = Counter(CHARGES, "Q")
        values = sign * np.mod(once, full_ah)
        (into, out) = statistics([samples(values)], deadband_a=0.0, counters=[both]).comparisons
        assert (into.counted, out.counted) == pytest.approx((3, 2.7), rel=2e-3)


def test_what_it_counts_after_a_gap_is_its_own():
    """How long before the next record it began again nobody knows."""
    time_s = np.append(np.arange(0, 600, 60.0), 36_000 + np.arange(0, 600, 60.0))
    values = np.append(np.arange(10), np.arange(10)) / 60
    nothing = np.full(20, np.nan)
    rows = Samples(time_s, nothing + 3.5, np.ones(20), *[nothing] * 4, None, (values,))
    found = statistics([rows], deadband_a=0.0, counters=[Counter(CHARGE, "C")])
    assert found.whole.charge_ah == pytest.approx(18 / 60)
