"""Answers that have files of several checked again: it is right as it is; the zone keeps them."""

import pytest

from bem.worker.loop import Worker
from db.terms import JobState
from pages.import_experiment.batch.answers import Note
from pages.import_experiment.batch.questions import row_note
from pages.import_experiment.ids import Ids
from tests.unit.components.tree import as_json, find, of_type, text
from tests.unit.pages.files import problem, result
from tests.unit.pages.import_experiment.batch.test_form import (
    BATCH,
    HEADER,
    STATE,
    TABLE,
    confirm,
    show,
    take,
)

MISSING = "import-batch-missing.data"


def box(row: int, code: str) -> dict:
    return Ids.batch_accept(row, code)


def tick(visitor, batch, row, code, value=True, missing=None):
    by = {"id": box(row, code), "property": "value"}
    given = {"import-batch-accept": [(box(row, code), value)]}
    return visitor.call(BATCH, {BATCH: batch, MISSING: missing}, by=by, patterns=given)


@pytest.fixture
def checked(oscar, lab):
    def check(*results):
        batch = []
        for number, found in enumerate(results):
            job = lab.job("verify file")
            lab.change_job(job, state=JobState.DONE, result=found)
            upload = {"id": f"{number:032x}", "name": f"cell {number}.csv", "size": 10}
            batch.append({"upload": upload, "check": job})
        return batch

    return check


def test_a_question_is_answered_in_its_row_and_the_file_checked_again(oscar, lab, checked):
    asked = problem("question", code="counter", text="The current adds up to 1 Ah.")
    batch = checked(result(ok=False, problems=[asked]), result())
    drawn = show(oscar, batch)[TABLE]
    (control,) = find(drawn, id=box(0, "counter"))
    assert control["props"]["label"] == "It is right as it is"
    assert not of_type(of_type(of_type(drawn, "Tbody")[0], "Tr")[1], "Checkbox")[1:]
    answer = tick(oscar, batch, 0, "counter", missing={"0": "x", "1": "y"})
    after = answer[BATCH]
    assert (after[0]["accepted"], after[1]["accepted"]) == (["counter"], [])
    job = lab.jobs()[-1]
    assert (job.id, job.kind) == (after[0]["check"], "verify file")
    assert job.payload["accepted"] == ["counter"]
    assert after[1]["check"] == batch[1]["check"]
    assert answer[MISSING] == {"1": "y"}


def test_a_box_that_was_drawn_answers_nothing(oscar, lab, checked):
    batch = checked(result(ok=False, problems=[problem("question", code="counter")]))
    assert tick(oscar, batch, 0, "counter", value=False).status == 204
    assert tick(oscar, batch, 7, "counter").status == 204
    assert len(lab.jobs()) == 1


@pytest.mark.parametrize("code", ["sign", "part"])
def test_what_only_a_choice_answers_has_no_box(oscar, checked, code):
    batch = checked(result(ok=False, problems=[problem("question", code=code)]))
    assert not find(show(oscar, batch)[TABLE], id=box(0, code))


def test_after_it_the_sign_is_asked_in_the_row(oscar, checked):
    both = [problem("question", code="sign"), problem("question", code="counter", text="Ah?")]
    batch = checked(result(ok=False, problems=both))
    row = of_type(show(oscar, batch)[TABLE], "Tr")[1]
    assert "Ah?" in text(row)
    assert find(row, id=box(0, "counter"))


def test_it_goes_all_the_way_into_the_database(store, oscar, lab, clock, tmp_path, received):
    lab.battery()
    rows = [f"{n * 60_000},{1_700_000_000 + n * 60},{3 + n / 100},1" for n in range(40)]
    batch = oscar.call(
        BATCH,
        {"import-batch-added.data": [received(0, "\n".join([HEADER, *rows, ""]).encode())]},
    )[BATCH]
    worker = Worker(store, tmp_path, clock)
    worker.work_once()
    drawn = show(oscar, batch)[TABLE]
    assert find(drawn, id=box(0, "time-clock"))
    assert "No file is chosen" in confirm(oscar, batch, take())[STATE]
    batch = tick(oscar, batch, 0, "time-clock")[BATCH]
    worker.work_once()
    drawn = show(oscar, batch)[TABLE]
    assert not find(drawn, id=box(0, "time-clock"))
    assert "1 thing to know" in text(drawn)
    assert "650 Ah flow" in confirm(oscar, batch, take())[STATE]
    batch = tick(oscar, batch, 0, "battery-charge")[BATCH]
    confirm(oscar, batch, take())
    accepted = ["time-clock", "battery-charge"]
    assert lab.jobs()[-1].payload["mapping"]["accepted"] == accepted
    worker.work_once()
    assert lab.jobs()[-1].result == {"experiment_id": 1}


def without_unit(head: str) -> bytes:
    rows = [f"{n},{3.4 + n / 100},{1 + n / 10}" for n in range(40)]
    return "\n".join([head, *rows, ""]).encode()


class TestUnit:
    """One answer is that of all files of a layout that ask for the same unit."""

    HEADS = ("Time,U (V),I (A)", "Time,U (V),I (A)", "Time,U (V),I (mA)", "Time,U (V),I (A)")

    @pytest.fixture
    def batch(self, store, oscar, lab, clock, tmp_path, received):
        lab.battery()
        files = [received(n, without_unit(head)) for n, head in enumerate(self.HEADS)]
        batch = oscar.call(BATCH, {"import-batch-added.data": files})[BATCH]
        self.worker = Worker(store, tmp_path, clock)
        for _ in files:
            self.worker.work_once()
        return batch

    def work(self, batch, count):
        for _ in range(count):
            self.worker.work_once()
        return batch

    def asks(self, oscar, batch):
        drawn = show(oscar, batch)[TABLE]
        return [bool(find(drawn, id=Ids.batch_unit(row))) for row in range(len(batch))]

    def test_a_unit_is_chosen_once(self, oscar, lab, batch):
        assert self.asks(oscar, batch) == [True] * 4
        choice = Ids.batch_unit(1)
        (control,) = find(show(oscar, batch)[TABLE], id=choice)
        assert control["props"]["options"][:3] == ["ms", "us", "min"]
        by = {"id": choice, "property": "value"}
        after = oscar.call(
            BATCH, {BATCH: batch}, by=by, patterns={"import-batch-unit": [(choice, "min")]}
        )[BATCH]
        assert [one.get("options") for one in after] == [["#1=test_time:min"]] * 2 + [
            [],
            ["#1=test_time:min"],
        ]
        self.work(after, 3)
        assert self.asks(oscar, after) == [False, False, True, False]
        lasts = [job.result["verification"]["duration_s"] for job in lab.jobs()[-3:]]
        assert lasts == [39 * 60] * 3

    def test_an_answer_while_another_is_on_its_way_has_both(self, oscar, lab, batch):
        """The boxes still show what was chosen; what the page has kept does not know it yet."""
        choice, other = Ids.batch_unit(1), box(2, "part")
        given = {"import-batch-unit": [(choice, "min")], "import-batch-accept": [(other, True)]}
        by = {"id": other, "property": "value"}
        after = oscar.call(BATCH, {BATCH: batch}, by=by, patterns=given)[BATCH]
        assert [one["options"] for one in after] == [["#1=test_time:min"]] * 2 + [
            [],
            ["#1=test_time:min"],
        ]
        assert [one["accepted"] for one in after] == [[], [], ["part"], []]
        assert len({one["check"] for one in after} - {one["check"] for one in batch}) == 3

    @pytest.mark.parametrize(("row", "unit"), [(1, ""), (1, "mA"), (9, "min"), (2, None)])
    def test_what_is_no_unit_of_it_is_no_answer(self, oscar, batch, row, unit):
        choice = Ids.batch_unit(row)
        by = {"id": choice, "property": "value"}
        given = {"import-batch-unit": [(choice, unit)]}
        assert oscar.call(BATCH, {BATCH: batch}, by=by, patterns=given).status == 204

    def test_that_it_is_right_is_said_once_and_names_the_unit(self, oscar, lab, batch):
        (control,) = find(show(oscar, batch)[TABLE], id=box(0, "time-unit"))
        assert control["props"]["label"] == "It is right as it is: 'Time' is in s"
        after = self.work(tick(oscar, batch, 0, "time-unit")[BATCH], 3)
        assert self.asks(oscar, after) == [False, False, True, False]
        inferred = lab.jobs()[-1].result["verification"]["mapping"]["inferred"]
        said = [one["text"] for one in inferred if one["kind"] == "units"]
        assert said == [
            "Column 'Time' names no unit; it was said before the import that it is in s."
        ]


class TestBattery:
    """What the battery cannot have is answered where it is said."""

    @pytest.mark.parametrize(("code", "boxes"), [("battery-voltage", 1), ("", 0)])
    def test_the_answer_stands_beside_what_speaks_against_it(self, code, boxes):
        drawn = as_json(row_note(3, Note("It goes up to 3,802 V.", stops=True, code=code)))
        assert len(find(drawn, id=box(3, code))) == boxes

    def test_it_is_imported_once_that_is_said(self, oscar, lab, checked):
        lab.battery()
        batch = checked(result(most_v=3802.0))
        answer = confirm(oscar, batch, take())
        assert "say so here" in answer[STATE]
        after = tick(oscar, batch, 0, "battery-voltage")[BATCH]
        assert after == [{**batch[0], "accepted": ["battery-voltage"], "options": []}]
        confirm(oscar, after, take())
        assert lab.jobs()[-1].kind == "import file"
        assert lab.jobs()[-1].payload["mapping"]["accepted"] == ["battery-voltage"]
