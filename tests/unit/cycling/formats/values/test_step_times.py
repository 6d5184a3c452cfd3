"""Times within steps as a time that counts from the start."""

import numpy as np
import pytest

from cycling.formats import Field, verify
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
    total = StepTimes().since_start(STEP_S, None)
    np.testing.assert_array_equal(total, [0, 60, np.nan, 120, 120, 150, 180, 210])


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
