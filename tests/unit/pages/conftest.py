"""The real pages over SQLite, and browsers of people who are signed in.

The application is put together once a process; each test gives it a database of its own.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import dash
import pytest
from flask import Flask

from dashboard.app import create_app
from dashboard.settings import WebSettings
from db.commands import users
from db.commands.audit import By
from db.engine import Database, connect
from tests.databases import Engines, SqliteTemplate, put
from tests.unit.dashboard.world import PASSWORD, PEOPLE, START, Clock, FakeHasher
from tests.unit.pages.lab import Lab
from tests.unit.pages.visitor import Visitor


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def people(sqlite_template: SqliteTemplate, tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """A database file with people who have signed in, to copy, and the tokens of their browsers."""
    folder = tmp_path_factory.mktemp("people")
    database = connect(sqlite_template.copy(folder))
    with_hasher = {"address": "", "now": START, "hasher": FakeHasher()}
    tokens = {}
    for name, role in PEOPLE.items():
        users.add_user(database, name, role, PASSWORD, hasher=FakeHasher(), by=By("bem", "", START))
        tokens[name] = users.sign_in(database, name, PASSWORD, **with_hasher)
    database.dispose()
    return folder / "bem.sqlite", tokens


@pytest.fixture
def store(
    people: tuple[Path, dict[str, str]], sqlite_folder: Path, engines: Engines
) -> Iterator[Database]:
    """A database with people in it."""
    database = engines.open(put(people[0], sqlite_folder))
    yield database
    database.dispose()


@pytest.fixture
def lab(store: Database, clock: Clock) -> Lab:
    """Batteries, stations and experiments to fill the database with."""
    return Lab(store, clock)


@pytest.fixture(scope="session")
def assembled(tmp_path_factory) -> tuple[Flask, dict]:
    folder = tmp_path_factory.mktemp("web")
    settings = WebSettings(secret_key="k" * 32, data_dir=folder)
    app = create_app(settings, connect("sqlite://"), hasher=FakeHasher())
    return app, dict(dash.page_registry)


@pytest.fixture
def web(assembled: tuple[Flask, dict], store: Database, clock: Clock) -> Flask:
    app, pages = assembled
    app.extensions["bem.database"] = store
    app.extensions["bem.clock"] = clock
    dash.page_registry.clear()  # one for all applications: other tests have theirs
    dash.page_registry.update(pages)
    return app


@pytest.fixture
def visitor(web: Flask, people: tuple[Path, dict[str, str]]) -> Callable[..., Visitor]:
    """The browser of a person: `visitor("vera", zone="Europe/Madrid")`."""

    def make(name: str, zone: str = "", *, narrow: bool = False) -> Visitor:
        return Visitor(web, people[1][name], zone=zone, narrow=narrow)

    return make


@pytest.fixture
def vera(visitor) -> Visitor:
    return visitor("vera")


@pytest.fixture
def oscar(visitor) -> Visitor:
    return visitor("oscar")
