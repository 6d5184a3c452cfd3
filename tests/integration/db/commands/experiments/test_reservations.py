"""What a dead import leaves, staged rows and a reservation as after kill -9, is swept."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from db.commands import jobs
from db.commands.experiments import reservations
from db.engine import Database
from db.models import ImportSource
from db.queries.experiments.detail import experiment_facts
from db.terms import JobState
from tests.integration.db.commands.experiments.test_imports import (
    TEMPERATURE,
    Clock,
    staged,
    start_import,
)
from tests.unit.db.lab import (
    NOW,
    add_cell,
    block,
    counts,
    import_blocks,
    new_experiment,
    nothing_left,
    stored_measures,
)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch) -> None:
    """So few samples in a chunk that six of them fill one, which is then staged."""
    monkeypatch.setattr("db.series.chunks.CHUNK", 4)


class TestSweeping:
    """What a dead import leaves: staged rows and a reservation, as after kill -9."""

    def die(self, database: Database, clock: Clock, job_id: int | None = None) -> int:
        new = new_experiment(add_cell(database, name=f"Cell {clock.now}"[:30]), job_id=job_id)

        def killed():
            yield block(6, extended={TEMPERATURE: range(6)})
            raise jobs.JobInterruptedError("as kill -9: nothing is cleared up")

        with pytest.raises(jobs.JobInterruptedError):
            start_import(database, killed(), new=new, clock=clock)
        assert counts(database)["bem_series_chunks"] > 0
        return staged(database)

    def test_a_dead_import_is_swept_after_a_minute(self, database: Database):
        clock = Clock()
        self.die(database, clock)
        assert reservations.sweep(database, NOW + reservations.DEAD_AFTER) == 0
        assert counts(database)["bem_series_chunks"] > 0
        assert (
            reservations.sweep(database, NOW + reservations.DEAD_AFTER + timedelta(seconds=1)) == 1
        )
        assert nothing_left(database)

    def test_a_living_import_is_left_alone(self, database: Database):
        clock = Clock()

        def blocks():
            for number in range(3):
                clock.now += reservations.DEAD_AFTER - timedelta(seconds=1)
                assert reservations.sweep(database, clock.now) == 0
                yield block(2, number * 2)

        experiment_id = start_import(database, blocks(), clock=clock)
        assert len(stored_measures(database, experiment_id)) == 6

    def test_a_published_import_is_left_alone(self, database: Database):
        experiment_id = import_blocks(database, [block(6)])
        assert reservations.sweep(database, NOW + timedelta(days=400)) == 0
        reservations.discard(database, experiment_id)
        reservations.discard_job(database, 0)
        assert len(stored_measures(database, experiment_id)) == 6
        assert experiment_facts(database, experiment_id).source is not None

    def test_the_measures_of_a_cycler_are_left_alone(self, database: Database):
        with database.write() as session:
            session.execute(
                text(
                    "INSERT INTO GenericMeasures (ExpID, MeasID, Timestamp, InstrID, Voltage) "
                    "VALUES (99, 1, '2026-03-01 12:00:00', 1, 3700)"
                )
            )
        reservations.sweep(database, NOW + timedelta(days=400))
        assert counts(database)["GenericMeasures"] == 1

    @pytest.mark.parametrize(
        ("state", "swept"),
        [
            (JobState.QUEUED, 0),
            (JobState.RUNNING, 0),
            (JobState.FAILED, 1),
            (JobState.CANCELLED, 1),
        ],
    )
    def test_an_import_whose_job_goes_on_is_left_to_it(
        self, database: Database, state: JobState, swept: int
    ):
        job_id = jobs.enqueue(database, kind="k", payload={}, user_name="oscar", now=NOW)
        self.die(database, Clock(), job_id)
        with database.write() as session:
            session.execute(text("UPDATE bem_jobs SET state = :state"), {"state": state})
        assert reservations.sweep(database, NOW + timedelta(hours=1)) == swept
        assert (counts(database)["bem_series_chunks"] == 0) == bool(swept)
        reservations.discard_job(database, job_id)
        assert nothing_left(database)

    def test_an_import_that_was_taken_over_stops(self, database: Database):
        def blocks():
            yield block(4)
            reservations.discard(database, staged(database))
            yield block(4, 4)

        with pytest.raises(jobs.JobStoppedError, match="taken over"):
            start_import(database, blocks())
        assert nothing_left(database)

    def test_an_import_that_was_taken_over_cannot_publish(self, database: Database):
        def blocks():
            yield block(4)
            reservations.discard(database, staged(database))

        with pytest.raises(jobs.JobStoppedError, match="taken over"):
            start_import(database, blocks())
        assert nothing_left(database)

    def test_an_import_that_wakes_up_while_it_is_swept_loads_nothing_more(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ):
        clock = Clock()
        real = reservations.measures.delete_all

        def delete_and_die(*args, **kwargs) -> None:
            real(*args, **kwargs)
            raise RuntimeError("the sweeper was killed before it removed the reservation")

        def blocks():
            yield block(4)
            clock.now += reservations.DEAD_AFTER + timedelta(seconds=1)
            with monkeypatch.context() as patch:
                patch.setattr(reservations.measures, "delete_all", delete_and_die)
                with pytest.raises(RuntimeError, match="killed"):
                    reservations.sweep(database, clock.now)
            yield block(4, 4)

        with pytest.raises(jobs.JobStoppedError):
            start_import(database, blocks(), clock=clock)
        assert nothing_left(database)

    def test_an_import_that_publishes_while_it_is_to_be_swept_keeps_its_measures(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ):
        # A suspended machine wakes up: the sweeper has just found the import dead.
        clock = Clock()
        self.die(database, clock)
        experiment_id = staged(database)
        real = reservations.discard

        def publish_first(*args, **kwargs) -> None:
            with database.write() as session:
                session.execute(update(ImportSource).values(published_at=NOW, beat_at=clock.now))
            real(*args, **kwargs)

        monkeypatch.setattr(reservations, "discard", publish_first)
        reservations.sweep(database, NOW + timedelta(hours=1))
        assert len(stored_measures(database, experiment_id)) == 4  # the rest was never staged

    def test_an_import_that_beats_while_it_is_to_be_swept_goes_on(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ):
        clock = Clock()
        real = reservations.discard

        def beat_first(*args, **kwargs) -> None:
            with database.write() as session:
                session.execute(update(ImportSource).values(beat_at=clock.now))
            real(*args, **kwargs)

        def blocks():
            yield block(4)
            clock.now += timedelta(hours=1)
            monkeypatch.setattr(reservations, "discard", beat_first)
            reservations.sweep(database, clock.now)
            monkeypatch.undo()
            yield block(4, 4)

        experiment_id = start_import(database, blocks(), clock=clock)
        assert len(stored_measures(database, experiment_id)) == 8

    def test_it_says_how_far_it_is(self, database: Database):
        told = []
        self.die(database, Clock())
        reservations.discard(database, staged(database), lambda: told.append(1))
        assert nothing_left(database)
        assert len(told) == 2
