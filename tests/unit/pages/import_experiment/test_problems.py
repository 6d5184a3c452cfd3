"""The problems of a file, none and thousands of them."""

import pytest

from pages.import_experiment.problems import missing, problems_list, problems_text
from tests.unit.components.tree import classes, nested_lists, of_type, text
from tests.unit.pages.files import problem, verification

MARKUP = "<img src=x onerror=alert(1)>"
SEVERITIES = ("error", "question", "warning")


@pytest.mark.parametrize(
    ("problems", "words"),
    [
        ([], None),
        ([problem("warning")], None),
        ([problem("error")], "Correct row 7"),
        ([problem("warning"), problem("question"), problem("error")], "Decide row 7"),
        ([problem("question", code="sign", place="")], "Decide the sign of the current"),
        ([problem("error", place="", column="<u>")], "Correct column <u>"),
        ([problem("error", place="")], "Correct the columns"),
    ],
)
def test_what_is_missing_is_said_beside_the_button(problems, words):
    drawn = missing(verification(problems=problems))
    assert (drawn and text(drawn).strip()) == words


def test_a_file_without_problems_says_so():
    drawn = problems_list([], 0)
    assert text(drawn).strip() == "None: every row can be imported."
    assert problems_text([]) == ""


def test_a_hundred_problems_are_listed_and_the_others_counted():
    problems = [
        problem(SEVERITIES[number % 3], text=f"Number {number}.", place=f"Row {number}")
        for number in range(100)
    ]
    drawn = problems_list(problems, 12_345)
    items = of_type(drawn, "Li")
    assert len(items) == 101
    assert text(items[41]) == "Row 41Number 41."
    assert text(items[-1]) == "and 12,245 more of these"
    assert nested_lists(drawn) == []
    assert set(SEVERITIES) <= classes(drawn)
    assert problems_text(problems) == "34 to correct, 33 to decide, 33 to know"


def test_a_problem_of_the_whole_file_has_no_row():
    drawn = problems_list([problem(place="", text=MARKUP)], 1)
    assert text(drawn) == f"Whole file{MARKUP}"
    assert len(of_type(drawn, "Li")) == 1
