"""Gaps between measures, from summaries of the chunks that they were cut into."""

from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from db.series import gaps

row = st.tuples(st.sampled_from([-5, 0, 1, 1, 1, 7, 61, 700, 9000]), st.sampled_from([1, 1, 1, 2]))


def plainly(seconds: list[float], steps: list[int]) -> list[tuple[float, float]]:
    after = [later - sooner for sooner, later in pairwise(seconds)]
    found = []
    for place, length in enumerate(after):
        beside = []
        if place and steps[place - 1] == steps[place]:
            beside.append(after[place - 1])
        is_over_edge = steps[place] != steps[place + 1]
        if place + 1 < len(after) and (
            steps[place + 1] == steps[place + 2]
            or (not is_over_edge and max(beside, default=0) > 0)
        ):
            beside.append(after[place + 1])
        longest = max((one for one in beside if one > 0), default=None)
        if length > 60 and longest is not None and length > 10 * longest:
            found.append((seconds[place], seconds[place + 1]))
    return sorted(found)


@given(rows=st.lists(row, min_size=1, max_size=40), size=st.integers(1, 11))
def test_it_does_not_matter_how_measures_are_cut_into_chunks(rows, size):
    seconds = np.cumsum([one[0] for one in rows])
    steps = np.array([one[1] for one in rows], float)
    summaries = [
        gaps.summary(
            seconds[cut : cut + size] * 1_000_000,
            [*[steps[cut : cut + size]] * 3, seconds[cut : cut + size]],
        )
        for cut in range(0, len(rows), size)
    ]
    found = gaps.between(summaries)
    between_s = [tuple(gap) for gap in (found[:, :2] / 1e6).tolist()]
    assert sorted(between_s) == plainly(seconds.tolist(), steps.tolist())
    assert np.allclose(found[:, 2], (found[:, 1] - found[:, 0]) / 1e6)


def test_a_summary_is_short_however_many_measures_there_are():
    second = np.arange(65_536) * 1_000_000
    second[40_000:] += 85_000_000
    summary = gaps.summary(second, [*[np.ones(65_536)] * 3, np.arange(65_536.0)])
    assert gaps.between([summary]).tolist() == [[39_999e6, 40_085e6, 1.0]]  # only the clock went on
    assert len(summary) < 300


def test_a_gap_of_the_test_time_alone_is_one():
    test_s = np.arange(20.0)
    test_s[9:] += 500
    summary = gaps.summary(np.arange(20) * 1_000_000, [*[np.ones(20)] * 3, test_s])
    assert gaps.between([summary]).tolist() == [[8e6, 9e6, 501.0]]


def test_a_summary_of_before_there_were_test_times_is_read():
    edge = [0.0, 1.0, 1.0, 1.0]
    old = np.array([6.0, *edge * 6, 2e6, 90e6]).astype("<f8").tobytes()
    ((begin, end, test_s),) = gaps.between([old])
    assert (begin, end, np.isnan(test_s)) == (2e6, 90e6, True)


def test_a_row_without_a_value_stands_for_each_silence_also_at_the_ends():
    us = np.arange(600) * 1_000_000
    values = np.full(600, 3.7)
    values[200:285] = np.nan
    assert gaps.silent_rows(us, values).tolist() == [200]
    values[:100] = np.nan
    values[500:] = np.nan
    assert gaps.silent_rows(us, values).tolist() == [0, 200, 599]
    assert gaps.silent_rows(us, np.full(600, np.nan)).tolist() == [0]
    assert gaps.silent_rows(us, np.full(600, 1.0)).tolist() == []
    slow = np.where(np.arange(600) % 61 == 0, 1.0, np.nan)
    assert gaps.silent_rows(us, slow).tolist() == []


def test_a_channel_that_alone_falls_silent_has_a_silence_and_a_slow_one_has_none():
    us = np.arange(600) * 1_000_000
    values = np.ones(600)
    values[200:285] = np.nan
    assert gaps.silences(us, values).tolist() == [[199.0, 285.0]]
    values = np.where(np.arange(600) % 75 == 0, 1.0, np.nan)  # a sample every 75 s
    assert len(gaps.silences(us, values)) == 0
    assert len(gaps.silences(us, np.full(600, np.nan))) == 0
    slow = np.where(np.arange(600) < 300, np.arange(600), np.arange(600) + 900) * 1_000_000
    values = np.ones(600)
    values[10] = np.nan
    assert len(gaps.silences(slow, values)) == 0  # nothing was recorded: a gap of all, no silence
