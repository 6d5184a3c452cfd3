"""Users and the audit trail in the browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import TIMEOUT_MS, Served, only_from
from tests.browser.waiting import wait_until

ONE_ENGINE = pytest.mark.parametrize("served", ["sqlite"], indirect=True)


@ONE_ENGINE
def test_an_admin_adds_changes_and_disables_a_user_whose_page_leads_to_the_login(
    page: Page, browser: Browser, served: Served, sign_in, watch, screenshot
):
    sign_in(page, "admin")
    page.goto("/users")
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("marie.c")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("marie.c may sign in")
    expect(page.get_by_label("Password of marie.c")).to_be_focused()
    password = page.get_by_label("Password of marie.c").input_value()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    left = "dash_component_api.getLayout('users-question').props.children"
    wait_until(page, lambda: page.evaluate(left) == [])

    with browser.new_context(base_url=served.url) as other:
        other.set_default_timeout(TIMEOUT_MS)
        hers = other.new_page()
        hers.goto("/users")
        hers.get_by_label("User name").fill("marie.c")
        hers.get_by_label("Password").fill(password)
        hers.get_by_role("button", name="Sign in").click()
        # led back to /users, which is not for viewers
        expect(hers.get_by_text("Your role does not allow this")).to_be_visible()
        hers.goto("/profiles")
        expect(hers.get_by_role("heading", level=1)).to_contain_text("Profiles")
        expect(hers.get_by_role("link", name="Users")).to_have_count(0)

        page.get_by_role("button", name="Role: marie.c").click()
        page.get_by_role("radio", name="Operator").check()
        page.get_by_role("button", name="Change role of marie.c").click()
        expect(page.get_by_role("row", name="marie.c")).to_contain_text("Operator")
        page.get_by_role("button", name="Disable: marie.c").click()
        screenshot(page, "users")
        with only_from(hers, "profiles-search.value"):
            page.get_by_role("button", name="Disable marie.c", exact=True).click()
            expect(page.get_by_role("row", name="marie.c")).to_contain_text("Disabled")

            hers.get_by_role("searchbox").fill("anything")
            hers.wait_for_url("**/login?**")

    page.get_by_role("link", name="Audit trail").first.click()
    table = page.get_by_role("table")
    expect(table).to_contain_text("Disabled marie.c")
    page.get_by_label("Action", exact=True).select_option("set role")
    expect(table.get_by_role("row")).to_have_count(2)
    expect(table).to_contain_text("Changed the role of marie.c from viewer to operator")
    page.reload()
    expect(table.get_by_role("row")).to_have_count(2)
    with page.expect_download() as sent:
        page.get_by_role("link", name="CSV").click()
    assert sent.value.suggested_filename.startswith("audit-")
    screenshot(page, "audit")
