"""Test time, pauses and wall time of an experiment."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from cycling.terms import ExperimentStatus, StationState
from db.engine import Database
from db.measures.rows import MeasureRows
from db.measures.writing import insert_missing
from db.models import Experiment, Unit
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.durations import Durations, durations, durations_of
from tests.running_lab import RunningLab
from tests.unit.db.lab import block, import_blocks


@pytest.fixture
def lab(sqlite_database: Database) -> RunningLab:
    return RunningLab(sqlite_database)


@pytest.fixture
def run(lab) -> int:
    """A run that began 20 minutes ago."""
    station = lab.station("Station 04", lab.unit())
    made = lab.experiment("Cycle life", station, lab.battery("A", "1"), lab.profile("P"))
    lab.run(made, station)
    lab.change(Experiment, made, begun_at=lab.ago(minutes=20))
    return made


def record(lab, run, seconds, test_s) -> None:
    """Measure at these seconds after the beginning."""
    rows = MeasureRows(
        first_id=0,
        unix_s=lab.ago(minutes=20).timestamp() + np.asarray(seconds, float),
        instruction=np.ones(len(seconds)),
        voltage_mv=np.full(len(seconds), 3700.0),
        current_ma=np.ones(len(seconds)),
        power_mw=None,
        test_time_s=np.asarray(test_s, float),
        step=None,
        cycle=None,
        extended={},
    )
    with lab.database.write() as session:
        insert_missing(session, [(run, rows)])


def present(lab, run, *, simulated: bool = False) -> Durations:
    facts = experiment_facts(lab.database, run)
    return durations(lab.database, facts, lab.now, simulated=simulated)


def took(lab, run, *, simulated: bool = False) -> Durations:
    return replace(present(lab, run, simulated=simulated), test_until=None)


def test_those_of_many_are_those_of_each(lab, run):
    other = lab.experiment("Waits", lab.station("S", lab.unit()), lab.battery("B", "2"), 1)
    record(lab, run, [0, 600, 900, 1199], [0, 600, 600, 899])
    lab.event(run, 1, "paused", lab.ago(seconds=600), test_time_s=600.0)
    lab.event(run, 2, "resumed", lab.ago(seconds=300), test_time_s=600.0)
    rows = [experiment_facts(lab.database, one) for one in (run, other)]
    found = durations_of(lab.database, rows, lab.now)
    assert found == {run: present(lab, run), other: present(lab, other)}
    assert (found[run].test_s, found[run].pauses_s) == (899, 300)


def test_without_a_pause_there_are_none(lab, run):
    record(lab, run, [0, 600, 1199], [0, 600, 1199])
    assert took(lab, run) == Durations(1199, 0, 1200)


def test_test_time_and_pauses_are_the_wall_time(lab, run):
    lab.event(run, 1, "paused", lab.ago(minutes=10), test_time_s=600.0)
    lab.event(run, 2, "resumed", lab.ago(minutes=6), test_time_s=600.0)
    record(lab, run, [0, 600, 840, 1200], [0, 600, 600, 960])
    assert took(lab, run) == Durations(960, 240, 1200)


@pytest.mark.parametrize("recorded_s", [600, 1190])
def test_a_pause_that_lasts_counts_whether_it_is_recorded_or_not(lab, run, recorded_s):
    lab.event(run, 1, "paused", lab.ago(minutes=10), test_time_s=600.0)
    record(lab, run, [0, 600, recorded_s + 0.5], [0, 600, 600])
    assert took(lab, run) == Durations(600, pytest.approx(600), 1200)


def test_the_time_in_which_the_station_was_off_is_one_of_the_pauses(lab, run):
    lab.event(run, 1, "paused", lab.ago(minutes=8), test_time_s=600.0, interrupted=True)
    lab.event(run, 2, "resumed", lab.ago(minutes=7), test_time_s=600.0)
    record(lab, run, [0, 600, 780, 1200], [0, 600, 600, 1020])
    found = took(lab, run)
    assert (found.pauses_s, found.off_s) == pytest.approx((180, 120))


def test_the_time_off_in_a_pause_is_a_part_of_it(lab, run):
    """Paused at 600 s for 6 min; its station is off from 660 s to 720 s."""
    lab.event(run, 1, "paused", lab.ago(minutes=10), test_time_s=600.0)
    lab.event(run, 2, "paused", lab.ago(minutes=8), test_time_s=600.0, interrupted=True)
    lab.event(run, 3, "resumed", lab.ago(minutes=4), test_time_s=600.0)
    record(lab, run, [0, 600, 660, 720, 960, 1200], [0, 600, 600, 600, 600, 840])
    assert took(lab, run) == Durations(840, pytest.approx(360), 1200, off_s=pytest.approx(60))
    as_simulated = took(lab, run, simulated=True)
    assert (as_simulated.pauses_s, as_simulated.off_s) == pytest.approx((360, 60))


def test_a_simulated_test_time_runs_faster(lab, run):
    lab.event(run, 1, "paused", lab.ago(minutes=10), test_time_s=6000.0)
    lab.event(run, 2, "resumed", lab.ago(minutes=6), test_time_s=6000.0)
    record(lab, run, [0, 600, 840, 1200], [0, 6000, 6000, 9600])
    assert took(lab, run, simulated=True) == Durations(9600, pytest.approx(240), 1200)


def test_the_time_off_counts_where_the_simulated_speed_has_changed(lab, run):
    """25 times as fast until the unit was restarted at 600 s; it comes back at 780 s, with 1x."""
    lab.event(run, 1, "paused", lab.ago(minutes=7), test_time_s=15000.0, interrupted=True)
    lab.event(run, 2, "resumed", lab.ago(minutes=6), test_time_s=15000.0)
    record(
        lab, run, [0, 300, 599, 600, 780, 840, 1200], [0, 7500, 14975, 15000, 15000, 15000, 15360]
    )
    found = took(lab, run, simulated=True)
    assert found == Durations(15360, pytest.approx(240), 1200, off_s=pytest.approx(180))


def test_stopped_in_a_pause(lab, run):
    lab.event(run, 1, "paused", lab.ago(minutes=10), test_time_s=600.0)
    record(lab, run, [0, 600], [0, 600])
    end = {"status": ExperimentStatus.FINISHED, "finished_at": lab.ago(minutes=5)}
    lab.change(Experiment, run, **end)
    assert took(lab, run) == Durations(600, 300, 900)


def test_a_file_has_its_test_time_and_what_its_clock_adds_to_it(lab):
    rows = block(
        4, test_time_s=np.array([5.0, 10, 20, 65]), unix_time_s=1.7e9 + np.array([0, 5, 15, 960.0])
    )
    assert took(lab, import_blocks(lab.database, [rows])) == Durations(60, 900, 960)


def test_without_measures_only_the_clock_is_known(lab, run):
    assert took(lab, run) == Durations(None, None, timedelta(minutes=20).total_seconds())


def test_those_of_many_are_read_on_each_engine(database: Database):
    lab = RunningLab(database)
    station = lab.station("Station 04", lab.unit())
    run = lab.experiment("Cycle life", station, lab.battery("A", "1"), lab.profile("P"))
    lab.run(run, station)
    lab.measures(run, station, 10)
    facts = experiment_facts(database, run)
    assert durations_of(database, [facts], lab.now)[run].test_s == 9.0


@pytest.mark.parametrize(("clock", "pauses_s"), [([0, 5, 15, 960.0], 900), ([0, 1, 2, 3], 0)])
def test_our_own_exports_joined_have_a_pause_between_them(lab, clock, pauses_s):
    """Each of them tells of none; the test time of the second is of a simulated station."""
    rows = block(
        4,
        test_time_s=np.array([5.0, 10, 20, 65]),
        unix_time_s=1.7e9 + np.array(clock),
        paused=np.zeros(4),
    )
    assert took(lab, import_blocks(lab.database, [rows])) == Durations(60, pauses_s, clock[-1])


def test_with_records_far_apart_test_time_and_pauses_are_the_wall_time(lab, run):
    """A record every 10 min; it ran on for 16 s after the last one, and was off for 35 s."""
    lab.event(run, 1, "paused", lab.ago(seconds=549), test_time_s=616.0, interrupted=True)
    lab.event(run, 2, "resumed", lab.ago(seconds=449), test_time_s=616.0)
    record(lab, run, [0, 600, 651, 751, 1200], [0, 600, 616, 616, 1065])
    assert took(lab, run) == Durations(
        1065, pytest.approx(135), 1200, off_s=pytest.approx(35, abs=1e-3)
    )


def heard(lab, run, **live) -> None:
    """Let the station of the run say what it does."""
    station = experiment_facts(lab.database, run).station_id
    lab.live(station, run, **{"test_time_s": 1190.0, **live})


@pytest.fixture
def sparse(lab, run) -> int:
    """The run with a record every 10 min, the last one 10 min ago."""
    record(lab, run, [0, 600], [0, 600])
    return run


def test_with_records_far_apart_the_test_time_is_that_of_now(lab, sparse):
    """Its station was heard 4 s ago."""
    heard(lab, sparse, measured_at=lab.ago(seconds=4))
    assert present(lab, sparse) == Durations(pytest.approx(1194), 0, 1200)


def test_a_simulated_test_time_goes_on_as_fast_as_its_station(lab, sparse):
    lab.change(Unit, 2, simulated=True, speed=25.0)
    heard(lab, sparse, measured_at=lab.ago(seconds=4))
    assert present(lab, sparse, simulated=True).test_s == pytest.approx(1290)


def test_the_clock_of_a_unit_may_be_ahead(lab, sparse):
    lab.change(Unit, 2, clock_offset_s=100.0)
    heard(lab, sparse, measured_at=lab.ago(seconds=-96))
    assert present(lab, sparse).test_s == pytest.approx(1194)


@pytest.mark.parametrize("marked", [True, False])
def test_the_test_time_of_a_lost_station_is_of_when_it_was_heard(lab, sparse, marked):
    """The master node marks it, or no master node lives."""
    heard_at = lab.ago(seconds=200)
    lost = {"seen_at": heard_at, "contact_lost_at": lab.ago(seconds=190) if marked else None}
    heard(lab, sparse, measured_at=heard_at, test_time_s=1000.0, **lost)
    assert present(lab, sparse) == Durations(1000.0, 0, 1200, test_until=heard_at)


def test_without_a_word_of_its_station_the_test_time_is_that_of_the_last_record(lab, sparse):
    assert present(lab, sparse) == Durations(600, 0, 1200, test_until=lab.ago(minutes=10))


def test_the_test_time_of_a_pause_stands_still_and_so_is_of_now(lab, sparse):
    lab.event(sparse, 1, "paused", lab.ago(minutes=5), test_time_s=900.0)
    lab.change(Experiment, sparse, status=ExperimentStatus.PAUSED)
    still = {"state": StationState.PAUSED, "test_time_s": 900.0, "measured_at": lab.ago(minutes=5)}
    heard(lab, sparse, **still)
    assert present(lab, sparse) == Durations(900, pytest.approx(300), 1200)


def test_what_is_over_has_the_test_time_of_its_last_record(lab, sparse):
    """Its station may still say that it is in error there."""
    heard(lab, sparse, state=StationState.ERROR)
    lab.change(Experiment, sparse, status=ExperimentStatus.ERROR, finished_at=lab.ago(minutes=10))
    assert present(lab, sparse) == Durations(600, 0, 600)
