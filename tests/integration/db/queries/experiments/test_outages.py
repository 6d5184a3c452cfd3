"""The last measure before a moment, on each engine."""

from datetime import timedelta

import pytest

from db.engine import Database
from db.queries.experiments.outages import last_measure_before
from tests.running_lab import RunningLab


@pytest.mark.parametrize(("late_s", "before_s"), [(0.5, 0), (-0.5, 1), (-8.5, 9), (-9, None)])
def test_the_last_measure_before_a_moment_is_found(database: Database, late_s, before_s):
    lab = RunningLab(database)
    station = lab.station("Station 04", lab.unit())
    run = lab.experiment("Cycle life", station, lab.battery("A", "1"), lab.profile("P"))
    at = lab.now + timedelta(seconds=late_s)
    with database.read() as session:
        assert last_measure_before(session, run, at) is None
    lab.measures(run, station, 10)
    wanted = None if before_s is None else lab.ago(seconds=before_s)
    with database.read() as session:
        assert last_measure_before(session, run, at) == wanted
