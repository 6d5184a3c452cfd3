"""The list of batteries and the life of one, worked with as a researcher does."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from bem.services import utc_now
from cycling.terms import ExperimentStatus
from db.engine import connect
from db.measures.cycle_summaries import renew_summary
from db.models import Experiment
from tests.browser.conftest import Served
from tests.unit.pages.experiment.cycles.cycled import cycled

pytestmark = pytest.mark.parametrize("served", ["sqlite"], indirect=True)

LINES = "#battery-life-graph .scatterlayer .trace"


@pytest.fixture
def battery(served: Served) -> int:
    """A battery with two experiments; a third one of it runs, a fourth waits."""
    database = connect(served.database_url)
    first, second = (cycled(database, 5, name=name, clock=utc_now) for name in ("Old", "New"))
    with database.write() as session:
        old, new = (session.get_one(Experiment, one) for one in (first, second))
        new.battery_id = battery = old.battery_id
        new.begun_at = old.begun_at + timedelta(days=10)
        about = {"description": "", "created_at": utc_now(), "battery_id": battery}
        for name, status in (
            ("Now", ExperimentStatus.RUNNING),
            ("Next", ExperimentStatus.QUEUED),
        ):
            begun_at = utc_now() if status is ExperimentStatus.RUNNING else None
            where = {"station_id": 1, "profile_id": old.profile_id, "begun_at": begun_at}
            session.add(Experiment(name=name, status=status, **about, **where))
    for one in (first, second):
        renew_summary(database, one)
    database.dispose()
    return battery


def test_what_runs_is_running_and_its_life_goes_over_all_experiments(
    page: Page, battery: int, sign_in
):
    sign_in(page, "viewer")
    page.goto("/batteries")
    row = page.locator(f".ag-row[row-id='{battery}']")
    expect(row.locator("[col-id=state]")).to_have_text("Running")
    expect(row.locator("[col-id=station]")).to_have_text("Virtual")
    page.get_by_role("button", name="Filter").click()
    page.locator("#batteries-part-retention").fill("<50")
    page.locator("#batteries-part-retention").press("Enter")
    expect(page).to_have_url(re.compile("retention=%3C50"))
    page.keyboard.press("Escape")
    expect(page.get_by_text("No battery matches this search.")).to_be_visible()
    page.get_by_role("button", name="Remove Retention / % filter").click()
    file = page.get_by_role("link", name="CSV")
    expect(page).not_to_have_url(re.compile("retention"))
    expect(file).to_have_attribute("href", re.compile(r"^/batteries\.csv$"))

    row.get_by_role("link").first.click()
    page.get_by_role("link", name="Life").click()
    expect(page.locator(LINES)).to_have_count(1)
    expect(page.locator("#battery-life-figures")).to_contain_text("complete, of 2 experiments")
    page.get_by_role("group", name="Axis").get_by_text("Calendar").click()
    expect(page).to_have_url(re.compile(rf"/batteries/{battery}\?tab=life&x=calendar$"))
    expect(page.locator("#battery-life-caption")).to_contain_text("Days of the calendar")
    href = f"/batteries/{battery}/life.csv?x=calendar"
    expect(page.locator(".bem-life-file")).to_have_attribute("href", href)
