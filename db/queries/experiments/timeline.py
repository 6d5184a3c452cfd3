"""The course of an experiment: from its draft to its end, who did it and why.

What happened before it began stands in the audit trail, as `db/commands/queue/rows.py` writes it
with each change of state; what happened afterwards in what its station reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus
from db.engine import Database
from db.models import AuditEntry, Command, Experiment, Plan, Run, RunEvent
from db.queries.experiments.outages import MAX_OUTAGES, outage_begin
from db.queries.stations.queue import reason_of
from db.terms import PlanState

MOST = 500  # events; the newest
FAILED = "It ended with an error."


class EntryKind(StrEnum):
    """What happened to an experiment; those of the station are the kinds of its events."""

    DRAFTED = "drafted"
    HELD = "held"
    QUEUED = "queued"
    CANCELLED = "cancelled"
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"
    RENAMED = "renamed"
    DESCRIBED = "described"


PAUSED = EntryKind.PAUSED
# what an action of the audit trail made of an experiment; what was added says its state
STATES: Mapping[str, PlanState | None] = {
    "save draft": PlanState.DRAFT,
    "add experiment": None,
    "hold experiment": PlanState.HELD,
    "queue experiment": PlanState.QUEUED,
    "cancel experiment": PlanState.CANCELLED,
}
RENAME = "rename experiment"
KINDS = {
    PlanState.DRAFT: EntryKind.DRAFTED,
    PlanState.HELD: EntryKind.HELD,
    PlanState.QUEUED: EntryKind.QUEUED,
    PlanState.CANCELLED: EntryKind.CANCELLED,
}


@dataclass(frozen=True)
class TimelineEntry:
    """Something that happened to an experiment.

    `user_name` and `reason` are "" where nobody asked for it, or said why; a start is that of who
    queued it. `again`: it was queued before. `confirmed`: that its battery was confirmed with the
    form that queued it. An `interrupted` pause is one that the station found when it came back: its
    power or its program had ended; in `timeline` it stands where the station went off, `off_s`
    before at most. `in_pause`: it was paused before, and so it stayed.
    """

    at: datetime
    kind: EntryKind
    user_name: str = ""
    reason: str = ""
    again: bool = False
    interrupted: bool = False
    test_time_s: float = 0.0
    confirmed: str = ""
    off_s: float = 0.0
    in_pause: bool = False


def timeline(database: Database, experiment_id: int) -> tuple[TimelineEntry, ...]:
    """Return what happened to an experiment that was defined here or ran here, the newest first.

    Of one that was imported, or that another program has put into its queue, only that somebody
    has renamed it.
    """
    with database.read() as session:
        plan, run, experiment = _rows(session, experiment_id)
        trail = _audit_rows(session, experiment_id)
        renames = [_rename(row) for row in trail if row.action == RENAME]
        if plan is None and run is None:
            return tuple(renames[::-1])
        changes = [row for row in trail if row.action != RENAME]
        entries = [] if plan is None else _before_start(session, plan, changes)
        user_name = _who_let_it_start(plan, entries)
        begun = [] if experiment is None else _from_start_on(session, experiment, run)
        entries += [
            replace(one, user_name=user_name) if one.kind is EntryKind.STARTED else one
            for one in _where_it_went_off(session, experiment_id, begun)
        ]
        entries += renames
    # at one moment: in the order in which they were written
    return tuple(sorted(entries, key=lambda entry: entry.at))[::-1]


def _who_let_it_start(plan: Plan | None, before: Sequence[TimelineEntry]) -> str:
    """Return who queued it last: what was held begins for who has confirmed it."""
    queued = [one.user_name for one in before if one.kind is EntryKind.QUEUED]
    return (queued[-1] if queued else "") or (plan.user_name if plan else "")


def _rows(
    session: Session, experiment_id: int
) -> tuple[Plan | None, Run | None, Experiment | None]:
    number = select(literal(experiment_id).label("id")).subquery()
    row = session.execute(
        select(Plan, Run, Experiment)
        .select_from(number)
        .outerjoin(Plan, Plan.experiment_id == number.c.id)
        .outerjoin(Run, Run.experiment_id == number.c.id)
        .outerjoin(Experiment, Experiment.id == number.c.id)
    ).one()
    return row[0], row[1], row[2]


def _audit_rows(session: Session, experiment_id: int) -> Sequence[AuditEntry]:
    """Return what the audit trail says of its states and names, the oldest first."""
    return session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.target == f"experiment {experiment_id}",
            AuditEntry.action.in_([*STATES, RENAME]),
        )
        .order_by(AuditEntry.at, AuditEntry.id)
    ).all()


def _rename(row: AuditEntry) -> TimelineEntry:
    """Return that an experiment got another name, or only another description."""
    before = str((row.detail.get("before") or {}).get("name", ""))
    if before == row.detail.get("name"):
        return TimelineEntry(row.at, EntryKind.DESCRIBED, row.user_name)
    return TimelineEntry(row.at, EntryKind.RENAMED, row.user_name, f"before “{before}”")


def _before_start(session: Session, plan: Plan, rows: Sequence[AuditEntry]) -> list[TimelineEntry]:
    """Return each change of state of a plan, the oldest first."""
    entries: list[TimelineEntry] = []
    for row in rows:
        kind = KINDS[STATES[row.action] or PlanState(row.detail.get("state", PlanState.QUEUED))]
        earlier = {one.kind for one in entries}
        if kind is EntryKind.DRAFTED and kind in earlier:
            continue  # what a draft says is no state
        reason = str(row.detail.get("reason") or "")
        again = kind is EntryKind.QUEUED and kind in earlier
        entries.append(TimelineEntry(row.at, kind, row.user_name, reason, again))
    return _with_confirmation(session, plan, entries) + _unrecorded(plan, entries)


def _with_confirmation(
    session: Session, plan: Plan, entries: list[TimelineEntry]
) -> list[TimelineEntry]:
    """Return the entries; one that a form queued at once says whose battery it confirmed.

    Both are written in one transaction, at one moment. What was held says so with its reason.
    """
    first = next((one for one in entries if one.kind is EntryKind.QUEUED and not one.reason), None)
    if first is None:
        return entries
    confirmations = session.scalars(
        select(AuditEntry).where(
            AuditEntry.action == "confirm battery",
            AuditEntry.at == first.at,
            AuditEntry.target == f"station {plan.station_id}",
        )
    )
    names = [row.detail.get("name") for row in confirmations if _is_of(plan, row)]
    if not names:
        return entries
    confirmed = replace(first, confirmed=f"{names[0]} was confirmed to be connected.")
    return [confirmed if one is first else one for one in entries]


def _is_of(plan: Plan, confirmation: AuditEntry) -> bool:
    return bool(confirmation.detail.get("battery") == plan.battery_id)


def _unrecorded(plan: Plan, entries: list[TimelineEntry]) -> list[TimelineEntry]:
    """Return what the plan itself says, where it is from before its changes were in the trail."""
    since, kind = plan.state_since, KINDS[plan.state]
    if any(one.at == since for one in entries):
        return []
    if plan.state is PlanState.QUEUED:
        is_there = any(one.kind is not EntryKind.DRAFTED for one in entries)
        return [] if is_there else [TimelineEntry(plan.created_at, kind, plan.user_name)]
    return [TimelineEntry(since, kind, plan.state_by, reason_of(plan))]


def _from_start_on(
    session: Session, experiment: Experiment, run: Run | None
) -> list[TimelineEntry]:
    """Return what happened from the start on, the oldest first; of WattRex only start and end."""
    entries = [] if run is None else station_entries(session, experiment.id)
    has_start = any(entry.kind is EntryKind.STARTED for entry in entries)
    if experiment.begun_at is not None and not has_start:
        entries.insert(0, TimelineEntry(experiment.begun_at, EntryKind.STARTED))
    # finished_at is of the station's clock, as its events are
    ended_at = experiment.finished_at
    if run is not None:
        ended_at = run.ended_at and (ended_at or run.ended_at)
    if ended_at is not None:
        failed = FAILED if experiment.status is ExperimentStatus.ERROR else ""
        reason = (run.end_reason if run else "") or failed
        entries.append(TimelineEntry(ended_at, EntryKind.ENDED, reason=reason))
    return entries


def _where_it_went_off(
    session: Session, experiment_id: int, entries: list[TimelineEntry]
) -> list[TimelineEntry]:
    """Return the entries, the newest interruptions where the station went off."""
    moved = {one.at: one for one in entries if one.interrupted}
    for at in sorted(moved)[-MAX_OUTAGES:]:
        began_at = outage_begin(session, experiment_id, at, moved[at].test_time_s)
        if began_at is not None:
            off_s = (at - began_at).total_seconds()
            moved[at] = replace(moved[at], at=began_at, off_s=off_s)
    return [moved.get(one.at, one) if one.interrupted else one for one in entries]


def station_entries(session: Session, experiment_id: int) -> list[TimelineEntry]:
    """Return what its station said of a run: begun, paused, resumed; the newest, oldest first."""
    kinds = (EntryKind.STARTED, PAUSED, EntryKind.RESUMED)
    events = session.scalars(
        select(RunEvent)
        .where(RunEvent.experiment_id == experiment_id, RunEvent.kind.in_(kinds))
        .order_by(RunEvent.number.desc())
        .limit(MOST)
    ).all()
    asked = {number for event in events if (number := event.detail.get("command"))}
    found = session.scalars(select(Command).where(Command.id.in_(asked))).all() if asked else ()
    commands = {one.id: one for one in found if one.experiment_id == experiment_id}
    entries: list[TimelineEntry] = []
    for event in reversed(events):
        command = commands.get(event.detail.get("command", 0))
        kind, was_paused = EntryKind(event.kind), bool(entries) and entries[-1].kind is PAUSED
        entries.append(
            TimelineEntry(
                at=event.at,
                kind=kind,
                user_name=command.user_name if command else "",
                reason=command.reason if command else "",
                interrupted=bool(event.detail.get("interrupted")),
                test_time_s=float(event.detail.get("test_time_s") or 0.0),
                in_pause=was_paused and kind is PAUSED,
            )
        )
    return entries
