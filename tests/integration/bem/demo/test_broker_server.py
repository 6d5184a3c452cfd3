"""`bem broker` as a process: who comes in, what is delivered, what a restart keeps."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bem.demo.broker import prepare_broker
from bem.demo.broker_server import MAX_PACKET_BYTES
from tests.mqtt import Client, wait_for
from tests.servers import free_port, start, wait_until

MANY = 2000
UP, DOWN = "bem/v1/virtual-1/up/records", "bem/v1/virtual-1/down/ack"


class Broker:
    """A broker with its data in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "broker.json").write_text(f'{{"port": {free_port()}, "passwords": {{}}}}')
        self.settings = prepare_broker(folder, ["master-node", "virtual-1"])
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "bem", "broker"]
        log = self._folder / "log"
        said = log.stat().st_size if log.exists() else 0
        env = {**os.environ, "BEM_DATA_DIR": str(self._folder)}
        self.process = start(command, log, env)
        wait_until(lambda: "listens on" in log.read_text()[said:], self.process, log, 120)

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    running = Broker(tmp_path_factory.mktemp("broker"))
    yield running
    running.end(signal.SIGKILL)


class Clients:
    """The clients of a test; they end with it."""

    def __init__(self, broker: Broker) -> None:
        self._settings = broker.settings
        self._all: list[Client] = []

    def __call__(
        self, user: str | None, password: str | None = None, will: str | None = None
    ) -> Client:
        known = self._settings.passwords.get(user or "", "")
        password = known if password is None else password
        self._all.append(Client(self._settings.port, user, password, will=will))
        return self._all[-1]

    def end(self) -> None:
        for client in self._all:
            client.end()


@pytest.fixture
def connect(broker: Broker) -> Iterator[Clients]:
    clients = Clients(broker)
    yield clients
    clients.end()


@pytest.fixture
def connect_to_another(tmp_path: Path) -> Iterator[Clients]:
    """Clients of a broker that nobody else leaves meanwhile (decision 0021)."""
    running = Broker(tmp_path)
    clients = Clients(running)
    yield clients
    clients.end()
    running.end(signal.SIGKILL)


@pytest.mark.parametrize(
    ("user", "password"), [(None, None), ("virtual-1", "guess"), ("stranger", ""), ("", "")]
)
def test_nobody_comes_in_without_an_account(connect, user, password):
    client = connect(user, password)
    assert client.answer == "Not authorized"
    assert not client.paho.is_connected()


def test_a_unit_speaks_and_hears_as_itself_only(connect):
    master, unit = connect("master-node"), connect("virtual-1")
    master.hear("bem/v1/+/up/+", "bem/v1/master")
    unit.hear("bem/v1/virtual-1/down/+", "bem/v1/virtual-2/down/+")
    for topic in ("bem/v1/virtual-2/up/records", "bem/v1/master", DOWN):
        unit.say(topic, b"forged")
    unit.say(UP, b"true")
    master.say("bem/v1/virtual-2/down/ack", b"secret")
    master.say(DOWN, b"mine")
    wait_for(lambda: unit.heard and master.heard)
    assert unit.heard == [(DOWN, b"mine")]
    assert master.heard == [(UP, b"true")]


@pytest.mark.parametrize("topic", ["bem/v1/master", "bem/v1/virtual-2/up/presence", DOWN])
def test_a_last_will_that_a_unit_may_not_say_keeps_it_out(connect, topic):
    assert connect("virtual-1", will=topic).answer == "Not authorized"


def test_the_last_will_of_a_unit_is_heard(connect):
    master = connect("master-node")
    master.hear("bem/v1/+/up/+")
    unit = connect("virtual-1", will=UP)
    assert unit.answer == "Success"
    unit.paho.socket().shutdown(socket.SHUT_RDWR)
    wait_for(lambda: (UP, b"gone") in master.heard)


def test_a_message_over_the_limit_is_not_taken_and_the_largest_of_ours_is(connect_to_another):
    master, unit = connect_to_another("master-node"), connect_to_another("virtual-1")
    master.hear("bem/v1/+/up/+")
    unit.say(UP, bytes(8 * 1024 * 1024))
    unit.paho.publish(UP, bytes(MAX_PACKET_BYTES + 1), qos=0)
    wait_for(lambda: unit.losses)
    wait_for(unit.paho.is_connected)
    unit.say(UP, b"after")
    wait_for(lambda: (UP, b"after") in master.heard)
    assert [len(payload) for _, payload in master.heard] == [8 * 1024 * 1024, 5]


def test_many_messages_come_in_their_order(connect_to_another):
    master, unit = connect_to_another("master-node"), connect_to_another("virtual-1")
    master.hear("bem/v1/+/up/+")
    for number in range(MANY):
        unit.paho.publish(UP, str(number).encode(), qos=1)
    wait_for(lambda: len(master.heard) == MANY)
    assert [int(payload) for _, payload in master.heard] == list(range(MANY))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_clients_come_back_after_a_restart(broker: Broker, connect, number: int):
    unit = connect("virtual-1")
    broker.end(number)
    wait_for(lambda: unit.losses)
    broker.start()
    wait_for(unit.paho.is_connected)
    master = connect("master-node")
    master.hear("bem/v1/+/up/+")
    unit.say(UP, b"again")
    wait_for(lambda: (UP, b"again") in master.heard)


def test_without_a_demo_it_says_what_to_do_instead(tmp_path: Path):
    ended = subprocess.run(
        [sys.executable, "-m", "bem", "broker"],
        check=False,
        env={**os.environ, "BEM_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 2
    assert "belongs to `bem demo`" in ended.stderr


def test_a_taken_port_is_said(broker: Broker, tmp_path: Path):
    (tmp_path / "broker.json").write_text(
        f'{{"port": {broker.settings.port}, "passwords": {{"a": "b"}}}}'
    )
    ended = subprocess.run(
        [sys.executable, "-m", "bem", "broker"],
        check=False,
        env={**os.environ, "BEM_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert f"cannot listen on port {broker.settings.port}" in ended.stderr
    assert "Traceback" not in ended.stderr
