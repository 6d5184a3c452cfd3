"""The tab of cycles, worked with as a researcher does: choosing cycles, conventions, what runs."""

import re
import struct

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import text, update

from bem.services import utc_now
from cycling.terms import ExperimentStatus
from db.engine import connect
from db.measures.packing import unpack
from db.models import Experiment
from tests.browser.conftest import Served
from tests.browser.waiting import drag, settled, wait_until
from tests.unit.pages.experiment.cycles.cycled import cycled

GRAPH, CURVES = "#cycles-graph", "#cycles-curves"


@pytest.fixture
def experiment(served: Served) -> int:
    """Thirty cycles of which every tenth is slower."""
    database = connect(served.database_url)
    rates = [0.1 if number % 10 == 0 else 1.0 for number in range(1, 31)]
    found = cycled(database, 30, currents_a=rates, clock=utc_now)
    database.dispose()
    return found


def open_cycles(page: Page, experiment: int, query: str = "") -> None:
    page.goto(f"/experiments/{experiment}?tab=cycles{query}")
    expect(page.locator(f"{GRAPH} .scatterlayer .point").first).to_be_attached()
    expect(page.locator(f"{CURVES} .scatterlayer path.js-line").first).to_be_attached()
    settled(page)


def names(page: Page) -> list[str]:
    return page.locator(f"{CURVES} .legendtext").all_text_contents()


def test_cycles_are_chosen_by_dragging_clicking_and_typing(page: Page, experiment: int, sign_in):
    sign_in(page, "viewer")
    open_cycles(page, experiment)
    assert names(page) == ["Cycle 1", "Cycle 8", "Cycle 15", "Cycle 23", "Cycle 30"]
    drag(page, GRAPH, 0.05, 0.2)
    chosen = page.get_by_label("Cycles", exact=True)
    expect(chosen).to_have_value(re.compile(r"^\d+-\d+$"))
    expect(page).to_have_url(re.compile(r"cycles=\d+-\d+"))
    first, last = map(int, chosen.input_value().split("-"))
    expected = [f"Cycle {one}" for one in range(first, last + 1)]
    wait_until(page, lambda: names(page) == expected)
    chosen.fill("2, 29")
    chosen.press("Enter")
    expect(page.locator("#cycles-curves-about")).to_have_text("2 chosen cycles.")
    wait_until(page, lambda: names(page) == ["Cycle 2", "Cycle 29"])
    settled(page)
    page.locator(f"{GRAPH} .scatterlayer .trace").nth(1).locator(".point").nth(9).click(force=True)
    expect(chosen).not_to_have_value("2, 29")
    page.reload()  # the address carries it
    expect(chosen).to_have_value(re.compile(r"2, .*29|2, 29, .*"))


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_a_choice_is_in_the_address_and_a_row_leads_to_its_time(
    page: Page, experiment: int, sign_in
):
    sign_in(page, "viewer")
    open_cycles(page, experiment, "&sort=-number&kind=check")
    expect(page.locator(".ag-row[row-index='0'] a")).to_have_text("30")
    expect(page.locator(".ag-center-cols-container .ag-row")).to_have_count(3)
    page.get_by_role("group", name="Axis").get_by_text("Throughput").click()
    expect(page.locator(f"{GRAPH} .xtitle")).to_have_text("Throughput / Ah")
    expect(page).to_have_url(re.compile("x=throughput"))
    assert {"kind=check", "sort=-number"} <= set(page.url.partition("?")[2].split("&"))
    page.locator(".ag-row[row-index='1'] a").click()
    expect(page.get_by_text("every sample", exact=False)).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?cycle=20$"))
    drag(page, "#experiment-graph", 0.3, 0.6)
    expect(page).to_have_url(re.compile(r"\?from=\d+.*to=\d+"))  # and no cycle any more


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_another_convention_changes_the_table(page: Page, experiment: int, sign_in):
    sign_in(page, "operator")
    open_cycles(page, experiment)
    expect(page.locator("#cycles-notes")).to_contain_text("numbered by the file")
    page.get_by_role("button", name="Conventions").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("What is left blank is the battery's")
    page.get_by_label("Number of a cycle").select_option("By current")
    page.get_by_label("A cycle begins with the").select_option("Discharge")
    page.get_by_label("Formation cycles").fill("2")
    dialog.get_by_role("button", name="Save").click()
    words = page.locator("#cycles-notes")
    expect(words).to_contain_text("numbered by current, discharge first (chosen)")
    expect(words).to_contain_text("2 formation cycles (chosen)")
    expect(page.locator(".ag-row[row-index='0'] a")).to_have_text("0")  # a lone charge first


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_what_runs_grows_while_somebody_looks(page: Page, experiment: int, served: Served, sign_in):
    database = connect(served.database_url)
    unpack(database, experiment, lambda _done, _total: None)  # others write rows
    with database.write() as session:
        session.execute(update(Experiment).values(status=ExperimentStatus.RUNNING))
    sign_in(page, "viewer")
    open_cycles(page, experiment)
    figures = page.locator("#cycles-figures")
    expect(figures).to_contain_text("29complete, of 30")
    with database.write() as session:  # the next charge begins
        session.execute(
            text(
                "INSERT INTO GenericMeasures "
                "(ExpID, MeasID, Timestamp, InstrID, Voltage, Current, TestTime, Step, Cycle) "
                "SELECT ExpID, MeasID + :n, Timestamp, InstrID, Voltage, 1000, TestTime + 60 * :n, "
                "99, 31 FROM GenericMeasures WHERE ExpID = :id ORDER BY MeasID DESC LIMIT 1"
            ),
            [{"n": n, "id": experiment} for n in (1, 1)],
        )
    database.dispose()
    wait_until(page, lambda: "30complete, of 31" in figures.inner_text().replace("\n", ""), 90)


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_a_graph_is_saved_as_papers_want_it(page: Page, experiment: int, sign_in, screenshot):
    """White in the dark theme too, so wide, with its dots an inch, and in words what it is."""
    sign_in(page, "viewer")
    page.emulate_media(color_scheme="dark")
    open_cycles(page, experiment, "&fade=1")
    expect(page.locator("#cycles-caption")).to_contain_text("Projection of the discharge capacity")
    screenshot(page, "cycles-projection-dark")
    card = page.get_by_role("region", name="Capacity by cycle")
    card.get_by_role("button", name="Picture").click()
    screenshot(page, "cycles-picture-menu")
    with page.expect_download() as saved:
        card.get_by_role("button", name="PNG 8.5 cm 300 dpi").click()
    assert saved.value.suggested_filename == f"{experiment}-cycles-8.5cm-300dpi.png"
    png = saved.value.path().read_bytes()
    width, _height = struct.unpack(">II", png[16:24])
    assert width == pytest.approx(8.5 / 2.54 * 300, abs=3)
    assert png[33:46] == struct.pack(">I4sII", 9, b"pHYs", 11811, 11811)[:13]
    with page.expect_download() as saved:
        card.get_by_role("button", name="SVG 17 cm").click()
    svg = saved.value.path().read_text()
    assert 'width="643"' in svg
    assert f"Experiment {experiment}." in svg
    assert "formation cycles" in svg
    assert "rgb(255, 255, 255)" in svg
