"""All stations and units, and what must be said about them: the page of stations.

Everything is read in one transaction, with the same few statements for any number of stations.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, exists, select
from sqlalchemy.orm import Session

from cycling.profile import StationCapabilities
from cycling.terms import Connection
from db.engine import Database, database_now
from db.facts import facts, grouped
from db.models import (
    Battery,
    CompatibleDevice,
    ComputationalUnit,
    ConfirmedBattery,
    CyclerStation,
    DetectedDevice,
    DeviceAbilities,
    OutOfService,
    Plan,
    StationAlarm,
    StationDetails,
    StationLive,
    Unit,
    UsedDevice,
)
from db.models.units import VIRTUAL_UNIT
from db.queries.master_node import MasterNode, leader, refused_count
from db.queries.stations.capabilities import capabilities_of
from db.queries.stations.occupancy import Waiting, battery_name, present_status, waiting_experiments
from db.queries.stations.overview import IN_USE
from db.queries.stations.queue import is_held
from db.queries.stations.state import BatteryName, lost_since, with_beneath
from db.queries.stations.units import UnitContact, contact_of, unit_name, unit_rows
from db.queries.wattrex.units import (
    EndedRepair,
    StalledRun,
    UnregisteredUnitNow,
    ended_repairs,
    stalled_runs,
    unregistered_units,
)
from db.terms import OverviewState


@dataclass(frozen=True)
class ListedStation:
    """A station in use; `out_reason` says why it takes no experiments, "" while it does.

    `beneath` is what it does while an alarm stands first, `speed` that of a simulated one's clock.
    """

    id: int
    name: str
    location: str
    unit_id: int
    unit: str
    state: OverviewState
    beneath: OverviewState | None
    simulated: bool
    speed: float
    out_reason: str
    confirmed: BatteryName | None
    capabilities: StationCapabilities
    calibrated_on: date | None


@dataclass(frozen=True)
class ListedUnit(UnitContact):
    """A unit, and how many stations and devices it has; `free` are those that no station has."""

    stations: int
    devices: int
    free: int
    unplugged: int


@dataclass(frozen=True)
class Laboratory:
    """What the page of stations shows; `refused` counts the messages that were refused."""

    at: datetime
    stations: tuple[ListedStation, ...]
    units: tuple[ListedUnit, ...]
    master: MasterNode | None
    refused: int
    stalled: tuple[StalledRun, ...]
    repairs: tuple[EndedRepair, ...]
    unregistered: tuple[UnregisteredUnitNow, ...]


def laboratory(database: Database) -> Laboratory:
    """Return the stations in use and the units, each by name."""
    with database.read() as session:
        now = database_now(session)
        devices = session.execute(_devices()).all()
        stations = _stations(session, devices, now)
        return Laboratory(
            at=now,
            stations=stations,
            units=_units(session, devices, stations, now),
            master=leader(session, now),
            refused=refused_count(session),
            stalled=stalled_runs(session),
            repairs=ended_repairs(session, now),
            unregistered=unregistered_units(session, now),
        )


def _devices() -> Select[*tuple[Any, ...]]:
    """Select the devices of all units; one that two stations in use share comes twice."""
    station = and_(CyclerStation.id == UsedDevice.station_id, CyclerStation.deprecated.is_(False))
    return (
        select(
            DetectedDevice.id,
            DetectedDevice.unit_id,
            DetectedDevice.connection,
            CompatibleDevice,
            DeviceAbilities.abilities,
            CyclerStation.id.label("station_id"),
        )
        .join(CompatibleDevice, CompatibleDevice.id == DetectedDevice.compatible_device_id)
        .outerjoin(DeviceAbilities, DeviceAbilities.device_id == DetectedDevice.id)
        .outerjoin(UsedDevice, UsedDevice.device_id == DetectedDevice.id)
        .outerjoin(CyclerStation, station)
    )


def _stations(session: Session, devices: Iterable[Any], now: datetime) -> tuple[ListedStation, ...]:
    rows = session.execute(_station_rows()).all()
    waiting = waiting_experiments(session, [row[0].id for row in rows])
    still_open = StationAlarm.acknowledged_at.is_(None)
    codes = session.execute(select(StationAlarm.station_id, StationAlarm.code).where(still_open))
    alarms = grouped((station_id, code) for station_id, code in codes)
    owned = grouped((one.station_id, one) for one in devices)
    return tuple(
        _listed(row, waiting.get(row[0].id, ()), alarms[row[0].id], owned[row[0].id], now)
        for row in rows
    )


def _station_rows() -> Select[*tuple[Any, ...]]:
    held = exists().where(Plan.station_id == CyclerStation.id, is_held())
    return (
        select(
            CyclerStation,
            ComputationalUnit,
            Unit,
            StationLive,
            StationDetails,
            OutOfService.reason,
            Battery,
            held.label("held"),
        )
        .join(ComputationalUnit, ComputationalUnit.id == CyclerStation.unit_id)
        .outerjoin(Unit, Unit.unit_id == CyclerStation.unit_id)
        .outerjoin(StationLive, StationLive.station_id == CyclerStation.id)
        .outerjoin(StationDetails, StationDetails.station_id == CyclerStation.id)
        .outerjoin(OutOfService, OutOfService.station_id == CyclerStation.id)
        .outerjoin(ConfirmedBattery, ConfirmedBattery.station_id == CyclerStation.id)
        .outerjoin(Battery, Battery.id == ConfirmedBattery.battery_id)
        .where(IN_USE)
        .order_by(CyclerStation.name, CyclerStation.id)
    )


def _listed(
    row: Row[*tuple[Any, ...]],
    waiting: Waiting,
    alarm_codes: Sequence[str],
    devices: Iterable[Any],
    now: datetime,
) -> ListedStation:
    station, fixed, unit, live, measured, out_reason, confirmed, held = row
    state, beneath = with_beneath(
        live.state if live else None,
        None if live else present_status(waiting),
        alarm_codes=alarm_codes,
        lost=lost_since(live, now) is not None,
        waits=held,
        out=out_reason is not None,
    )
    parts = [(one.CompatibleDevice, one.abilities) for one in devices]
    simulated = unit is not None and unit.simulated
    return facts(
        ListedStation,
        station,
        unit=unit_name(fixed, unit),
        state=state,
        beneath=beneath,
        simulated=simulated,
        speed=unit.speed if simulated else 1.0,
        out_reason=out_reason or "",
        confirmed=battery_name(confirmed) if confirmed else None,
        capabilities=capabilities_of(station.name, parts, measured, is_ours=unit is not None),
        calibrated_on=measured.calibrated_on if measured else None,
    )


def _units(
    session: Session,
    devices: Iterable[Any],
    stations: Iterable[ListedStation],
    now: datetime,
) -> tuple[ListedUnit, ...]:
    of_unit: dict[int, dict[int, Any]] = defaultdict(dict)
    for one in devices:
        if one.station_id is not None or one.id not in of_unit[one.unit_id]:
            of_unit[one.unit_id][one.id] = one
    owners = [one.unit_id for one in stations]
    units = []
    for fixed, unit, clock_offset_s in unit_rows(session, ComputationalUnit.id != VIRTUAL_UNIT):
        own = of_unit[fixed.id].values()
        units.append(
            ListedUnit(
                **contact_of(fixed, unit, clock_offset_s, now),
                stations=owners.count(fixed.id),
                devices=len(own),
                free=sum(one.station_id is None for one in own),
                unplugged=sum(one.connection is not Connection.CONNECTED for one in own),
            )
        )
    return tuple(sorted(units, key=lambda one: (one.name.casefold(), one.id)))
