"""A worker's loop: what it does with jobs that end in every way, and that it lives on."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError

from bem.worker import jobs as handlers
from bem.worker import loop as module
from bem.worker.jobs import Beat, Workplace
from bem.worker.loop import Worker
from cycling.errors import InputError, UnavailableError
from db import series
from db.commands import jobs
from db.engine import Database
from db.failures import DiskFullError
from db.limits import USUAL
from db.measures import statistics
from db.models import (
    CycleSummary,
    Experiment,
    GenericMeasure,
    Job,
    SeriesHead,
    StationAlarm,
    Statistics,
)
from db.queries.jobs import job_status
from db.series import upkeep
from db.terms import JobState
from tests.flips import flip
from tests.unit.dashboard.world import Clock
from tests.unit.db.lab import block, import_blocks, import_with_rows
from tests.unit.pages.experiment.cycles.cycled import cycled


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(sqlite_database: Database, tmp_path, clock, monkeypatch) -> Worker:
    monkeypatch.setattr(module, "IDLE_S", 0)
    monkeypatch.setattr(module, "UNREACHABLE_S", 0)
    return Worker(sqlite_database, tmp_path, clock)


@pytest.fixture
def doing(monkeypatch):
    """Let the worker do this for a job."""

    def set_(handler) -> None:
        monkeypatch.setitem(handlers.HANDLERS, "import file", handler)

    return set_


def ask(database: Database, clock: Clock, kind: str = "import file", **payload) -> int:
    return jobs.enqueue(database, kind=kind, payload=payload, user_name="oscar", now=clock())


def raising(error: BaseException):
    def handler(_place, _mine) -> None:
        raise error

    return handler


@pytest.mark.parametrize(
    ("error", "state", "sentence"),
    [
        (InputError("Row 7: 'x' is not a number."), JobState.FAILED, "Row 7: 'x'"),
        (RuntimeError("a bug"), JobState.FAILED, "Tell an admin, naming task"),
        (KeyError("payload"), JobState.FAILED, "Tell an admin, naming task"),
        (jobs.JobInterruptedError("stop"), JobState.QUEUED, None),
    ],
)
def test_a_job_ends_as_its_work_did(worker, sqlite_database, clock, doing, error, state, sentence):
    job_id = ask(sqlite_database, clock)
    doing(raising(error))
    assert worker.work_once()
    found = job_status(sqlite_database, job_id)
    assert found.state is state
    assert (found.error is None) == (sentence is None)
    if sentence:
        assert sentence in found.error
        assert "Traceback" not in found.error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (None, "what=job-done job={} request=5ad1beef"),
        (InputError("Row 7: 'x'."), "what=job-failed job={} request=5ad1beef said=\"Row 7: 'x'.\""),
        (DiskFullError("Full."), "what=job-failed job={} request=5ad1beef said='Full.'"),
        (RuntimeError("a bug"), "what=job-failed job={} request=5ad1beef said='Something went"),
        (jobs.JobStoppedError("It was cancelled."), "what=job-stopped job={} request=5ad1beef"),
        (jobs.JobInterruptedError("Stop."), "what=job-put-back job={} request=5ad1beef"),
    ],
)
def test_every_job_logs_how_it_ended(worker, sqlite_database, clock, doing, caplog, error, line):
    caplog.set_level(logging.INFO, logger="bem.worker")
    job_id = ask(sqlite_database, clock, request="5ad1beef")
    doing(raising(error) if error else lambda _place, _mine: None)
    worker.work_once()
    begins, *_, ended = (entry.getMessage() for entry in caplog.records)
    kind = "kind='import file' attempt=1 user='oscar'"
    assert begins == f"what=job-begins job={job_id} request=5ad1beef {kind}"
    assert ended.startswith(line.format(job_id))


def test_a_job_that_is_given_up_is_in_the_log(worker, sqlite_database, clock, caplog):
    job_id = ask(sqlite_database, clock)
    for _ in range(jobs.MAX_ATTEMPTS):
        jobs.claim(sqlite_database, worker="dead", kinds=["import file"], now=clock())
        clock.advance(seconds=60)
    worker._sweep()
    assert f"what=job-failed job={job_id} said='It was interrupted 3 times" in caplog.text


def test_a_bug_is_in_the_log_and_not_in_the_sentence(worker, sqlite_database, clock, doing, caplog):
    job_id = ask(sqlite_database, clock)
    doing(raising(RuntimeError("secret detail")))
    worker.work_once()
    assert "secret detail" not in job_status(sqlite_database, job_id).error
    assert "secret detail" in caplog.text


def test_a_cancelled_job_is_ended_as_that(worker, sqlite_database, clock, doing):
    job_id = ask(sqlite_database, clock)

    def work(place: Workplace, mine: jobs.Claim) -> None:
        jobs.cancel(sqlite_database, job_id, user_name="oscar", now=clock())
        Beat(place, mine)(1, 2)

    doing(work)
    worker.work_once()
    assert job_status(sqlite_database, job_id).state is JobState.CANCELLED


def test_a_job_of_an_absent_database_is_taken_again_later(worker, sqlite_database, clock, doing):
    job_id = ask(sqlite_database, clock)
    doing(raising(UnavailableError("gone")))
    with pytest.raises(UnavailableError):
        worker.work_once()
    assert job_status(sqlite_database, job_id).state is JobState.RUNNING
    clock.advance(seconds=jobs.SILENT_AFTER.total_seconds() + 1)
    doing(raising(InputError("this time")))
    assert worker.work_once()
    assert job_status(sqlite_database, job_id).error == "this time"


def test_without_a_job_it_says_so(worker):
    assert not worker.work_once()


@pytest.mark.parametrize(
    "error",
    [
        UnavailableError("The database cannot be reached."),
        OperationalError("SELECT", {}, Exception("database or disk is full")),
        PermissionError(13, "Permission denied"),
    ],
)
def test_it_lives_on_when_it_cannot_look_for_work(worker, monkeypatch, error):
    tries = []

    def look() -> bool:
        tries.append(1)
        if len(tries) == 3:
            worker.stop()
            return True
        raise error

    monkeypatch.setattr(worker, "work_once", look)
    worker.run()
    assert len(tries) == 3


def test_an_outage_is_two_lines_in_the_log(worker, monkeypatch, caplog):
    caplog.set_level(logging.INFO, logger="bem.worker")
    monkeypatch.setattr(module, "UNREACHABLE_S", 0.0)
    left = [True] * 5

    def look() -> bool:
        if left:
            left.pop()
            raise UnavailableError("The database cannot be reached.")
        worker.stop()
        return True

    monkeypatch.setattr(worker, "work_once", look)
    worker.run()
    said = [line for entry in caplog.records if "database" in (line := entry.getMessage())]
    assert said == [
        "what=database-trouble said='The database cannot be reached.'",
        "what=database-back",
    ]


def test_told_to_stop_it_puts_its_job_back(worker, sqlite_database, clock, doing):
    job_id = ask(sqlite_database, clock)

    def work(place: Workplace, mine: jobs.Claim) -> None:
        worker.stop()
        Beat(place, mine)(1, 2)
        raise AssertionError("it went on")

    doing(work)
    worker.run()
    assert job_status(sqlite_database, job_id).state is JobState.QUEUED
    again = jobs.claim(sqlite_database, worker="b", kinds=["import file"], now=clock())
    assert again.attempt == 1


def test_beats_are_sent_twice_a_second_at_most(worker, sqlite_database, clock, doing):
    job_id = ask(sqlite_database, clock)
    seen = []

    def work(place: Workplace, mine: jobs.Claim) -> None:
        beat = Beat(place, mine)
        for done in range(1000):
            beat(done, 1000)
        seen.append(job_status(sqlite_database, job_id).done)

    doing(work)
    worker.work_once()
    assert seen[0] < 1000
    assert job_status(sqlite_database, job_id).total == 1000


def test_it_sweeps_and_gives_up_hopeless_jobs_now_and_then(worker, sqlite_database, clock):
    job_id = ask(sqlite_database, clock)
    for _ in range(jobs.MAX_ATTEMPTS):
        assert jobs.claim(sqlite_database, worker="dead", kinds=["import file"], now=clock())
        clock.advance(seconds=60)
    worker._sweep()
    assert job_status(sqlite_database, job_id).state is JobState.FAILED
    assert worker._swept_at == clock()
    swept_at = clock()
    clock.advance(seconds=module.SWEEP_EVERY.total_seconds() - 1)
    worker._sweep()
    assert worker._swept_at == swept_at


@pytest.mark.parametrize("kind", ["verify file", "import file"])
def test_a_file_that_is_gone_is_said_to_be(worker, sqlite_database, clock, kind):
    job_id = ask(sqlite_database, clock, kind, upload="0" * 32, mapping=None)
    worker.work_once()
    failed = job_status(sqlite_database, job_id)
    assert failed.error == "The uploaded file is not there any more. Choose the file again."


def test_names_of_workers_are_their_own(sqlite_database, tmp_path, clock):
    names = {Worker(sqlite_database, tmp_path, clock).name for _ in range(3)}
    assert len(names) == 3
    assert all(len(name) <= 80 for name in names)


def test_silence_is_longer_than_a_few_beats():
    assert timedelta(seconds=10 * handlers.HEARTBEAT_EVERY_S) < jobs.SILENT_AFTER


def test_between_jobs_it_copies_measures_that_others_wrote(worker, sqlite_database, clock):
    experiment_id = import_with_rows(sqlite_database, [block(20)])
    series.forget(sqlite_database, experiment_id)
    assert worker.look_after_series()
    assert not worker.look_after_series()
    with sqlite_database.read() as session:
        head = session.get(SeriesHead, experiment_id)
        assert (head.measures, head.final) == (20, True)


@pytest.mark.parametrize(
    ("make", "words"),
    [(import_with_rows, "It was made anew."), (import_blocks, "It cannot be made anew:")],
)
def test_what_it_finds_damaged_is_alarmed(worker, sqlite_database, clock, make, words: str):
    experiment_id = make(sqlite_database, [block(20)])
    flip(sqlite_database, experiment_id, "voltage", "samples")
    for _again in range(2):  # what is lost stays so, and is alarmed once
        clock.now += timedelta(minutes=1)
        upkeep.make_due(sqlite_database, experiment_id)
        assert worker.look_after_series()
    assert (series.check(sqlite_database, experiment_id) == []) == (make is import_with_rows)
    with sqlite_database.read() as session:
        alarm = session.scalars(select(StationAlarm)).one()
    assert (alarm.code, alarm.experiment_id) == ("damaged measures", experiment_id)
    assert alarm.text.startswith(f"Damaged on the disk: Voltage, measures 0 to 65,535. {words}")


def test_it_makes_statistics_anew_that_an_older_rule_made(worker, sqlite_database):
    experiment_id = import_blocks(sqlite_database, [block()])
    first = statistics.experiment_statistics(sqlite_database, experiment_id)
    with sqlite_database.write() as session:
        session.execute(update(Statistics).values(method=statistics.METHOD - 1))
    while worker.look_after_series():
        pass
    assert worker.renew_statistics()
    assert not worker.renew_statistics()
    assert statistics.outdated(sqlite_database) == []
    assert statistics.experiment_statistics(sqlite_database, experiment_id) == first


def test_cycles_are_counted_once_and_again_when_the_rule_is_another(worker, sqlite_database):
    experiment_id = cycled(sqlite_database, 4)
    while worker.look_after_series():
        pass
    assert worker.renew_cycles()
    assert not worker.renew_cycles()
    with sqlite_database.write() as session:
        assert session.get(CycleSummary, experiment_id).cycles == 4
        session.execute(update(CycleSummary).values(method=0, cycles=77))
    worker._looked_at = None
    while worker.look_after_series():
        pass
    assert worker.renew_cycles()
    with sqlite_database.read() as session:
        assert session.get(CycleSummary, experiment_id).cycles == 4


def test_a_job_goes_before_copying(worker, sqlite_database, clock, monkeypatch):
    monkeypatch.setattr("db.series.chunks.CHUNK", 5)
    experiment_id = import_with_rows(sqlite_database, [block(20)])
    series.forget(sqlite_database, experiment_id)
    ask(sqlite_database, clock)
    assert worker.look_after_series()
    with sqlite_database.read() as session:
        head = session.get(SeriesHead, experiment_id)
        assert (head.measures, head.final) == (5, False)  # one chunk, and on to the job


def test_rows_of_what_ended_long_ago_are_given_up_where_that_is_set(
    sqlite_database: Database, tmp_path, clock
):
    experiment_id = import_with_rows(sqlite_database, [block(20)])
    with sqlite_database.write() as session:
        ended = {"finished_at": clock() - timedelta(days=8)}
        session.execute(update(Experiment).values(**ended))
        session.execute(update(SeriesHead).values(final=True, keeps_rows=False))
    for days, gives_up in ((0, False), (9, False), (7, True)):
        worker = Worker(sqlite_database, tmp_path, clock, replace(USUAL, keep_rows_days=days))
        assert worker.give_up_rows() == gives_up
        assert not worker.give_up_rows()
        with sqlite_database.read() as session:
            left = session.scalar(select(func.count()).select_from(GenericMeasure))
            head = session.get(SeriesHead, experiment_id)
        assert (left, head.has_rows) == ((0, False) if gives_up else (20, True))


def test_a_job_goes_before_giving_up_rows(sqlite_database: Database, tmp_path, clock):
    import_with_rows(sqlite_database, [block(20)])
    with sqlite_database.write() as session:
        session.execute(update(Experiment).values(finished_at=clock() - timedelta(days=8)))
        session.execute(update(SeriesHead).values(final=True, keeps_rows=False))
    worker = Worker(sqlite_database, tmp_path, clock, replace(USUAL, keep_rows_days=7))
    ask(sqlite_database, clock)
    assert worker.give_up_rows()
    with sqlite_database.read() as session:
        assert session.scalar(select(func.count()).select_from(GenericMeasure)) == 20
    clock.now += timedelta(hours=6)
    with sqlite_database.write() as session:
        session.execute(delete(Job))
    assert worker.give_up_rows()
    with sqlite_database.read() as session:
        assert session.scalar(select(func.count()).select_from(GenericMeasure)) == 0
