"""The timeline of a run: who queued it, when it began, was paused, went on and ended, and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus
from db.engine import Database
from db.models import Command, Experiment, Plan, Run, RunEvent

MOST = 500  # events; the newest


class EntryKind(StrEnum):
    """What happened to a run; those of the station are the kinds of its events."""

    QUEUED = "queued"
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened to a run.

    `user_name` and `reason` are "" where nobody asked for it, or said why. An `interrupted` pause
    is one that the station found when it came back: its power or its program had ended.
    """

    at: datetime
    kind: EntryKind
    user_name: str = ""
    reason: str = ""
    interrupted: bool = False


def run_timeline(database: Database, experiment_id: int) -> tuple[TimelineEntry, ...]:
    """Return what happened to a run of ours, the newest first; nothing of one that is not ours."""
    with database.read() as session:
        run = session.execute(
            select(Run.ended_at, Run.end_reason, Experiment.finished_at, Experiment.status)
            .join(Experiment, Experiment.id == Run.experiment_id)
            .where(Run.experiment_id == experiment_id)
        ).first()
        if run is None:
            return ()
        entries = [
            *_queued(session, experiment_id),
            *_on_the_station(session, experiment_id),
        ]
    if run.ended_at is not None:
        failed = "It ended with an error." if run.status is ExperimentStatus.ERROR else ""
        at = run.finished_at or run.ended_at  # the station's clock, as that of its events
        entries.append(TimelineEntry(at, EntryKind.ENDED, reason=run.end_reason or failed))
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True))


def _queued(session: Session, experiment_id: int) -> list[TimelineEntry]:
    plan = session.scalar(select(Plan).where(Plan.experiment_id == experiment_id))
    return [TimelineEntry(plan.created_at, EntryKind.QUEUED, plan.user_name)] if plan else []


def _on_the_station(session: Session, experiment_id: int) -> list[TimelineEntry]:
    kinds = (EntryKind.STARTED, EntryKind.PAUSED, EntryKind.RESUMED)
    events = session.scalars(
        select(RunEvent)
        .where(RunEvent.experiment_id == experiment_id, RunEvent.kind.in_(kinds))
        .order_by(RunEvent.number.desc())
        .limit(MOST)
    ).all()
    asked = {number for event in events if (number := event.detail.get("command"))}
    found = session.scalars(select(Command).where(Command.id.in_(asked))).all()
    commands = {one.id: one for one in found if one.experiment_id == experiment_id}
    entries = []
    for event in events:
        command = commands.get(event.detail.get("command", 0))
        entries.append(
            TimelineEntry(
                at=event.at,
                kind=EntryKind(event.kind),
                user_name=command.user_name if command else "",
                reason=command.reason if command else "",
                interrupted=bool(event.detail.get("interrupted")),
            )
        )
    return entries
