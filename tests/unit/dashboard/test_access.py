"""Who may see and do what."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from dashboard.callbacks import Callback
from dashboard.roles import callback_role, strictest
from db.commands import users
from db.commands.audit import MORE_REFUSED, MOST_REFUSED, REFUSED, By
from db.models import AuditEntry
from db.terms import Role
from tests.unit.dashboard.world import callback_body, router_body

UPDATE = "/_dash-update-component"
WHO = "experiments-out.children"
WRITE = "import-result.children"


def dash_of(web: Flask):
    return web.extensions["bem.dash"]


def send(client, web, output, values=None):
    return client.post(UPDATE, json=callback_body(dash_of(web), output, values))


@pytest.mark.parametrize(
    "path",
    ["/", "/experiments", "/experiments/7", "/users", "/nowhere", "/a/b/c", "/%2e%2e/etc/passwd"],
)
def test_a_page_leads_a_stranger_to_the_login(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/login?next=%2F")


def test_an_address_that_people_type_leads_to_its_page(browser):
    for typed in ("/monitor", "/monitor/"):
        assert browser("vera").get(typed).location == "/"
    assert browser("vera").get("/monitor?state=alarm").location == "/?state=alarm"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_dash-layout"),
        ("GET", "/_dash-dependencies"),
        ("GET", "/_dash-component-suites/dash/deps/react.js"),
        ("GET", "/_reload-hash"),
        ("GET", "/_favicon.ico"),
        ("GET", "/_alive"),
        ("POST", UPDATE),
        ("POST", "/"),
        ("POST", "/experiments"),
        ("PUT", "/experiments"),
        ("DELETE", "/experiments/1"),
        ("OPTIONS", "/experiments"),
        ("PUT", "/login"),
        ("POST", "/logout"),
        ("POST", "/health"),
    ],
)
def test_everything_else_refuses_a_stranger(stranger, method, path):
    answer = stranger.open(path, method=method)
    assert answer.status_code == 401
    if method != "HEAD":
        assert answer.json == {"error": "Your login has expired or you are not signed in."}


def test_a_stranger_gets_the_login_page_health_and_assets(stranger):
    for path in ("/login", "/health", "/assets/css/30-tokens.css"):
        with stranger.get(path) as answer:
            assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/assets/../pyproject.toml", "/assets/%2e%2e/pyproject.toml"])
def test_assets_lead_nowhere_else(stranger, path):
    assert stranger.get(path).status_code in (302, 404)


@pytest.mark.parametrize(
    ("path", "vera", "oscar", "ada"),
    [
        ("/experiments", 200, 200, 200),
        ("/experiments/", 200, 200, 200),
        ("/experiments/12", 200, 200, 200),
        ("/import-experiment", 403, 200, 200),
        ("/users", 403, 403, 200),
        ("/users/", 403, 403, 200),
        ("/forgotten", 403, 403, 403),
        ("/_reload-hash", 403, 403, 200),
        ("/_dash-layout", 200, 200, 200),
    ],
)
def test_a_page_opens_for_its_role_and_those_above(browser, path, vera, oscar, ada):
    statuses = [browser(name).get(path).status_code for name in ("vera", "oscar", "ada")]
    assert statuses == [vera, oscar, ada]


def test_a_page_that_is_not_for_ones_role_says_so(browser):
    page = browser("vera").get("/users", headers={"Accept": "text/html"})
    assert page.mimetype == "text/html"
    assert "Your role does not allow this." in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/experiments/abc",
        "/experiments/-1",
        "/experiments/1e99",
        "/experiments/1/2",
        "/experiments/none",
        "/experiments/٣",
        "/experiments/99999999999999999999",
        "/_mcp",
    ],
)
def test_an_unknown_address_is_the_application_with_status_404(browser, path):
    answer = browser("vera").get(path)
    assert answer.status_code == 404
    assert "_dash-config" in answer.text


@pytest.mark.parametrize(
    ("path", "vera", "oscar", "ada"),
    [
        ("/experiments", 200, 200, 200),
        ("experiments/", 200, 200, 200),
        ("/import-experiment", 403, 200, 200),
        ("/users", 403, 403, 200),
        ("users", 403, 403, 200),
        ("//users//", 403, 403, 200),
        ("/forgotten", 403, 403, 403),
    ],
)
def test_following_a_link_asks_for_the_pages_role_too(browser, web, path, vera, oscar, ada):
    body = router_body(dash_of(web), path)
    people = ("vera", "oscar", "ada")
    statuses = [browser(name).post(UPDATE, json=body).status_code for name in people]
    assert statuses == [vera, oscar, ada]


def test_the_router_cannot_be_asked_for_another_page_than_the_one_checked(browser, web):
    body = router_body(dash_of(web), "/users")
    pathname, search = body["inputs"]
    harmless = {**pathname, "value": "/experiments"}
    for inputs in (
        [pathname, harmless],
        [pathname, search, harmless],
        [harmless, pathname],
        [{**pathname, "id": "other"}, search],
        [[harmless, pathname], search],
        [{**pathname, "value": None}, search],
        [{**pathname, "value": ["/users"]}, search],
    ):
        answer = browser("vera").post(UPDATE, json={**body, "inputs": inputs})
        assert answer.status_code == 400
        assert "Everybody" not in answer.text


@pytest.mark.parametrize(
    ("output", "vera", "oscar"),
    [
        (WHO, 200, 200),
        (WRITE, 403, 200),
        ("shell-toasts-store.data", 403, 200),  # an operator's button that writes only a toast
        (
            '..experiments-chosen.children...{"part":["ALL"],"type":"import-remove"}.children..',
            403,
            200,
        ),
        ("unlisted-out.children", 403, 403),
    ],
)
def test_a_callback_runs_for_the_strictest_role_of_its_ids(browser, web, output, vera, oscar):
    assert send(browser("vera"), web, output).status_code == vera
    assert send(browser("oscar"), web, output).status_code == oscar


def test_a_callback_without_an_output_is_found_by_its_inputs(browser, web):
    (quiet,) = (key for key, spec in dash_of(web).callback_map.items() if spec["no_output"])
    assert send(browser("vera"), web, quiet).status_code == 403
    assert send(browser("oscar"), web, quiet).status_code == 204


def test_a_callback_that_no_table_names_runs_for_nobody(browser, web):
    assert send(browser("ada"), web, "unlisted-out.children").status_code == 403


def test_a_refused_change_changes_nothing(browser, web, store):
    def rows():
        with store.read() as session:
            return session.scalar(
                select(func.count(AuditEntry.id)).where(AuditEntry.action == "import")
            )

    assert send(web.test_client(), web, WRITE).status_code == 401
    assert send(browser("vera"), web, WRITE).status_code == 403
    foreign = {"Origin": "https://evil.example"}
    body = callback_body(dash_of(web), WRITE)
    assert browser("oscar").post(UPDATE, json=body, headers=foreign).status_code == 403
    assert rows() == 0
    assert send(browser("oscar"), web, WRITE).status_code == 200
    assert rows() == 1


def test_callbacks_know_who_is_there(browser, web):
    assert "vera is viewer" in send(browser("vera"), web, WHO).text


def good_body(web) -> dict:
    return callback_body(dash_of(web), WHO)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: None,
        lambda body: [],
        lambda body: "text",
        lambda body: 7,
        lambda body: {},
        lambda body: {**body, "output": "unknown.children"},
        lambda body: {**body, "output": None},
        lambda body: {**body, "output": ["experiments-out.children"]},
        lambda body: {**body, "output": "experiments-go.title"},  # runs in the browser
        lambda body: {**body, "outputs": None},
        lambda body: {**body, "outputs": "x"},
        lambda body: {**body, "outputs": {"id": 1, "property": "children"}},
        lambda body: {**body, "outputs": [[[]]]},
        lambda body: {**body, "inputs": None},
        lambda body: {**body, "inputs": []},
        lambda body: {**body, "inputs": [None]},
        lambda body: {**body, "inputs": [{}]},
        lambda body: {**body, "inputs": body["inputs"] * 2},
        lambda body: {**body, "inputs": {"0": body["inputs"][0]}},
        lambda body: {**body, "state": "x"},
        lambda body: {**body, "state": body["inputs"]},
        lambda body: {**body, "changedPropIds": [{}]},
        lambda body: {**body, "changedPropIds": 3},
    ],
)
def test_a_callback_request_that_no_page_sends_is_400(browser, web, spoil):
    answer = browser("ada").post(UPDATE, json=spoil(good_body(web)))
    assert answer.status_code == 400
    assert set(answer.json) == {"error"}


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"{}", "text/plain"),
        (b"a=b", "application/x-www-form-urlencoded"),
    ],
)
def test_a_callback_request_that_is_not_json_is_400(browser, data, content_type):
    answer = browser("ada").post(UPDATE, data=data, content_type=content_type)
    assert answer.status_code == 400
    assert set(answer.json) == {"error"}


def test_words_in_the_address_that_a_page_does_not_know_are_ignored(browser, web):
    body = router_body(dash_of(web), "/experiments", "?status=RUNNING&utm_source=mail&status_=1")
    answer = browser("vera").post(UPDATE, json=body)
    assert "RUNNING" in answer.text
    assert "sideUpdate" not in answer.json


def test_an_id_that_is_no_number_draws_the_page_for_nothing_found(browser, web):
    for path, search in (("/experiments/abc", ""), ("/experiments/7", "?experiment_id=abc")):
        answer = browser("vera").post(UPDATE, json=router_body(dash_of(web), path, search))
        assert "Nothing lives here" in answer.text
    answer = browser("vera").post(UPDATE, json=router_body(dash_of(web), "/experiments/7"))
    assert "Experiment number 7" in answer.text


def test_the_longest_beginning_of_an_id_counts(monkeypatch):
    table = {"experiment": Role.VIEWER, "experiment-stop": Role.OPERATOR}
    monkeypatch.setattr("dashboard.roles.CALLBACK_ROLES", table)

    def role(component_id: str) -> Role | None:
        callback: Callback = {"output": [], "inputs": [{"id": component_id}], "state": []}
        return callback_role(callback)

    assert role("experiment") is Role.VIEWER
    assert role("experiment-graph") is Role.VIEWER
    assert role("experiment-stop") is Role.OPERATOR
    assert role("experiment-stop-button") is Role.OPERATOR
    assert role('{"index":["ALL"],"type":"experiment-stop"}') is Role.OPERATOR
    assert role("experiments") is None
    assert role("experimental-stop") is None
    assert role('{"index":["ALL"]}') is None


def test_a_callback_without_any_id_is_refused():
    assert callback_role({"output": [], "inputs": [], "state": []}) is None
    assert strictest([Role.OPERATOR, Role.ADMIN, Role.VIEWER]) is Role.ADMIN


def test_a_disabled_user_may_nothing(browser, web, store, clock):
    client = browser("dora")
    users.disable_user(store, "dora", by=By("ada", "", clock()))
    assert send(client, web, WHO).status_code == 401
    assert client.get("/_dash-layout").status_code == 401


def test_refused_calls_are_in_the_audit_trail_up_to_a_limit_an_hour(browser, store, clock):
    client = browser("vera")

    def actions() -> list[str]:
        with store.read() as session:
            rows = select(AuditEntry.action).where(AuditEntry.user_name == "vera")
            return [one for one in session.scalars(rows) if "refused call" in one]

    for _ in range(MOST_REFUSED + 5):
        assert client.get("/users").status_code == 403
    limited = [REFUSED] * MOST_REFUSED + [MORE_REFUSED]
    assert actions() == limited
    clock.advance(minutes=61)
    client.get("/users")
    assert actions() == [*limited, REFUSED]
