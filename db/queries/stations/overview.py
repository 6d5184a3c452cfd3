"""What the stations do at this moment: for the Monitor, with few statements for any number."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from cycling.errors import NotFoundError
from cycling.terms import ExperimentStatus, StationCommand, StationState
from db.clock import database_now
from db.engine import Database
from db.models import (
    Battery,
    Command,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    Lease,
    OutOfService,
    Plan,
    Profile,
    Run,
    StationAlarm,
    StationLive,
    Unit,
    WattrexUnit,
)
from db.queries.profiles.compiled import Outline, outlines
from db.queries.stations.queue import HELD
from db.queries.stations.state import (
    AlarmNow,
    BatteryName,
    CommandNow,
    ExperimentNow,
    HeldNow,
    LabNow,
    LiveFacts,
    OutFacts,
    StationNow,
)
from db.terms import OverviewState, PlanState

VIRTUAL = 1  # the station of imported experiments
SILENT = timedelta(seconds=30)  # nobody has written what a station does for so long
LEASE = "master-node"
LOST_CONTACT = "contact lost"  # code of the alarm
PRESENT = (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED)
UNDER_WAY = (OverviewState.RUNNING, OverviewState.PAUSED, OverviewState.LOST)
ENDED = (ExperimentStatus.FINISHED, ExperimentStatus.ERROR)


def wall(database: Database) -> tuple[StationNow, ...]:
    """Return all stations that are in use, by name; the virtual one is on no wall."""
    in_use = (CyclerStation.id != VIRTUAL) & CyclerStation.deprecated.is_(False)
    return _stations(database, in_use)


def station_now(database: Database, station_id: int) -> StationNow:
    """Return one station, also one that is not in use any more. Raises NotFoundError."""
    found = _stations(database, CyclerStation.id == station_id) if station_id > VIRTUAL else ()
    if not found:
        raise NotFoundError(f"There is no station {station_id}.")
    return found[0]


def lab_now(database: Database) -> LabNow:
    """Return how many alarms are open, and when the master node was last heard."""
    with database.read() as session:
        alarms = session.scalars(
            select(StationAlarm.id).where(StationAlarm.acknowledged_at.is_(None))
        ).all()
        beat = session.scalar(select(Lease.beat_at).where(Lease.name == LEASE))
        return LabNow(len(alarms), beat, database_now(session))


def wall_state(
    live: LiveFacts | None,
    present: ExperimentNow | None,
    *,
    lost: bool,
    alarms: Sequence[AlarmNow],
    waits: bool,
    out: bool,
) -> OverviewState:
    """Return the state that a tile shows: the one that needs somebody most."""
    if any(one.code != LOST_CONTACT for one in alarms):
        return OverviewState.ALARM
    if lost:
        return OverviewState.LOST
    if alarms or (live is not None and live.state is StationState.ERROR):
        return OverviewState.ALARM
    if live is not None and live.state is not StationState.IDLE:
        return OverviewState.PAUSED if live.state is StationState.PAUSED else OverviewState.RUNNING
    if present is not None:
        is_paused = present.status is ExperimentStatus.PAUSED
        return OverviewState.PAUSED if is_paused else OverviewState.RUNNING
    if out:
        return OverviewState.OUT
    return OverviewState.HELD if waits else OverviewState.IDLE


def _stations(database: Database, which: ColumnElement[bool]) -> tuple[StationNow, ...]:
    with database.read() as session:
        now = database_now(session)
        rows = session.execute(_rows(which)).all()
        ids = [row[0].id for row in rows]
        waiting = _waiting(session, ids)
        present = {row[0].id: _present_id(row[1], waiting.get(row[0].id, ())) for row in rows}
        wanted = {*present.values(), *(row.last_id for row in rows)} - {None}
        experiments = _experiments(session, wanted)
        held = _held(session, ids)
        alarms = _alarms(session, ids)
        commands = _commands(session, [row.command_id for row in rows if row.command_id])
    shown = [one for id_ in present.values() if (one := experiments.get(id_))]
    profiles = outlines(database, {one.profile_id for one in shown})
    return tuple(
        _station(
            row,
            experiment=experiments.get(present[row[0].id]),
            last=experiments.get(row.last_id),
            profiles=profiles,
            held=held.get(row[0].id, ()),
            alarms=alarms.get(row[0].id, ()),
            queue=_names(waiting.get(row[0].id, ())),
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
        .order_by(CyclerStation.name, station)
    )


Waiting = Sequence[tuple[int, str, ExperimentStatus]]


def _waiting(session: Session, ids: Collection[int]) -> dict[int | None, Waiting]:
    """Return id, name and status of what waits and runs on stations, the oldest first."""
    found = session.execute(
        select(Experiment.station_id, Experiment.id, Experiment.name, Experiment.status)
        .where(
            Experiment.status.in_((*PRESENT, ExperimentStatus.QUEUED)),
            Experiment.station_id.in_(ids),
        )
        .order_by(Experiment.created_at, Experiment.id)
    )
    return _grouped((row[0], (row[1], row[2], row[3])) for row in found)


def _names(waiting: Waiting) -> tuple[str, ...]:
    return tuple(name for _id, name, status in waiting if status is ExperimentStatus.QUEUED)


def _present_id(live: StationLive | None, waiting: Waiting) -> int | None:
    """Return the experiment that a station works on; what the station says counts first."""
    if live is not None:
        return None if live.state is StationState.IDLE else live.experiment_id
    return next((id_ for id_, _name, status in reversed(waiting) if status in PRESENT), None)


def _experiments(session: Session, ids: Collection[int | None]) -> dict[int | None, ExperimentNow]:
    found = session.execute(
        select(Experiment, Battery, Profile.name, Plan.user_name, Run.end_reason)
        .join(Battery, Battery.id == Experiment.battery_id)
        .join(Profile, Profile.id == Experiment.profile_id)
        .outerjoin(Plan, Plan.experiment_id == Experiment.id)
        .outerjoin(Run, Run.experiment_id == Experiment.id)
        .where(Experiment.id.in_(ids))
    )
    return {
        one.id: ExperimentNow(
            id=one.id,
            name=one.name,
            status=one.status,
            created_at=one.created_at,
            begun_at=one.begun_at,
            finished_at=one.finished_at,
            profile_id=one.profile_id,
            profile=profile,
            battery=_battery(battery),
            user_name=user_name or "",
            end_reason=end_reason or "",
        )
        for one, battery, profile, user_name, end_reason in found
    }


def _held(session: Session, ids: Collection[int]) -> dict[int | None, Sequence[HeldNow]]:
    found = session.execute(
        select(Plan, Battery)
        .outerjoin(Battery, Battery.id == Plan.battery_id)
        .where(Plan.state == PlanState.HELD, Plan.station_id.in_(ids))
        .order_by(Plan.position, Plan.id)
    )
    return _grouped(
        (
            plan.station_id,
            HeldNow(
                name=plan.name,
                battery=_battery(battery) if battery else None,
                because=str(plan.detail.get(HELD) or ""),
                since=plan.state_since,
            ),
        )
        for plan, battery in found
    )


def _alarms(session: Session, ids: Collection[int]) -> dict[int | None, Sequence[AlarmNow]]:
    found = session.scalars(
        select(StationAlarm)
        .where(StationAlarm.station_id.in_(ids), StationAlarm.acknowledged_at.is_(None))
        .order_by(StationAlarm.at.desc(), StationAlarm.id.desc())
    )
    return _grouped((one.station_id, AlarmNow(one.id, one.code, one.text, one.at)) for one in found)


def _commands(session: Session, ids: Collection[int]) -> dict[int | None, CommandNow]:
    return {
        one.id: command_now(one)
        for one in session.scalars(select(Command).where(Command.id.in_(ids)))
    }


def command_now(command: Command) -> CommandNow:
    """Return what a command's row says."""
    return CommandNow(
        id=command.id,
        kind=command.kind,
        state=command.state,
        experiment_id=command.experiment_id,
        reason=command.reason,
        user_name=command.user_name,
        created_at=command.created_at,
        answered_at=command.answered_at,
        answer=command.answer or "",
        output_off=command.output_off,
        sent_at=command.sent_at,
    )


def _station(
    row: Any,  # noqa: ANN401 - of the statement above
    *,
    experiment: ExperimentNow | None,
    last: ExperimentNow | None,
    profiles: Mapping[int, Outline],
    held: Sequence[HeldNow],
    alarms: Sequence[AlarmNow],
    queue: tuple[str, ...],
    command: CommandNow | None,
    now: datetime,
) -> StationNow:
    station, live_row, unit, out, confirmed, _command_id, _last_id, wattrex = row
    live = _live(live_row, unit) if live_row else None
    lost_at = None if station.deprecated else _lost_at(live, now)
    situation = {"lost": lost_at is not None, "waits": bool(held), "out": out is not None}
    state = wall_state(live, experiment, alarms=alarms, **situation)
    beneath = wall_state(live, experiment, alarms=(), **situation)
    return StationNow(
        id=station.id,
        at=now,
        name=station.name,
        unit_id=station.unit_id,
        state=state,
        simulated=bool(unit and unit.simulated),
        speed=unit.speed if unit and unit.simulated else 1.0,
        online=unit.online if unit else None,
        clock_offset_s=_clock_offset_s(unit, wattrex),
        lost_at=lost_at,
        live=live,
        experiment=experiment,
        outline=profiles.get(experiment.profile_id) if experiment else None,
        last=last,
        confirmed=_battery(confirmed) if confirmed else None,
        out=OutFacts(out.reason, out.user_name, out.since) if out else None,
        alarms=tuple(alarms),
        held=tuple(held),
        queue=queue,
        command=command,
        deprecated=station.deprecated,
        beneath=beneath if state is OverviewState.ALARM and beneath in UNDER_WAY else None,
    )


def _clock_offset_s(unit: Unit | None, wattrex: WattrexUnit | None) -> float | None:
    """Return how far a unit's clock is ahead; of WattRex ones also that of its measures' zone."""
    if unit is not None or wattrex is None:
        return unit.clock_offset_s if unit else None
    offsets = (wattrex.clock_offset_s, wattrex.measures_offset_s)
    return max((one for one in offsets if one is not None), key=abs, default=None)


def _live(row: StationLive, unit: Unit | None) -> LiveFacts:
    ahead = timedelta(seconds=(unit.clock_offset_s if unit else None) or 0.0)
    return LiveFacts(
        state=row.state,
        state_since=row.state_since,
        detail=row.detail,
        seen_at=row.seen_at,
        contact_lost_at=row.contact_lost_at,
        output_on=row.output_on,
        experiment_id=row.experiment_id,
        instruction_id=row.instruction_id,
        instruction_began_s=row.instruction_began_s,
        cycle=row.cycle,
        test_time_s=row.test_time_s,
        measured_at=row.measured_at - ahead if row.measured_at else None,
        voltage_v=row.voltage_v,
        current_a=row.current_a,
        temperature_degc=row.temperature_degc,
        trend=tuple((point[0], point[1]) for point in row.trend or ()),
    )


def _lost_at(live: LiveFacts | None, now: datetime) -> datetime | None:
    """Return when a silent station was last heard.

    The master node marks it; while no master node lives, nobody marks anything.
    """
    if live is None:
        return None
    if live.contact_lost_at is not None or now - live.seen_at > SILENT:
        return live.seen_at
    return None


def _battery(battery: Battery) -> BatteryName:
    return BatteryName(
        id=battery.id,
        name=battery.name,
        serial_number=battery.serial_number,
        voltage_v=(battery.voltage_min_mv / 1000, battery.voltage_max_mv / 1000),
        current_a=(battery.current_min_ma / 1000, battery.current_max_ma / 1000),
    )


def _grouped(pairs: Iterable[tuple[int | None, Any]]) -> dict[int | None, Any]:
    groups: dict[int | None, list[Any]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups
