"""The tab of pulses, worked with as a researcher does."""

import re

import pytest
from playwright.sync_api import Page, expect

from bem.services import utc_now
from db.engine import connect
from tests.browser.conftest import Served
from tests.browser.waiting import settled
from tests.unit.pages.experiment.pulses.pulsed import pulsed

GRAPHS = "#pulses-content .bem-graph"


@pytest.fixture
def experiment(served: Served) -> int:
    """Three cycles with a pulse of discharge in each."""
    database = connect(served.database_url)
    found = pulsed(database, (0.05, 0.06, 0.07), clock=utc_now)
    database.dispose()
    return found


def counts(page: Page, graph: int, points: list[int]) -> None:
    """Wait until the traces of a graph that have markers have so many of them."""
    traces = page.locator(GRAPHS).nth(graph).locator(".scatterlayer .trace:has(.point)")
    expect(traces).to_have_count(len(points))
    for place, count in enumerate(points):
        expect(traces.nth(place).locator(".point")).to_have_count(count)


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_a_pulse_that_is_unticked_stays_out(page: Page, experiment: int, sign_in):
    sign_in(page, "admin")
    address = f"/experiments/{experiment}?tab=pulses"
    page.goto(f"{address}&x=cycle")
    boxes = page.get_by_role("checkbox", name=re.compile("The pulse at .* counts"))
    expect(boxes).to_have_count(3)
    rows = page.locator(".bem-pulse-rows tbody tr")
    for row, ohm in enumerate(("50.000", "60.000", "70.000")):
        expect(rows.nth(row)).to_contain_text(ohm)
    content = page.locator("#pulses-content")
    expect(content).to_contain_text("3 pulses, 0 of charge and 3 of discharge.")
    counts(page, 0, [3])
    counts(page, 1, [3])
    boxes.nth(1).click()
    for _look in range(2):
        expect(content).to_contain_text("1 is unticked and left out below.")
        expect(boxes.nth(1)).not_to_be_checked()
        expect(boxes.nth(0)).to_be_checked()
        counts(page, 0, [2, 1])  # where it is stays to be seen
        counts(page, 1, [2])
        settled(page)
        expect(page).to_have_url(re.compile("x=cycle"))
        page.reload()
    page.goto("/audit")
    expect(page.get_by_role("row").filter(has_text="untick pulse")).to_contain_text(
        f"experiment {experiment}"
    )
