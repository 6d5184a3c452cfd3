"""Stations, cells and profiles for the tests of forms and queues, through the real commands."""

from datetime import UTC, datetime
from functools import partial

from sqlalchemy import select

from cycling.terms import DeviceType
from db.commands.audit import By
from db.commands.profiles import save_profile
from db.commands.stations.setup import add_station
from db.commands.units import registration
from db.engine import Database
from db.models import DetectedDevice
from db.models.station_rows import NewStation
from tests.unit.db.lab import add_cell

ABILITIES = {
    "modes": ["WAIT", "CC_MODE", "CV_MODE", "CP_MODE"],
    "several_limits": True,
    "limits_current": True,
    "capacity_limit": True,
    "energy_limit": True,
    "temperature_limit": True,
    "safety": True,
    "pause": True,
    "exact": True,
    "record": True,
}
BY = partial(By, "oscar", "")
CYCLE = """\
REPEAT 10 CYCLES
  CC, 0.5C, VOLTAGE, 4.1
  CV, 4.1, CURRENT, C/20, TIME, 2h
  CC, -0.5C, VOLTAGE, 2.9
END
"""


def device(number: int, volts: float = 5.0, amperes: float = 10.0, **abilities):
    """A bidirectional source that can do everything but what is said otherwise."""
    return registration.ReportedDevice(
        link=f"ch{number}",
        name=f"Source {volts:g} V {amperes:g} A",
        manufacturer="Maker",
        model=f"M{volts:g}",
        device_type=DeviceType.BISOURCE,
        serial_number=f"S{number}",
        voltage_v=(0.0, volts),
        current_a=(-amperes, amperes),
        abilities={**ABILITIES, **abilities},
        channels=(("temp_cell", "degC"),),
    )


class FormLab:
    """Two real stations, one that is simulated, two lithium cells and a library profile."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.a = add_cell(database, "NMC-001", serial_number="SN-A", chemistry="NMC")
        self.b = add_cell(database, "NMC-002", serial_number="SN-B", chemistry="NMC")
        self.s1, self.s2 = self.unit("unit-1", device(1), device(2))
        (self.s3,) = self.unit("unit-2", device(3), simulated=True, speed=25.0, first=3)
        saved = save_profile(
            database, name="Cycle life", description="", text=CYCLE, by=BY(self.now())
        )
        self.version = saved.version_id

    @staticmethod
    def now() -> datetime:
        return datetime.now(UTC)

    def unit(self, name: str, *devices, simulated=False, speed=1.0, first=1) -> list[int]:
        """Register a unit; return the ids of its stations, one for each device."""
        said = registration.Introduction(name, "host", "tests", simulated, speed, devices)
        with self.database.write() as session:
            unit_id = registration.register(session, said, self.now())
        with self.database.read() as session:
            ids = session.scalars(
                select(DetectedDevice.id)
                .where(DetectedDevice.unit_id == unit_id)
                .order_by(DetectedDevice.id)
            ).all()
        return [
            add_station(
                self.database,
                NewStation(unit_id, (id_,), f"Station {number:02}", "Lab"),
                by=BY(self.now()),
            )
            for number, id_ in enumerate(ids, first)
        ]
