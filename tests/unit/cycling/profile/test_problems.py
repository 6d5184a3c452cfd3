"""Problems of one message, and the words for where they are."""

import pytest

from cycling.profile.problems import Place, error, folded, hazard, line_words, without_repeats


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([3], "line 3"),
        ([9, 2, 4, 2], "lines 2, 4 and 9"),
        (range(1, 1801), "lines 1 to 1800"),
        ([1, 2], "lines 1 and 2"),
        ([1, 2, 3, 7, 8, 20], "lines 1 to 3, 7, 8 and 20"),
        (range(1, 40, 2), "lines 1, 3, 5, 7, 9, 11 and 14 more"),
    ],
)
def test_lines_in_words(lines, words):
    assert line_words(lines) == words


def test_equal_messages_are_one():
    problems = [error(Place(1, 2), "A."), error(Place(2), "B."), error(Place(5), "A.")]
    first, second = folded(problems)
    assert first.sentence == "lines 1 and 5: A."
    assert second.sentence == "line 2, column 1: B."


def test_of_one_topic_a_line_has_one_and_the_error_goes_before():
    warning, same = hazard(Place(1), "Careful.", "bound"), hazard(Place(2), "Careful.", "bound")
    refused = error(Place(1, 4), "No.", "bound")
    assert without_repeats([warning, refused, same]) == [refused, same]
    assert without_repeats([error(Place(1), "A."), error(Place(1), "B.")]) != []
