"""A laboratory for the fault tests: database, broker, master nodes as processes, scripted units."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from cycling.terms import ExperimentStatus, LimitType, Mode
from db.commands.audit import By
from db.commands.queue import NewPlan, add_plan, confirm_battery
from db.commands.stations.setup import add_station
from db.commands.units import registration
from db.engine import Database, connect
from db.models import (
    AvailableMeasure,
    DetectedDevice,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    Instruction,
    Profile,
    Run,
    StationLive,
)
from db.models.station_rows import NewStation
from master_node.registration import introduction
from tests.faults.unit import ScriptedUnit, extended, voltage_v
from tests.servers import Mosquitto, start
from tests.unit.db.lab import add_cell

BEM = Path(sys.executable).with_name("bem")
BY = partial(By, "oscar", "10.0.0.7")


def now() -> datetime:
    return datetime.now(UTC)


def wait_for(holds: Callable[[], object], seconds: float = 240.0, what: str = "") -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited too long {what}"
        time.sleep(0.05)  # many of the questions are of the database


class Lab:
    """Everything that a fault test starts; `close` ends it."""

    def __init__(self, url: str, broker: Mosquitto, folder: Path) -> None:
        self.url, self.broker, self.folder = url, broker, folder
        self.database: Database = connect(url)
        self.masters: list[subprocess.Popen[bytes]] = []
        self.units: list[ScriptedUnit] = []
        self.stations: dict[str, list[int]] = {}
        self.profile_id = self._profile()

    def unit(self, hardware_id: str, stations: int = 1, *, url: str = "", **options):
        """Make a unit that is known already, with stations that record its four channels."""
        unit = ScriptedUnit(url or self.broker.url(hardware_id), hardware_id, **options)
        self.units.append(unit)
        with self.database.write() as session:
            unit_id = registration.register(session, introduction(unit.hello()), now())
        self.stations[hardware_id] = [
            self._station(unit_id, f"{hardware_id} {n}", n, unit) for n in range(stations)
        ]
        return unit

    def queue(self, station_id: int, name: str = "Cycle") -> int:
        """Queue an experiment on a station whose battery is confirmed; return its ExpID."""
        battery_id = self._battery(station_id)
        plan = add_plan(
            self.database,
            NewPlan(
                token=f"{name}-{station_id}-{time.monotonic_ns()}",
                name=name,
                description="",
                station_id=station_id,
                battery_id=battery_id,
                profile_id=self.profile_id,
            ),
            by=BY(now()),
        )
        return plan.experiment_id

    def start_master(self, broker_url: str | None = None, **environ: str):
        """Start `bem master-node` as a process of its own."""
        environment = {
            **os.environ,
            "BEM_DATABASE_URL": self.url,
            "BEM_DATA_DIR": str(self.folder),
            "BEM_MQTT_URL": broker_url or self.broker.url("master-node"),
            **environ,
        }
        log = self.folder / f"master-{len(self.masters)}.log"
        self.masters.append(start([BEM, "master-node"], log, env=environment))
        return self.masters[-1]

    def log_of(self, number: int = 0) -> str:
        return (self.folder / f"master-{number}.log").read_text()

    def status(self, experiment_id: int) -> ExperimentStatus | None:
        with self.database.read() as session:
            return session.scalar(select(Experiment.status).where(Experiment.id == experiment_id))

    def live(self, station_id: int) -> StationLive | None:
        with self.database.read() as session:
            return session.get(StationLive, station_id)

    def run(self, experiment_id: int) -> Run | None:
        with self.database.read() as session:
            return session.get(Run, experiment_id)

    def stored(self, experiment_id: int) -> int:
        counted = select(func.count()).where(GenericMeasure.experiment_id == experiment_id)
        with self.database.read() as session:
            return session.scalar(counted)

    def all_rows(self, model) -> list:
        with self.database.read() as session:
            return list(session.scalars(select(model)))

    def check_exact(self, experiment_id: int, samples: int, channels: int = 4) -> None:
        """Every sample once, in both tables, with the values that were sent."""
        generic = select(GenericMeasure.id, GenericMeasure.voltage_mv).where(
            GenericMeasure.experiment_id == experiment_id
        )
        further = (
            select(
                ExtendedMeasure.used_measure_id, ExtendedMeasure.measure_id, ExtendedMeasure.value
            )
            .where(ExtendedMeasure.experiment_id == experiment_id)
            .order_by(ExtendedMeasure.used_measure_id, ExtendedMeasure.measure_id)
        )
        with self.database.read() as session:
            rows = session.execute(generic.order_by(GenericMeasure.id)).all()
            extended_rows = session.execute(further).all()
        assert [row[0] for row in rows] == list(range(samples))
        expected = [voltage_v(n) * 1000 for n in range(samples)]
        np.testing.assert_allclose([row[1] for row in rows], expected)
        ids = sorted({row[0] for row in extended_rows})
        assert len(ids) == channels
        assert [tuple(row) for row in extended_rows] == [
            (id_, n, extended(n, id_)) for id_ in ids for n in range(samples)
        ]

    def note(self, record_property: Callable[[str, object], None]) -> None:
        """Count what the units have made and what is stored, for the table of `make faults`."""
        counts = {"sent": 0, "stored": 0, "lost": 0, "doubled": 0}
        for run in (run for unit in self.units for run in unit.runs.values()):
            ids = select(GenericMeasure.id).where(GenericMeasure.experiment_id == run.experiment)
            with self.database.read() as session:
                stored = list(session.scalars(ids))
            counts["sent"] += run.made
            counts["stored"] += len(stored)
            counts["lost"] += len(set(range(run.made)) - set(stored))
            counts["doubled"] += len(stored) - len(set(stored) & set(range(run.made)))
        for name, count in counts.items():
            record_property(name, count)

    def close(self) -> None:
        for unit in self.units:
            unit.stop()
        for master in self.masters:
            master.kill()
            master.wait()
        self.database.dispose()

    def _profile(self) -> int:
        with self.database.write() as session:
            profile = Profile(name="Charge", description="")
            session.add(profile)
            session.flush()
            session.add(
                Instruction(
                    id=1,
                    profile_id=profile.id,
                    mode=Mode.CC,
                    set_point=1000,
                    limit_type=LimitType.VOLTAGE,
                    limit_point=4200,
                )
            )
            return profile.id

    def _station(self, unit_id: int, name: str, number: int, unit: ScriptedUnit) -> int:
        with self.database.read() as session:
            device = session.scalars(
                select(DetectedDevice).where(
                    DetectedDevice.unit_id == unit_id,
                    DetectedDevice.link_name == unit.devices[number].link,
                )
            ).one()
            offered = session.scalars(
                select(AvailableMeasure).where(
                    AvailableMeasure.compatible_device_id == device.compatible_device_id
                )
            ).all()
        new = NewStation(
            unit_id=unit_id,
            device_ids=(device.id,),
            name=name,
            location="Lab",
            measures=tuple((device.id, one.id, one.name) for one in offered),
        )
        station_id = add_station(self.database, new, by=BY(now()))
        battery_id = add_cell(self.database, f"Cell {station_id}")
        confirm_battery(self.database, station_id, battery_id, by=BY(now()))
        return station_id

    def _battery(self, station_id: int) -> int:
        from db.models import ConfirmedBattery

        with self.database.read() as session:
            return session.get_one(ConfirmedBattery, station_id).battery_id
