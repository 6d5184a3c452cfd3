"""Times within steps as a time that counts from the start."""

from dataclasses import replace

import numpy as np
import pytest

from cycling.formats import Field, read_measures, verify
from cycling.formats.values.step_times import StepTimes

STEP_S = np.array([0, 60, np.nan, 120, 0, 30, 60, 90.0])
KEYS = np.array([1, 1, 1, 1, 2, 2, 3, 3.0])


@pytest.mark.parametrize("cut", [1, 3, 4, 6])
def test_they_are_added_up_wherever_blocks_are_cut(cut):
    steps = StepTimes()
    parts = [steps.since_start(STEP_S[s], KEYS[s]) for s in (slice(0, cut), slice(cut, None))]
    expected = [0, 60, np.nan, 120, 120, 150, 210, 240]
    np.testing.assert_array_equal(np.concatenate(parts), expected)


def test_without_numbers_of_steps_only_falls_begin_one():
    steps = StepTimes()
    total = steps.since_start(STEP_S, None)
    np.testing.assert_array_equal(total, [0, 60, np.nan, 120, 120, 150, 180, 210])
    np.testing.assert_array_equal(steps.numbers, [1, 1, np.nan, 1, 2, 2, 2, 2])
    steps.since_start(STEP_S, None)
    np.testing.assert_array_equal(steps.numbers, [3, 3, np.nan, 3, 4, 4, 4, 4])


def test_where_nothing_numbers_the_steps_their_times_do(proposed):
    rows = "".join(f"{s},{3 + s / 100},1\n" for _ in range(3) for s in range(5))
    table, mapping = proposed(f"Time (s),U (V),I (A)\n{rows}")
    assert mapping.column(Field.STEP_TIME) is not None
    assert "begins again 2 times" in mapping.inferred[0].text
    (block,) = read_measures(table, replace(mapping, positive_is_charge=True))
    assert block.step.tolist() == [1] * 5 + [2] * 5 + [3] * 5


@pytest.mark.parametrize("times", [[0, 1, 2, 3, 4, 0], [0, 1, 2, 10, 20, 6, 7, 8]])
def test_one_last_row_or_a_fall_to_anywhere_is_no_step(proposed, times):
    rows = "".join(f"{s},3.5,1\n" for s in times)
    table, mapping = proposed(f"Time (s),U (V),I (A)\n{rows}")
    assert mapping.column(Field.TEST_TIME) is not None
    assert "time-back" in {problem.code for problem in verify(table, mapping).problems}


@pytest.mark.parametrize("label", ["Step Time (s)", "Time (s)"])
def test_a_file_with_nothing_else_says_so(proposed, label):
    rows = "".join(f"{step},{s},{3 + s / 100},1\n" for step in (1, 2, 3) for s in range(5))
    table, mapping = proposed(f"Step,{label},U (V),I (A)\n{rows}")
    assert mapping.column(Field.TEST_TIME) is None
    result = verify(table, mapping)
    assert (result.duration_s, result.ok) == (12, True)
    assert [p.code for p in result.problems] == ["step-times"]


def test_a_run_that_was_appended_is_no_step(proposed):
    rows = "".join(f"1,{s},{3 + s / 100},1\n" for _ in range(3) for s in range(5))
    table, mapping = proposed(f"Step,Time (s),U (V),I (A)\n{rows}")
    assert "time-back" in {p.code for p in verify(table, mapping).problems}
