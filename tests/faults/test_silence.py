"""A station that falls silent, a clock that is wrong, a broker that answers nothing."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Thread

import pytest

from cycling.terms import ExperimentStatus, StationState
from db.engine import connect
from db.models import StationAlarm, Unit
from db.queries.master_node import master_node
from master_node.link import broker_of
from master_node.node import Node
from tests.faults.lab import Lab, wait_for
from tests.proxy import Proxy


class Patience:
    """After how many seconds a station is silent: few only while a test wants it to be."""

    seconds = 3600.0

    def total_seconds(self) -> float:
        return self.seconds

    def __rsub__(self, at: datetime) -> datetime:
        return at - timedelta(seconds=self.seconds)


@pytest.fixture
def patience() -> Patience:
    return Patience()


@pytest.fixture
def node(lab: Lab, patience: Patience) -> Iterator[Node]:
    """A master node in this process."""
    yield from _node(lab, lab.broker.url("master-node"), patience)


def _node(lab: Lab, url: str, patience: Patience) -> Iterator[Node]:
    database = connect(lab.url)
    node = Node(database, broker_of(url), silent_after=patience)
    thread = Thread(target=node.run, daemon=True)
    thread.start()
    yield node
    node.stop()
    thread.join(120)
    database.dispose()


@pytest.mark.usefixtures("node")
@pytest.mark.fault(14)
def test_a_station_that_is_silent_has_lost_contact_and_is_alarmed_once(
    lab: Lab, patience: Patience
):
    """RELIABILITY 14."""
    unit = lab.unit("unit-0", stations=2, samples=10**9, rate=50.0)
    station, idle = lab.stations["unit-0"]
    experiment = lab.queue(station)
    unit.start()
    wait_for(lambda: lab.stored(experiment) > 0 and lab.live(station).state.value == "running")
    for count in (1, 2):
        unit.mute, patience.seconds = True, 2.0
        wait_for(lambda: lab.live(station).contact_lost_at and lab.live(idle).contact_lost_at)
        assert lab.live(station).state is StationState.RUNNING
        assert lab.live(station).experiment_id == experiment
        assert lab.status(experiment) is ExperimentStatus.RUNNING
        alarms = lab.all_rows(StationAlarm)
        assert [alarm.code for alarm in alarms] == ["contact lost"] * count
        assert {(alarm.station_id, alarm.experiment_id) for alarm in alarms} == {
            (station, experiment)
        }
        unit.mute, patience.seconds = False, 3600.0
        wait_for(lambda: not lab.live(station).contact_lost_at)
    unit.samples = unit.runs[experiment].made + 10
    wait_for(lambda: unit.settled)
    lab.check_exact(experiment, unit.runs[experiment].made)


@pytest.mark.usefixtures("node")
@pytest.mark.fault(8)
def test_the_clock_of_a_unit_is_off(lab: Lab):
    """RELIABILITY 8: the order is that of the numbers; the offset is shown and alarmed once."""
    unit = lab.unit("unit-0", samples=400, clock_offset_s=-3600.0)
    experiment = lab.queue(lab.stations["unit-0"][0])
    unit.start()
    wait_for(lambda: unit.settled)
    unit.clock_offset_s = 3600.0  # it jumps: later samples of another experiment lie before
    later = lab.queue(lab.stations["unit-0"][0], "Later")
    wait_for(lambda: later in unit.runs and unit.settled)
    lab.check_exact(experiment, 400)
    lab.check_exact(later, 400)
    # a heartbeat that was held up says less than the next one
    wait_for(lambda: abs(lab.all_rows(Unit)[0].clock_offset_s - 3600.0) < 5)
    assert len(lab.all_rows(Unit)) == 1
    alarms = lab.all_rows(StationAlarm)
    assert [alarm.code for alarm in alarms] == ["clock"]
    said = re.search(r"is (\d+) s behind the database's", alarms[0].text)
    assert said is not None  # the heartbeat that raised it may have been held up, too
    assert abs(int(said[1]) - 3600) < 5


def test_a_connection_to_the_broker_that_is_cut_or_frozen_comes_back(sqlite_lab: Lab):
    lab = sqlite_lab
    proxy = Proxy(lab.broker.port)
    nodes = _node(lab, lab.broker.url("master-node", proxy.port), Patience())
    next(nodes)
    unit = lab.unit("unit-0", samples=10**9, rate=300.0, duplicates=0.2)
    experiment = lab.queue(lab.stations["unit-0"][0])
    unit.start()
    wait_for(lambda: lab.stored(experiment) > 0)
    proxy.freeze()
    wait_for(lambda: unit.runs[experiment].made - unit.runs[experiment].acked > 200)
    proxy.heal()
    proxy.delay_s = 0.05
    stored = lab.stored(experiment)
    wait_for(lambda: lab.stored(experiment) > stored)
    proxy.cut()
    wait_for(lambda: master_node(lab.database).detail.get("broker") == "not connected")
    proxy.heal()
    unit.samples = unit.runs[experiment].made + 10
    wait_for(lambda: unit.settled)
    lab.check_exact(experiment, unit.runs[experiment].made)
    next(nodes, None)
    proxy.close()
