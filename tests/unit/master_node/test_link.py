"""How a broker's URL is read."""

import re

import pytest

from cycling.errors import InputError
from master_node.link import Broker, Link, broker_of


@pytest.mark.parametrize(
    ("written", "password"),
    [("p%40s%2Fs%23%3F", "p@s/s#?"), ("p@ss", "p@ss"), ("p:ss", "p:ss"), ("p%25ss", "p%ss")],
)
def test_a_password_is_read_as_it_was_meant(written: str, password: str):
    read = broker_of(f"mqtt://unit:{written}@broker:1883")
    assert read == Broker("broker", 1883, user="unit", password=password)


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("sec/ret", "/ as %2F"),
        ("sec#ret", "# as %23"),
        ("sec?ret", r"\? as %3F"),
        ("s@c/ret", "@ as %40, / as %2F"),
        ("12/ret", "/ as %2F"),  # these leave a port that is a number
        ("12#ret", "# as %23"),
        ("12?ret", r"\? as %3F"),
    ],
)
def test_a_character_that_ends_a_password_is_named_without_the_password(written, advice):
    with pytest.raises(InputError, match=f"write {advice}") as refused:
        broker_of(f"mqtt://unit:{written}@broker:1883")
    assert "ret" not in str(refused.value)


@pytest.mark.parametrize("url", ["broker", "http://broker", "mqtt://broker:port", "mqtt://"])
def test_what_is_no_url_of_a_broker_is_refused_with_an_example(url: str):
    with pytest.raises(InputError, match="Write it like mqtt://user"):
        broker_of(url)


def client_id(url: str, *, keeps_session: bool = True) -> str:
    link = Link(
        broker_of(url),
        name="bem-wattrex-master",
        subscriptions=[],
        on_message=print,
        keeps_session=keeps_session,
    )
    return link._client._client_id.decode()


def test_the_id_of_a_kept_session_stays_and_cannot_be_guessed_without_the_password():
    own = "mqtt://master-node:secret@lab:1883"
    assert client_id(own) == client_id(own)
    assert client_id(own) != client_id("mqtt://master-node:other@lab:1883")
    assert re.fullmatch(r"bem-wattrex-master-[0-9a-f]{24}", client_id(own))
    assert "secret" not in client_id(own)
    assert client_id(own, keeps_session=False) != client_id(own, keeps_session=False)
