"""A file that came before: what is asked, of whom, and what the worker is told."""

from typing import Any

import pytest

from pages.import_experiment.again import choices, decision, earlier_list
from tests.unit.components.tree import as_json, of_type, text
from tests.unit.pages.files import result
from tests.unit.pages.import_experiment.test_page import OFFER, START, VERIFIED, start, values

EARLIER = {
    "experiment_id": 12,
    "name": "Aging",
    "file_name": "cell.csv",
    "user_name": "ada",
    "imported_at": "2026-11-20T14:00:00+00:00",
    "files": 1,
    "same_file": True,
}
BOX, ANSWER = "import-again-box.hidden", "import-again.value"


def came_before(*earlier: dict[str, Any]) -> dict[str, Any]:
    return {"job": 1, **result(), "earlier": list(earlier or (EARLIER,))}


def labels(answer) -> list[str]:
    return [one["value"] for one in answer["import-again.options"]]


def test_a_new_file_asks_nothing(oscar):
    answer = oscar.call(BOX, values(verified={"job": 1, **result()}))
    assert answer[BOX] is True
    assert answer[ANSWER] is None
    assert decision([], None, may_delete=False) == {"known": [], "replaced": None}


def test_the_question_names_the_experiment(oscar):
    answer = oscar.call(BOX, values(verified=came_before()))
    assert answer[BOX] is False
    said = text(answer["import-again-text.children"])
    assert said == "Experiment 12, Aging: cell.csv; imported on 2026-11-20 by ada"
    assert labels(answer) == ["new"]
    assert ANSWER not in answer  # an answer stays when a column is corrected


def test_who_may_delete_may_replace(visitor):
    assert labels(visitor("ada").call(BOX, values(verified=came_before()))) == ["replace", "new"]


@pytest.mark.parametrize("earlier", [[EARLIER, EARLIER], [{**EARLIER, "files": 2}]])
def test_what_is_more_than_this_file_is_not_replaced(earlier):
    assert list(choices(earlier, may_delete=True)) == ["new"]


def test_a_file_that_has_grown_is_added_by_operators_too(oscar, lab):
    grown = {**EARLIER, "same_file": False, "has_grown": True}
    assert list(choices([grown], may_delete=False)) == ["add", "new"]
    assert list(choices([grown], may_delete=True)) == ["add", "replace", "new"]
    assert list(choices([{**grown, "files": 2}], may_delete=False)) == ["new"]
    lab.battery()
    start(oscar, **{VERIFIED: came_before(grown), ANSWER: "add"})
    payload = lab.jobs()[0].payload
    assert (payload["replaced"], payload["adds"], payload["anyway"]) == (12, True, False)
    assert start(oscar, **{VERIFIED: came_before(), ANSWER: "add"}).status == 204


def test_the_beginning_of_an_experiment_does_not_replace_it():
    beginning = {**EARLIER, "same_file": False, "beginning": True}
    assert list(choices([beginning], may_delete=True)) == ["new"]
    said = text(as_json(earlier_list([beginning])))
    assert "cell.csv, which has the measures of this file, and more;" in said


def test_many_are_named_in_part_and_other_files_as_such():
    drawn = as_json(earlier_list([{**EARLIER, "same_file": False}] * 5))
    assert "another file with the same measures" in text(drawn)
    assert text(drawn).endswith("and 2 more")
    assert len(of_type(drawn, "Link")) == 3


def test_nothing_is_imported_before_the_answer(oscar, lab):
    offered = oscar.call(OFFER, values(verified=came_before(), job=1))
    assert offered["import-save.disabled"] is True
    assert "Decide what to do with a file that came before" in text(
        offered["import-save-state.children"]
    )
    assert start(oscar, **{VERIFIED: came_before()}).status == 204
    assert start(oscar, **{VERIFIED: came_before(), ANSWER: "replace"}).status == 204
    assert lab.jobs() == []


def test_the_worker_is_told_what_the_user_knows(oscar, lab):
    lab.battery()
    offered = oscar.call(OFFER, values(verified=came_before(), job=1) | {ANSWER: "new"})
    assert offered["import-save.disabled"] is False
    start(oscar, **{VERIFIED: came_before(), ANSWER: "new"})
    assert (lab.jobs()[0].payload["known"], lab.jobs()[0].payload["replaced"]) == ([12], None)


def test_the_worker_is_told_what_goes(visitor, lab):
    lab.battery()
    answer = start(visitor("ada"), **{VERIFIED: came_before(), ANSWER: "replace"})
    assert answer[START] == lab.jobs()[0].id
    assert (lab.jobs()[0].payload["known"], lab.jobs()[0].payload["replaced"]) == ([12], 12)


def test_leaving_it_out_puts_the_file_aside(oscar):
    answer = oscar.call("import-upload.data", by="import-skip.n_clicks")
    assert answer == {"import-upload.data": None}


def test_a_file_that_has_grown_says_so():
    drawn = as_json(earlier_list([{**EARLIER, "same_file": False, "has_grown": True}]))
    assert "whose measures this file has, and more" in text(drawn)
    assert "the same measures" not in text(drawn)
