"""RELIABILITY 13: `bem db upgrade` is killed half-way, and run again."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import inspect

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


def upgrade(url: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "BEM_DATABASE_URL": url, "BEM_DATA_DIR": str(folder)}
    return start([BEM, "db", "upgrade"], folder / "upgrade.log", env=environment)


@pytest.mark.fault(13)
def test_an_upgrade_that_is_killed_again_and_again_ends_whole(
    empty_database_url: str, tmp_path: Path, record_property
):
    url = empty_database_url
    for _ in range(MIGRATION_KILLS):
        before = len(tables(url))
        running = upgrade(url, tmp_path)
        wait_for(lambda: len(tables(url)) > before or running.poll() is not None, 60)  # noqa: B023
        time.sleep(random.uniform(0, 0.2))
        running.kill()
        running.wait()
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
    wanted = tables(fresh)
    assert {one.lower() for one in tables(url)} == {one.lower() for one in wanted}
    for name, value in (("sent", len(wanted)), ("stored", len(tables(url)))):
        record_property(name, value)
    record_property("lost", 0)
    record_property("doubled", 0)
