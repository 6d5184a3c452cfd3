"""What a user has defined, by the number of the experiment: in whatever state it is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from cycling.terms import ExperimentState
from db.engine import Database
from db.facts import facts
from db.models import Battery, CyclerStation, Experiment, FormerNumber, Plan, Profile
from db.queries.experiments.rows import state_words
from db.queries.stations.queue import OFFERED, reason_of
from db.terms import PlanState


@dataclass(frozen=True)
class PlannedExperiment:
    """An experiment that a user has defined; names are "" where it has none yet.

    `has_row`: cyclers know of it. `starting`: it is being offered and cannot be taken back.
    `state_by` brought it into its state, `why` says so, with the reason.
    """

    plan_id: int
    number: int
    name: str
    description: str
    state: ExperimentState
    state_by: str
    state_since: datetime
    why: str
    reason: str
    battery_id: int | None
    battery: str
    station_id: int | None
    station: str
    profile: str
    user_name: str
    created_at: datetime
    has_row: bool
    starting: bool


def find_planned(database: Database, number: int) -> PlannedExperiment | None:
    """Return an experiment by its number; None for one that nobody has defined here."""
    has_row = exists().where(Experiment.id == Plan.experiment_id).correlate(Plan)
    with database.read() as session:
        row = session.execute(
            select(Plan, Battery, CyclerStation.name, Profile.name, has_row, OFFERED)
            .outerjoin(Experiment, Experiment.id == Plan.experiment_id)
            .outerjoin(Battery, Battery.id == Plan.battery_id)
            .outerjoin(CyclerStation, CyclerStation.id == Plan.station_id)
            .outerjoin(Profile, Profile.id == Plan.profile_id)
            .where(Plan.experiment_id == number)
        ).first()
        if row is None:
            return None
        plan, battery, station, profile, is_there, starting = row
        return facts(
            PlannedExperiment,
            plan,
            plan_id=plan.id,
            number=plan.experiment_id,
            state=ExperimentState(plan.state.value),
            why=state_words(plan),
            reason=reason_of(plan),
            battery=battery.name if battery else "",
            station=station or "",
            profile=profile or "",
            has_row=is_there,
            starting=starting,
        )


def present_number(database: Database, number: int) -> int:
    """Return the number of an experiment that had another one before it kept one for ever."""
    with database.read() as session:
        if session.get(Experiment, number) is not None:
            return number
        former = session.get(FormerNumber, number)
        return number if former is None else former.experiment_id


def not_begun(session: Session, number: int) -> Plan | None:
    """Return the plan of an experiment that has no row in Experiment: a draft, held, cancelled."""
    plan = session.scalars(select(Plan).where(Plan.experiment_id == number)).first()
    return None if plan is None or plan.state is PlanState.QUEUED else plan
