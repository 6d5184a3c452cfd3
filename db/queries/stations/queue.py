"""The queues of stations: what waits where, in which order and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from cycling.errors import NotFoundError
from cycling.terms import ExperimentStatus
from db.engine import Database
from db.models import Battery, Experiment, Plan, Profile, Run
from db.terms import PlanState

OFFERED = exists().where(Run.experiment_id == Experiment.id, Run.offered_at.is_not(None))
HELD = "held_because"  # in the plan's detail
WITHDRAWN = "withdrawn"  # there too: the numbers of the rows in Experiment that were taken back


@dataclass(frozen=True)
class PlanFacts:
    """A plan as it stands: `held_because` says why it waits for a person, "" otherwise."""

    id: int
    state: PlanState
    experiment_id: int | None
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
    """A plan that waits on a station; `starting`: it is being offered and cannot be taken back."""

    plan: PlanFacts
    battery_name: str
    battery_serial_number: str
    profile_name: str
    starting: bool


def plan_facts(plan: Plan) -> PlanFacts:
    """Return what a plan's row says."""
    return PlanFacts(
        id=plan.id,
        state=plan.state,
        experiment_id=plan.experiment_id,
        name=plan.name,
        description=plan.description,
        station_id=plan.station_id,
        battery_id=plan.battery_id,
        profile_id=plan.profile_id,
        position=plan.position,
        held_because=str(plan.detail.get(HELD, "")) if plan.state is PlanState.HELD else "",
        user_name=plan.user_name,
        created_at=plan.created_at,
    )


def find_plan(database: Database, plan_id: int) -> PlanFacts:
    """Return a plan. Raises NotFoundError."""
    with database.read() as session:
        plan = session.get(Plan, plan_id)
        if plan is None:
            raise NotFoundError("This experiment is not in a queue any more.")
        return plan_facts(plan)


def station_queue(database: Database, station_id: int) -> tuple[QueueEntry, ...]:
    """Return what waits on a station, held and queued, in its order."""
    with database.read() as session:
        rows = session.execute(
            waiting()
            .add_columns(Battery, Profile.name, OFFERED)
            .outerjoin(Battery, Battery.id == Plan.battery_id)
            .outerjoin(Profile, Profile.id == Plan.profile_id)
            .where(Plan.station_id == station_id)
        )
        return tuple(
            QueueEntry(
                plan_facts(plan),
                battery.name if battery else "",
                battery.serial_number if battery else "",
                profile_name or "",
                bool(starting),
            )
            for plan, battery, profile_name, starting in rows
        )


def waiting() -> Select[Plan]:
    """Select the plans that have not begun: held ones, and queued ones whose row says so."""
    not_begun = and_(Plan.state == PlanState.QUEUED, Experiment.status == ExperimentStatus.QUEUED)
    return (
        select(Plan)
        .outerjoin(Experiment, Experiment.id == Plan.experiment_id)
        .where(or_(Plan.state == PlanState.HELD, not_begun))
        .order_by(Plan.position, Plan.id)
    )


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
