"""The queue as the master node uses it, within its own transactions."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus
from db.commands import audit
from db.commands.audit import By
from db.commands.queue import rows
from db.models import ConfirmedBattery, Experiment, Plan, RedoxElectrolyte
from db.queries.stations.queue import WITHDRAWN
from db.terms import PlanState


def next_queued(session: Session, station_id: int) -> Experiment | None:
    """Return the experiment to offer to a station, the oldest; nobody takes it back meanwhile.

    None without one, and while its battery is not the one confirmed there.
    """
    oldest = (
        select(Experiment)
        .where(Experiment.station_id == station_id, Experiment.status == ExperimentStatus.QUEUED)
        .order_by(Experiment.created_at, Experiment.id)
        .limit(1)
        .with_for_update()
    )
    experiment = session.scalars(oldest).first()
    confirmed = session.get(ConfirmedBattery, station_id)
    if experiment is None or confirmed is None:
        return None
    return experiment if confirmed.battery_id == experiment.battery_id else None


def hold_back(session: Session, experiment_id: int, reason: str, *, now: datetime) -> bool:
    """Let an experiment that its station refused wait for a person, with the reason.

    False if there is nothing to hold: it has begun, or was cancelled.
    """
    experiment = session.get(Experiment, experiment_id)
    if experiment is None:
        return False
    plan = session.scalars(select(Plan).where(Plan.experiment_id == experiment_id)).first()
    plan = plan or plan_of(session, experiment, now)
    if not rows.take_back(session, experiment_id, refused=True):
        return False
    session.add(plan)
    rows.hold(session, plan, reason, now)
    audit.record(
        session,
        By(audit.MASTER_NODE, audit.MASTER_NODE, now),
        "hold experiment",
        f"plan {plan.id}",
        {"experiment": experiment_id, "reason": reason},
    )
    return True


def hold_queue(session: Session, station_id: int, reason: str, *, now: datetime) -> None:
    """Let nothing follow on a station until a person has looked, and confirms its battery again.

    What waits there is held, and the battery is no longer confirmed: also where nothing waits.
    """
    confirmed = session.get(ConfirmedBattery, station_id)
    held, _begun = take_back_queue(session, station_id, reason, now)
    if confirmed is not None:
        session.delete(confirmed)
    elif not held:
        return
    audit.record(
        session,
        By(audit.MASTER_NODE, audit.MASTER_NODE, now),
        "hold queue",
        f"station {station_id}",
        {"plans": [plan.id for plan in held], "reason": reason},
    )


def take_back_queue(
    session: Session, station_id: int, reason: str, now: datetime
) -> tuple[list[Plan], list[str]]:
    """Hold what waits on a station: some cyclers run what is queued by themselves.

    Returns the plans that are held, and the names of what the station has taken a moment before.
    """
    queued = session.scalars(
        select(Experiment)
        .where(Experiment.station_id == station_id, Experiment.status == ExperimentStatus.QUEUED)
        .order_by(Experiment.created_at, Experiment.id)
    ).all()
    held: list[Plan] = []
    begun: list[str] = []
    for experiment in queued:
        plan = session.scalars(select(Plan).where(Plan.experiment_id == experiment.id)).first()
        plan = plan or plan_of(session, experiment, now)
        if not rows.take_back(session, experiment.id):
            begun.append(experiment.name)
            continue
        session.add(plan)
        rows.hold(session, plan, reason, now)
        held.append(plan)
    return held, begun


def plan_of(session: Session, experiment: Experiment, now: datetime) -> Plan:
    """Return a plan for a row that another program has put into Experiment."""
    electrolytes = session.scalars(
        select(RedoxElectrolyte).where(RedoxElectrolyte.experiment_id == experiment.id)
    )
    fields = ("volume", "initial_soc", "min_flow_rate", "max_flow_rate")
    return Plan(
        token=f"experiment-{experiment.id}",
        state=PlanState.HELD,
        name=experiment.name,
        description=experiment.description,
        station_id=experiment.station_id,
        battery_id=experiment.battery_id,
        profile_id=experiment.profile_id,
        position=0,
        detail={
            WITHDRAWN: [experiment.id],
            "electrolytes": [
                {"polarity": one.polarity.value, **{name: getattr(one, name) for name in fields}}
                for one in electrolytes
            ],
        },
        user_name=audit.MASTER_NODE,
        created_at=experiment.created_at,
        state_since=now,
    )
