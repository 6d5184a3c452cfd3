"""`bem virtual-cycler` as a process, over a real broker, with a master node of the test."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import msgspec
import pytest

from cycling.battery.chemistry import state_at
from cycling.profile import parse, resolve
from cycling.profile.simulation.expected import expected
from master_node.link import broker_of
from master_node.protocol import Kind
from master_node.virtual_cycler.battery import model_for
from master_node.virtual_cycler.client import Client, Options
from tests.conftest import require
from tests.machine import MOSQUITTO
from tests.scripted_master import ScriptedMaster, until
from tests.servers import Mosquitto, start
from tests.virtual import CELL, cc, cv, offer_of, wait

BEM = Path(sys.executable).with_name("bem")
UNIT = "virtual-1"
CYCLE = (cc(1.5, voltage=4.1), cv(4.1, current=0.3), wait(600), cc(-1.5, voltage=3.4))
CYCLE_TEXT = "CC, 1.5, VOLTAGE, 4.1\nCV, 4.1, CURRENT, 0.3\nWAIT, 600\nCC, -1.5, VOLTAGE, 3.4\n"
experiments = itertools.count(1)


class Cycler:
    """The process; `speed` times as fast as real time."""

    def __init__(self, broker: Mosquitto, folder: Path) -> None:
        self._environment = {**os.environ, "BEM_MQTT_URL": broker.url(UNIT)}
        self._folder = folder
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, speed: float = 100.0) -> None:
        options = ["--stations", "2", "--speed", str(speed), "--data-dir", str(self._folder)]
        self.process = start([BEM, "virtual-cycler", *options], self.log, self._environment)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Unit:
    """The same in a thread of the test, which starts at once and can only end in order."""

    def __init__(self, broker: Mosquitto, folder: Path) -> None:
        self._broker, self._folder = broker_of(broker.url(UNIT)), folder

    def start(self, speed: float = 100.0) -> None:
        self._client: Client | None = None
        self._options = Options(UNIT, 2, speed, self._folder / "unit.sqlite")
        self._thread = Thread(target=self._run)
        self._thread.start()
        until(lambda: self._client is not None)

    def end(self) -> None:
        self._client.stop()
        self._thread.join()

    def _run(self) -> None:
        self._client = Client(self._broker, self._options, time.time)
        self._client.run()


@pytest.fixture(scope="module")
def running_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    require(MOSQUITTO)
    server = Mosquitto(tmp_path_factory.mktemp("mosquitto"), ("master-node", UNIT))
    yield server
    server.kill()


@pytest.fixture
def broker(running_broker: Mosquitto) -> Mosquitto:
    """A broker that runs; the test may kill it."""
    running_broker.start()
    return running_broker


@pytest.fixture
def master(broker: Mosquitto) -> Iterator[ScriptedMaster]:
    scripted = ScriptedMaster(broker.url("master-node"))
    yield scripted
    scripted.end()


@pytest.fixture
def cycler(broker: Mosquitto, tmp_path: Path) -> Iterator[Cycler]:
    made = Cycler(broker, tmp_path)
    yield made
    made.kill()


@pytest.fixture
def unit(broker: Mosquitto, master: ScriptedMaster, tmp_path: Path) -> Iterator[Unit]:
    """A unit that runs and has been welcomed."""
    made = Unit(broker, tmp_path)
    made.start()
    master.wait_for(Kind.HEARTBEAT, lambda one: one.stations)
    yield made
    made.end()


def begin(master: ScriptedMaster, start: Callable[[], None]) -> None:
    """Start a unit anew, and wait until it listens: what the one before has said may still come."""
    master.heard[Kind.HELLO].clear()
    start()
    master.wait_for(Kind.HELLO)
    heartbeat_of(master, lambda _one: True)


def heartbeat_of(master: ScriptedMaster, fits):
    """The newest word of station 11 that fits."""
    master.heard[Kind.HEARTBEAT].clear()
    heartbeat = master.wait_for(Kind.HEARTBEAT, lambda one: one.stations and fits(one.stations[0]))
    return heartbeat.stations[0]


def expected_s(text: str, voltage_v: float, current_a: float) -> float:
    """How long a profile should take on the battery of `offered` that begins like this."""
    model = model_for(CELL)
    program = resolve(parse(text).profile, CELL.capacity_ah).program
    return expected(program, model, state_at(model, voltage_v, current_a)).duration_s


def offered(*steps, **more):
    return offer_of(*steps, experiment=next(experiments), station=11, **more)


def is_whole(master: ScriptedMaster, experiment: int) -> None:
    """Everything is there once, in order, from the start to the end."""
    rows = master.samples[experiment]
    times = [row[1] for row in rows]
    assert times == sorted(times)  # in a pause it stands still
    running = [row[1] for row in rows if not row[-1]]
    assert all(later > earlier for earlier, later in itertools.pairwise(running))
    assert master.kinds(experiment)[0] == "Started"
    assert master.kinds(experiment)[-1] == "Ended"
    assert master.kinds(experiment).count("Ended") == 1
    assert times[-1] == pytest.approx(master.events[experiment][-1].test_time_s)


class TestRegistration:
    def test_it_introduces_itself_and_beats(self, master, unit):
        hello = master.wait_for(Kind.HELLO)
        heartbeat = master.wait_for(Kind.HEARTBEAT, lambda one: len(one.stations) == 2)
        assert (hello.hardware_id, hello.simulated, hello.speed) == (UNIT, True, 100.0)
        assert [device.link for device in hello.devices] == ["ch1", "ch2"]
        assert [one.station for one in heartbeat.stations] == [11, 12]
        assert {one.state for one in heartbeat.stations} == {"idle"}
        assert abs(heartbeat.at - time.time()) < 5

    def test_devices_are_told_again_on_command(self, master, unit):
        assert master.command(1, "detect", 1).done
        assert len(master.heard[Kind.DEVICES][0].devices) == 2

    def test_it_ends_when_it_is_asked_to_and_says_so(self, master, cycler):
        cycler.start()
        master.wait_for(Kind.HEARTBEAT, lambda one: one.stations)
        cycler.process.send_signal(signal.SIGTERM)
        assert cycler.process.wait(120) == 0
        master.wait_for(Kind.PRESENCE, lambda one: not one.online)

    def test_killed_its_last_will_says_so(self, master, cycler):
        cycler.start()
        master.wait_for(Kind.HEARTBEAT)
        cycler.kill()
        master.wait_for(Kind.PRESENCE, lambda one: not one.online)

    def test_two_processes_never_share_a_memory(self, master, cycler):
        cycler.start()
        master.wait_for(Kind.HEARTBEAT)
        first = cycler.process
        cycler.start()
        assert cycler.process.wait(120) == 2
        assert "another process uses it" in cycler.log.read_text()
        assert first.poll() is None
        first.kill()
        first.wait()


class TestNothingIsLostOrDoubled:
    def test_an_experiment_from_its_offer_to_its_end(self, master, unit):
        unit.end()
        begin(master, lambda: unit.start(1000))
        offer = offered(*CYCLE)
        assert master.offer(offer).accepted
        until(lambda: master.has_ended(offer.experiment))
        is_whole(master, offer.experiment)
        assert [one.ended_by for one in master.events[offer.experiment][1:-1]] == [
            "voltage",
            "current",
            "time",
            "voltage",
        ]
        assert 20 < master.samples[offer.experiment][-1][7] < 40
        first, last = (master.samples[offer.experiment][at] for at in (0, -1))
        assert last[1] == pytest.approx(expected_s(CYCLE_TEXT, first[5], first[6]), rel=0.05)
        assert heartbeat_of(master, lambda one: one.pending == 0).state == "idle"

    def test_killed_at_any_moment_and_resumed(self, master, cycler):
        """Only what was not yet in its file, and so not published, is run again."""
        cycler.start()
        master.wait_for(Kind.HEARTBEAT, lambda one: one.stations)
        offer = offered(wait(300), cc(1.0, time=900), record_s=1.0)
        assert master.offer(offer).accepted
        key = offer.experiment
        for number, moment_s in enumerate((0.0, 1.4, 2.3), start=1):
            time.sleep(moment_s)
            cycler.kill()
            stored = len(master.samples[key])
            cycler.start()
            until(lambda: master.kinds(key).count("Paused") == number)  # noqa: B023
            assert master.events[key][-1].interrupted
            heartbeat = heartbeat_of(master, lambda one: one.state == "paused")
            assert not heartbeat.output_on
            time.sleep(0.5)
            before = len(master.samples[key])
            assert before >= stored
            assert master.command(number, "resume", key).done
        until(lambda: master.has_ended(key))
        is_whole(master, key)
        assert len(master.samples[key]) >= 1200

    def test_the_broker_is_killed_and_comes_back(self, master, unit, broker):
        offer = offered(cc(0.5, time=1500), record_s=1.0)
        assert master.offer(offer).accepted
        for _ in range(2):
            time.sleep(2)
            broker.kill()
            time.sleep(2)
            broker.start()
            until(lambda: master._link.connected)
        until(lambda: master.has_ended(offer.experiment))
        is_whole(master, offer.experiment)
        assert len(master.samples[offer.experiment]) == 1501

    def test_a_master_that_is_away_finds_everything(self, master, unit, broker):
        offer = offered(cc(0.5, time=600), record_s=0.5)
        assert master.offer(offer).accepted
        until(lambda: master.samples[offer.experiment])
        master.end()
        time.sleep(6)
        other = ScriptedMaster(broker.url("master-node"))
        other.samples, other.events = master.samples, master.events
        until(lambda: other.has_ended(offer.experiment))
        is_whole(other, offer.experiment)
        assert len(other.samples[offer.experiment]) == 1201
        other.end()

    def test_without_an_answer_two_messages_are_on_their_way_and_are_sent_again(self, master, unit):
        offer = offered(cc(0.5, time=600), record_s=0.5)
        assert master.offer(offer).accepted
        until(lambda: master.samples[offer.experiment])
        master.listens = False
        time.sleep(1)
        master.heard[Kind.RECORDS].clear()
        time.sleep(3)
        assert len(master.heard[Kind.RECORDS]) <= 2
        until(lambda: len(master.heard[Kind.RECORDS]) >= 3)
        assert heartbeat_of(master, lambda _one: True).pending > 300
        master.listens = True
        until(lambda: master.has_ended(offer.experiment))
        is_whole(master, offer.experiment)
        assert max(len(one.samples.at) for one in master.heard[Kind.RECORDS] if one.samples) <= 500

    def test_a_message_that_is_lost_is_sent_again_before_those_after_it(self, master, unit):
        offer = offered(cc(0.5, time=800), record_s=0.5)
        assert master.offer(offer).accepted
        until(lambda: master.samples[offer.experiment])
        master.drops = 1
        until(lambda: master.has_ended(offer.experiment))
        is_whole(master, offer.experiment)
        assert len(master.samples[offer.experiment]) == 1601


class TestOffersAndCommands:
    def test_an_offer_is_answered_the_same_however_often_it_comes(self, master, cycler):
        cycler.start()
        master.wait_for(Kind.HEARTBEAT, lambda one: one.stations)
        taken, refused = offered(wait(30)), offered(cc(100.0, time=5))
        assert "outside the device's" in master.offer(refused).reason
        assert master.offer(taken).accepted
        until(lambda: master.has_ended(taken.experiment))
        for restart in (False, True):
            if restart:
                cycler.kill()
                begin(master, cycler.start)
            master.heard[Kind.OFFER_ANSWER].clear()
            assert master.offer(taken).accepted
            assert not master.offer(refused).accepted
        assert master.kinds(taken.experiment).count("Started") == 1
        assert master.kinds(refused.experiment) == []
        master.heard[Kind.OFFER_ANSWER].clear()
        again = msgspec.structs.replace(offered(wait(30)), experiment=refused.experiment, attempt=1)
        answer = master.offer(again)  # a person wants it to try again: it decides anew
        assert (answer.accepted, answer.attempt) == (True, 1)

    def test_a_command_is_carried_out_once_and_answered_each_time(self, master, cycler):
        cycler.start()
        master.wait_for(Kind.HEARTBEAT, lambda one: one.stations)
        offer = offered(cc(0.1, time=36000))
        assert master.offer(offer).accepted
        key = offer.experiment
        first = master.command(1, "pause", key)
        assert (first.done, first.output_off) == (True, True)
        assert master.command(2, "resume", key).done
        assert master.command(1, "pause", key) == first
        until(lambda: "Resumed" in master.kinds(key))
        cycler.kill()
        cycler.start()
        until(lambda: master.kinds(key).count("Paused") == 2)
        assert master.command(2, "resume", key).done
        assert master.command(1, "pause", key) == first
        assert heartbeat_of(master, lambda _one: True).state == "paused"
        assert master.kinds(key) == ["Started", "Paused", "Resumed", "Paused"]
        assert master.command(3, "stop", key).done
        until(lambda: master.has_ended(key))
        assert master.kinds(key)[-2:] == ["StepEnded", "Ended"]

    def test_an_expired_command_is_answered_and_not_carried_out(self, master, unit):
        offer = offered(cc(0.1, time=36000))
        assert master.offer(offer).accepted
        answer = master.command(1, "stop", offer.experiment, expires_at=time.time() - 30)
        assert not answer.done
        assert "too late" in answer.reason
        assert answer.output_off is False
        assert heartbeat_of(master, lambda _one: True).state == "running"

    def test_an_offer_of_a_master_node_of_before_is_not_answered(self, master, unit):
        master.epoch = 5
        master.say_present()
        old, new = offered(wait(30)), offered(wait(30), epoch=5)
        master.say(Kind.OFFER, old)
        assert master.offer(new).accepted
        assert [one.experiment for one in master.heard[Kind.OFFER_ANSWER]] == [new.experiment]

    def test_messages_that_cannot_be_read_change_nothing(self, master, unit):
        for payload in (b"", b"{", b"\xff", b"[]", b'{"v":2}', b'{"v":1,"id":-1}'):
            master._link.publish(f"bem/v1/{UNIT}/down/command", payload)
            master._link.publish(f"bem/v1/{UNIT}/down/offer", payload)
        offer = offered(wait(30))
        assert master.offer(offer).accepted
        until(lambda: master.has_ended(offer.experiment))
