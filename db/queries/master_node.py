"""Whether a master node leads, what it says of itself, and the figures for monitoring."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import Database, database_now
from db.facts import facts
from db.models import Job, Lease, RefusedCount, RefusedMessage, StationAlarm, Unit
from db.queries.stations.overview import overview
from db.queries.wattrex.units import heard_units
from db.terms import (
    MASTER_NODE,
    REFUSED_KINDS,
    WAITING,
    WORKER,
    JobState,
    OverviewState,
    broker_trouble,
)


@dataclass(frozen=True)
class MasterNode:
    """The leader as it was last heard; `alive` while its lease lasts.

    `silent_s` is the time since its last heartbeat, `detail` has broker, units, stored, refused,
    queue, since. `standbys` wait to take over; some of them `without_broker`.
    """

    alive: bool
    holder: str
    epoch: int
    beat_at: datetime
    silent_s: float
    detail: dict[str, Any]
    standbys: int
    without_broker: int


@dataclass(frozen=True)
class Refusals:
    """How many messages of a sender were refused for a kind of reason."""

    sender: str
    kind: str
    count: int
    last_at: datetime


@dataclass(frozen=True)
class Refused:
    """A message that was refused lately."""

    at: datetime
    topic: str
    reason: str
    size_bytes: int
    beginning: str


def master_node(database: Database) -> MasterNode | None:
    """Return what is known of the leader, None if there never was one."""
    with database.read() as session:
        return leader(session, database_now(session))


def leader(session: Session, now: datetime) -> MasterNode | None:
    """Return what is known of the leader at a time, None if there never was one."""
    leases = session.scalars(select(Lease)).all()
    own = next((one for one in leases if one.name == MASTER_NODE), None)
    if own is None:
        return None
    waiting = [one for one in leases if one.name.startswith(WAITING) and one.expires_at > now]
    return facts(
        MasterNode,
        own,
        alive=own.expires_at > now,
        silent_s=max(0.0, (now - own.beat_at).total_seconds()),
        standbys=len(waiting),
        without_broker=sum(broker_trouble(one.detail) != "" for one in waiting),
    )


def refusals(database: Database) -> list[Refusals]:
    """Return the counts of refused messages, the newest first."""
    with database.read() as session:
        rows = session.scalars(
            select(RefusedCount).order_by(RefusedCount.last_at.desc()).limit(500)
        )
        return [facts(Refusals, row) for row in rows]


def refused_count(session: Session) -> int:
    """Return how many messages were refused, of all senders."""
    return int(session.scalar(select(func.coalesce(func.sum(RefusedCount.count), 0))) or 0)


def refused_messages(database: Database, limit: int = 100) -> list[Refused]:
    """Return the messages that were refused last, the newest first."""
    newest = select(RefusedMessage).order_by(RefusedMessage.id.desc()).limit(limit)
    with database.read() as session:
        return [facts(Refused, row) for row in session.scalars(newest)]


@dataclass(frozen=True)
class Figures:
    """Counts at one moment; `oldest_job_s` is how long the first waiting job has waited.

    `units` are those of both protocols; a WattRex unit is online while its heartbeats come.
    """

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
        wattrex_online, wattrex = heard_units(session, now)
        is_open = StationAlarm.acknowledged_at.is_(None)
        alarms = session.scalar(select(func.count()).where(is_open)) or 0
        lives = Lease.name.startswith(WORKER) & (Lease.expires_at > now)
        workers = session.scalar(select(func.count()).where(lives)) or 0
    stations = Counter(one.state for one in overview(database))
    by_state: dict[JobState, int] = {row[0]: row[1] for row in jobs}
    return Figures(
        stations={state: stations[state] for state in OverviewState},
        alarms=alarms,
        units=len(units) + wattrex,
        units_online=sum(units) + wattrex_online,
        jobs={state: by_state.get(state, 0) for state in JobState},
        oldest_job_s=max(0.0, (now - waits_since).total_seconds()) if waits_since else 0.0,
        workers=workers,
        refused=dict.fromkeys(REFUSED_KINDS, 0) | {kind: int(count) for kind, count in refused},
        leader=master_node(database),
    )
