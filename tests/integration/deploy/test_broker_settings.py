"""The settings that we ship for Mosquitto, in a real one: who is let in, who may say what."""

import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.machine import ROOT, SEARCH_PATH, is_root
from tests.mqtt import PATIENCE_S, Client, wait_for
from tests.servers import free_port, listens, start, wait_until

SHIPPED = ROOT / "deploy" / "mosquitto"
SERVICES = ("master-node", "wattrex")
USERS = (*SERVICES, "bench-1", "bench-2")
MORE_THAN_THE_USUAL_QUEUE = 1500


class Broker:
    """Mosquitto with exactly our files; port and folders are those of the test."""

    def __init__(self, folder: Path, program: str) -> None:
        self.port, self.services_port = free_port(), free_port()
        self.passwords = {user: secrets.token_urlsafe(18) for user in USERS}
        settings = (SHIPPED / "mosquitto.conf").read_text()
        for shipped, here in (
            ("listener 1883", f"listener {self.port} 127.0.0.1"),
            ("listener 1884", f"listener {self.services_port} 127.0.0.1"),
            ("/mosquitto/config", str(folder)),
            ("/mosquitto/data", str(folder)),
        ):
            assert shipped in settings
            settings = settings.replace(shipped, here)
        if is_root():
            settings += "\nuser root\n"
        (folder / "mosquitto.conf").write_text(settings)
        shutil.copy(SHIPPED / "acl", folder / "acl")
        for name in ("passwords", "services"):
            (folder / name).touch(mode=0o600)
        for user, password in self.passwords.items():
            file = folder / ("services" if user in SERVICES else "passwords")
            subprocess.run(["mosquitto_passwd", "-b", file, user, password], check=True)
        log = folder / "log"
        self.process = start([program, "-c", folder / "mosquitto.conf"], log)
        wait_until(self._answers, self.process, log, PATIENCE_S)

    def _answers(self) -> bool:
        return all(map(listens, (self.port, self.services_port)))


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    program = shutil.which("mosquitto", path=SEARCH_PATH)
    if program is None:
        pytest.skip("mosquitto is not installed (see docs/testing.md)")
    running = Broker(tmp_path_factory.mktemp("broker"), program)
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture
def connect(broker: Broker) -> Iterator[Callable[..., Client]]:
    clients: list[Client] = []

    def one(user: str | None, password: str | None = None, name: str = "") -> Client:
        known = broker.passwords.get(user, "")
        port = broker.services_port if user in SERVICES else broker.port
        clients.append(Client(port, user, known if password is None else password, name))
        return clients[-1]

    yield one
    for client in clients:
        client.end()


@pytest.mark.parametrize(
    ("user", "password"), [(None, None), ("bench-1", "guess"), ("stranger", "guess"), ("", "")]
)
def test_nobody_comes_in_without_an_account(connect, user, password):
    client = connect(user, password=password)
    assert client.answer == "Not authorized"
    assert not client.paho.is_connected()


def test_a_unit_and_the_master_node_hear_each_other(connect):
    master, unit = connect("master-node"), connect("bench-1")
    master.hear("bem/v1/+/up/+")
    unit.hear("bem/v1/bench-1/down/+", "bem/v1/master")
    unit.say("bem/v1/bench-1/up/hello", b"here")
    master.say("bem/v1/bench-1/down/welcome", b"good")
    master.say("bem/v1/master", b"online")
    wait_for(lambda: len(unit.heard) == 2)
    wait_for(lambda: master.heard == [("bem/v1/bench-1/up/hello", b"here")])
    assert dict(unit.heard) == {"bem/v1/bench-1/down/welcome": b"good", "bem/v1/master": b"online"}


@pytest.mark.parametrize(
    "topic",
    [
        "bem/v1/bench-2/up/records",  # as another unit
        "bem/v1/bench-2/down/command",  # as the master node
        "bem/v1/bench-1/down/command",
        "bem/v1/master",
        "bem/v1/bench-1/up/records/deeper",
        "something/else",
    ],
)
def test_a_unit_speaks_only_as_itself(connect, topic):
    master, unit, other = connect("master-node"), connect("bench-1"), connect("bench-2")
    master.hear("bem/v1/+/up/+", "bem/v1/master", "#")
    other.hear("bem/v1/bench-2/down/+", "bem/v1/master")
    master.heard.clear()
    unit.say(topic, b"forged")
    # comes after it, from another connection: the broker ends one that says what it may not
    unit.end()
    connect("bench-1").say("bem/v1/bench-1/up/answer", b"true")
    wait_for(lambda: ("bem/v1/bench-1/up/answer", b"true") in master.heard)
    assert b"forged" not in {payload for _, payload in master.heard + other.heard}


def test_a_unit_hears_only_what_is_for_itself(connect):
    master, unit, other = connect("master-node"), connect("bench-1"), connect("bench-2")
    other.hear("#", "bem/v1/+/up/+", "bem/v1/+/down/+", "bem/v1/bench-1/#")
    unit.say("bem/v1/bench-1/up/records", b"secret")
    master.say("bem/v1/bench-1/down/offer", b"secret")
    master.say("bem/v1/bench-2/down/ack", b"mine")
    wait_for(lambda: b"mine" in {payload for _, payload in other.heard})
    assert b"secret" not in {payload for _, payload in other.heard}


def test_wattrex_units_and_the_master_node_hear_each_other(connect):
    master, unit = connect("master-node"), connect("wattrex")
    master.hear("/register", "/+/heartbeat", "/+/detected_dev")
    unit.hear("/inform_reg", "/7/req_detect", "/7/launch")
    from_unit, from_master = (
        ("/register", "/7/heartbeat", "/7/detected_dev"),
        (
            "/inform_reg",
            "/7/req_detect",
            "/7/launch",
        ),
    )
    for topic in from_unit:
        unit.say(topic)
    for topic in from_master:
        master.say(topic)
    wait_for(lambda: {topic for topic, _ in master.heard} == set(from_unit))
    wait_for(lambda: {topic for topic, _ in unit.heard} == set(from_master))


@pytest.mark.parametrize("account", ["wattrex", "bench-1"])
@pytest.mark.parametrize("topic", ["/inform_reg", "/7/launch", "/7/req_detect"])
def test_nobody_says_what_only_the_master_node_says_to_wattrex_units(connect, account, topic):
    other, forger = connect("wattrex"), connect(account)
    other.hear(topic, "/inform_reg")
    forger.say(topic, b"forged")
    connect("master-node").say("/inform_reg", b"true")
    wait_for(lambda: ("/inform_reg", b"true") in other.heard)
    assert b"forged" not in {payload for _, payload in other.heard}


def test_a_unit_of_ours_is_no_wattrex_unit(connect):
    master, unit = connect("master-node"), connect("bench-1")
    master.hear("/register", "/+/heartbeat")
    unit.say("/register", b"forged")
    connect("wattrex").say("/7/heartbeat", b"true")
    wait_for(lambda: ("/7/heartbeat", b"true") in master.heard)
    assert b"forged" not in {payload for _, payload in master.heard}


def test_a_message_over_the_limit_is_refused_and_the_largest_of_ours_is_taken(connect):
    master, unit = connect("master-node"), connect("bench-1")
    unit.hear("bem/v1/bench-1/down/+")
    master.say("bem/v1/bench-1/down/offer", b"o" * 8 * 1024 * 1024)
    wait_for(lambda: len(unit.heard) == 1)
    master.paho.publish("bem/v1/bench-1/down/offer", b"o" * 9 * 1024 * 1024, qos=0)
    wait_for(lambda: master.losses == 1)
    assert len(unit.heard) == 1


def test_a_queue_longer_than_the_usual_limit_is_delivered_whole(connect):
    away, unit = connect("master-node", name="master-1"), connect("bench-1")
    away.hear("bem/v1/+/up/records")
    away.end()
    for number in range(MORE_THAN_THE_USUAL_QUEUE):
        sent = unit.paho.publish("bem/v1/bench-1/up/records", str(number).encode(), qos=1)
    sent.wait_for_publish(PATIENCE_S)
    back = connect("master-node", name="master-1")
    wait_for(lambda: len(back.heard) >= MORE_THAN_THE_USUAL_QUEUE)
    assert [int(payload) for _, payload in back.heard] == list(range(MORE_THAN_THE_USUAL_QUEUE))


def test_nobody_throws_another_out_by_its_id(connect, broker):
    master, other = connect("master-node", name="bem-wattrex-master"), connect("bench-2")
    for _ in range(20):
        for taken in ("bem-wattrex-master", "bench-2"):
            forger = connect("bench-1", name=taken)
            assert forger.answer == "Success"  # its id is its account, whatever it says
            forger.end()
    assert (master.losses, other.losses) == (0, 0)
    # by the listener of those who share an account, where ids are free, no unit comes in
    unit = Client(broker.services_port, "bench-1", broker.passwords["bench-1"], "bench-2")
    assert unit.answer == "Not authorized"
    unit.end()


def test_accounts_that_are_shared_have_several_connections(connect):
    clients = [
        connect("wattrex"),
        connect("wattrex"),
        connect("master-node"),
        connect("master-node"),
    ]
    clients[0].hear("/inform_reg")
    clients[2].say("/inform_reg", b"true")
    wait_for(lambda: clients[0].heard)
    assert [one.losses for one in clients] == [0, 0, 0, 0]
