"""The tab of dQ/dV, worked with as a researcher does."""

import csv
import re

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from bem.services import utc_now
from db.engine import connect
from tests.browser.conftest import Served
from tests.browser.waiting import settled
from tests.unit.pages.experiment.cycles.cycled import cycled

GRAPH = "#dqdv-graph"


@pytest.fixture
def experiment(served: Served) -> int:
    """Twelve cycles over 1 V at an even slope, so that dQ/dV is 1, 0.99, 0.98 ... Ah/V."""
    database = connect(served.database_url)
    found = cycled(database, 12, rows=40, clock=utc_now)
    database.dispose()
    return found


def has_names(page: Page, expected: list[str]) -> None:
    expect(page.locator(f"{GRAPH} .legendtext")).to_have_text(expected)


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_chosen_cycles_are_drawn_compared_and_sent(page: Page, experiment: int, sign_in):
    sign_in(page, "viewer")
    page.goto(f"/experiments/{experiment}?tab=dqdv")
    lines = page.locator(f"{GRAPH} .scatterlayer path.js-line")
    expect(lines).to_have_count(12)
    expect(page.locator(f"{GRAPH} .ytitle")).to_have_text("dQ/dV / (Ah/V)")
    has_names(page, [])  # the colours are explained by a bar
    last = page.get_by_label("Last cycle")
    last.fill("3")
    last.press("Enter")
    has_names(page, ["Cycle 1", "Cycle 2", "Cycle 3"])
    reference = page.get_by_label("Reference")
    reference.fill("5")
    reference.press("Enter")
    has_names(page, ["Cycle 1", "Cycle 2", "Cycle 3", "Cycle 5, reference"])
    page.get_by_label("Difference to it").check()
    has_names(page, ["Cycle 1", "Cycle 2", "Cycle 3"])
    page.get_by_role("group", name="Halves").get_by_text("Charge", exact=True).click()
    expect(page).to_have_url(re.compile("half=charge"))
    parts = {"tab=dqdv", "half=charge", "cycles=1-3", "reference=5", "difference=1"}
    assert set(page.url.partition("?")[2].split("&")) == parts
    settled(page)
    page.reload()  # the address carries it
    has_names(page, ["Cycle 1", "Cycle 2", "Cycle 3"])
    expect(page.locator(f"{GRAPH} .ytitle")).to_contain_text("less that of cycle 5")
    with page.expect_download() as sent:
        page.get_by_role("button", name="CSV").click()
    head, *rows = csv.reader(sent.value.path().read_text().splitlines())
    assert head == ["cycle", "half", "voltage_v", "difference_of_dqdv_ah_per_v"]
    assert {(cycle, half) for cycle, half, *_ in rows} == {(n, "charge") for n in "123"}
    for cycle in range(1, 4):
        values = [float(value) for number, *_, value in rows if int(number) == cycle]
        expected = 0.99 ** (cycle - 1) - 0.99**4
        assert np.median(values) == pytest.approx(expected, abs=2e-3)
