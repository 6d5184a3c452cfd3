"""Profiles on paper: repeated lines once, long ones cut in the middle."""

from pages.experiment.profile.folding import LAST, LONGEST, folded

ROUND = ["CC, 1C, VOLTAGE, 4.2", "WAIT, 10min", "CC, -1C, VOLTAGE, 2.5"]


def test_a_short_profile_stays_as_it_is():
    lines = ["WAIT, 1h", *ROUND, "WAIT, 1h"]
    assert folded(lines) == [(str(n), line) for n, line in enumerate(lines, 1)]


def test_what_was_pasted_nine_times_stands_there_once():
    entries = folded(["WAIT, 1h", *ROUND * 9, "WAIT, 2h"])
    assert [number for number, _ in entries] == ["1", "2", "3", "4", "5 to 28", "29"]
    assert entries[4][1] == "the 3 lines before, 8 more times"


def test_the_same_line_again_and_again_is_one():
    assert folded(["WAIT, 1h"] * 1800) == [
        ("1", "WAIT, 1h"),
        ("2 to 1800", "the line before, 1,799 more times"),
    ]


def test_a_long_one_without_repeats_keeps_both_ends():
    entries = folded([f"CC, {n}A, TIME, 1min" for n in range(5000)])
    assert len(entries) == LONGEST + 1
    number, words = entries[LONGEST - LAST]
    assert (number, words) == (
        "101 to 4980",
        "are left out; the experiment's page has them.",
    )
    assert entries[-1] == ("5000", "CC, 4999A, TIME, 1min")
