"""What an address asks for and a page does not know is said on every list."""

import pytest

from tests.unit.components.tree import find, text


@pytest.fixture
def ada(visitor):
    return visitor("ada")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/experiments?status=foo", "Status “foo” is unknown and left out. It may be draft, held"),
        ("/experiments?sort=bar", "The list cannot be sorted by “bar”"),
        ("/experiments?station=99", "There is no station “99”: that filter is left out."),
        ("/experiments?battery=x", "There is no battery “x”"),
        ("/experiments?profile=99", "There is no profile “99”"),
        ("/experiments?technology=Coal", "Technology “Coal” is unknown"),
        ("/experiments?from=soon", "“soon” is no day"),
        ("/batteries?technology=Coal", "Technology “Coal” is unknown"),
        ("/batteries?sort=-bar", "The list cannot be sorted by “-bar”"),
        ("/profiles?shelf=lost", "Shelf “lost” is unknown and left out. It may be archived."),
        ("/profiles?sort=bar", "The list cannot be sorted by “bar”"),
        ("/?state=asleep", "State “asleep” is unknown"),
        ("/audit?from=soon", "“soon” is no day"),
        ("/audit?before=x", "“x” is no page of the list"),
        ("/stations?station=x", "There is no station “x”."),
        ("/stations?unit=x", "There is no unit “x”."),
    ],
)
def test_it_is_said(ada, address: str, sentence: str):
    path, _, search = address.partition("?")
    assert sentence in text(ada.open(path, f"?{search}"))


@pytest.mark.parametrize(
    "address",
    [
        "/experiments?status=FINISHED",
        "/experiments?status=held&status=cancelled&sort=-created&station=1",
        "/batteries?technology=Lithium&sort=name",
        "/profiles?shelf=archived",
        "/?state=alarm,idle",
        "/audit?from=2026-08-24",
    ],
)
def test_nothing_is_said_of_what_is_known(ada, address: str):
    path, _, search = address.partition("?")
    assert find(ada.open(path, f"?{search}"), className="bem-note paused") == []
