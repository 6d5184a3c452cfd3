"""RELIABILITY 7: a full disk refuses with a sentence, and nothing half-written stays."""

import io
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from cycling.errors import BemError, UnavailableError
from dashboard.files import _receive
from db.engine import connect
from db.models import RefusedCount
from tests.machine import is_root

SIZE_MB = 4


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "none", str(folder)]
    if not is_root() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small file system")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.fault(7)
def test_a_full_disk_under_sqlite_is_said_and_leaves_nothing(
    sqlite_template, small_disk: Path, record_property
):
    database = connect(sqlite_template.copy(small_disk))
    filler = small_disk / "filler"
    before = count(database)
    fill(filler)
    with pytest.raises(UnavailableError, match="disk of the database is full"):
        add(database, 20_000)
    assert count(database) == before
    filler.unlink()
    add(database, 200)
    record_property("sent", 200)
    record_property("stored", count(database) - before)
    record_property("lost", 200 - count(database) + before)
    record_property("doubled", 0)
    assert count(database) == before + 200
    database.dispose()


def fill(file: Path) -> None:
    """Write until there is no room for another byte."""
    with file.open("wb", buffering=0) as opened, suppress(OSError):
        while True:
            opened.write(bytes(4096))


def add(database, rows: int) -> None:
    given = [
        {"sender": f"unit {n}", "kind": "x" * 40, "count": 1, "last_at": datetime.now(UTC)}
        for n in range(rows)
    ]
    with database.write() as session:
        session.execute(insert(RefusedCount), given)


def count(database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(RefusedCount))


@pytest.mark.fault(7)
def test_an_upload_that_fills_the_disk_leaves_no_file(small_disk: Path):
    folder, size = small_disk / "uploads", (SIZE_MB + 2) * 1024 * 1024
    with pytest.raises(BemError, match="could not be stored on the server"):
        _receive(io.BytesIO(bytes(size)), folder / "upload", size)
    assert list(folder.iterdir()) == []
    _receive(io.BytesIO(bytes(1000)), folder / "upload", 1000)
    assert [one.name for one in folder.iterdir()] == ["upload"]
