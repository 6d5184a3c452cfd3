"""Deleting an experiment: its row goes at once, its measures bit by bit, again after a crash.

An experiment is there when its row in Experiment is there. So that row, the audit row and the job
that removes the rest are one short transaction: before it everything is there, after it nothing.

`bem_deleted_experiments` remembers what is still to be removed, whatever becomes of the job, and
what programs that we do not control write late is swept for a day.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError
from db import series
from db.commands import audit, jobs
from db.commands.alarms import raise_alarm
from db.commands.audit import By
from db.commands.experiments.force_end import RETURNED
from db.engine import Database
from db.measures import writing
from db.measures.battery_life import renew_battery
from db.models import (
    Alarm,
    Base,
    Command,
    CycleChoices,
    CycleColumns,
    CycleRule,
    CycleSummary,
    CycleWatch,
    DeletedExperiment,
    Experiment,
    ExperimentName,
    ExperimentOwner,
    ExperimentTag,
    ExtendedMeasure,
    FormerNumber,
    GenericMeasure,
    ImportFile,
    ImportSource,
    Job,
    Note,
    ParkedRow,
    Plan,
    RedoxElectrolyte,
    Run,
    RunEvent,
    SeriesChannel,
    SeriesChunk,
    SeriesHead,
    SeriesTotals,
    StationAlarm,
    StationLive,
    StationStatus,
    Statistics,
    SyncRepair,
    WrongPulse,
)
from db.queries.experiments.deletion import (
    existing_or_planned,
    experiment_loss,
    extras_of,
    what_keeps,
)
from db.queries.experiments.detail import ExperimentFacts, experiment_facts
from db.removal import Check, remove_rows
from db.repeating import idempotent, repeated
from db.terms import CommandState, JobState

DELETE = "delete experiment"
LATE_ROWS = timedelta(days=1)
AT_A_TIME = 20
WORKER = "worker"

# Removed with the row in Experiment: they refer to it, or others would go on by them.
AT_ONCE: tuple[Any, ...] = (RedoxElectrolyte, Run, Plan)
# Removed by the job: those with many rows first, each along its key.
LONG = (
    (StationStatus.experiment_id, StationStatus.id),
    (Alarm.experiment_id, Alarm.id),
    (RunEvent.experiment_id, RunEvent.number),
)
SHORT: tuple[Any, ...] = (
    Note,
    CycleChoices,
    CycleRule,
    CycleWatch,
    ImportSource,
    ImportFile,
    StationAlarm,
    Command,
    *(CycleColumns, ExperimentName, ExperimentOwner, ExperimentTag, FormerNumber),
    SyncRepair,
    WrongPulse,
)
STORE = (SeriesHead, SeriesChannel, SeriesChunk, SeriesTotals)
SERIES: tuple[Any, ...] = (*STORE, Statistics, CycleSummary)
MEASURES: tuple[Any, ...] = (GenericMeasure, ExtendedMeasure)


def clear(
    database: Database,
    experiment_id: int,
    on_progress: Callable[[int], None] = lambda _measures: None,
) -> None:
    """Remove all that a deleted experiment has left, in short transactions; may be repeated.

    `on_progress` is told about how many measures are gone, and may raise to stop. Raises
    ConflictError where another program has written the experiment's row again.
    """
    reached = 0

    def step(measure_id: int | None = None) -> None:
        nonlocal reached
        reached = reached if measure_id is None else max(reached, measure_id)
        on_progress(reached)

    def check(session: Session) -> None:
        if session.scalar(select(Experiment.id).where(Experiment.id == experiment_id)) is not None:
            raise ConflictError(f"Experiment {experiment_id} was written again: it is kept.")

    writing.delete_all(database, experiment_id, step, check=check)
    for owner, key in LONG:
        remove_rows(database, owner == experiment_id, key, check=check, on_progress=step)
    _clear_repairs(database, experiment_id, step)
    series.forget(database, experiment_id, step)
    _clear_short(database, experiment_id, check)


@idempotent
def _clear_short(database: Database, experiment_id: int, check: Check) -> None:
    with database.write() as session:
        check(session)
        for table in (*AT_ONCE, *SHORT):
            session.execute(delete(table).where(_left_of(table, experiment_id)))


def note_cleared(session: Session, experiment_id: int, now: datetime) -> None:
    """Note in the caller's transaction that nothing of a deleted experiment is left."""
    session.execute(
        update(DeletedExperiment)
        .where(DeletedExperiment.experiment_id == experiment_id)
        .values(cleared_at=now)
    )


def sweep(
    database: Database, now: datetime, on_progress: Callable[[int], None] = lambda _measures: None
) -> int:
    """Remove what is left of deleted experiments; return of how many.

    Left by jobs that were given up or cancelled, and by programs that wrote after the deletion.
    """
    _give_back(database, now)
    with database.read() as session:
        left = session.scalars(_to_clear(now)).all()
    for experiment_id in left:
        with suppress(ConflictError):  # its row is there again: the next sweep gives it back
            clear(database, experiment_id, on_progress)
            _keep_cleared(database, experiment_id, now)
    return len(left)


@idempotent
def _keep_cleared(database: Database, experiment_id: int, now: datetime) -> None:
    with database.write() as session:
        note_cleared(session, experiment_id, now)


def _clear_repairs(database: Database, experiment_id: int, step: Callable[[], None]) -> None:
    with database.read() as session:
        repairs = session.scalars(
            select(SyncRepair.id).where(SyncRepair.experiment_id == experiment_id)
        ).all()
    for repair_id in repairs:
        of_it = ParkedRow.repair_id == repair_id
        remove_rows(database, of_it, ParkedRow.number, on_progress=step)


def _left_of(table: Any, experiment_id: Any) -> ColumnElement[bool]:  # noqa: ANN401 - a model
    """Rows of a deleted experiment that go: not an open alarm, nor a stop that is not answered."""
    of_it: ColumnElement[bool] = table.experiment_id == experiment_id
    if table is StationAlarm:
        return and_(of_it, StationAlarm.acknowledged_at.is_not(None))
    if table is Command:
        return and_(of_it, Command.state.not_in([CommandState.PENDING, CommandState.SENT]))
    return of_it


def _to_clear(now: datetime) -> Select[int]:
    """Select deleted experiments that somebody must clear: no job does it, or rows came late."""
    alive = exists().where(
        Job.id == DeletedExperiment.job_id, Job.state.in_([JobState.QUEUED, JobState.RUNNING])
    )
    tables: list[type[Base]] = [*MEASURES, *AT_ONCE, *SHORT, *SERIES, StationStatus, Alarm]
    late = or_(
        *(exists().where(_left_of(one, DeletedExperiment.experiment_id)) for one in tables),
        exists().where(RunEvent.experiment_id == DeletedExperiment.experiment_id),
    )
    recent = DeletedExperiment.cleared_at > now - LATE_ROWS
    return (
        select(DeletedExperiment.experiment_id)
        .where(~alive, or_(DeletedExperiment.cleared_at.is_(None), and_(recent, late)))
        .order_by(DeletedExperiment.experiment_id)
        .limit(AT_A_TIME)
    )


@idempotent
def _give_back(database: Database, now: datetime) -> None:
    """Where another program has written a deleted experiment's row again, it is there again.

    A synchroniser does that for what its cycler still runs: nothing more is removed, and a person
    must look.
    """
    with database.write() as session:
        _give_back_all(session, now)


def _give_back_all(session: Session, now: datetime) -> None:
    rows = session.execute(
        select(DeletedExperiment, Experiment.station_id, Experiment.status).join(
            Experiment, Experiment.id == DeletedExperiment.experiment_id
        )
    ).all()
    for row, station_id, status in rows:
        raise_alarm(
            session,
            key=f"deleted-{row.experiment_id}-{row.deleted_at.timestamp():.0f}",
            station_id=station_id,
            experiment_id=row.experiment_id,
            code=RETURNED,
            text=f"Experiment {row.experiment_id} was deleted by {row.user_name}, and its unit has "
            f"written since that it is {status.value}. Current may still be flowing: go to the "
            "station. What was measured before is gone.",
            at=now,
        )
        audit.record(
            session,
            By(WORKER, "", now),
            "take back deletion",
            f"experiment {row.experiment_id}",
            {"name": row.name, "status": status.value},
        )
        session.delete(row)


@dataclass(frozen=True)
class Deleted:
    """What was deleted, and the job that removes its measures."""

    experiment_id: int
    name: str
    measures: int
    job_id: int


@repeated
def delete_experiment(
    database: Database, experiment_id: int, *, confirmed_name: str, by: By
) -> Deleted:
    """Delete an experiment that has ended, with all that was measured and written about it.

    Also one that was cancelled before it began. Raises InputError unless its name was typed,
    ConflictError saying what keeps it, NotFoundError.
    """
    has_row = experiment_loss(database, experiment_id).has_row
    # counting may take a moment
    facts = experiment_facts(database, experiment_id) if has_row else None
    with database.write() as session:
        experiment = _taken(session, experiment_id, confirmed_name)
        return delete_within(session, experiment, facts, by=by)


def delete_within(
    session: Session, experiment: Experiment | Plan, facts: ExperimentFacts | None, *, by: By
) -> Deleted:
    """Delete a locked experiment in the caller's transaction; one without facts never began."""
    experiment_id = experiment.experiment_id if isinstance(experiment, Plan) else experiment.id
    name, detail = experiment.name, _detail(session, experiment, facts)
    measures = facts.measures if facts else 0
    payload = {"experiment_id": experiment_id, "measures": measures}
    job_id = jobs.enqueue_within(
        session, kind=DELETE, payload=payload, user_name=by.user_name, now=by.now
    )
    done = Deleted(experiment_id, name, measures, job_id)
    _remember(session, done, by)
    _remove_at_once(session, experiment_id)
    if detail["battery"] is not None:
        renew_battery(session, detail["battery"])
    audit.record(session, by, DELETE, f"experiment {experiment_id}", detail)
    return done


def _taken(session: Session, experiment_id: int, confirmed_name: str) -> Experiment | Plan:
    """Return the experiment, locked, if it may be deleted."""
    experiment = existing_or_planned(session, experiment_id, lock=True)
    if reason := what_keeps(session, experiment):
        raise ConflictError(f"Experiment {experiment_id} is kept. {reason}")
    if " ".join(confirmed_name.split()) != " ".join(experiment.name.split()):
        raise InputError(f"Type the experiment's name, {experiment.name}, to delete it.")
    return experiment


def _remember(session: Session, done: Deleted, by: By) -> None:
    row = session.get(DeletedExperiment, done.experiment_id) or DeletedExperiment(
        experiment_id=done.experiment_id
    )
    row.name, row.measures, row.job_id = done.name, done.measures, done.job_id
    row.user_name, row.deleted_at, row.cleared_at = by.user_name[:60], by.now, None
    session.add(row)
    session.flush()


def _remove_at_once(session: Session, experiment_id: int) -> None:
    for table in AT_ONCE:
        session.execute(delete(table).where(table.experiment_id == experiment_id))
    session.execute(
        update(StationLive)
        .where(StationLive.experiment_id == experiment_id)
        .values(experiment_id=None)
    )
    session.execute(delete(Experiment).where(Experiment.id == experiment_id))


def _detail(
    session: Session, experiment: Experiment | Plan, facts: ExperimentFacts | None
) -> dict[str, Any]:
    detail = {
        "name": experiment.name,
        "battery": experiment.battery_id,
        "station": experiment.station_id,
    }
    if isinstance(experiment, Plan):
        notes = extras_of(session, experiment.experiment_id).notes
        return {**detail, "status": experiment.state, "notes": notes}
    return {
        **detail,
        "measures": facts.measures if facts else 0,
        "notes": extras_of(session, experiment.id).notes,
        "status": experiment.status,
        "begun_at": experiment.begun_at.isoformat() if experiment.begun_at else None,
        "file": facts.source.file_name if facts and facts.source else None,
    }
