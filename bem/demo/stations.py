"""The demo's running stations: set up once on the virtual unit, given batteries and queues.

Every step looks first whether it is done: a demo that was stopped half-way goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import select

from bem.demo.experiments import DemoExperiment, demo_experiments
from bem.demo.sample_data import ensure_battery
from cycling.battery.description import NewBattery
from cycling.profile import OWN_PROTOCOL
from cycling.samples.batteries import ELECTROLYTE_AH, new_model, station_batteries
from cycling.terms import Connection, ExperimentStatus
from db.commands.audit import By
from db.commands.profiles import compile_version, save_profile
from db.commands.queue import NewPlan, add_plan, confirm_battery
from db.commands.stations.setup import add_station
from db.engine import Database
from db.models import (
    AvailableMeasure,
    ConfirmedBattery,
    CyclerStation,
    DetectedDevice,
    Experiment,
    Plan,
    Unit,
)
from db.models.station_rows import NewStation
from db.models.stations import VIRTUAL_STATION

STATIONS = ("Station 01", "Station 02", "Station 03", "Station 04", "Station 05")
CONFIRMED = {  # the last one is for the user to confirm
    "Station 01": "NMC-021",
    "Station 02": "LA-005",
    "Station 03": "STK-C4",
    "Station 04": "LFP-012",
}
LOCATION = "Simulated"
CHANNELS = {"temp_cell": "Cell T1", "temp_amb": "Ambient"}
BY = partial(By, "demo", "demo")


@dataclass(frozen=True)
class _Device:
    """A device of the unit, and its channels as (id, the driver's name)."""

    id: int
    measures: tuple[tuple[int, str], ...]


def set_up_stations(database: Database, hardware_id: str, *, clock: Callable[[], datetime]) -> bool:
    """Add stations, batteries, profiles and queues; False while the unit is not there yet."""
    found = _unit(database, hardware_id)
    if found is None:
        return False
    unit_id, devices = found
    station_ids = {
        name: _station(database, unit_id, device, name, clock())
        for name, device in zip(STATIONS, devices, strict=False)
    }
    batteries = {battery.name: battery for battery in station_batteries()}
    battery_ids = {
        name: ensure_battery(database, battery, clock()) for name, battery in batteries.items()
    }
    for one in demo_experiments():
        station_id = station_ids[one.station]
        if station_id is not None and not _is_planned(database, one):
            place = (station_id, battery_ids[one.battery])
            if CONFIRMED.get(one.station) == one.battery:
                _confirm(database, *place, clock())
            _queue(database, one, *place, batteries[one.battery], clock())
    return True


def has_interrupted(database: Database) -> bool:
    """Whether an experiment of a station has begun and not ended: the unit was off since."""
    under_way = Experiment.status.in_([ExperimentStatus.RUNNING, ExperimentStatus.PAUSED])
    with database.read() as session:
        begun = session.scalars(
            select(Experiment.begun_at).where(under_way, Experiment.station_id != VIRTUAL_STATION)
        )
        return any(one is not None for one in begun)


def _unit(database: Database, hardware_id: str) -> tuple[int, list[_Device]] | None:
    """Return the unit with its devices, once it has registered enough of them."""
    with database.read() as session:
        unit_id = session.scalar(select(Unit.unit_id).where(Unit.hardware_id == hardware_id))
        devices = session.scalars(
            select(DetectedDevice)
            .where(
                DetectedDevice.unit_id == unit_id,
                DetectedDevice.connection == Connection.CONNECTED,
            )
            .order_by(DetectedDevice.link_name)
        ).all()
        if unit_id is None or len(devices) < len(STATIONS):
            return None
        offered = session.execute(
            select(
                AvailableMeasure.compatible_device_id, AvailableMeasure.id, AvailableMeasure.name
            ).order_by(AvailableMeasure.id)
        ).all()
    return unit_id, [
        _Device(
            device.id,
            tuple(
                (id_, name) for kind, id_, name in offered if kind == device.compatible_device_id
            ),
        )
        for device in devices
    ]


def _station(
    database: Database, unit_id: int, device: _Device, name: str, now: datetime
) -> int | None:
    """Return a station, made if there never was one; None for one that somebody has retired."""
    with database.read() as session:
        known = session.execute(
            select(CyclerStation.id, CyclerStation.deprecated)
            .where(CyclerStation.name == name)
            .order_by(CyclerStation.deprecated, CyclerStation.id.desc())
        ).first()
    if known is not None:
        return None if known.deprecated else known.id
    measures = tuple(
        (device.id, id_, CHANNELS[driver]) for id_, driver in device.measures if driver in CHANNELS
    )
    new = NewStation(unit_id, (device.id,), name, LOCATION, measures)
    return add_station(database, new, by=BY(now))


def _is_planned(database: Database, one: DemoExperiment) -> bool:
    """Whether it was queued, whatever has become of it and its battery since."""
    with database.read() as session:
        return session.scalar(select(Plan.id).where(Plan.token == one.token)) is not None


def _confirm(database: Database, station_id: int, battery_id: int, now: datetime) -> None:
    """Confirm the first battery; later ones are the user's."""
    with database.read() as session:
        known = session.get(ConfirmedBattery, station_id)
    if known is None:
        confirm_battery(database, station_id, battery_id, by=BY(now))


def _profile(database: Database, one: DemoExperiment, battery: NewBattery, now: datetime) -> int:
    """Return an experiment's profile, from the library, for its battery."""
    saved = save_profile(
        database, name=one.profile, description=one.description, text=one.text, by=BY(now)
    )
    return compile_version(
        database,
        saved.version_id,
        capacity_ah=battery.capacity_ah or ELECTROLYTE_AH,
        capabilities=OWN_PROTOCOL,
        model=new_model(battery),
        by=BY(now),
    )


def _queue(
    database: Database,
    one: DemoExperiment,
    station_id: int,
    battery_id: int,
    battery: NewBattery,
    now: datetime,
) -> None:
    profile_id = _profile(database, one, battery, now)
    new = NewPlan(one.token, one.name, one.description, station_id, battery_id, profile_id)
    add_plan(database, new, by=BY(now))
