"""Computational units that speak bem/v1, and the devices that they have found."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.terms import Availability, Connection, DeviceType
from db.models import (
    AvailableMeasure,
    CompatibleDevice,
    ComputationalUnit,
    DetectedDevice,
    DeviceAbilities,
    Unit,
)
from db.models.units import PROTOCOL

MAX_MAC, HASH_LETTERS = 20, 8
SEEN_EVERY = timedelta(seconds=1)


@dataclass(frozen=True)
class ReportedDevice:
    """A device on a link of a unit; its ranges in V and A, channels as (name, unit).

    `abilities` is what it can carry out, as plain values.
    """

    link: str
    name: str
    manufacturer: str
    model: str
    device_type: DeviceType
    serial_number: str
    voltage_v: tuple[float, float]
    current_a: tuple[float, float]
    abilities: dict[str, Any]
    channels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Introduction:
    """What a unit says of itself."""

    hardware_id: str
    host_name: str
    software: str
    simulated: bool
    speed: float
    devices: tuple[ReportedDevice, ...]


def register(session: Session, unit: Introduction, now: datetime) -> int:
    """Store what a unit says of itself and return its CUID; doing it again changes nothing."""
    row = session.scalars(select(Unit).where(Unit.hardware_id == unit.hardware_id)).first()
    if row is None:
        row = Unit(
            unit_id=_fixed_row(session, unit, now), hardware_id=unit.hardware_id, seen_at=now
        )
        session.add(row)
    row.software, row.simulated, row.speed = unit.software, unit.simulated, unit.speed
    row.online, row.seen_at = True, now
    fixed = session.get_one(ComputationalUnit, row.unit_id)
    fixed.available, fixed.last_connection = Availability.ON, now
    session.flush()
    store_devices(session, row.unit_id, unit.devices)
    return row.unit_id


def store_devices(session: Session, unit_id: int, devices: Iterable[ReportedDevice]) -> None:
    """Store what a unit has found; devices that it does not name are disconnected."""
    by_key = {(_store_kind(session, one), one.link): one for one in devices}
    serial_numbers = {key: one.serial_number for key, one in by_key.items()}
    rows = store_detected(session, unit_id, serial_numbers)
    for key, device in by_key.items():
        _offer_channels(session, key[0], device)
        channels = [{"name": name, "unit": unit} for name, unit in device.channels]
        abilities = {**device.abilities, "channels": channels}
        session.merge(DeviceAbilities(device_id=rows[key].id, abilities=abilities))
    session.flush()


def store_detected(
    session: Session, unit_id: int, serial_numbers: Mapping[tuple[int, str], str]
) -> dict[tuple[int, str], DetectedDevice]:
    """Store devices by kind and link, those of the unit that are not named as disconnected."""
    stored = session.scalars(select(DetectedDevice).where(DetectedDevice.unit_id == unit_id))
    rows = {(row.compatible_device_id, row.link_name): row for row in stored}
    for row in rows.values():
        row.connection = Connection.DISCONNECTED
    for key, serial_number in serial_numbers.items():
        row = rows.get(key) or DetectedDevice(
            unit_id=unit_id, compatible_device_id=key[0], link_name=key[1]
        )
        row.serial_number, row.connection = serial_number, Connection.CONNECTED
        session.add(row)
        rows[key] = row
    session.flush()
    return rows


def registered_units(session: Session, hardware_ids: Iterable[str]) -> dict[str, Unit]:
    """Return the units of those hardware ids that have introduced themselves."""
    rows = session.scalars(select(Unit).where(Unit.hardware_id.in_(set(hardware_ids))))
    return {unit.hardware_id: unit for unit in rows}


def set_online(session: Session, unit: Unit, online: bool, now: datetime) -> None:
    """Note that a unit is connected to the broker, or not any more."""
    if unit.online is online:
        return
    unit.online = online
    fixed = session.get_one(ComputationalUnit, unit.unit_id)
    fixed.available = Availability.ON if online else Availability.OFF
    if online:
        fixed.last_connection = now


def note_contact(
    session: Session, unit: Unit, now: datetime, clock_offset_s: float | None = None
) -> None:
    """Note that a unit has said something: it lives; with a heartbeat, how far its clock is ahead.

    Once a second is enough, unless its clock has moved.
    """
    set_online(session, unit, True, now)
    if clock_offset_s is not None or now - unit.seen_at >= SEEN_EVERY:
        unit.seen_at = max(now, unit.seen_at)
    if clock_offset_s is not None:
        unit.clock_offset_s = clock_offset_s


def _fixed_row(session: Session, unit: Introduction, now: datetime) -> int:
    """Return a row in the fixed table, where the hardware id stands as MAC, cut to 20 letters."""
    mac = unit.hardware_id[:MAX_MAC]
    if _is_taken(session, mac, unit.host_name):
        digest = hashlib.sha256(unit.hardware_id.encode()).hexdigest()[:HASH_LETTERS]
        mac = f"{mac[: MAX_MAC - HASH_LETTERS - 1]}-{digest}"
    row = ComputationalUnit(
        mac=mac,
        host_name=unit.host_name,
        ip="",
        port=0,
        user=PROTOCOL,
        last_connection=now,
        available=Availability.ON,
    )
    session.add(row)
    session.flush()
    return row.id


def _is_taken(session: Session, mac: str, host_name: str) -> bool:
    same = select(ComputationalUnit.id).where(
        ComputationalUnit.mac == mac,
        ComputationalUnit.host_name == host_name,
        ComputationalUnit.ip == "",
        ComputationalUnit.port == 0,
    )
    return session.scalar(same) is not None


def _store_kind(session: Session, device: ReportedDevice) -> int:
    row = session.scalars(
        select(CompatibleDevice).where(
            CompatibleDevice.name == device.name,
            CompatibleDevice.manufacturer == device.manufacturer,
            CompatibleDevice.model == device.model,
            CompatibleDevice.device_type == device.device_type,
        )
    ).first()
    if row is None:
        row = CompatibleDevice(
            name=device.name,
            manufacturer=device.manufacturer,
            model=device.model,
            device_type=device.device_type,
            min_software_version=0,
            voltage_min_mv=_milli(device.voltage_v[0]),
            voltage_max_mv=_milli(device.voltage_v[1]),
            current_min_ma=_milli(device.current_a[0]),
            current_max_ma=_milli(device.current_a[1]),
        )
        session.add(row)
        session.flush()
    return row.id


def _offer_channels(session: Session, kind_id: int, device: ReportedDevice) -> None:
    names = set(
        session.scalars(
            select(AvailableMeasure.name).where(AvailableMeasure.compatible_device_id == kind_id)
        )
    )
    for name in dict.fromkeys(name for name, _ in device.channels):
        if name not in names:
            session.add(AvailableMeasure(compatible_device_id=kind_id, name=name))


def _milli(value: float) -> int:
    limit = 2**31 - 1
    return max(-limit, min(limit, round(value * 1000)))
