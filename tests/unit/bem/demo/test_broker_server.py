"""The demo's broker: its accounts and port are kept; who may do what."""

import json
import socket
import stat
from pathlib import Path

import pytest
from amqtt.contexts import Action

from bem.demo.broker import prepare_broker, read_broker
from bem.demo.broker_server import may
from cycling.errors import InputError
from master_node.link import broker_of

USERS = ("master-node", "virtual-1")


def keep(folder: Path, port: int) -> None:
    (folder / "broker.json").write_text(json.dumps({"port": port, "passwords": {}}))


@pytest.fixture
def taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_accounts_are_kept_and_are_for_nobody_else(tmp_path: Path):
    made = prepare_broker(tmp_path, USERS)
    assert prepare_broker(tmp_path, USERS).passwords == made.passwords
    assert read_broker(tmp_path).passwords == made.passwords
    assert stat.S_IMODE((tmp_path / "broker.json").stat().st_mode) == 0o600
    assert len(set(made.passwords.values())) == 2
    assert all(len(password) >= 32 for password in made.passwords.values())
    assert not any(password in repr(made) for password in made.passwords.values())


def test_a_new_account_leaves_the_others_alone(tmp_path: Path):
    before = prepare_broker(tmp_path, USERS[:1])
    after = prepare_broker(tmp_path, USERS)
    assert after.passwords.items() > before.passwords.items()


def test_the_port_is_kept_while_it_is_free(tmp_path: Path, taken_port: int):
    keep(tmp_path, taken_port)
    first = prepare_broker(tmp_path, USERS).port
    assert first != taken_port
    assert read_broker(tmp_path).port == first
    assert prepare_broker(tmp_path, USERS).port == first


def test_the_address_is_one_that_a_link_reads(tmp_path: Path):
    made = prepare_broker(tmp_path, USERS)
    broker = broker_of(made.url("virtual-1"))
    assert (broker.host, broker.port, broker.user) == ("127.0.0.1", made.port, "virtual-1")
    assert broker.password == made.passwords["virtual-1"]


@pytest.mark.parametrize("text", [None, "", "[]", '{"port": 1883}', "\x00"])
def test_a_file_that_is_missing_or_cut_off_is_made_anew(tmp_path: Path, text: str | None):
    if text is not None:
        (tmp_path / "broker.json").write_text(text)
    with pytest.raises(InputError, match="no broker"):
        read_broker(tmp_path)
    assert prepare_broker(tmp_path, USERS) == read_broker(tmp_path)


@pytest.mark.parametrize(
    ("user", "topic", "allowed"),
    [
        ("master-node", "bem/v1/a-1/up/beat", "SR"),
        ("master-node", "bem/v1/+/up/+", "SR"),
        ("master-node", "bem/v1/a-1/down/ack", "P"),
        ("master-node", "bem/v1/master", "PSR"),
        ("master-node", "#", ""),
        ("a-1", "bem/v1/a-1/up/beat", "P"),
        ("a-1", "bem/v1/a-1/down/ack", "SR"),
        ("a-1", "bem/v1/a-1/down/+", "SR"),
        ("a-1", "bem/v1/master", "SR"),
        ("a-1", "bem/v1/b-2/up/beat", ""),
        ("a-1", "bem/v1/b-2/down/ack", ""),
        ("a-1", "bem/v1/+/down/+", ""),
        ("a-1", "bem/v1/#", ""),
        ("a-1", "bem/v1/a-1/up/beat/deeper", ""),
        ("a-1", "bem/v2/a-1/up/beat", ""),
        ("a-1", "$SYS/broker/version", ""),
    ],
)
def test_who_may_do_what(user: str, topic: str, allowed: str):
    letters = {Action.PUBLISH: "P", Action.SUBSCRIBE: "S", Action.RECEIVE: "R"}
    assert {letters[one] for one in letters if may(user, topic, one)} == set(allowed)
