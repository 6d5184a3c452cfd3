"""Whether anything about a station has changed, with one statement.

An open live view asks every few seconds; mostly only measures have come, and the text of the page
needs not to be read again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Label, Select, bindparam, func, select

from cycling.terms import ExperimentStatus, StationState
from db.engine import Database, database_now
from db.models import (
    Command,
    ConfirmedBattery,
    CyclerStation,
    CycleSummary,
    Experiment,
    OutOfService,
    Plan,
    Run,
    StationAlarm,
    StationLive,
    Unit,
    WattrexUnit,
)
from db.queries.stations.queue import is_held
from db.queries.stations.state import SILENT

AGES = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120))  # words change with these
OFF_S = 5.0


@dataclass(frozen=True)
class PresentReadings:
    """What a station said last of its terminals: V, A, degC; None where it did not say.

    `records_since` is when the pause began of one that is paused: it may record that, too.
    """

    at: datetime
    voltage_v: float | None
    current_a: float | None
    temperature_degc: float | None
    records_since: datetime | None = None


@dataclass(frozen=True)
class StationVersion:
    """`text` changes with what is said in words about a station; None where it cannot be told.

    `waits`: in a moment it does something else, as the newest command has no answer yet or the
    next experiment is about to begin. `present`: what a station that records nothing
    measures at this moment, else None.
    """

    text: str | None
    waits: bool
    present: PresentReadings | None = None


def station_version(database: Database, station_id: int) -> StationVersion:
    """Look at a station's rows. Times count as far as words change with them."""
    with database.read() as session:
        now = database_now(session)
        row = session.execute(_statement(), {"station": station_id}).one_or_none()
    if row is None or row.StationLive is None:
        return StationVersion(None, waits=False)
    live, command = row.StationLive, row.Command
    fields = (
        live.state,
        live.state_since,
        live.detail,
        live.output_on,
        live.experiment_id,
        live.instruction_id,
        live.measured_at is None,
        live.contact_lost_at,
        now - live.seen_at > SILENT,
        row.online,
        abs(row.clock_offset_s or 0.0) > OFF_S,
        abs(row.measures_offset_s or 0.0) > OFF_S,
        (command.id, command.state) if command else None,
        _age(command.created_at, now) if command else None,
        _age(command.answered_at, now) if command else None,
        _age(live.state_since, now) if live.measured_at is None else None,
        row.alarms,
        row.last_alarm,
        row.held,
        row.battery_id,
        row.reason,
        row.events_through,
        (row.cycles, row.last_cycle),
    )
    waits = command is not None and not command.state.ended
    is_free = live.state is StationState.IDLE and row.battery_id and not row.alarms
    waits = waits or bool(is_free and row.queued)
    return StationVersion(repr(fields), waits, _present(live, row.online, row.clock_offset_s))


def _present(
    live: StationLive, online: bool | None, clock_offset_s: float | None
) -> PresentReadings | None:
    """Return what a station that is heard and does not run says; a WattRex one says nothing.

    It is of when it was measured, by our clock.
    """
    if live.state is StationState.RUNNING or live.contact_lost_at is not None or online is None:
        return None
    at = live.seen_at
    if live.measured_at is not None:
        at = min(at, live.measured_at - timedelta(seconds=clock_offset_s or 0.0))
    since = live.state_since if live.state is StationState.PAUSED else None
    return PresentReadings(at, live.voltage_v, live.current_a, live.temperature_degc, since)


def _age(moment: datetime | None, now: datetime) -> int | None:
    """Return how many of the ages that matter something has passed."""
    return None if moment is None else sum(now - moment >= age for age in AGES)


@cache
def _counts() -> tuple[Label[int], ...]:
    """Return the open alarms of a station, the newest of them, its held and queued experiments."""
    is_open = (StationAlarm.station_id == CyclerStation.id) & StationAlarm.acknowledged_at.is_(None)
    is_held_here = (Plan.station_id == CyclerStation.id) & is_held()
    is_queued = (Experiment.station_id == CyclerStation.id) & (
        Experiment.status == ExperimentStatus.QUEUED
    )
    columns = {
        "alarms": select(func.count()).where(is_open),
        "last_alarm": select(func.max(StationAlarm.id)).where(is_open),
        "held": select(func.count()).where(is_held_here).select_from(Plan),
        "queued": select(func.count()).where(is_queued).select_from(Experiment),
    }
    return tuple(
        column.correlate(CyclerStation).scalar_subquery().label(name)
        for name, column in columns.items()
    )


def _statement() -> Select[*tuple[Any, ...]]:
    station = CyclerStation.id
    newest = (
        select(Command.id)
        .where(Command.station_id == station)
        .order_by(Command.created_at.desc(), Command.id.desc())
        .limit(1)
        .correlate(CyclerStation)
        .scalar_subquery()
    )
    live = StationLive
    return (
        select(
            live,
            Unit.online,
            func.coalesce(Unit.clock_offset_s, WattrexUnit.clock_offset_s).label("clock_offset_s"),
            WattrexUnit.measures_offset_s,
            Run.events_through,
            CycleSummary.cycles,
            CycleSummary.last_cycle,
            Command,
            *_counts(),
            ConfirmedBattery.battery_id,
            OutOfService.reason,
        )
        .select_from(CyclerStation)
        .outerjoin(live, live.station_id == station)
        .outerjoin(Run, Run.experiment_id == live.experiment_id)
        .outerjoin(CycleSummary, CycleSummary.experiment_id == live.experiment_id)
        .outerjoin(Unit, Unit.unit_id == CyclerStation.unit_id)
        .outerjoin(WattrexUnit, WattrexUnit.unit_id == CyclerStation.unit_id)
        .outerjoin(Command, (Command.station_id == station) & (Command.id == newest))
        .outerjoin(ConfirmedBattery, ConfirmedBattery.station_id == station)
        .outerjoin(OutOfService, OutOfService.station_id == station)
        .where(station == bindparam("station"))
    )
