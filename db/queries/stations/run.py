"""Runs: alarms, steps, why one ended, and when a person may say that it has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.terms import UNDER_WAY
from db.engine import Database, database_now
from db.facts import facts
from db.models import (
    ComputationalUnit,
    CyclerStation,
    Experiment,
    GenericMeasure,
    Lease,
    Run,
    RunEvent,
    StationAlarm,
    StationLive,
    Unit,
)
from db.queries.stations.queue import busy_with
from db.statements import require
from db.terms import MASTER_NODE

MAX_ALARMS = 20
MAX_STEPS = 100
STEP_ENDED = "step_ended"
SILENT_FOR = timedelta(minutes=5)
FORCE_END = "Given up by "  # how the reason of such an end begins


@dataclass(frozen=True)
class RunAlarm:
    """An alarm of a run, open or with what somebody found."""

    id: int
    station_id: int
    text: str
    at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    comment: str


@dataclass(frozen=True)
class StepEndFacts:
    """A step that is over: test time (s) at its end, and what ended it."""

    instruction_id: int
    test_time_s: float
    ended_by: str
    took_s: float | None


@dataclass(frozen=True)
class RunFacts:
    """What happened in a run so far; `steps` are its newest ones, newest first.

    `last_instruction_id` is that of the newest measure: of a WattRex run no steps are known.
    """

    last_id: int
    end_reason: str
    alarms: tuple[RunAlarm, ...]
    steps: tuple[StepEndFacts, ...]
    last_instruction_id: int | None = None

    @property
    def measures(self) -> int:
        """How many measures there are: stations leave no gaps."""
        return self.last_id + 1


def run_facts(database: Database, experiment_id: int) -> RunFacts:
    """Return what happened in a run; of one that is not ours only its measures are known."""
    with database.read() as session:
        last = session.execute(
            select(GenericMeasure.id, GenericMeasure.instruction_id)
            .where(GenericMeasure.experiment_id == experiment_id)
            .order_by(GenericMeasure.id.desc())
            .limit(1)
        ).first()
        reason = session.scalar(select(Run.end_reason).where(Run.experiment_id == experiment_id))
        alarms = newest_alarms(session, experiment_id)
        ends = session.scalars(
            select(RunEvent.detail)
            .where(RunEvent.experiment_id == experiment_id, RunEvent.kind == STEP_ENDED)
            .order_by(RunEvent.number.desc())
            .limit(MAX_STEPS)
        ).all()
    return RunFacts(
        last_id=-1 if last is None else last.id,
        end_reason=reason or "",
        alarms=alarms,
        steps=_steps(ends),
        last_instruction_id=None if last is None else last.instruction_id,
    )


def run_alarms(database: Database, experiment_id: int) -> tuple[RunAlarm, ...]:
    """Return the newest alarms of a run, newest first."""
    with database.read() as session:
        return newest_alarms(session, experiment_id)


def newest_alarms(
    session: Session, experiment_id: int, first: int = MAX_ALARMS
) -> tuple[RunAlarm, ...]:
    """Return the newest alarms that stations raised in a run, newest first."""
    rows = session.scalars(
        select(StationAlarm)
        .where(StationAlarm.experiment_id == experiment_id)
        .order_by(StationAlarm.at.desc(), StationAlarm.id.desc())
        .limit(first)
    )
    return tuple(run_alarm(one) for one in rows)


def find_alarm(database: Database, alarm_id: int) -> RunAlarm:
    """Return an alarm. Raises NotFoundError."""
    with database.read() as session:
        alarm = require(session.get(StationAlarm, alarm_id), "There is no such alarm.")
        return run_alarm(alarm)


def run_alarm(alarm: StationAlarm) -> RunAlarm:
    """Return what an alarm's row says."""
    return facts(
        RunAlarm,
        alarm,
        acknowledged_by=alarm.acknowledged_by or "",
        comment=alarm.comment or "",
    )


def _steps(ends: Sequence[dict[str, Any]]) -> tuple[StepEndFacts, ...]:
    """Return steps with how long each took, from the end of the one before it."""
    times = [float(one.get("test_time_s", 0.0)) for one in ends]
    before: list[float | None] = [*times[1:], None if len(ends) == MAX_STEPS else 0.0]
    return tuple(
        StepEndFacts(
            instruction_id=int(one.get("instruction", -1)),
            test_time_s=time,
            ended_by=str(one.get("ended_by", "")),
            took_s=None if began is None else time - began,
        )
        for one, time, began in zip(ends, times, before, strict=False)
    )


@dataclass(frozen=True)
class UnreachableRun:
    """An experiment under way; `refusal` says why it cannot be given up now, "" if it can.

    `heard_at` is the last sign of life of its unit and its station, by the database's clock.
    """

    experiment_id: int
    name: str
    station_id: int
    station: str
    is_wattrex: bool
    heard_at: datetime
    refusal: str


def unreachable_run(database: Database, station_id: int) -> UnreachableRun | None:
    """Return what is under way on a station, None if nothing is."""
    with database.read() as session:
        experiment = busy_with(session, station_id)
        return judge(session, experiment) if experiment is not None else None


def find_unreachable_run(database: Database, experiment_id: int) -> UnreachableRun | None:
    """Return an experiment that is under way, None if it is not."""
    with database.read() as session:
        experiment = session.get(Experiment, experiment_id)
        busy = busy_with(session, experiment.station_id) if experiment else None
        runs = experiment is not None and (experiment.status in UNDER_WAY or busy is experiment)
        return judge(session, experiment) if experiment is not None and runs else None


def judge(session: Session, experiment: Experiment) -> UnreachableRun:
    """Return whether the unit of an experiment has been silent for long enough."""
    now = database_now(session)
    station = session.get_one(CyclerStation, experiment.station_id)
    fixed = session.get_one(ComputationalUnit, station.unit_id)
    unit = session.get(Unit, station.unit_id)
    live = session.get(StationLive, station.id)
    contacts = [unit.seen_at if unit else fixed.last_connection]
    if live is not None:
        contacts.append(live.seen_at)
        # of a WattRex station it is the time at which rows were last seen to come
        contacts += [live.measured_at] if unit is None and live.measured_at is not None else []
    heard_at = max(contacts)
    return UnreachableRun(
        experiment_id=experiment.id,
        name=experiment.name,
        station_id=station.id,
        station=station.name,
        is_wattrex=unit is None,
        heard_at=heard_at,
        refusal=_deaf(session, live, now, is_wattrex=unit is None)
        or _in_contact(station.name, heard_at, now),
    )


def is_force_end(end_reason: str | None) -> bool:
    """Whether a person has ended an experiment, and not its station."""
    return (end_reason or "").startswith(FORCE_END)


def _deaf(session: Session, live: StationLive | None, now: datetime, *, is_wattrex: bool) -> str:
    """Say why nobody would hear the unit if it lived."""
    leader = session.scalars(select(Lease).where(Lease.name == MASTER_NODE)).first()
    if leader is None or leader.expires_at <= now:
        return "No master node runs: whether the unit lives nobody can know. Start it first."
    hears = [leader.detail.get("broker")]
    speaks_wattrex = "wattrex" in leader.detail
    if is_wattrex:  # without the protocol its rows alone are a sign of life
        hears = [leader.detail["wattrex"]] if speaks_wattrex else []
    if any(one != "connected" for one in hears):
        return "The master node does not reach the broker: whether the unit lives nobody can know."
    marked = live is None or live.contact_lost_at is not None
    if not marked and (speaks_wattrex or not is_wattrex):
        return "The master node has not found its contact lost."
    return ""


def _in_contact(name: str, heard_at: datetime, now: datetime) -> str:
    silent_s = (now - heard_at).total_seconds()
    if silent_s >= SILENT_FOR.total_seconds():
        return ""
    return (
        f"{name} was heard {max(0, round(silent_s))} s ago. An experiment is given up only after "
        f"{SILENT_FOR.total_seconds() / 60:.0f} minutes without a sign of life."
    )
