"""What stations do at this moment: rows that the master node keeps up to date."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from cycling.terms import StationState
from db.commands.alarms import raise_alarm
from db.models import CyclerStation, Run, StationLive, Unit
from db.statements import count_changed

TREND_LASTS_S = 3600.0
TREND_POINTS = 120
TREND_EVERY_S = 5.0
MAX_DETAIL = 250
SAMPLES_EVERY = timedelta(seconds=1)


@dataclass(frozen=True)
class Report:
    """What a station says that it does: V, A, degC, s; None where it does not say."""

    state: StationState
    output_on: bool | None = None
    experiment_id: int | None = None
    instruction_id: int | None = None
    instruction_began_s: float | None = None
    step: int | None = None
    cycle: int | None = None
    test_time_s: float | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    temperature_degc: float | None = None
    pending: int = 0
    detail: str = ""


@dataclass(frozen=True)
class LastSample:
    """The newest sample of an experiment that came in; `paused`: it was taken in a pause."""

    experiment_id: int
    at: datetime
    instruction_id: int
    step: int
    cycle: int
    test_time_s: float
    voltage_v: float | None
    current_a: float | None
    paused: bool = False


def stations_of(session: Session, unit_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return the stations of each unit, replaced ones too: they may still have a run."""
    stations: dict[int, set[int]] = {unit_id: set() for unit_id in unit_ids}
    for station_id, unit_id in session.execute(
        select(CyclerStation.id, CyclerStation.unit_id).where(CyclerStation.unit_id.in_(stations))
    ):
        stations[unit_id].add(station_id)
    return stations


def rows_of(session: Session, station_ids: Iterable[int], now: datetime) -> dict[int, StationLive]:
    """Return the rows of those stations, new ones where there is none; they are known to exist."""
    ids = set(station_ids)
    if not ids:
        return {}
    live_rows = session.scalars(select(StationLive).where(StationLive.station_id.in_(ids)))
    rows = {row.station_id: row for row in live_rows}
    for station_id in ids - rows.keys():
        rows[station_id] = _new(station_id, now)
        session.add(rows[station_id])
    return rows


def take_report(row: StationLive, report: Report, *, at: datetime, now: datetime) -> None:
    """Take over what a station has said in a heartbeat, `at` by its unit's clock."""
    _take_state(row, report.state, report.experiment_id, now)
    row.detail, row.output_on = report.detail[:MAX_DETAIL], report.output_on
    row.seen_at, row.contact_lost_at = max(now, row.seen_at), None
    row.instruction_id, row.instruction_began_s = report.instruction_id, report.instruction_began_s
    row.step, row.cycle, row.test_time_s = report.step, report.cycle, report.test_time_s
    row.temperature_degc, row.pending = report.temperature_degc, report.pending
    if report.voltage_v is not None:
        row.voltage_v, row.current_a, row.measured_at = report.voltage_v, report.current_a, at
        _extend_trend(row, at.timestamp(), report.voltage_v)


def take_sample(row: StationLive, last: LastSample, now: datetime) -> None:
    """Take over a newer sample, once a second at most: heartbeats say the same every two.

    The first one of a pause always: what flowed before it is no reading of now.
    """
    if row.experiment_id != last.experiment_id:
        return  # what was measured before the station went on to something else
    every = timedelta(0) if last.paused and row.state is StationState.RUNNING else SAMPLES_EVERY
    if row.measured_at is not None and last.at < row.measured_at + every:
        return
    row.measured_at, row.test_time_s = last.at, last.test_time_s
    row.voltage_v, row.current_a = last.voltage_v, last.current_a
    if row.instruction_id != last.instruction_id:
        row.instruction_id, row.instruction_began_s = last.instruction_id, last.test_time_s
    row.step, row.cycle = last.step, last.cycle
    row.seen_at, row.contact_lost_at = max(now, row.seen_at), None
    if last.voltage_v is not None:
        _extend_trend(row, last.at.timestamp(), last.voltage_v)


def take_event(
    row: StationLive, state: StationState, experiment_id: int | None, now: datetime
) -> None:
    """Take over what an event says before the next heartbeat does."""
    _take_state(row, state, experiment_id, now)
    row.output_on = state is StationState.RUNNING
    if experiment_id is None:
        row.instruction_id = row.instruction_began_s = None
        row.step = row.cycle = row.test_time_s = None


def note_off(row: StationLive, at: datetime, voltage_v: float | None) -> None:
    """Show no current from before an output was off, which an event says of a moment.

    With it comes the voltage (V) at the terminals, as far as it was measured.
    """
    if row.measured_at is None or row.measured_at > at:
        return
    row.current_a = None
    if voltage_v is not None:
        row.voltage_v, row.measured_at = voltage_v, at


def note_outage(row: StationLive, at: datetime) -> None:
    """Break the small line where a station came back and found its run interrupted."""
    unix_s = at.timestamp()
    before = [point for point in row.trend if point[0] < unix_s]
    if before and len(before[-1]) > 1:
        row.trend = [*before, [unix_s], *row.trend[len(before) :]]


def note_begin(
    row: StationLive, state: StationState, experiment_id: int | None, at: datetime
) -> None:
    """Let a present state have begun when its event says so, as the course does.

    A heartbeat may have told of it before, at the time at which it came in.
    """
    if (row.state, row.experiment_id) == (state, experiment_id):
        row.state_since = at


def _take_state(
    row: StationLive, state: StationState, experiment_id: int | None, now: datetime
) -> None:
    if row.state is not state or row.experiment_id != experiment_id:
        row.state_since = now
    _forget_readings(row, experiment_id)
    row.state, row.experiment_id = state, experiment_id


def _forget_readings(row: StationLive, experiment_id: int | None) -> None:
    """Show no reading of the experiment before under the next one, whose battery may be another."""
    if experiment_id is None or experiment_id == row.experiment_id:
        return
    row.measured_at = row.voltage_v = row.current_a = row.temperature_degc = None
    row.trend = []


def note_silence(session: Session, silent_since: datetime, now: datetime) -> int:
    """Mark the stations that were not heard since then, and alarm where something runs.

    Returns how many there are. What they do is not touched: nobody knows it.
    """
    silent = session.execute(
        select(StationLive, CyclerStation.name)
        .join(CyclerStation, CyclerStation.id == StationLive.station_id)
        .join(Unit, Unit.unit_id == CyclerStation.unit_id)
        .where(
            StationLive.contact_lost_at.is_(None),
            StationLive.seen_at < silent_since,
            # its unit says nothing of a station that was retired or replaced
            or_(CyclerStation.deprecated.is_(False), StationLive.state != StationState.IDLE),
        )
    ).all()
    running = _accepted_runs(session, [row.station_id for row, _ in silent])
    lost = 0
    for row, name in silent:
        if not _mark_lost(session, row, silent_since, now):
            continue
        lost += 1
        run_id = running.get(row.station_id)
        if run_id is not None or row.state is not StationState.IDLE or row.output_on:
            raise_alarm(
                session,
                key=f"contact-{row.station_id}-{row.seen_at.timestamp():.6f}",
                station_id=row.station_id,
                experiment_id=run_id or row.experiment_id,
                code="contact lost",
                text=f"{name} was not heard from {row.seen_at:%Y-%m-%d %H:%M:%S} UTC on. "
                "While it is not heard it goes on by itself: treat the cell as live.",
                at=now,
            )
    return lost


def _accepted_runs(session: Session, station_ids: list[int]) -> dict[int, int]:
    """Return the experiment that each of those stations has under way."""
    rows = session.execute(
        select(Run.station_id, Run.experiment_id).where(
            Run.station_id.in_(station_ids), Run.ended_at.is_(None), Run.accepted_at.is_not(None)
        )
    )
    return {row.station_id: row.experiment_id for row in rows}


def _mark_lost(session: Session, row: StationLive, silent_since: datetime, now: datetime) -> bool:
    still_silent = update(StationLive).where(
        StationLive.station_id == row.station_id,
        StationLive.contact_lost_at.is_(None),
        StationLive.seen_at < silent_since,
    )
    return count_changed(session, still_silent.values(contact_lost_at=now)) == 1


def _new(station_id: int, now: datetime) -> StationLive:
    return StationLive(
        station_id=station_id,
        state=StationState.IDLE,
        state_since=now,
        detail="",
        seen_at=now,
        pending=0,
        trend=[],
    )


def _extend_trend(row: StationLive, unix_s: float, voltage_v: float) -> None:
    """Add a point every 5 s; when there are too many, those that lie closest go first."""
    trend = row.trend
    if trend and unix_s < trend[-1][0] + TREND_EVERY_S:
        return
    recent = [point for point in trend if point[0] > unix_s - TREND_LASTS_S]
    recent.append([round(unix_s, 1), round(voltage_v, 4)])
    while len(recent) > TREND_POINTS:
        inner = [n for n in range(1, len(recent) - 1) if len(recent[n]) > 1]
        recent.pop(min(inner, key=lambda n: recent[n + 1][0] - recent[n - 1][0]))
    row.trend = recent
