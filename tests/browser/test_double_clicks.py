"""Two clicks on a button that writes make one thing, at any speed, also on a slow line."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, expect
from sqlalchemy import func, select

from bem.services import utc_now
from db.engine import Database, connect
from db.models import Base, Battery, CyclerStation, Job, Note, Plan, User
from tests.browser.conftest import Served
from tests.browser.files import bdf_file
from tests.browser.test_add_experiment import SAVE, choose, open_form, write
from tests.browser.test_batteries import LITHIUM, fill
from tests.browser.test_vertical import choose as choose_file
from tests.browser.waiting import settled
from tests.form_lab import CYCLE, FormLab
from tests.integration.db.queries.stations.test_units import Lab as UnitLab
from tests.unit.db.lab import add_cell, import_blocks

pytestmark = pytest.mark.parametrize("served", ["sqlite"], indirect=True)
LATENCY_MS = 400
IMPORT = "import file"
GAPS_MS = (0, 50, 250)
SENT_BY = {SAVE: "addexp-send.data"}  # where a script sends what the button asks for
CLICK_TWICE = """([selector, gap]) => new Promise((done) => {
  const button = document.querySelector(selector);
  button.click();
  const again = () => { (document.querySelector(selector) || button).click(); done(); };
  if (gap) setTimeout(again, gap); else again();
})"""


@pytest.fixture
def database(served: Served) -> Iterator[Database]:
    opened = connect(served.database_url)
    yield opened
    opened.dispose()


def count(database: Database, things: type[Base]) -> int:
    """Return how many there are; of jobs those that import."""
    counted = select(func.count()).select_from(things)
    with database.read() as session:
        return session.scalar(counted.where(Job.kind == IMPORT) if things is Job else counted) or 0


def click_twice(page: Page, selector: str, gap_ms: int) -> None:
    """Click on a slow line; return once everything that the clicks have sent is answered."""
    expect(page.locator(selector)).to_be_enabled()
    settled(page)
    line = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": -1}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    sent: list[Request] = []
    clicked = SENT_BY.get(selector, f"{selector.removeprefix('#')}.n_clicks")
    page.on("request", lambda one: sent.append(one) if clicked in (one.post_data or "") else None)
    with page.expect_response(lambda answer: clicked in (answer.request.post_data or "")):
        page.evaluate(CLICK_TWICE, [selector, gap_ms])
    for request in sent:
        answer = request.response()
        if answer is not None:
            answer.finished()
    line.send("Network.emulateNetworkConditions", {**slow, "latency": 0, "uploadThroughput": -1})


def an_import(page: Page, database: Database, folder: Path) -> str:
    FormLab(database)
    page.goto("/import-experiment")
    choose_file(page, bdf_file(folder / "coin.bdf.csv"))
    expect(page.get_by_text("600 rows")).to_be_visible()
    settled(page)  # an answer about the file closes an open list
    page.get_by_label("Name", exact=True).fill("Coin cell")
    page.locator("#import-battery").click()
    page.locator(".dash-dropdown-option", has_text="NMC-001").first.click()
    return "#import-save"


def a_note(page: Page, database: Database, _folder: Path) -> str:
    measured = import_blocks(database, battery_id=add_cell(database), clock=utc_now)
    page.goto(f"/experiments/{measured}")
    page.locator("#experiment-note-add").click()
    page.locator("#experiment-note-text").fill("Door open")
    return "#experiment-note-save"


def a_battery(page: Page, _database: Database, _folder: Path) -> str:
    page.goto("/add-battery")
    fill(page, LITHIUM)
    return "#battery-add--save"


def a_queue(page: Page, database: Database, _folder: Path) -> str:
    FormLab(database)
    open_form(page)
    page.locator("#addexp-name").fill("Ageing of one")
    choose(page, "battery", "NMC-001")
    choose(page, "station", "Station 01")
    write(page, CYCLE)
    expect(page.locator(SAVE)).to_have_text("Queue experiment on Station 01")
    return SAVE


def a_user(page: Page, _database: Database, _folder: Path) -> str:
    page.goto("/users")
    page.get_by_role("button", name="Add user").click()
    page.get_by_label("Name", exact=True).fill("marie.c")
    return "#users-sure"


def a_station(page: Page, database: Database, _folder: Path) -> str:
    page.goto(f"/stations/new?unit={UnitLab(database).ours}")
    page.get_by_label("Name", exact=True).fill("Station 08")
    page.get_by_label("Location", exact=True).fill("Lab 2")
    page.locator(".form-check-input").first.check()
    return "#station-edit-save"


FORMS: dict[str, tuple[str, Callable[[Page, Database, Path], str], type[Base]]] = {
    "import": ("operator", an_import, Job),
    "note": ("operator", a_note, Note),
    "battery": ("operator", a_battery, Battery),
    "queue": ("operator", a_queue, Plan),
    "user": ("admin", a_user, User),
    "station": ("operator", a_station, CyclerStation),
}


@pytest.mark.parametrize("gap_ms", GAPS_MS)
@pytest.mark.parametrize("form", FORMS)
def test_two_clicks_make_one_thing(
    page: Page, sign_in, database: Database, tmp_path: Path, form: str, gap_ms: int
):
    person, fill_in, model = FORMS[form]
    sign_in(page, person)
    button = fill_in(page, database, tmp_path)
    before = count(database, model)
    click_twice(page, button, gap_ms)
    assert count(database, model) == before + 1
