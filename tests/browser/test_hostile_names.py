"""Names that are scripts are shown as they are, on every page, and run nowhere."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from db.commands.experiments.notes import NewNote, add_note
from db.commands.profiles import save_profile
from db.engine import connect
from tests.browser.conftest import Served
from tests.browser.waiting import settled
from tests.form_lab import BY, FormLab
from tests.unit.db.lab import add_cell, import_blocks

SCRIPT = "<img src=x onerror=hacked=1>"  # 28 characters: an experiment's name has room for 30


@pytest.mark.parametrize("served", ["sqlite"], indirect=True)
def test_a_name_that_is_a_script_is_text_on_every_page(page: Page, served: Served, sign_in):
    database = connect(served.database_url)
    FormLab(database)
    battery = add_cell(database, SCRIPT, manufacturer="<script>x</script>", description=SCRIPT)
    now = datetime.now(UTC)
    experiment = import_blocks(
        database, battery_id=battery, name=SCRIPT, description=SCRIPT, clock=lambda: now
    )
    add_note(database, NewNote(experiment, SCRIPT), by=BY(now))
    profile = save_profile(
        database, name=SCRIPT, description=SCRIPT, text=f"# {SCRIPT}\nWAIT, 60\n", by=BY(now)
    )
    database.dispose()
    sign_in(page, "admin")
    for path in (
        "/experiments",
        f"/experiments/{experiment}",
        "/batteries",
        f"/batteries/{battery}",
        "/profiles",
        f"/profiles/{profile.profile_id}",
        "/audit",
        f"/experiments?q={SCRIPT}",
        f"/compare?experiments={experiment}&group=battery&curve=voltage",
    ):
        page.goto(path)
        expect(page.locator("#_pages_content")).to_contain_text(SCRIPT)
        settled(page)
        assert page.locator("img[onerror]").count() == 0, path
        assert page.evaluate("window.hacked") is None, path
    for report in (
        f"/experiments/{experiment}/report.html",
        f"/compare/report.html?experiments={experiment}",
    ):
        content = page.request.get(report).text()
        page.goto("about:blank")  # the file is opened without the server and its headers
        page.set_content(content)
        expect(page.get_by_text(SCRIPT).first).to_be_attached()
        assert page.locator("img[onerror]").count() == 0
        assert page.evaluate("window.hacked") is None
