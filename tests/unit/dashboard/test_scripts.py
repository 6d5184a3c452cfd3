"""Dash's scripts are read once, and kept for everybody."""

import pytest

from tests.attackers import SCRIPT


@pytest.fixture
def vera(browser):
    return browser("vera")


def test_a_script_is_read_once(vera, monkeypatch):
    first = vera.get(SCRIPT)
    monkeypatch.setattr("pkgutil.get_data", lambda *_args: pytest.fail("it was read again"))
    second = vera.get(SCRIPT)
    assert (first.status_code, second.status_code) == (200, 200)
    assert len(first.data) > 1_000_000
    assert first.data == second.data
    for name in ("Content-Type", "Content-Length", "ETag", "Content-Security-Policy"):
        assert first.headers[name] == second.headers[name]


def test_a_browser_that_has_it_is_told_so(vera):
    tag = vera.get(SCRIPT).headers["ETag"]
    for _ in range(2):
        answer = vera.get(SCRIPT, headers={"If-None-Match": tag})
        assert (answer.status_code, answer.data) == (304, b"")
    assert vera.get(SCRIPT, headers={"If-None-Match": '"another"'}).status_code == 200


def test_the_name_of_a_version_is_kept_by_browsers_for_long(vera):
    name = SCRIPT.replace("plotly.min.js", "plotly.v1m1.min.js")
    for _ in range(2):
        answer = vera.get(name)
        assert answer.headers["Cache-Control"] == "max-age=31536000"
        assert "ETag" not in answer.headers
    assert "ETag" in vera.get(SCRIPT).headers


def test_what_is_not_there_is_not_kept(vera, web):
    for _ in range(2):
        assert vera.get(SCRIPT.replace("plotly.min", "passwd")).status_code == 404
    assert web.test_client().get(SCRIPT).status_code == 401
