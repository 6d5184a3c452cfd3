"""RELIABILITY 7: a full disk refuses with a sentence, and nothing half-written stays."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from sqlalchemy import func, insert, select

from bem.worker.loop import Worker
from cycling.errors import BemError, UnavailableError
from dashboard.files import _receive
from dashboard.part_file import NO_ROOM
from db.commands import jobs
from db.commands.experiments.reservations import sweep
from db.engine import connect
from db.models import Experiment, RefusedCount, SeriesChunk
from db.queries.jobs import job_status
from db.terms import JobState
from tests.machine import is_root
from tests.unit.db.lab import add_cell, block, counts, import_blocks

SIZE_MB = 4
MEGABYTE = 1024 * 1024


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


def count(database, model: type = RefusedCount) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


class Waiting(io.BytesIO):
    """A file that comes once all uploads have begun."""

    def __init__(self, size: int, go_on: Event) -> None:
        super().__init__(bytes(size))
        self._go_on = go_on

    def read(self, size: int | None = -1) -> bytes:
        assert self._go_on.wait(120)
        return super().read(size)


class Filling(io.BytesIO):
    """A file that comes while something else takes what is left of the disk."""

    def __init__(self, size: int, filler: Path) -> None:
        super().__init__(bytes(size))
        self._filler = filler

    def read(self, size: int | None = -1) -> bytes:
        fill(self._filler)
        return super().read(size)


@pytest.mark.fault(7)
def test_an_upload_that_fills_the_disk_leaves_no_file(small_disk: Path):
    folder, size, filler = small_disk / "uploads", MEGABYTE, small_disk / "filler"
    with pytest.raises(BemError, match="could not be stored on the server"):
        _receive(Filling(size, filler), folder / "upload", size, 0)
    assert list(folder.iterdir()) == []
    filler.unlink()
    _receive(io.BytesIO(bytes(1000)), folder / "upload", 1000, 0)
    assert [one.name for one in folder.iterdir()] == ["upload"]


@pytest.mark.fault(7)
def test_uploads_at_once_leave_free_what_is_to_stay_free(small_disk: Path):
    folder, stays = small_disk / "uploads", MEGABYTE * 3 // 2
    go_on = Event()

    def upload(number: int) -> str:
        return _receive(Waiting(MEGABYTE, go_on), folder / f"{number}", MEGABYTE, stays)

    with ThreadPoolExecutor(4) as pool:
        uploads = [pool.submit(upload, number) for number in range(4)]
        wait(uploads, 10, FIRST_EXCEPTION)
        go_on.set()
    errors = [one.exception() for one in uploads if one.exception()]
    assert {str(error) for error in errors} == {NO_ROOM}
    assert shutil.disk_usage(folder).free >= stays
    assert len(list(folder.iterdir())) == 4 - len(errors) <= 2
    _receive(io.BytesIO(bytes(1000)), folder / "last", 1000, 0)


@pytest.mark.fault(7)
def test_a_task_that_finds_the_disk_full_says_so_and_leaves_nothing(
    sqlite_template, small_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    database = connect(sqlite_template.copy(small_disk))
    filler, now = small_disk / "filler", datetime.now(UTC)
    add_cell(database)

    def import_them(place, _mine) -> None:
        import_blocks(place.database, blocks(filler))

    monkeypatch.setattr("bem.worker.loop.HANDLERS", {"import file": import_them})
    job = jobs.enqueue(database, kind="import file", payload={}, user_name="oscar", now=now)
    Worker(database, tmp_path, lambda: now).work_once()
    ended = job_status(database, job)
    assert ended.state is JobState.FAILED
    assert "disk of the database is full" in (ended.error or "")
    filler.unlink()
    sweep(database, now + timedelta(minutes=5))  # as a worker does now and then
    assert count(database, SeriesChunk) == count(database, Experiment) == 0
    import_blocks(database, [block(100)])
    assert counts(database)["measures"] == 100
    database.dispose()


def blocks(filler: Path):
    """A file of measures during whose import the disk becomes full; a page for the end is left."""
    yield block(100)
    fill(filler)
    with filler.open("r+b") as opened:
        opened.truncate(filler.stat().st_size - 200_000)
    noise = np.random.default_rng(7)  # what cannot be compressed
    for number in range(1, 200):
        yield block(1_000, first=1_000 * number, voltage_v=noise.random(1_000))
