"""What a worker does for the series store by and by: looks, compares, copies anew."""

import logging
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from cycling.errors import UnavailableError
from cycling.terms import ExperimentStatus
from db.engine import Database
from db.models import Experiment, SeriesHead
from db.repeating import idempotent
from db.series import chunks, integrity, store
from db.series.checksums import Damage
from db.series.store import Progress, no_progress

LOG = logging.getLogger("bem.series")

COMPARE_EVERY = timedelta(hours=1)
VERIFY_EVERY = timedelta(days=7)  # of what has ended
LATE_ROWS = timedelta(minutes=10)  # a synchroniser commits the last rows after the end
AT_A_TIME = 20


@dataclass(frozen=True)
class Reconciled:
    """How many chunks were made anew, what had been damaged, and what of that is lost."""

    differing: int
    damage: tuple[Damage, ...] = ()
    lost: tuple[Damage, ...] = ()


def reconcile(
    database: Database,
    experiment_id: int,
    *,
    final: bool,
    now: datetime,
    on_progress: Progress = no_progress,
) -> Reconciled:
    """Copy what is missing, compare, and copy anew what differs or is damaged.

    With `final` the experiment has ended: what other programs wrote of it has come.
    """
    store.catch_up(database, experiment_id, on_progress=on_progress)
    store.make_head(database, experiment_id)
    damage = integrity.verify(database, experiment_id, on_progress)
    differing = {one.first_id // chunks.CHUNK for one in damage}
    differing.update(integrity.compare(database, experiment_id))
    lost = set()
    for done, number in enumerate(sorted(differing), 1):
        if not store.mend_chunk(database, experiment_id, number):
            lost.add(number)
        on_progress(done, len(differing))
    _note_checked(database, experiment_id, final=final, now=now)
    gone = tuple(one for one in damage if one.is_lost and one.first_id // chunks.CHUNK in lost)
    return Reconciled(len(differing) - len(lost), tuple(damage), gone)


@idempotent
def _note_checked(database: Database, experiment_id: int, *, final: bool, now: datetime) -> None:
    with database.write() as session:
        session.execute(
            update(SeriesHead)
            .where(SeriesHead.experiment_id == experiment_id)
            .values(final=final, checked_at=now)
        )


@idempotent
def make_due(database: Database, experiment_id: int) -> None:
    """Let a worker look at an experiment next."""
    with database.write() as session:
        session.execute(
            update(SeriesHead)
            .where(SeriesHead.experiment_id == experiment_id)
            .values(final=False, checked_at=None)
        )


def report(database: Database, experiment_id: int, damage: Collection[Damage]) -> None:
    """Note what a reader has found to be damaged; a worker looks at it next."""
    for one in damage:
        LOG.error(
            "what=damaged experiment=%s channel=%s first=%s last=%s lost=%s",
            experiment_id,
            one.channel,
            one.first_id,
            one.last_id,
            one.is_lost,
        )
    with suppress(UnavailableError):  # who reads has said it
        make_due(database, experiment_id)


def find_due(database: Database, now: datetime) -> list[tuple[int, bool]]:
    """Return some experiments to reconcile, newest first, and whether each has ended for good."""
    status = Experiment.status
    has_run = status != ExperimentStatus.QUEUED
    with database.read() as session:
        rows = session.execute(
            select(Experiment.id, Experiment.status, Experiment.finished_at)
            .outerjoin(SeriesHead, SeriesHead.experiment_id == Experiment.id)
            .where(has_run, _is_due(now))
            .order_by(Experiment.id.desc())
            .limit(AT_A_TIME)
        ).all()
    return [(id_, _has_ended(status, finished_at, now)) for id_, status, finished_at in rows]


def has_ended(database: Database, experiment_id: int, now: datetime) -> bool:
    """Whether an experiment has ended, and the last rows of other programs have come."""
    with database.read() as session:
        row = session.execute(
            select(Experiment.status, Experiment.finished_at).where(Experiment.id == experiment_id)
        ).one()
    return _has_ended(row.status, row.finished_at, now)


def list_all(database: Database) -> list[int]:
    """Return every experiment that has run, the newest first."""
    with database.read() as session:
        has_run = Experiment.status != ExperimentStatus.QUEUED
        return list(
            session.scalars(select(Experiment.id).where(has_run).order_by(Experiment.id.desc()))
        )


def _is_due(now: datetime) -> ColumnElement[bool]:
    head = SeriesHead
    looked_at_long_ago = or_(head.checked_at.is_(None), head.checked_at < now - COMPARE_EVERY)
    return or_(
        head.experiment_id.is_(None),
        and_(head.final.is_(False), looked_at_long_ago),
        and_(head.final.is_(True), head.checked_at < now - VERIFY_EVERY),
    )


def _has_ended(status: ExperimentStatus, finished_at: datetime | None, now: datetime) -> bool:
    ended = status in (ExperimentStatus.FINISHED, ExperimentStatus.ERROR)
    return ended and (finished_at is None or finished_at < now - LATE_ROWS)
