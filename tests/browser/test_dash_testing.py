"""The first steps through dash[testing], the way Dash tests itself: a thread and Selenium."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dash.testing.application_runners import ThreadedRunner
from dash.testing.browser import Browser

from dashboard.app import create_app
from dashboard.login import SESSION_COOKIE
from dashboard.settings import WebSettings
from db.commands import users
from db.commands.audit import By
from db.engine import Database
from db.terms import Role
from tests.servers import free_port

# dash[testing] pins a selenium that is older than the urllib3 it talks through.
pytestmark = pytest.mark.filterwarnings("ignore:HTTPResponse.getheader:DeprecationWarning")

NOW = datetime.now(UTC)
PASSWORD = "correct horse battery"
WHO = By("tests", "127.0.0.1", NOW)


@pytest.fixture
def address(
    sqlite_database: Database, tmp_path: Path, dash_thread_server: ThreadedRunner
) -> Iterator[str]:
    users.add_user(sqlite_database, "olga", Role.OPERATOR, PASSWORD, by=WHO)
    settings = WebSettings(secret_key="k" * 32, data_dir=tmp_path)
    application = create_app(settings, sqlite_database, clock=lambda: NOW)
    dash_thread_server.start(application.extensions["bem.dash"], port=free_port())
    return dash_thread_server.url


def test_a_user_signs_in_with_the_form(address: str, dash_br: Browser):
    dash_br.driver.get(f"{address}/experiments")
    dash_br.wait_for_text_to_equal("label[for=login-username]", "User name")
    dash_br.find_element("#login-username").send_keys("olga")
    dash_br.find_element("#login-password").send_keys(PASSWORD)
    dash_br.find_element("button[type=submit]").click()
    dash_br.wait_for_contains_text("h1", "Experiments")
    assert dash_br.driver.current_url == f"{address}/experiments"


def test_a_session_shows_a_page_without_browser_errors(
    address: str, dash_br: Browser, sqlite_database: Database
):
    token = users.sign_in(sqlite_database, "olga", PASSWORD, address=WHO.address, now=NOW)
    dash_br.driver.get(f"{address}/login")
    dash_br.driver.add_cookie({"name": SESSION_COOKIE, "value": token})
    dash_br.server_url = f"{address}/experiments"
    dash_br.wait_for_contains_text("h1", "Experiments")
    assert dash_br.get_logs() == []
