"""Whether a master node leads, and what it says of itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import Database, database_now
from db.facts import facts
from db.models import Lease, RefusedCount, RefusedMessage
from db.terms import MASTER_NODE, WAITING


@dataclass(frozen=True)
class MasterNode:
    """The leader as it was last heard; `alive` while its lease lasts.

    `silent_s` is the time since its last heartbeat, `detail` has broker, units, stored, refused,
    queue, since. `standbys` wait to take over.
    """

    alive: bool
    holder: str
    epoch: int
    beat_at: datetime
    silent_s: float
    detail: dict[str, Any]
    standbys: int


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
    return facts(
        MasterNode,
        own,
        alive=own.expires_at > now,
        silent_s=max(0.0, (now - own.beat_at).total_seconds()),
        standbys=sum(one.name.startswith(WAITING) and one.expires_at > now for one in leases),
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
