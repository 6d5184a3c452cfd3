"""What a battery has come to: kept with the numbers of its experiments, and as their life says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import delete

from cycling.analysis.campaign.life import numbers_of
from cycling.battery.conventions import OwnChoices
from cycling.terms import ExperimentStatus
from db import series
from db.commands.batteries.changes import delete_battery
from db.commands.experiments.cycles.choices import choose_cycles
from db.commands.experiments.cycles.wrong_pulses import tick_pulse
from db.commands.experiments.deletion import delete_experiment
from db.engine import Database
from db.measures.battery_life import NUMBERS, life_of, renew_battery
from db.measures.cells import cells
from db.measures.cycle_summaries import renew_summary
from db.measures.cycles import experiment_cycles
from db.measures.pulses import experiment_pulses
from db.models import BatteryLife, CycleColumns, CycleSummary, Experiment
from tests.unit.db.lab import BY, START
from tests.unit.pages.experiment.cycles.cycled import cycled
from tests.unit.pages.experiment.pulses.pulsed import pulsed


def kept(database: Database, battery_id: int) -> BatteryLife | None:
    with database.read() as session:
        return session.get(BatteryLife, battery_id)


def battery_of(database: Database, experiment_id: int) -> int:
    with database.read() as session:
        return session.get_one(Experiment, experiment_id).battery_id


@pytest.fixture
def two(database: Database) -> tuple[int, int, int]:
    """A battery with two experiments of 4 and 3 cycles; the second one began before."""
    first, second = cycled(database, 4, name="A"), cycled(database, 3, name="B")
    battery = battery_of(database, first)
    with database.write() as session:
        row = session.get_one(Experiment, second)
        row.battery_id, row.begun_at = battery, START - timedelta(days=9)
    return battery, first, second


def test_what_is_kept_is_what_the_life_of_its_experiments_says(database: Database, two):
    battery, first, second = two
    for one in (first, second):
        assert renew_summary(database, one)
    row = kept(database, battery)
    assert (row.experiments, row.pending, row.cycles) == (2, 0, 7)
    begun = [(second, START - timedelta(days=9)), (first, START)]
    found = numbers_of(life_of(begun, cells(database, [first, second], NUMBERS)))
    for name, value in vars(found).items():
        assert getattr(row, name) == value, name
    each = [cells(database, [one], NUMBERS).cycles[one].columns for one in (second, first)]
    last_ah = each[1]["discharge_ah"][-1]
    assert row.last_capacity_ah == last_ah  # of the one that began later
    assert row.retention_pct == pytest.approx(100 * last_ah / each[0]["discharge_ah"][0])
    efc = sum(float(one["equivalent_full_cycles"][-1]) for one in each)
    assert row.equivalent_full_cycles == pytest.approx(efc)
    assert row.resistance_ohm is None


def test_what_is_still_to_be_added_up_is_counted(database: Database, two):
    battery, first, second = two
    renew_summary(database, first)
    row = kept(database, battery)
    assert (row.experiments, row.pending, row.cycles) == (1, 1, 4)
    renew_summary(database, second)
    choose_cycles(database, second, OwnChoices(formation_cycles=1), by=BY)
    with database.write() as session:
        renew_battery(session, battery)
    assert (kept(database, battery).experiments, kept(database, battery).pending) == (1, 1)
    renew_summary(database, second)
    assert kept(database, battery).pending == 0


def test_what_runs_counts_as_it_was_kept(database: Database, two):
    battery, first, second = two
    with database.write() as session:
        session.get_one(Experiment, first).status = ExperimentStatus.RUNNING
    for one in (first, second):
        renew_summary(database, one)
    assert (kept(database, battery).cycles, kept(database, battery).pending) == (6, 0)


def test_a_deleted_experiment_leaves_the_numbers_and_the_last_one_takes_them(
    database: Database, two
):
    battery, first, second = two
    for one in (first, second):
        renew_summary(database, one)
    delete_experiment(database, first, confirmed_name="A", by=BY)
    row = kept(database, battery)
    assert (row.experiments, row.cycles) == (1, 3)
    delete_experiment(database, second, confirmed_name="B", by=BY)
    assert kept(database, battery) is None
    delete_battery(database, battery, by=BY)


def test_the_resistance_of_pulses_is_kept_but_of_those_that_are_none(database: Database):
    one = pulsed(database, (0.05, 0.06, 0.07))
    renew_summary(database, one)
    ohm = cells(database, [one], ("resistance_ohm",)).cycles[one].columns["resistance_ohm"]
    np.testing.assert_allclose(ohm, [0.05, 0.06, 0.07], atol=1e-9)
    battery = battery_of(database, one)
    assert kept(database, battery).resistance_ohm == pytest.approx(0.07)
    with series.opened(database, one) as experiment:
        cycles = experiment_cycles(experiment)
        last = experiment_pulses(experiment, cycles.steps).begin.id.tolist()[-1]
    tick_pulse(database, one, last, is_right=False, by=BY)
    assert renew_summary(database, one)
    assert kept(database, battery).resistance_ohm == pytest.approx(0.06)


def test_two_at_once_lose_nothing(database: Database, two):
    battery, first, second = two
    for _ in range(3):
        with database.write() as session:
            session.execute(delete(CycleColumns))
            session.execute(delete(CycleSummary))
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: renew_summary(database, one), (first, second)))
        for one in (first, second):
            renew_summary(database, one)  # where another process was faster
        row = kept(database, battery)
        assert (row.experiments, row.cycles, row.pending) == (2, 7, 0)
