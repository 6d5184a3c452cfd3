"""The whole way of a measurement: sign in, import, find, look at, export."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.conftest import PASSWORD, Served, only_from
from tests.browser.files import bdf_file, discharge_positive_file, local_clock_file
from tests.browser.waiting import keep_toasts, settled, wait_until

ON_SQLITE = pytest.mark.parametrize("served", ["sqlite"], indirect=True)


def choose(page: Page, file: Path | list[Path], button: str = "Choose files") -> None:
    """Choose a file, as a person does: once more if the button was just drawn anew."""
    settled(page)
    for patience_ms in (10_000, 10_000, 60_000):
        try:
            with page.expect_file_chooser(timeout=patience_ms) as chooser:
                page.get_by_role("button", name=button).click()
        except PlaywrightTimeoutError:
            continue
        chooser.value.set_files(file)
        return
    raise AssertionError(f"{button} opened nothing")


CALLS_IN_HALF_A_SECOND = """() => new Promise((tell) => {
  const form = window.dash_clientside.battery, show = form.show;
  let calls = 0;
  form.show = (...given) => { calls += 1; return show.apply(form, given); };
  setTimeout(() => { form.show = show; tell(calls); }, 500);
})"""


def add_battery(page: Page, name: str) -> None:
    page.get_by_role("button", name="New battery").click()
    fields = {
        "Name": name,
        "Serial number": "SN-1",
        "Manufacturer": "Oakmere",
        "Model": "C2032",
        "Capacity": "0.003",
        "Lowest voltage": "2.5",
        "Highest voltage": "4.3",
        "Largest discharge current": "0.01",
        "Largest charge current": "0.005",
        "Made on (optional)": "2026-03-04",
    }
    dialog = page.get_by_role("dialog")
    for label, value in fields.items():
        dialog.get_by_label(label, exact=True).fill(value)
    dialog.get_by_label("Chemistry", exact=True).select_option("NMC")
    settled(page)  # the answer about what was typed comes before the last
    dialog.get_by_role("button", name="Add battery").click()
    expect(dialog).to_be_hidden()
    settled(page)
    assert page.evaluate(CALLS_IN_HALF_A_SECOND) < 5, "the form calls itself again and again"


def test_a_file_travels_from_the_login_to_an_equal_export(
    page: Page, served: Served, tmp_path: Path, screenshot
):
    keep_toasts(page)
    page.goto("/import-experiment")
    page.get_by_label("User name").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{served.url}/import-experiment")

    choose(page, bdf_file(tmp_path / "coin.bdf.csv"))
    expect(page.get_by_text("600 rows")).to_be_visible()
    expect(page.get_by_label("What Current / A is")).to_have_value("current")
    page.get_by_label("Name", exact=True).fill("Coin cell <b>1</b>")
    add_battery(page, "HC-1")
    screenshot(page, "import")
    page.get_by_role("button", name="Import 600 measures").click()

    expect(page).to_have_url(re.compile(r"/experiments/[0-9]+"))
    expect(page.get_by_text("The experiment is imported.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Coin cell <b>1</b>")
    expect(page.locator("#experiment-range")).to_contain_text("every sample, 10 s apart")
    graph = page.get_by_role("region", name="Graph")
    expect(graph.get_by_text("Current / µA")).to_be_visible()
    screenshot(page, "experiment")

    with page.expect_download() as download:
        page.click("#experiment-csv")
    exported = tmp_path / "exported.csv"
    download.value.save_as(exported)
    assert measures(exported) == measures(tmp_path / "coin.bdf.csv")


def measures(file: Path) -> list[tuple[float, ...]]:
    """Time, voltage, current and temperature of a file in our labels."""
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    labels = head.split(",")
    wanted = ["Test Time / s", "Unix Time / s", "Voltage / V", "Current / A", "T1 / degC"]
    places = [labels.index(label) for label in wanted]
    return [tuple(float(row.split(",")[place]) for place in places) for row in rows]


@ON_SQLITE
def test_the_sign_of_an_unknown_table_is_asked_and_hours_become_seconds(
    page: Page, served: Served, sign_in, tmp_path: Path
):
    sign_in(page, "operator")
    page.goto("/import-experiment")
    choose(page, discharge_positive_file(tmp_path / "table.txt"))

    expect(page.get_by_text("semicolon, decimal comma")).to_be_visible()
    time_unit = page.get_by_label("Unit of Time(h)")
    expect(time_unit).to_have_value("h")
    settled(page)
    if page.locator("#import-save").is_disabled():
        page.locator("#import-sign").get_by_text("Discharge").click()
    expect(page.get_by_role("button", name="Import 120 measures")).to_be_enabled()
    expect(page.locator("#import-file-state")).to_contain_text("1 h 59 min")
    time_unit.select_option("min")
    expect(page.locator("#import-file-state")).to_contain_text("1 min 59 s")


@ON_SQLITE
def test_several_files_are_confirmed_in_a_table_and_imported(
    page: Page, served: Served, sign_in, tmp_path: Path, screenshot
):
    sign_in(page, "operator")
    page.goto("/import-experiment")
    files = [
        bdf_file(tmp_path / "several first.csv", cycles=2),
        bdf_file(tmp_path / "several second.csv", cycles=1, samples=400),
        discharge_positive_file(tmp_path / "several third.txt"),
        tmp_path / "broken.csv",
    ]
    files[-1].write_text("nothing")
    choose(page, files[0])
    add_battery(page, "HC-2")
    page.get_by_role("button", name="Remove").click()
    choose(page, files)
    box = page.locator("#import-batch-box")
    expect(box.get_by_text("No table was found in broken.csv")).to_be_visible()
    first = box.get_by_label("Battery of several first.csv")
    screenshot(page, "import-several")
    page.set_viewport_size({"width": 390, "height": 844})
    screenshot(page, "import-several-390")
    wait_until(page, lambda: page.evaluate("document.documentElement.scrollWidth") <= 390, 60)
    page.set_viewport_size({"width": 1400, "height": 900})
    box.get_by_label("Import several third.txt").uncheck()
    box.get_by_role("button", name="Import", exact=True).click()
    expect(box.get_by_text("2 files lack an answer, each in its row")).to_be_visible()
    expect(box.get_by_text("Choose the battery.", exact=True)).to_have_count(2)
    for name in ("first", "second"):
        box.get_by_label(f"Battery of several {name}.csv").fill("SN-1")
    expect(first).to_have_value("SN-1")
    box.get_by_role("button", name="Import", exact=True).click()
    expect(box.get_by_role("link", name=re.compile("Experiment [0-9]+"))).to_have_count(2)
    expect(box.get_by_text("Left out")).to_have_count(2)
    screenshot(page, "import-several-done")
    box.get_by_role("button", name="Choose other files").click()
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()


@ON_SQLITE
def test_a_question_of_one_of_several_files_is_answered_in_its_row(
    page: Page, served: Served, sign_in, tmp_path: Path, screenshot
):
    asks = tmp_path / "asks.csv"
    rows = [f"{n * 60_000},{1_700_000_000 + n * 60},{3 + n / 100},0.001" for n in range(40)]
    asks.write_text("\n".join(["Test Time / s,Unix Time / s,Voltage / V,Current / A", *rows, ""]))
    sign_in(page, "operator")
    page.goto("/import-experiment")
    choose(page, [asks, bdf_file(tmp_path / "plain.csv", cycles=1)])
    box = page.locator("#import-batch-box")
    taken = box.get_by_label("Import asks.csv")
    expect(taken).to_be_disabled()
    right = box.get_by_label("It is right as it is")
    screenshot(page, "import-several-question")
    right.focus()
    page.keyboard.press("Space")
    expect(taken).to_be_enabled()
    expect(taken).to_be_checked()
    expect(right).to_have_count(0)


@ON_SQLITE
def test_a_zone_of_several_files_is_found_by_typing(
    page: Page, served: Served, sign_in, tmp_path: Path
):
    sign_in(page, "operator")
    page.goto("/import-experiment")
    choose(page, [local_clock_file(tmp_path / f"zone {hour}.csv", hour) for hour in (8, 10)])
    zone = page.locator("#import-batch-box .bem-batch-zone")
    zone.get_by_role("button").click()
    value = page.locator(".dash-options-list-option-checkbox:checked")
    expect(value).to_be_focused()
    page.keyboard.type("Tokyo")
    expect(page.locator(".dash-dropdown-search")).to_have_value("Tokyo")
    expect(page.locator(".dash-options-list-option")).to_have_count(1)
    page.locator(".dash-options-list-option-checkbox").evaluate("(box) => box.focus()")
    expect(page.locator(".dash-dropdown-search")).to_be_focused()
    page.keyboard.press("Enter")
    expect(zone).to_contain_text("Asia/Tokyo")


@ON_SQLITE
def test_an_import_is_followed_to_its_end_although_answers_get_lost(
    page: Page, served: Served, sign_in, tmp_path: Path, watch
):
    watch.expect("ERR_FAILED")
    sign_in(page, "operator")
    page.goto("/import-experiment")
    choose(page, bdf_file(tmp_path / "coin.bdf.csv", cycles=1))
    expect(page.get_by_role("button", name="Import 200 measures")).to_be_enabled()
    page.get_by_label("Name", exact=True).fill("Lost on the way")
    add_battery(page, "HC-1")
    lost = []

    def lose(route: Route) -> None:
        if "import-import-poll.n_intervals" in (route.request.post_data or "") and not lost:
            lost.append(route)
            route.abort()
        else:
            route.continue_()

    page.route(re.compile("_dash-update-component"), lose)
    page.get_by_role("button", name="Import 200 measures").click()
    expect(page).to_have_url(re.compile(r"/experiments/[0-9]+"))
    assert lost


@ON_SQLITE
def test_an_upload_waits_for_its_turn_by_itself_and_can_be_cancelled(
    page: Page, served: Served, sign_in, tmp_path: Path, watch
):
    watch.expect("503")
    keep_toasts(page)
    sign_in(page, "operator")
    page.goto("/import-experiment")
    watch.expect("400")
    busy, waits = ["60"], page.get_by_text("the server is receiving other files")

    def answer(route: Route) -> None:
        if busy:
            route.fulfill(status=503, headers={"Retry-After": busy[0]}, json={"error": "busy"})
        else:
            route.continue_()

    page.route("**/uploads", answer)
    choose(page, bdf_file(tmp_path / "coin.bdf.csv", cycles=1))
    expect(waits).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(waits).to_be_hidden()
    busy[:] = ["2"]
    choose(page, bdf_file(tmp_path / "coin.bdf.csv", cycles=1))
    expect(waits).to_be_visible()
    busy.clear()
    expect(page.get_by_role("button", name="Import 200 measures")).to_be_enabled()
    page.unroute("**/uploads")
    refusal = {"status": 400, "headers": {"X-Request-Id": "0badcafe"}, "json": {"error": "No."}}
    page.route("**/uploads", lambda route: route.fulfill(**refusal))
    page.get_by_role("button", name="Remove").click()
    choose(page, bdf_file(tmp_path / "coin.bdf.csv", cycles=1))
    expect(page.locator("#shell-toasts")).to_contain_text("Number of this request: 0badcafe")


@ON_SQLITE
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("cells.ndax", b"PK\x03\x04" + bytes(500), "Neware"),
        ("empty.csv", b"\n", "empty"),
        ("word.csv", b"Test Time / s,Voltage / V,Current / A\n0,3,0\n1,abc,0\n", "Row 3"),
    ],
)
def test_a_file_that_cannot_be_imported_says_why(
    page: Page, served: Served, sign_in, tmp_path: Path, name: str, content: bytes, sentence: str
):
    sign_in(page, "operator")
    page.goto("/import-experiment")
    (tmp_path / name).write_bytes(content)
    choose(page, tmp_path / name)
    expect(page.locator(".bem-import")).to_contain_text(sentence)
    expect(page.locator("#import-save")).to_be_disabled()


@ON_SQLITE
def test_what_was_typed_survives_an_expired_login(
    page: Page, served: Served, sign_in, tmp_path: Path, watch
):
    watch.expect("401")
    sign_in(page, "operator")
    page.goto("/import-experiment")
    choose(page, bdf_file(tmp_path / "coin.bdf.csv", cycles=1))
    expect(page.get_by_role("button", name="Import 200 measures")).to_be_enabled()
    page.get_by_label("Name", exact=True).fill("Typed before it expired")
    page.get_by_label("Name", exact=True).blur()
    with only_from(page, "import-save.n_clicks"):
        page.context.clear_cookies()
        page.get_by_role("button", name="Import 200 measures").click()
        expect(page.get_by_text("your login has ended")).to_be_visible()
    page.get_by_label("User name").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Typed before it expired")
    expect(page.get_by_role("button", name="Import 200 measures")).to_be_enabled()
