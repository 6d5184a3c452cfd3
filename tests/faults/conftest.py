"""A laboratory of its own for each fault test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import require
from tests.databases import migrate
from tests.faults.lab import Lab
from tests.machine import MOSQUITTO
from tests.servers import MariaDb, Mosquitto

UNITS = tuple(f"unit-{n}" for n in range(8))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """Show the end of each master node's log with a test that failed."""
    report = yield
    if report.failed:
        for lab in (one for one in getattr(item, "funcargs", {}).values() if isinstance(one, Lab)):
            for number in range(len(lab.masters)):
                last = "\n".join(lab.log_of(number).splitlines()[-30:])
                report.sections.append((f"log of master node {number}", last))
    return report


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A Mosquitto with the accounts of a laboratory. The test may kill it."""
    require(MOSQUITTO)
    server = Mosquitto(tmp_path / "mosquitto", ("master-node", "wattrex", *UNITS))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def lab(database_url: str, broker: Mosquitto, tmp_path: Path) -> Iterator[Lab]:
    """The laboratory on each engine in turn."""
    made = Lab(database_url, broker, tmp_path)
    yield made
    made.close()


@pytest.fixture
def mariadb_lab(
    mariadb_server: MariaDb, mariadb_url: str, broker: Mosquitto, tmp_path: Path
) -> Iterator[Lab]:
    """The laboratory on a MariaDB server that the test may kill."""
    migrate(mariadb_url)
    made = Lab(mariadb_url, broker, tmp_path)
    yield made
    made.close()


@pytest.fixture
def sqlite_lab(sqlite_template, broker: Mosquitto, tmp_path: Path) -> Iterator[Lab]:
    """The laboratory on SQLite, for tests that are not about the engine."""
    made = Lab(sqlite_template.copy(tmp_path), broker, tmp_path)
    yield made
    made.close()
