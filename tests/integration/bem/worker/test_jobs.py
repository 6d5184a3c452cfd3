"""Files of one run that a worker imports as one experiment, on each engine."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bem.worker.loop import Worker
from db.commands import jobs
from db.commands.uploads import add_upload, upload_path
from db.engine import Database
from db.models import Experiment, GenericMeasure, ImportFile, SeriesChunk
from db.queries.experiments.detail import experiment_facts
from db.queries.jobs import JobStatus, job_status
from db.terms import JobState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEGAN_S = 1_700_000_000
ROWS = 20


def run_file(begins_s: int, *, cycle: bool = True) -> bytes:
    """A charge with a clock, and with a column for the cycle."""
    lines = ["Test Time / s,Unix Time / s,Voltage / V,Current / A" + ",Cycle Count / 1" * cycle]
    lines += [f"{n},{begins_s + n},{3 + n / 100:.2f},1" + ",1" * cycle for n in range(ROWS)]
    return ("\n".join(lines) + "\n").encode()


class Desk:
    """Where files are received, checked and imported by a worker."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self._folder = database, folder
        self._worker = Worker(database, folder, lambda: NOW)

    def checked(self, name: str, content: bytes) -> dict[str, Any]:
        """Receive a file; return what its import needs."""
        upload = name[0] * 32
        path = upload_path(self._folder, upload)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        add_upload(
            self.database,
            upload_id=upload,
            file_name=name,
            size_bytes=len(content),
            sha256=name[0] * 64,
            user_name="oscar",
            now=NOW,
        )
        done = self._done("verify file", {"upload": upload, "mapping": None}).result
        assert done is not None
        found = done["verification"]
        trusted = found["trust_clock"]
        return {"upload": upload, "mapping": found["mapping"], "trust_clock": trusted}

    def imported(self, first: dict[str, Any], *following: dict[str, Any]) -> JobStatus:
        """Import files as one experiment."""
        about = {"name": "Run", "description": "", "battery_id": 1, "address": "", "start": None}
        rows = ROWS * (1 + len(following))
        return self._done("import file", {**first, **about, "rows": rows, "following": following})

    def _done(self, kind: str, payload: dict[str, Any]) -> JobStatus:
        job = jobs.enqueue(self.database, kind=kind, payload=payload, user_name="oscar", now=NOW)
        self._worker.work_once()
        return job_status(self.database, job)

    def count(self, table: type) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def desk(lab: Database, tmp_path: Path) -> Desk:
    return Desk(lab, tmp_path)


def test_files_of_one_run_are_one_experiment_or_nothing_of_them_is(desk: Desk):
    first = desk.checked("a.csv", run_file(BEGAN_S))
    later = desk.checked("b.csv", run_file(BEGAN_S + 3600))
    other = desk.checked("c.csv", run_file(BEGAN_S + 7200, cycle=False))

    refused = desk.imported(first, later, other)
    assert refused.state is JobState.FAILED
    assert "c.csv has no column for the cycle" in (refused.error or "")
    assert [desk.count(one) for one in (Experiment, SeriesChunk, ImportFile)] == [0, 0, 0]

    done = desk.imported(first, later)
    assert (done.state, done.error) == (JobState.DONE, None)
    facts = experiment_facts(desk.database, (done.result or {})["experiment_id"])
    assert (facts.name, facts.measures) == ("Run", 2 * ROWS)
    assert facts.source is not None
    assert [one.file_name for one in facts.source.files] == ["a.csv", "b.csv"]
    assert [desk.count(one) for one in (Experiment, GenericMeasure)] == [1, 0]
