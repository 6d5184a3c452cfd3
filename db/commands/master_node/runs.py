"""Runs: how far a bem/v1 station and we are with an experiment, and what its events mean.

All of it happens in the caller's transaction. A status only changes from the one that the event
expects: an event that comes again, or late, changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus, StationCommand
from db.models import Command, CyclerStation, Experiment, Run, RunEvent, Unit, UsedMeasure
from db.upserts import insert_missing

LONGEST_REASON = 250
OPEN = (ExperimentStatus.QUEUED, ExperimentStatus.RUNNING, ExperimentStatus.PAUSED)


@dataclass
class RunNow:
    """A run within one transaction: the row, whose unit it is, the channels of its station."""

    row: Run
    hardware_id: str
    channels: frozenset[int]
    events: list[dict[str, Any]] = field(default_factory=list)


def runs_now(session: Session, experiment_ids: Iterable[int]) -> dict[int, RunNow]:
    """Return the runs of those experiments that stations of bem/v1 have been offered."""
    found = session.execute(
        select(Run, Unit.hardware_id)
        .join(CyclerStation, CyclerStation.id == Run.station_id)
        .join(Unit, Unit.unit_id == CyclerStation.unit_id)
        .where(Run.experiment_id.in_(set(experiment_ids)))
    ).all()
    channels = _channels(session, {run.station_id for run, _ in found})
    return {
        run.experiment_id: RunNow(run, hardware_id, frozenset(channels.get(run.station_id, ())))
        for run, hardware_id in found
    }


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
    values = {"status": ExperimentStatus.RUNNING, "begun_at": at}
    return _become(session, experiment_id, [ExperimentStatus.QUEUED], values)


def pause(session: Session, experiment_id: int) -> None:
    """Let a running experiment be paused."""
    _become(
        session,
        experiment_id,
        [ExperimentStatus.RUNNING],
        {"status": ExperimentStatus.PAUSED},
    )


def resume(session: Session, experiment_id: int) -> None:
    """Let a paused experiment run."""
    _become(
        session,
        experiment_id,
        [ExperimentStatus.PAUSED],
        {"status": ExperimentStatus.RUNNING},
    )


def end(
    session: Session, run: Run, *, failed: bool, reason: str, at: datetime, now: datetime
) -> None:
    """End an experiment, in error if it `failed`; `at` by the station's clock."""
    status = ExperimentStatus.ERROR if failed else ExperimentStatus.FINISHED
    _become(session, run.experiment_id, OPEN, {"status": status, "finished_at": at})
    if run.ended_at is None:
        run.ended_at, run.end_reason = now, reason[:LONGEST_REASON]


def stop_reason(session: Session, experiment_id: int, said: str) -> str:
    """Return who stopped an experiment and why, as far as that is known."""
    command = session.scalars(
        select(Command)
        .where(Command.experiment_id == experiment_id, Command.kind == StationCommand.STOP)
        .order_by(Command.id.desc())
        .limit(1)
    ).first()
    if command is None:
        return said or "Stopped at the station"
    why = f": {command.reason}" if command.reason else ""
    return f"Stopped by {command.user_name}{why}"


def _become(
    session: Session,
    experiment_id: int,
    expected: Sequence[ExperimentStatus],
    values: dict[str, Any],
) -> bool:
    changed = session.execute(
        update(Experiment)
        .where(Experiment.id == experiment_id, Experiment.status.in_(expected))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return isinstance(changed, CursorResult) and changed.rowcount == 1


def _channels(session: Session, station_ids: set[int]) -> dict[int, list[int]]:
    channels: dict[int, list[int]] = {}
    if not station_ids:
        return channels
    for station_id, id_ in session.execute(
        select(UsedMeasure.station_id, UsedMeasure.id).where(
            UsedMeasure.station_id.in_(station_ids)
        )
    ):
        channels.setdefault(station_id, []).append(id_)
    return channels
