"""The database, the broker or the master node dies while stations measure: nothing is lost."""

import os
import random
import subprocess
import time

import pytest

from cycling.terms import ExperimentStatus, StationCommand
from db.commands.stations.control import request
from db.models import CyclerStation
from db.queries.master_node import master_node
from db.terms import CommandState
from tests.commands import command_row, let_last
from tests.faults.forms import DOWN_S, KILLS, LONG, RUN, SETTLED_S
from tests.faults.lab import BEM, BY, Lab, now, wait_for
from tests.servers import MariaDb

SAMPLES = RUN["samples"]
QUICK = {**RUN, "duplicates": 0.1}
BROKER_DIES = [
    pytest.param("stop", False, id="stop, master offline"),
    pytest.param("kill", True, id="kill, master online"),
    *([("stop", True), ("kill", False)] if LONG else []),
]


def begin(lab: Lab, units: int = 2) -> list[int]:
    """Let some stations measure; return their experiments once the first samples are stored."""
    lab.start_master()
    experiments = []
    for number in range(units):
        lab.unit(f"unit-{number}", **QUICK)
        experiments.append(lab.queue(lab.stations[f"unit-{number}"][0]))
    for unit in lab.units:
        unit.start()
    wait_for(lambda: all(lab.stored(one) > 100 for one in experiments))
    return experiments


def settle(lab: Lab, experiments: list[int], record_property) -> None:
    """Wait until samples are stored again, which is the recovery, then until all are."""
    began, before = time.monotonic(), sum(map(lab.stored, experiments))
    wait_for(lambda: sum(map(lab.stored, experiments)) > before or all_settled(lab), SETTLED_S)
    record_property("recovery_s", time.monotonic() - began)
    wait_for(lambda: all_settled(lab), SETTLED_S)


def all_settled(lab: Lab) -> bool:
    return all(unit.settled for unit in lab.units)


def check(lab: Lab, experiments: list[int], record_property) -> None:
    settle(lab, experiments, record_property)
    lab.note(record_property)
    for experiment, unit in zip(experiments, lab.units, strict=True):
        lab.check_exact(experiment, SAMPLES)
        assert lab.status(experiment) is ExperimentStatus.FINISHED
        assert unit.begun == {experiment: 1}


@pytest.mark.mariadb
@pytest.mark.fault(2)
def test_the_database_is_killed_while_stations_publish(
    mariadb_lab: Lab, mariadb_server: MariaDb, record_property
):
    """RELIABILITY 2."""
    experiments = begin(mariadb_lab)
    mariadb_server.kill()
    time.sleep(DOWN_S)
    assert mariadb_lab.masters[0].poll() is None
    mariadb_server.start()
    mariadb_lab.database.dispose()
    check(mariadb_lab, experiments, record_property)
    assert mariadb_lab.log_of().count("what=database-trouble") <= 4  # said, not repeated


@pytest.mark.fault(3)
@pytest.mark.parametrize(("way", "master_online"), BROKER_DIES)
def test_the_broker_dies(sqlite_lab: Lab, way: str, master_online: bool, record_property):
    """RELIABILITY 3."""
    lab = sqlite_lab
    experiments = begin(lab)
    if not master_online:
        lab.masters[0].kill()
        lab.masters[0].wait()
    getattr(lab.broker, way)()
    time.sleep(1)
    lab.broker.start()
    if not master_online:
        lab.start_master()
    check(lab, experiments, record_property)


@pytest.mark.fault(4)
def test_the_master_node_is_killed_again_and_again(lab: Lab, record_property):
    """RELIABILITY 4: nothing lost or doubled, no command executed twice."""
    experiments = begin(lab)
    longer = lab.unit("unit-2", samples=10**9, rate=100.0)
    experiments.append(lab.queue(lab.stations["unit-2"][0]))
    longer.start()
    lab.start_master()
    wait_for(lambda: longer.runs and lab.live(lab.stations["unit-2"][0]).experiment_id)
    asked = []
    for number in range(KILLS):
        last = number == KILLS - 1
        asked.append(_ask(lab, StationCommand.STOP if last else StationCommand.DETECT))
        time.sleep(random.uniform(0, 0.5))
        lab.masters[number].kill()
        lab.start_master()
        wait_for(lambda: command_row(lab.database, asked[-1]).state.ended)
    settle(lab, experiments, record_property)
    lab.note(record_property)
    for experiment, unit in zip(experiments, lab.units, strict=True):
        lab.check_exact(experiment, unit.runs[experiment].made)
        assert lab.status(experiment) is ExperimentStatus.FINISHED
        assert unit.begun == {experiment: 1}
    for command_id in asked:
        assert longer.executed[command_id] <= 1
        done = command_row(lab.database, command_id).state is CommandState.DONE
        assert done == (longer.executed[command_id] == 1)
    assert done  # the stop: it never expires
    assert lab.run(experiments[-1]).end_reason == "Stopped by oscar: enough"


def _ask(lab: Lab, kind: StationCommand) -> int:
    station = lab.stations["unit-2"][0]
    with lab.database.read() as session:
        unit_id = session.get_one(CyclerStation, station).unit_id
    asked = request(
        lab.database,
        kind,
        unit_id=unit_id,
        station_id=station,
        experiment_id=None,
        reason="enough",
        by=BY(now()),
    )
    return let_last(lab.database, asked)


def test_it_ends_in_order_within_two_seconds(lab: Lab):
    begin(lab, units=1)
    lab.masters[0].terminate()
    assert lab.masters[0].wait(60) == 0
    assert "what=ended clean=True" in lab.log_of()  # within its 2 seconds
    assert not master_node(lab.database).alive  # the lease was given back
    lab.start_master()
    wait_for(lambda: lab.units[0].settled)


def test_it_refuses_what_it_cannot_work_with(sqlite_lab: Lab, tmp_path):
    refused = _run({"BEM_DATABASE_URL": sqlite_lab.url, "BEM_MQTT_URL": ""})
    assert (refused.returncode, "BEM_MQTT_URL" in refused.stderr) == (2, True)
    refused = _run({"BEM_DATABASE_URL": sqlite_lab.url, "BEM_MQTT_URL": "http://host"})
    assert refused.returncode == 2
    refused = _run(
        {"BEM_DATABASE_URL": f"sqlite:///{tmp_path}/no.sqlite", "BEM_MQTT_URL": "mqtt://127.0.0.1"}
    )
    assert (refused.returncode, "bem db upgrade" in refused.stderr) == (2, True)


def _run(environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        [BEM, "master-node"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_a_missing_broker_is_said_once(sqlite_lab: Lab):
    lab = sqlite_lab
    lab.broker.stop()
    master = lab.start_master()
    wait_for(lambda: "what=no-broker" in lab.log_of())
    time.sleep(3)
    assert lab.log_of().count("broker at") + lab.log_of().count("no-broker") == 1
    wait_for(lambda: master_node(lab.database).detail.get("broker") == "not connected")
    lab.broker.start()
    wait_for(lambda: master_node(lab.database).detail.get("broker") == "connected")
    assert master.poll() is None
