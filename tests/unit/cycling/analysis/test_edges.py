"""Edges that no column names: where the current is switched, and how much that leaves open."""

from dataclasses import replace
from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from cycling.analysis.edges import Outside, Sought, edges_of, first_interval_s, late_start_s
from cycling.analysis.integration import COLUMNS, Samples
from cycling.analysis.statistics import statistics

NAN = np.nan


def samples(seconds, amps, step=NAN, cycle=NAN, led_s=np.inf):
    rows = np.broadcast_arrays(seconds, 3.7, amps, NAN, step, cycle, NAN, led_s)
    return Samples(*(row.astype(float) for row in rows))


def whole(rows, sought=Sought.STEPS, **options):
    return statistics([rows], deadband_a=0.0005, sought=sought, **options).whole


def last_records(interval_s, *steps):
    """Records of steps (A, s), each with the one at its end, the first also at its beginning."""
    time_s, amps = [np.zeros(1)], [np.array([steps[0][0]])]
    for level, lasts in steps:
        ends = np.append(np.arange(interval_s, lasts, interval_s), lasts)
        time_s.append(time_s[-1][-1] + ends)
        amps.append(np.full(len(ends), level))
    return samples(np.concatenate(time_s), np.concatenate(amps))


@pytest.mark.parametrize("interval_s", [10, 60, 90, 900])
def test_the_last_record_of_a_step_is_at_its_end(interval_s):
    rows = last_records(interval_s, (1, 3600), (0, 600), (-1, 3600))
    found = whole(rows)
    assert (found.charge_ah, found.discharge_ah) == pytest.approx((1, 1), rel=1e-12)
    assert found.executions == 3
    as_a_line = whole(rows, Sought.NOTHING).charge_ah
    assert as_a_line == pytest.approx(1 + min(interval_s, 600) / 7200)


def test_a_step_of_one_record():
    found = whole(last_records(36_000, (1, 3600), (0, 600), (-1, 3600)))
    assert (found.charge_ah, found.discharge_ah) == pytest.approx((1, 1))


def test_a_jump_between_two_currents_is_an_edge_but_no_other_direction():
    rows = last_records(60, (2, 1800), (1, 3600), (0, 600), (-2, 900), (-1, 3600))
    found = whole(rows)
    assert (found.charge_ah, found.discharge_ah) == pytest.approx((2, 1.5), rel=1e-12)
    assert found.executions == 3


def test_what_falls_slowly_goes_in_lines_also_where_it_is_rounded():
    time_s = np.arange(0, 7200, 60.0)
    amps = np.minimum(1.0, np.exp(-(time_s - 1800) / 900))
    for taper, off in ((amps, 0), (np.round(amps, 2), 1e-3), (np.round(amps, 1), 6e-3)):
        rows = samples(time_s, taper)
        lines = whole(rows, Sought.NOTHING).charge_ah
        assert whole(rows).charge_ah == pytest.approx(lines, rel=off or 1e-12)


def test_of_close_records_each_side_has_half():
    """As a line has it: nobody knows when between two samples of a clock a step began."""
    time_s = np.arange(0, 600, 1.0)
    rows = samples(time_s, np.where(time_s % 10 < 3, 1.0, 0.0))
    assert whole(rows).charge_ah == pytest.approx(whole(rows, Sought.NOTHING).charge_ah)
    held = replace(rows, led_s=None)
    assert whole(held).charge_ah == pytest.approx(180 / 3600)


def test_what_is_held_is_of_the_old_step():
    rows = replace(last_records(60, (1, 3600), (0, 600), (-1, 3600)), led_s=None)
    found = whole(rows)
    assert (found.charge_ah, found.discharge_ah) == pytest.approx((61 / 60, 59 / 60))


def test_edges_within_steps_are_no_steps():
    rows = replace(last_records(60, (1, 3600), (0, 600)), step=np.zeros(71))
    found = whole(rows, Sought.EDGES)
    assert (found.charge_ah, found.executions) == (pytest.approx(1), 1)


def test_a_gap_is_one_however_often_the_current_turns():
    time_s = np.append(np.arange(0, 100, 10.0), 5000 + np.arange(0, 100, 10.0))
    rows = samples(time_s, np.where(np.arange(20) % 2, 1.0, -1.0))
    assert whole(rows).missing_s == whole(rows, Sought.NOTHING).missing_s == 4910


def test_what_the_other_edge_would_make_is_said():
    rows = last_records(60, (1, 3600), (0, 600), (-1, 3600))
    found = statistics([rows], deadband_a=0.0005, sought=Sought.STEPS)
    assert found.held_ah == pytest.approx((1 / 60, -1 / 60))
    assert found.has_sparse_edges
    told = replace(rows, led_s=np.zeros(len(rows.time_s)))
    assert not statistics([told], deadband_a=0.0005, sought=Sought.STEPS).has_sparse_edges
    dense = last_records(5, (1, 3600), (0, 600), (-1, 3600))
    assert not statistics([dense], deadband_a=0.0005, sought=Sought.STEPS).has_sparse_edges


def test_a_blank_belongs_to_what_stands_before_it():
    found = edges_of(np.array([NAN, 1, NAN, 0, NAN, -1]), Outside(known=1.0))
    assert found.turns.tolist() == [False, False, False, True, False, True]


@given(
    amps=st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0, 1.0, 1.0, 2.0, 2.0]), min_size=1),
    sought=st.sampled_from(Sought),
    data=st.data(),
)
def test_it_does_not_matter_where_the_samples_are_cut(amps, sought, data):
    count = len(amps)
    seconds = data.draw(st.lists(st.sampled_from([0, 1, 60, 900]), min_size=count, max_size=count))
    rows = samples(np.cumsum(seconds), amps)
    cuts = sorted(data.draw(st.lists(st.integers(0, count), max_size=6)))
    parts = [
        Samples(*(getattr(rows, name)[a:b] for name in (*COLUMNS, "led_s")))
        for a, b in pairwise([0, *cuts, count])
    ]
    once, pieces = (statistics(of, deadband_a=0.1, sought=sought) for of in ([rows], parts))
    for name in ("executions", "charge_ah", "discharge_wh", "duration_s", "missing_s"):
        ours, theirs = getattr(pieces.whole, name), getattr(once.whole, name)
        assert ours == pytest.approx(theirs, abs=1e-9), name
    assert pieces.held_ah == pytest.approx(once.held_ah)


@pytest.mark.parametrize(
    ("times", "led_s"),
    [([60, 120], 60), ([0, 60], 0), ([59.9, 120], 59.9), ([600, 660], 0), ([5], 0), ([-1, 3], 0)],
)
def test_a_test_begins_with_its_first_record_if_that_is_no_later_than_the_next(times, led_s):
    assert first_interval_s(np.array(times, float)) == led_s


@pytest.mark.parametrize(
    ("first_s", "lead_in_s", "interval_s", "late_s"),
    [
        (0.0, 0.0, 10.0, 0.0),
        (10.0, 10.0, 10.0, 0.0),
        (10.0, 0.0, 10.0, 0.0),  # no more than an interval
        (25.0, 0.0, 10.0, 25.0),
        (700.0, 700.0, 10.0, 700.0),  # a gap: nothing of it counts
        (300.0, 300.0, 300.0, 0.0),
        (5000.0, 30.0, 60.0, 4970.0),
    ],
)
def test_what_is_not_counted_before_the_first_sample(first_s, lead_in_s, interval_s, late_s):
    assert late_start_s(first_s, lead_in_s, interval_s) == late_s
