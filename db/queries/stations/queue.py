"""The queues of stations: what waits where and why, and what keeps a station as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from cycling.terms import NOT_ENDED, ExperimentStatus, StationState
from db.engine import Database
from db.facts import facts
from db.models import (
    Battery,
    CyclerStation,
    Experiment,
    Plan,
    Profile,
    Run,
    StationAlarm,
    StationLive,
)
from db.queries.stations.hindrances import waits_for
from db.statements import require
from db.terms import PlanState

HAS_ROW = exists().where(Experiment.id == Plan.experiment_id).correlate(Plan)
OFFERED = exists().where(Run.experiment_id == Experiment.id, Run.offered_at.is_not(None))
REASON = "held_because"  # in the plan's detail: why it is held, or was cancelled
NAMED = 3


@dataclass(frozen=True)
class PlanFacts:
    """A plan as it stands; `experiment_id` is its number.

    `held_because` says why it waits for a person, "" otherwise.
    """

    id: int
    state: PlanState
    experiment_id: int
    name: str
    description: str
    station_id: int | None
    battery_id: int | None
    profile_id: int | None
    position: int
    held_because: str
    user_name: str
    created_at: datetime


@dataclass(frozen=True)
class QueueEntry:
    """A plan that waits on a station; `starting`: it is being offered and cannot be taken back.

    `present_instruction` is what the station executes before it, None where nothing runs.
    `waits_for` is a sentence on a queued one, "" for one that is held or starting.
    """

    plan: PlanFacts
    battery_name: str
    battery_serial_number: str
    profile_name: str
    starting: bool
    present_instruction: int | None = None
    waits_for: str = ""


def plan_facts(plan: Plan) -> PlanFacts:
    """Return what a plan's row says."""
    because = reason_of(plan) if plan.state is PlanState.HELD else ""
    return facts(PlanFacts, plan, held_because=because)


def reason_of(plan: Plan) -> str:
    """Return why a plan is held, or was cancelled; "" where nobody said why."""
    return str(plan.detail.get(REASON) or "")


def find_plan(database: Database, plan_id: int) -> PlanFacts:
    """Return a plan. Raises NotFoundError."""
    with database.read() as session:
        plan = require(session.get(Plan, plan_id), "This experiment is not in a queue any more.")
        return plan_facts(plan)


def station_queue(database: Database, station_id: int) -> tuple[QueueEntry, ...]:
    """Return what waits on a station, held and queued, in its order."""
    with database.read() as session:
        rows = session.execute(
            waiting()
            .add_columns(Battery, Profile.name, OFFERED, StationLive.instruction_id)
            .outerjoin(StationLive, StationLive.station_id == Plan.station_id)
            .outerjoin(Battery, Battery.id == Plan.battery_id)
            .outerjoin(Profile, Profile.id == Plan.profile_id)
            .where(Plan.station_id == station_id)
        )
        entries: list[QueueEntry] = []
        before = ""
        for plan, battery, profile_name, starting, instruction in rows:
            entry = QueueEntry(
                plan_facts(plan),
                battery.name if battery else "",
                battery.serial_number if battery else "",
                profile_name or "",
                bool(starting),
                instruction,
            )
            if plan.state is PlanState.QUEUED:
                why = f"Waits for {before}." if before else ""
                if not starting and not why:
                    why = waits_for(session, station_id, battery)
                entry, before = replace(entry, waits_for=why), plan.name
            entries.append(entry)
        return tuple(entries)


def waiting() -> Select[Plan]:
    """Select the plans that have not begun: held ones, and queued ones whose row says so."""
    not_begun = and_(Plan.state == PlanState.QUEUED, Experiment.status == ExperimentStatus.QUEUED)
    return (
        select(Plan)
        .outerjoin(Experiment, Experiment.id == Plan.experiment_id)
        .where(or_(is_held(), not_begun))
        .order_by(Plan.position, Plan.id)
    )


def is_held() -> ColumnElement[bool]:
    """Whether a plan waits for a person; not where a cycler had taken it before and runs it."""
    return and_(Plan.state == PlanState.HELD, ~HAS_ROW)


def busy_with(session: Session, station_id: int) -> Experiment | None:
    """Return the experiment that a station runs, has paused or is just being offered."""
    offered = and_(
        Experiment.status == ExperimentStatus.QUEUED,
        exists().where(
            Run.experiment_id == Experiment.id,
            Run.offered_at.is_not(None),
            Run.ended_at.is_(None),
        ),
    )
    under_way = Experiment.status.in_([ExperimentStatus.RUNNING, ExperimentStatus.PAUSED])
    return session.scalars(
        select(Experiment)
        .where(Experiment.station_id == station_id, or_(under_way, offered))
        .order_by(Experiment.id)
        .limit(1)
    ).first()


def confirmation_conflict(database: Database, station_id: int, battery_id: int) -> str:
    """Say why a battery cannot be confirmed on a station now; "" where it can."""
    with database.read() as session:
        station, battery = (
            session.get(CyclerStation, station_id),
            session.get(Battery, battery_id),
        )
        return other_run(session, station, battery) if station and battery else ""


def other_run(session: Session, station: CyclerStation, battery: Battery) -> str:
    """Say what is under way on a station with another battery, or elsewhere with this one."""
    here = busy_with(session, station.id)
    if here is not None and here.battery_id != battery.id:
        connected = session.get_one(Battery, here.battery_id)
        return _under_way(station, here, connected)
    elsewhere = session.scalars(
        select(Experiment.station_id).where(
            Experiment.battery_id == battery.id,
            Experiment.station_id != station.id,
            Experiment.status.in_(NOT_ENDED),
        )
    )
    for other in sorted({one for one in elsewhere if one is not None}):
        busy = busy_with(session, other)
        if busy is not None and busy.battery_id == battery.id:
            return _under_way(session.get_one(CyclerStation, other), busy, battery)
    return ""


def _under_way(station: CyclerStation, experiment: Experiment, battery: Battery) -> str:
    return (
        f"{station.name} has {experiment.name} under way with {battery.name}. "
        "Stop it, or wait until it has ended."
    )


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
            .where(Plan.station_id == station.id, is_held())
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
