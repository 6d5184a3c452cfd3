"""The application as it is: every route, page and callback, for everybody."""

from itertools import product

import dash
import pytest
from dash import ALL

from components import shell
from dashboard.page_registry import page_role
from dashboard.roles import PAGES, PUBLIC, ROUTE_ROLES, callback_role
from db.commands import users
from db.commands.audit import By
from db.terms import Role
from tests.unit.components.tree import of_type
from tests.unit.dashboard.world import callback_body, router_body

REACHED = "the guard let it through"
UPDATE = "/_dash-update-component"
SIGNED_IN = {"vera": Role.VIEWER, "oscar": Role.OPERATOR, "ada": Role.ADMIN}


@pytest.fixture
def web(make_web, settings):
    """The real pages; every view answers only that it was reached, so that nothing is changed."""
    app = make_web(settings, pages="pages")
    app.extensions["views"] = dict(app.view_functions)
    return app


def silence(web) -> None:
    for endpoint in web.view_functions:
        web.view_functions[endpoint] = lambda **_: REACHED


@pytest.fixture
def everybody(web, browser, store, clock):
    """Clients by kind of person, and the role of each; None for those who have none (any more)."""
    clients = {name: browser(name) for name in SIGNED_IN}
    clients["expired"] = browser("vera")
    clients["disabled"] = browser("dora")
    users.disable_user(store, "dora", by=By("ada", "", clock()))
    from dashboard.login import SESSION_COOKIE

    users.drop_session(store, users.token_hash(clients["expired"].get_cookie(SESSION_COOKIE).value))
    clients["stranger"] = web.test_client()
    silence(web)
    return [(client, SIGNED_IN.get(name)) for name, client in clients.items()]


def expected(role: Role | None, needed: Role) -> set[int]:
    if role is None:
        return {401}
    return {200} if role.includes(needed) else {403}


def test_every_route_is_in_the_table(web):
    endpoints = {rule.endpoint for rule in web.url_map.iter_rules()}
    assert endpoints == PUBLIC | PAGES | set(ROUTE_ROLES)


def test_every_page_names_its_role(web):
    assert dash.page_registry
    assert [name for name, page in dash.page_registry.items() if page_role(page) is None] == []


def test_every_callback_is_in_the_table(web):
    callbacks = web.extensions["bem.dash"].callback_map
    assert callbacks
    assert [name for name, spec in callbacks.items() if callback_role(spec) is None] == []


def test_no_callback_of_a_page_has_an_output_in_the_frame(web):
    """Dash would call it as the page opens, and what `running` disables would be so until then."""
    frame = {value for name, value in vars(shell.Ids).items() if name.isupper()}
    for name, spec in web.extensions["bem.dash"].callback_map.items():
        outputs = spec["output"] if isinstance(spec["output"], list) else [spec["output"]]
        written = {str(one.component_id) for one in outputs} & frame
        asked = {one["id"] for one in spec["inputs"]}
        assert not written or asked <= frame, name


def test_what_the_server_answers_late_overwrites_nothing(web):
    """Dash lets an outdated answer pass where an output is ALL of several components."""
    passes = {
        "queue-body",  # what has changed meanwhile comes with the next tick of its own clock
        "queue-seen",
        "import-batch-fits",  # an answer says only what has changed since the one before it
    }
    for name, spec in web.extensions["bem.dash"].callback_map.items():
        outputs = spec["output"] if isinstance(spec["output"], list) else [spec["output"]]
        many = {
            one.component_id["type"]
            for one in outputs
            if isinstance(one.component_id, dict) and ALL in one.component_id.values()
        }
        assert "callback" not in spec or many <= passes, name


def test_no_page_is_more_open_than_the_operator_pages_of_the_contract(web):
    roles = {page["path"]: page_role(page) for page in dash.page_registry.values()}
    operators = {"/import-experiment", "/add-battery", "/add-experiment", "/stations/new"}
    for path in operators & set(roles):
        assert roles[path] is not Role.VIEWER, path
    assert roles.get("/users", Role.ADMIN) is Role.ADMIN


def test_the_navigation_offers_everybody_the_pages_of_their_role(web, everybody):
    roles = {page["path"]: page_role(page) for page in dash.page_registry.values()}
    places = {place.address for place in shell.NAVIGATION}
    assert places <= set(roles)
    web.view_functions |= {"/_dash-layout": web.extensions["views"]["/_dash-layout"]}
    for client, role in everybody:
        if role is not None:
            links = of_type(client.get("/_dash-layout").json, "NavLink")
            offered = {link["props"]["href"] for link in links}
            assert offered == {one for one in places if role.includes(roles[one])}, role


def test_every_route_answers_everybody_by_their_role(web, everybody):
    adapter = web.url_map.bind("localhost")
    for rule, (client, role) in product(web.url_map.iter_rules(), everybody):
        if rule.endpoint in PUBLIC | PAGES:
            continue
        values = dict.fromkeys(rule.arguments, "1")
        path = adapter.build(rule.endpoint, values)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            if path == UPDATE:
                continue  # walked by callback below
            answer = client.open(path, method=method)
            needed = ROUTE_ROLES[rule.endpoint]
            assert answer.status_code in expected(role, needed), (path, method, role)


def test_every_page_answers_everybody_by_their_role(web, everybody):
    for page, (client, role) in product(list(dash.page_registry.values()), everybody):
        path = page["path"].replace("none", "1")
        answer = client.get(path)
        if role is None:
            assert answer.status_code == 302, path
            assert answer.location.startswith("/login?next=")
        else:
            assert answer.status_code in expected(role, page_role(page)), (path, role)


def test_every_callback_answers_everybody_by_their_role(web, everybody):
    app = web.extensions["bem.dash"]
    for (output, spec), (client, role) in product(app.callback_map.items(), everybody):
        if "callback" not in spec or output.startswith(".._pages_content"):
            continue  # runs in the browser; the router is walked below
        answer = client.post(UPDATE, json=callback_body(app, output))
        assert answer.status_code in expected(role, callback_role(spec)), (output, role)


def test_the_router_answers_everybody_by_the_role_of_the_page(web, everybody):
    app = web.extensions["bem.dash"]
    for page, (client, role) in product(list(dash.page_registry.values()), everybody):
        path = page["path"].replace("none", "1")
        answer = client.post(UPDATE, json=router_body(app, path))
        assert answer.status_code in expected(role, page_role(page)), (path, role)
