"""Durations in words."""

import pytest

from cycling.units import duration_words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "5 s"),
        (59.6, "1 min 0 s"),
        (492, "8 min 12 s"),
        (7260, "2 h 1 min"),
        (24 * 3600 + 52 * 60, "1 d 1 h"),
        (47 * 3600 + 31 * 60, "2 d 0 h"),
        (273_600, "3 d 4 h"),
        (8.64e154, "1e+150 d"),
    ],
)
def test_a_duration_is_rounded_to_its_two_largest_units(seconds, words):
    assert duration_words(seconds) == words
