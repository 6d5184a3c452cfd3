"""Corrections of one file are there for the next, said by name, until they are forgotten."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bem.worker.loop import Worker
from cycling.formats import Field, Mapping
from db.models import ImportCorrection
from pages.import_experiment.remembered import as_for
from tests.unit.pages.files import result
from tests.unit.pages.import_experiment.test_page import (
    ASK,
    CORRECT,
    START,
    VERIFIED,
    start,
    values,
    watch,
)

HEADER = "Zeit/s;Spannung/V;Strom;Temp/degC"
LABELLED = HEADER.replace("Strom", "Strom/A")
REMEMBERED, FORGET = "import-remembered.hidden", "import-forget.n_clicks"
FORGOTTEN = "import-forget.disabled"
KNOWN = {
    "layout": "ab",
    "file_name": "cell.csv",
    "user_name": "ada",
    "at": "2026-11-20T14:00:00+00:00",
    "words": "Strom is Current in mA",
}


def content(volts: float, header: str = HEADER) -> bytes:
    """A file whose voltage says nothing about the sign of its current."""
    rows = [f"{n};{volts};1;{20 + n}" for n in range(30)]
    return "\n".join([header, *rows, ""]).encode()


@pytest.fixture
def worker(store, clock, tmp_path) -> Worker:
    return Worker(store, tmp_path, clock)


def check(oscar, worker, upload, mapping=None):
    """Have a file checked; return the job and what it has found."""
    given = {"upload": upload["id"], "mapping": mapping.to_json()} if mapping else None
    job = oscar.call(ASK, values(upload=upload, mapping=given))[ASK]
    worker.work_once()
    return job, watch(oscar, job)[VERIFIED]


def imported(oscar, worker, lab, upload):
    """Correct a file and import it."""
    _, found = check(oscar, worker, upload)
    mapping = Mapping.from_json(found["verification"]["mapping"])
    mapping = mapping.with_column(2, Field.CURRENT, "mA")
    job, found = check(oscar, worker, upload, _signed(mapping))
    assert found["verification"]["ok"], found["verification"]["problems"]
    start(
        oscar,
        **{
            ASK: job,
            VERIFIED: found,
            "import-upload.data": upload,
            "import-battery.value": lab.battery(),
            "import-start-day.value": "2026-08-24",
            CORRECT: {"upload": upload["id"], "mapping": {}, "sign_chosen": True},
        },
    )
    worker.work_once()


def _signed(mapping: Mapping) -> Mapping:
    return replace(mapping, positive_is_charge=False)


def layouts(store) -> list[str]:
    with store.read() as session:
        return list(session.scalars(select(ImportCorrection.layout)))


def test_the_next_file_of_the_layout_is_read_like_the_first(
    store,
    oscar,
    lab,
    worker,
    received,
):
    first, second = received(0, content(3.1)), received(1, content(3.2))
    imported(oscar, worker, lab, first)
    _, found = check(oscar, worker, second)
    mapping = Mapping.from_json(found["verification"]["mapping"])
    assert mapping.columns[2].unit == "mA"
    assert mapping.positive_is_charge is False
    assert found["verification"]["ok"]
    said = oscar.call(REMEMBERED, values(verified=found))
    assert said[REMEMBERED] is False
    assert said["import-remembered-text.children"].startswith("As for cell 0.csv on 20")
    assert "Strom is Current in mA" in said["import-remembered-text.children"]
    assert "by oscar" in said["import-remembered-text.children"]

    answer = oscar.call(FORGOTTEN, values(verified=found), by=FORGET)
    assert answer == {FORGOTTEN: False, CORRECT: None}
    assert layouts(store) == []
    assert lab.audits()[-1].action == "forget corrections"
    _, found = check(oscar, worker, second)
    assert found["verification"]["mapping"]["columns"][2]["unit"] == "A"
    assert found["remembered"] is None


def test_a_unit_that_is_not_the_labels_is_asked_for_in_each_file(oscar, lab, worker, received):
    imported(oscar, worker, lab, received(0, content(3.1, LABELLED)))
    upload = received(1, content(3.2, LABELLED))
    _, found = check(oscar, worker, upload)
    question = found["verification"]["problems"][0]
    assert (question["code"], question["severity"]) == ("remembered-unit", "question")
    assert "'Strom/A' in mA, not in A" in question["text"]
    assert not found["verification"]["ok"]

    mapping = Mapping.from_json(found["verification"]["mapping"])
    answers = {
        "mA": replace(mapping, accepted=("remembered-unit",)),
        "A": mapping.with_column(2, Field.CURRENT, "A"),
    }
    for unit, answer in answers.items():
        _, found = check(oscar, worker, upload, answer)
        assert found["verification"]["ok"]
        assert found["verification"]["mapping"]["columns"][2]["unit"] == unit


def test_a_remembered_sign_is_not_asked_for_again_after_another_answer(
    oscar, lab, worker, received
):
    imported(oscar, worker, lab, received(0, content(3.1, LABELLED)))
    upload = received(1, content(3.2, LABELLED))
    _, found = check(oscar, worker, upload)
    mapping = Mapping.from_json(found["verification"]["mapping"])
    unsigned = replace(mapping, positive_is_charge=None)  # the page sends no sign but its own
    answers = {
        "right as it is": replace(unsigned, accepted=("remembered-unit",)),
        "another unit": unsigned.with_column(2, Field.CURRENT, "A"),
        "another zone": replace(
            unsigned, accepted=("remembered-unit",), time_zone="America/Santiago"
        ),
    }
    for answer in answers.values():
        _, found = check(oscar, worker, upload, answer)
        assert found["verification"]["ok"], found["verification"]["problems"]
        assert found["verification"]["mapping"]["positive_is_charge"] is False
        assert "current above zero discharges" in found["remembered"]["words"]
    assert "Strom/A is Current" in found["remembered"]["words"]


def test_what_was_corrected_otherwise_is_not_said(oscar, lab, worker, received):
    imported(oscar, worker, lab, received(0, content(3.1)))
    upload = received(1, content(3.2))
    _, found = check(oscar, worker, upload)
    mapping = Mapping.from_json(found["verification"]["mapping"])
    other = replace(mapping.with_column(2, Field.CURRENT, "A"), positive_is_charge=True)
    _, found = check(oscar, worker, upload, other)
    assert found["remembered"] is None


def test_corrections_that_are_gone_are_said_to_be(oscar):
    answer = oscar.call(
        FORGOTTEN, values(verified={"job": 1, **result(), "remembered": KNOWN}), by=FORGET
    )
    assert "forgotten already" in answer.error


def test_a_file_without_corrections_says_nothing(oscar):
    answer = oscar.call(REMEMBERED, values(verified={"job": 1, **result(), "remembered": None}))
    assert answer[REMEMBERED] is True
    assert as_for(None) == ""
    assert as_for({"remembered": KNOWN}) == (
        "As for cell.csv on 2026-11-20 by ada: Strom is Current in mA."
    )


def test_nothing_corrected_is_not_remembered(store, oscar, lab, worker, received):
    rows = [f"{n},{1_700_000_000 + n},{3 + n / 100},1" for n in range(6)]
    header = "Test Time / s,Unix Time / s,Voltage / V,Current / A"
    upload = received(0, "\n".join([header, *rows, ""]).encode())
    job, found = check(oscar, worker, upload)
    given = {ASK: job, VERIFIED: found, "import-upload.data": upload}
    assert start(oscar, **given, **{"import-battery.value": lab.battery()})[START]
    worker.work_once()
    assert layouts(store) == []
