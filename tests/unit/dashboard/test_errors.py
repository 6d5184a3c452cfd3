"""How failures are told."""

import logging
import re

import pytest
from sqlalchemy.exc import OperationalError

from cycling.errors import BemError, ConflictError, InputError, NotFoundError, UnavailableError
from dashboard.errors import MOST_REFUSED
from tests.unit.dashboard.world import callback_body

UPDATE = "/_dash-update-component"
PERSON = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
AWAY = OperationalError("SELECT secret", {}, Exception("password=hunter2"))


@pytest.fixture
def failing(web, stranger):
    """Make /health, which everybody may ask, fail with an error."""

    def fail_with(error: Exception, **request):
        def view():
            raise error

        web.view_functions["health"] = view
        return stranger.get("/health", **request)

    return fail_with


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("Give a number."), 400),
        (NotFoundError("There is no experiment 7."), 404),
        (ConflictError("Somebody was first."), 409),
        (UnavailableError("The database cannot be reached."), 503),
        (BemError("The disk is full."), 500),
    ],
)
def test_our_errors_are_told_in_their_own_words(failing, error, status):
    answer = failing(error)
    assert answer.status_code == status
    assert answer.json == {"error": str(error)}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_database_that_is_away_is_503_for_people_and_scripts(failing, caplog):
    for headers in ({}, PERSON):
        answer = failing(AWAY, headers=headers)
        assert answer.status_code == 503
        assert "The database cannot be reached." in answer.text
        assert "hunter2" not in answer.text
    assert "hunter2" in caplog.text


def test_an_unexpected_error_shows_a_number_that_the_log_has_too(failing, caplog):
    answer = failing(ZeroDivisionError("secret detail"), headers=PERSON)
    assert answer.status_code == 500
    assert answer.mimetype == "text/html"
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    (number,) = re.findall(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert number in caplog.text
    assert "secret detail" in caplog.text
    assert "GET /health" in caplog.text


def test_scripts_get_the_number_too(failing, caplog):
    answer = failing(ZeroDivisionError())
    assert set(answer.json) == {"error", "id"}
    assert answer.json["id"] in caplog.text


def test_pages_say_503_while_the_database_is_away(browser, store, monkeypatch):
    client = browser("vera")

    def away():
        raise UnavailableError("The database cannot be reached. Nothing is lost.")

    monkeypatch.setattr(type(store), "read", lambda self: away())
    page = client.get("/experiments", headers=PERSON)
    assert page.status_code == 503
    assert page.mimetype == "text/html"
    assert "The database cannot be reached. Nothing is lost." in page.text
    callback = client.post(UPDATE, json={})
    assert callback.status_code == 503
    assert callback.json == {"error": "The database cannot be reached. Nothing is lost."}
    assert client.get("/login").status_code == 200  # needs none
    assert client.post("/login", data={"username": "vera"}).status_code == 503


def test_a_method_that_an_address_does_not_take_is_405(browser):
    answer = browser("ada").delete("/experiments")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert set(answer.json) == {"error"}


def test_scripts_of_dash_that_do_not_exist_are_404(browser):
    for path in ("dash/nothing.js", "nothing/x.js", "os/../../etc/passwd"):
        answer = browser("ada").get(f"/_dash-component-suites/{path}")
        assert answer.status_code == 404
        assert "registered" not in answer.text


def toast(browser, web, clicks: int):
    app = web.extensions["bem.dash"]
    values = {"experiments-go.n_clicks": clicks}
    body = callback_body(app, "experiments-out.children", values)
    answer = browser("vera").post(UPDATE, json=body)
    assert answer.status_code == 200
    assert answer.json["response"] == {}
    return answer.json["sideUpdate"]["shell-toasts-store"]["data"]


def test_a_callback_tells_our_errors_as_they_are(browser, web, caplog):
    shown = toast(browser, web, 1)
    assert (shown["kind"], shown["text"]) == ("error", "Once is not enough.")
    assert caplog.text == ""
    assert toast(browser, web, 2)["text"] == "The database is away."


def test_a_callback_tells_unexpected_errors_by_a_number(browser, web, caplog):
    caplog.set_level(logging.ERROR)
    shown = toast(browser, web, 3)
    assert shown["text"].startswith("Something went wrong on the server.")
    assert shown["id"] in shown["text"]
    assert "secret detail" not in shown["text"]
    assert shown["id"] in caplog.text
    assert "secret detail" in caplog.text


def test_two_equal_errors_are_two_toasts(browser, web):
    assert toast(browser, web, 1)["id"] != toast(browser, web, 1)["id"]


def test_a_refused_request_is_found_in_the_log_by_the_number_that_its_page_shows(failing, caplog):
    caplog.set_level(logging.INFO, logger="dashboard.errors")
    answer = failing(InputError("Give a number."), headers=PERSON)
    (number,) = re.findall(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert answer.headers["X-Request-Id"] == number
    (line,) = (entry.getMessage() for entry in caplog.records)
    assert line == (
        f"what=refused request={number} status=400 user='-' method=GET path='/health' "
        "said='Give a number.' cause='-'"
    )


def test_what_the_server_could_not_do_is_logged_with_its_cause(failing, caplog):
    error = BemError("The file could not be stored on the server.")
    error.__cause__ = OSError(28, "No space left on device")
    failing(error)
    assert "cause='[Errno 28] No space left on device'" in caplog.text


def test_a_refused_callback_is_found_in_the_log_by_the_number_of_its_toast(browser, web, caplog):
    caplog.set_level(logging.INFO, logger="dashboard.errors")
    number = toast(browser, web, 1)["id"]
    assert f"what=refused request={number} status=400 user='vera' method=POST" in caplog.text
    assert "said='Once is not enough.'" in caplog.text


def test_a_refused_login_is_in_the_log_without_what_was_typed(stranger, caplog):
    caplog.set_level(logging.INFO, logger="dashboard.errors")
    stranger.post("/login", data={"username": "vera", "password": "hunter2"})
    assert "status=401 user='-' method=POST path='/login'" in caplog.text
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("value", "text"), [("x" * 200_000, "ValueError: xxx"), ("x\n" * 100_000, "what=error")]
)
def test_a_forged_value_in_an_error_does_not_fill_the_log(failing, caplog, value, text):
    failing(ValueError(value))
    assert text in caplog.text
    assert len(caplog.text) < 40_000


def test_what_breaks_again_and_again_has_its_traceback_once_a_minute(browser, web, caplog):
    numbers = [toast(browser, web, 3)["id"] for _ in range(3)]
    first, *others = (entry.getMessage() for entry in caplog.records)
    assert numbers[0] in first
    assert "Traceback" in first
    assert others == [
        f"what=error request={number} where='POST {UPDATE}' as-before='secret detail'"
        for number in numbers[1:]
    ]


def test_whoever_is_refused_again_and_again_does_not_fill_the_log(browser, stranger, caplog):
    caplog.set_level(logging.INFO, logger="dashboard.errors")
    for _ in range(3 * MOST_REFUSED):
        stranger.post(UPDATE, data="forged")
    lines = [entry.getMessage() for entry in caplog.records]
    assert len(lines) == MOST_REFUSED + 1
    assert lines[-1] == "what=more-refused user='-' address='127.0.0.1'"
    browser("vera").delete("/experiments")
    assert "status=405 user='vera'" in caplog.records[-1].getMessage()
