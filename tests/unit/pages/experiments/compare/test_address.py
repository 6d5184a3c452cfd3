"""What an address compares, and what of it nobody knows."""

from urllib.parse import parse_qs, urlencode

import pytest

from cycling.analysis.campaign.cells import Axis
from cycling.analysis.campaign.which_cycle import WhichCycle
from pages.experiment.cycles.address import Per
from pages.experiment.dqdv.address import Half
from pages.experiments.compare.address import Curve, Show, Spread, View, problems_of, view_of

EVERYTHING = View(
    members=(1, 2, 3, 9),
    metrics=("ce_pct", "retention_pct"),
    x=Axis.EFC,
    per=Per.MASS,
    rate="C/3",
    group="chemistry",
    show=Show.BOTH,
    band=Spread.ERROR,
    hidden=(9,),
    at=12.5,
    curve=Curve.DQDV,
    half=Half.BOTH,
    cycle=WhichCycle(percent=80.0),
)


@pytest.mark.parametrize("view", [View(), EVERYTHING, View(members=(5,), rate="all")])
def test_an_address_carries_the_whole_view(view):
    query = parse_qs(urlencode(view.query, doseq=True))
    assert view_of(query) == view
    assert problems_of(query) == []


def test_the_words_of_the_controls_for_nothing_are_nothing():
    assert view_of({"rate": "main", "group": "none"}) == View()


def test_what_is_usual_is_not_in_it():
    assert View(members=(3, 1, 2)).query == {"experiments": "3,1-2"}
    assert EVERYTHING.visible == (1, 2, 3)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"experiments": "x"}, "“x” names no experiments"),
        ({"y": "<b>"}, "There is no metric “<b>”"),
        ({"y": ["ce_pct", "ee_pct", "ve_pct", "days", "charge_ah"]}, "At most 4 metrics"),
        ({"x": "time"}, "Axis “time” is unknown"),
        ({"per": "cell"}, "Capacity per “cell” is unknown"),
        ({"group": "colour"}, "Group “colour” is unknown"),
        ({"show": "all"}, "Show “all” is unknown"),
        ({"band": "x"}, "Band “x” is unknown"),
        ({"experiments": "1", "hidden": "2"}, "2 cannot be hidden"),
        ({"at": "nan"}, "“nan” is no place"),
        ({"at": "-1"}, "“-1” is no place"),
        ({"curve": "x"}, "Curve “x” is unknown"),
        ({"half": "x"}, "Half “x” is unknown"),
        ({"cycle": "<b>"}, "“<b>” names no cycle"),
    ],
)
def test_what_nobody_knows_is_said_and_left_out(query, words):
    (problem,) = problems_of(query)
    assert problem.startswith(words)
    assert view_of(query).query.keys() <= {"experiments", "y"}


@pytest.mark.parametrize(
    "given", [None, 7, "x", {"experiments": {"a": 1}}, {"y": [["x"]], "at": []}]
)
def test_nothing_that_is_sent_can_fail(given):
    assert view_of(given).metrics == ("discharge_ah",)
