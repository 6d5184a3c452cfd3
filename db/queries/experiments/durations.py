"""How long an experiment took: test time, pauses, wall time; the same everywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import exists, func, select

from db.engine import Database
from db.models import GenericMeasure, Run
from db.queries.experiments.outages import MAX_OUTAGES, last_measure_before
from db.queries.experiments.pauses import Pause, run_pauses

SLACK = 1.001  # clocks differ a little
LEAST_S = 1.0


@dataclass(frozen=True)
class Durations:
    """In seconds, None where not known.

    `test_s`: test time, without pauses; a simulated one runs faster than the clock. `pauses_s`: by
    the clock, with the times in which its station was off, `off_s`. `wall_s`: from start to end, or
    now.
    """

    test_s: float | None
    pauses_s: float | None
    wall_s: float | None
    off_s: float = 0.0


class Times(Protocol):
    """What is known of an experiment: when it began, when it ended."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def begun_at(self) -> datetime | None:
        """When it began."""

    @property
    def finished_at(self) -> datetime | None:
        """When it ended."""


def durations(database: Database, times: Times, now: datetime, *, simulated: bool) -> Durations:
    """Return the durations of an experiment; a simulated test time does not go by the clock."""
    experiment_id, wall_s = times.id, None
    if times.begun_at is not None:
        wall_s = ((times.finished_at or now) - times.begun_at).total_seconds()
    of_it = GenericMeasure.experiment_id == experiment_id
    ends = (select(end(GenericMeasure.id)).where(of_it) for end in (func.min, func.max))
    is_run = exists().where(Run.experiment_id == experiment_id)
    statement = (
        select(
            GenericMeasure.id,
            GenericMeasure.at,
            GenericMeasure.test_time_s,
            is_run.label("is_run"),
        )
        .where(of_it, GenericMeasure.id.in_([end.scalar_subquery() for end in ends]))
        .order_by(GenericMeasure.id)
    )
    with database.read() as session:
        rows = session.execute(statement).all()
    if not rows or rows[0].test_time_s is None or rows[-1].test_time_s is None:
        return Durations(None, None, wall_s)
    ran_here = bool(rows[0].is_run)
    test_s = rows[-1].test_time_s - (0.0 if ran_here else rows[0].test_time_s)
    recorded_s = (rows[-1].at - rows[0].at).total_seconds()
    stood_s = recorded_s - test_s
    if not ran_here:  # a file's test time may begin anew
        is_plausible = 0 <= test_s <= recorded_s * SLACK + LEAST_S
        paused_s = stood_s if stood_s > max(LEAST_S, (SLACK - 1) * recorded_s) else 0.0
        return (
            Durations(test_s, paused_s, wall_s) if is_plausible else Durations(None, None, wall_s)
        )
    pauses = run_pauses(database, experiment_id)
    if not pauses:
        return Durations(test_s, 0.0, wall_s)
    off_s = _off_s(database, experiment_id, pauses)
    least_s = sum(one.lasts_s(now) for one in pauses) + off_s
    if simulated:  # its speed may have been another one before
        return Durations(test_s, least_s, wall_s, off_s)
    open_s = 0.0
    if pauses[-1].until in (None, times.finished_at):  # it may not have been recorded
        until = pauses[-1].until or now
        open_s = max(0.0, (until - max(rows[-1].at, pauses[-1].at)).total_seconds())
        stood_s = max(0.0, stood_s)
    return Durations(test_s, max(stood_s + open_s, least_s), wall_s, off_s)


def _off_s(database: Database, experiment_id: int, pauses: Sequence[Pause]) -> float:
    """Return for how long its station was off: each time from the last measure to its return."""
    off_s = 0.0
    returns = [one.at for one in pauses if one.interrupted][-MAX_OUTAGES:]
    with database.read() as session:
        for at in returns:
            last = last_measure_before(session, experiment_id, at)
            off_s += (at - last).total_seconds() if last else 0.0
    return off_s
