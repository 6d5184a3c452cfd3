"""What keeps a station from being changed: what runs, waits or must be looked at there."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus, StationState
from db.models import CyclerStation, Experiment, Plan, StationAlarm, StationLive
from db.queries.stations.queue import busy_with
from db.terms import PlanState

NAMED = 3


@dataclass(frozen=True)
class StationUse:
    """Sentences: `keeps` is why it stays as it is now, `waits` names what is held; "" for none.

    `held` are the names of the experiments that wait for a person.
    """

    keeps: str
    waits: str
    held: tuple[str, ...]


def station_use(session: Session, station: CyclerStation) -> StationUse:
    """Return what a station is in use for."""
    held = tuple(
        session.scalars(
            select(Plan.name)
            .where(Plan.station_id == station.id, Plan.state == PlanState.HELD)
            .order_by(Plan.position, Plan.id)
        )
    )
    waits = ""
    if held:
        verb = "waits" if len(held) == 1 else "wait"
        waits = f"{names(held)} {verb} for it, held: cancel that in its queue first."
    keeps = _runs(session, station) or _queued(session, station) or _alarmed(session, station)
    return StationUse(keeps, waits, held)


def names(listed: Sequence[str]) -> str:
    """List names in a sentence, the first three and how many more."""
    listing = list(listed[:NAMED])
    if len(listed) > NAMED:
        listing.append(f"{len(listed) - NAMED} more")
    return listing[0] if len(listing) == 1 else f"{', '.join(listing[:-1])} and {listing[-1]}"


def _runs(session: Session, station: CyclerStation) -> str:
    busy = busy_with(session, station.id)
    if busy is not None:
        gone = "If its unit is gone for good, give it up on the station's page."
        return f"{busy.name} is under way there: stop it, or wait until it has ended. {gone}"
    live = session.get(StationLive, station.id)
    if live is not None and live.state is not StationState.IDLE:
        says = {
            StationState.RUNNING: "runs an experiment",
            StationState.PAUSED: "has an experiment paused",
            StationState.ERROR: "has tripped, and its end is not recorded yet",
        }[live.state]
        return f"The station itself last said that it {says}: wait until that has ended."
    return ""


def _queued(session: Session, station: CyclerStation) -> str:
    queued = session.scalars(
        select(Experiment.name)
        .where(Experiment.station_id == station.id, Experiment.status == ExperimentStatus.QUEUED)
        .order_by(Experiment.created_at, Experiment.id)
    ).all()
    if not queued:
        return ""
    is_queued = "is queued there" if len(queued) == 1 else "are queued there"
    return (
        f"{names(queued)} {is_queued}: cancel that, or take the station out of service, "
        "then what is queued is held."
    )


def _alarmed(session: Session, station: CyclerStation) -> str:
    alarms = session.scalar(
        select(func.count())
        .select_from(StationAlarm)
        .where(StationAlarm.station_id == station.id, StationAlarm.acknowledged_at.is_(None))
    )
    return "An alarm of it is not acknowledged: do that on the Monitor first." if alarms else ""
