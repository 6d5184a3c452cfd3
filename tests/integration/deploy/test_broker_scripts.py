"""The scripts that start and check the broker of docker-compose.yml, with a real Mosquitto."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import require
from tests.machine import MOSQUITTO, MOSQUITTO_CLIENTS, ROOT, SEARCH_PATH, is_root
from tests.mqtt import Client, wait_for
from tests.servers import free_port, listens, start, wait_until

SHIPPED = ROOT / "deploy" / "mosquitto"


class Broker:
    """The broker's container without a container: its folders are the test's."""

    def __init__(self, folder: Path) -> None:
        self.port, self.services_port = free_port(), free_port()
        self.passwords = {
            "BROKER_PASSWORD": secrets.token_hex(12),
            "BROKER_HEALTH_PASSWORD": secrets.token_hex(12),
            "BROKER_VIRTUAL_PASSWORD": secrets.token_hex(12),
        }
        self.config = folder / "config"
        self._data, self._scripts, self._log = folder / "data", folder / "bem", folder / "log"
        for made in (self.config, self._data):
            made.mkdir()
        shutil.copytree(SHIPPED, self._scripts)
        settings = (SHIPPED / "mosquitto.conf").read_text()
        for shipped, here in (
            ("listener 1883", f"listener {self.port} 127.0.0.1"),
            ("listener 1884", f"listener {self.services_port} 127.0.0.1"),
            ("/mosquitto/config", str(self.config)),
            ("/mosquitto/data", str(self._data)),
        ):
            settings = settings.replace(shipped, here)
        if is_root():
            settings += "\nuser root\n"
        (self._scripts / "mosquitto.conf").write_text(settings)
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        more = {"BROKER_CONFIG": str(self.config), "BROKER_LISTENS_ON": str(self.services_port)}
        for name, password in self.passwords.items():
            (self._scripts / name).write_text(password)
        files = {f"{name}_FILE": str(self._scripts / name) for name in self.passwords}
        return {**os.environ, "PATH": SEARCH_PATH, **files, **more}

    def start(self) -> None:
        self.process = start(["sh", self._scripts / "start.sh"], self._log, self.environment)
        wait_until(self._answers, self.process, self._log, 120)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def health(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", self._scripts / "health.sh"],
            env=self.environment,
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )

    def account(self, name: str, password: str) -> None:
        """Add a unit, as the document says."""
        passwords = self.config / "passwords"
        subprocess.run(["mosquitto_passwd", "-b", passwords, name, password], check=True)
        self.process.send_signal(signal.SIGHUP)

    def _answers(self) -> bool:
        return all(map(listens, (self.port, self.services_port)))


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    require(MOSQUITTO)
    require(MOSQUITTO_CLIENTS)
    running = Broker(tmp_path)
    yield running
    running.process.kill()
    running.process.wait()


def test_the_health_check_says_and_hears_a_message(broker: Broker):
    assert broker.health().returncode == 0
    good = broker.passwords["BROKER_HEALTH_PASSWORD"]
    broker.passwords["BROKER_HEALTH_PASSWORD"] = "guess"
    assert broker.health().returncode != 0
    broker.passwords["BROKER_HEALTH_PASSWORD"] = good
    broker.process.send_signal(signal.SIGSTOP)  # it hangs: its port still answers
    assert broker._answers()
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run(
            ["sh", broker._scripts / "health.sh"], env=broker.environment, check=False, timeout=3
        )
    broker.process.send_signal(signal.SIGCONT)


def test_the_health_account_hears_nothing_of_units(broker: Broker):
    health = Client(broker.services_port, "health", broker.passwords["BROKER_HEALTH_PASSWORD"])
    unit = Client(broker.port, "virtual-1", broker.passwords["BROKER_VIRTUAL_PASSWORD"])
    health.hear("#", "bem/v1/+/up/+", "bem/health")
    unit.say("bem/v1/virtual-1/up/records", b"secret")
    unit.hear("bem/v1/virtual-1/down/+")
    # from a connection of its own: the broker ends one that says what it may not
    forger = Client(broker.services_port, "health", broker.passwords["BROKER_HEALTH_PASSWORD"])
    forger.say("bem/v1/virtual-1/down/command", b"forged")
    health.say("bem/health", b"mine")
    wait_for(lambda: health.heard)
    assert dict(health.heard) == {"bem/health": b"mine"}
    assert unit.heard == []
    for client in (health, unit, forger):
        client.end()


def test_units_keep_their_accounts_and_ours_take_new_passwords(broker: Broker):
    broker.account("bench-pi-3", "a-unit's-password")
    broker.account("wattrex", "of-an-earlier-version")  # when there was one listener
    old = broker.passwords["BROKER_PASSWORD"]
    broker.stop()
    broker.passwords["BROKER_PASSWORD"] = "a-new-one-for-the-master-node"
    broker.start()
    units, services = broker.port, broker.services_port
    for port, user, password, answer in (
        (units, "bench-pi-3", "a-unit's-password", "Success"),
        (services, "bench-pi-3", "a-unit's-password", "Not authorized"),
        (services, "master-node", "a-new-one-for-the-master-node", "Success"),
        (services, "master-node", old, "Not authorized"),
        (services, "wattrex", "of-an-earlier-version", "Success"),
        (units, "wattrex", "of-an-earlier-version", "Not authorized"),
    ):
        client = Client(port, user, password)
        assert client.answer == answer
        client.end()
    broker.stop()
    broker.start()
    for name, accounts in (
        ("passwords", {"virtual-1", "bench-pi-3"}),
        ("services", {"master-node", "health", "wattrex"}),
    ):
        kept = broker.config / name
        assert kept.stat().st_mode & 0o077 == 0
        assert "a-new-one" not in kept.read_text()
        assert {line.partition(":")[0] for line in kept.read_text().splitlines()} == accounts
