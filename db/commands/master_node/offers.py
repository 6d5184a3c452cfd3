"""Which station may be offered which experiment; always checked in the transaction that offers."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus, StationState
from db.commands.queue import next_queued
from db.models import CyclerStation, Experiment, OutOfService, Run, StationAlarm, StationLive, Unit
from db.queries.stations.hindrances import hinders

ANSWERED_WITHIN = timedelta(seconds=10)
SILENT_AFTER = timedelta(seconds=15)


def free_stations(session: Session, now: datetime, among: Iterable[int] | None = None) -> list[int]:
    """Return the stations with a queue that are online, idle, in service and without an alarm.

    An alarm of a station that nobody has acknowledged keeps it from its next experiment.
    """
    free = (
        select(StationLive.station_id)
        .join(CyclerStation, CyclerStation.id == StationLive.station_id)
        .join(Unit, Unit.unit_id == CyclerStation.unit_id)
        .where(
            Unit.online.is_(True),
            CyclerStation.deprecated.is_(False),
            StationLive.contact_lost_at.is_(None),
            StationLive.seen_at > now - SILENT_AFTER,
            StationLive.state == StationState.IDLE,
            StationLive.experiment_id.is_(None),
            exists().where(
                Experiment.station_id == StationLive.station_id,
                Experiment.status == ExperimentStatus.QUEUED,
            ),
            ~exists().where(OutOfService.station_id == StationLive.station_id),
            ~exists().where(Run.station_id == StationLive.station_id, _is_under_way(now)),
            ~exists().where(StationAlarm.station_id == StationLive.station_id, hinders()),
        )
        .order_by(StationLive.station_id)
    )
    if among is not None:
        free = free.where(StationLive.station_id.in_(list(among)))
    return list(session.scalars(free))


def take_next(session: Session, station_id: int, epoch: int, now: datetime) -> Experiment | None:
    """Note that the station's next experiment is offered, and return it.

    None if the station is not free any more, nothing waits, or its battery is not the one that was
    confirmed. The oldest one only: nothing overtakes it.
    """
    if not free_stations(session, now, [station_id]):
        return None
    experiment = next_queued(session, station_id)
    if experiment is None:
        return None
    run = session.get(Run, experiment.id)
    if run is None:
        run = Run(experiment_id=experiment.id, station_id=station_id, through=-1, events_through=-1)
        session.add(run)
    run.offered_at, run.offered_epoch = now, epoch
    session.flush()
    return experiment


def forget_unanswered(session: Session, now: datetime) -> None:
    """Let an offer that expired be taken back, once its station says that it does other things."""
    session.execute(
        update(Run)
        .where(
            Run.accepted_at.is_(None),
            Run.ended_at.is_(None),
            Run.offered_at < now - 2 * ANSWERED_WITHIN,
            exists().where(
                StationLive.station_id == Run.station_id,
                StationLive.contact_lost_at.is_(None),
                StationLive.seen_at > now - ANSWERED_WITHIN,
                StationLive.experiment_id.is_(None)
                | (StationLive.experiment_id != Run.experiment_id),
            ),
        )
        .values(offered_at=None)
        .execution_options(synchronize_session=False)
    )


def _is_under_way(now: datetime) -> ColumnElement[bool]:
    is_with_station = Run.accepted_at.is_not(None) | (Run.offered_at > now - ANSWERED_WITHIN)
    return Run.ended_at.is_(None) & is_with_station
