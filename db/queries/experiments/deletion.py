"""What the deletion of an experiment would take with it, what keeps one, and which were deleted."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cycling.errors import NotFoundError
from cycling.terms import ENDED, ExperimentStatus, StationState
from db.engine import Database
from db.models import (
    Alarm,
    CyclerStation,
    DeletedExperiment,
    Experiment,
    Job,
    Note,
    Plan,
    StationAlarm,
    StationLive,
    SyncRepair,
)
from db.queries.stations.queue import reason_of
from db.terms import JobState, PlanState, RepairState

LARGEST_ID = 2**32 - 1
UNDER_WAY = {
    ExperimentStatus.QUEUED: "It is queued: cancel it in its station's queue instead.",
    ExperimentStatus.RUNNING: "It is running: stop it, or wait until it has ended.",
    ExperimentStatus.PAUSED: "It is paused: stop it first.",
}
NOT_BEGUN = {
    PlanState.DRAFT: "It is a draft: discard it instead.",
    PlanState.HELD: "It is held: cancel it first.",
    PlanState.QUEUED: UNDER_WAY[ExperimentStatus.QUEUED],
    PlanState.CANCELLED: "",
}


@dataclass(frozen=True)
class Extras:
    """How much was written about an experiment beside its measures."""

    notes: int
    alarms: int


@dataclass(frozen=True)
class Loss:
    """What is lost with an experiment; `kept_because` says what keeps it, "" for nothing.

    `has_row`: not one that was cancelled before it began, which has no measures.
    """

    name: str
    has_row: bool
    extras: Extras
    kept_because: str


def experiment_loss(database: Database, experiment_id: int) -> Loss:
    """Return what the deletion of an experiment would take. Raises NotFoundError."""
    with database.read() as session:
        found = existing_or_planned(session, experiment_id)
        extras, kept = extras_of(session, experiment_id), what_keeps(session, found)
        return Loss(found.name, isinstance(found, Experiment), extras, kept)


def existing_experiment(session: Session, experiment_id: int, *, lock: bool = False) -> Experiment:
    """Return an experiment. Raises NotFoundError, saying who has deleted it if somebody has."""
    experiment = session.get(Experiment, experiment_id, with_for_update=lock or None)
    if experiment is None:
        raise NotFoundError(gone_words(session, experiment_id))
    return experiment


def existing_or_planned(
    session: Session, experiment_id: int, *, lock: bool = False
) -> Experiment | Plan:
    """Return an experiment, or the plan of one without a row. Raises NotFoundError."""
    if not 0 < experiment_id <= LARGEST_ID:
        raise NotFoundError(f"There is no experiment {experiment_id}.")
    experiment = session.get(Experiment, experiment_id, with_for_update=lock or None)
    if experiment is not None:
        return experiment
    planned = select(Plan).where(Plan.experiment_id == experiment_id)
    plan = session.scalars(planned.with_for_update() if lock else planned).first()
    if plan is None:
        raise NotFoundError(gone_words(session, experiment_id))
    return plan


def extras_of(session: Session, experiment_id: int) -> Extras:
    """Count what was written about an experiment."""
    notes, alarms, told = (
        session.scalar(
            select(func.count()).select_from(one).where(one.experiment_id == experiment_id)
        )
        or 0
        for one in (Note, StationAlarm, Alarm)
    )
    return Extras(notes, alarms + told)


def what_keeps(session: Session, experiment: Experiment | Plan) -> str:
    """Say what keeps an experiment from being deleted; blank if nothing does."""
    if isinstance(experiment, Plan):
        if kept := NOT_BEGUN[experiment.state]:
            return kept
        number = experiment.experiment_id
        return _on_a_station(session, number) or _looked_after(session, number)
    if experiment.status not in ENDED:
        return UNDER_WAY[experiment.status]
    return _on_a_station(session, experiment.id) or _looked_after(session, experiment.id)


def gone_words(session: Session, experiment_id: int) -> str:
    """Say that there is no such experiment; or who has deleted it, and when; or why it waits."""
    row = session.get(DeletedExperiment, experiment_id)
    if row is None:
        return _not_begun(session, experiment_id) or f"There is no experiment {experiment_id}."
    day = f"{row.deleted_at.day} {row.deleted_at:%b %Y}"
    words = f"Experiment {experiment_id} ({row.name}) was deleted by {row.user_name} on {day}."
    return words if row.cleared_at is not None else f"{words} {_progress(session, row)}"


def _not_begun(session: Session, experiment_id: int) -> str:
    plan = session.scalars(select(Plan).where(Plan.experiment_id == experiment_id)).first()
    if plan is None:
        return ""
    state = "a draft" if plan.state is PlanState.DRAFT else plan.state.value
    reason = reason_of(plan).rstrip(".")
    why = f": {reason}." if reason else "."
    named = f"{experiment_id} ({plan.name})" if plan.name else str(experiment_id)
    return f"Experiment {named} is {state}{why} It has no measures."


def unknown_words(session: Session, experiment_id: int) -> str:
    """Say to a unit's people why nothing is known of an experiment that it has measures of."""
    if session.get(DeletedExperiment, experiment_id) is not None:
        return gone_words(session, experiment_id)
    return "It is not known here. Was the database put back to an earlier state?"


def _progress(session: Session, row: DeletedExperiment) -> str:
    job = session.get(Job, row.job_id)
    if job is None or job.state is not JobState.RUNNING or not job.total:
        return "Its measures are still to be removed."
    return f"Its measures are being removed, {100 * job.done / job.total:.0f} % so far."


def _on_a_station(session: Session, experiment_id: int) -> str:
    name = session.scalar(
        select(CyclerStation.name)
        .join(StationLive, StationLive.station_id == CyclerStation.id)
        .where(StationLive.experiment_id == experiment_id, StationLive.state != StationState.IDLE)
    )
    if name is None:
        return ""
    return f"{name} itself last said that it still has it: wait until it says that it has ended."


def _looked_after(session: Session, experiment_id: int) -> str:
    open_alarm = select(StationAlarm.id).where(
        StationAlarm.experiment_id == experiment_id, StationAlarm.acknowledged_at.is_(None)
    )
    if session.scalars(open_alarm.limit(1)).first() is not None:
        return "An alarm of it is not acknowledged: do that on the Monitor first."
    repair = select(SyncRepair.id).where(
        SyncRepair.experiment_id == experiment_id, SyncRepair.state == RepairState.OPEN
    )
    if session.scalars(repair.limit(1)).first() is not None:
        return "Its unit's synchroniser is being repaired: wait until that has ended."
    return ""
