"""What a worker does for the series store by and by."""

from sqlalchemy import select, update

from cycling.terms import ExperimentStatus
from db import series
from db.engine import Database
from db.models import Experiment, SeriesChunk, SeriesHead
from db.series import upkeep
from tests.flips import flip
from tests.unit.db.lab import NOW, START, block, import_blocks, import_with_rows, read_series


def test_the_worker_is_told_of_experiments_that_changed(database: Database):
    imported = import_blocks(database, [block(5)])
    assert upkeep.find_due(database, START) == []
    with database.write() as session:
        running = Experiment(
            name="Live",
            description="",
            created_at=START,
            status=ExperimentStatus.RUNNING,
            station_id=1,
            battery_id=session.get(Experiment, imported).battery_id,
            profile_id=session.get(Experiment, imported).profile_id,
        )
        session.add(running)
        session.flush()
        live = running.id
    assert upkeep.find_due(database, START) == [(live, False)]
    series.reconcile(database, live, final=False, now=START)
    assert upkeep.find_due(database, START) == []
    later = START + upkeep.COMPARE_EVERY * 1.5
    with database.write() as session:
        session.get(Experiment, live).status = ExperimentStatus.FINISHED
        session.get(Experiment, live).finished_at = START
    assert upkeep.find_due(database, later) == [(live, True)]
    series.reconcile(database, live, final=True, now=later)
    assert upkeep.find_due(database, later + upkeep.COMPARE_EVERY * 3) == []


def test_what_a_reader_finds_damaged_is_looked_at_next_and_mended(database: Database):
    experiment_id = import_with_rows(database, [block(5)])
    flip(database, experiment_id, "voltage", "samples")
    assert upkeep.find_due(database, START) == []
    with series.opened(database, experiment_id) as experiment:
        experiment.read([series.VOLTAGE])
        assert experiment.left_out == "Voltage, measures 0 to 65,535"
    assert upkeep.find_due(database, NOW) == [(experiment_id, True)]
    done = series.reconcile(database, experiment_id, final=True, now=START)
    assert [(one.channel, one.first_id) for one in done.damage] == [("voltage", 0)]
    assert read_series(database, experiment_id, [series.VOLTAGE]).samples == 5
    with series.opened(database, experiment_id) as experiment:
        assert experiment.read([series.VOLTAGE]).traces["voltage"].values.tolist()[0] == 3.0
        assert experiment.left_out == ""
    assert upkeep.find_due(database, START) == []


def test_what_has_ended_is_verified_every_week(database: Database):
    experiment_id = import_with_rows(database, [block(5)])
    series.reconcile(database, experiment_id, final=True, now=START)
    assert upkeep.find_due(database, START + upkeep.VERIFY_EVERY * 0.9) == []
    later = START + upkeep.VERIFY_EVERY * 1.1
    assert upkeep.find_due(database, later) == [(experiment_id, True)]


def test_a_copy_without_checksums_gets_them(database: Database):
    """As the migration leaves the copies of older versions."""
    experiment_id = import_with_rows(database, [block(5)])
    columns = ("value_sum", "coarse_crc", "fine_crc", "samples_crc")
    with database.write() as session:
        session.execute(update(SeriesChunk).values(dict.fromkeys(columns)))
        session.execute(update(SeriesHead).values(final=False, checked_at=None))
    assert read_series(database, experiment_id, [series.VOLTAGE]).samples == 5
    assert upkeep.find_due(database, NOW) == [(experiment_id, True)]
    done = series.reconcile(database, experiment_id, final=True, now=START)
    assert (done.differing, done.damage) == (1, ())
    with database.read() as session:
        rows = session.scalars(select(SeriesChunk)).all()
    assert all(getattr(row, name) is not None for row in rows for name in columns)


def test_without_rows_what_is_lost_is_said_and_nothing_else_changes(database: Database):
    experiment_id = import_blocks(database, [block(5)])
    flip(database, experiment_id, "voltage", "samples")
    flip(database, experiment_id, "current", "coarse")
    done = series.reconcile(database, experiment_id, final=True, now=START)
    assert [one.channel for one in done.damage] == ["current", "voltage"]
    assert [one.channel for one in done.lost] == ["voltage"]
    flip(database, experiment_id, "voltage", "samples")
    done = series.reconcile(database, experiment_id, final=True, now=START)
    assert ([one.channel for one in done.damage], done.lost) == (["current"], ())
    assert series.verify(database, experiment_id) == []
