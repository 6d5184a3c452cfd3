"""The tabs of the experiment page: what an address leads to."""

import pytest

from pages.experiment.tabs import Tab, asked_tab, tab_address


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
