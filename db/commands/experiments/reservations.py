"""Reserved ExpIDs of imports: held while measures are loaded, given back when an import has died.

Whoever sweeps takes the reservation first (its heartbeat becomes TAKEN): an import that wakes up
after that can neither load nor publish, so no measure is left over and no published one is deleted.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db import series
from db.commands.jobs import JobStoppedError
from db.engine import Database
from db.measures import writing as measures
from db.models import ImportSource, Job
from db.repeating import idempotent
from db.statements import count_changed
from db.terms import JobState

DEAD_AFTER = timedelta(seconds=60)
TAKEN = datetime(1970, 1, 2, tzinfo=UTC)


def change(session: Session, experiment_id: int, **values: object) -> None:
    """Change a reservation; raises JobStoppedError when somebody has taken it."""
    ours = update(ImportSource).where(
        ImportSource.experiment_id == experiment_id,
        ImportSource.published_at.is_(None),
        ImportSource.beat_at > TAKEN,
    )
    if not count_changed(session, ours.values(**values)):
        raise JobStoppedError("The import was taken over by another process.")


def discard(
    database: Database,
    experiment_id: int,
    on_progress: Callable[[], None] = lambda: None,
    *,
    silent_since: datetime | None = None,
) -> None:
    """Remove what an unpublished import has loaded; a published one is left alone.

    With `silent_since` an import that has given a sign of life after that is left alone too.
    """
    if not _take(database, experiment_id, silent_since):
        return
    measures.delete_all(database, experiment_id, lambda _measure_id: on_progress())
    series.forget(database, experiment_id, on_progress)
    _forget(database, experiment_id)


def discard_job(
    database: Database, job_id: int, on_progress: Callable[[], None] = lambda: None
) -> None:
    """Remove what earlier attempts of a job have loaded."""
    with database.read() as session:
        ids = session.scalars(
            select(ImportSource.experiment_id).where(
                ImportSource.job_id == job_id, ImportSource.published_at.is_(None)
            )
        ).all()
    for experiment_id in ids:
        discard(database, experiment_id, on_progress)


def sweep(database: Database, now: datetime) -> int:
    """Remove the leftovers of imports whose process has died; return how many there were."""
    silent_since = now - DEAD_AFTER
    alive = select(Job.id).where(Job.state.in_([JobState.QUEUED, JobState.RUNNING]))
    with database.read() as session:
        dead = session.scalars(
            select(ImportSource.experiment_id).where(
                ImportSource.published_at.is_(None),
                ImportSource.beat_at < silent_since,
                ImportSource.job_id.is_(None) | ImportSource.job_id.not_in(alive),
            )
        ).all()
    for experiment_id in dead:
        discard(database, experiment_id, silent_since=silent_since)
    return len(dead)


@idempotent
def _take(database: Database, experiment_id: int, silent_since: datetime | None) -> bool:
    """Take a reservation from its import, if it is not published yet."""
    unpublished = update(ImportSource).where(
        ImportSource.experiment_id == experiment_id, ImportSource.published_at.is_(None)
    )
    if silent_since is not None:
        unpublished = unpublished.where(ImportSource.beat_at < silent_since)
    with database.write() as session:
        return count_changed(session, unpublished.values(beat_at=TAKEN)) == 1


@idempotent
def _forget(database: Database, experiment_id: int) -> None:
    with database.write() as session:
        session.execute(
            delete(ImportSource).where(
                ImportSource.experiment_id == experiment_id, ImportSource.published_at.is_(None)
            )
        )
