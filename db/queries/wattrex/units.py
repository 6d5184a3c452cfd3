"""WattRex units as people see them: registered and unregistered ones, and their synchronisers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from db.engine import Database, database_now
from db.facts import facts
from db.models import (
    ComputationalUnit,
    Experiment,
    StationAlarm,
    SyncRepair,
    UnregisteredUnit,
    WattrexUnit,
)
from db.models.wattrex import FRESH, STALLED, is_wattrex
from db.terms import RepairState

SHOWN_FOR = timedelta(minutes=1)
NEWS_FOR = timedelta(minutes=30)


@dataclass(frozen=True)
class UnregisteredUnitNow:
    """A unit that sends heartbeats under a number that is none of ours."""

    claimed_id: int
    reason: str
    last_at: datetime


@dataclass(frozen=True)
class WattrexUnitNow:
    """A WattRex unit as it was last heard; `asks` while it waits for its number.

    `heard_at` is the time of its last heartbeat, also one that the old master node has noted.
    """

    id: int
    host: str
    ip: str
    mac: str
    heard_at: datetime
    is_heard: bool
    asks: bool
    clock_offset_s: float | None
    measures_offset_s: float | None


@dataclass(frozen=True)
class StalledRun:
    """A synchroniser that was found stalled and of which nobody has said what they found.

    `repairing`: a repair is under way.
    """

    experiment_id: int
    name: str
    station_id: int
    text: str
    at: datetime
    repairing: bool


@dataclass(frozen=True)
class EndedRepair:
    """A repair that has ended lately, and what came of the rows that it had set aside."""

    experiment_id: int
    name: str
    helped: bool
    came_again: int
    put_back: int
    differ: int
    ended_at: datetime


def heard_units(session: Session, now: datetime) -> tuple[int, int]:
    """Return how many WattRex units are heard, and how many there are."""
    heard_at = session.scalars(select(ComputationalUnit.last_connection).where(is_wattrex())).all()
    return sum(at > now - FRESH for at in heard_at), len(heard_at)


def unregistered_units(session: Session, now: datetime) -> tuple[UnregisteredUnitNow, ...]:
    """Return the units that beat under numbers that are none of ours, as of the last minute."""
    rows = session.scalars(
        select(UnregisteredUnit)
        .where(UnregisteredUnit.last_at > now - SHOWN_FOR)
        .order_by(UnregisteredUnit.claimed_id)
    )
    return tuple(facts(UnregisteredUnitNow, one) for one in rows)


def find_unregistered_units(database: Database) -> tuple[UnregisteredUnitNow, ...]:
    """Return the units that beat now under numbers that are none of ours."""
    with database.read() as session:
        return unregistered_units(session, database_now(session))


def wattrex_units(database: Database) -> tuple[WattrexUnitNow, ...]:
    """Return all units that speak the WattRex protocol, by their numbers."""
    with database.read() as session:
        now = database_now(session)
        rows = session.execute(
            select(ComputationalUnit, WattrexUnit)
            .outerjoin(WattrexUnit, WattrexUnit.unit_id == ComputationalUnit.id)
            .where(is_wattrex())
            .order_by(ComputationalUnit.id)
        )
        return tuple(
            facts(
                WattrexUnitNow,
                unit,
                host=unit.host_name,
                heard_at=unit.last_connection,
                is_heard=unit.last_connection > now - FRESH,
                asks=own is not None and own.asked_at is not None,
                clock_offset_s=own.clock_offset_s if own else None,
                measures_offset_s=own.measures_offset_s if own else None,
            )
            for unit, own in rows
        )


def stalled_runs(session: Session) -> tuple[StalledRun, ...]:
    """Return the runs whose synchroniser was found stalled, the newest first.

    Not those where a repair has helped since; their alarm stays until somebody acknowledges it.
    """
    repairs = SyncRepair.experiment_id == StationAlarm.experiment_id
    repairing = exists().where(repairs, SyncRepair.state == RepairState.OPEN)
    has_helped = exists().where(
        repairs, SyncRepair.state == RepairState.HELPED, SyncRepair.at >= StationAlarm.at
    )
    rows = session.execute(
        select(StationAlarm, Experiment.name, repairing)
        .outerjoin(Experiment, Experiment.id == StationAlarm.experiment_id)
        .where(StationAlarm.code == STALLED, StationAlarm.acknowledged_at.is_(None), ~has_helped)
        .order_by(StationAlarm.at.desc())
    )
    return tuple(
        facts(
            StalledRun,
            one,
            experiment_id=one.experiment_id or 0,
            name=name or "",
            repairing=bool(is_repaired),
        )
        for one, name, is_repaired in rows
    )


def ended_repairs(session: Session, now: datetime) -> tuple[EndedRepair, ...]:
    """Return the last repair of each experiment, if it has ended lately, the newest first."""
    late = now - NEWS_FOR
    last = select(func.max(SyncRepair.id)).group_by(SyncRepair.experiment_id)
    rows = session.execute(
        select(SyncRepair, Experiment.name)
        .outerjoin(Experiment, Experiment.id == SyncRepair.experiment_id)
        .where(SyncRepair.id.in_(last), SyncRepair.ended_at > late)
        .order_by(SyncRepair.ended_at.desc())
    )
    return tuple(
        EndedRepair(
            experiment_id=one.experiment_id,
            name=name or "",
            helped=one.state is RepairState.HELPED,
            came_again=int(one.outcome.get("came again", 0)),
            put_back=int(one.outcome.get("put back", 0)),
            differ=int(one.outcome.get("differ", 0)),
            ended_at=one.ended_at or late,
        )
        for one, name in rows
    )
