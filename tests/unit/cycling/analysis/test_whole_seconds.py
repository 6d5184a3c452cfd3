"""Several samples in one whole second are spread evenly, by their order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.analysis.whole_seconds import SECOND_US, spread


def at(*seconds: float) -> np.ndarray:
    return (np.array(seconds) * SECOND_US).round().astype(np.int64)


def test_five_samples_a_second_are_200_ms_apart():
    found = spread(at(*[0] * 5, *[1] * 5, *[2] * 5))
    assert np.diff(found).tolist() == [200_000] * 14


def test_a_last_second_that_is_incomplete_is_as_dense_as_the_one_before():
    assert spread(at(0, 0, 0, 0, 1, 1)).tolist() == at(0, 0.25, 0.5, 0.75, 1, 1.25).tolist()


def test_more_of_that_second_moves_nothing_that_was_there():
    some, all_ = spread(at(0, 0, 0, 0, 1, 1)), spread(at(0, 0, 0, 0, 1, 1, 1, 1))
    assert all_[: len(some)].tolist() == some.tolist()


def test_a_second_that_began_elsewhere_ends_here():
    found = spread(at(7, 7, 8, 8, 8, 8), goes_on=True)
    assert found.tolist() == at(7.5, 7.75, 8, 8.25, 8.5, 8.75).tolist()


@pytest.mark.parametrize("seconds", [(), (3,), (0, 1, 2), (0.5, 0.5, 0.7), (3, 2, 1)])
def test_other_times_stay_as_they_are(seconds):
    assert spread(at(*seconds)).tolist() == at(*seconds).tolist()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.booleans())
def test_they_rise_and_stay_in_their_second(counts, goes_on):
    us = np.repeat(np.arange(len(counts)) * SECOND_US, counts)
    found = spread(us, goes_on=goes_on)
    assert (np.diff(found) > 0).all()
    assert (found // SECOND_US == us // SECOND_US).all()
