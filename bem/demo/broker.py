"""The demo's own MQTT broker: its accounts, its port, and where both are kept."""

import json
import secrets
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from cycling.errors import InputError

HOST = "127.0.0.1"
USUAL_PORT = 1883
MASTER_NODE = "master-node"


@dataclass(frozen=True)
class BrokerSettings:
    """Port and accounts of a broker on this machine."""

    port: int
    passwords: dict[str, str] = field(repr=False)

    def url(self, user: str) -> str:
        """Return the address at which an account signs in."""
        password = quote(self.passwords[user], safe="")
        return f"mqtt://{quote(user, safe='')}:{password}@{HOST}:{self.port}"


def prepare_broker(data_dir: Path, users: Sequence[str]) -> BrokerSettings:
    """Return the settings of this data folder's broker, making those that are missing.

    Passwords are random and stay; so does the port, while nobody else has taken it.
    """
    earlier = _kept(data_dir)
    passwords = earlier.passwords if earlier else {}
    settings = BrokerSettings(
        port=_free_port(*([earlier.port] if earlier else [])),
        passwords={user: passwords.get(user) or secrets.token_urlsafe(24) for user in users},
    )
    if settings != earlier:
        _keep(data_dir, settings)
    return settings


def read_broker(data_dir: Path) -> BrokerSettings:
    """Return the settings that `prepare_broker` has kept. Raises InputError without any."""
    settings = _kept(data_dir)
    if settings is None:
        raise InputError(
            f"There is no broker.json in {data_dir}. This broker belongs to `bem demo`, which "
            "starts it. For other uses take Mosquitto; deploy/mosquitto has its settings."
        )
    return settings


def _kept(data_dir: Path) -> BrokerSettings | None:
    try:
        content = json.loads((data_dir / "broker.json").read_text(encoding="utf-8"))
        return BrokerSettings(int(content["port"]), {**content["passwords"]})
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # none yet, or cut off
        return None


def _keep(data_dir: Path, settings: BrokerSettings) -> None:
    """Write the file whole or not at all; nobody else may read it."""
    text = json.dumps({"port": settings.port, "passwords": settings.passwords})
    new = data_dir / "broker.json.new"
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(data_dir / "broker.json")


def _free_port(*ports: int) -> int:
    """Return the first port that nobody listens on: a wanted one, the usual one, any."""
    for port in (*ports, USUAL_PORT, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            number: int = probe.getsockname()[1]
            return number
    raise InputError("No port is free for the demo's broker.")
