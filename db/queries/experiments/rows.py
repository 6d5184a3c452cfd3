"""The rows of the experiments table: what it shows of those that a page has found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cycling.terms import ENDED, ExperimentState, Technology, state_of
from db.facts import facts
from db.models import Battery, CyclerStation, CycleSummary, Experiment, Plan, Profile, Run
from db.queries.experiments.filters import NOT_BEGUN
from db.queries.stations.queue import reason_of
from db.terms import PlanState


@dataclass(frozen=True)
class ExperimentTimes:
    """What an experiment is called, and since when it is how far."""

    id: int
    name: str
    description: str
    created_at: datetime
    begun_at: datetime | None
    finished_at: datetime | None

    def duration_s(self, now: datetime) -> float | None:
        """Seconds from start to finish, or until now; None before the start."""
        if self.begun_at is None:
            return None
        return ((self.finished_at or now) - self.begun_at).total_seconds()


@dataclass(frozen=True)
class ExperimentRow(ExperimentTimes):
    """One line of the table; a draft may have neither battery nor station, and has no profile yet.

    `why` says why it waits, was cancelled or ended before its profile did, and by whom; or is "".
    `cycles` are complete ones, None where they are not counted yet. `last_cycle` is the last one of
    the main rate: capacity (Ah) and retention (%) are its own, the mean CE (%) goes through it.
    """

    state: ExperimentState
    battery_id: int | None
    battery: str
    technology: Technology | None
    station_id: int | None
    station: str
    profile: str
    why: str = ""
    cycles: int | None = None
    last_cycle: int | None = None
    capacity_ah: float | None = None
    retention_pct: float | None = None
    ce_pct: float | None = None


def rows_of(session: Session, ids: Sequence[int]) -> tuple[ExperimentRow, ...]:
    """Return what the table shows of some experiments, in their order; no more columns are read."""
    rows = session.execute(
        select(
            Experiment.id.label("id"),
            Experiment.name.label("name"),
            Experiment.description.label("description"),
            Experiment.created_at.label("published_at"),
            Plan.created_at.label("defined_at"),
            Experiment.begun_at.label("begun_at"),
            Experiment.finished_at.label("finished_at"),
            Experiment.battery_id.label("battery_id"),
            Battery.name.label("battery"),
            Battery.technology.label("technology"),
            Experiment.station_id.label("station_id"),
            CyclerStation.name.label("station"),
            Profile.name.label("profile"),
            Experiment.status.label("status"),
            func.coalesce(Run.end_reason, "").label("reason"),
            CycleSummary.cycles.label("cycles"),
            CycleSummary.last_cycle.label("last_cycle"),
            CycleSummary.last_capacity_ah.label("capacity_ah"),
            CycleSummary.retention_pct.label("retention_pct"),
            CycleSummary.mean_ce_pct.label("ce_pct"),
        )
        .join(Battery, Battery.id == Experiment.battery_id)
        .join(CyclerStation, CyclerStation.id == Experiment.station_id)
        .join(Profile, Profile.id == Experiment.profile_id)
        .outerjoin(Run, Run.experiment_id == Experiment.id)
        .outerjoin(Plan, Plan.experiment_id == Experiment.id)
        .outerjoin(CycleSummary, CycleSummary.experiment_id == Experiment.id)
        .where(Experiment.id.in_(ids))
    )
    by_id: dict[int, ExperimentRow] = {}
    for row in rows:
        why = row.reason.strip() if row.status in ENDED else ""
        created_at = row.defined_at or row.published_at
        state = state_of(row.status, why)
        by_id[row.id] = facts(ExperimentRow, row, created_at=created_at, state=state, why=why)
    if missing := [one for one in ids if one not in by_id]:
        by_id |= {row.id: row for row in _rows_of_plans(session, missing)}
    return tuple(by_id[id_] for id_ in ids if id_ in by_id)


def _rows_of_plans(session: Session, ids: Sequence[int]) -> Iterator[ExperimentRow]:
    rows = session.execute(
        select(Plan, Battery.name, Battery.technology, CyclerStation.name, Profile.name)
        .outerjoin(Battery, Battery.id == Plan.battery_id)
        .outerjoin(CyclerStation, CyclerStation.id == Plan.station_id)
        .outerjoin(Profile, Profile.id == Plan.profile_id)
        .where(Plan.experiment_id.in_(ids), NOT_BEGUN)
    )
    for plan, battery, technology, station, profile in rows:
        yield ExperimentRow(
            id=plan.experiment_id,
            name=plan.name,
            description=plan.description,
            created_at=plan.created_at,
            begun_at=None,
            finished_at=None,
            state=ExperimentState(plan.state.value),
            battery_id=plan.battery_id,
            battery=battery or "",
            technology=technology,
            station_id=plan.station_id,
            station=station or "",
            profile=profile or "",
            why=state_words(plan),
        )


def state_words(plan: Plan) -> str:
    """Say who brought a plan into its state, and why."""
    why = reason_of(plan)
    if plan.state is PlanState.CANCELLED:
        by = f"Cancelled by {plan.state_by}" if plan.state_by else "Cancelled"
        return f"{by}: {why}" if why else by
    if plan.state is PlanState.DRAFT:
        return f"Draft of {plan.user_name}"
    return why
