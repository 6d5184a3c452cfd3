"""Pauses of an experiment, and when the contact to its station was lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from db.engine import Database
from db.models import Experiment, StationAlarm
from db.queries.experiments.timeline import EntryKind, TimelineEntry, station_entries

CONTACT_LOST = "contact lost"  # code of an alarm
MAX_LOSSES = 100


@dataclass(frozen=True)
class Return:
    """When a station that had been off came back, and at which test time (s) it found its run."""

    at: datetime
    test_time_s: float


@dataclass(frozen=True)
class Pause:
    """A time in which a run was paused, its output off, at one test time (s); None: it lasts.

    Those of who paused it. `resumed_by` went on with it. `returns`: its station had been off before
    it, of an interrupted one, or in it.
    """

    at: datetime
    until: datetime | None
    test_time_s: float
    user_name: str = ""
    reason: str = ""
    interrupted: bool = False
    resumed_by: str = ""
    returns: tuple[Return, ...] = ()

    def lasts_s(self, now: datetime) -> float:
        """How long it lasted, or lasts by now."""
        return max(0.0, ((self.until or now) - self.at).total_seconds())


def run_pauses(database: Database, experiment_id: int) -> tuple[Pause, ...]:
    """Return the pauses of a run of ours, the newest 250 at least, by their time."""
    with database.read() as session:
        entries = station_entries(session, experiment_id)
        if not any(entry.kind is EntryKind.PAUSED for entry in entries):
            return ()
        ended_at = session.scalar(
            select(Experiment.finished_at).where(Experiment.id == experiment_id)
        )
    turned = [entry for entry in entries if not entry.in_pause]
    following = [*turned[1:], None]
    return tuple(
        Pause(
            at=entry.at,
            until=after.at if after else ended_at,
            test_time_s=entry.test_time_s,
            user_name=entry.user_name,
            reason=entry.reason,
            interrupted=entry.interrupted,
            resumed_by=after.user_name if after else "",
            returns=_returns(entries, entry, after),
        )
        for entry, after in zip(turned, following, strict=True)
        if entry.kind is EntryKind.PAUSED
    )


def _returns(
    entries: Sequence[TimelineEntry], pause: TimelineEntry, after: TimelineEntry | None
) -> tuple[Return, ...]:
    begin = entries.index(pause)
    within = entries[begin : entries.index(after) if after else None]
    return tuple(Return(one.at, one.test_time_s) for one in within if one.interrupted)


def turns(pauses: Sequence[Pause]) -> int:
    """Return how often a run was paused or went on, or its station came back in a pause.

    Another number, another picture of it.
    """
    return sum((1 if one.until is None else 2) + len(one.returns) for one in pauses)


def contact_losses(database: Database, experiment_id: int) -> tuple[datetime, ...]:
    """Return when the contact to its station was lost during an experiment, newest first."""
    with database.read() as session:
        return tuple(
            session.scalars(
                select(StationAlarm.at)
                .where(
                    StationAlarm.experiment_id == experiment_id, StationAlarm.code == CONTACT_LOST
                )
                .order_by(StationAlarm.at.desc())
                .limit(MAX_LOSSES)
            )
        )
