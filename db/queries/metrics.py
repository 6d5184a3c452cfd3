"""What a laboratory's monitoring wants to know, in numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from db.engine import Database, database_now
from db.models import Job, Lease, RefusedCount, StationAlarm, Unit
from db.queries.master_node import MasterNode, master_node
from db.queries.stations.overview import overview
from db.terms import WORKER, JobState, OverviewState


@dataclass(frozen=True)
class Figures:
    """Counts at one moment; `oldest_job_s` is how long the first waiting job has waited."""

    stations: Mapping[OverviewState, int]
    alarms: int
    units: int
    units_online: int
    jobs: Mapping[JobState, int]
    oldest_job_s: float
    workers: int
    refused: Mapping[str, int]
    leader: MasterNode | None


def figures(database: Database) -> Figures:
    """Count everything; states that nothing is in are there with 0."""
    with database.read() as session:
        now = database_now(session)
        jobs = session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
        waits_since = session.scalar(
            select(func.min(Job.created_at)).where(Job.state == JobState.QUEUED)
        )
        refused = session.execute(
            select(RefusedCount.kind, func.sum(RefusedCount.count)).group_by(RefusedCount.kind)
        ).all()
        units = session.scalars(select(Unit.online)).all()
        is_open = StationAlarm.acknowledged_at.is_(None)
        alarms = session.scalar(select(func.count()).where(is_open)) or 0
        lives = Lease.name.startswith(WORKER) & (Lease.expires_at > now)
        workers = session.scalar(select(func.count()).where(lives)) or 0
    stations = Counter(one.state for one in overview(database))
    by_state: dict[JobState, int] = {row[0]: row[1] for row in jobs}
    return Figures(
        stations={state: stations[state] for state in OverviewState},
        alarms=alarms,
        units=len(units),
        units_online=sum(units),
        jobs={state: by_state.get(state, 0) for state in JobState},
        oldest_job_s=max(0.0, (now - waits_since).total_seconds()) if waits_since else 0.0,
        workers=workers,
        refused={kind: int(count) for kind, count in refused},
        leader=master_node(database),
    )
