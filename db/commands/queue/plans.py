"""Adding experiments to a station's queue, changing their order, cancelling them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.battery.electrolyte import Electrolyte
from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.names import check_description, check_name
from cycling.terms import ExperimentStatus
from db.commands import audit
from db.commands.audit import By
from db.commands.experiments import numbers
from db.commands.experiments.electrolytes import check_has_electrolytes
from db.commands.queue import rows
from db.engine import Database
from db.models import (
    Battery,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    Instruction,
    Plan,
    Profile,
)
from db.queries.stations.queue import PlanFacts, plan_facts, waiting
from db.repeating import idempotent, repeated
from db.terms import PlanState

LONGEST_TOKEN = 40


@dataclass(frozen=True)
class NewPlan:
    """An experiment that a user has defined. The token is the form's own.

    `typed` keeps what its form said.
    """

    token: str
    name: str
    description: str
    station_id: int | None
    battery_id: int | None
    profile_id: int | None
    electrolytes: tuple[Electrolyte, ...] = ()
    typed: dict[str, Any] = field(default_factory=dict)


@idempotent
def add_plan(database: Database, new: NewPlan, *, by: By) -> PlanFacts:
    """Put an experiment into its station's queue and return it; the same again for its token.

    It is queued if its battery is the one last confirmed on the station, else held.
    Raises InputError or ConflictError saying what must be chosen otherwise.
    """
    new = checked(new)
    try:
        with database.write() as session:
            existing = _existing(session, new.token)
            if existing is None:
                existing = add_within(session, new, by=by)
            return existing
    except IntegrityError:  # the same form, sent twice at once
        with database.read() as session:
            existing = _existing(session, new.token)
        if existing is None:
            raise
        return existing


def add_within(session: Session, new: NewPlan, *, number: int | None = None, by: By) -> PlanFacts:
    """Do what `add_plan` does for a token that is new, in the caller's transaction.

    `number` is that of its draft.
    """
    return plan_facts(_add(session, new, number, by))


@repeated
def cancel(database: Database, plan_id: int, *, reason: str = "", by: By) -> PlanFacts:
    """Take an experiment out of its queue for good; it keeps its number, with who and why.

    Raises ConflictError once it has begun or its station is just taking it.
    """
    with database.write() as session:
        plan = take_plan(session, plan_id)
        if plan.state is PlanState.CANCELLED:
            raise ConflictError(f"{plan.name} is cancelled already.")
        number = plan.experiment_id
        if not rows.take_back(session, number) and session.get(Experiment, number) is not None:
            raise ConflictError(
                f"{plan.name} has begun, or its station is just taking it. Stop it on the Monitor."
            )
        why = " ".join(reason.split())
        rows.become(session, plan, PlanState.CANCELLED, by, why, action="cancel experiment")
        return plan_facts(plan)


@repeated
def reorder(database: Database, station_id: int, plan_ids: Sequence[int], *, by: By) -> None:
    """Give a station's waiting experiments another order, the first one first.

    Raises ConflictError when they are not exactly those that wait: one has begun or was added.
    """
    with database.write() as session:
        rows.take_stations(session, [station_id])
        queue = session.scalars(waiting().where(Plan.station_id == station_id)).all()
        by_id = {plan.id: plan for plan in queue}
        if sorted(plan_ids) != sorted(by_id):
            raise ConflictError("The queue has changed meanwhile. Look at it again.")
        for position, plan_id in zip(sorted(p.position for p in queue), plan_ids, strict=True):
            by_id[plan_id].position = position
        session.flush()
        rows.put_in_order(session, station_id)
        audit.record(
            session,
            by,
            "reorder queue",
            f"station {station_id}",
            {"experiments": [by_id[plan_id].experiment_id for plan_id in plan_ids]},
        )


def take_plan(session: Session, plan_id: int) -> Plan:
    """Return a plan whose station's queue nobody else changes before we commit."""
    station_id = session.scalar(select(Plan.station_id).where(Plan.id == plan_id))
    rows.take_stations(session, [station_id or 0])
    plan = session.get(Plan, plan_id, with_for_update=station_id is None)
    if plan is None:
        raise NotFoundError("This experiment is not in a queue any more.")
    return plan


def checked(new: NewPlan) -> NewPlan:
    """Return a plan with its name and description as they are kept.

    Raises InputError for a token, name or description that no plan can have.
    """
    if not new.token or len(new.token) > LONGEST_TOKEN:
        raise InputError("The form has lost its number. Load the page again.")
    name, description = check_name(new.name), check_description(new.description)
    return replace(new, name=name, description=description)


def _existing(session: Session, token: str) -> PlanFacts | None:
    plan = session.scalars(select(Plan).where(Plan.token == token)).first()
    return plan_facts(plan) if plan else None


def _add(session: Session, new: NewPlan, number: int | None, by: By) -> Plan:
    plan = Plan(
        token=new.token,
        state=PlanState.DRAFT,
        name=new.name,
        description=new.description,
        station_id=new.station_id,
        battery_id=new.battery_id,
        profile_id=new.profile_id,
        position=0,
        detail={"typed": new.typed, "electrolytes": [one.to_json() for one in new.electrolytes]},
        user_name=by.user_name[:60],
        created_at=by.now,
        state_since=by.now,
    )
    station, battery = _checked(session, plan)
    check_has_electrolytes(battery.name, battery.technology, new.electrolytes)
    plan.position = 1 + (
        session.scalar(select(func.max(Plan.position)).where(Plan.station_id == station.id)) or 0
    )
    plan.experiment_id = number or numbers.reserve(session, battery_id=battery.id, now=by.now)
    session.add(plan)
    session.flush()
    confirmed = session.get(ConfirmedBattery, station.id)
    if confirmed is not None and confirmed.battery_id == battery.id:
        rows.publish(session, plan, by, action="add experiment")
        rows.put_in_order(session, station.id)
    else:
        why = f"Until {battery.name} is confirmed on {station.name}."
        rows.become(session, plan, PlanState.HELD, by, why, action="add experiment")
    return plan


def _checked(session: Session, plan: Plan) -> tuple[CyclerStation, Battery]:
    """Take hold of what the plan needs. Raises InputError for what it cannot have."""
    for value, label in (
        (plan.battery_id, "battery"),
        (plan.station_id, "station"),
        (plan.profile_id, "profile"),
    ):
        if value is None:
            raise InputError(f"Choose a {label}.")
    battery = rows.take_battery(session, plan.battery_id or 0)
    stations = rows.take_stations(session, [plan.station_id or 0])
    station = rows.check_station(session, stations.get(plan.station_id or 0))
    _check_profile(session, plan.profile_id or 0)
    _check_not_elsewhere(session, battery, station)
    return station, battery


def _check_profile(session: Session, profile_id: int) -> None:
    # shared: who deletes a profile waits until this plan is there to be seen
    profile = session.get(Profile, profile_id, with_for_update={"read": True})
    if profile is None:
        raise NotFoundError("The chosen profile does not exist any more. Choose another one.")
    if not session.scalar(select(exists().where(Instruction.profile_id == profile_id))):
        raise InputError(f"The profile {profile.name} has no instructions. Choose another one.")


def _check_not_elsewhere(session: Session, battery: Battery, station: CyclerStation) -> None:
    """A battery is on one station: refuse it where another one has it or waits for it."""
    under_way = Experiment.status.in_([ExperimentStatus.RUNNING, ExperimentStatus.PAUSED])
    for where, says in (
        (
            select(Experiment.station_id).where(Experiment.battery_id == battery.id, under_way),
            "runs on {}. Choose another battery, or that station.",
        ),
        (
            select(ConfirmedBattery.station_id).where(ConfirmedBattery.battery_id == battery.id),
            f"is connected to {{}}, as somebody confirmed. "
            f"If it is connected to {station.name} now, confirm that first.",
        ),
        (
            waiting()
            .with_only_columns(Plan.station_id)
            .where(Plan.battery_id == battery.id, Plan.station_id.is_not(None)),
            "is in the queue of {}. Cancel that first, or choose that station.",
        ),
    ):
        other = next((one for one in session.scalars(where) if one != station.id), None)
        if other is not None:
            name = session.get_one(CyclerStation, other).name
            raise ConflictError(f"{battery.name} {says.format(name)}")
