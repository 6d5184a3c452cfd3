"""Choosing experiments in the table and comparing them, worked with as a researcher does."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from bem.services import utc_now
from db.engine import connect
from tests.browser.conftest import Served
from tests.browser.waiting import settled
from tests.unit.pages.experiment.cycles.cycled import cycled

pytestmark = pytest.mark.parametrize("served", ["sqlite"], indirect=True)

LINES = "#compare-graph .scatterlayer .trace"


@pytest.fixture
def cells(served: Served) -> list[int]:
    """Three cells that age, two of one chemistry."""
    database = connect(served.database_url)
    kinds = {"Alpha": "NMC", "Beta": "NMC", "Gamma": "LFP"}
    ids = [
        cycled(database, 5, name=name, chemistry=kind, clock=utc_now)
        for name, kind in kinds.items()
    ]
    database.dispose()
    return ids


def tick(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Choose {name}")


def test_rows_are_ticked_and_compared(page: Page, cells: list[int], sign_in):
    sign_in(page, "viewer")
    page.goto("/experiments")
    bar = page.get_by_role("group", name="Chosen experiments")
    expect(tick(page, "Alpha")).to_be_visible()
    expect(bar).to_be_hidden()
    tick(page, "Alpha").click()
    expect(bar).to_contain_text("1 chosen")
    page.locator(".ag-row", has_text="Gamma").locator("[col-id=battery]").click()
    page.keyboard.press("Space")  # by the keyboard, on the row that has the focus
    expect(tick(page, "Gamma")).to_be_checked()
    expect(bar).to_contain_text("2 chosen")

    page.get_by_placeholder("Search in any order of words").fill("Beta")
    expect(tick(page, "Alpha")).to_have_count(0)
    expect(tick(page, "Beta")).not_to_be_checked()
    expect(bar).to_contain_text("2 chosen")  # what is not seen stays chosen
    page.get_by_placeholder("Search in any order of words").fill("")
    expect(tick(page, "Alpha")).to_be_checked()
    bar.get_by_role("button", name="Choose all that match").click()
    expect(bar).to_contain_text("3 chosen")
    expect(tick(page, "Beta")).to_be_checked()

    bar.get_by_role("link", name="Compare").click()
    expect(page).to_have_url(re.compile(rf"/compare\?experiments={cells[0]}-{cells[2]}$"))
    expect(page.locator(LINES)).to_have_count(3)
    page.go_back()
    expect(bar).to_contain_text("3 chosen")
    bar.get_by_role("button", name="Choose none").click()
    expect(bar).to_be_hidden()
    expect(tick(page, "Alpha")).not_to_be_checked()


def test_every_choice_is_in_the_address(page: Page, cells: list[int], sign_in):
    sign_in(page, "viewer")
    page.goto(f"/compare?experiments={cells[0]}-{cells[2]}")
    expect(page.locator(LINES)).to_have_count(3)
    page.get_by_label("Group by").select_option("chemistry")
    expect(page).to_have_url(re.compile("group=chemistry"))
    caption = page.locator("#compare-caption")
    expect(caption).to_contain_text("Mean of the cells that have the cycle")
    page.get_by_role("button", name="Show", exact=False).and_(
        page.locator(f"[data-bem-hides='{cells[1]}']")
    ).click()
    expect(caption).to_contain_text(f"Hidden, and in no mean: {cells[1]} Beta.")
    expect(page).to_have_url(re.compile(f"hidden={cells[1]}"))
    page.get_by_role("group", name="Axis").get_by_text("Throughput").click()
    expect(page.locator("#compare-graph .xtitle")).to_have_text("Throughput / Ah")
    settled(page)

    address = page.url
    page.goto("/experiments")
    page.goto(address)  # as a colleague opens it
    expect(caption).to_contain_text(f"Hidden, and in no mean: {cells[1]} Beta.")
    expect(page.locator("#compare-graph .xtitle")).to_have_text("Throughput / Ah")
    expect(page.get_by_label("Group by")).to_have_value("chemistry")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
        page.get_by_role("link", name="CSV of means").click()
    content = download.value.path().read_text()
    assert content.startswith("group,metric,unit,throughput_ah,n,mean,std,sem,min,max\n")
    assert "NMC,discharge_ah,Ah" in content


def test_one_cycle_of_each_is_drawn_and_graphs_are_saved_for_papers(
    page: Page, cells: list[int], sign_in
):
    sign_in(page, "viewer")
    page.goto(f"/compare?experiments={cells[0]}-{cells[2]}&y=discharge_ah&y=ce_pct")
    expect(page.locator(LINES)).to_have_count(6)
    card = page.get_by_role("region", name="One cycle of each")
    cycle = card.get_by_label("Cycle", exact=True)
    expect(cycle).to_be_hidden()
    card.get_by_text("V over Q").click()
    expect(page.locator("#compare-curves .scatterlayer .trace")).to_have_count(3)
    expect(page).to_have_url(re.compile("curve=voltage"))
    cycle.fill("2")
    cycle.press("Enter")
    expect(card).to_contain_text("Discharge of one cycle of each: cycle 2.")
    with page.expect_download() as saved:
        card.get_by_role("link", name="CSV").click()
    assert saved.value.suggested_filename == "comparison-3-voltage-cycle-2-curves.csv"

    life = page.get_by_role("region", name="Over life")
    settled(page)
    life.get_by_role("button", name="Picture").click()
    with page.expect_download() as saved:
        life.get_by_role("button", name="SVG 8.5 cm").click()
    svg = saved.value.path().read_text()
    assert f"Comparison of experiments {cells[0]}-{cells[2]}." in svg
    assert "Complete cycles after formation" in svg
    assert svg.index("Q discharge / ") < svg.index("CE / %")
    assert 'width="321"' in svg


def test_experiments_are_typed_too_and_what_is_no_number_is_left_out(
    page: Page, cells: list[int], sign_in
):
    sign_in(page, "viewer")
    page.goto("/compare")
    expect(page.get_by_text("Tick experiments in the table")).to_be_visible()
    field = page.get_by_label("Experiments", exact=True)
    field.fill(f"{cells[0]}, {cells[1]}")
    field.press("Enter")
    expect(page.locator(LINES)).to_have_count(2)
    expect(page).to_have_url(
        re.compile(rf"experiments={cells[0]},{cells[1]}|{cells[0]}-{cells[1]}")
    )


def test_ticked_rows_get_a_tag_that_the_table_shows(page: Page, cells: list[int], sign_in):
    sign_in(page, "operator")
    page.goto("/experiments")
    bar = page.get_by_role("group", name="Chosen experiments")
    tick(page, "Alpha").click()
    tick(page, "Gamma").click()
    bar.get_by_role("button", name="Tags").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Tags of 2 experiments")
    dialog.get_by_label("Give, separated by commas").fill("Campaign 7, <b>fast</b>")
    dialog.get_by_role("button", name="Save tags").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Tags", exact=True).check()
    page.keyboard.press("Escape")
    row = page.locator(".ag-row", has_text="Gamma")
    expect(row.locator(".bem-label")).to_have_text(["<b>fast</b>", "Campaign 7"])
    expect(page.locator(".ag-row", has_text="Beta").locator(".bem-label")).to_have_count(0)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.locator("#experiments-part-tag").click()
    page.get_by_text("Campaign 7 (2)").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2 of 3")
    expect(page).to_have_url(re.compile(r"tag=\d+"))
