"""What a worker does with a file that a reader reads: checked, imported, cancelled."""

import pytest

from bem.worker import jobs as handlers
from bem.worker.loop import Worker
from db.commands import jobs
from db.commands.uploads import add_upload, upload_path
from db.queries.jobs import job_status
from db.terms import JobState
from tests.readers import install_reader
from tests.real_files import real_file
from tests.unit.dashboard.world import Clock
from tests.unit.db.lab import add_cell

UPLOAD = "a" * 32
SLEEPER = """
    import os, time
    from cycling.formats.readers import ArrayReader

    class Ours(ArrayReader):
        name = "Sleeper"

        @classmethod
        def recognise(cls, head, path):
            return True

        def __init__(self, path, part):
            time.sleep(3600)
"""


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def worker(sqlite_database, tmp_path, clock):
    return Worker(sqlite_database, tmp_path, clock)


@pytest.fixture
def ask(sqlite_database, tmp_path, clock):
    """Upload a file and ask for a job with it."""

    def upload(content, kind="verify file", **payload):
        path = upload_path(tmp_path, UPLOAD)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            add_upload(
                sqlite_database,
                upload_id=UPLOAD,
                file_name="cell.ndax",
                size_bytes=len(content),
                sha256="0" * 64,
                user_name="oscar",
                now=clock(),
            )
        payload = {"upload": UPLOAD, "mapping": None, **payload}
        return jobs.enqueue(
            sqlite_database, kind=kind, payload=payload, user_name="oscar", now=clock()
        )

    return upload


def test_a_binary_file_is_checked_and_imported(worker, ask, sqlite_database):
    content = real_file("neware_46_1_5_60_bts16_tiny.ndax").read_bytes()
    job_id = ask(content)
    worker.work_once()
    verified = job_status(sqlite_database, job_id).result
    checked = verified["verification"]
    assert (verified["dialect"], checked["rows"], checked["ok"]) == ("binary", 84, True)
    assert verified["sample"][:3] == ["0", "1758706195.074", "2.9000835"]
    job_id = ask(
        content,
        "import file",
        mapping=checked["mapping"],
        trust_clock=checked["trust_clock"],
        rows=84,
        name="Tiny",
        description="",
        battery_id=add_cell(sqlite_database),
        address="",
        start=None,
    )
    worker.work_once()
    done = job_status(sqlite_database, job_id)
    assert done.state is JobState.DONE
    assert done.result["experiment_id"]


def test_a_file_that_is_damaged_fails_with_a_sentence(worker, ask, sqlite_database):
    job_id = ask(real_file("neware_46_1_5_60_bts16_tiny.ndax").read_bytes()[:3000])
    worker.work_once()
    failed = job_status(sqlite_database, job_id)
    assert failed.state is JobState.FAILED
    assert failed.error.startswith("cell.ndax was recognised as Neware .ndax, but cannot be read")


def test_a_reader_that_does_not_answer_is_cancelled(
    worker, ask, sqlite_database, clock, tmp_path, monkeypatch
):
    folder = tmp_path / "site"
    folder.mkdir()
    install_reader(folder, monkeypatch, SLEEPER)
    monkeypatch.setattr(handlers, "HEARTBEAT_EVERY_S", 0)
    job_id = ask(b"anything")
    heartbeat = jobs.heartbeat

    def cancel_first(*arguments, **names):
        jobs.cancel(sqlite_database, job_id, user_name="oscar", now=clock())
        clock.advance(seconds=1)
        return heartbeat(*arguments, **names)

    monkeypatch.setattr(jobs, "heartbeat", cancel_first)
    worker.work_once()
    assert job_status(sqlite_database, job_id).state is JobState.CANCELLED


@pytest.mark.parametrize("wrong", [True, False])
def test_the_log_says_why_a_checked_file_cannot_be_imported(worker, ask, caplog, wrong):
    rows = [f"{second},3.6,1.0" for second in range(40)]
    if wrong:
        rows[6] = "6,abc,1.0"
    ask("\n".join(["Test Time / s,Voltage / V,Current / A", *rows]).encode(), request="5ad1beef")
    worker.work_once()
    said = [one for one in caplog.messages if "cannot-be-imported" in one]
    assert len(said) == wrong
    if wrong:
        assert said[0].startswith(
            "what=cannot-be-imported job=1 request=5ad1beef file='cell.ndax' to_decide=1 "
        )
        assert "Row 8: 'abc' in column 'Voltage / V'" in said[0]
