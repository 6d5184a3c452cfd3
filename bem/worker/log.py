"""What a worker's log says of its jobs."""

import logging

from cycling.formats import Verification
from db.commands.jobs import Claim

LOG = logging.getLogger("bem.worker")


def name_of(mine: Claim) -> str:
    """Return how the log names a job: by its number, and by the request that asked for it."""
    return f"job={mine.job_id} request={mine.payload.get('request', '-')}"


def log_what_stands_against(mine: Claim, file_name: str, found: Verification) -> None:
    """Log that a checked file cannot be imported as it is, with the first sentence of its page.

    The check itself is done, so no `job-failed` tells it.
    """
    first = next((one for one in found.problems if one.severity != "warning"), None)
    if first is None:
        return
    LOG.warning(
        "what=cannot-be-imported %s file=%r to_decide=%s said=%r",
        name_of(mine),
        file_name,
        found.to_decide,
        first.sentence,
    )
