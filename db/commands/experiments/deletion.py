"""Deleting an experiment: its row goes at once, its measures bit by bit.

An experiment is there when its row in Experiment is there. So that row, the audit row and the job
that removes the rest (`experiment_clearing`) are one short transaction: before it everything is
there, after it nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError
from db.commands import audit, jobs
from db.commands.audit import By
from db.commands.experiments.clearing import AT_ONCE, DELETE
from db.engine import Database
from db.models import DeletedExperiment, Experiment, StationLive
from db.queries.experiments.deletion import existing_experiment, extras_of, what_keeps
from db.queries.experiments.detail import ExperimentFacts, experiment_facts
from db.repeating import repeated


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

    Raises InputError unless its name was typed, ConflictError saying what keeps it, NotFoundError.
    """
    known = experiment_facts(database, experiment_id)  # counting may take a moment
    with database.write() as session:
        experiment = _taken(session, experiment_id, confirmed_name)
        detail = _detail(session, experiment, known)
        payload = {"experiment_id": experiment_id, "measures": known.measures}
        job_id = jobs.enqueue_within(
            session, kind=DELETE, payload=payload, user_name=by.user_name, now=by.now
        )
        _remember(session, experiment, known.measures, job_id, by.user_name, by.now)
        _remove_at_once(session, experiment)
        audit.record(session, by, DELETE, f"experiment {experiment_id}", detail)
        return Deleted(experiment_id, experiment.name, known.measures, job_id)


def _taken(session: Session, experiment_id: int, confirmed_name: str) -> Experiment:
    """Return the experiment, locked, if it may be deleted."""
    experiment = existing_experiment(session, experiment_id, lock=True)
    if reason := what_keeps(session, experiment):
        raise ConflictError(f"Experiment {experiment_id} is kept. {reason}")
    if " ".join(confirmed_name.split()) != " ".join(experiment.name.split()):
        raise InputError(f"Type the experiment's name, {experiment.name}, to delete it.")
    return experiment


def _remember(
    session: Session,
    experiment: Experiment,
    measured: int,
    job_id: int,
    user_name: str,
    now: datetime,
) -> None:
    row = session.get(DeletedExperiment, experiment.id) or DeletedExperiment(
        experiment_id=experiment.id
    )
    row.name, row.measures, row.job_id = experiment.name, measured, job_id
    row.user_name, row.deleted_at, row.cleared_at = user_name[:60], now, None
    session.add(row)
    session.flush()


def _remove_at_once(session: Session, experiment: Experiment) -> None:
    for table in AT_ONCE:
        session.execute(delete(table).where(table.experiment_id == experiment.id))
    session.execute(
        update(StationLive)
        .where(StationLive.experiment_id == experiment.id)
        .values(experiment_id=None)
    )
    session.delete(experiment)
    session.flush()


def _detail(session: Session, experiment: Experiment, known: ExperimentFacts) -> dict[str, Any]:
    return {
        "name": experiment.name,
        "measures": known.measures,
        "notes": extras_of(session, experiment.id).notes,
        "battery": experiment.battery_id,
        "station": experiment.station_id,
        "status": experiment.status,
        "begun_at": experiment.begun_at.isoformat() if experiment.begun_at else None,
        "file": known.source.file_name if known.source else None,
    }
