"""The experiments table and the graph, worked with as a researcher does."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from cycling.battery.description import NewBattery
from cycling.formats import Block
from cycling.terms import Technology
from db.commands.audit import By
from db.commands.batteries.changes import add_battery
from db.commands.experiments.imports import NewExperiment, import_experiment
from db.engine import connect
from tests.browser.conftest import Served, only_from
from tests.browser.waiting import drag, settled, wait_until

NOW = datetime.now(UTC)
BY = partial(By, "tests", "")


def battery(name: str) -> NewBattery:
    return NewBattery(
        name=name,
        manufacturer="Oakmere",
        model="M1",
        serial_number=f"SN {name}",
        fabrication_date=NOW.date(),
        technology=Technology.LITHIUM if name.startswith("L") else Technology.LEAD_ACID,
        cells=1,
        voltage_min_v=2.0,
        voltage_max_v=4.3,
        current_min_a=-5,
        current_max_a=5,
        capacity_ah=3,
        chemistry="NMC" if name.startswith("L") else "Gel",
    )


def block(samples: int) -> Block:
    time_s = np.arange(samples) * 5.0
    return Block(
        test_time_s=time_s,
        unix_time_s=None,
        voltage_v=3.5 + 0.5 * np.sin(time_s / 4000),
        current_a=np.cos(time_s / 4000),
        power_w=None,
        step=None,
        cycle=None,
        step_id=None,
        extended={("Cell T1", "degC"): 25 + np.sin(time_s / 9000)},
    )


@pytest.fixture
def library(served: Served) -> Served:
    """Thirty experiments of two batteries; the newest has 6,000 measures."""
    database = connect(served.database_url)
    ids = [add_battery(database, battery(name), by=BY(NOW)) for name in ("L-1", "P-1")]
    for number in range(30):
        new = NewExperiment(
            name=f"Test {number:02d}",
            description="cycle life" if number % 10 == 0 else "",
            battery_id=ids[number % 2],
            file_name="made",
            sha256="0" * 64,
            format="made",
            mapping={},
            user_name="oscar",
            address="",
        )
        rows = block(6000 if number == 29 else 3)
        # the real clock: the worker sweeps imports that have not been heard of for a minute
        start = NOW - timedelta(days=1)
        import_experiment(database, new, [rows], start=start, clock=lambda: datetime.now(UTC))
    database.dispose()
    return served


def names(page: Page) -> Locator:
    return page.locator(".bem-name-cell .name")


def test_the_table_filters_sorts_and_keeps_its_state_in_the_address(
    page: Page, library: Served, sign_in, screenshot
):
    sign_in(page, "viewer")
    page.goto("/experiments")
    expect(page.get_by_role("heading", level=1)).to_contain_text("30")
    expect(page.get_by_role("link", name="Test 29", exact=True)).to_be_visible()
    screenshot(page, "experiments")

    page.get_by_placeholder("Search in any order of words").fill("CYCLE")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 of 30")
    expect(page).to_have_url(re.compile(r"q=CYCLE"))
    order = page.get_by_text("First what runs, then what waits, then the rest")
    expect(order).to_be_visible()
    page.locator(".ag-header-cell[col-id=name]").click()
    expect(page.get_by_role("link", name="Test 00", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"sort=name"))
    expect(order).to_be_hidden()  # the head of the column says it
    expect(names(page)).to_have_text(["Test 00", "Test 10", "Test 20"])

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 of 30")
    expect(page.get_by_role("link", name="Test 00", exact=True)).to_be_visible()
    expect(order).to_be_hidden()
    expect(names(page)).to_have_text(["Test 00", "Test 10", "Test 20"])
    page.get_by_role("button", name="Remove Text filter").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("of 30")

    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("#experiments-part-technology").click()
    page.get_by_text("Lead-acid (15)").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("15 of 30")
    page.goto("/experiments?q=nothing-like-it")
    expect(page.get_by_text("No experiment matches these filters.")).to_be_visible()


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_a_search_marks_what_it_finds_and_is_saved_as_a_view(
    page: Page, library: Served, sign_in, screenshot
):
    sign_in(page, "viewer")
    page.goto("/experiments?q=cycle%20L-1")
    found = page.locator(".ag-row", has=page.get_by_role("link", name="Test 20", exact=True))
    expect(found.locator(".bem-found mark")).to_have_text(["cycle", "L-1", "L-1"])
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("3 of 30")
    screenshot(page, "experiments-found")
    views = page.get_by_role("button", name="Views")
    views.click()
    page.get_by_text("Save this view").click()
    page.get_by_label("Name").fill("Long life")
    page.get_by_role("button", name="Save view").click()
    expect(page.get_by_text("The view is saved.")).to_be_visible()

    for _time in range(2):  # also after its filters were removed
        page.get_by_role("button", name="Clear all").click()
        expect(heading).not_to_contain_text("of 30")
        views.click()
        page.get_by_role("link", name="Long life").click()
        expect(heading).to_contain_text("3 of 30")
        expect(page).to_have_url(re.compile(r"q=cycle"))


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_back_from_an_experiment_leads_to_the_same_view(page: Page, library: Served, sign_in):
    sign_in(page, "viewer")
    page.goto("/experiments?q=Test%2029")
    page.get_by_role("link", name="Test 29", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Test 29")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 of 30")
    expect(page.get_by_role("link", name="Test 29", exact=True)).to_be_visible()


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_resting_on_a_row_shows_a_picture_of_its_experiment(
    page: Page, library: Served, sign_in, screenshot
):
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "preview.svg" in one.url else None)
    sign_in(page, "viewer")
    page.clock.install()
    page.goto("/experiments?q=Test%202")
    link = page.get_by_role("link", name="Test 29", exact=True)
    expect(link).to_be_visible()
    page.clock.run_for(5_000)
    assert asked == []
    page.clock.resume()

    card = page.get_by_role("tooltip")
    link.hover()
    expect(card).to_be_visible()
    expect(card).to_have_text("Test 29")
    assert card.locator("img").evaluate("image => image.naturalWidth") == 320
    address = link.get_attribute("href")
    assert asked == [f"{library.url}{address}/preview.svg?theme=light"]
    screenshot(page, "experiments-preview")
    page.get_by_role("heading", level=1).hover()
    expect(card).to_be_hidden()

    link.hover()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.clock.run_for(5_000)
    page.clock.resume()
    expect(card).to_be_hidden()  # until the pointer comes again

    page.get_by_role("heading", level=1).hover()
    page.locator(".ag-header-cell[col-id=cycles]").focus()
    for _ in ("the box", "the id", "the name"):
        page.keyboard.press("Tab")
    expect(card).to_be_visible()
    expect(page.locator("[aria-describedby=bem-preview]")).to_have_text("Test 29")
    page.keyboard.press("Tab")
    expect(card).to_be_hidden()


def points(page: Page) -> int:
    """Number of points of the first trace, once it is drawn."""
    trace = "document.querySelector('#experiment-graph .js-plotly-plot')?._fullData?.[0]"
    wait_until(page, lambda: page.evaluate(f"{trace} !== undefined"))
    return int(page.evaluate(f"{trace}.x.length"))


def width(page: Page, graph: str) -> float:
    """The width of what is drawn of a graph."""
    box = page.locator(f"{graph} .js-plotly-plot").bounding_box()
    assert box is not None
    return box["width"]


def test_zooming_brings_single_samples_and_channels_can_be_switched(
    page: Page, library: Served, sign_in, screenshot
):
    sign_in(page, "viewer")
    page.goto("/experiments?q=Test%2029")
    page.get_by_role("link", name="Test 29", exact=True).click()
    shown = page.locator("#experiment-range")
    expect(shown).to_contain_text("6,000 measures, extremes kept")
    assert points(page) <= 2000

    drag(page, "#experiment-graph", 0.4, 0.45)
    expect(shown).to_contain_text("every sample, 5 s apart")
    wait_until(page, lambda: points(page) < 400)
    page.locator("#experiment-channels").get_by_text("Cell T1 / °C").click()
    expect(page.locator("#experiment-graph").get_by_text("Cell T1 / °C")).to_be_visible()
    expect(shown).to_contain_text("every sample")  # the zoom is kept
    wait_until(
        page, lambda: width(page, "#experiment-overview") == width(page, "#experiment-graph")
    )
    screenshot(page, "experiment-zoomed")

    drag(page, "#experiment-overview", 0.2, 0.6)
    expect(shown).to_contain_text("extremes kept")
    page.get_by_role("button", name="Whole experiment").click()
    expect(shown).to_contain_text("Whole experiment")
    expect(shown).to_contain_text("6,000 measures")


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_a_viewer_is_not_offered_what_only_operators_do(
    page: Page, library: Served, sign_in, watch
):
    watch.expect("403")
    sign_in(page, "viewer")
    page.goto("/experiments")
    expect(page.get_by_role("link", name="Experiments", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Import experiment")).to_have_count(0)
    answer = page.goto("/import-experiment")
    assert answer is not None
    assert answer.status == 403


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_theme_follows_the_choice_and_is_remembered(page: Page, library: Served, sign_in):
    sign_in(page, "viewer")
    page.goto("/experiments")
    page.get_by_role("button", name="viewer").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_signing_out_ends_the_session(page: Page, library: Served, sign_in, watch):
    sign_in(page, "viewer")
    page.goto("/experiments")
    settled(page)  # what is under way would be answered after the session has ended, by a 401
    page.get_by_role("button", name="viewer").click()
    with only_from(page, "nothing"):  # what the page asks while it is left would be refused
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("User name")).to_be_visible()
    page.goto("/experiments")
    expect(page.get_by_label("User name")).to_be_visible()


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
@pytest.mark.parametrize("address", ["/experiments", "/experiments/30", "/import-experiment"])
def test_a_phone_never_scrolls_sideways(page: Page, library: Served, sign_in, address: str):
    page.set_viewport_size({"width": 360, "height": 760})
    sign_in(page, "operator")
    page.goto(address)
    expect(page.locator(".bem-header")).to_be_visible()
    settled(page)
    wait_until(page, lambda: page.evaluate("document.documentElement.scrollWidth") <= 360, 60)
