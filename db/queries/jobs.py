"""How a job is doing."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import null, select

from cycling.errors import NotFoundError
from db.engine import Database
from db.facts import facts
from db.models import Job
from db.terms import JobState


@dataclass(frozen=True)
class JobStatus:
    """What a page shows of a job; `done` and `total` count the job's own unit (bytes)."""

    id: int
    kind: str
    state: JobState
    done: int
    total: int
    error: str | None
    result: dict[str, Any] | None
    user_name: str
    created_at: datetime
    ended_at: datetime | None

    @property
    def fraction(self) -> float:
        """Part that is done, 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else 0.0

    def waits_long(self, now: datetime) -> bool:
        """Whether no worker has taken it for 10 seconds: probably none runs."""
        return self.state is JobState.QUEUED and now - self.created_at > timedelta(seconds=10)


def job_status(database: Database, job_id: int) -> JobStatus:
    """Return the state of a job; raises NotFoundError."""
    with database.read() as session:
        job = session.scalar(select(Job).where(Job.id == job_id))
        if job is None:
            raise NotFoundError("This task is not known any more. Start it again.")
        return facts(JobStatus, job)


def job_statuses(
    database: Database, ids: Sequence[int], user_name: str, *, results: bool
) -> dict[int, JobStatus]:
    """Return a user's jobs by their ids, without the others; `results` may be large."""
    columns = [getattr(Job, one.name) for one in fields(JobStatus) if one.name != "result"]
    with database.read() as session:
        rows = session.execute(
            select(*columns, Job.result if results else null()).where(
                Job.id.in_(ids), Job.user_name == user_name
            )
        )
        names = [one.name for one in fields(JobStatus) if one.name != "result"]
        found = [JobStatus(**dict(zip([*names, "result"], row, strict=True))) for row in rows]
    return {one.id: one for one in found}
