"""Signs of life of processes that hold no lease: a row each, by the database's clock."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from db import terms
from db.clock import database_now
from db.engine import Database
from db.models import Lease
from db.repeating import idempotent

HEARTBEAT_EVERY_S = 5.0  # of a worker


@dataclass(frozen=True)
class ProcessKind:
    """A kind of process: how its rows are named, how long a sign of life lasts, and a dead row."""

    prefix: str
    lasts: timedelta
    forget_after: timedelta


STANDBY = ProcessKind(terms.WAITING, timedelta(seconds=6), timedelta(minutes=1))
# a job may be busy with one thing for long
WORKER = ProcessKind(terms.WORKER, timedelta(seconds=60), timedelta(minutes=10))


@idempotent
def say_present(
    database: Database, kind: ProcessKind, holder: str, detail: dict[str, Any] | None = None
) -> None:
    """Note that a process is there; `holder` is its name, host:process:number."""
    name = _name_of(kind, holder)
    with database.write() as session:
        now = database_now(session)
        row = session.get(Lease, name) or Lease(name=name, holder=holder, epoch=0)
        row.beat_at, row.expires_at, row.detail = now, now + kind.lasts, detail or {}
        session.add(row)


@idempotent
def end_presence(database: Database, kind: ProcessKind, holder: str) -> None:
    """Forget a process that ends, and those of its kind that died long ago."""
    with database.write() as session:
        long_ago = database_now(session) - kind.forget_after
        dead = Lease.name.startswith(kind.prefix) & (Lease.expires_at < long_ago)
        session.execute(delete(Lease).where((Lease.name == _name_of(kind, holder)) | dead))


def _name_of(kind: ProcessKind, holder: str) -> str:
    return kind.prefix + holder.rpartition(":")[2]
