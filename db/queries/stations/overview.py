"""What the stations do at this moment: for the Monitor, with few statements for any number."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import aliased, defer

from cycling.errors import NotFoundError
from cycling.terms import ENDED, StationCommand
from db.engine import Database, database_now
from db.facts import facts
from db.models import (
    Battery,
    Command,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    Lease,
    OutOfService,
    StationAlarm,
    StationLive,
    Unit,
    WattrexUnit,
)
from db.queries.experiments.cycles.summaries import KeptSummary, kept_summaries
from db.queries.profiles.compiled import CompiledProfile, compiled_profiles
from db.queries.profiles.run_times import AS_THE_PROFILE, RunTimes, run_times
from db.queries.stations.occupancy import (
    battery_name,
    find_commands,
    find_experiments,
    held_plans,
    open_alarms,
    present_id,
    queued_names,
    waiting_experiments,
)
from db.queries.stations.state import (
    AlarmNow,
    CommandNow,
    ExperimentNow,
    HeldNow,
    LabNow,
    LiveFacts,
    OutFacts,
    StationNow,
    lost_since,
    with_beneath,
)
from db.terms import MASTER_NODE, WAITING, node_trouble

Trend: TypeAlias = tuple[tuple[float, float | None], ...]

VIRTUAL = 1  # the station of imported experiments
IN_USE = (CyclerStation.id != VIRTUAL) & CyclerStation.deprecated.is_(False)


def overview(database: Database) -> tuple[StationNow, ...]:
    """Return all stations that are in use, by name, without that of imported experiments."""
    return _stations(database, IN_USE)


def small_lines(database: Database, station_ids: Collection[int]) -> dict[int, Trend]:
    """Return the voltages of the last hour of these stations, as [Unix s, V]; None is a break."""
    these = StationLive.station_id.in_(station_ids)
    with database.read() as session:
        rows = session.execute(select(StationLive.station_id, StationLive.trend).where(these)).all()
    return {
        id_: tuple((at, volts[0] if volts else None) for at, *volts in trend or ())
        for id_, trend in rows
    }


def station_now(database: Database, station_id: int) -> StationNow:
    """Return one station, also one that is not in use any more. Raises NotFoundError."""
    stations = _stations(database, CyclerStation.id == station_id) if station_id > VIRTUAL else ()
    if not stations:
        raise NotFoundError(f"There is no station {station_id}.")
    return stations[0]


def lab_now(database: Database) -> LabNow:
    """Return how many alarms are open, and when the master node was last heard."""
    is_open = StationAlarm.acknowledged_at.is_(None)
    alarms = select(func.count()).select_from(StationAlarm).where(is_open)
    nodes = (Lease.name == MASTER_NODE) | Lease.name.startswith(WAITING)
    with database.read() as session:
        now, open_alarms = database_now(session), session.scalar(alarms) or 0
        leases = session.scalars(select(Lease).where(nodes).order_by(Lease.name)).all()
    seen_at = next((one.beat_at for one in leases if one.name == MASTER_NODE), None)
    troubles = (
        f"{_node(one)} {trouble}."
        for one in leases
        if one.expires_at > now and (trouble := node_trouble(one.detail))
    )
    return LabNow(open_alarms, seen_at, next(troubles, ""), now)


def _node(lease: Lease) -> str:
    return "The master node" if lease.name == MASTER_NODE else "A master node that waits"


def _stations(database: Database, which: ColumnElement[bool]) -> tuple[StationNow, ...]:
    with database.read() as session:
        now = database_now(session)
        rows = session.execute(_rows(which)).all()
        ids = [row[0].id for row in rows]
        waiting = waiting_experiments(session, ids)
        present = {row[0].id: present_id(row[1], waiting.get(row[0].id, ())) for row in rows}
        experiment_ids = {*present.values(), *(row.last_id for row in rows)} - {None}
        experiments = find_experiments(session, experiment_ids)
        held = held_plans(session, ids)
        alarms = open_alarms(session, ids)
        cycles = kept_summaries(session, {one for one in present.values() if one is not None})
        commands = find_commands(session, [row.command_id for row in rows if row.command_id])
    running = [one for id_ in present.values() if (one := experiments.get(id_))]
    profiles = compiled_profiles(database, {one.profile_id for one in running})
    times = run_times(database, {one.id: profiles[one.profile_id] for one in running})
    return tuple(
        _station(
            row,
            experiment=experiments.get(present[row[0].id]),
            last=experiments.get(row.last_id),
            profiles=profiles,
            times=times,
            cycles=cycles,
            held=held.get(row[0].id, ()),
            alarms=alarms.get(row[0].id, ()),
            queue=queued_names(waiting.get(row[0].id, ())),
            command=commands.get(row.command_id),
            now=now,
        )
        for row in rows
    )


def _rows(which: ColumnElement[bool]) -> Select[Any]:
    battery = aliased(Battery)
    station = CyclerStation.id
    command = (
        select(Command.id)
        .where(Command.station_id == station, Command.kind != StationCommand.LAUNCH)
        .order_by(Command.created_at.desc(), Command.id.desc())
        .limit(1)
        .correlate(CyclerStation)
        .scalar_subquery()
    )
    last = (
        select(Experiment.id)
        .where(Experiment.station_id == station, Experiment.status.in_(ENDED))
        .order_by(Experiment.created_at.desc())
        .limit(1)
        .correlate(CyclerStation)
        .scalar_subquery()
    )
    return (
        select(
            CyclerStation,
            StationLive,
            Unit,
            OutOfService,
            battery,
            command.label("command_id"),
            last.label("last_id"),
            WattrexUnit,
        )
        .outerjoin(StationLive, StationLive.station_id == station)
        .outerjoin(Unit, Unit.unit_id == CyclerStation.unit_id)
        .outerjoin(WattrexUnit, WattrexUnit.unit_id == CyclerStation.unit_id)
        .outerjoin(OutOfService, OutOfService.station_id == station)
        .outerjoin(ConfirmedBattery, ConfirmedBattery.station_id == station)
        .outerjoin(battery, battery.id == ConfirmedBattery.battery_id)
        .where(which)
        .options(defer(StationLive.trend, raiseload=True))  # long, and few are drawn
        .order_by(CyclerStation.name, station)
    )


def _station(
    row: Row[*tuple[Any, ...]],
    *,
    experiment: ExperimentNow | None,
    last: ExperimentNow | None,
    profiles: Mapping[int, CompiledProfile],
    times: Mapping[int, RunTimes],
    cycles: Mapping[int, KeptSummary],
    held: Sequence[HeldNow],
    alarms: Sequence[AlarmNow],
    queue: tuple[str, ...],
    command: CommandNow | None,
    now: datetime,
) -> StationNow:
    station, live_row, unit, out, confirmed, _command_id, _last_id, wattrex = row
    live = _live(live_row, unit) if live_row else None
    lost_at = None if station.deprecated else lost_since(live_row, now)
    state, beneath = with_beneath(
        live.state if live else None,
        experiment.status if experiment else None,
        alarm_codes=[one.code for one in alarms],
        lost=lost_at is not None,
        waits=bool(held),
        out=out is not None,
    )
    return facts(
        StationNow,
        station,
        at=now,
        state=state,
        simulated=bool(unit and unit.simulated),
        speed=unit.speed if unit and unit.simulated else 1.0,
        online=unit.online if unit else None,
        clock_offset_s=_clock_offset_s(unit, wattrex),
        lost_at=lost_at,
        live=live,
        experiment=experiment,
        compiled=profiles.get(experiment.profile_id) if experiment else None,
        times=times.get(experiment.id) if experiment else AS_THE_PROFILE,
        cycles=cycles.get(experiment.id) if experiment else None,
        last=last,
        confirmed=battery_name(confirmed) if confirmed else None,
        out=OutFacts(out.reason, out.user_name, out.since) if out else None,
        alarms=tuple(alarms),
        held=tuple(held),
        queue=queue,
        command=command,
        beneath=beneath,
    )


def _clock_offset_s(unit: Unit | None, wattrex: WattrexUnit | None) -> float | None:
    """Return how far a unit's clock is ahead; of WattRex ones also that of its measures' zone."""
    if unit is not None or wattrex is None:
        return unit.clock_offset_s if unit else None
    offsets = (wattrex.clock_offset_s, wattrex.measures_offset_s)
    return max((one for one in offsets if one is not None), key=abs, default=None)


def _live(row: StationLive, unit: Unit | None) -> LiveFacts:
    ahead = timedelta(seconds=(unit.clock_offset_s if unit else None) or 0.0)
    return facts(
        LiveFacts,
        row,
        measured_at=row.measured_at - ahead if row.measured_at else None,
    )
