"""The lease of the master node, and signs of life of processes that hold none.

One process leads, the others wait. Times are those of the database's clock. Every transaction of
the leader begins with an UPDATE of the lease that names its epoch: one that was paused and has lost
it can write nothing more. That row also lets the leader's own transactions pass one at a time, so
that they never deadlock.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, event, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import BemError
from db import terms
from db.engine import Database, database_now
from db.hanging import HastyConnection
from db.models import Lease
from db.repeating import idempotent, repeated
from db.statements import count_changed
from db.terms import MASTER_NODE

LASTS = timedelta(seconds=6)

# A paused process keeps its transaction open, and with it the lease's row. The server ends such a
# connection after so many seconds, so that another process can lead; twice as many where it reads
# a file that the process loads.
IDLE_S, LOCK_WAIT_S, ANSWER_WITHIN_S = 8, 5, 10
HEARTBEAT_EVERY_S = 5.0  # of a worker


class LostLeaseError(BemError):
    """Somebody else leads: nothing of this transaction was kept."""


@dataclass(frozen=True)
class LeaderLease:
    """The lease in our hands: under this name and epoch, as long as nobody takes it."""

    holder: str
    epoch: int


@dataclass(frozen=True)
class LeaderTransaction:
    """A transaction of the leader, and the time by the database's clock at its beginning."""

    session: Session
    now: datetime


def limit_waiting(database: Database) -> None:
    """Let the server end connections that stand still, and answers that take too long fail.

    For the process that leads. Closes the connections that it has had before.
    """
    if database.is_sqlite:
        return

    def limit(connection: HastyConnection, _record: object) -> None:
        connection.usual_s = ANSWER_WITHIN_S
        with connection.cursor() as cursor:
            cursor.execute(
                f"SET wait_timeout = {IDLE_S}, net_read_timeout = {IDLE_S}, "
                f"net_write_timeout = {IDLE_S}, innodb_lock_wait_timeout = {LOCK_WAIT_S}"
            )

    for engine in (database.engine, database.loading):
        event.listen(engine, "connect", limit)
    database.dispose()


@repeated
def acquire(
    database: Database, holder: str, detail: dict[str, Any], *, yields: bool = False
) -> LeaderLease | None:
    """Take the lease if nobody holds it; the epoch is one more than that of the last leader.

    With `yields` it is left to another process that waits and has its broker.
    """
    with database.read() as session:
        lease, now = session.get(Lease, MASTER_NODE), database_now(session)
        if lease is not None and lease.expires_at > now:
            return None
        if yields and has_fit_standby(session, now, besides=holder):
            return None
    try:
        with database.write() as session:
            return _take(session, holder, detail)
    except IntegrityError:  # another process has just inserted the first one
        return None


@contextmanager
def leader_transaction(
    database: Database,
    lease: LeaderLease,
    detail: dict[str, Any] | None = None,
    *,
    bulk: bool = False,
) -> Iterator[LeaderTransaction]:
    """A transaction that only the leader can make; it prolongs the lease.

    `bulk`: many samples are to be written.
    Raises LostLeaseError when another process has taken the lease.
    """
    with database.load() if bulk else database.write() as session:
        now = database_now(session)
        values: dict[str, Any] = {"beat_at": now, "expires_at": now + LASTS}
        if detail is not None:
            values["detail"] = detail
        if not _update(session, lease, values):
            raise LostLeaseError("Another master node leads now.")
        yield LeaderTransaction(session, now)


def has_fit_standby(session: Session, now: datetime, *, besides: str) -> bool:
    """Whether a process other than `besides` waits to lead, and has its broker."""
    waits = Lease.name.startswith(STANDBY.prefix) & (Lease.expires_at > now)
    details = session.scalars(select(Lease.detail).where(waits, Lease.holder != besides))
    return any(one.get("broker") == terms.CONNECTED for one in details)


@idempotent
def release(database: Database, lease: LeaderLease) -> None:
    """Give the lease back; nothing happens if it is not ours any more."""
    with database.write() as session:
        _update(session, lease, {"expires_at": database_now(session)})


def new_holder(host: str, process_id: int) -> str:
    """Return a name that no other process has, also after this one's number is given out again."""
    return f"{host[:40]}:{process_id}:{secrets.token_hex(4)}"


def _take(session: Session, holder: str, detail: dict[str, Any]) -> LeaderLease | None:
    now = database_now(session)
    values = {"holder": holder, "beat_at": now, "expires_at": now + LASTS, "detail": detail}
    if session.get(Lease, MASTER_NODE) is None:
        session.add(Lease(name=MASTER_NODE, epoch=1, **values))
        session.flush()
        return LeaderLease(holder, 1)
    expired = update(Lease).where(Lease.name == MASTER_NODE, Lease.expires_at <= now)
    if not count_changed(session, expired.values(epoch=Lease.epoch + 1, **values)):
        return None
    epoch = session.scalar(select(Lease.epoch).where(Lease.name == MASTER_NODE))
    return LeaderLease(holder, epoch or 0)


def _update(session: Session, lease: LeaderLease, values: dict[str, Any]) -> bool:
    """Change the lease's row; whether it is still ours."""
    ours = update(Lease).where(
        Lease.name == MASTER_NODE, Lease.holder == lease.holder, Lease.epoch == lease.epoch
    )
    return count_changed(session, ours.values(**values)) == 1


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
