"""How long an experiment took: test time, pauses, wall time; the same everywhere."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, defer

from cycling.terms import UNDER_WAY, ExperimentStatus, StationState
from db.engine import Database
from db.facts import facts
from db.models import (
    CyclerStation,
    Experiment,
    GenericMeasure,
    Run,
    RunEvent,
    SeriesHead,
    StationLive,
    Unit,
)
from db.queries.experiments.outages import MAX_OUTAGES, outage_begin
from db.queries.experiments.pauses import Pause, run_pauses
from db.queries.experiments.timeline import EntryKind
from db.queries.stations.state import lost_since

SLACK = 1.001  # clocks differ a little
LEAST_S = 1.0


@dataclass(frozen=True)
class Durations:
    """In seconds, None where not known; of one that goes on those until now.

    `test_s`: test time, without pauses; a simulated one runs faster than the clock. `pauses_s`: by
    the clock, with the times in which its station was off, `off_s`. `wall_s`: from start to end.
    `test_until`: of when the test time is, where that of now is not known.
    """

    test_s: float | None
    pauses_s: float | None
    wall_s: float | None
    off_s: float = 0.0
    test_until: datetime | None = None


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


@dataclass(frozen=True)
class _Ends:
    """The first and the last measure of an experiment, and whether it ran here.

    `tells_pauses`: its station said when it was paused, perhaps in our export of it. `live` is what
    its station was last heard to do, None once that does something else.
    """

    first_at: datetime
    first_test_s: float | None
    last_at: datetime
    last_test_s: float | None
    is_run: bool
    tells_pauses: bool
    is_simulated: bool
    was_paused: bool
    status: ExperimentStatus
    live: StationLive | None
    speed: float
    clock_offset_s: float

    def test_now(self, recorded_s: float, now: datetime) -> tuple[float, datetime | None]:
        """Return the test time (s) of a run now, as its live view counts it, or until when it is.

        `recorded_s` is that of its last record, which may be long before.
        """
        live = self.live
        if self.status not in UNDER_WAY:
            return recorded_s, None
        if live is None or live.test_time_s is None or live.measured_at is None:
            return recorded_s, self.last_at if self.status is ExperimentStatus.RUNNING else None
        heard_at = live.measured_at - timedelta(seconds=self.clock_offset_s)
        if live.state is not StationState.RUNNING:
            return max(recorded_s, live.test_time_s), None
        if lost_since(live, now) is not None:
            return max(recorded_s, live.test_time_s), max(self.last_at, heard_at)
        more_s = self.speed * max(0.0, (now - heard_at).total_seconds())
        return max(recorded_s, live.test_time_s + more_s), None


def durations(database: Database, times: Times, now: datetime, *, simulated: bool) -> Durations:
    """Return the durations of an experiment; a simulated test time does not go by the clock."""
    ends = _ends(database, [times.id]).get(times.id)
    return _durations(database, times, ends, now, simulated=simulated)


def durations_of(database: Database, rows: Iterable[Times], now: datetime) -> dict[int, Durations]:
    """Return the durations of many experiments by their number."""
    every = list(rows)
    ends = _ends(database, [one.id for one in every])
    return {
        one.id: _durations(database, one, of_it, now, simulated=bool(of_it and of_it.is_simulated))
        for one in every
        for of_it in [ends.get(one.id)]
    }


def _ends(database: Database, ids: Sequence[int]) -> dict[int, _Ends]:
    first, last = aliased(GenericMeasure), aliased(GenericMeasure)
    of_it = RunEvent.experiment_id == Experiment.id
    started = exists().where(of_it, RunEvent.kind == EntryKind.STARTED)  # also in our own export
    is_run = exists().where(Run.experiment_id == Experiment.id)
    paused = RunEvent.kind == EntryKind.PAUSED
    was_paused = exists().where(of_it, paused)
    without_rows = and_(SeriesHead.experiment_id == Experiment.id, SeriesHead.has_rows.is_(False))
    columns: dict[str, Any] = {
        "id": Experiment.id,
        "first_at": func.coalesce(SeriesHead.first_at, first.at),
        "first_test_s": func.coalesce(SeriesHead.first_test_s, first.test_time_s),
        "last_at": func.coalesce(SeriesHead.last_at, last.at),
        "last_test_s": func.coalesce(SeriesHead.last_test_s, last.test_time_s),
        "is_run": is_run,
        "tells_pauses": or_(is_run, started),
        "is_simulated": func.coalesce(Unit.simulated, False),
        "was_paused": was_paused,
        "status": Experiment.status,
        "speed": case((Unit.simulated, Unit.speed), else_=1.0),
        "clock_offset_s": func.coalesce(Unit.clock_offset_s, 0.0),
    }
    listed: list[Any] = [column.label(name) for name, column in columns.items()]
    live = aliased(StationLive, name="live")
    statement = (
        select(*listed, live)
        .select_from(Experiment)
        .outerjoin(SeriesHead, without_rows)
        .outerjoin(first, _is_end(first, func.min))
        .outerjoin(last, _is_end(last, func.max))
        .join(CyclerStation, CyclerStation.id == Experiment.station_id)
        .outerjoin(Unit, Unit.unit_id == CyclerStation.unit_id)
        .outerjoin(
            live, (live.station_id == CyclerStation.id) & (live.experiment_id == Experiment.id)
        )
        .where(Experiment.id.in_(ids), columns["first_at"].is_not(None))
        .options(defer(live.trend, raiseload=True))
    )
    with database.read() as session:
        return {row.id: facts(_Ends, row) for row in session.execute(statement)}


def _is_end(measure: type[GenericMeasure], end: Callable[..., Any]) -> ColumnElement[bool]:
    of_it = aliased(GenericMeasure)
    outermost = select(end(of_it.id)).where(of_it.experiment_id == Experiment.id)
    return and_(
        SeriesHead.experiment_id.is_(None),
        measure.experiment_id == Experiment.id,
        measure.id == outermost.correlate(Experiment).scalar_subquery(),
    )


def _durations(
    database: Database, times: Times, ends: _Ends | None, now: datetime, *, simulated: bool
) -> Durations:
    wall_s = None
    if times.begun_at is not None:
        wall_s = max(0.0, ((times.finished_at or now) - times.begun_at).total_seconds())
    if ends is None or ends.first_test_s is None or ends.last_test_s is None:
        return Durations(None, None, wall_s)
    last_test_s = ends.last_test_s - (0.0 if ends.is_run else ends.first_test_s)
    recorded_s = (ends.last_at - ends.first_at).total_seconds()
    stood_s = recorded_s - last_test_s
    # what passed between files that were imported as one is a pause of which none tells
    paused_s = stood_s if stood_s > max(LEAST_S, (SLACK - 1) * recorded_s) else 0.0
    test_s, test_until = ends.test_now(last_test_s, now)
    if not ends.tells_pauses:  # a file's test time may begin anew
        if not 0 <= last_test_s <= recorded_s * SLACK + LEAST_S:
            return Durations(None, None, wall_s)
        return Durations(test_s, paused_s, wall_s, test_until=test_until)
    pauses = run_pauses(database, times.id) if ends.was_paused else ()
    if not pauses:
        return Durations(test_s, 0.0 if ends.is_run else paused_s, wall_s, test_until=test_until)
    off = _off_s(database, times.id, pauses)
    off_s = sum(off.values())
    before_s = sum(off.get(one.at, 0.0) for one in pauses)  # else it is in the pause
    least_s = sum(one.lasts_s(now) for one in pauses) + before_s
    if simulated:  # its speed may have been another one before
        return Durations(test_s, least_s, wall_s, off_s, test_until)
    open_s = 0.0
    if pauses[-1].until in (None, times.finished_at):  # it may not have been recorded
        until = pauses[-1].until or now
        open_s = max(0.0, (until - max(ends.last_at, pauses[-1].at)).total_seconds())
        stood_s = max(0.0, stood_s)
    return Durations(test_s, max(stood_s + open_s, least_s), wall_s, off_s, test_until)


def _off_s(
    database: Database, experiment_id: int, pauses: Sequence[Pause]
) -> dict[datetime, float]:
    """Return for how long (s) its station was off, at most, by when it came back."""
    off_s = {}
    with database.read() as session:
        for one in [each for pause in pauses for each in pause.returns][-MAX_OUTAGES:]:
            began_at = outage_begin(session, experiment_id, one.at, one.test_time_s)
            off_s[one.at] = (one.at - began_at).total_seconds() if began_at else 0.0
    return off_s
