"""A laboratory with one virtual station: real broker, master node and cycler, as processes."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import select

from db.commands.audit import By
from db.commands.stations.setup import add_station
from db.engine import Database, connect
from db.models import AvailableMeasure, DetectedDevice, Unit
from db.models.station_rows import NewStation
from tests.servers import Mosquitto, start

BEM = Path(sys.executable).with_name("bem")
UNIT = "virtual-1"
BY = partial(By, "oscar", "10.0.0.7")


def now() -> datetime:
    return datetime.now(UTC)


def wait_for(holds: Callable[[], object], seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


class VirtualLab:
    """`run` starts a command of `bem` as a process; `close` ends all of them."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self.database: Database = connect(database_url)
        self._url, self._folder = database_url, folder
        self._broker = Mosquitto(folder / "mosquitto", ("master-node", UNIT))
        self._broker.start()
        self._processes: list[subprocess.Popen[bytes]] = []

    def begin(self, speed: float) -> None:
        """Start a master node and a unit of one station, so many times faster than life."""
        self.run("master-node")
        options = ("--stations", "1", "--speed", str(speed), "--hardware-id", UNIT)
        self.run("virtual-cycler", *options, user=UNIT)

    def run(self, name: str, *arguments: str, user: str = "master-node") -> None:
        environment = {
            **os.environ,
            "BEM_DATABASE_URL": self._url,
            "BEM_DATA_DIR": str(self._folder / name),
            "BEM_MQTT_URL": self._broker.url(user),
        }
        log = self._folder / f"{name}.log"
        self._processes.append(start([BEM, name, *arguments], log, env=environment))

    def set_up_station(self) -> int:
        """Set up the station once the unit has introduced itself."""
        wait_for(self._device)
        unit_id, device_id, kind_id = self._device()
        with self.database.read() as session:
            offered = session.scalars(
                select(AvailableMeasure).where(AvailableMeasure.compatible_device_id == kind_id)
            ).all()
        measures = tuple((device_id, one.id, one.name) for one in offered)
        new = NewStation(unit_id, (device_id,), "Station 01", "Lab", measures)
        return add_station(self.database, new, by=BY(now()))

    def _device(self) -> tuple[int, int, int] | None:
        with self.database.read() as session:
            return session.execute(
                select(Unit.unit_id, DetectedDevice.id, DetectedDevice.compatible_device_id).join(
                    DetectedDevice, DetectedDevice.unit_id == Unit.unit_id
                )
            ).first()

    def close(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            process.kill()
            process.wait()
        self._broker.kill()
        self.database.dispose()
