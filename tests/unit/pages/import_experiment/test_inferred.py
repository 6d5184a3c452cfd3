"""What was inferred, and questions that are answered with "it is right as it is"."""

from dataclasses import replace

import pytest

from cycling.formats import BatteryLimits, Field, Mapping
from cycling.formats.columns.mapping import Inference
from pages.import_experiment import inferred
from pages.import_experiment.inferred import (
    battery_questions,
    inferred_list,
    newly_accepted,
    with_answer,
)
from pages.import_experiment.mapping import clock_is_local
from tests.unit.components.tree import of_type, text
from tests.unit.pages.files import problem, result
from tests.unit.pages.import_experiment.test_page import (
    CHECKED,
    CORRECT,
    MAPPING,
    UPLOAD,
    controls,
    values,
)

SIGN = Inference("sign", "Voltage rises in 41 of 42 steps with a positive current.")
START = Inference("start", "The start is 2024-06-19 11:38:41 (UTC), by the file's head.")


def test_each_inference_stands_with_its_kind():
    drawn = inferred_list(replace(MAPPING, inferred=(SIGN, START)))
    assert [text(item) for item in of_type(drawn, "Li")] == [
        f"Sign of the current{SIGN.text}",
        f"Start{START.text}",
    ]
    whole = replace(MAPPING.with_column(0, Field.CLOCK), positive_is_charge=True)
    assert text(inferred_list(whole)) == "Nothing: the file says everything itself."
    for undecided in (replace(whole, positive_is_charge=None), whole.with_column(0, Field.IGNORED)):
        assert text(inferred_list(undecided)) == "Nothing."


def test_a_start_in_the_head_needs_the_zone():
    assert not clock_is_local(replace(MAPPING, inferred=(SIGN,)))
    assert clock_is_local(replace(MAPPING, inferred=(START,)))


@pytest.mark.parametrize(
    ("severity", "code", "has_button"),
    [
        ("question", "time-clock", True),
        ("question", "sign", False),
        ("question", "part", False),
        ("warning", "time-clock", False),
        ("error", "cell", False),
    ],
)
def test_a_question_without_a_control_has_a_button(severity, code, has_button):
    drawn = with_answer({"severity": severity, "code": code, "text": "Minutes?"})
    assert (drawn != "Minutes?") == has_button


def test_a_click_accepts_once():
    button = {"type": "import-accept", "code": "counter"}
    assert newly_accepted(MAPPING, button, [1]).accepted == ("counter",)
    assert newly_accepted(MAPPING, button, [None]) == MAPPING
    assert newly_accepted(MAPPING, "import-sign", [1]) == MAPPING
    accepted = replace(MAPPING, accepted=("counter",))
    assert newly_accepted(accepted, button, [2]) == accepted


def test_the_file_is_checked_again_with_what_was_accepted(oscar):
    button = {"type": "import-accept", "code": "counter"}
    answer = oscar.call(
        CORRECT,
        values(verified=CHECKED, upload=UPLOAD, sign="charge", zone="UTC"),
        patterns={**controls(), "import-accept": [(button, 1)]},
        by='{"code":"counter","type":"import-accept"}.n_clicks',
    )
    assert Mapping.from_json(answer[CORRECT]["mapping"]).accepted == ("counter",)


def test_what_the_battery_cannot_have_is_asked_until_it_is_accepted(monkeypatch):
    limits = BatteryLimits(least_v=2.5, most_v=4.25, most_a=6.0, capacity_ah=3.0)
    monkeypatch.setattr(inferred, "database", lambda: None)
    monkeypatch.setattr(inferred, "battery_limits", lambda _database, _id: limits)
    checked = result(most_v=3802.0, most_a=1.0, most_ah=None)
    (question,) = battery_questions(checked, MAPPING, 7)
    assert "3,802 V" in text(question)
    assert len(of_type(question, "Button")) == 1
    accepted = replace(MAPPING, accepted=("battery-voltage",))
    assert battery_questions(checked, accepted, 7) == []
    asked = result(most_v=3802.0, problems=[problem(code="voltage-range")])
    assert battery_questions(asked, MAPPING, 7) == []
    assert battery_questions(result(), MAPPING, 7) == []
