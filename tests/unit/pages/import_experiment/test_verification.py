"""The picture of a file, with values and without."""

import base64
from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pages.import_experiment.verification import (
    PREVIEW_PX,
    missing,
    preview,
    problems_list,
    problems_text,
)
from tests.unit.components.tree import as_json, classes, nested_lists, of_type, text
from tests.unit.pages.files import problem, result, verification

MARKUP = "<img src=x onerror=alert(1)>"
SEVERITIES = ("error", "question", "warning")


def points(packed: dict) -> list[float]:
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype="<f8").tolist()


def test_the_preview_draws_voltage_and_current():
    drawn = as_json(preview(result(), 1000.0, UTC, dark=False))
    assert [trace["name"] for trace in drawn["data"]] == ["Voltage", "Current"]
    assert points(drawn["data"][0]["x"]) == [1_000_000, 1_001_000, 1_002_000]
    assert drawn["layout"]["xaxis"]["range"] == [1_000_000, 1_002_000]
    assert drawn["layout"]["height"] == PREVIEW_PX


@pytest.mark.parametrize(
    "values",
    [
        {"time_s": [], "voltage_v": [], "current_a": []},
        {"time_s": [0.0, 1.0], "voltage_v": [], "current_a": []},
        {"time_s": [0.0, 1.0], "voltage_v": [None, None], "current_a": [None, None]},
        {"time_s": [None, None], "voltage_v": [1.0, 2.0], "current_a": [1.0, 2.0]},
    ],
    ids=str,
)
def test_a_preview_of_nothing_is_drawn(values):
    drawn = as_json(preview(result(preview=values), 0.0, UTC, dark=True))
    assert drawn["data"] == []
    assert None not in drawn["layout"]["xaxis"].get("range", [])


def test_blank_values_and_times_are_left_out_of_the_preview():
    values = {
        "time_s": [None, 1.0, 2.0, 3.0],
        "voltage_v": [3.0, 3.1, None, 3.3],
        "current_a": [1.0, 1.0, 1.0, None],
    }
    drawn = as_json(preview(result(preview=values), 0.0, UTC, dark=False))
    voltage, current = drawn["data"]
    assert (points(voltage["x"]), points(voltage["y"])) == ([1000, 3000], [3.1, 3.3])
    assert points(current["x"]) == [1000, 2000]
    assert drawn["layout"]["xaxis"]["range"] == [1000, 3000]


@pytest.mark.parametrize("start_s", [0.0, -1e11, 1.6e12, 253_402_300_799.0])
def test_a_clock_in_the_wrong_unit_is_drawn_all_the_same(start_s):
    zone = ZoneInfo("Asia/Kathmandu")
    drawn = as_json(preview(result(), start_s, zone, dark=False))
    assert len(drawn["data"]) == 2


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
