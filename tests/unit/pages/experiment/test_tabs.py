"""The tabs of the experiment page: what an address leads to."""

from urllib.parse import urlencode

import pytest

from pages.experiment.cycles import address as of_cycles
from pages.experiment.dqdv import address as of_dqdv
from pages.experiment.pulses import address as of_pulses
from pages.experiment.tabs import Tab, asked_tab, tab_address
from tests.unit.components.tree import find
from tests.unit.pages.experiment.pulses.pulsed import pulsed

NAMES = sorted({*of_cycles.NAMES, *of_dqdv.NAMES, *of_pulses.NAMES})
ODD = ["", "-1", "nan", "1e999", "9" * 40, "1-" + "9" * 40, "\x00", "１２", "🔋", "<b>", "x" * 3000]
SENT = [*ODD, float("nan"), 10**30, -1, True, None, [], [None, {}], {"a": {"b": 1}}]
DRAWN = {
    Tab.CYCLES: ("cycles-graph.figure", "cycles-view"),
    Tab.DQDV: ("dqdv-graph.figure", "dqdv-view"),
    Tab.PULSES: ("pulses-content.children", "pulses-view"),
}


@pytest.mark.parametrize(
    ("given", "tab"),
    [
        (None, Tab.OVERVIEW),
        ("overview", Tab.OVERVIEW),
        ("cycles", Tab.CYCLES),
        ("dqdv", Tab.DQDV),
        ("pulses", Tab.PULSES),
        ("graph", Tab.OVERVIEW),
        (["cycles", "dqdv"], Tab.OVERVIEW),
    ],
)
def test_the_tab_that_an_address_names(given, tab):
    assert asked_tab(given) is tab


def test_the_address_of_a_tab_leads_to_it():
    assert tab_address(12, Tab.CYCLES) == "/experiments/12?tab=cycles"
    assert tab_address(12, Tab.OVERVIEW) == "/experiments/12"  # as it was before there were tabs


@pytest.fixture
def experiment(store) -> int:
    return pulsed(store)


@pytest.mark.parametrize("tab", DRAWN)
def test_whatever_an_address_says_the_tab_is_there(vera, experiment, tab):
    for odd in ODD:
        for given in (odd, [odd, odd]):
            query = urlencode({"tab": tab, **dict.fromkeys(NAMES, given)}, doseq=True)
            page = vera.open(f"/experiments/{experiment}", f"?{query}")
            assert find(page, id=DRAWN[tab][1]), odd


@pytest.mark.parametrize("tab", DRAWN)
def test_whatever_its_controls_say_it_is_drawn(vera, experiment, tab):
    output, view = DRAWN[tab]
    page = vera.open(f"/experiments/{experiment}", f"?tab={tab}")
    kept = find(page, id=view)[0]["props"]["data"]
    _callback, spec = vera._callback(output, None)
    controls = [f"{one['id']}.value" for one in spec["inputs"] if one["property"] == "value"]
    for odd in SENT:
        values = dict.fromkeys(controls, odd) | {f"{view}.data": kept}
        if tab is Tab.CYCLES:  # a script of the page keeps what its controls say
            values = {f"{view}.data": {**kept, **dict.fromkeys(of_cycles.NAMES, odd)}}
        answer = vera.call(output, {**values, "shell-theme.data": "light"})
        assert answer.status == 200, odd
        assert answer.error is None, odd
        assert output in answer, odd
