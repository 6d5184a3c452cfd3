"""Which master nodes and workers have said that they live, and when."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from db.clock import database_now
from db.engine import Database
from db.models import Lease
from db.models.master_node import MASTER_NODE, WAITING, WORKER


@dataclass(frozen=True)
class Process:
    """A process that beats: where it is, and how long its last beat is ago, in s.

    `leads` is of a master node. `lives` while its row has not expired.
    """

    host: str
    process_id: int
    silent_s: float
    lives: bool
    leads: bool
    detail: dict[str, Any]


def master_nodes(database: Database) -> tuple[Process, ...]:
    """Return the leader, or who led last, and the standbys."""
    return _processes(database, MASTER_NODE, WAITING)


def workers(database: Database) -> tuple[Process, ...]:
    """Return the workers; for a while also those that have died."""
    return _processes(database, WORKER)


def _processes(database: Database, *names: str) -> tuple[Process, ...]:
    with database.read() as session:
        rows = session.scalars(select(Lease)).all()
        now = database_now(session)
    found = []
    for row in rows:
        host, _, rest = row.holder.partition(":")
        number = rest.partition(":")[0]
        if row.name.startswith(names) and number.isdigit():
            silent_s = max(0.0, (now - row.beat_at).total_seconds())
            lives, leads = row.expires_at > now, row.name == MASTER_NODE
            found.append(Process(host, int(number), silent_s, lives, leads, row.detail))
    return tuple(found)
