"""The demo's finished experiments: made once, one after the other, also after an interruption."""

import itertools
from functools import partial

import pytest
from sqlalchemy import func, select

from bem.demo.sample_data import StoppedError, add_samples, missing_samples
from cycling.battery.conventions import electrolyte_of
from cycling.samples.experiments import sample_names
from cycling.terms import Polarity
from db.commands.audit import By
from db.commands.experiments.deletion import delete_experiment
from db.engine import Database
from db.models import Battery, DeletedExperiment, Experiment, GenericMeasure, ImportSource
from db.queries.experiments.detail import experiment_facts
from tests.unit.db.lab import NOW


def count(database: Database, model) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def add_until(database: Database, questions: int) -> None:
    """Add samples until the demo was asked so often whether it ends; then it does."""
    asked = itertools.count(1)
    with pytest.raises(StoppedError):
        add_samples(database, NOW, stopping=lambda: next(asked) >= questions)


def leave_only(database: Database, name: str) -> None:
    """Say that somebody has deleted all others."""
    others = sorted(set(sample_names()) - {name})
    with database.write() as session:
        for number, other in enumerate(others, start=1000):
            session.add(
                DeletedExperiment(
                    experiment_id=number,
                    name=other,
                    measures=0,
                    job_id=0,
                    user_name="demo",
                    deleted_at=NOW,
                )
            )


def test_an_interruption_leaves_whole_experiments_only_and_the_rest_for_later(
    sqlite_database: Database,
):
    add_until(sqlite_database, 1)
    assert count(sqlite_database, Experiment) == 0
    add_until(sqlite_database, 2)  # within the first import
    assert count(sqlite_database, ImportSource) == count(sqlite_database, GenericMeasure) == 0
    add_until(sqlite_database, 3)
    assert sorted(sample_names()[1:]) == sorted(missing_samples(sqlite_database))
    batteries = count(sqlite_database, Battery)
    add_until(sqlite_database, 3)
    assert len(missing_samples(sqlite_database)) == len(sample_names()) - 2
    assert count(sqlite_database, Experiment) == 2
    assert count(sqlite_database, Battery) == batteries


def test_the_experiments_were_over_before_the_demo_and_are_created_by_their_import(
    sqlite_database: Database,
):
    add_until(sqlite_database, 3)
    with sqlite_database.read() as session:
        made = session.scalars(select(Experiment)).one()
        imported_at = session.scalars(select(ImportSource.published_at)).one()
    assert made.begun_at < made.finished_at < NOW
    assert made.created_at == imported_at > made.finished_at


def test_what_somebody_has_deleted_does_not_come_back(sqlite_database: Database):
    add_until(sqlite_database, 3)
    with sqlite_database.read() as session:
        made = session.scalars(select(Experiment)).one()
    by = partial(By, "demo", "")
    delete_experiment(sqlite_database, made.id, confirmed_name=made.name, by=by(NOW))
    assert made.name not in missing_samples(sqlite_database)
    assert len(missing_samples(sqlite_database)) == len(sample_names()) - 1


def test_an_experiment_of_a_flow_battery_has_its_electrolytes(sqlite_database: Database):
    leave_only(sqlite_database, "STK-B4 flow 0.6 to 1.2 L/min")
    assert add_samples(sqlite_database, NOW) == 1
    with sqlite_database.read() as session:
        made = session.scalars(select(Experiment)).one()
    facts = experiment_facts(sqlite_database, made.id)
    assert {one.polarity for one in facts.electrolytes} == set(Polarity)
    assert {one.volume for one in facts.electrolytes} == {1000}
    held = electrolyte_of(facts.battery, facts.electrolytes)
    assert held is not None
    assert held.capacity_ah == pytest.approx(10.72, abs=0.01)
    assert missing_samples(sqlite_database) == set()
