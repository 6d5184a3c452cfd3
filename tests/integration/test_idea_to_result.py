"""From a text to a finished experiment: real broker, master node and virtual cycler as processes.

The measured course is held against the expected one.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from cycling.terms import ExperimentState, Technology
from db import series
from db.commands.audit import By
from db.commands.queue import confirm_battery
from db.commands.stations.setup import add_station
from db.engine import Database, connect
from db.models import (
    AvailableMeasure,
    DetectedDevice,
    GenericMeasure,
    InstructionDetail,
    StationLive,
    Unit,
)
from db.models.station_rows import NewStation
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import list_experiments
from db.queries.stations.queue import find_plan
from db.terms import PlanState
from pages.add_experiment.form_data import FormData, Pair
from pages.add_experiment.form_state import form_state
from pages.add_experiment.queueing import problems_of, queue
from pages.experiment.graph.expected_curve import expected_line
from tests.conftest import require
from tests.machine import MOSQUITTO
from tests.servers import Mosquitto, start
from tests.unit.db.lab import add_cell, read_series, time_range_of

BEM = Path(sys.executable).with_name("bem")
UNIT = "virtual-1"
BY = partial(By, "oscar", "10.0.0.7")
SPEED = 1000
TEXT = """\
# two cycles of a cell, then half full
RECORD 30s
WAIT, 10min
REPEAT 2 CYCLES
  CC, 1C, VOLTAGE, 4.1
  CV, 4.1, CURRENT, C/10, TIME, 2h
  CC, -1C, VOLTAGE, 2.9
  WAIT, 10min
END
CC, 0.5C, CAPACITY, 40%, VOLTAGE, 4.1
"""


def now() -> datetime:
    return datetime.now(UTC)


def wait_for(holds: Callable[[], object], seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    require(MOSQUITTO)
    server = Mosquitto(tmp_path / "mosquitto", ("master-node", UNIT))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def running(database_url: str, broker: Mosquitto, tmp_path: Path) -> Iterator[Database]:
    """A database with a master node and a virtual unit of one station on it."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(name: str, user: str, *arguments: str) -> None:
        environment = {
            **os.environ,
            "BEM_DATABASE_URL": database_url,
            "BEM_DATA_DIR": str(tmp_path / name),
            "BEM_MQTT_URL": broker.url(user),
        }
        processes.append(start([BEM, name, *arguments], tmp_path / f"{name}.log", env=environment))

    run("master-node", "master-node")
    run("virtual-cycler", UNIT, "--stations", "1", "--speed", str(SPEED), "--hardware-id", UNIT)
    database = connect(database_url)
    yield database
    for process in processes:
        process.terminate()
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()
        process.wait()
    database.dispose()


def set_up_station(database: Database) -> int:
    """Set up the station once the unit has introduced itself."""

    def device() -> tuple[int, int, int] | None:
        with database.read() as session:
            return session.execute(
                select(Unit.unit_id, DetectedDevice.id, DetectedDevice.compatible_device_id).join(
                    DetectedDevice, DetectedDevice.unit_id == Unit.unit_id
                )
            ).first()

    wait_for(device)
    unit_id, device_id, kind_id = device()
    with database.read() as session:
        offered = session.scalars(
            select(AvailableMeasure).where(AvailableMeasure.compatible_device_id == kind_id)
        ).all()
    measures = tuple((device_id, one.id, one.name) for one in offered)
    new = NewStation(unit_id, (device_id,), "Station 01", "Lab", measures)
    return add_station(database, new, by=BY(now()))


def mean_difference(database: Database, experiment_id: int) -> float:
    """Mean difference (V) of the expected and the measured voltage, over the measured time."""
    window = time_range_of(database, experiment_id)
    measured = read_series(database, experiment_id, [series.VOLTAGE]).traces["voltage"]
    expected = expected_line(database, experiment_id, window, np.empty((0, 2)), dark=False)
    at = np.linspace(*window, 2000)
    return float(
        np.abs(
            np.interp(at, expected.unix_s, expected.values)
            - np.interp(at, measured.unix_s, measured.values)
        ).mean()
    )


def test_a_text_becomes_an_experiment_that_runs_as_expected(running: Database):
    station = set_up_station(running)
    cell = add_cell(
        running,
        "NMC-001",
        chemistry="NMC",
        technology=Technology.LITHIUM,
        capacity_ah=3.0,
        voltage_min_v=2.5,
        voltage_max_v=4.2,
        temperature_max_degc=60.0,
    )
    typed = FormData(
        token="0123456789abcdef", name="Two cycles", text=TEXT, pairs=(Pair(cell, station),)
    )
    state = form_state(running, typed)
    assert problems_of(state) == {}
    (plan,) = queue(running, state, By("oscar", "10.0.0.7", now()))
    assert plan.state is PlanState.HELD
    again = queue(running, state, By("oscar", "10.0.0.7", now()))
    assert again == (plan,)

    confirm_battery(running, station, cell, by=BY(now()))
    experiment_id = find_plan(running, plan.id).experiment_id
    known = list_experiments(running, Filter(), offset=0, limit=5).rows[0]
    assert (known.id, known.state) == (experiment_id, ExperimentState.QUEUED)

    def status() -> ExperimentState:
        return list_experiments(running, Filter(), offset=0, limit=5).rows[0].state

    wait_for(lambda: status() in (ExperimentState.FINISHED, ExperimentState.ERROR))
    assert status() is ExperimentState.FINISHED

    with running.read() as session:
        lines = session.scalars(
            select(InstructionDetail.line)
            .join(GenericMeasure, GenericMeasure.instruction_id == InstructionDetail.instruction_id)
            .where(GenericMeasure.experiment_id == experiment_id)
            .distinct()
        ).all()
        assert session.get(StationLive, station) is not None
    assert set(lines) == {3, 5, 6, 7, 8, 10}

    difference_v = mean_difference(running, experiment_id)
    assert difference_v < 0.03 * (4.1 - 2.9)
