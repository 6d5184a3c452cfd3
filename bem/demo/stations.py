"""The demo's running stations: set up once on the virtual unit, given batteries and queues.

Every step looks first whether it is done: a demo that was stopped half-way goes on.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select

from bem.demo.sample_data import ensure_battery
from cycling.battery.description import NewBattery
from cycling.profile import OWN_PROTOCOL
from cycling.samples.batteries import ELECTROLYTE_AH, new_model, station_batteries
from cycling.samples.experiments import sides_of
from cycling.terms import ExperimentStatus
from db.commands.audit import By
from db.commands.profiles import compile_version, save_profile
from db.commands.queue import NewPlan, add_plan, confirm_battery
from db.commands.stations.setup import add_station
from db.engine import Database
from db.models import ConfirmedBattery, CyclerStation, Experiment, Plan
from db.models.station_rows import NewStation
from db.models.stations import VIRTUAL_STATION
from db.queries.stations.units import DeviceFacts, lab_units

TABLE = Path(__file__).with_name("experiments.toml")
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
class DemoExperiment:
    """An experiment of the demo: where, on what, and its profile for the library."""

    token: str
    station: str
    battery: str
    name: str
    description: str
    profile: str
    text: str
    electrolyte: dict[str, int] = field(default_factory=dict)


def set_up_stations(database: Database, hardware_id: str, *, clock: Callable[[], datetime]) -> bool:
    """Add stations, batteries, profiles and queues; False while the unit is not there yet."""
    unit = _unit(database, hardware_id)
    if unit is None:
        return False
    unit_id, devices = unit
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


def _unit(database: Database, hardware_id: str) -> tuple[int, list[DeviceFacts]] | None:
    """Return the unit with its devices, once it has registered enough of them."""
    for unit in lab_units(database):
        devices = [device for device in unit.devices if device.connected]
        if unit.name == hardware_id and len(devices) >= len(STATIONS):
            return unit.id, devices
    return None


def _station(
    database: Database, unit_id: int, device: DeviceFacts, name: str, now: datetime
) -> int | None:
    """Return a station, made if there never was one; None for one that somebody has retired."""
    with database.read() as session:
        station = session.execute(
            select(CyclerStation.id, CyclerStation.deprecated)
            .where(CyclerStation.name == name)
            .order_by(CyclerStation.deprecated, CyclerStation.id.desc())
        ).first()
    if station is not None:
        return None if station.deprecated else station.id
    measures = tuple(
        (device.id, one.id, CHANNELS[one.name]) for one in device.channels if one.name in CHANNELS
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
        confirmation = session.get(ConfirmedBattery, station_id)
    if confirmation is None:
        confirm_battery(database, station_id, battery_id, by=BY(now))


def _queue(
    database: Database,
    one: DemoExperiment,
    station_id: int,
    battery_id: int,
    battery: NewBattery,
    now: datetime,
) -> None:
    """Queue an experiment with its profile, from the library, for its battery."""
    saved = save_profile(
        database, name=one.profile, description=one.description, text=one.text, by=BY(now)
    )
    profile_id = compile_version(
        database,
        saved.version_id,
        capacity_ah=battery.capacity_ah or ELECTROLYTE_AH,
        capabilities=OWN_PROTOCOL,
        model=new_model(battery),
        by=BY(now),
    )
    new = NewPlan(
        one.token,
        one.name,
        one.description,
        station_id,
        battery_id,
        profile_id,
        electrolytes=sides_of(one.electrolyte),
    )
    add_plan(database, new, by=BY(now))


def demo_experiments() -> list[DemoExperiment]:
    """Return the experiments in the order in which they are queued."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    experiments = []
    for row in table["experiment"]:
        text = table["texts"][row["text"]].format(**row.pop("values"))
        experiments.append(DemoExperiment(**{**row, "text": text}))
    return experiments
