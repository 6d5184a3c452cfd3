"""Adding batteries, finding, changing and deleting them, as people do it."""

import re

import pytest
from playwright.sync_api import Page, expect

from db.engine import connect
from tests.browser.conftest import Served, only_from
from tests.browser.waiting import keep_toasts, settled

COMMON = {
    "Name": "Cell-031",
    "Serial number": "24A-031",
    "Manufacturer": "Oakmere",
    "Model": "M1",
    "Made on (optional)": "2025-03-18",
}
LITHIUM = COMMON | {
    "Chemistry": "NMC",
    "Capacity": "2.9",
    "Lowest voltage": "2.5",
    "Highest voltage": "4.2",
    "Largest charge current": "2.9",
    "Largest discharge current": "5.8",
}
LEAD_ACID = COMMON | {
    "Electrolyte": "Gel",
    "Capacity": "44",
    "Cells in series": "6",
    "Lowest voltage": "10.5",
    "Highest voltage": "14.7",
    "Largest charge current": "10",
    "Largest discharge current": "44",
}
STACK = COMMON | {
    "Electrode size": "62.5",
    "Bipolar plate": "Graphite",
    "Membrane": "Nafion",
    "Electrolyte": "All-vanadium",
    "Cells in series": "4",
    "Lowest voltage": "3.2",
    "Highest voltage": "6.6",
    "Largest charge current": "10",
    "Largest discharge current": "10",
}
CHOICES = {"Chemistry", "Electrolyte", "Bipolar plate", "Membrane"}
SAVED = re.compile(r"/add-experiment\?battery=\d+$")
ON_SQLITE = pytest.mark.parametrize("served", ["sqlite"], indirect=True)


def fill(page: Page, fields: dict[str, str]) -> None:
    for label, value in fields.items():
        control = page.get_by_label(label, exact=True).and_(page.locator(":visible"))
        if label in CHOICES:
            control.select_option(value)
        else:
            control.fill(value)


def save(page: Page) -> None:
    page.locator("#battery-add--save").click()


def open_saved(page: Page) -> None:
    """Go from where a saved battery leads to its page."""
    expect(page).to_have_url(SAVED)
    page.goto(f"/batteries/{page.url.rpartition('=')[2]}")


def batteries(served: Served) -> int:
    database = connect(served.database_url)
    with database.engine.connect() as connection:
        count = connection.exec_driver_sql("SELECT COUNT(*) FROM Battery").scalar_one()
    database.dispose()
    return count


@ON_SQLITE
@pytest.mark.parametrize(
    ("technology", "fields", "said"),
    [
        ("Lead-acid", LEAD_ACID, "44 Ah"),
        ("Redox-flow", STACK, "62.5 cm²"),
    ],
)
def test_a_battery_of_another_technology_has_its_own_fields(
    page: Page, served: Served, sign_in, technology, fields, said
):
    sign_in(page, "operator")
    page.goto("/add-battery")
    page.get_by_text(technology, exact=True).click()
    expect(page.get_by_label("Chemistry", exact=True)).to_be_hidden()
    fill(page, fields)
    save(page)
    open_saved(page)
    expect(page.get_by_role("region", name="Battery")).to_contain_text(said)


@ON_SQLITE
def test_a_half_cell_is_asked_for_no_number_of_cells(page: Page, served: Served, sign_in):
    sign_in(page, "operator")
    page.goto("/add-battery")
    of_packs = [page.get_by_label(label) for label in ("Cells in series", "Lowest cell voltage")]
    for field in of_packs:
        expect(field).to_be_visible()
    page.get_by_label("Kind", exact=True).select_option(label="Anode half cell")
    for field in of_packs:
        expect(field).to_be_hidden()
    coin = {"Capacity": "2 mAh", "Active mass (optional)": "1.2 mg", "Highest voltage": "1.5"}
    fill(page, LITHIUM | coin | {"Chemistry": "Other", "Lowest voltage": "5 mV"})
    save(page)
    open_saved(page)
    about = page.get_by_role("region", name="Battery")
    for words in ("Anode half cell", "2 mAh", "1.2 mg"):
        expect(about).to_contain_text(words)


@ON_SQLITE
def test_a_cell_travels_from_the_form_to_its_page_and_the_next_one(
    page: Page, served: Served, sign_in, screenshot
):
    keep_toasts(page)
    sign_in(page, "operator")
    page.goto("/batteries")
    expect(page.get_by_text("There are no batteries yet.")).to_be_visible()
    page.get_by_role("link", name="Add the first one").click()
    fill(page, LITHIUM)
    meaning = page.get_by_role("region", name="What it means")
    expect(meaning).to_contain_text("4.25")
    screenshot(page, "add-battery")
    save(page)
    expect(page.get_by_text("Cell-031 (SN 24A-031) is registered.")).to_be_visible()
    open_saved(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cell-031")

    page.get_by_role("link", name="Copy as next serial number").first.click()
    expect(page.get_by_label("Serial number", exact=True)).to_have_value("24A-032")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Cell-032")
    page.get_by_role("button", name="Add and copy as next").click()
    expect(page.get_by_label("Serial number", exact=True)).to_have_value("24A-033")
    assert batteries(served) == 2

    page.get_by_role("link", name="Batteries").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Batteries2")
    page.get_by_role("link", name="Cell-031", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cell-031")


@ON_SQLITE
def test_errors_come_on_leaving_a_field_and_the_first_one_gets_the_focus(
    page: Page, served: Served, sign_in
):
    sign_in(page, "operator")
    page.goto("/add-battery")
    voltage = page.get_by_label("Highest voltage", exact=True)
    voltage.fill("4,2")
    error = page.locator("#battery-add-voltage-max-v-error")
    expect(error).to_have_text("")
    voltage.blur()
    expect(error).to_have_text("Write 4.2, with a point instead of the comma.")
    expect(voltage).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#battery-add-name-error")).to_have_text("")
    voltage.fill("4.2")
    expect(error).to_have_text("")

    save(page)
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.locator("#battery-add-name-error")).to_have_text("Give the name.")
    expect(page.get_by_role("status").filter(has_text="fields to fix")).to_be_visible()
    expect(voltage).to_have_value("4.2")
    assert batteries(served) == 0


@ON_SQLITE
def test_what_was_typed_outlives_a_reload_and_an_expired_login(
    page: Page, served: Served, sign_in, watch
):
    watch.expect("status of 401")
    sign_in(page, "operator")
    page.goto("/add-battery")
    fill(page, LITHIUM)
    page.reload()
    for label, value in LITHIUM.items():
        expect(page.get_by_label(label, exact=True).and_(page.locator(":visible"))).to_have_value(
            value
        )
    with only_from(page, "battery-add--save.n_clicks"):
        page.context.clear_cookies(name=re.compile("session"))
        save(page)
        expect(page).to_have_url(re.compile(r"/login\?.*next="))
    sign_in(page, "operator")
    page.goto("/add-battery")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Cell-031")
    save(page)
    expect(page).to_have_url(SAVED)
    page.goto("/add-battery")
    expect(page.get_by_role("region", name="What it means")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("")


@ON_SQLITE
def test_a_battery_that_exists_is_found_while_typing(page: Page, served: Served, sign_in):
    sign_in(page, "operator")
    page.goto("/add-battery")
    fill(page, LITHIUM)
    save(page)
    expect(page).to_have_url(SAVED)
    page.goto("/add-battery")
    fill(page, COMMON)
    error = page.locator("#battery-add-serial-number-error")
    expect(error).to_contain_text("is registered already")
    page.get_by_label("Serial number", exact=True).fill("24A-032")
    expect(error).to_have_text("")


@ON_SQLITE
def test_pressing_twice_makes_one_battery(page: Page, served: Served, sign_in):
    sign_in(page, "operator")
    page.goto("/add-battery")
    fill(page, LITHIUM)
    page.locator("#battery-add--save").dblclick()
    expect(page).to_have_url(SAVED)
    assert batteries(served) == 1


# Hands the answers of "Add battery" and of the check of what was typed meanwhile over in the
# same moment; others, as that of the field which the click has left, as usual.
BOTH_AT_ONCE = """() => {
  const ask = window.fetch, held = [];
  window.fetch = (address, request) => {
    const body = String((request || {}).body || "");
    const answer = ask(address, request);
    const together = /"battery-add--save.n_clicks"\\]/.test(body)
      || (held.length === 1 && body.includes("typed meanwhile"));
    if (held.length === 2 || !together) return answer;
    return new Promise((give) => {
      held.push(() => give(answer));
      if (held.length === 2) answer.then(() => held.forEach((one) => one()));
    });
  };
}"""


@ON_SQLITE
def test_a_check_that_comes_with_the_answer_to_saving_does_not_hide_it(
    page: Page, served: Served, sign_in
):
    sign_in(page, "operator")
    page.goto("/add-battery")
    fill(page, LITHIUM | {"Name": "Cell at once"})
    settled(page)
    page.evaluate(BOTH_AT_ONCE)
    save(page)
    page.locator("#battery-add-description").fill("typed meanwhile")
    open_saved(page)


@ON_SQLITE
def test_an_admin_changes_and_deletes_a_battery(page: Page, served: Served, sign_in):
    sign_in(page, "admin")
    page.goto("/add-battery")
    fill(page, LITHIUM | {"Name": "<b>Cell</b> 🔋"})
    page.get_by_label("Name", exact=True).press("Enter")
    open_saved(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("<b>Cell</b> 🔋")

    page.get_by_role("link", name="Change").click()
    page.get_by_label("Description").fill("From the drawer")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("From the drawer")).to_be_visible()

    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete <b>Cell</b> 🔋 (SN 24A-031)?")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete battery").click()
    expect(page).to_have_url(f"{served.url}/batteries")
    expect(page.get_by_text("There are no batteries yet.")).to_be_visible()
    assert batteries(served) == 0


@ON_SQLITE
def test_a_check_that_is_lost_calls_no_filled_field_empty(page: Page, sign_in):
    check = '"output":"..battery-add--side'
    sign_in(page, "operator")
    with page.expect_response(lambda one: check in (one.request.post_data or "")):
        page.goto("/add-battery")  # the empty form is checked

    def lose(route):
        if check in (route.request.post_data or ""):
            return route.fulfill(status=204)
        return route.fallback()

    page.route(re.compile("_dash-update-component"), lose)
    page.get_by_label("Name", exact=True).fill("K1")
    page.get_by_label("Serial number", exact=True).focus()
    page.get_by_label("Manufacturer", exact=True).focus()
    expect(page.get_by_text("Give the serial number.")).to_be_visible()  # it is empty
    expect(page.get_by_text("Give the name.")).to_have_count(0)


@ON_SQLITE
def test_what_somebody_has_typed_is_not_shown_to_the_next_user(page: Page, sign_in):
    sign_in(page, "operator")
    page.goto("/add-battery")
    page.get_by_label("Name", exact=True).fill("HALF-2")
    page.reload()
    expect(page.get_by_label("Name", exact=True)).to_have_value("HALF-2")
    page.goto("about:blank")  # a question of the page that is left would be refused
    sign_in(page, "admin")  # in the same tab
    page.goto("/add-battery")
    settled(page)
    expect(page.get_by_label("Name", exact=True)).to_have_value("")
