"""Requests that no page of ours sends: really answered, in words, and nothing is written."""

import re

import dash
import pytest
from sqlalchemy import func, select

from dashboard.roles import callback_role
from db.commands import users
from db.commands.audit import By
from db.models import Base
from db.terms import Role
from tests.unit.dashboard.world import callback_body

UPDATE = "/_dash-update-component"
ROUTER = ".._pages_content"
KEPT_ASIDE = {"bem_audit", "bem_sessions"}
HOSTILE = [
    "'; DROP TABLE Battery; -- 🔋<img src=x onerror=alert(1)>" + "x" * 10_000,
    float("nan"),
    10**30,
    [[{"a": [None]}]],
    {"a": {"b": 1}},
    True,
    None,
]
INSIDES = ("Traceback", "sqlalche", "[SQL:", "TypeError", "site-packages")
METHODS = ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"]
QUERIES = ["", "?from=nan&to=1e999&page=-1&size=abc&%00&&==&q=" + "x" * 3000]


@pytest.fixture
def web(make_web, settings):
    return make_web(settings, pages="pages")


def row_counts(store) -> dict[str, int]:
    with store.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
            if name not in KEPT_ASIDE
        }


def filled(app, output: str, value) -> dict:
    body = callback_body(app, output)
    for one in (*body["inputs"], *body["state"]):
        if isinstance(one, dict):
            one["value"] = value
    body["changedPropIds"] = [
        f"{one['id']}.{one['property']}" for one in body["inputs"] if isinstance(one, dict)
    ]
    return body


def callbacks(app):
    for output, spec in app.callback_map.items():
        if "callback" in spec and not output.startswith(ROUTER):
            yield output, spec


def test_no_callback_writes_to_nothing_but_a_pattern(web):
    """Dash cannot leave the components of a lone pattern as they are where a callback fails."""
    app = web.extensions["bem.dash"]
    assert [output for output, _ in callbacks(app) if output.startswith("{")] == []


@pytest.mark.fault(21)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
def test_a_forged_callback_is_told_no_traceback_and_no_statement(
    web, browser, value, caplog, record_property
):
    app = web.extensions["bem.dash"]
    client = browser("ada")
    tripped = []
    assert len(list(callbacks(app))) > 60
    record_property("tries", len(list(callbacks(app))))
    for output, _ in callbacks(app):
        answer = client.post(UPDATE, json=filled(app, output, value))
        told = answer.get_data(as_text=True)
        if answer.status_code >= 500 or any(one in told for one in INSIDES):
            tripped.append((output, answer.status_code, told[:300]))
    assert tripped == []
    assert caplog.text == ""  # nothing that an admin has to look at


@pytest.mark.parametrize("person", ["nobody", "vera", "oscar", "disabled", "expired"])
def test_a_refused_callback_changes_no_row(web, browser, store, clock, person):
    app = web.extensions["bem.dash"]
    client, role = visitor(web, browser, store, clock, person)
    before = row_counts(store)
    for output, spec in callbacks(app):
        if role is None or not role.includes(callback_role(spec)):
            answer = client.post(UPDATE, json=filled(app, output, "1"))
            assert answer.status_code == (401 if role is None else 403), output
    assert row_counts(store) == before


def visitor(web, browser, store, clock, person):
    if person == "nobody":
        return web.test_client(), None
    if person == "disabled":
        client = browser("dora")
        users.disable_user(store, "dora", by=By("ada", "", clock()))
        return client, None
    if person == "expired":
        client = browser("vera")
        clock.advance(days=60)
        return client, None
    return browser(person), {"vera": Role.VIEWER, "oscar": Role.OPERATOR}[person]


@pytest.mark.parametrize("person", ["nobody", "ada"])
def test_odd_methods_are_answered_sensibly_on_every_route(web, browser, store, person):
    client = web.test_client() if person == "nobody" else browser(person)
    adapter = web.url_map.bind("localhost")
    before = row_counts(store)
    for rule in web.url_map.iter_rules():
        path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, "1"))
        for method in METHODS:
            if method in rule.methods and method == "PUT":
                continue  # an upload
            answer = client.open(path, method=method)
            assert answer.status_code < 500, (method, path)
            assert b"Traceback" not in answer.data, (method, path)
    assert row_counts(store) == before


@pytest.mark.parametrize("odd", ["-1", "1e99", "9" * 40, "%00", "..%2f..%2fetc%2fpasswd"])
def test_odd_addresses_change_nothing_and_are_answered_in_words(web, browser, store, odd):
    client = browser("ada")
    before = row_counts(store)
    routes = [r.rule for r in web.url_map.iter_rules() if r.arguments and "GET" in r.methods]
    pages = [page["path"] for page in dash.page_registry.values()]
    for path in [_filled_path(one, odd) for one in routes] + [
        one.replace("none", odd) for one in pages
    ]:
        for query in QUERIES:
            answer = client.get(path + query)
            assert answer.status_code < 500, path + query
            assert b"Traceback" not in answer.data
    assert row_counts(store) == before


def _filled_path(rule: str, odd: str) -> str:
    return re.sub(r"<[^>]+>", odd, rule)
