"""What protects every request."""

import io
import re
from itertools import product

import pytest
from flask import request

from dashboard.settings import WebSettings
from tests.unit.dashboard.world import callback_body

UPDATE = "/_dash-update-component"


def policy(answer) -> dict[str, list[str]]:
    rules = answer.headers["Content-Security-Policy"].split("; ")
    return {rule.split()[0]: rule.split()[1:] for rule in rules}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8051"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://["},
        {"Origin": "ftp://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_change_that_another_site_asks_for_is_refused(stranger, headers):
    for method, path in product(
        ("POST", "PUT", "PATCH", "DELETE"), ("/login", "/logout", UPDATE, "/", "/health")
    ):
        answer = stranger.open(path, method=method, headers=headers)
        assert answer.status_code == 403
        assert "another site" in answer.text


def test_our_own_pages_may_ask_for_changes(stranger):
    for headers in (
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {},
    ):
        assert stranger.post("/login", headers=headers).status_code == 401


def test_the_address_that_users_type_is_ours_behind_a_proxy(make_web, tmp_path):
    settings = WebSettings("k" * 32, tmp_path, base_url="https://bem.lab.example")
    client = make_web(settings).test_client()
    ours = {"Origin": "https://bem.lab.example"}
    assert client.post("/login", headers=ours).status_code == 401
    theirs = {"Origin": "https://bem.lab.example.evil"}
    assert client.post("/login", headers=theirs).status_code == 403


def test_a_link_from_another_site_may_lead_to_us(stranger):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://wiki.example"}
    assert stranger.get("/login", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "path", ["/login", "/health", "/experiments", "/_dash-layout", "/assets/css/30-tokens.css"]
)
def test_every_answer_has_the_headers(stranger, path):
    with stranger.get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer.headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in answer.headers
        rules = policy(answer)
        assert rules["frame-ancestors"] == ["'none'"]
        assert rules["form-action"] == ["'self'"]
        assert rules["base-uri"] == ["'none'"]
        assert rules["default-src"] == ["'self'"]


def test_only_the_scripts_that_dash_wrote_may_stand_in_a_page(browser, web):
    answer = browser("vera").get("/experiments")
    allowed = policy(answer)["script-src"]
    assert allowed[0] == "'self'"
    assert all(re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", one) for one in allowed[1:])
    scripts = re.findall(r"<script(?: id=\"_dash-renderer\"[^>]*)?>", answer.text)
    assert 0 < len(scripts) <= len(allowed) - 1
    assert list(web.extensions["bem.dash"].csp_hashes()) == allowed[1:]


def test_nothing_is_kept_in_caches_but_files_that_are_the_same_for_everybody(browser, web):
    client = browser("vera")
    for path in ("/experiments", "/login", "/health", "/_dash-layout", "/nowhere"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path
    body = callback_body(web.extensions["bem.dash"], "experiments-out.children")
    assert client.post(UPDATE, json=body).headers["Cache-Control"] == "no-store"
    with client.get("/assets/css/30-tokens.css") as asset:
        assert asset.headers["Cache-Control"] == "no-cache"
        assert asset.headers["ETag"]
    with client.get("/assets/css/30-tokens.css?m=17") as asset:
        assert asset.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    with client.get("/assets/nothing.css?m=17") as missing:
        assert missing.status_code == 404
        assert missing.headers["Cache-Control"] == "no-store"
    page = client.get("/experiments").text
    suite = re.search(r'src="(/_dash-component-suites/[^"]+)"', page)[1]
    assert client.get(suite).headers["Cache-Control"] == "max-age=31536000"


def test_the_page_asks_nobody_else_for_anything(browser):
    page = browser("vera").get("/experiments").text
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page) == []


def test_dark_pages_are_never_painted_white_first(browser):
    page = browser("vera").get("/experiments").text
    head = page[: page.index("</head>")]
    assert '<html lang="en">' in page
    assert head.index("/assets/early/theme.js") < head.index('rel="stylesheet"')
    assert page.count("/assets/early/") == 1
    assert 'name="viewport"' in head


def test_a_callback_takes_5_mb_and_no_more(browser, web):
    client = browser("vera")
    body = callback_body(web.extensions["bem.dash"], "experiments-out.children")
    body["inputs"][0]["value"] = "x" * 5_000_000
    assert client.post(UPDATE, json=body).status_code == 200
    body["inputs"][0]["value"] = "x" * 5_300_000
    answer = client.post(UPDATE, json=body)
    assert answer.status_code == 413
    assert "larger than the server takes" in answer.json["error"]


def test_a_body_of_unknown_length_is_refused(browser, web):
    answer = browser("vera").open(
        UPDATE,
        method="POST",
        content_type="application/json",
        input_stream=io.BytesIO(b'{"a":"' + b"x" * 6_000_000 + b'"}'),
        environ_overrides={"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"},
    )
    assert answer.status_code == 411
    assert "how long" in answer.json["error"]


def test_a_login_form_takes_64_kb_and_no_more(stranger):
    answer = stranger.post("/login", data={"username": "vera", "password": "x" * 70_000})
    assert answer.status_code == 413
    assert "larger than the server takes" in answer.text


def test_forwarded_headers_are_believed_only_of_proxies_that_were_named(make_web, tmp_path):
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}

    def seen_address(count: int) -> str:
        app = make_web(WebSettings("k" * 32, tmp_path, trusted_proxies=count))
        app.view_functions["health"] = lambda: str(request.remote_addr)
        return app.test_client().get("/health", headers=headers).text

    assert seen_address(0) == "127.0.0.1"
    assert seen_address(1) == "203.0.113.9"


def test_no_cookie_of_flask_is_set(browser):
    client = browser("vera")
    assert "Set-Cookie" not in client.get("/experiments").headers
    assert client.get_cookie("session") is None
