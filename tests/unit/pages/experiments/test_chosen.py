"""Experiments as an address names them."""

import pytest

from cycling.errors import InputError
from pages.experiments.chosen import MAX_CHOSEN, chosen_ids, ranges, read_chosen


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        ("7", [7]),
        ("3, 1 2", [3, 1, 2]),
        ("1-3,7", [1, 2, 3, 7]),
        ("5–4", [4, 5]),
        ("#12 12", [12]),
    ],
)
def test_numbers_and_ranges_in_their_order(text, ids):
    assert read_chosen(text) == (ids, [])


@pytest.mark.parametrize("text", ["x", "1-x", "-3", "1.5", "１２", "1234567890", "<b>", "=1+1"])
def test_what_names_none_is_said(text):
    ids, problems = read_chosen(f"{text} 4")
    assert ids == [4]
    assert len(problems) == 1
    assert "Write their numbers, like 12, 15-20." in problems[0]


def test_a_great_range_is_cut_and_this_is_said():
    ids, problems = read_chosen("1-900000000")
    assert ids == list(range(1, MAX_CHOSEN + 1))
    assert problems == ["At most 100 experiments are taken at once: the others are left out."]


def test_ranges_are_short_and_keep_the_order():
    assert ranges([1, 2, 3, 7, 9, 8]) == "1-3, 7, 9, 8"
    assert read_chosen(ranges([4, 5, 1, 2]))[0] == [4, 5, 1, 2]
    assert ranges([]) == ""


@pytest.mark.parametrize("text", ["", "x", "1-200"])
def test_a_file_is_of_experiments_that_are_named(text):
    with pytest.raises(InputError):
        chosen_ids(text)
    assert chosen_ids(["1-2", "5"]) == [1, 2, 5]
