"""Numbers that do not follow on what is stored, and for how long."""

from datetime import UTC, datetime, timedelta

from master_node.gaps import Gaps

BEGAN = datetime(2026, 12, 1, tzinfo=UTC)


def said(*came: tuple[float, int, int]) -> list[bool]:
    """Return what is said of records that come after so many s: their first, what is stored."""
    gaps = Gaps()
    return [
        gaps.stays(7, "samples", first, through, BEGAN + timedelta(seconds=after_s))
        for after_s, first, through in came
    ]


def test_what_follows_leaves_no_gap():
    assert not any(said((0, 0, -1), (30, 5, 4), (60, 3, 9)))


def test_a_gap_is_one_once_it_has_stayed_for_a_minute():
    assert said((0, 30, 9), (5, 30, 9), (59.9, 30, 9), (60, 30, 9), (65, 30, 9)) == [
        *(False, False, False, True, True)
    ]


def test_a_unit_that_goes_back_or_gets_on_has_time_again():
    assert not any(said((0, 30, 9), (30, 10, 9), (61, 30, 9), (90, 30, 9)))
    assert not any(said((0, 30, 9), (61, 50, 29), (90, 50, 29)))


def test_only_the_first_that_the_unit_still_has_ends_the_gap():
    """Its newest, which it sends beside it, would lose all between."""
    came = [(0, 90, 9), (1, 30, 9), (61, 90, 9), (62, 50, 9), (63, 30, 9)]
    assert said(*came) == [False, False, False, False, True]
