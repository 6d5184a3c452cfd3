"""Jobs: asked for by a page, claimed, kept alive by heartbeats and ended by workers.

Every change is an UPDATE whose WHERE names the state it expects; whoever changes no row was late.
A worker that stops beating loses its job to the next one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from cycling.errors import BemError, InputError
from db.commands.form_tokens import spend
from db.engine import Database
from db.models import Experiment, Job
from db.repeating import idempotent, repeated
from db.statements import count_changed
from db.terms import JobState

SILENT_AFTER = timedelta(seconds=20)
MAX_ATTEMPTS = 3

PREPARE = "prepare experiment"
HOPELESS = (
    f"It was interrupted {MAX_ATTEMPTS} times and given up. "
    "Nothing of it was kept. Tell an admin, then start it again."
)


class JobStoppedError(BemError):
    """The job was cancelled, or another worker has taken it over: stop working on it."""


class JobInterruptedError(JobStoppedError):
    """The worker must end now: whoever takes the job next clears up what this attempt left."""


@dataclass(frozen=True)
class Claim:
    """A job in the hands of one worker."""

    job_id: int
    kind: str
    payload: dict[str, Any]
    user_name: str
    worker: str
    attempt: int


@repeated
def enqueue(
    database: Database,
    *,
    kind: str,
    payload: dict[str, Any],
    user_name: str,
    now: datetime,
    form_token: str = "",
) -> int:
    """Ask for a job and return its id. Raises DoneBeforeError where the form has asked already."""
    with database.write() as session:
        job_id = enqueue_within(session, kind=kind, payload=payload, user_name=user_name, now=now)
        spend(session, form_token, user_name=user_name, target=f"job {job_id}", now=now)
        return job_id


@repeated
def enqueue_all(
    database: Database,
    *,
    kind: str,
    payloads: Sequence[dict[str, Any]],
    user_name: str,
    now: datetime,
    form_token: str = "",
) -> list[int]:
    """Ask for many jobs, all or none, and return their ids in that order.

    Raises DoneBeforeError where the form has asked already.
    """
    with database.write() as session:
        ids = [
            enqueue_within(session, kind=kind, payload=one, user_name=user_name, now=now)
            for one in payloads
        ]
        target = f"jobs {ids[0]} to {ids[-1]}" if ids else "no job"
        spend(session, form_token, user_name=user_name, target=target, now=now)
        return ids


def enqueue_within(
    session: Session, *, kind: str, payload: dict[str, Any], user_name: str, now: datetime
) -> int:
    """Ask for a job in the caller's transaction."""
    job = Job(
        kind=kind,
        state=JobState.QUEUED,
        payload=payload,
        user_name=user_name,
        created_at=now,
    )
    session.add(job)
    session.flush()
    return job.id


@repeated
def prepare_series(
    database: Database, experiment_id: int, *, user_name: str, now: datetime
) -> None:
    """Ask a worker to copy an experiment's measures, unless one was asked already.

    Whoever asks holds the experiment's row, so that of many who ask at once only one does.
    """
    payload = {"experiment_id": experiment_id}
    waiting = select(Job.payload).where(
        Job.kind == PREPARE, Job.state.in_([JobState.QUEUED, JobState.RUNNING])
    )
    with database.read() as session:
        if payload in session.scalars(waiting):  # most who ask: no need to hold up a writer
            return
    with database.write() as session:
        of_it = select(Experiment.id).where(Experiment.id == experiment_id)
        if session.scalar(of_it.with_for_update()) and payload not in session.scalars(waiting):
            enqueue_within(session, kind=PREPARE, payload=payload, user_name=user_name, now=now)


def is_waiting(database: Database) -> bool:
    """Whether a job waits for a worker."""
    with database.read() as session:
        waits = exists().where(Job.state == JobState.QUEUED)
        return bool(session.scalar(select(waits)))


def claim(database: Database, *, worker: str, kinds: list[str], now: datetime) -> Claim | None:
    """Take the oldest job that waits or whose worker has gone silent; None if there is none."""
    takeable = _takeable(now)
    with database.read() as session:
        candidates = session.scalars(
            select(Job.id).where(Job.kind.in_(kinds), takeable).order_by(Job.created_at).limit(8)
        ).all()
    for job_id in candidates:
        taken = {
            "state": JobState.RUNNING,
            "worker": worker,
            "beat_at": now,
            "attempts": Job.attempts + 1,
            "done": 0,
        }
        if _changed(database, job_id, takeable, taken):
            return _claimed(database, job_id, worker)
    return None


@idempotent
def heartbeat(database: Database, mine: Claim, *, done: int, total: int, now: datetime) -> None:
    """Say that the job is alive and how far it is; raises JobStoppedError when it is not ours."""
    still_ours = and_(_held_by(mine), Job.cancel_asked.is_(False))
    if not _changed(
        database, mine.job_id, still_ours, {"beat_at": now, "done": done, "total": total}
    ):
        raise JobStoppedError("The task was cancelled.")


def end_done(session: Session, mine: Claim, *, result: dict[str, Any], now: datetime) -> None:
    """End a job within the transaction that publishes its work.

    Raises JobStoppedError, and so rolls the work back, when it was cancelled or taken over.
    """
    ours = update(Job).where(Job.id == mine.job_id, _held_by(mine), Job.cancel_asked.is_(False))
    ended = ours.values(state=JobState.DONE, result=result, ended_at=now, done=Job.total)
    if not count_changed(session, ended):
        raise JobStoppedError("The task was cancelled.")


def end_failed(database: Database, mine: Claim, *, error: str, now: datetime) -> None:
    """End a job with a sentence for its user; nothing happens if it is no longer ours."""
    values = {"state": JobState.FAILED, "error": error, "ended_at": now}
    _changed(database, mine.job_id, _held_by(mine), values)


def end_cancelled(database: Database, mine: Claim, *, now: datetime) -> None:
    """End a job that its user has cancelled; nothing happens if another worker has it."""
    values = {"state": JobState.CANCELLED, "ended_at": now}
    _changed(database, mine.job_id, and_(_held_by(mine), Job.cancel_asked.is_(True)), values)


def release(database: Database, mine: Claim) -> None:
    """Put a job back because its worker is told to stop; this attempt does not count."""
    values = {"state": JobState.QUEUED, "worker": None, "attempts": Job.attempts - 1}
    _changed(database, mine.job_id, _held_by(mine), values)


def cancel(database: Database, job_id: int, *, user_name: str, now: datetime) -> None:
    """Cancel one's job: at once while it waits, at the next beat while it runs.

    Raises InputError when it has ended already.
    """
    own = Job.user_name == user_name
    waiting = and_(own, Job.state == JobState.QUEUED)
    if _changed(database, job_id, waiting, {"state": JobState.CANCELLED, "ended_at": now}):
        return
    running = and_(own, Job.state == JobState.RUNNING)
    if not _changed(database, job_id, running, {"cancel_asked": True}):
        raise InputError("There is nothing to cancel: it has ended.")


@idempotent
def fail_hopeless(database: Database, *, now: datetime) -> list[int]:
    """End jobs whose worker died again and again, and cancelled ones whose worker is gone.

    Return the ids of the first.
    """
    silent = and_(Job.state == JobState.RUNNING, Job.beat_at < now - SILENT_AFTER)
    with database.write() as session:
        session.execute(
            update(Job)
            .where(silent, Job.cancel_asked.is_(True))
            .values(state=JobState.CANCELLED, ended_at=now)
        )
        hopeless = and_(silent, Job.attempts >= MAX_ATTEMPTS)
        job_ids = list(session.scalars(select(Job.id).where(hopeless)))
        failed = {"state": JobState.FAILED, "ended_at": now, "error": HOPELESS}
        session.execute(update(Job).where(hopeless).values(**failed))
        return job_ids


def _takeable(now: datetime) -> ColumnElement[bool]:
    silent = and_(
        Job.state == JobState.RUNNING,
        Job.beat_at < now - SILENT_AFTER,
        Job.attempts < MAX_ATTEMPTS,
        Job.cancel_asked.is_(False),
    )
    return or_(Job.state == JobState.QUEUED, silent)


def _held_by(mine: Claim) -> ColumnElement[bool]:
    # the attempt too: a worker that woke up after losing its job may have taken it again
    return and_(
        Job.state == JobState.RUNNING, Job.worker == mine.worker, Job.attempts == mine.attempt
    )


def _claimed(database: Database, job_id: int, worker: str) -> Claim:
    with database.read() as session:
        job = session.get_one(Job, job_id)
        return Claim(job.id, job.kind, job.payload, job.user_name, worker, job.attempts)


@repeated
def _changed(
    database: Database, job_id: int, expected: ColumnElement[bool], values: dict[str, Any]
) -> bool:
    with database.write() as session:
        change = update(Job).where(Job.id == job_id, expected).values(**values)
        return count_changed(session, change) == 1
