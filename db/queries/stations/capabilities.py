"""What the stations can carry out: the ranges of their devices, and what their programs take."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select, true

from cycling.battery.description import NewBattery
from cycling.profile import OWN_PROTOCOL, WATTREX, StationCapabilities
from cycling.profile.checks.capabilities import TABLE_LIMITS
from cycling.profile.language.tree import LimitKind
from cycling.terms import DeviceType, Mode, StationCommand
from db.engine import Database
from db.facts import grouped
from db.models import (
    Battery,
    CompatibleDevice,
    CyclerStation,
    DetectedDevice,
    DeviceAbilities,
    StationDetails,
    Unit,
    UsedDevice,
)
from db.models.battery_rows import description_of
from db.queries.stations.overview import IN_USE

# Devices that carry the current; the others only measure, or pump.
POWERED = frozenset(
    (DeviceType.SOURCE, DeviceType.BISOURCE, DeviceType.LOAD, DeviceType.EPC, DeviceType.BK)
)


Device = tuple[CompatibleDevice, Mapping[str, Any] | None]  # what it is, and what it said it can


def station_capabilities(
    database: Database, station_ids: Iterable[int], *, only_in_use: bool = False
) -> dict[int, StationCapabilities]:
    """Return what stations can carry out; a range that nobody has told is unknown (None).

    What somebody has measured at a station goes before what its devices say.
    """
    ids = list(station_ids)
    with database.read() as session:
        stations = session.execute(
            select(CyclerStation.id, CyclerStation.name, Unit.unit_id, StationDetails)
            .outerjoin(Unit, Unit.unit_id == CyclerStation.unit_id)
            .outerjoin(StationDetails, StationDetails.station_id == CyclerStation.id)
            .where(CyclerStation.id.in_(ids), IN_USE if only_in_use else true())
        ).all()
        rows = session.execute(
            select(UsedDevice.station_id, CompatibleDevice, DeviceAbilities.abilities)
            .join(DetectedDevice, DetectedDevice.id == UsedDevice.device_id)
            .join(CompatibleDevice, CompatibleDevice.id == DetectedDevice.compatible_device_id)
            .outerjoin(DeviceAbilities, DeviceAbilities.device_id == UsedDevice.device_id)
            .where(UsedDevice.station_id.in_(ids))
        )
        devices = grouped((station_id, device) for station_id, *device in rows)
    return {
        id_: capabilities_of(name, devices[id_], measured, is_ours=unit_id is not None)
        for id_, name, unit_id, measured in stations
    }


def capabilities_of(
    name: str, devices: Iterable[Device], measured: StationDetails | None, *, is_ours: bool
) -> StationCapabilities:
    """Return what a station of these devices can carry out, with the range measured there."""
    powered = [one for one in devices if one[0].device_type in POWERED]
    basis = WATTREX
    if is_ours:
        # A device of a unit of ours that has not said what it can do is taken at the least.
        basis = _least([_own(abilities or {}) for _, abilities in powered])
    fixed = [one for one, _ in powered]
    as_told = replace(
        basis,
        name=name,
        voltage_min_v=_units(max(_ends(one.voltage_min_mv for one in fixed), default=None)),
        voltage_max_v=_units(min(_ends(one.voltage_max_mv for one in fixed), default=None)),
        current_min_a=_units(min(_ends(one.current_min_ma for one in fixed), default=None)),
        current_max_a=_units(max(_ends(one.current_max_ma for one in fixed), default=None)),
    )
    return _measured(as_told, measured)


def _measured(basis: StationCapabilities, real: StationDetails | None) -> StationCapabilities:
    """Return the same with the range that somebody has measured, where there is one."""
    if real is None:
        return basis
    return replace(
        basis,
        voltage_min_v=_exactly(real.voltage_min_v, basis.voltage_min_v),
        voltage_max_v=_exactly(real.voltage_max_v, basis.voltage_max_v),
        current_min_a=_exactly(real.current_min_a, basis.current_min_a),
        current_max_a=_exactly(real.current_max_a, basis.current_max_a),
    )


def _exactly(measured: float | None, otherwise: Decimal | None) -> Decimal | None:
    return otherwise if measured is None else Decimal(repr(measured))


def _own(abilities: Mapping[str, Any]) -> StationCapabilities:
    more = {
        LimitKind.CAPACITY: abilities.get("capacity_limit"),
        LimitKind.ENERGY: abilities.get("energy_limit"),
        LimitKind.TEMPERATURE: abilities.get("temperature_limit"),
    }
    exact = bool(abilities.get("exact", True))
    return replace(
        OWN_PROTOCOL,
        modes=frozenset(Mode(mode) for mode in abilities.get("modes", Mode)),
        limits=TABLE_LIMITS | {kind for kind, can in more.items() if can},
        several_limits=bool(abilities.get("several_limits")),
        max_current=bool(abilities.get("limits_current")),
        safety=bool(abilities.get("safety")),
        record=bool(abilities.get("record")),
        whole_numbers=not exact,
        refuses_rounding=not exact,
        guards_battery_range=bool(abilities.get("safety")),
        min_step_s=Decimal(str(abilities.get("shortest_step_s", 0))),
    )


def _least(each: list[StationCapabilities]) -> StationCapabilities:
    """Return what all devices of a station can do."""
    if not each:
        return _own({})
    return replace(
        each[0],
        modes=frozenset.intersection(*(one.modes for one in each)),
        limits=frozenset.intersection(*(one.limits for one in each)),
        several_limits=all(one.several_limits for one in each),
        max_current=all(one.max_current for one in each),
        safety=all(one.safety for one in each),
        record=all(one.record for one in each),
        whole_numbers=any(one.whole_numbers for one in each),
        refuses_rounding=any(one.refuses_rounding for one in each),
        guards_battery_range=all(one.guards_battery_range for one in each),
        min_step_s=max(one.min_step_s for one in each),
    )


def _ends(values: Iterable[int | None]) -> list[int]:
    """Return one end of each device; nothing if one does not tell it, because it may be any."""
    ends = list(values)
    return [] if None in ends else [one for one in ends if one is not None]


def _units(milli: int | None) -> Decimal | None:
    return None if milli is None else Decimal(milli) / 1000


def can(database: Database, station_id: int, kind: StationCommand) -> bool:
    """Whether a station's devices can carry out a command; a stop always counts as possible."""
    if kind is StationCommand.STOP:
        return True
    with database.read() as session:
        abilities = session.scalars(_abilities(station_id)).all()
    return any(one.get("pause") for one in abilities)


def guarded_battery(
    database: Database, station_id: int, battery_id: int
) -> tuple[NewBattery, bool]:
    """Return a battery as it was described, and whether the station watches its temperature."""
    with database.read() as session:
        battery = description_of(session, session.get_one(Battery, battery_id))
        abilities = session.scalars(_abilities(station_id)).all()
    return battery, any(one.get("temperature_limit") for one in abilities)


def _abilities(station_id: int) -> Select[dict[str, Any]]:
    return (
        select(DeviceAbilities.abilities)
        .join(UsedDevice, UsedDevice.device_id == DeviceAbilities.device_id)
        .where(UsedDevice.station_id == station_id)
    )
