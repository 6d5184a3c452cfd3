"""What an address asks for and a page does not know is said on every list."""

import pytest

from db.commands.audit import By
from db.commands.profiles import save_profile
from tests.unit.components.tree import find, text
from tests.unit.dashboard.world import START


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
        ("/stations?unit=x&refused=y", "This page does not read “refused=y” in its address"),
        ("/queue?station=99", "This page does not read “station=99” in its address: it is left"),
        ("/users?user=99", "This page does not read “user=99” in its address"),
        ("/import-experiment?battery=99", "This page does not read “battery=99” in its address"),
        ("/edit-profile?like=99", "This page does not read “like=99” in its address"),
        ("/edit-profile?profile=x", "There is no profile “x”."),
        ("/account?user=ada", "This page does not read “user=ada” in its address"),
        ("/?station=99", "This page does not read “station=99” in its address"),
        ("/experiments?cell=1&cell=2", "does not read “cell=1”, “cell=2” in its address: they"),
        ("/queue?a=1&b=2&c=3&d=4", "“a=1”, “b=2”, “c=3” and 1 more in its address: they are"),
        ("/add-battery?like=x", "There is no battery “x”. The form is empty."),
        ("/add-experiment?like=x", "There is no experiment “x”. The form is empty."),
        ("/add-experiment?station=x", "There is no station “x”. The form is empty."),
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
        "/queue?station=",
        "/nowhere?station=99",
    ],
)
def test_nothing_is_said_of_what_is_known(ada, address: str):
    path, _, search = address.partition("?")
    assert find(ada.open(path, f"?{search}"), className="bem-note paused") == []


def test_a_form_says_what_it_leaves_out_of_its_address(ada, lab):
    battery, station = lab.battery("Cell"), lab.station("Station 1")
    drawn = ada.open("/add-experiment", f"?battery={battery}&station={station}")
    assert f"“station={station}” too, which the form leaves out: choose it here." in text(drawn)


def test_a_version_of_a_profile_that_there_is_not_is_said(ada, lab):
    saved = save_profile(
        lab.database, name="Ageing", description="", text="WAIT, 1h", by=By("ada", "", START)
    )
    profile = saved.profile_id
    for path, search, sentence in (
        ("/edit-profile", f"?profile={profile}&version=9", "this is the newest one."),
        (f"/profiles/{profile}", "?version=9", "this is the newest one."),
        (f"/profiles/{profile}", "?compare=9", "nothing is compared."),
    ):
        assert f"There is no version “9”: {sentence}" in text(ada.open(path, search))


def test_who_may_not_change_a_battery_is_told(vera, lab):
    battery = lab.battery("Cell")
    assert "Operators and admins change batteries" in text(
        vera.open(f"/batteries/{battery}", "?edit=1")
    )
