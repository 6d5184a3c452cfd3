"""Ending an experiment whose unit is gone for good: its station cannot say how it ended.

Nothing here switches anything off. What still comes of it later is stored, and raises an alarm.
"""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, NotFoundError
from cycling.terms import NOT_ENDED, ExperimentStatus, StationState
from db.commands import audit
from db.commands.alarms import raise_alarm
from db.commands.audit import By
from db.commands.master_node import live_state, runs
from db.commands.queue import hold_queue
from db.commands.queue.rows import reason_sentence
from db.engine import Database, database_now
from db.models import Experiment, GenericMeasure, Run, StationLive
from db.queries.stations.queue import busy_with
from db.queries.stations.run import FORCE_END, UnreachableRun, judge
from db.repeating import repeated
from db.series.rows import last_generic

LONGEST_REASON = 150
RETURNED = "came back"


@repeated
def end_by_force(database: Database, experiment_id: int, *, reason: str, by: By) -> UnreachableRun:
    """End an experiment as ERROR, with a reason, because nobody will hear of its unit again.

    It ends at its last measure. What is queued on its station is held. Raises InputError without a
    reason, ConflictError while the unit may be in contact or the experiment is over, NotFoundError.
    """
    why = reason_sentence(reason, LONGEST_REASON, "what has become of the unit.")
    with database.write() as session:
        experiment = session.get(Experiment, experiment_id, with_for_update=True)
        if experiment is None:
            raise NotFoundError(f"There is no experiment {experiment_id}.")
        row = session.get(StationLive, experiment.station_id, with_for_update=True)
        lost = _check(session, experiment)
        at = database_now(session)
        _end(session, experiment, f"{FORCE_END}{by.user_name}: {why}", at)
        if row is not None:
            live_state.take_event(row, StationState.IDLE, None, at)
            row.output_on = None  # nobody knows
        held = f"Experiment {experiment_id} was given up here, out of contact."
        hold_queue(session, experiment.station_id, held, now=at)
        audit.record(
            session,
            by,
            "give up experiment",
            f"experiment {experiment_id}",
            {
                "reason": why,
                "station": experiment.station_id,
                "heard_at": lost.heard_at.isoformat(),
            },
        )
        return lost


def note_return(session: Session, run: Run, event: str, now: datetime) -> None:
    """Alarm once that something still came of an experiment that was given up."""
    raise_alarm(
        session,
        key=f"given-up-{run.experiment_id}",
        station_id=run.station_id,
        experiment_id=run.experiment_id,
        code=RETURNED,
        text=f"Experiment {run.experiment_id} was given up, and {event}. Its measures are stored. "
        "Current may still be flowing: go to the station.",
        at=now,
    )


def look_for_returns(session: Session, station_ids: list[int], now: datetime) -> None:
    """Alarm where WattRex cyclers or their synchroniser go on with what was given up.

    A status that they write is believed, and our reason for the end goes with it.
    """
    came = exists().where(
        GenericMeasure.experiment_id == Run.experiment_id, GenericMeasure.id > Run.through
    )
    rows = session.execute(
        select(Run, Experiment.status)
        .join(Experiment, Experiment.id == Run.experiment_id)
        .where(
            Run.station_id.in_(station_ids),
            Run.end_reason.startswith(FORCE_END, autoescape=True),
            (Experiment.status != ExperimentStatus.ERROR) | came,
        )
    ).all()
    for run, status in rows:
        if status is ExperimentStatus.ERROR:
            note_return(session, run, "measures of it have come since", now)
            run.through = last_generic(session, run.experiment_id)
            continue
        note_return(session, run, f"its unit has written since that it is {status.value}", now)
        audit.record(
            session,
            By(audit.MASTER_NODE, audit.MASTER_NODE, now),
            "take back end of experiment",
            f"experiment {run.experiment_id}",
            {"status": status.value, "reason": run.end_reason},
        )
        session.delete(run)


def _check(session: Session, experiment: Experiment) -> UnreachableRun:
    busy = busy_with(session, experiment.station_id)
    if experiment.status not in NOT_ENDED or busy is None:
        raise ConflictError(f"Experiment {experiment.id} is not under way any more.")
    if experiment.status is ExperimentStatus.QUEUED and busy is not experiment:
        raise ConflictError(f"Experiment {experiment.id} has not begun: cancel it in its queue.")
    lost = judge(session, experiment)
    if lost.refusal:
        raise ConflictError(f"{experiment.name} cannot be given up now. {lost.refusal}")
    return lost


def _end(session: Session, experiment: Experiment, reason: str, now: datetime) -> None:
    last = session.scalar(
        select(GenericMeasure.at)
        .where(GenericMeasure.experiment_id == experiment.id)
        .order_by(GenericMeasure.id.desc())
        .limit(1)
    )
    run = session.get(Run, experiment.id)
    if run is None:  # of a WattRex station
        through = last_generic(session, experiment.id)
        run = Run(experiment_id=experiment.id, station_id=experiment.station_id, through=through)
        session.add(run)
    at = last or experiment.begun_at or now
    runs.end(session, run, failed=True, reason=reason, at=at, now=now)
