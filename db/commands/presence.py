"""Signs of life of processes that hold no lease: a row each, by the database's clock."""

from datetime import timedelta

from sqlalchemy import delete

from db.clock import database_now
from db.engine import Database
from db.models import Lease
from db.repeating import idempotent
from db.terms import WORKER

BEAT_EVERY_S = 5.0
LASTS = timedelta(seconds=60)  # a job may be busy with one thing for long
FORGET_AFTER = timedelta(minutes=10)


@idempotent
def say_present(database: Database, holder: str) -> None:
    """Note that a worker is there; `holder` is its name, host:process:number."""
    name = _name_of(holder)
    with database.write() as session:
        now = database_now(session)
        row = session.get(Lease, name) or Lease(name=name, holder=holder, epoch=0, detail={})
        row.beat_at, row.expires_at = now, now + LASTS
        session.add(row)


@idempotent
def end_presence(database: Database, holder: str) -> None:
    """Forget a worker that ends, and those that died long ago."""
    with database.write() as session:
        long_ago = database_now(session) - FORGET_AFTER
        dead = Lease.name.startswith(WORKER) & (Lease.expires_at < long_ago)
        session.execute(delete(Lease).where((Lease.name == _name_of(holder)) | dead))


def _name_of(holder: str) -> str:
    return WORKER + holder.rpartition(":")[2]
