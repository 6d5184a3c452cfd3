"""A rule on cycles from its dialog to the alarm: by the worker that runs beside the pages."""

import re

import pytest
from playwright.sync_api import Page, expect

from db.engine import connect
from tests.browser.conftest import Served
from tests.browser.test_accessibility import shown_violations
from tests.browser.waiting import keep_toasts, settled
from tests.cycling_run import CyclingRun


@pytest.fixture
def run(served: Served):
    database = connect(served.database_url)
    made = CyclingRun(database)
    made.cycle(1.0, 0.999)
    made.begin()
    yield made
    database.dispose()


def test_a_rule_is_set_and_the_next_cycle_that_breaks_it_is_on_the_monitor(
    page: Page, run: CyclingRun, sign_in, screenshot
):
    keep_toasts(page)
    sign_in(page, "operator")
    page.goto(f"/experiments/{run.number}?tab=cycles")
    card = page.get_by_role("region", name="Rules")
    expect(card).to_contain_text("No rule is set")
    card.get_by_role("button", name="Set rules").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Rules on the cycles of this experiment")
    threshold = dialog.get_by_label("CE below")
    threshold.fill("99,5")
    dialog.get_by_label("CE for").fill("1")
    screenshot(page, "cycle-rules")
    assert shown_violations(page) == []
    dialog.get_by_role("button", name="Save rules").click()
    expect(dialog).to_contain_text("CE: Write 99.5, with a point instead of the comma.")
    expect(threshold).to_have_value("99,5")
    threshold.fill("99.5")
    dialog.get_by_role("button", name="Save rules").click()
    expect(card).to_contain_text("CE below 99.5 %")
    expect(card).to_contain_text("None of 1 cycle.")
    settled(page)

    run.cycle(1.0, 0.98)
    run.begin()
    page.goto("/")
    words = re.compile(rf"Experiment {run.number}, cycle 2: CE 98.0 % is below 99.5 %")
    expect(page.locator(f'[data-bem-station="{run.station}"]')).to_contain_text(words)
    page.goto(f"/experiments/{run.number}?tab=cycles")
    expect(card).to_contain_text("Cycle 2: CE 98.0 % is below 99.5 %")
