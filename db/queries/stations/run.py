"""What happened in a run: its alarms, the steps that are over, why it ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.errors import NotFoundError
from db.engine import Database
from db.models import GenericMeasure, Run, RunEvent, StationAlarm

MAX_ALARMS = 20
MAX_STEPS = 100
STEP_ENDED = "step_ended"


@dataclass(frozen=True)
class RunAlarm:
    """An alarm of a run, open or with what somebody found."""

    id: int
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
        alarms = _alarms(session, experiment_id)
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
        return _alarms(session, experiment_id)


def _alarms(session: Session, experiment_id: int) -> tuple[RunAlarm, ...]:
    rows = session.scalars(
        select(StationAlarm)
        .where(StationAlarm.experiment_id == experiment_id)
        .order_by(StationAlarm.at.desc(), StationAlarm.id.desc())
        .limit(MAX_ALARMS)
    )
    return tuple(run_alarm(one) for one in rows)


def find_alarm(database: Database, alarm_id: int) -> RunAlarm:
    """Return an alarm. Raises NotFoundError."""
    with database.read() as session:
        alarm = session.get(StationAlarm, alarm_id)
        if alarm is None:
            raise NotFoundError("There is no such alarm.")
        return run_alarm(alarm)


def run_alarm(alarm: StationAlarm) -> RunAlarm:
    """Return what an alarm's row says."""
    return RunAlarm(
        id=alarm.id,
        text=alarm.text,
        at=alarm.at,
        acknowledged_at=alarm.acknowledged_at,
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
