"""Setting up stations from the devices that units have found, with their measured ranges."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.names import check_name
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import (
    AvailableMeasure,
    Channel,
    CompatibleDevice,
    ComputationalUnit,
    CyclerStation,
    DetectedDevice,
    DeviceAbilities,
    StationDetails,
    UsedDevice,
    UsedMeasure,
)
from db.models.station_rows import NO_FIGURES, NewStation, StationFigures, plain_figures
from db.models.stations import VIRTUAL_STATION
from db.models.units import VIRTUAL_UNIT
from db.queries.stations.capabilities import POWERED
from db.repeating import repeated

LONGEST_CHANNEL = 40
LARGEST = 100_000.0  # V or A


@repeated
def add_station(database: Database, new: NewStation, *, by: By) -> int:
    """Set up a station and return its CSID.

    Raises InputError saying what is wrong, ConflictError for a device of another station.
    """
    new = checked(new, latest_day(by.now))
    with database.write() as session:
        take_unit(session, new.unit_id)
        station_id = insert_station(session, new, parent_id=None, now=by.now)
        audit.record(session, by, "add station", f"station {station_id}", plain(new))
        return station_id


def insert_station(
    session: Session, new: NewStation, *, parent_id: int | None, now: datetime
) -> int:
    """Add the rows of a station in the caller's transaction, which has taken its unit.

    `parent_id` is the station that it replaces: its devices and its name are free.
    """
    devices = _devices(session, new)
    _check_carries_current(session, devices.values())
    _check_free(session, new, devices, parent_id)
    check_within_devices(session, new.figures, devices)
    station = CyclerStation(
        unit_id=new.unit_id,
        name=new.name.strip(),
        location=new.location.strip(),
        register_date=now,
        parent_id=parent_id,
    )
    session.add(station)
    session.flush()
    session.add_all(UsedDevice(station_id=station.id, device_id=one) for one in devices)
    session.flush()
    _add_measures(session, station.id, new, devices)
    if new.figures != NO_FIGURES:
        store_figures(session, station.id, new.figures)
    return station.id


def plain(new: NewStation) -> dict[str, Any]:
    """Return a station as the audit trail keeps it."""
    return {
        "name": new.name.strip(),
        "location": new.location.strip(),
        "unit": new.unit_id,
        "devices": list(new.device_ids),
        "channels": [name.strip() for *_, name in new.measures],
        **{name: value for name, value in plain_figures(new.figures).items() if value is not None},
    }


def checked(new: NewStation, today: date) -> NewStation:
    """Return a station as it is kept. Raises InputError for one that cannot be."""
    for label, text in (("name", new.name), ("location", new.location)):
        if not text.strip():
            raise InputError(f"The {label} of the station is missing.")
    if not new.device_ids:
        raise InputError("Choose at least one device for the station.")
    names = [name.strip() for *_, name in new.measures]
    for name in names:
        if not name or len(name) > LONGEST_CHANNEL:
            raise InputError(f"The name of a channel must have 1 to {LONGEST_CHANNEL} characters.")
        if names.count(name) > 1:
            raise InputError(f"Two channels are named {name}. Give each a name of its own.")
    check_figures(new.figures, today)
    return replace(new, name=check_name(new.name), location=check_name(new.location, "location"))


def take_unit(session: Session, unit_id: int) -> None:
    """Keep others from giving away the unit's devices before we commit."""
    if unit_id == VIRTUAL_UNIT:
        raise InputError("This unit holds imported measures and has no devices. Choose another.")
    if session.get(ComputationalUnit, unit_id, with_for_update=True) is None:
        raise NotFoundError("The computational unit does not exist any more. Choose another one.")


def _devices(session: Session, new: NewStation) -> dict[int, DetectedDevice]:
    rows = session.scalars(
        select(DetectedDevice).where(
            DetectedDevice.id.in_(new.device_ids), DetectedDevice.unit_id == new.unit_id
        )
    )
    by_id = {device.id: device for device in rows}
    if missing := set(new.device_ids) - by_id.keys():
        raise NotFoundError(
            f"The unit has no device {min(missing)}. Detect its devices again, then choose."
        )
    return {one: by_id[one] for one in new.device_ids}


def _check_carries_current(session: Session, devices: Iterable[DetectedDevice]) -> None:
    ids = [device.compatible_device_id for device in devices]
    kinds = session.scalars(
        select(CompatibleDevice.device_type).where(CompatibleDevice.id.in_(ids))
    )
    if not any(kind in POWERED for kind in kinds):
        raise InputError(
            "The chosen devices only measure. Choose one that carries the current, too: a source, "
            "a load or an EPC."
        )


def _check_free(
    session: Session, new: NewStation, devices: Iterable[int], parent_id: int | None
) -> None:
    present = select(CyclerStation.name).where(
        CyclerStation.deprecated.is_(False),
        CyclerStation.id.not_in([VIRTUAL_STATION, parent_id or VIRTUAL_STATION]),
    )
    taken = session.scalars(
        present.join(UsedDevice, UsedDevice.station_id == CyclerStation.id).where(
            UsedDevice.device_id.in_(list(devices))
        )
    ).first()
    if taken is not None:
        raise ConflictError(f"A chosen device belongs to {taken}. Choose another device.")
    if session.scalars(present.where(CyclerStation.name == new.name.strip())).first() is not None:
        raise ConflictError(f"There is a station {new.name.strip()} already. Choose another name.")


def _add_measures(
    session: Session, station_id: int, new: NewStation, devices: dict[int, DetectedDevice]
) -> None:
    """Let the station record channels, under the names and units that are shown."""
    for device_id, available_id, name in new.measures:
        device = devices.get(device_id)
        available = session.get(AvailableMeasure, available_id)
        if (
            device is None
            or available is None
            or available.compatible_device_id != device.compatible_device_id
        ):
            raise InputError(f"None of the chosen devices has the channel of {name.strip()}.")
        used = UsedMeasure(
            station_id=station_id,
            device_id=device_id,
            available_measure_id=available_id,
            custom_name=name.strip(),
        )
        session.add(used)
        session.flush()
        unit = _unit(session, device_id, available.name)
        session.add(
            Channel(used_measure_id=used.id, station_id=station_id, name=name.strip(), unit=unit)
        )
    session.flush()


def _unit(session: Session, device_id: int, channel: str) -> str:
    """Return the unit of a device's channel as its computational unit has told it, "" if not."""
    abilities = session.get(DeviceAbilities, device_id)
    for offered in abilities.abilities.get("channels", []) if abilities else []:
        if offered.get("name") == channel:
            return str(offered.get("unit", ""))[:30]
    return ""


def latest_day(now: datetime) -> date:
    """Return the day that it is where the day begins first."""
    return (now + timedelta(hours=14)).date()


def check_figures(figures: StationFigures, today: date) -> None:
    """Raise InputError for a range that is none, or a calibration that is still to come."""
    for low, high, what, unit in (
        (figures.voltage_min_v, figures.voltage_max_v, "voltage", "V"),
        (figures.current_min_a, figures.current_max_a, "current", "A"),
    ):
        for value in (low, high):
            if value is not None and not (isfinite(value) and abs(value) <= LARGEST):
                raise InputError(f"The {what} of the real range is no number of {unit}.")
        if low is not None and high is not None and low >= high:
            raise InputError(
                f"The lowest {what} of the real range ({low:g} {unit}) must be below the highest "
                f"({high:g} {unit})."
            )
    if figures.calibrated_on is not None and figures.calibrated_on > today:
        raise InputError("The day of the calibration is still to come. Give the day it was done.")


def check_within_devices(
    session: Session, figures: StationFigures, device_ids: Iterable[int]
) -> None:
    """Raise InputError where the real range is wider than what the devices say they can do."""
    kinds = session.scalars(
        select(CompatibleDevice)
        .join(DetectedDevice, DetectedDevice.compatible_device_id == CompatibleDevice.id)
        .where(DetectedDevice.id.in_(list(device_ids)))
    ).all()
    for what, milli, short, unit in (("voltage", "mv", "v", "V"), ("current", "ma", "a", "A")):
        low = _end(kinds, f"{what}_min_{milli}", min)
        high = _end(kinds, f"{what}_max_{milli}", max)
        for value in (getattr(figures, f"{what}_{end}_{short}") for end in ("min", "max")):
            if value is None or (low if low is not None else value) <= value <= (
                high if high is not None else value
            ):
                continue
            reach = " to ".join(f"{end:g}" for end in (low, high) if end is not None)
            raise InputError(
                f"The real range goes to {value:g} {unit}, beyond the {reach} {unit} of the "
                f"devices. Give a {what} within that."
            )


def store_figures(session: Session, station_id: int, figures: StationFigures) -> None:
    """Write what is known of a station, in the caller's transaction."""
    session.merge(StationDetails(station_id=station_id, **asdict(figures)))
    session.flush()


def _end(
    kinds: Iterable[CompatibleDevice], name: str, of: Callable[[list[float]], float]
) -> float | None:
    values = [getattr(one, name) for one in kinds if getattr(one, name) is not None]
    return of(values) / 1000 if values else None
