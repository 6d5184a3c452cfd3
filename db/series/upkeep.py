"""Which experiments the worker should look after: those that nobody has copied or compared yet."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from cycling.terms import ExperimentStatus
from db.engine import Database
from db.models import Experiment, SeriesHead

COMPARE_EVERY = timedelta(hours=1)
LATE_ROWS = timedelta(minutes=10)  # a synchroniser commits the last rows after the end
AT_A_TIME = 20


def find_due(database: Database, now: datetime) -> list[tuple[int, bool]]:
    """Return some experiments to reconcile, newest first, and whether each has ended for good."""
    status = Experiment.status
    has_run = status != ExperimentStatus.QUEUED
    with database.read() as session:
        found = session.execute(
            select(Experiment.id, Experiment.status, Experiment.finished_at)
            .outerjoin(SeriesHead, SeriesHead.experiment_id == Experiment.id)
            .where(has_run, _is_due(now))
            .order_by(Experiment.id.desc())
            .limit(AT_A_TIME)
        ).all()
    return [(id_, _has_ended(status, finished_at, now)) for id_, status, finished_at in found]


def list_all(database: Database) -> list[int]:
    """Return every experiment that has run, the newest first."""
    with database.read() as session:
        has_run = Experiment.status != ExperimentStatus.QUEUED
        return list(
            session.scalars(select(Experiment.id).where(has_run).order_by(Experiment.id.desc()))
        )


def _is_due(now: datetime) -> ColumnElement[bool]:
    looked_at_long_ago = or_(
        SeriesHead.checked_at.is_(None), SeriesHead.checked_at < now - COMPARE_EVERY
    )
    return or_(
        SeriesHead.experiment_id.is_(None),
        and_(SeriesHead.final.is_(False), looked_at_long_ago),
    )


def _has_ended(status: ExperimentStatus, finished_at: datetime | None, now: datetime) -> bool:
    ended = status in (ExperimentStatus.FINISHED, ExperimentStatus.ERROR)
    return ended and (finished_at is None or finished_at < now - LATE_ROWS)
