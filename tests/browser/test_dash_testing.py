"""The first steps through dash[testing], the way Dash tests itself: a thread and Selenium."""

import threading
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
from tests.browser.conftest import TIMEOUT_MS
from tests.servers import START_SECONDS, free_port

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
    served = application.extensions["bem.dash"]
    dash_thread_server.start(served, start_timeout=START_SECONDS, port=free_port())
    yield dash_thread_server.url
    for one in threading.enumerate():  # the runner would end what still answers in its midst
        if "process_request_thread" in one.name:
            one.join()


@pytest.fixture
def patient(dash_br: Browser) -> Browser:
    """The browser, with the patience of all our tests."""
    dash_br.wait_timeout = TIMEOUT_MS / 1000
    return dash_br


def test_a_user_signs_in_with_the_form(address: str, patient: Browser):
    patient.driver.get(f"{address}/experiments")
    patient.wait_for_text_to_equal("label[for=login-username]", "User name")
    patient.find_element("#login-username").send_keys("olga")
    patient.find_element("#login-password").send_keys(PASSWORD)
    patient.find_element("button[type=submit]").click()
    patient.wait_for_contains_text("h1", "Experiments")
    assert patient.driver.current_url == f"{address}/experiments"


def test_a_session_shows_a_page_without_browser_errors(
    address: str, patient: Browser, sqlite_database: Database
):
    token = users.sign_in(sqlite_database, "olga", PASSWORD, address=WHO.address, now=NOW)
    patient.driver.get(f"{address}/login")
    patient.driver.add_cookie({"name": SESSION_COOKIE, "value": token})
    patient.driver.get(f"{address}/experiments")
    patient.wait_for_contains_text("h1", "Experiments")
    assert patient.get_logs() == []
