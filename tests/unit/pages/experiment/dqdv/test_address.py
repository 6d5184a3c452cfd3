"""What of the tab of dQ/dV stands in its address."""

from dataclasses import replace

import numpy as np
import pytest

from cycling.analysis.cycles.choices import Direction
from pages.experiment.dqdv.address import (
    Curve,
    Half,
    Show,
    View,
    cycles_of,
    spread,
    view_of,
)

EVERYTHING = View(
    half=Half.BOTH,
    curve=Curve.DVDQ,
    show=Show.MAP,
    cycles=(3, 40),
    rate="C/10",
    reference=7,
    is_difference=True,
    bin_mv=2.0,
    smoothing=0.0,
)


@pytest.mark.parametrize("view", [View(), EVERYTHING, replace(EVERYTHING, cycles=(5, 5))])
def test_the_address_brings_back_every_choice(view):
    query = {name: str(one) for name, one in view.query.items()}
    assert query.pop("tab") == "dqdv"
    assert view_of(query) == view


def test_what_is_as_usual_is_left_out():
    assert View().query == {"tab": "dqdv"}


@pytest.mark.parametrize(
    ("given", "cycles"),
    [
        ("1-20", (1, 20)),
        ("20-1", (1, 20)),
        ("7", (7, 7)),
        ([3, 9], (3, 9)),
        ([3.0, 9.0], (3, 9)),
        ([3.5, 9], None),
        ("1-2-3", None),
        ("a-b", None),
        ([float("inf"), 1], None),
        (None, None),
        ({}, None),
    ],
)
def test_a_range_of_cycles(given, cycles):
    assert cycles_of(given) == cycles


def test_what_nobody_knows_is_as_usual():
    odd = dict.fromkeys(("half", "curve", "show", "cycles", "reference", "bin", "smooth"), "odd")
    assert view_of(odd) == View()


def test_halves_as_the_engine_has_them():
    assert Half.BOTH.directions == (Direction.CHARGE, Direction.DISCHARGE)
    assert Half.CHARGE.directions == (Direction.CHARGE,)


def test_cycles_are_evenly_spread_with_both_ends():
    numbers = np.arange(1, 121)
    assert spread(numbers, 5) == [1, 31, 61, 90, 120]
    assert spread(numbers[:3], 5) == [1, 2, 3]
    assert spread(numbers[:0], 5) == []
