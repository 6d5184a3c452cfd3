"""Signing in and out, seen from the browser."""

import logging
import re
from functools import partial
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import func, select

from dashboard.login import SESSION_COOKIE, is_local
from dashboard.settings import WebSettings
from db.commands import users
from db.commands.audit import By
from db.failures import HangsError
from db.models import AuditEntry, LoginFailure, LoginSession
from db.terms import HANGS
from tests.unit.dashboard.world import PASSWORD

BY = partial(By, "ada", "")
OUTSIDE = [
    "//evil.example",
    "///evil.example",
    "https://evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "evil.example",
    "",
    "/a b",
]


class Hanging:
    """A database that does not answer."""

    def read(self):
        raise HangsError(HANGS)


def log_in(client, name="vera", password=PASSWORD, **more):
    data = {"username": name, "password": password, **more}
    return client.post("/login", data=data)


def count(store, table) -> int:
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def actions(store) -> list[tuple[str, str]]:
    with store.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(row.action, row.user_name) for row in rows if row.action != "add user"]


def test_the_right_password_leads_to_the_page_that_was_asked_for(stranger):
    answer = stranger.get("/experiments?status=RUNNING&page=2")
    assert answer.status_code == 302
    assert answer.location == "/login?next=%2Fexperiments%3Fstatus%3DRUNNING%26page%3D2"
    form = stranger.get(answer.location)
    assert 'value="/experiments?status=RUNNING&amp;page=2"' in form.text
    answer = log_in(stranger, next="/experiments?status=RUNNING&page=2")
    assert (answer.status_code, answer.location) == (303, "/experiments?status=RUNNING&page=2")
    assert stranger.get("/experiments").status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger):
    cookie = SimpleCookie(log_in(stranger).headers["Set-Cookie"])[SESSION_COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    assert not cookie["max-age"]
    assert not cookie["expires"]


def test_the_cookie_is_secure_where_users_come_by_https(make_web, tmp_path):
    settings = WebSettings("k" * 32, tmp_path, base_url="https://bem.lab.example")
    answer = log_in(make_web(settings).test_client())
    assert SimpleCookie(answer.headers["Set-Cookie"])[SESSION_COOKIE]["secure"]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_the_database_has_the_hash_of_the_token_and_not_the_token(stranger, store):
    log_in(stranger)
    token = stranger.get_cookie(SESSION_COOKIE).value
    with store.read() as session:
        kept = session.scalars(select(LoginSession.token_hash)).all()
    assert kept == [users.token_hash(token)]
    assert token not in kept


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("vera", "wrong"),
        ("nobody", PASSWORD),
        ("dora", PASSWORD),
        ("", ""),
        ("vera' OR 1=1 --", PASSWORD),
        ("vérà", PASSWORD),
        ("v" * 500, "p" * 5000),
    ],
)
def test_who_may_not_sign_in_hears_the_same_after_one_hash(
    stranger, store, hasher, clock, name, password
):
    users.disable_user(store, "dora", by=BY(clock()))
    answer = log_in(stranger, name, password, next="/experiments")
    assert answer.status_code == 401
    assert "User name or password is not right." in answer.text
    assert 'value="/experiments"' in answer.text
    assert len(hasher.verified) == 1
    assert "Set-Cookie" not in answer.headers
    assert count(store, LoginSession) == 0


def test_a_refused_sign_in_is_found_in_the_log_by_the_number_that_its_form_shows(stranger, caplog):
    caplog.set_level(logging.INFO, logger="dashboard.errors")
    assert "Number of this request" not in stranger.get("/login").text
    answer = log_in(stranger, password="wrong")
    (number,) = re.findall(r"<code>([0-9a-f]{8})</code>", answer.text)
    assert answer.headers["X-Request-Id"] == number
    (line,) = (entry.getMessage() for entry in caplog.records)
    assert line.startswith(f"what=refused request={number} status=401 ")


def test_the_name_is_shown_again_but_not_the_password(stranger):
    answer = log_in(stranger, '"><script>alert(1)</script>', "my secret password")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text
    assert "my secret password" not in answer.text


def test_upper_and_lower_case_are_the_same_user(stranger, store):
    assert log_in(stranger, " VERA ").status_code == 303
    assert actions(store) == [("login", "vera")]


def test_nobody_is_led_to_another_site(stranger):
    for address in OUTSIDE:
        assert not is_local(address)
        assert log_in(stranger, next=address).location == "/"
        assert stranger.get("/login", query_string={"next": address}).location == "/"


@pytest.mark.parametrize("address", ["/", "/experiments", "/a?b=//c&d=https://e", "/ü#x"])
def test_addresses_of_our_own_are_followed(address):
    assert is_local(address)


def test_each_login_begins_a_new_session_and_ends_the_one_before(stranger, store):
    log_in(stranger)
    first = stranger.get_cookie(SESSION_COOKIE).value
    log_in(stranger)
    assert stranger.get_cookie(SESSION_COOKIE).value != first
    assert count(store, LoginSession) == 1


def test_a_cookie_that_an_attacker_planted_is_never_taken_over(stranger):
    stranger.set_cookie(SESSION_COOKIE, "planted")
    log_in(stranger)
    assert stranger.get_cookie(SESSION_COOKIE).value != "planted"


def test_logging_out_ends_the_session_on_the_server(browser, web, store):
    client = browser("vera")
    stolen = client.get_cookie(SESSION_COOKIE).value
    answer = client.post("/logout")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert client.get_cookie(SESSION_COOKIE) is None
    thief = web.test_client()
    thief.set_cookie(SESSION_COOKIE, stolen)
    assert thief.get("/experiments").status_code == 302
    assert actions(store) == [("login", "vera"), ("logout", "vera")]


def test_logging_out_by_a_link_does_nothing(browser):
    client = browser("vera")
    assert client.get("/logout").status_code == 404
    assert client.get("/experiments").status_code == 200


def test_a_session_ends_after_12_idle_hours(browser, clock):
    client = browser("vera")
    clock.advance(hours=11)
    assert client.get("/experiments").status_code == 200
    clock.advance(hours=11)
    assert client.get("/experiments").status_code == 200
    clock.advance(hours=12)
    answer = client.get("/experiments")
    assert answer.location == "/login?next=%2Fexperiments&expired=1"
    assert (
        "You are signed out: your login has ended. What you had typed is kept."
        in client.get(answer.location).text
    )


def test_a_session_ends_after_7_days_however_busy(browser, clock):
    client = browser("vera")
    for _ in range(13):
        clock.advance(hours=11.9)
        assert client.get("/experiments").status_code == 200
    clock.advance(hours=13.5)
    assert client.get("/experiments").status_code == 302


def test_being_seen_is_written_at_most_once_a_minute(browser, clock, store):
    client = browser("vera")

    def seen():
        with store.read() as session:
            return session.scalars(select(LoginSession.seen_at)).one()

    began = clock()
    clock.advance(seconds=59)
    client.get("/experiments")
    assert seen() == began
    clock.advance(seconds=1)
    client.get("/experiments")
    assert seen() == clock()


def test_a_disabled_user_is_out_at_once(browser, store, clock):
    client = browser("vera")
    users.disable_user(store, "vera", by=BY(clock()))
    assert client.get("/experiments").status_code == 302
    assert client.get("/_dash-layout").status_code == 401


def test_a_new_role_holds_from_the_next_request(browser, store, clock):
    from db.terms import Role

    client = browser("vera")
    assert client.get("/users").status_code == 403
    users.set_role(store, "vera", Role.ADMIN, by=BY(clock()))
    assert client.get("/users").status_code == 200


def test_the_eleventh_try_of_a_name_waits_without_hashing(stranger, hasher, clock, store):
    for _ in range(10):
        assert log_in(stranger, "vera", "wrong").status_code == 401
    answer = log_in(stranger, "VERA")
    assert answer.status_code == 429
    assert "Too many failed tries from here in the last hour." in answer.text
    assert len(hasher.verified) == 10
    assert log_in(stranger, "oscar").status_code == 303
    clock.advance(minutes=60)
    assert log_in(stranger, "vera").status_code == 303
    assert count(store, LoginFailure) == 0


def guessed(web, times: int = 30, addresses: int = 1) -> None:
    """Somebody guesses a password, from one address or from many."""
    for number in range(times):
        address = {"REMOTE_ADDR": f"10.0.0.{number % addresses}"}
        data = {"username": "vera", "password": "wrong"}
        web.test_client().post("/login", data=data, environ_base=address)


@pytest.mark.fault(22)
@pytest.mark.parametrize("addresses", [1, 30])
def test_who_guesses_locks_nobody_out_elsewhere(web, addresses: int, record_property):
    record_property("tries", 30)
    guessed(web, addresses=addresses)
    assert log_in(web.test_client(), "vera").status_code == 303


def test_nor_in_a_browser_of_the_same_address_in_which_the_user_was_before(web):
    own, behind_the_same_router = web.test_client(), {"REMOTE_ADDR": "10.0.0.0"}
    data = {"username": "vera", "password": PASSWORD}
    own.post("/login", data=data, environ_base=behind_the_same_router)
    own.post("/logout", environ_base=behind_the_same_router)
    guessed(web)
    other = web.test_client().post("/login", data=data, environ_base=behind_the_same_router)
    assert other.status_code == 429
    again = own.post("/login", data=data, environ_base=behind_the_same_router)
    assert again.status_code == 303


def test_a_known_browser_guesses_no_more_than_others(web, hasher):
    client = web.test_client()
    log_in(client, "vera")
    client.post("/logout")
    before = len(hasher.verified)
    assert [log_in(client, "vera", "wrong").status_code for _ in range(11)][-2:] == [401, 429]
    assert len(hasher.verified) - before == 10
    assert log_in(client, "oscar", "wrong").status_code == 401  # by its address, as anybody


def test_a_cookie_that_we_have_not_signed_makes_no_browser_known(web):
    guessed(web)
    client = web.test_client()
    client.set_cookie("bem_browser", "WyJhIixbIm5hbWUiXV0.x", path="/login")
    data = {"username": "vera", "password": PASSWORD}
    answer = client.post("/login", data=data, environ_base={"REMOTE_ADDR": "10.0.0.0"})
    assert answer.status_code == 429


def test_a_new_password_of_an_admin_is_a_way_in(web, store, clock, hasher):
    guessed(web)
    users.set_password(store, "vera", "words that belong apart", by=BY(clock()), hasher=hasher)
    data = {"username": "vera", "password": "words that belong apart"}
    answer = web.test_client().post("/login", data=data, environ_base={"REMOTE_ADDR": "10.0.0.0"})
    assert answer.status_code == 303


def test_the_twenty_first_try_of_an_address_waits(stranger, hasher):
    for number in range(20):
        assert log_in(stranger, f"name{number}", "wrong").status_code == 401
    assert log_in(stranger, "vera").status_code == 429
    assert len(hasher.verified) == 20


def test_tries_while_waiting_do_not_make_the_wait_longer(stranger, clock, store):
    for _ in range(10):
        log_in(stranger, "vera", "wrong")
    for _ in range(5):
        clock.advance(minutes=11)
        assert log_in(stranger, "vera", "wrong").status_code == 429
    assert count(store, LoginFailure) == 10
    clock.advance(minutes=5)
    assert log_in(stranger, "vera").status_code == 303


def test_getting_it_right_forgets_ones_own_failures(stranger):
    for _ in range(3):
        for _ in range(9):
            assert log_in(stranger, "vera", "wrong").status_code == 401
        assert log_in(stranger, "vera").status_code == 303


def test_a_refused_login_is_recorded_without_what_may_be_a_password(stranger, store):
    log_in(stranger, "vera", "wrong")
    log_in(stranger, "my secret password", "vera")
    assert actions(store) == [("login refused", "vera"), ("login refused", "(unknown)")]


def test_a_one_time_address_signs_in_once(web, store, clock):
    token = users.make_login_link(store, "ada", now=clock())
    client = web.test_client()
    answer = client.get(f"/login?token={token}")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/users").status_code == 200
    again = web.test_client().get(f"/login?token={token}")
    assert again.status_code == 401
    assert "This login address was used already or is too old." in again.text


def test_a_one_time_address_is_good_for_24_hours(stranger, store, clock):
    token = users.make_login_link(store, "ada", now=clock())
    clock.advance(hours=24)
    assert stranger.get(f"/login?token={token}").status_code == 401


def test_looking_at_a_one_time_address_with_head_does_not_use_it_up(stranger, store, clock):
    token = users.make_login_link(store, "ada", now=clock())
    assert stranger.head(f"/login?token={token}").status_code == 200
    assert stranger.get(f"/login?token={token}").status_code == 303


@pytest.mark.parametrize("token", ["", "x", "%C3%A4" * 1000, "%ED%A0%80", "%00", "%FF"])
def test_an_invented_one_time_address_signs_nobody_in(stranger, token):
    answer = stranger.get(f"/login?token={token}")
    assert answer.status_code == (401 if token else 200)
    assert "Set-Cookie" not in answer.headers


def test_who_is_signed_in_is_led_on_from_the_login_page(browser):
    assert browser("vera").get("/login?next=/experiments").location == "/experiments"


def test_the_login_page_needs_no_database(web, browser):
    vera = browser("vera")
    web.extensions["bem.database"] = Hanging()
    assert vera.get("/experiments").status_code == 503
    page = vera.get("/login?next=/here")
    assert page.status_code == 200
    assert 'value="/here"' in page.text


def test_the_login_page_needs_nothing_but_assets_and_no_script_of_its_own(stranger):
    page = stranger.get("/login").text
    assert page.count("<script") == 1
    assert '<script src="/assets/early/theme.js"></script>' in page
    assert "style=" not in page
    for address in ("/assets/early/theme.js", "/assets/early/login.css", "/assets/favicon.svg"):
        with stranger.get(address) as answer:
            assert answer.status_code == 200


def test_the_login_page_comes_in_the_theme_that_the_browser_had(stranger):
    assert 'data-bs-theme="light"' in stranger.get("/login").text
    stranger.set_cookie("bem_theme", "dark")
    assert 'data-bs-theme="dark"' in stranger.get("/login").text
    stranger.set_cookie("bem_theme", '"><script>')
    assert 'data-bs-theme="light"' in stranger.get("/login").text


def test_cookies_of_other_programs_on_the_same_host_do_no_harm(browser):
    client = browser("vera")
    client.set_cookie("session", "eyJfdXNlcl9pZCI6IjEifQ.x.y")
    client.set_cookie("remember_token", "1|abc")
    assert client.get("/experiments").status_code == 200
