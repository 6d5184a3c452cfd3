"""The experiment page, worked with as a researcher does: time axis, notes, pictures, export."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from bem.services import utc_now
from cycling.formats import Block
from db.commands.audit import By
from db.commands.batteries.changes import add_battery
from db.commands.experiments.imports import NewExperiment, import_experiment
from db.engine import connect
from db.models import Alarm, SeriesChunk
from tests.browser.conftest import Served
from tests.browser.test_experiments import battery
from tests.browser.waiting import drag, keep_toasts, settled, wait_until

START = datetime(2026, 10, 30, 6, 0, tzinfo=UTC)
BY = partial(By, "tests", "")
PLOT = "#experiment-graph .nsewdrag"


@pytest.fixture
def experiment(served: Served) -> int:
    """Ten hours, a measure every 10 s, an alarm at the fifth hour; another one of the battery."""
    database = connect(served.database_url)
    cell = add_battery(database, battery("L-1"), by=BY(START))
    seconds = np.arange(3601) * 10.0
    block = Block(
        test_time_s=seconds,
        unix_time_s=None,
        voltage_v=3.5 + 0.5 * np.sin(seconds / 4000),
        current_a=np.cos(seconds / 4000),
        power_w=None,
        step=None,
        cycle=None,
        step_id=None,
        extended={},
    )
    ids = []
    for name in ("Ageing, first", "Ageing 2"):
        new = NewExperiment(
            name=name,
            description="",
            battery_id=cell,
            file_name="a.csv",
            sha256="0" * 64,
            format="tests",
            mapping={},
            user_name="oscar",
            address="",
        )
        # the clock of the running worker: it clears away imports that have not moved for long
        ids.append(import_experiment(database, new, [block], start=START, clock=utc_now))
    at = START + timedelta(hours=5)
    with database.write() as session:
        session.add(Alarm(experiment_id=ids[1], id=1, at=at, code=12, value=-4310))
    database.dispose()
    return ids[1]


def click_in_graph(page: Page, part: float, field: Locator) -> None:
    """Click at a part of the graph's width until the field has its time.

    While it is drawn anew, as when the note's form has made room for itself, it hears no click.
    """
    label = page.locator("#experiment-graph .hoverlayer .legend")

    def is_filled() -> bool:
        box = page.locator(PLOT).first.bounding_box()
        assert box is not None
        x, y = box["x"] + part * box["width"], box["y"] + box["height"] / 2
        page.mouse.move(x - 4, y)
        page.mouse.move(x, y)
        if not label.is_visible():
            return False
        page.mouse.down()
        page.mouse.up()
        with suppress(AssertionError):  # clicks that follow at once would be a double click
            expect(field).not_to_have_value("", timeout=5_000)
        return field.input_value() != ""

    wait_until(page, is_filled)


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_a_note_marks_a_time_and_is_deleted_after_a_question(
    page: Page, experiment: int, sign_in, screenshot
):
    sign_in(page, "operator")
    page.goto(f"/experiments/{experiment}")
    page.get_by_role("group", name="Time axis").get_by_text("Test time").click()
    expect(page.locator("#experiment-graph .xtitle")).to_have_text("Test time / h")
    marks = page.locator("#experiment-graph .annotation")
    expect(marks).to_have_count(1)  # the alarm

    page.get_by_role("button", name="Add a note").click()
    page.get_by_label("Note", exact=True).fill("Chamber door open for 4 min.")
    at = page.get_by_label("Time (optional)")
    click_in_graph(page, 0.25, at)
    expect(at).to_have_value(re.compile("2026-10-30T09:[23]"))
    settled(page)
    page.reload()  # what is half written stays
    expect(page.get_by_label("Note", exact=True)).to_have_value("Chamber door open for 4 min.")
    expect(at).to_have_value(re.compile("2026-10-30T09:[23]"))
    expect(marks).to_have_count(1)
    page.get_by_role("button", name="Add note").click()
    expect(marks).to_have_count(2)
    kept = "Object.keys(sessionStorage).filter((one) => one.startsWith('bem-note'))"
    wait_until(page, lambda: page.evaluate(kept) == [])
    screenshot(page, "experiment-note")
    entry = page.locator(".bem-entry")
    expect(entry).to_contain_text("Chamber door open for 4 min.")
    expect(entry).to_contain_text("operator, ")

    entry.get_by_role("button", name="30 Oct 2026").click()
    expect(page.locator("#experiment-range")).to_contain_text("h test time")
    expect(page).to_have_url(re.compile(r"from=\d+\.\d{3}&to="))
    expect(page.locator("#experiment-graph").get_by_text("1", exact=True)).to_be_visible()

    entry.hover()
    entry.get_by_role("button", name="Delete note").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Chamber door open for 4 min.")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    entry.get_by_role("button", name="Delete note").click()
    expect(dialog).to_contain_text("Chamber door open for 4 min.")
    dialog.get_by_role("button", name="Delete note").click()
    expect(page.get_by_text("No notes yet.")).to_be_visible()
    expect(page.locator("#experiment-range")).to_contain_text("h test time")  # the zoom is kept


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_a_view_can_be_zoomed_reloaded_downloaded_and_drawn(
    page: Page, experiment: int, sign_in, screenshot
):
    sign_in(page, "viewer")
    page.goto(f"/experiments/{experiment}")
    expect(page.locator("#experiment-statistics")).to_contain_text("Whole experiment")
    page.get_by_role("group", name="Time axis").get_by_text("Test time").click()
    expect(page.locator("#experiment-graph .xtitle")).to_have_text("Test time / h")
    drag(page, "#experiment-graph", 0.2, 0.4)
    shown = page.locator("#experiment-range")
    expect(shown).to_contain_text(re.compile(r"^[12]\.\d+ to [34]\.\d+ h test time"))
    expect(shown).to_contain_text("every sample, 10 s apart")
    words = shown.inner_text()
    page.reload()  # the address has the window, the browser the time axis
    expect(shown).to_have_text(words.replace("\n", ""))
    drag(page, "#experiment-overview", 0.5, 0.7)
    expect(shown).to_contain_text(re.compile(r"^(4\.9|5\.0)\d+ to (6\.9|7\.0)\d+ h test time"))
    screenshot(page, "experiment-elapsed")

    page.get_by_text("Choose columns and time").click()
    page.get_by_label("Current").last.click()
    page.get_by_label("What the graph shows").click()
    link = page.locator("#experiment-csv")
    expect(link).to_have_attribute("href", re.compile(r"columns=voltage&from=[\d.]+&to=[\d.]+$"))
    address = str(link.get_attribute("href")).replace("measures.csv", "measures.parquet")
    expect(page.locator("#experiment-parquet")).to_have_attribute("href", address)

    page.get_by_role("button", name="Picture").click()
    with page.expect_download() as picture:
        page.get_by_role("button", name="SVG lines stay sharp").click()
    name = picture.value.suggested_filename
    assert re.fullmatch(rf"{experiment}-Ageing-2-20261030-\d{{6}}-20261030-\d{{6}}\.svg", name)
    drawn = picture.value.path().read_text()
    assert "Test time / h" in drawn
    assert f"{experiment} Ageing 2" in drawn

    page.get_by_role("link", name="Previous of L-1: Ageing, first").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ageing, first")
    expect(shown).to_contain_text("Whole experiment, 10 h 0 min")


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_an_operator_renames_an_experiment_by_keyboard(page: Page, experiment: int, sign_in):
    sign_in(page, "operator")
    page.goto(f"/experiments/{experiment}")
    expect(page.locator(PLOT).first).to_be_visible()
    page.get_by_role("button", name="Rename").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_label("Name", exact=True)
    expect(name).to_have_value("Ageing 2")
    name.fill(" ")
    save = dialog.get_by_role("button", name="Save")
    save.focus()
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    name.fill("W" * 29)
    name.press("W")
    expect(dialog.get_by_text("30 of 30 characters: no more fit")).to_be_visible()
    name.fill("Ageing at 40 degrees")
    expect(dialog.get_by_text("of 30 characters")).to_have_count(0)
    save.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ageing at 40 degrees")
    expect(dialog).to_have_count(0)
    expect(page).to_have_url(re.compile(f"/experiments/{experiment}$"))


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_an_admin_deletes_an_experiment_and_an_operator_cannot(
    page: Page, experiment: int, served: Served, sign_in, screenshot
):
    keep_toasts(page)
    sign_in(page, "operator")
    page.goto(f"/experiments/{experiment}")
    expect(page.get_by_role("button", name="Rename")).to_be_visible()
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)

    page.goto("about:blank")  # what a page asks while it is left
    sign_in(page, "admin")
    page.goto(f"/experiments/{experiment}")
    expect(page.locator(PLOT).first).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Ageing 2, experiment {experiment}, is deleted with 3,601")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Delete", exact=True).click()
    screenshot(page, "experiment-delete")
    sure = dialog.get_by_role("button", name=f"Delete experiment {experiment}")
    sure.click()
    expect(dialog).to_contain_text("Type the experiment's name, Ageing 2, to delete it")
    dialog.get_by_label("Its name, to delete it").fill("Ageing 2")
    sure.click()
    expect(page).to_have_url(re.compile("/experiments$"))
    toast = page.get_by_text(f"Experiment {experiment} (Ageing 2) is deleted.")
    expect(toast).to_be_visible()
    expect(page.get_by_role("link", name="Ageing, first", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Ageing 2", exact=True)).to_have_count(0)

    left = select(func.count()).where(SeriesChunk.experiment_id == experiment)
    database = connect(served.database_url)

    def removed() -> bool:
        with database.read() as session:
            return session.scalar(left) == 0

    wait_until(page, removed)
    database.dispose()
    page.goto(f"/experiments/{experiment}")
    expect(page.get_by_text("(Ageing 2) was deleted by")).to_be_visible()
