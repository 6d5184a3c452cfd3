"""Profiles in the browser: written with the editor, saved, changed, compared, downloaded."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cycling.profile import OWN_PROTOCOL
from db.commands.audit import By
from db.commands.profiles import compile_version, save_profile
from db.engine import connect
from tests.browser.conftest import Served
from tests.browser.test_vertical import choose
from tests.browser.waiting import settled, wait_until

NOW = datetime(2026, 10, 30, 6, 0, tzinfo=UTC)
BY = By("operator", "", NOW)
CYCLE = "REPEAT 3 CYCLES\n  CC, C/2, VOLTAGE, 4.2\n  CC, -1C, VOLTAGE, 2.7\nEND\n"
ONE_ENGINE = pytest.mark.parametrize("served", ["sqlite"], indirect=True)
DRAWN = "#{}-sketch-graph .scatterlayer .trace path"


def editor(page: Page) -> Locator:
    return page.get_by_label("Profile", exact=True)


def problems(page: Page) -> Locator:
    return page.locator(".bem-editor-problems .bem-note")


@pytest.fixture
def used(served: Served) -> int:
    """A profile whose version 1 has been compiled."""
    database = connect(served.database_url)
    saved = save_profile(database, name="Ageing", description="", text=CYCLE, by=BY)
    compile_version(database, saved.version_id, capacity_ah=2.9, capabilities=OWN_PROTOCOL, by=BY)
    database.dispose()
    return saved.profile_id


@ONE_ENGINE
def test_a_profile_is_written_corrected_and_saved(page: Page, served: Served, sign_in, screenshot):
    sign_in(page, "operator")
    page.goto("/profiles")
    page.get_by_role("link", name="Write the first one").click()
    settled(page)
    editor(page).click()
    page.keyboard.type("REPEAT 3 CYCLES\nCC, C/2, VOLTAGE, 4.2\nCC, -1C, CURRENT, 2\nEND\n")
    assert editor(page).input_value().splitlines() == [
        "REPEAT 3 CYCLES",
        "  CC, C/2, VOLTAGE, 4.2",
        "  CC, -1C, CURRENT, 2",
        "END",
    ]
    expect(problems(page)).to_contain_text(["Line 2, column 7", "Line 3, column"])
    expect(page.locator(".bem-editor-numbers .err")).to_have_text(["2", "3"])
    expect(page.locator(DRAWN.format("profile-write")).first).to_be_visible()
    expect(page.get_by_text("waits for line 3")).to_be_visible()
    screenshot(page, "profile-error")
    problems(page).last.click()
    selected = "f => f.value.slice(f.selectionStart, f.selectionEnd)"
    wait_until(page, lambda: editor(page).evaluate(selected) == "2")
    editor(page).fill(CYCLE)
    expect(page.locator("#profile-write-state")).to_have_text("No errors")
    page.get_by_role("button", name="Save profile").click()
    expect(page.get_by_text("The name is missing.")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Ageing 1C")
    settled(page)
    page.reload()  # nothing typed is lost
    expect(editor(page)).to_have_value(CYCLE)
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ageing 1C")
    page.get_by_role("button", name="Save profile").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ageing 1C")
    page.goto("/edit-profile")  # and what was saved is not kept
    expect(editor(page)).to_have_value("")


@ONE_ENGINE
def test_a_used_version_stays_and_the_next_one_is_compared(page: Page, used: int, sign_in):
    sign_in(page, "operator")
    page.goto(f"/profiles/{used}")
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_text("has been used and stays as it is")).to_be_visible()
    editor(page).fill(CYCLE + "WAIT, 1h\n")
    page.get_by_label("What changed").fill("Rest at the end")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("version 2 of 2")
    page.get_by_label("Version 2 compared with").select_option("Version 1")
    expect(page.locator(".bem-diff .add")).to_have_text("+WAIT, 1h")
    page.get_by_role("button", name="Show the rows").click()
    expect(page.locator("#profile-rows .ag-row").first).to_be_visible()
    settled(page)
    page.reload()  # the address carries what is shown
    expect(page.locator(".bem-diff .add")).to_be_visible()
    with page.expect_download() as sent:
        page.get_by_role("button", name="Download").click()
        page.get_by_text("Text", exact=False).filter(has_text=".txt").click()
    assert sent.value.suggested_filename == "Ageing-v2.txt"
    assert Path(sent.value.path()).read_text() == CYCLE + "WAIT, 1h\n"


@ONE_ENGINE
def test_a_file_in_another_language_fills_the_editor(
    page: Page, served: Served, sign_in, tmp_path: Path
):
    file = tmp_path / "experiment.py"
    file.write_text("Discharge at 1C until 2.5 V\nRest for 10 minutes\n")
    sign_in(page, "operator")
    page.goto("/edit-profile")
    choose(page, file, "Upload")
    expect(editor(page)).to_have_value("CC, -1C, VOLTAGE, 2.5\nWAIT, 10min\n")
    expect(page.locator(".bem-editor-drawn .ln").first).to_have_text("CC, -1C, VOLTAGE, 2.5")
    expect(page.locator(DRAWN.format("profile-write")).first).to_be_visible()


@ONE_ENGINE
def test_the_keyboard_indents_and_leaves_the_editor(page: Page, served: Served, sign_in):
    sign_in(page, "operator")
    page.goto("/edit-profile")
    settled(page)
    editor(page).fill("WAIT, 1\nWAIT, 2")
    editor(page).press("ControlOrMeta+a")
    editor(page).press("Tab")
    expect(editor(page)).to_have_value("  WAIT, 1\n  WAIT, 2")
    editor(page).press("Shift+Tab")
    expect(editor(page)).to_have_value("WAIT, 1\nWAIT, 2")
    editor(page).press("ControlOrMeta+z")
    expect(editor(page)).to_have_value("  WAIT, 1\n  WAIT, 2")
    editor(page).press("Escape")
    editor(page).press("Tab")
    expect(editor(page)).not_to_be_focused()


@ONE_ENGINE
def test_a_viewer_reads_on_a_phone(page: Page, used: int, sign_in, screenshot):
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, "viewer")
    page.goto("/profiles")
    page.get_by_role("link", name="Ageing").click()
    expect(page.locator(DRAWN.format("profile")).first).to_be_visible()
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    screenshot(page, "profile-phone")
