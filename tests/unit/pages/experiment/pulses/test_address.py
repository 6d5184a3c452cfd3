"""What of the tab of pulses stands in its address."""

import pytest

from pages.experiment.pulses.address import Show, View, XAxis, problems_of, view_of

EVERYTHING = View(Show.GITT, "end", XAxis.TIME, full_pct=80.0, soc_pct=50.0, length_um=2.5)


@pytest.mark.parametrize("view", [View(), EVERYTHING])
def test_the_address_brings_back_every_choice(view):
    query = {name: str(one) for name, one in view.query.items()}
    assert query.pop("tab") == "pulses"
    assert view_of(query) == view
    assert problems_of(query) == []


def test_what_nobody_knows_is_as_usual_and_said():
    odd = {"show": "odd", "at": "7", "x": "odd", "full": "120", "soc": "-1", "length": "odd"}
    assert view_of(odd) == View()
    problems = problems_of(odd)
    assert len(problems) == 6
    assert "“120” is not a state of charge in %, from 0 to 100: it is left out." in problems


@pytest.mark.parametrize("length", [0, "0", None, "", float("nan")])
def test_no_length_is_none(length):
    assert view_of({"length": length}).length_um is None
