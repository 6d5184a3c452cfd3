"""When a station went off: after its last measure, for which it is looked on each engine."""

from datetime import timedelta

import numpy as np
import pytest

from db.engine import Database
from db.queries.experiments.outages import outage_begin, ran_on_s
from tests.running_lab import RunningLab


@pytest.mark.parametrize(("late_s", "before_s"), [(0.5, 0), (-0.5, 1), (-8.5, 9), (-9, None)])
def test_the_last_measure_before_a_moment_is_found(database: Database, late_s, before_s):
    lab = RunningLab(database)
    station = lab.station("Station 04", lab.unit())
    run = lab.experiment("Cycle life", station, lab.battery("A", "1"), lab.profile("P"))
    at = lab.now + timedelta(seconds=late_s)
    with database.read() as session:
        assert outage_begin(session, run, at, 0.0) is None
    lab.measures(run, station, 10)
    wanted = None if before_s is None else lab.ago(seconds=before_s)
    with database.read() as session:
        assert outage_begin(session, run, at, 0.0) == wanted


def test_it_went_off_when_its_test_time_stopped(sqlite_database: Database):
    """A record every 10 min says less than the test time with which it came back."""
    lab = RunningLab(sqlite_database)
    station = lab.station("Station 04", lab.unit())
    run = lab.experiment("Cycle life", station, lab.battery("A", "1"), lab.profile("P"))
    lab.measures(run, station, 3, every_s=600.0, end=lab.ago(seconds=51.5))
    with sqlite_database.read() as session:
        assert outage_begin(session, run, lab.now, 1216.5) == lab.ago(seconds=35)
        assert outage_begin(session, run, lab.now, 1200.0) == lab.ago(seconds=51.5)
        assert outage_begin(session, run, lab.now, 9000.0) == lab.now


@pytest.mark.parametrize(
    ("clock", "test", "ran_s"),
    [
        ([0, 10, 20], [0, 10, 20], 5),
        ([0, 0.4, 0.8], [0, 10, 20], 0.2),  # 25 times as fast
        ([0, 90, 90.4], [10, 10.01, 20.01], 0.1996),  # after a pause
        ([0, 900, 901], [0, 10, 20], 0.5),
        ([0, 900], [10, 20], 5),  # in a pause of which nothing is known; never slower than that
        ([20], [20], 5),
        ([10, 20], [np.nan, np.nan], 0),
        ([10, 20], [25, 25], 0),
    ],
)
def test_for_so_long_it_ran_after_its_last_measure(clock, test, ran_s):
    at = ran_on_s(np.array(clock, float), np.array(test, float), 25.0)
    assert at == pytest.approx(ran_s)


@pytest.mark.parametrize(
    ("clock", "test", "ran_s"),
    [
        ([20], [20], 0.05),  # after a single record
        ([0, 900], [10, 20], 0.05),
        ([0, 0.4, 0.8], [0, 10, 20], 0.2),  # what was recorded says more than what is set now
    ],
)
def test_a_simulated_one_ran_on_at_its_speed(clock, test, ran_s):
    at = ran_on_s(np.array(clock, float), np.array(test, float), 25.0, speed=100.0)
    assert at == pytest.approx(ran_s)


def test_a_simulated_outage_after_a_single_record_has_a_duration(database: Database):
    lab = RunningLab(database)
    station = lab.station("Station 04", lab.unit(simulated=True, speed=100.0))
    run = lab.experiment("Cycle life", station, lab.battery("A", "1"), lab.profile("P"))
    lab.measures(run, station, 1, end=lab.ago(seconds=60))
    with database.read() as session:
        began_at = outage_begin(session, run, lab.now, 500.0)
    assert began_at == lab.ago(seconds=55)
