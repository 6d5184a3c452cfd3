"""Experiments of which nobody hears any more: when a person may say that they have ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus
from db.clock import database_now
from db.engine import Database
from db.models import (
    ComputationalUnit,
    CyclerStation,
    Experiment,
    Lease,
    StationLive,
    Unit,
)
from db.queries.stations.queue import busy_with
from db.terms import MASTER_NODE

SILENT_FOR = timedelta(minutes=5)
GIVEN_UP = "Given up by "  # how the reason of such an end begins
UNDER_WAY = (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED)


@dataclass(frozen=True)
class UnreachableRun:
    """An experiment under way; `refusal` says why it cannot be given up now, "" if it can.

    `heard_at` is the last sign of life of its unit and its station, by the database's clock.
    """

    experiment_id: int
    name: str
    station_id: int
    station: str
    is_wattrex: bool
    heard_at: datetime
    refusal: str


def unreachable_run(database: Database, station_id: int) -> UnreachableRun | None:
    """Return what is under way on a station, None if nothing is."""
    with database.read() as session:
        experiment = busy_with(session, station_id)
        return judge(session, experiment) if experiment is not None else None


def find_unreachable_run(database: Database, experiment_id: int) -> UnreachableRun | None:
    """Return an experiment that is under way, None if it is not."""
    with database.read() as session:
        experiment = session.get(Experiment, experiment_id)
        busy = busy_with(session, experiment.station_id) if experiment else None
        runs = experiment is not None and (experiment.status in UNDER_WAY or busy is experiment)
        return judge(session, experiment) if experiment is not None and runs else None


def judge(session: Session, experiment: Experiment) -> UnreachableRun:
    """Return whether the unit of an experiment has been silent for long enough."""
    now = database_now(session)
    station = session.get_one(CyclerStation, experiment.station_id)
    fixed = session.get_one(ComputationalUnit, station.unit_id)
    unit = session.get(Unit, station.unit_id)
    live = session.get(StationLive, station.id)
    contacts = [unit.seen_at if unit else fixed.last_connection]
    if live is not None:
        contacts.append(live.seen_at)
        # of a WattRex station it is the time at which rows were last seen to come
        contacts += [live.measured_at] if unit is None and live.measured_at is not None else []
    heard_at = max(contacts)
    return UnreachableRun(
        experiment_id=experiment.id,
        name=experiment.name,
        station_id=station.id,
        station=station.name,
        is_wattrex=unit is None,
        heard_at=heard_at,
        refusal=_deaf(session, live, now, is_wattrex=unit is None)
        or _in_contact(station.name, heard_at, now),
    )


def was_given_up(end_reason: str | None) -> bool:
    """Whether a person has ended an experiment, and not its station."""
    return (end_reason or "").startswith(GIVEN_UP)


def _deaf(session: Session, live: StationLive | None, now: datetime, *, is_wattrex: bool) -> str:
    """Say why nobody would hear the unit if it lived."""
    leader = session.scalars(select(Lease).where(Lease.name == MASTER_NODE)).first()
    if leader is None or leader.expires_at <= now:
        return "No master node runs: whether the unit lives nobody can know. Start it first."
    hears = [leader.detail.get("broker")]
    speaks_wattrex = "wattrex" in leader.detail
    if is_wattrex:  # without the protocol its rows alone are a sign of life
        hears = [leader.detail["wattrex"]] if speaks_wattrex else []
    if any(one != "connected" for one in hears):
        return "The master node does not reach the broker: whether the unit lives nobody can know."
    marked = live is None or live.contact_lost_at is not None
    if not marked and (speaks_wattrex or not is_wattrex):
        return "The master node has not found its contact lost."
    return ""


def _in_contact(name: str, heard_at: datetime, now: datetime) -> str:
    silent_s = (now - heard_at).total_seconds()
    if silent_s >= SILENT_FOR.total_seconds():
        return ""
    return (
        f"{name} was heard {max(0, round(silent_s))} s ago. An experiment is given up only after "
        f"{SILENT_FOR.total_seconds() / 60:.0f} minutes without a sign of life."
    )
