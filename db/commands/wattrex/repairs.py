"""Getting a jammed synchroniser of a WattRex unit going again, without losing a row.

It jams for good when a row that it wants to insert is there already: its unit lost power between
its insert here and the removal from its cache. Which rows it still has nobody here can see. So the
newest rows are parked, it inserts those that it has, and what it has not is put back.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, NotFoundError
from cycling.terms import ExperimentStatus
from db.commands import audit
from db.commands.alarms import raise_alarm
from db.commands.audit import By
from db.commands.wattrex.parked_rows import KINDS, park, portions, reconcile
from db.commands.wattrex.units import wattrex_units
from db.engine import Database, database_now
from db.models import CyclerStation, Experiment, ParkedRow, StationAlarm, SyncRepair, WattrexUnit
from db.models.wattrex import FRESH
from db.repeating import repeated
from db.series.rows import last_generic
from db.statements import require
from db.terms import RepairState

FIRST_ROWS, TIMES, MAX_ROWS = 2_000, 10, 200_000
GOES_ON_WITHIN = timedelta(seconds=60)
RECONCILE_AFTER = timedelta(seconds=10)  # it commits generic measures before the others


@repeated
def repair(database: Database, experiment_id: int, *, by: By) -> int:
    """Park the newest rows of an experiment; return the number of the repair.

    The master node puts back what does not come again. The second time it is ten times as many
    rows. Raises ConflictError where it would be of no use, NotFoundError.
    """
    with database.write() as session:
        experiment = session.get(Experiment, experiment_id, with_for_update=True)
        if experiment is None:
            raise NotFoundError(f"There is no experiment {experiment_id}.")
        at = database_now(session)
        through = _check(session, experiment, at)
        tried = session.scalar(
            select(func.count()).where(
                SyncRepair.experiment_id == experiment_id,
                SyncRepair.state == RepairState.RESTORED,
            )
        )
        attempt = SyncRepair(
            experiment_id=experiment_id,
            station_id=experiment.station_id,
            state=RepairState.OPEN,
            last_id=max(through, 0),
            user_name=by.user_name[:60],
            at=at,
            outcome={},
        )
        session.add(attempt)
        session.flush()
        count = min(FIRST_ROWS * TIMES ** min(tried or 0, 3), MAX_ROWS)
        counts = park(session, attempt, through, count)
        attempt.outcome = {"set aside": counts}
        audit.record(
            session,
            by,
            "repair synchroniser",
            f"experiment {experiment_id}",
            {"repair": attempt.id, "station": experiment.station_id, "set_aside": counts},
        )
        return attempt.id


def repair_state(database: Database, repair_id: int) -> tuple[RepairState, dict[str, Any]]:
    """Return how far a repair is, and what came of its rows. Raises NotFoundError."""
    with database.read() as session:
        row = require(session.get(SyncRepair, repair_id), f"There is no repair {repair_id}.")
        return row.state, row.outcome


def finish_open(session: Session, now: datetime) -> list[int]:
    """End the repairs that have helped, or have not in time; return their experiments."""
    ended = []
    open_ones = select(SyncRepair).where(SyncRepair.state == RepairState.OPEN)
    for one in session.scalars(open_ones).all():
        goes_on = one.outcome.get("goes on since")
        if goes_on is None and _goes_on(session, one):
            one.outcome = {**one.outcome, "goes on since": now.isoformat()}
        elif goes_on is not None and now - datetime.fromisoformat(goes_on) > RECONCILE_AFTER:
            _end(session, one, RepairState.HELPED, now)
            ended.append(one.experiment_id)
        elif goes_on is None and now - one.at > GOES_ON_WITHIN:
            _end(session, one, RepairState.RESTORED, now)
            ended.append(one.experiment_id)
    return ended


def _check(session: Session, experiment: Experiment, at: datetime) -> int:
    """Return the greatest MeasID, -1 without any. Raises ConflictError."""
    name = f"Experiment {experiment.id}"
    unit_id = session.get_one(CyclerStation, experiment.station_id).unit_id
    if unit_id not in wattrex_units(session, [unit_id]):
        raise ConflictError(f"{name} is on no WattRex station: no synchroniser writes it.")
    if experiment.status not in (ExperimentStatus.RUNNING, ExperimentStatus.QUEUED):
        raise ConflictError(f"{name} has ended: there is nothing to repair.")
    unit = session.get(WattrexUnit, unit_id)
    if unit is None or unit.seen_at is None or unit.seen_at < at - FRESH:
        raise ConflictError(
            f"The unit of {name} is not heard. Start it and its synchroniser first."
        )
    through = last_generic(session, experiment.id)
    stall = select(StationAlarm.id).where(StationAlarm.key == f"stalled-{experiment.id}-{through}")
    if session.scalar(stall) is None:
        raise ConflictError(
            f"The master node has not found the synchroniser of {name} stalled. If measures do not "
            "come, wait a minute for its alarm."
        )
    running = select(SyncRepair.id).where(
        SyncRepair.experiment_id == experiment.id, SyncRepair.state == RepairState.OPEN
    )
    if session.scalar(running) is not None:
        raise ConflictError(f"A repair of {name} is under way. It takes up to a minute.")
    return through


def _goes_on(session: Session, one: SyncRepair) -> bool:
    """Whether the synchroniser has inserted a row since."""
    first = session.scalar(
        select(func.min(ParkedRow.number)).where(
            ParkedRow.repair_id == one.id, ParkedRow.kind == "generic"
        )
    )
    last = last_generic(session, one.experiment_id)
    return last >= (one.last_id + 1 if first is None else first)


def _end(session: Session, one: SyncRepair, state: RepairState, now: datetime) -> None:
    counts = {"came again": 0, "put back": 0, "differ": 0}
    for kind in KINDS:
        for rows in portions(session, one.id, kind):
            reconcile(session, one.experiment_id, kind, rows, counts)
    one.state, one.ended_at = state, now
    one.outcome = {**one.outcome, **counts}
    audit.record(
        session,
        By(audit.MASTER_NODE, audit.MASTER_NODE, now),
        "end repair of synchroniser",
        f"experiment {one.experiment_id}",
        {"repair": one.id, "state": state.value, **counts},
    )
    if state is RepairState.RESTORED:
        _alarm(session, one, now)


def _alarm(session: Session, one: SyncRepair, now: datetime) -> None:
    raise_alarm(
        session,
        key=f"repair-{one.id}",
        station_id=one.station_id,
        experiment_id=one.experiment_id,
        code="repair did not help",
        text=f"The synchroniser of experiment {one.experiment_id} has not gone on; its rows are "
        "back. Look whether it runs on the unit, and what it logs. Another repair takes ten times "
        "as many rows.",
        at=now,
    )
