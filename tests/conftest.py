"""Fixtures for every suite: the servers, and a migrated database on each engine.

`docs/testing.md` says which fixture to take.
"""

import gc
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from db.engine import Database
from tests import generated
from tests.databases import (
    ENGINES,
    MYSQL_URL,
    Engines,
    ServerSchema,
    SqliteTemplate,
    create,
    drop,
    sqlite_url,
)
from tests.machine import MARIADB, ROOT, Program, in_ci
from tests.servers import MariaDb

SLOW = {"browser", "faults"}  # folders

generated.load_profile()


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Keep what is loaded now from being looked through for garbage again and again."""
    gc.disable()
    collected = yield
    gc.collect()
    gc.freeze()
    gc.enable()
    return collected


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the long tests out unless they are asked for; begin with those that take seconds."""
    if not os.environ.get("BEM_TEST_LONG"):
        skip = pytest.mark.skip(reason="long: BEM_TEST_LONG=1 runs it (see docs/testing.md)")
        for item in items:
            if "long" in item.keywords:
                item.add_marker(skip)
    items[:] = slow_first(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def slow_first(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """Return the tests so that two of three processes begin with a share of the slow modules.

    The faults mostly wait, the browser mostly computes: one process begins with the ones, the next
    with the others, so that both go on at once. xdist gives each process one run of the list, and
    who has done its own takes from the end of another's.
    """
    modules: dict[Path, list[pytest.Item]] = {}
    others: list[pytest.Item] = []
    for item in items:
        slow = SLOW.intersection(item.path.relative_to(ROOT / "tests").parts)
        (modules.setdefault(item.path, []) if slow else others).append(item)
    slow_modules = sorted(modules.values(), key=_is_of_the_browser)
    with_slow = -(-2 * processes // 3)
    ordered: list[pytest.Item] = []
    for process in range(processes):
        share = slow_modules[process::with_slow] if process < with_slow else []
        for module in sorted(share, key=_is_of_the_browser, reverse=process % 2 == 1):
            ordered.extend(module)
        missing = len(items) * (process + 1) // processes - len(ordered)
        ordered.extend(others[: max(missing, 0)])
        del others[: max(missing, 0)]
    return ordered


def _is_of_the_browser(module: list[pytest.Item]) -> bool:
    return "browser" in module[0].path.parts


def require(program: Program) -> str:
    """Return the program's path; without it skip the test, or fail it in CI."""
    path = program.find()
    if path is None:
        reason = f"{program.title} is not installed (see docs/testing.md)"
        if in_ci():
            pytest.fail(f"{reason}; in CI nothing is left out")
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def mariadb_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariaDb]:
    """The MariaDB server of this test process, for fixtures; a killed one may be down."""
    require(MARIADB)
    server = MariaDb(tmp_path_factory.mktemp("mariadb"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def mariadb_server(mariadb_process: MariaDb) -> MariaDb:
    """A MariaDB server that runs. The test may kill it: it is started again for the next one."""
    mariadb_process.start()
    return mariadb_process


@pytest.fixture
def mariadb_url(mariadb_server: MariaDb) -> Iterator[str]:
    """The URL of a schema without tables on that server, for tests that kill it."""
    url = mariadb_server.url(f"empty_{uuid.uuid4().hex[:8]}")
    create(url)
    yield url
    mariadb_server.start()
    drop(url)


class ServerUrls:
    """Makes URLs on the servers, and starts a server only when a test asks for it."""

    def __init__(self, request: pytest.FixtureRequest, worker_id: str) -> None:
        self._request = request
        self._worker_id = worker_id

    def __call__(self, engine: str, name: str) -> str:
        """Return the URL of a schema of this test process; nothing is created."""
        if engine == "mysql":
            assert MYSQL_URL is not None
            own = make_url(MYSQL_URL).set(database=f"bem_test_{self._worker_id}_{name}")
            return own.render_as_string(hide_password=False)
        server: MariaDb = self._request.getfixturevalue("mariadb_process")
        server.start()
        return server.url(name)


@pytest.fixture(scope="session")
def server_urls(request: pytest.FixtureRequest, worker_id: str) -> ServerUrls:
    """Where schemas can be made on an engine's server."""
    return ServerUrls(request, worker_id)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    """A migrated file to copy."""
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def server_schemas() -> Iterator[dict[str, ServerSchema]]:
    """The migrated schema of each engine, once a test has asked for it."""
    schemas: dict[str, ServerSchema] = {}
    yield schemas
    if "mysql" in schemas:  # the private server goes with all it has
        schemas["mysql"].close()


@pytest.fixture(scope="session")
def engines() -> Engines:
    """Opens databases whose statements earlier tests have compiled."""
    return Engines()


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each test of this process finds its SQLite database."""
    return tmp_path_factory.mktemp("databases")


@pytest.fixture(params=ENGINES)
def database_url(
    request: pytest.FixtureRequest,
    sqlite_folder: Path,
    server_urls: ServerUrls,
    server_schemas: dict[str, ServerSchema],
) -> str:
    """The URL of a migrated database with nothing but the seed rows, on each engine in turn."""
    engine: str = request.param
    if engine == "sqlite":
        template: SqliteTemplate = request.getfixturevalue("sqlite_template")
        return template.copy(sqlite_folder)
    url = server_urls(engine, "shared")  # also starts a server that a test has killed
    if engine not in server_schemas:
        server_schemas[engine] = ServerSchema(url)
    server_schemas[engine].reset()
    return url


@pytest.fixture
def database(database_url: str, engines: Engines) -> Iterator[Database]:
    """An open, migrated database with nothing but the seed rows, on each engine in turn."""
    opened = engines.open(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_database(
    sqlite_template: SqliteTemplate, sqlite_folder: Path, engines: Engines
) -> Iterator[Database]:
    """The same on SQLite alone, for tests that are not about the engine."""
    opened = engines.open(sqlite_template.copy(sqlite_folder))
    yield opened
    opened.dispose()


@pytest.fixture(params=ENGINES)
def empty_database_url(
    request: pytest.FixtureRequest, tmp_path: Path, server_urls: ServerUrls
) -> Iterator[str]:
    """The URL of a database without tables, for tests that migrate it or spoil its tables."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.sqlite")
        return
    url = server_urls(request.param, f"empty_{uuid.uuid4().hex[:8]}")
    create(url)
    yield url
    drop(url)
