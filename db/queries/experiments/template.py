"""What a new experiment may begin with: an earlier one, the text of its profile, a draft."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.errors import NotFoundError
from cycling.profile.program.rows import text_of_rows
from cycling.terms import Polarity, Technology
from db.engine import Database
from db.facts import facts
from db.models import (
    AuditEntry,
    Battery,
    Experiment,
    Instruction,
    Plan,
    ProfileDetail,
    ProfileVersion,
    RedoxElectrolyte,
)
from db.queries.experiments.planned import not_begun
from db.terms import PlanState

LARGEST_ID = 2**31 - 1
MOST_ROWS = 20_000
MOST = 100
ELECTROLYTE = ("volume", "initial_soc", "min_flow_rate", "max_flow_rate")


@dataclass(frozen=True)
class ProfileText:
    """A profile as text; `capacity_ah` is what its C-rates were resolved with, None without one.

    `version_id` is of the library; None where the text is made of the rows. "" without rows.
    """

    text: str
    version_id: int | None
    capacity_ah: float | None


@dataclass(frozen=True)
class ExperimentPattern:
    """What an experiment was: its battery, station, profile and electrolytes.

    `electrolytes` has volume, initial SOC, min and max flow rate of each side.
    """

    id: int
    name: str
    description: str
    technology: Technology
    battery_id: int
    station_id: int
    profile: ProfileText
    electrolytes: dict[Polarity, tuple[int, int, int, int]]


def experiment_pattern(database: Database, experiment_id: int) -> ExperimentPattern:
    """Return what an experiment was. Raises NotFoundError."""
    with database.read() as session:
        experiment = _experiment(session, experiment_id)
        battery = session.get(Battery, experiment.battery_id or 0)
        if battery is None or experiment.station_id is None or experiment.profile_id is None:
            raise NotFoundError(f"What experiment {experiment_id} was planned with is gone.")
        return facts(
            ExperimentPattern,
            experiment,
            id=experiment_id,
            technology=battery.technology,
            profile=_profile_text(session, experiment.profile_id),
            electrolytes=_electrolytes(session, experiment),
        )


def _experiment(session: Session, experiment_id: int) -> Experiment | Plan:
    known = 0 < experiment_id <= LARGEST_ID
    experiment = session.get(Experiment, experiment_id) if known else None
    plan = not_begun(session, experiment_id) if known and experiment is None else None
    found = plan if experiment is None else experiment
    if found is None:
        raise NotFoundError(f"There is no experiment {experiment_id}.")
    return found


def _electrolytes(
    session: Session, experiment: Experiment | Plan
) -> dict[Polarity, tuple[int, int, int, int]]:
    if isinstance(experiment, Plan):
        return {
            Polarity(one["polarity"]): tuple(one[name] for name in ELECTROLYTE)
            for one in experiment.detail.get("electrolytes", [])
        }
    sides = session.scalars(
        select(RedoxElectrolyte).where(RedoxElectrolyte.experiment_id == experiment.id)
    )
    return {one.polarity: tuple(getattr(one, name) for name in ELECTROLYTE) for one in sides}


def _profile_text(session: Session, profile_id: int) -> ProfileText:
    detail = session.get(ProfileDetail, profile_id)
    capacity_ah = detail.capacity_ah if detail else None
    version_id = detail.version_id if detail else None
    version = session.get(ProfileVersion, version_id) if version_id else None
    if version is not None:
        return ProfileText(version.text, version.id, capacity_ah)
    rows = session.execute(
        select(
            Instruction.mode,
            Instruction.set_point,
            Instruction.limit_type,
            Instruction.limit_point,
        )
        .where(Instruction.profile_id == profile_id)
        .order_by(Instruction.id)
        .limit(MOST_ROWS)
    )
    return ProfileText(
        text_of_rows((row[0], row[1], row[2], row[3]) for row in rows), None, capacity_ah
    )


@dataclass(frozen=True)
class Draft:
    """What a form said when it was kept; `token` is the form's own, `number` the experiment's."""

    id: int
    number: int
    token: str
    name: str
    typed: Mapping[str, Any]
    user_name: str
    saved_at: datetime


def list_drafts(database: Database) -> tuple[Draft, ...]:
    """Return the drafts, the one saved last first; the newest hundred."""
    with database.read() as session:
        found = session.scalars(
            select(Plan)
            .where(Plan.state == PlanState.DRAFT)
            .order_by(Plan.state_since.desc(), Plan.id.desc())
            .limit(MOST)
        )
        return tuple(_draft(plan) for plan in found)


def find_draft(database: Database, number: int) -> Draft:
    """Return a draft by its number. Raises NotFoundError if it is none any more.

    Addresses from before drafts had numbers name its plan, and lead to it as well.
    """
    with database.read() as session:
        plan = not_begun(session, number) if 0 < number <= LARGEST_ID else None
        if plan is None or plan.state is not PlanState.DRAFT:
            plan = _draft_of_before(session, number)
        if plan is None:
            raise NotFoundError(f"There is no draft {number}: it is queued or discarded.")
        return _draft(plan)


def _draft_of_before(session: Session, plan_id: int) -> Plan | None:
    """Return the draft that an address named by its plan; the audit trail of then does the same.

    None where a draft has had that number since: the address means it.
    """
    plan = session.get(Plan, plan_id) if 0 < plan_id <= LARGEST_ID else None
    if plan is None or plan.state is not PlanState.DRAFT:
        return None
    named = (f"plan {plan_id}", f"experiment {plan_id}")
    rows = select(AuditEntry.target).where(
        AuditEntry.target.in_(named), AuditEntry.action == "save draft"
    )
    return plan if set(session.scalars(rows)) == {named[0]} else None


def _draft(plan: Plan) -> Draft:
    typed = plan.detail.get("typed", {})
    return facts(Draft, plan, number=plan.experiment_id, typed=typed, saved_at=plan.state_since)
