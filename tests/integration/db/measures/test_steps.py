"""The steps of experiments in the database: as executed, with what the profile says of them."""

import numpy as np
import pytest
from sqlalchemy import text, update

from cycling.profile import OWN_PROTOCOL
from db import series
from db.commands.experiments.run_profiles import RunProfile
from db.commands.profiles import compile_text
from db.engine import Database
from db.measures import steps
from db.measures.steps import experiment_steps
from db.models import ImportSource, Lithium
from db.series import ExperimentSeries
from tests.unit.db.lab import BY, add_experiment, block, import_blocks, import_with_rows

PROFILE = """\
CC, 1, VOLTAGE, 4.2
REPEAT 2 CYCLES
  CC, 1, VOLTAGE, 4.1
  CV, 4.1, CURRENT, 0.1
  CV, 4.2, CURRENT, 0.1, MAX, 1
  WAIT, 10min
  CC, -1, VOLTAGE, 3
END
"""
MINUTES = np.arange(0, 66, 0.5)
AT = (MINUTES // 6).astype(int)  # eleven steps of 6 minutes


def steps_of(database: Database, experiment_id: int) -> steps.ExperimentSteps:
    with series.opened(database, experiment_id) as experiment:
        found = experiment_steps(experiment)
    assert found is not None
    return found


@pytest.fixture
def added(monkeypatch) -> list[int]:
    """The experiments whose samples were added up, in turn."""
    done: list[int] = []
    added_up = steps._added_up

    def note(experiment, recipe):
        done.append(experiment.id)
        return added_up(experiment, recipe)

    monkeypatch.setattr(steps, "_added_up", note)
    return done


def run_of_ours(database: Database) -> int:
    """Import what a station wrote: eleven steps of which the profile says what they are."""
    profile_id = compile_text(
        database, PROFILE, name="Cycles", capacity_ah=None, capabilities=OWN_PROTOCOL, by=BY
    )
    currents_a = np.array([1.0, *([1.0, 0.5, 0.7, 0.0, -1.0] * 2)])
    rows = block(len(MINUTES), test_time_s=60 * MINUTES, current_a=currents_a[AT], step_id=1.0 + AT)
    return import_blocks(database, [rows], profile=RunProfile(profile_id, 11))


def test_the_profile_says_which_cycle_it_is_and_what_holds_the_voltage(database: Database):
    found = steps_of(database, run_of_ours(database))
    assert found.rows.instruction.tolist() == list(range(1, 12))
    np.testing.assert_equal(found.rows.cycle, [np.nan, *[1.0] * 5, *[2.0] * 5])
    # one that also limits the current may do either
    np.testing.assert_equal(found.is_cv, [0, *([0, 1, np.nan, 0, 0] * 2)])


def test_where_each_step_begins_in_the_samples(database: Database):
    found = steps_of(database, run_of_ours(database))
    assert found.first_sample.tolist() == list(range(0, 133, 12))


def test_without_a_profile_the_file_says_its_cycles(database: Database):
    rows = block(6, step=np.repeat([1.0, 2.0], 3), cycle=np.repeat([4.0, 5.0], 3))
    found = steps_of(database, import_blocks(database, [rows]))
    assert found.rows.cycle.tolist() == [4, 5]
    assert np.isnan(found.is_cv).all()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ({}, 3),  # charge, rest, discharge
        ({"step": np.ones(9)}, 3),  # names one, which says nothing
        ({"step": np.repeat([1.0, 2.0], [3, 6])}, 2),
        ({"step_id": np.repeat([1.0, 2.0], [6, 3])}, 2),
    ],
)
def test_a_source_without_steps_has_those_of_its_current(
    sqlite_database: Database, names, expected
):
    rows = block(9, current_a=np.repeat([1.0, 0.0, -1.0], 3), **names)
    found = steps_of(sqlite_database, import_blocks(sqlite_database, [rows]))
    assert len(found.rows) == expected
    assert found.first_sample[-1] == 9


def test_without_measures_there_are_none(database: Database):
    with series.opened(database, add_experiment(database)) as experiment:
        assert experiment_steps(experiment) is None


def test_they_are_added_up_once(database: Database, added):
    experiment_id = run_of_ours(database)
    first = steps_of(database, experiment_id)
    again = steps_of(database, experiment_id)
    assert added == [experiment_id]
    np.testing.assert_array_equal(first.rows.table.sums, again.rows.table.sums)


def test_new_measures_make_them_anew(database: Database, added):
    experiment_id = import_with_rows(database, [block(60)])
    before = steps_of(database, experiment_id)
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO GenericMeasures (ExpID, MeasID, Timestamp, InstrID, Voltage, Current) "
                "SELECT ExpID, MeasID + 1, :later, InstrID, Voltage, Current FROM GenericMeasures "
                "WHERE ExpID = :id ORDER BY MeasID DESC LIMIT 1"
            ),
            {"id": experiment_id, "later": "2026-11-01 10:00:00"},
        )
    after = steps_of(database, experiment_id)
    assert after.first_sample[-1] == before.first_sample[-1] + 1
    assert added == [experiment_id] * 2


def test_the_highest_current_is_read_once_a_revision(database: Database, monkeypatch):
    experiment_id = import_with_rows(database, [block(60)])  # at 0.5 A
    read, whole = list[int](), ExperimentSeries.read
    monkeypatch.setattr(
        ExperimentSeries,
        "read",
        lambda self, *given, **how: read.append(self.id) or whole(self, *given, **how),
    )
    steps_of(database, experiment_id)
    assert steps_of(database, experiment_id).recipe.counting.deadband_a == pytest.approx(0.00025)
    assert read == [experiment_id]
    with database.write() as session:
        session.execute(update(Lithium).values(capacity_mah=100))  # is looked at every time
    assert steps_of(database, experiment_id).recipe.counting.deadband_a == pytest.approx(0.00005)
    with database.write() as session:
        session.execute(update(Lithium).values(capacity_mah=3000))
        session.execute(
            text(
                "INSERT INTO GenericMeasures (ExpID, MeasID, Timestamp, InstrID, Voltage, Current) "
                "SELECT ExpID, MeasID + 1, :later, InstrID, Voltage, 2000 FROM GenericMeasures "
                "WHERE ExpID = :id ORDER BY MeasID DESC LIMIT 1"
            ),
            {"id": experiment_id, "later": "2026-11-01 10:00:00"},
        )
    assert steps_of(database, experiment_id).recipe.counting.deadband_a == pytest.approx(0.001)
    assert read == [experiment_id] * 2


def test_another_rule_of_the_source_makes_them_anew(sqlite_database: Database, added):
    experiment_id = import_blocks(sqlite_database, [block(60)])
    steps_of(sqlite_database, experiment_id)
    with sqlite_database.write() as session:
        session.execute(update(ImportSource).values(edge="hold"))
    steps_of(sqlite_database, experiment_id)
    assert added == [experiment_id] * 2


def test_of_many_experiments_the_last_ones_are_kept(sqlite_database: Database, added, monkeypatch):
    monkeypatch.setattr(steps, "MAX_KEPT", 2)
    ids = [import_blocks(sqlite_database, [block(60)], name=f"E{one}") for one in range(3)]
    for one in [*ids, ids[2], ids[0]]:
        steps_of(sqlite_database, one)
    assert added == [*ids, ids[0]]
