"""A form that is sent twice does its deed once, on each engine, also at the same moment."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cycling.errors import ConflictError, InputError
from db.commands import jobs, users
from db.commands.audit import By, record
from db.commands.experiments.notes import NewNote, add_note
from db.commands.form_tokens import (
    KEPT_FOR,
    DoneBeforeError,
    check_token,
    new_token,
    once,
    sweep_form_tokens,
)
from db.engine import Database
from db.models import AuditEntry, Base, FormToken, Job, Note, User
from db.terms import Role
from tests.integration.db.commands.users.test_sign_in import PASSWORD, PLAIN
from tests.unit.db.lab import BY, NOW, add_experiment, at_once

THREADS = 6


def count(database: Database, model: type[Base]) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def sent() -> By:
    return replace(BY, form_token=new_token())


def test_the_same_note_sent_by_six_at_once_is_one_note(database: Database):
    by, note = sent(), NewNote(add_experiment(database), "Door open")
    results = at_once([lambda: add_note(database, note, by=by)] * THREADS)
    assert sum(isinstance(one, int) for one in results) == 1
    assert sum(isinstance(one, DoneBeforeError) for one in results) == THREADS - 1
    assert (count(database, Note), count(database, FormToken)) == (1, 1)


def test_the_same_import_asked_for_by_six_at_once_is_one_job_that_all_learn_of(database: Database):
    token = new_token()

    def enqueue() -> int:
        return jobs.enqueue(
            database, kind="import", payload={}, user_name="oscar", now=NOW, form_token=token
        )

    results = at_once([enqueue] * THREADS)
    assert count(database, Job) == 1
    [made] = [one for one in results if isinstance(one, int)]
    late = [one for one in results if isinstance(one, DoneBeforeError)]
    assert len(late) == THREADS - 1
    assert {one.number for one in late} == {made}


def test_what_is_refused_because_the_form_has_done_it_is_no_refusal(database: Database):
    by = sent()

    def add() -> int:
        return users.add_user(database, "new.one", Role.VIEWER, PASSWORD, hasher=PLAIN, by=by)

    results = at_once([lambda: once(database, by.form_token, add)] * THREADS)
    assert sum(isinstance(one, DoneBeforeError) for one in results) == THREADS - 1
    assert count(database, User) == 1
    with pytest.raises(ConflictError, match="There is a user"):
        once(database, new_token(), add)


def test_what_was_refused_may_be_sent_again_with_the_same_token(database: Database):
    by, experiment = sent(), add_experiment(database)
    with pytest.raises(InputError, match="empty"):
        once(database, by.form_token, lambda: add_note(database, NewNote(experiment, ""), by=by))
    once(database, by.form_token, lambda: add_note(database, NewNote(experiment, "Now"), by=by))
    assert count(database, Note) == 1


def test_a_deed_of_two_audit_rows_spends_its_token_once(database: Database):
    by = sent()
    with database.write() as session:
        record(session, by, "confirm battery", "station 1")
        record(session, by, "queue experiment", "plan 2")
    assert (count(database, AuditEntry), count(database, FormToken)) == (2, 1)


def test_other_forms_and_those_without_a_token_are_written_each_time(database: Database):
    experiment = add_experiment(database)
    for by in (BY, BY, sent(), sent()):
        add_note(database, NewNote(experiment, "Same words"), by=by)
    assert (count(database, Note), count(database, FormToken)) == (4, 2)


def test_tokens_are_forgotten_after_a_week(database: Database):
    by, experiment = sent(), add_experiment(database)
    add_note(database, NewNote(experiment, "Old"), by=by)
    assert sweep_form_tokens(database, now=NOW + KEPT_FOR) == 0
    assert sweep_form_tokens(database, now=NOW + KEPT_FOR + timedelta(seconds=1)) == 1
    assert count(database, FormToken) == 0


@pytest.mark.parametrize(
    "sent", [None, "", 7, "short", "x" * 33, "a" * 15 + "\ud800", "emoji🔋🔋🔋"]
)
def test_what_no_form_has_sent_is_no_token(sent: object):
    with pytest.raises(InputError, match="Load the page again"):
        check_token(sent)
