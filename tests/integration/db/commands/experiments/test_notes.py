"""Notes about an experiment: adding, reading and deleting them, on each engine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from cycling.errors import InputError, NotFoundError
from db.commands.audit import By
from db.commands.experiments.notes import LONGEST, NewNote, add_note, delete_note
from db.engine import Database
from db.models import AuditEntry, Note
from db.queries.experiments.detail import MOST_NOTES, experiment_notes, find_note
from tests.unit.db.lab import BY, NOW, add_experiment, at_once

AT = datetime(2026, 11, 1, 8, 30, 0, 125_000, tzinfo=UTC)


def at(minutes: float) -> By:
    return replace(BY, now=NOW + timedelta(minutes=minutes))


def audits(database: Database) -> list[tuple]:
    with database.read() as session:
        found = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [
            (one.action, one.target, one.detail.get("text"))
            for one in found
            if "note" in one.action
        ]


def test_notes_come_newest_first_and_only_those_of_their_experiment(database: Database):
    first, other = add_experiment(database), add_experiment(database)
    add_note(database, NewNote(first, "Door open"), by=at(0))
    add_note(database, NewNote(other, "Elsewhere"), by=at(1))
    add_note(database, NewNote(first, "Door closed", AT), by=at(2))
    found = experiment_notes(database, first)
    assert [note.text for note in found] == ["Door closed", "Door open"]
    assert [note.at for note in found] == [AT, None]
    assert {note.user_name for note in found} == {"oscar"}
    assert found[0].created_at == NOW + timedelta(minutes=2)


def test_notes_of_one_moment_are_in_the_order_of_writing(database: Database):
    experiment = add_experiment(database)
    for text in ("a", "b", "c"):
        add_note(database, NewNote(experiment, text), by=BY)
    assert [note.text for note in experiment_notes(database, experiment)] == ["c", "b", "a"]


def test_a_note_is_kept_as_it_was_written(database: Database):
    experiment = add_experiment(database)
    text = "T1 dips by 4 °C 🔋\n<b>door</b> & 'fan'"
    note_id = add_note(database, NewNote(experiment, f"  {text}\n\n"), by=BY)
    assert find_note(database, note_id).text == text


def test_line_ends_of_other_systems_and_what_cannot_be_shown_are_tidied(database: Database):
    experiment = add_experiment(database)
    note_id = add_note(database, NewNote(experiment, "a\r\nb\x00\ud800c\x1b[1m"), by=BY)
    assert find_note(database, note_id).text == "a\nbc[1m"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The note is empty. Write what happened."),
        (" \n\t", "The note is empty. Write what happened."),
        ("\x00", "The note is empty. Write what happened."),
        ("x" * (LONGEST + 1), "The note has 501 characters; shorten it to 500."),
    ],
)
def test_a_text_that_is_no_note_is_refused(database: Database, text: str, sentence: str):
    experiment = add_experiment(database)
    with pytest.raises(InputError) as refused:
        add_note(database, NewNote(experiment, text), by=BY)
    assert str(refused.value) == sentence
    assert experiment_notes(database, experiment) == ()
    assert audits(database) == []


def test_the_longest_note_fits(database: Database):
    experiment = add_experiment(database)
    note_id = add_note(database, NewNote(experiment, "ö" * LONGEST), by=BY)
    assert len(find_note(database, note_id).text) == LONGEST


def test_a_note_needs_its_experiment(database: Database):
    with pytest.raises(NotFoundError, match="There is no experiment 4711"):
        add_note(database, NewNote(4711, "Door open"), by=BY)


def test_writing_and_deleting_are_in_the_audit_trail(database: Database):
    experiment = add_experiment(database)
    note_id = add_note(database, NewNote(experiment, "Door open"), by=BY)
    delete_note(database, note_id, by=BY)
    target = f"experiment {experiment}"
    assert audits(database) == [
        ("add note", target, "Door open"),
        ("delete note", target, "Door open"),
    ]
    with pytest.raises(NotFoundError, match="not there any more"):
        find_note(database, note_id)


def test_a_note_is_deleted_once(database: Database):
    note_id = add_note(database, NewNote(add_experiment(database), "Door open"), by=BY)
    delete_note(database, note_id, by=BY)
    with pytest.raises(NotFoundError, match="Somebody has deleted it already"):
        delete_note(database, note_id, by=BY)
    assert len(audits(database)) == 2


def test_of_two_who_delete_at_once_one_is_told_that_it_is_gone(database: Database):
    note_id = add_note(database, NewNote(add_experiment(database), "Door open"), by=BY)
    ends = at_once([lambda: delete_note(database, note_id, by=BY)] * 2)
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "NotFoundError"]
    assert [action for action, *_rest in audits(database)] == ["add note", "delete note"]


def test_a_page_is_not_flooded_by_notes(database: Database):
    experiment = add_experiment(database)
    many = [
        Note(experiment_id=experiment, text=str(n), user_name="x", created_at=NOW)
        for n in range(MOST_NOTES + 1)
    ]
    with database.write() as session:
        session.add_all(many)
    found = experiment_notes(database, experiment)
    assert len(found) == MOST_NOTES
    assert found[0].text == str(MOST_NOTES)
