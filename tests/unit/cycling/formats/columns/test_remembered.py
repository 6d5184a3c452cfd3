"""Corrections of one file, applied to the next of its layout."""

from dataclasses import replace

import pytest

from cycling.formats import Column, Field, Mapping
from cycling.formats.columns.remembered import Corrections, corrections, layout_key

COLUMNS = (
    Column(0, "t", Field.TEST_TIME, "s", "t"),
    Column(1, "Datum", Field.CLOCK, "day first", "Datum"),
    Column(2, "U", Field.VOLTAGE, "V", "U"),
    Column(3, "I", Field.CURRENT, "A", "I"),
    Column(4, "T", Field.EXTENDED, "degC", "T"),
)
PROPOSAL = Mapping("Text table", COLUMNS, time_zone="UTC")
USED = replace(
    PROPOSAL.with_column(3, Field.CURRENT, "mA").with_column(4, Field.IGNORED),
    positive_is_charge=False,
    time_zone="Europe/Madrid",
)
FOUND = corrections(PROPOSAL, USED, sign_chosen=True)


def test_what_was_changed_is_noted():
    assert [(index, field) for index, field, _unit in FOUND.columns] == [
        (3, Field.CURRENT),
        (4, Field.IGNORED),
    ]
    assert (FOUND.time_zone, FOUND.positive_is_charge) == ("Europe/Madrid", False)


def test_what_the_data_decided_is_not():
    assert not corrections(PROPOSAL, replace(PROPOSAL, positive_is_charge=True), sign_chosen=False)
    clock = PROPOSAL.with_column(1, Field.CLOCK, "Unix s")
    assert (
        corrections(clock, replace(clock, time_zone="Asia/Tokyo"), sign_chosen=False).time_zone
        is None
    )


def test_they_are_applied_to_the_next_file_without_its_sign():
    mapping = FOUND.applied(PROPOSAL)
    assert mapping == replace(USED, positive_is_charge=None)
    assert FOUND.agrees(mapping)
    assert not FOUND.agrees(PROPOSAL)
    assert not FOUND.agrees(replace(mapping, time_zone="UTC"))


def test_they_come_back_from_json():
    assert Corrections.from_json(FOUND.to_json()) == FOUND
    assert not Corrections.from_json({"columns": "x"})
    assert not Corrections.from_json(None)


@pytest.mark.parametrize("index", [7, 5])
def test_what_does_not_fit_changes_nothing(index):
    assert Corrections(((index, Field.POWER, "W"),)).applied(PROPOSAL) == PROPOSAL
    assert Corrections(((3, Field.POWER, "parsec"),)).applied(PROPOSAL) == PROPOSAL


def test_they_are_said_in_words():
    assert FOUND.words(PROPOSAL) == (
        "I is Current in mA; T is Not imported; the clock is of Europe/Madrid; "
        "current above zero discharges"
    )


def test_a_layout_is_its_kind_and_the_names_of_its_columns():
    assert layout_key(USED) == layout_key(PROPOSAL)
    assert layout_key(replace(PROPOSAL, format="BDF CSV")) != layout_key(PROPOSAL)
    other = replace(PROPOSAL, columns=COLUMNS[:4])
    assert layout_key(other) != layout_key(PROPOSAL)


def test_a_unit_that_is_not_the_labels_is_a_question():
    labelled = replace(COLUMNS[3], label="I [A]")
    mapping = replace(PROPOSAL, columns=(*COLUMNS[:3], labelled, COLUMNS[4]))
    question = Corrections(((3, Field.CURRENT, "mA"),)).question(mapping)
    assert (question.code, question.column) == ("remembered-unit", "I [A]")
    assert FOUND.question(PROPOSAL) is None
    assert Corrections(((3, Field.CURRENT, "A"),)).question(mapping) is None
    assert Corrections(((9, Field.CURRENT, "mA"),)).question(mapping) is None
