"""The tasks of a worker that the page follows; only those of its viewer."""

from cycling.errors import InputError, NotFoundError
from db.commands import jobs
from db.queries.jobs import JobStatus, job_status
from pages.context import database, now, viewer


def own_job(job_id: int, kind: str) -> JobStatus:
    """Return the viewer's job; raises NotFoundError for anybody else's and one of another kind."""
    job = job_status(database(), job_id)
    if (job.user_name, job.kind) != (viewer().name, kind):
        raise NotFoundError("This task is not known any more. Start it again.")
    return job


def cancel_quietly(job_id: int) -> None:
    """Cancel a task of the viewer; one that has ended stays as it is."""
    try:
        jobs.cancel(database(), job_id, user_name=viewer().name, now=now())
    except InputError:
        return  # it has ended by itself meanwhile
