"""Two master nodes, and a leader that was paused: each experiment is carried out once."""

import os
import signal
import time

import pytest

from bem.process_health import check_master_node
from cycling.errors import BemError
from cycling.terms import StationCommand
from db.commands.stations.control import request
from db.models import Command, CyclerStation, StationAlarm
from db.queries.master_node import master_node
from db.queries.stations.overview import lab_now
from db.terms import CommandState
from tests.faults.lab import BY, Lab, now, wait_for


@pytest.mark.mariadb
@pytest.mark.fault(9)
def test_a_paused_leader_that_wakes_becomes_a_standby(mariadb_lab: Lab):
    """RELIABILITY 9."""
    lab = mariadb_lab
    first = lab.start_master()
    unit = lab.unit("unit-0", samples=10**9, rate=100.0)
    one = lab.queue(lab.stations["unit-0"][0], "One")
    wait_for(lambda: "what=leading" in lab.log_of(0))
    lab.start_master()
    unit.start()
    wait_for(lambda: "what=standby" in lab.log_of(1))
    wait_for(lambda: lab.stored(one) > 0)
    wait_for(lambda: master_node(lab.database).standbys == 1)
    os.kill(first.pid, signal.SIGSTOP)
    wait_for(lambda: "what=leading" in lab.log_of(1))
    stored = lab.stored(one)
    wait_for(lambda: lab.stored(one) > stored)
    os.kill(first.pid, signal.SIGCONT)
    wait_for(lambda: "what=lease-lost" in lab.log_of(0))
    wait_for(lambda: "what=standby" in lab.log_of(0))
    assert "epoch=2" in lab.log_of(1)
    unit.samples = unit.runs[one].made + 50
    two = lab.queue(lab.stations["unit-0"][0], "Two")
    wait_for(lambda: two in unit.runs and unit.settled)
    for experiment in (one, two):
        assert unit.offers[experiment] == unit.begun[experiment] == 1
        lab.check_exact(experiment, unit.runs[experiment].made)
    wait_for(lambda: master_node(lab.database).alive)


@pytest.mark.mariadb
def test_a_killed_leader_is_replaced(mariadb_lab: Lab):
    lab = mariadb_lab
    lab.start_master()
    wait_for(lambda: "what=leading" in lab.log_of(0))
    lab.start_master()
    wait_for(lambda: "what=standby" in lab.log_of(1))
    lab.masters[0].kill()
    wait_for(lambda: "what=leading" in lab.log_of(1))


@pytest.mark.mariadb
@pytest.mark.parametrize("asked", ["before the leader is paused", "after"])
def test_a_stop_under_way_is_carried_out_once_whoever_leads(mariadb_lab: Lab, asked: str):
    """The leader that wakes sends what it had taken no second time, and begins nothing."""
    lab = mariadb_lab
    first = lab.start_master()
    unit = lab.unit("unit-0", samples=10**9, rate=100.0)
    (station,) = lab.stations["unit-0"]
    one, two = lab.queue(station, "One"), lab.queue(station, "Two")
    wait_for(lambda: "what=leading" in lab.log_of(0))
    lab.start_master()
    unit.start()
    wait_for(lambda: "what=standby" in lab.log_of(1))
    wait_for(lambda: lab.stored(one) > 0)
    with lab.database.read() as session:
        unit_id = session.get_one(CyclerStation, station).unit_id
    where = {"unit_id": unit_id, "station_id": station, "experiment_id": one}
    unit.answers_commands = asked == "after"
    if asked != "after":
        command = request(lab.database, StationCommand.STOP, **where, by=BY(now()))
        wait_for(lambda: unit.commands_seen[command] > 0)
    os.kill(first.pid, signal.SIGSTOP)
    unit.answers_commands = True
    if asked == "after":
        command = request(lab.database, StationCommand.STOP, **where, by=BY(now()))
    wait_for(lambda: "what=leading" in lab.log_of(1))
    wait_for(lambda: unit.runs[one].ended)
    os.kill(first.pid, signal.SIGCONT)
    wait_for(lambda: "what=lease-lost" in lab.log_of(0))
    wait_for(lambda: [one.code for one in lab.all_rows(StationAlarm)] == ["stopped"])
    wait_for(lambda: [one.state for one in lab.all_rows(Command)] == [CommandState.DONE])
    wait_for(lambda: unit.runs[one].settled)
    (row,) = lab.all_rows(Command)
    assert (row.id, unit.executed[command]) == (command, 1)
    assert unit.begun[one] == 1
    assert two not in unit.offers  # it is held
    lab.check_exact(one, unit.runs[one].made)


@pytest.mark.fault(16)
def test_a_leader_that_the_broker_refuses_gives_way_to_one_that_it_takes_in(
    sqlite_lab: Lab, record_property
):
    lab = sqlite_lab
    wrong = lab.broker.url("master-node").replace("master-node:", "master-node:wrong")
    refused = lab.start_master(wrong)
    wait_for(lambda: "what=leading" in lab.log_of(0))
    lab.start_master()
    began = time.monotonic()
    wait_for(lambda: "what=leading" in lab.log_of(1))
    record_property("recovery_s", time.monotonic() - began)
    wait_for(lambda: "what=given-up" in lab.log_of(0))

    def node():
        return master_node(lab.database)

    wait_for(lambda: node().detail.get("broker") == "connected" and node().without_broker == 1)
    with pytest.raises(BemError, match=r"waits to take over, but .*\(refused: Not authorized\)"):
        check_master_node(lab.url)
    assert "A master node that waits has no connection" in lab_now(lab.database).trouble
    time.sleep(8)
    assert "epoch=2" in lab.log_of(1)
    assert node().epoch == 2
    lab.masters[1].kill()
    wait_for(lambda: node().epoch == 3)
    wait_for(lambda: node().detail.get("broker", "not connected") != "not connected")
    with pytest.raises(BemError, match=r"leads, but .*\(refused: Not authorized\)"):
        check_master_node(lab.url, lambda number: number == refused.pid)
