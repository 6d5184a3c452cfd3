"""RELIABILITY 13: `bem db upgrade` is killed half-way, and run again."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import inspect, make_url

from db import migrations
from db.engine import connect
from tests.databases import migrate
from tests.faults.forms import MIGRATION_KILLS
from tests.faults.lab import wait_for
from tests.servers import start

BEM = Path(sys.executable).with_name("bem")


def tables(url: str) -> set[str]:
    database = connect(url)
    try:
        return set(inspect(database.engine).get_table_names())
    finally:
        database.dispose()


def begun(url: str) -> bool:
    """Whether there is a table; on SQLite the file, for its tables show when all is committed."""
    parts = make_url(url)
    if parts.get_backend_name() == "sqlite":
        return Path(parts.database).exists()
    return bool(tables(url))


def upgrade(url: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "BEM_DATABASE_URL": url, "BEM_DATA_DIR": str(folder)}
    return start([BEM, "db", "upgrade"], folder / "upgrade.log", env=environment)


@pytest.mark.fault(13)
def test_an_upgrade_that_is_killed_again_and_again_ends_whole(
    empty_database_url: str, tmp_path: Path, record_property
):
    url, killed = empty_database_url, 0
    for number in range(MIGRATION_KILLS):
        running = upgrade(url, tmp_path)
        wait_for(lambda: begun(url) or running.poll() is not None)  # noqa: B023
        time.sleep(number * random.uniform(0, 0.1))  # the first at once
        running.kill()
        killed += running.wait() == -signal.SIGKILL
    assert killed
    began = time.monotonic()
    last = upgrade(url, tmp_path)
    assert last.wait(120) == 0, (tmp_path / "upgrade.log").read_text()
    record_property("recovery_s", time.monotonic() - began)
    database = connect(url)
    try:
        migrations.check(database)
    finally:
        database.dispose()
    fresh = f"sqlite:///{tmp_path / 'fresh.sqlite'}"
    migrate(fresh)
    wanted = {one.lower() for one in tables(fresh)}
    there = {one.lower() for one in tables(url)}
    counts = {"sent": len(wanted), "stored": len(there)}
    counts |= {"lost": len(wanted - there), "doubled": len(there - wanted)}
    for name, count in counts.items():
        record_property(name, count)
    assert there == wanted
