"""Jobs: claimed by one worker, beaten, taken over, cancelled and ended, on each engine."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from cycling.errors import InputError, NotFoundError
from db.commands import audit, jobs
from db.commands.audit import By
from db.engine import Database
from db.models import Job
from db.queries.jobs import JobStatus, job_status
from db.terms import JobState
from tests.unit.db.lab import NOW, at_once, counts, import_blocks

KIND = "import file"
LATER = NOW + jobs.SILENT_AFTER + timedelta(seconds=1)


def ask(database: Database, user: str = "oscar", now: datetime = NOW, **payload) -> int:
    return jobs.enqueue(database, kind=KIND, payload=payload, user_name=user, now=now)


def claim(database: Database, worker: str = "one", now: datetime = NOW) -> jobs.Claim | None:
    return jobs.claim(database, worker=worker, kinds=[KIND], now=now)


def end(database: Database, mine: jobs.Claim) -> None:
    with database.write() as session:
        jobs.end_done(session, mine, result={"experiment_id": 7}, now=NOW)


def state(database: Database, job_id: int) -> JobState:
    return job_status(database, job_id).state


def test_a_job_waits_runs_and_ends_with_its_result(database: Database):
    job_id = ask(database, upload="abc")
    assert job_status(database, job_id) == JobStatus(
        job_id, KIND, JobState.QUEUED, 0, 0, None, None, "oscar", NOW, None
    )
    mine = claim(database)
    assert mine == jobs.Claim(job_id, KIND, {"upload": "abc"}, "oscar", "one", 1)
    jobs.heartbeat(database, mine, done=30, total=120, now=NOW)
    assert job_status(database, job_id).fraction == 0.25
    end(database, mine)
    ended = job_status(database, job_id)
    assert (ended.state, ended.result, ended.ended_at) == (
        JobState.DONE,
        {"experiment_id": 7},
        NOW,
    )
    assert ended.fraction == 1
    assert claim(database, now=LATER) is None


def test_a_worker_claims_only_kinds_that_it_knows(database: Database):
    ask(database)
    assert jobs.claim(database, worker="one", kinds=["verify file"], now=NOW) is None


def test_the_oldest_job_comes_first(database: Database):
    newer = ask(database, now=NOW)
    older = ask(database, now=NOW - timedelta(seconds=1))
    assert [claim(database).job_id, claim(database).job_id] == [older, newer]


def test_one_of_many_workers_gets_a_job(database: Database):
    for _ in range(5):
        job_id = ask(database)
        taken = at_once([lambda n=n: claim(database, f"worker {n}") for n in range(6)])
        winners = [mine for mine in taken if mine is not None]
        assert [mine.job_id for mine in winners] == [job_id]
        assert winners[0].attempt == 1
        end(database, winners[0])


def test_many_workers_share_the_jobs_out_without_one_twice(database: Database):
    asked = {ask(database) for _ in range(6)}
    taken = at_once([lambda n=n: claim(database, f"worker {n}") for n in range(6)])
    ids = [mine.job_id for mine in taken]
    assert set(ids) == asked


def test_a_silent_worker_loses_its_job_to_one_other(database: Database):
    job_id = ask(database)
    old = claim(database, "old")
    assert claim(database, "new", NOW + jobs.SILENT_AFTER) is None
    taken = at_once([lambda n=n: claim(database, f"new {n}", LATER) for n in range(4)])
    winners = [mine for mine in taken if mine is not None]
    assert [(mine.job_id, mine.attempt) for mine in winners] == [(job_id, 2)]
    with pytest.raises(jobs.JobStoppedError):
        jobs.heartbeat(database, old, done=1, total=2, now=LATER)
    with pytest.raises(jobs.JobStoppedError):
        end(database, old)
    jobs.end_failed(database, old, error="late", now=LATER)
    jobs.release(database, old)
    assert state(database, job_id) is JobState.RUNNING
    assert job_status(database, job_id).error is None
    jobs.heartbeat(database, winners[0], done=1, total=2, now=LATER)


def test_a_worker_that_lost_a_job_and_took_it_again_is_not_taken_for_its_old_self(
    database: Database,
):
    job_id = ask(database)
    first = claim(database, "one")
    second = claim(database, "one", LATER)
    assert second.job_id == job_id
    with pytest.raises(jobs.JobStoppedError):
        jobs.heartbeat(database, first, done=1, total=2, now=LATER)
    jobs.heartbeat(database, second, done=1, total=2, now=LATER)


def test_beats_keep_a_job(database: Database):
    ask(database)
    mine = claim(database)
    jobs.heartbeat(database, mine, done=1, total=2, now=NOW + jobs.SILENT_AFTER)
    assert claim(database, "other", LATER) is None


def test_cancelling_a_waiting_job_ends_it_at_once(database: Database):
    job_id = ask(database)
    jobs.cancel(database, job_id, user_name="oscar", now=NOW)
    assert state(database, job_id) is JobState.CANCELLED
    assert job_status(database, job_id).ended_at == NOW
    assert claim(database) is None


def test_cancelling_a_running_job_ends_it_at_its_next_beat(database: Database):
    job_id = ask(database)
    mine = claim(database)
    jobs.cancel(database, job_id, user_name="oscar", now=NOW)
    assert state(database, job_id) is JobState.RUNNING
    with pytest.raises(jobs.JobStoppedError):
        jobs.heartbeat(database, mine, done=1, total=2, now=NOW)
    jobs.end_cancelled(database, mine, now=NOW)
    assert state(database, job_id) is JobState.CANCELLED


def test_a_job_that_was_not_cancelled_is_not_ended_as_cancelled(database: Database):
    job_id = ask(database)
    jobs.end_cancelled(database, claim(database), now=NOW)
    assert state(database, job_id) is JobState.RUNNING


def test_what_a_cancelled_job_publishes_is_rolled_back(database: Database):
    job_id = ask(database)
    mine = claim(database)
    jobs.cancel(database, job_id, user_name="oscar", now=NOW)

    def publish() -> None:
        with database.write() as session:
            audit.record(session, By("oscar", "", NOW), "import", "-")
            session.flush()
            jobs.end_done(session, mine, result={}, now=NOW)

    with pytest.raises(jobs.JobStoppedError):
        publish()
    assert counts(database)["bem_audit"] == 0


def test_a_cancelled_job_of_a_dead_worker_is_ended_and_not_begun_again(database: Database):
    job_id = ask(database)
    claim(database)
    jobs.cancel(database, job_id, user_name="oscar", now=NOW)
    assert claim(database, "other", LATER) is None
    jobs.fail_hopeless(database, now=LATER)
    assert state(database, job_id) is JobState.CANCELLED


@pytest.mark.parametrize("ended", ["done", "failed", "cancelled"])
def test_what_has_ended_cannot_be_cancelled(database: Database, ended: str):
    job_id = ask(database)
    mine = claim(database)
    if ended == "done":
        end(database, mine)
    elif ended == "failed":
        jobs.end_failed(database, mine, error="Row 3: 'x' is not a number.", now=NOW)
    else:
        jobs.cancel(database, job_id, user_name="oscar", now=NOW)
        jobs.end_cancelled(database, mine, now=NOW)
    before = job_status(database, job_id)
    with pytest.raises(InputError, match="nothing to cancel"):
        jobs.cancel(database, job_id, user_name="oscar", now=LATER)
    assert job_status(database, job_id) == before


@pytest.mark.parametrize("running", [False, True])
def test_nobody_cancels_the_job_of_somebody_else(database: Database, running: bool):
    job_id = ask(database, user="oscar")
    mine = claim(database) if running else None
    with pytest.raises(InputError, match="nothing to cancel"):
        jobs.cancel(database, job_id, user_name="vera", now=NOW)
    if mine:
        jobs.heartbeat(database, mine, done=1, total=2, now=NOW)
    else:
        assert state(database, job_id) is JobState.QUEUED


def test_a_cancel_and_a_claim_at_the_same_moment_leave_no_work_running(database: Database):
    for _ in range(8):
        job_id = ask(database)
        mine, refused = at_once(
            [
                lambda: claim(database),
                lambda job_id=job_id: jobs.cancel(database, job_id, user_name="oscar", now=NOW),
            ]
        )
        assert not isinstance(refused, InputError)
        if mine is None:
            assert state(database, job_id) is JobState.CANCELLED
        else:
            with pytest.raises(jobs.JobStoppedError):
                jobs.heartbeat(database, mine, done=1, total=2, now=NOW)
            jobs.end_cancelled(database, mine, now=NOW)


def test_a_released_job_waits_again_and_the_attempt_does_not_count(database: Database):
    job_id = ask(database)
    for _ in range(jobs.MAX_ATTEMPTS + 2):
        mine = claim(database)
        assert (mine.job_id, mine.attempt) == (job_id, 1)
        jobs.release(database, mine)
        assert state(database, job_id) is JobState.QUEUED


def test_a_job_whose_workers_die_again_and_again_is_given_up(database: Database):
    job_id = ask(database)
    now = NOW
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        assert claim(database, f"worker {attempt}", now).attempt == attempt
        jobs.fail_hopeless(database, now=now)
        now += jobs.SILENT_AFTER + timedelta(seconds=1)
    assert state(database, job_id) is JobState.RUNNING
    assert claim(database, "another", now) is None
    jobs.fail_hopeless(database, now=now)
    failed = job_status(database, job_id)
    assert failed.state is JobState.FAILED
    assert failed.error.startswith("It was interrupted 3 times and given up.")
    assert failed.ended_at == now


def test_giving_up_leaves_living_and_other_jobs_alone(database: Database):
    waits, runs = ask(database), ask(database, now=NOW - timedelta(seconds=5))
    assert claim(database).job_id == runs
    jobs.fail_hopeless(database, now=NOW)
    assert [state(database, waits), state(database, runs)] == [JobState.QUEUED, JobState.RUNNING]


def test_an_unknown_job_is_said_to_be_unknown(database: Database):
    with pytest.raises(NotFoundError, match="not known any more"):
        job_status(database, 4711)
    with pytest.raises(InputError):
        jobs.cancel(database, 4711, user_name="oscar", now=NOW)


def test_a_job_that_nobody_takes_is_said_to_wait_long(database: Database):
    waiting = job_status(database, ask(database))
    assert not waiting.waits_long(NOW + timedelta(seconds=10))
    assert waiting.waits_long(NOW + timedelta(seconds=11))
    claim(database)
    assert not job_status(database, waiting.id).waits_long(LATER)


def test_many_who_wait_for_the_same_measures_ask_one_job(database: Database):
    experiment_id, other = import_blocks(database), import_blocks(database, name="Other")

    everybody = threading.Barrier(8)

    def after_looking(_connection, _cursor, statement, *_rest) -> None:
        """Let all look before the first one writes, unless a lock keeps them apart."""
        if statement.startswith("SELECT bem_jobs.payload"):
            with suppress(threading.BrokenBarrierError):
                everybody.wait(timeout=1)

    def ask() -> None:
        jobs.prepare_series(database, experiment_id, user_name="oscar", now=NOW)

    event.listen(database.engine, "after_cursor_execute", after_looking)
    try:
        assert at_once([ask] * 8) == [None] * 8
    finally:
        event.remove(database.engine, "after_cursor_execute", after_looking)
    jobs.prepare_series(database, other, user_name="oscar", now=NOW)
    with database.read() as session:
        asked = session.scalars(select(Job.payload).order_by(Job.id)).all()
    assert asked == [{"experiment_id": experiment_id}, {"experiment_id": other}]


def test_once_the_measures_were_prepared_they_can_be_asked_for_again(database: Database):
    experiment_id = import_blocks(database)
    for _ in range(2):
        jobs.prepare_series(database, experiment_id, user_name="oscar", now=NOW)
        mine = jobs.claim(database, worker="w", kinds=[jobs.PREPARE], now=NOW)
        assert mine is not None
        with database.write() as session:
            jobs.end_done(session, mine, result={}, now=NOW)


def test_nobody_prepares_the_measures_of_a_deleted_experiment(database: Database):
    jobs.prepare_series(database, 4711, user_name="oscar", now=NOW)
    assert not jobs.is_waiting(database)
