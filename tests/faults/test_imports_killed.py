"""A worker or the database dies during an import: nothing of it shows, and it comes to an end."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select, update

from cycling.errors import UnavailableError
from cycling.formats import open_table, propose, verify
from db import series
from db.commands import jobs
from db.commands.uploads import add_upload, upload_path
from db.engine import Database, connect
from db.models import (
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    ImportSource,
    Job,
    SeriesChunk,
    SeriesHead,
)
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import list_experiments
from db.queries.jobs import JobStatus, job_status
from db.series import chunks
from db.terms import JobState
from tests.databases import migrate
from tests.faults.forms import LONG
from tests.servers import MariaDb, start
from tests.unit.db.lab import add_cell

ROWS = 400_000
BEM = Path(sys.executable).with_name("bem")


@pytest.fixture(scope="module")
def big_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BDF file of 400,000 rows: seven chunks, each a commit."""
    file = tmp_path_factory.mktemp("file") / "big.bdf.csv"
    with file.open("w", encoding="utf-8") as opened:
        opened.write("Test Time / s,Voltage / V,Current / A,T1 / degC,Remark\n")
        remark = "as long as it takes"
        for number in range(ROWS):
            voltage = 3 + number / ROWS
            opened.write(f"{number},{voltage:.6f},1.5,{25 + number % 7},{remark}\n")
    return file


class Lab:
    """A data folder with an uploaded file, a job that imports it, and workers."""

    def __init__(self, url: str, folder: Path, file: Path) -> None:
        self.url, self.folder, self.file = url, folder, file
        self.database: Database = connect(url)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.battery_id = add_cell(self.database)
        self.job_id = self.ask()

    def ask(self) -> int:
        """Upload the file and ask for its import."""
        upload_id = uuid.uuid4().hex
        path = upload_path(self.folder, upload_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.file, path)
        now = datetime.now(UTC)
        add_upload(
            self.database,
            upload_id=upload_id,
            file_name=self.file.name,
            size_bytes=path.stat().st_size,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            user_name="oscar",
            now=now,
        )
        table = open_table(path, self.file.name)
        checked = verify(table, propose(table))
        payload = {
            "upload": upload_id,
            "mapping": checked.mapping.to_json(),
            "rows": checked.rows,
            "name": "Big",
            "description": "",
            "battery_id": self.battery_id,
            "start": now.isoformat(),
            "address": "",
        }
        return jobs.enqueue(
            self.database, kind="import file", payload=payload, user_name="oscar", now=now
        )

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start `bem worker` as a process of its own."""
        environment = {
            **os.environ,
            "BEM_DATABASE_URL": self.url,
            "BEM_DATA_DIR": str(self.folder),
        }
        log = self.folder / f"worker-{len(self.workers)}.log"
        self.workers.append(start([BEM, "worker"], log, env=environment))
        return self.workers[-1]

    @property
    def job(self) -> JobStatus:
        return job_status(self.database, self.job_id)

    def wait_for_part(self, part: float) -> None:
        """Wait until this part of the file is in the tables, or the job has ended."""
        wanted = part * ROWS
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline and not self.job.state.ended:
            if self.stored(chunks.TIME) >= wanted:
                return
            time.sleep(0.01)
        raise AssertionError(f"the import was not caught at {part}: {self.job}")

    def wait_for_end(self) -> JobStatus:
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            try:
                if self.job.state.ended:
                    return self.job
            except UnavailableError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"the job did not end: {self.job}")

    def let_time_pass(self) -> None:
        """Make the dead worker's last sign of life a minute old, instead of waiting for that."""
        with self.database.write() as session:
            old = datetime.now(UTC) - timedelta(minutes=2)
            session.execute(
                update(Job)
                .where(Job.id == self.job_id, Job.beat_at.is_not(None))
                .values(beat_at=old)
            )
            session.execute(update(ImportSource).values(beat_at=old))

    def count(self, model: type) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(model)) or 0

    def stored(self, channel: str) -> int:
        """Count the measures of a channel that are stored, also those of no experiment yet."""
        measures = select(func.sum(SeriesChunk.measures)).where(SeriesChunk.channel == channel)
        with self.database.read() as session:
            return int(session.scalar(measures) or 0)

    def shows_nothing(self) -> bool:
        nothing = list_experiments(self.database, Filter(), offset=0, limit=10).total == 0
        return nothing and self.count(Experiment) == 0

    def check_whole(self) -> None:
        """There is one experiment with exactly its rows, and nothing else in the tables."""
        assert self.count(Experiment) == 1
        assert self.stored(chunks.TIME) == ROWS
        assert self.stored("voltage") == self.stored("current") == ROWS
        assert self.count(ImportSource) == self.count(SeriesHead) == 1
        assert self.count(GenericMeasure) == self.count(ExtendedMeasure) == 0
        with self.database.read() as session:
            experiment_id = session.scalars(select(Experiment.id)).one()
        assert series.check(self.database, experiment_id) == []
        tables = list(series.stream(self.database, experiment_id, []))
        voltages = np.concatenate([one.voltage_v for one in tables])
        written = np.array([float(f"{3 + number / ROWS:.6f}") for number in range(ROWS)])
        np.testing.assert_allclose(voltages, written, rtol=1e-12)

    def note(self, record_property) -> None:
        """Count rows of the file and rows that are stored, for the table of `make faults`."""
        stored = self.stored(chunks.TIME)
        counts = {"sent": ROWS, "stored": stored}
        counts |= {"lost": max(0, ROWS - stored), "doubled": max(0, stored - ROWS)}
        for name, count in counts.items():
            record_property(name, count)

    def stop(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.database.dispose()


@pytest.fixture
def lab(database_url: str, tmp_path: Path, big_file: Path) -> Iterator[Lab]:
    made = Lab(database_url, tmp_path, big_file)
    yield made
    made.stop()


@pytest.mark.fault(1)
@pytest.mark.parametrize("part", [0.25, 0.5, 0.75] if LONG else [0.5])
def test_a_worker_killed_in_an_import_leaves_nothing_and_the_next_one_finishes_it(
    lab: Lab, part: float, record_property
):
    worker = lab.start_worker()
    lab.wait_for_part(part)
    worker.kill()
    worker.wait()
    assert lab.shows_nothing()

    lab.let_time_pass()
    lab.start_worker()
    assert lab.wait_for_end().state is JobState.DONE
    lab.note(record_property)
    lab.check_whole()


def test_a_worker_told_to_stop_puts_its_job_back(lab: Lab):
    worker = lab.start_worker()
    lab.wait_for_part(0.05)
    worker.terminate()
    assert worker.wait(120) == 0
    assert lab.job.state is JobState.QUEUED
    assert lab.shows_nothing()

    lab.start_worker()
    assert lab.wait_for_end().state is JobState.DONE
    lab.check_whole()


def test_a_cancelled_import_is_cleaned_away(lab: Lab):
    lab.start_worker()
    lab.wait_for_part(0.05)
    jobs.cancel(lab.database, lab.job_id, user_name="oscar", now=datetime.now(UTC))
    assert lab.wait_for_end().state is JobState.CANCELLED
    assert lab.shows_nothing()
    assert lab.count(SeriesChunk) == 0


@pytest.mark.mariadb
@pytest.mark.fault(1)
@pytest.mark.parametrize("part", [0.25, 0.5, 0.75] if LONG else [0.5])
def test_a_killed_database_shows_nothing_of_the_import_and_the_worker_lives_on(
    mariadb_server: MariaDb,
    mariadb_url: str,
    tmp_path: Path,
    big_file: Path,
    part: float,
    record_property,
):
    migrate(mariadb_url)
    lab = Lab(mariadb_url, tmp_path, big_file)
    try:
        worker = lab.start_worker()
        lab.wait_for_part(part)
        mariadb_server.kill()
        with pytest.raises(UnavailableError):
            lab.count(Experiment)
        time.sleep(1)
        mariadb_server.start()
        lab.database.dispose()
        assert lab.shows_nothing()
        assert worker.poll() is None

        lab.let_time_pass()
        ended = lab.wait_for_end()
        if ended.state is JobState.FAILED:  # allowed, with a sentence: then it is started again
            assert ended.error
            lab.job_id = lab.ask()
            assert lab.wait_for_end().state is JobState.DONE
        lab.note(record_property)
        lab.check_whole()
    finally:
        lab.stop()


def test_the_worker_refuses_a_database_without_tables(empty_database_url: str, tmp_path: Path):
    environment = {
        **os.environ,
        "BEM_DATABASE_URL": empty_database_url,
        "BEM_DATA_DIR": str(tmp_path),
    }
    refused = subprocess.run([BEM, "worker"], env=environment, capture_output=True, text=True)
    assert refused.returncode == 2
    assert "bem db upgrade" in refused.stderr
    assert "Traceback" not in refused.stderr
