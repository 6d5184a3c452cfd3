"""Two master nodes, and a leader that was paused: each experiment is carried out once."""

import os
import signal

import pytest

from db.queries.master_node import master_node
from tests.faults.lab import Lab, wait_for


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
    assert master_node(lab.database).standbys == 1
    os.kill(first.pid, signal.SIGSTOP)
    wait_for(lambda: "what=leading" in lab.log_of(1), 20)
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
    assert master_node(lab.database).alive


@pytest.mark.mariadb
def test_a_killed_leader_is_replaced_within_ten_seconds(mariadb_lab: Lab):
    lab = mariadb_lab
    lab.start_master()
    wait_for(lambda: "what=leading" in lab.log_of(0))
    lab.start_master()
    wait_for(lambda: "what=standby" in lab.log_of(1))
    lab.masters[0].kill()
    wait_for(lambda: "what=leading" in lab.log_of(1), 10)
