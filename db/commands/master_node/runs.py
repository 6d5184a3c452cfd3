"""Runs: how far a bem/v1 station and we are with an experiment, and what its events mean.

All of it happens in the caller's transaction. A status only changes from the one that the event
expects: an event that comes again, or late, changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cycling.terms import NOT_ENDED, ExperimentStatus, StationCommand
from db.models import Command, CyclerStation, Experiment, Run, RunEvent, Unit, UsedMeasure
from db.statements import count_changed, insert_missing
from db.terms import is_rule

MAX_REASON = 250


@dataclass
class RunNow:
    """A run within one transaction: the row, whose unit it is, the channels of its station.

    `goes_on_after_limit`: what waits behind it follows also if a safety limit ends it.
    """

    row: Run
    hardware_id: str
    channels: frozenset[int]
    goes_on_after_limit: bool = False
    events: list[dict[str, Any]] = field(default_factory=list)


def runs_now(session: Session, experiment_ids: Iterable[int]) -> dict[int, RunNow]:
    """Return the runs of those experiments that stations of bem/v1 have been offered."""
    rows = session.execute(
        select(Run, Unit.hardware_id)
        .join(CyclerStation, CyclerStation.id == Run.station_id)
        .join(Unit, Unit.unit_id == CyclerStation.unit_id)
        .where(Run.experiment_id.in_(set(experiment_ids)))
    ).all()
    channels = _channels(session, {run.station_id for run, _ in rows})
    return {
        run.experiment_id: RunNow(run, hardware_id, frozenset(channels[run.station_id]))
        for run, hardware_id in rows
    }


def stations_of_experiments(session: Session, experiment_ids: Iterable[int]) -> dict[int, int]:
    """Return the station that each of these experiments is for; those that exist."""
    rows = select(Experiment.id, Experiment.station_id).where(
        Experiment.id.in_(set(experiment_ids))
    )
    return {row.id: row.station_id for row in session.execute(rows)}


def add_event(run: RunNow, number: int, at: datetime, kind: str, detail: dict[str, Any]) -> None:
    """Keep an event, the next one in its order, until `store_events`."""
    run.row.events_through = number
    run.events.append(
        {
            "experiment_id": run.row.experiment_id,
            "number": number,
            "at": at,
            "kind": kind,
            "detail": detail,
        }
    )


def store_events(session: Session, runs: Iterable[RunNow]) -> None:
    """Insert the events that were added."""
    insert_missing(session, RunEvent, [event for run in runs for event in run.events])


def accept(run: Run, now: datetime) -> None:
    """Note that the station has taken the experiment: it says so, or it has begun it."""
    if run.accepted_at is None:
        run.accepted_at = now


def begin(session: Session, experiment_id: int, at: datetime) -> bool:
    """Let a queued experiment run; False if it is not there to run any more."""
    running = {"status": ExperimentStatus.RUNNING, "begun_at": at}
    return _change(session, experiment_id, [ExperimentStatus.QUEUED], running)


def is_paused(session: Session, experiment_id: int) -> bool:
    """Whether an experiment is paused."""
    status = select(Experiment.status).where(Experiment.id == experiment_id)
    return session.scalar(status) is ExperimentStatus.PAUSED


def pause(session: Session, experiment_id: int) -> None:
    """Let a running experiment be paused."""
    paused = {"status": ExperimentStatus.PAUSED}
    _change(session, experiment_id, [ExperimentStatus.RUNNING], paused)


def resume(session: Session, experiment_id: int) -> None:
    """Let a paused experiment run."""
    running = {"status": ExperimentStatus.RUNNING}
    _change(session, experiment_id, [ExperimentStatus.PAUSED], running)


def end(
    session: Session, run: Run, *, failed: bool, reason: str, at: datetime, now: datetime
) -> None:
    """End an experiment, in error if it `failed`; `at` by the station's clock."""
    status = ExperimentStatus.ERROR if failed else ExperimentStatus.FINISHED
    _change(session, run.experiment_id, NOT_ENDED, {"status": status, "finished_at": at})
    if run.ended_at is None:
        run.ended_at, run.end_reason = now, reason[:MAX_REASON]


def events_of(session: Session, run: RunNow) -> dict[str, dict[str, Any]]:
    """Return what a station has sent of a run: each kind of event with the latest one's detail."""
    stored = (
        select(RunEvent.kind, RunEvent.detail)
        .where(RunEvent.experiment_id == run.row.experiment_id, RunEvent.kind != "step_ended")
        .order_by(RunEvent.number)
    )
    latest = {row.kind: row.detail for row in session.execute(stored)}
    return latest | {event["kind"]: event["detail"] for event in run.events}


def stop_reason(session: Session, experiment_id: int, station_reason: str) -> str:
    """Return who stopped an experiment and why; else what its station says."""
    command = session.scalars(
        select(Command)
        .where(Command.experiment_id == experiment_id, Command.kind == StationCommand.STOP)
        .order_by(Command.id.desc())
        .limit(1)
    ).first()
    if command is None:
        return station_reason or "Stopped at the station"
    if is_rule(command.user_name):
        return f"Stopped {command.reason}: {command.user_name}"
    why = f": {command.reason}" if command.reason else ""
    return f"Stopped by {command.user_name}{why}"


def _change(
    session: Session,
    experiment_id: int,
    expected: Sequence[ExperimentStatus],
    values: dict[str, Any],
) -> bool:
    """Change an experiment that has one of the expected statuses; whether it had."""
    change = update(Experiment).where(
        Experiment.id == experiment_id, Experiment.status.in_(expected)
    )
    return count_changed(session, change.values(**values)) == 1


def _channels(session: Session, station_ids: set[int]) -> dict[int, set[int]]:
    """Return the channels that each of these stations records."""
    channels: dict[int, set[int]] = {station_id: set() for station_id in station_ids}
    measures = select(UsedMeasure.station_id, UsedMeasure.id)
    for row in session.execute(measures.where(UsedMeasure.station_id.in_(station_ids))):
        channels[row.station_id].add(row.id)
    return channels
