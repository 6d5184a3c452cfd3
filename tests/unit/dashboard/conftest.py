"""A web server over SQLite with sample pages, and browsers of people who are signed in."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.settings import WebSettings
from db.commands import users
from db.commands.audit import By
from db.engine import Database
from tests.unit.dashboard.world import PASSWORD, PEOPLE, Clock, FakeHasher

SAMPLE_PAGES = "tests.unit.dashboard.sample_pages"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The time at which the clock of the database stands still where a master node is looked up."""
    now = datetime.now(UTC)
    monkeypatch.setattr("db.queries.master_node.database_now", lambda _session: now)
    return now


@pytest.fixture
def hasher() -> FakeHasher:
    return FakeHasher()


@pytest.fixture
def settings(tmp_path) -> WebSettings:
    return WebSettings(secret_key="k" * 32, data_dir=tmp_path)


@pytest.fixture
def store(sqlite_database: Database, clock: Clock, hasher: FakeHasher) -> Database:
    """A database with people in it."""
    by = By("bem", "", clock())
    for name, role in PEOPLE.items():
        users.add_user(sqlite_database, name, role, PASSWORD, hasher=hasher, by=by)
    return sqlite_database


@pytest.fixture
def make_web(store, clock, hasher) -> Callable[..., Flask]:
    def make(settings: WebSettings, pages: str = SAMPLE_PAGES) -> Flask:
        return create_app(settings, store, clock=clock, hasher=hasher, pages=pages)

    return make


@pytest.fixture
def web(make_web, settings) -> Flask:
    return make_web(settings)


@pytest.fixture
def stranger(web: Flask) -> FlaskClient:
    """Somebody who has not signed in."""
    return web.test_client()


@pytest.fixture
def browser(web: Flask) -> Callable[..., FlaskClient]:
    """Sign a person in: `browser("vera")`."""

    def make(name: str, app: Flask = web) -> FlaskClient:
        client = app.test_client()
        answer = client.post("/login", data={"username": name, "password": PASSWORD})
        assert answer.status_code == 303
        return client

    return make
