"""Computational units with their devices, for the page that sets stations up from them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cycling.errors import NotFoundError
from cycling.terms import Availability, Connection, DeviceType, StationCommand
from db.engine import Database, database_now
from db.facts import facts, grouped
from db.models import (
    AvailableMeasure,
    Command,
    CompatibleDevice,
    ComputationalUnit,
    CyclerStation,
    DetectedDevice,
    DeviceAbilities,
    Unit,
    UsedDevice,
    WattrexUnit,
)
from db.models.units import PROTOCOL, VIRTUAL_UNIT
from db.queries.stations.occupancy import command_now
from db.queries.stations.state import CommandNow
from db.series.rows import AS_STORED, SCALES

MAX_ID = 2**31 - 1
SILENT = timedelta(seconds=30)  # a unit that lives says something every few seconds
OLD_SILENT = timedelta(seconds=15)  # a WattRex unit beats every second


@dataclass(frozen=True)
class OfferedChannel:
    """What a device measures beside voltage and current; `id` is its MeasType."""

    id: int
    name: str
    unit: str


@dataclass(frozen=True)
class DeviceFacts:
    """A device that a unit has found: ranges in V and A, None where it does not tell.

    `abilities` is what it said, None of a device that says nothing. `used_by` is the station that
    has it.
    """

    id: int
    unit_id: int
    link: str
    name: str
    manufacturer: str
    model: str
    device_type: DeviceType
    serial_number: str
    connected: bool
    voltage_v: tuple[float | None, float | None]
    current_a: tuple[float | None, float | None]
    abilities: Mapping[str, Any] | None
    channels: tuple[OfferedChannel, ...]
    used_by: tuple[int, str] | None


@dataclass(frozen=True)
class UnitContact:
    """A computational unit and its last contact; `is_ours`: it speaks bem/v1, else WattRex.

    `at` is the time of the reading by the database's clock, `clock_offset_s` how far the unit's
    clock is ahead, None where nobody knows.
    """

    id: int
    at: datetime
    name: str
    is_ours: bool
    simulated: bool
    speed: float
    online: bool
    seen_at: datetime
    clock_offset_s: float | None


@dataclass(frozen=True)
class UnitFacts(UnitContact):
    """A unit with its devices, the stations made of them, and what was last asked of it."""

    host_name: str
    hardware: str
    address: str
    software: str
    stations: tuple[tuple[int, str], ...]
    devices: tuple[DeviceFacts, ...]
    command: CommandNow | None

    @property
    def free(self) -> tuple[DeviceFacts, ...]:
        """The devices that no station has."""
        return tuple(one for one in self.devices if one.used_by is None)


def lab_units(database: Database) -> tuple[UnitFacts, ...]:
    """Return all units by name; the one of imported measures is none."""
    return _units(database, ComputationalUnit.id != VIRTUAL_UNIT)


def find_unit(database: Database, unit_id: int) -> UnitFacts:
    """Return one unit. Raises NotFoundError."""
    is_id = VIRTUAL_UNIT < unit_id <= MAX_ID
    units = _units(database, ComputationalUnit.id == unit_id) if is_id else ()
    if not units:
        raise NotFoundError(f"There is no computational unit {unit_id}.")
    return units[0]


def devices_of_station(session: Session, station_id: int) -> tuple[DeviceFacts, ...]:
    """Return the devices of a station, also of one that is not in use any more."""
    used = select(UsedDevice.device_id).where(UsedDevice.station_id == station_id)
    devices = _devices(session, DetectedDevice.id.in_(used))
    return tuple(sorted(devices, key=lambda one: one.id))


def unit_name(fixed: ComputationalUnit, unit: Unit | None) -> str:
    """Return what people call a unit: its hardware id, or the name of its computer."""
    return unit.hardware_id if unit else fixed.host_name or fixed.mac


def speaks_ours(fixed: ComputationalUnit, unit: Unit | None) -> bool:
    """Whether a unit speaks bem/v1; every other one is WattRex."""
    return unit is not None or fixed.user == PROTOCOL


def unit_rows(session: Session, which: ColumnElement[bool]) -> Sequence[Any]:
    """Return units: the fixed row, ours or None, and by how many seconds the clock is ahead."""
    return session.execute(
        select(
            ComputationalUnit,
            Unit,
            func.coalesce(Unit.clock_offset_s, WattrexUnit.clock_offset_s),
        )
        .outerjoin(Unit, Unit.unit_id == ComputationalUnit.id)
        .outerjoin(WattrexUnit, WattrexUnit.unit_id == ComputationalUnit.id)
        .where(which)
    ).all()


def contact_of(
    fixed: ComputationalUnit, unit: Unit | None, clock_offset_s: float | None, now: datetime
) -> dict[str, Any]:
    """Return the fields of UnitContact for a row of `unit_rows`."""
    seen_at = unit.seen_at if unit else fixed.last_connection
    is_marked = unit.online if unit else fixed.available is Availability.ON
    return {
        "id": fixed.id,
        "at": now,
        "name": unit_name(fixed, unit),
        "is_ours": speaks_ours(fixed, unit),
        "simulated": bool(unit and unit.simulated),
        "speed": unit.speed if unit and unit.simulated else 1.0,
        "online": is_marked and now - seen_at <= (SILENT if unit else OLD_SILENT),
        "seen_at": seen_at,
        "clock_offset_s": clock_offset_s,
    }


def _units(database: Database, which: ColumnElement[bool]) -> tuple[UnitFacts, ...]:
    with database.read() as session:
        now = database_now(session)
        rows = unit_rows(session, which)
        ids = [fixed.id for fixed, *_ in rows]
        listed = _devices(session, DetectedDevice.unit_id.in_(ids))
        devices = grouped((one.unit_id, one) for one in listed)
        stations = _stations(session, ids)
        commands = _commands(session, ids)
    units = [
        UnitFacts(
            **contact_of(fixed, unit, clock_offset_s, now),
            host_name=fixed.host_name,
            hardware=unit.hardware_id if unit else fixed.mac,
            address=f"{fixed.ip}:{fixed.port}" if fixed.ip else "",
            software=unit.software if unit else "",
            stations=tuple(stations[fixed.id]),
            devices=tuple(devices[fixed.id]),
            command=commands.get(fixed.id),
        )
        for fixed, unit, clock_offset_s in rows
    ]
    return tuple(sorted(units, key=lambda one: (one.name.casefold(), one.id)))


def _devices(session: Session, which: ColumnElement[bool]) -> list[DeviceFacts]:
    rows = session.execute(
        select(DetectedDevice, CompatibleDevice, DeviceAbilities.abilities)
        .join(CompatibleDevice, CompatibleDevice.id == DetectedDevice.compatible_device_id)
        .outerjoin(DeviceAbilities, DeviceAbilities.device_id == DetectedDevice.id)
        .where(which)
        .order_by(DetectedDevice.unit_id, DetectedDevice.link_name, DetectedDevice.id)
    ).all()
    owners = _owners(session, [device.id for device, *_ in rows])
    offered = _offered(session, {kind.id for _, kind, _ in rows})
    return [
        facts(
            DeviceFacts,
            device,
            link=device.link_name,
            name=kind.name,
            manufacturer=kind.manufacturer,
            model=kind.model,
            device_type=kind.device_type,
            connected=device.connection is Connection.CONNECTED,
            voltage_v=(_units_of(kind.voltage_min_mv), _units_of(kind.voltage_max_mv)),
            current_a=(_units_of(kind.current_min_ma), _units_of(kind.current_max_ma)),
            abilities=abilities,
            channels=_channels(offered[kind.id], abilities, kind.device_type),
            used_by=owners.get(device.id),
        )
        for device, kind, abilities in rows
    ]


def _channels(
    offered: Iterable[tuple[int, str]],
    abilities: Mapping[str, Any] | None,
    device_type: DeviceType,
) -> tuple[OfferedChannel, ...]:
    """Return what this device measures; of one that names its channels only those."""
    channels = abilities.get("channels") if abilities else None
    if channels is None:
        scales = SCALES if device_type is DeviceType.EPC else {}  # of a WattRex unit
        return tuple(
            OfferedChannel(id_, name, scales.get(name, AS_STORED).unit) for id_, name in offered
        )
    units = {str(one.get("name")): str(one.get("unit", "")) for one in channels}
    return tuple(OfferedChannel(id_, name, units[name]) for id_, name in offered if name in units)


def _owners(session: Session, device_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    rows = session.execute(
        select(UsedDevice.device_id, CyclerStation.id, CyclerStation.name)
        .join(CyclerStation, CyclerStation.id == UsedDevice.station_id)
        .where(UsedDevice.device_id.in_(device_ids), CyclerStation.deprecated.is_(False))
    )
    return {device_id: (id_, name) for device_id, id_, name in rows}


def _offered(session: Session, kind_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    rows = session.execute(
        select(AvailableMeasure.compatible_device_id, AvailableMeasure.id, AvailableMeasure.name)
        .where(AvailableMeasure.compatible_device_id.in_(kind_ids))
        .order_by(AvailableMeasure.id)
    )
    return grouped((kind_id, (id_, name)) for kind_id, id_, name in rows)


def _stations(session: Session, unit_ids: Collection[int]) -> dict[int, list[tuple[int, str]]]:
    rows = session.execute(
        select(CyclerStation.unit_id, CyclerStation.id, CyclerStation.name)
        .where(CyclerStation.unit_id.in_(unit_ids), CyclerStation.deprecated.is_(False))
        .order_by(CyclerStation.name, CyclerStation.id)
    )
    return grouped((unit_id, (id_, name)) for unit_id, id_, name in rows)


def _commands(session: Session, unit_ids: Collection[int]) -> dict[int, CommandNow]:
    """Return what was last asked of each unit itself."""
    newest = (
        select(func.max(Command.id))
        .where(Command.unit_id.in_(unit_ids), Command.kind == StationCommand.DETECT)
        .group_by(Command.unit_id)
    )
    rows = session.scalars(select(Command).where(Command.id.in_(newest)))
    return {one.unit_id: command_now(one) for one in rows}


def _units_of(milli: int | None) -> float | None:
    return None if milli is None else milli / 1000
