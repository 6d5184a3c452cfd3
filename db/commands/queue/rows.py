"""The rows behind a queue: those in Experiment too, and the queue as the master node uses it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from cycling.battery.electrolyte import Electrolyte
from cycling.errors import InputError, NotFoundError
from cycling.terms import ExperimentStatus
from db.commands import audit
from db.commands.audit import By
from db.commands.experiments.electrolytes import add_electrolytes
from db.models import (
    Battery,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    GenericMeasure,
    OutOfService,
    Plan,
    RedoxElectrolyte,
    Run,
)
from db.models.stations import VIRTUAL_STATION
from db.queries.stations.queue import REASON, waiting
from db.terms import PlanState

ONE_SECOND = timedelta(seconds=1)
LONGEST_REASON = 250


def take_battery(session: Session, battery_id: int) -> Battery:
    """Return a battery that nobody else puts on a station before we commit."""
    battery = session.get(Battery, battery_id, with_for_update=True)
    if battery is None:
        raise NotFoundError("The chosen battery does not exist any more. Choose another one.")
    return battery


def take_stations(session: Session, station_ids: Iterable[int]) -> dict[int, CyclerStation]:
    """Return stations whose queues nobody else changes before we commit."""
    return {
        station.id: station
        for station in session.scalars(
            select(CyclerStation)
            .where(CyclerStation.id.in_(set(station_ids)))
            .order_by(CyclerStation.id)
            .with_for_update()
        )
    }


def confirmed_on(session: Session, battery_ids: Iterable[int]) -> Sequence[int]:
    """Return the stations on which one of these batteries is confirmed."""
    return session.scalars(
        select(ConfirmedBattery.station_id).where(ConfirmedBattery.battery_id.in_(set(battery_ids)))
    ).all()


def check_station(session: Session, station: CyclerStation | None) -> CyclerStation:
    """Return the station, if it takes experiments. Raises InputError."""
    if station is None:
        raise NotFoundError("The chosen station does not exist any more. Choose another one.")
    if station.id == VIRTUAL_STATION:
        raise InputError(
            f"The station {station.name} holds imported measures and runs nothing. "
            "Choose another station."
        )
    if station.deprecated:
        raise InputError(f"{station.name} was replaced by a newer set-up. Choose that one.")
    out = session.get(OutOfService, station.id)
    if out is not None:
        raise InputError(f"{station.name} is out of service: {out.reason} Choose another station.")
    return station


def reason_sentence(reason: str, longest: int, asked: str) -> str:
    """Return a reason as a sentence. Raises InputError for none and one that is too long."""
    why = " ".join(reason.split())
    sentence = why if not why or why.endswith((".", "!", "?")) else f"{why}."
    if not 1 <= len(sentence) <= longest:
        raise InputError(f"Say in 1 to {longest} characters {asked}")
    return sentence


def publish(
    session: Session, plan: Plan, by: By, reason: str = "", *, action: str = "queue experiment"
) -> None:
    """Give a plan its row in Experiment: from the commit on its station may take it.

    Where the row is there, its cycler had taken it before it was held: it has begun all the same.
    """
    become(session, plan, PlanState.QUEUED, by, reason, action=action)
    if session.get(Experiment, plan.experiment_id) is not None:
        return
    experiment = Experiment(
        id=plan.experiment_id,
        name=plan.name,
        description=plan.description,
        created_at=by.now.replace(microsecond=0),
        status=ExperimentStatus.QUEUED,
        station_id=plan.station_id,
        battery_id=plan.battery_id,
        profile_id=plan.profile_id,
    )
    session.add(experiment)
    session.flush()
    sides = [Electrolyte.from_json(one) for one in plan.detail.get("electrolytes", [])]
    add_electrolytes(session, experiment.id, plan.battery_id, sides)


def become(
    session: Session, plan: Plan, state: PlanState, by: By, reason: str = "", *, action: str
) -> None:
    """Bring a plan into a state, with who did it and why.

    Its audit row tells of it for ever: the course of an experiment is made of these
    (`db/queries/experiments/planned.py`), as the plan itself keeps its last state only.
    """
    why = reason[:LONGEST_REASON]
    plan.state, plan.state_by, plan.state_since = state, by.user_name[:60], by.now
    plan.detail = {key: value for key, value in plan.detail.items() if key != REASON}
    if why and state is not PlanState.QUEUED:
        plan.detail = {**plan.detail, REASON: why}
    session.flush()
    note(session, plan, action, by, reason=why)


def hold(session: Session, plan: Plan, by: By, reason: str) -> None:
    """Let a plan wait for a person."""
    become(session, plan, PlanState.HELD, by, reason, action="hold experiment")


def note(session: Session, plan: Plan, action: str, by: By, **more: object) -> None:
    """Write the audit row of what was done with an experiment that has not begun."""
    detail = {
        "name": plan.name,
        "state": plan.state,
        "station": plan.station_id,
        "battery": plan.battery_id,
        "profile": plan.profile_id,
        **more,
    }
    audit.record(session, by, action, f"experiment {plan.experiment_id}", detail)


def take_back(session: Session, experiment_id: int, *, refused: bool = False) -> bool:
    """Remove a row from Experiment, unless it has begun or is being offered to its station.

    `refused`: its station has just said that it does not take it.
    """
    queued = (
        select(Experiment)
        .where(Experiment.id == experiment_id, Experiment.status == ExperimentStatus.QUEUED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    experiment = session.scalars(queued).first()
    if experiment is None:
        return False
    measured = exists().where(GenericMeasure.experiment_id == experiment.id)
    offered = exists().where(Run.experiment_id == experiment.id, Run.offered_at.is_not(None))
    if session.scalar(select(measured)) or (not refused and session.scalar(select(offered))):
        return False
    for model in (Run, RedoxElectrolyte):
        session.execute(delete(model).where(model.experiment_id == experiment.id))
    session.delete(experiment)
    session.flush()
    return True


def put_in_order(session: Session, station_id: int) -> None:
    """Let the creation dates of a station's queued rows follow its order, a second apart.

    Whole seconds, because another program that rewrites these rows keeps no fractions.
    """
    plans = session.scalars(waiting().where(Plan.station_id == station_id)).all()
    rows = session.scalars(
        select(Experiment)
        .where(Experiment.id.in_([plan.experiment_id for plan in plans]))
        .where(Experiment.status == ExperimentStatus.QUEUED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    by_id = {experiment.id: experiment for experiment in rows}
    ordered = [by_id[p.experiment_id] for p in plans if p.experiment_id in by_id]
    last: datetime | None = None
    for experiment, date in zip(ordered, sorted(e.created_at for e in ordered), strict=True):
        whole = date.replace(microsecond=0)
        last = whole if last is None else max(whole, last + ONE_SECOND)
        experiment.created_at = last
    session.flush()


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
    if not take_back(session, experiment_id, refused=True):
        return False
    session.add(plan)
    plan.attempt += 1
    hold(session, plan, by_master_node(now), reason)
    return True


def hold_queue(session: Session, station_id: int, reason: str, *, now: datetime) -> None:
    """Let nothing follow on a station until a person has looked, and confirms its battery again.

    What waits there is held, and the battery is no longer confirmed: also where nothing waits.
    """
    by = by_master_node(now)
    confirmed = session.get(ConfirmedBattery, station_id)
    held, _begun = take_back_queue(session, station_id, reason, by)
    if confirmed is not None:
        session.delete(confirmed)
    elif not held:
        return
    audit.record(
        session,
        by,
        "hold queue",
        f"station {station_id}",
        {"experiments": [plan.experiment_id for plan in held], "reason": reason},
    )


def take_back_queue(
    session: Session, station_id: int, reason: str, by: By
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
        plan = plan or plan_of(session, experiment, by.now)
        if not take_back(session, experiment.id):
            begun.append(experiment.name)
            continue
        session.add(plan)
        hold(session, plan, by.beside(), reason)
        held.append(plan)
    return held, begun


def by_master_node(now: datetime) -> By:
    """Return who does what nobody asked for."""
    return By(audit.MASTER_NODE, audit.MASTER_NODE, now)


def plan_of(session: Session, experiment: Experiment, now: datetime) -> Plan:
    """Return a plan for a row that another program has put into Experiment."""
    electrolytes = session.scalars(
        select(RedoxElectrolyte).where(RedoxElectrolyte.experiment_id == experiment.id)
    )
    fields = ("volume", "initial_soc", "min_flow_rate", "max_flow_rate")
    return Plan(
        token=f"experiment-{experiment.id}",
        state=PlanState.HELD,
        experiment_id=experiment.id,
        name=experiment.name,
        description=experiment.description,
        station_id=experiment.station_id,
        battery_id=experiment.battery_id,
        profile_id=experiment.profile_id,
        position=0,
        detail={
            "electrolytes": [
                {"polarity": one.polarity.value, **{name: getattr(one, name) for name in fields}}
                for one in electrolytes
            ],
        },
        user_name=audit.MASTER_NODE,
        created_at=experiment.created_at,
        state_since=now,
        attempt=0,
    )
