"""What runs are expected to take, from the charge that they measured when they began."""

import pytest

from cycling.battery.chemistry import model_of_described
from cycling.profile import OWN_PROTOCOL
from cycling.profile.simulation.forecast import forecast
from cycling.profile.simulation.run_start import run_start
from cycling.terms import StationState
from db.commands.profiles import compile_text
from db.engine import Database
from db.models import Experiment, GenericMeasure, StationLive
from db.queries.batteries.detail import battery_details
from db.queries.profiles.compiled import CompiledProfile, compiled_profiles
from db.queries.profiles.run_times import AS_THE_PROFILE, run_times
from db.queries.stations.overview import station_now
from tests.running_lab import RunningLab
from tests.unit.db.lab import BY, add_cell, statements

TEXT = """\
REPEAT 3 CYCLES
  CC, -0.5C, VOLTAGE, 2.9
  WAIT, 10min
  CC, 0.5C, VOLTAGE, 4.1
END
"""
FIRST_V, FIRST_A = 3.6, -1.0  # of a cell that is about half full


@pytest.fixture
def lab(database: Database) -> RunningLab:
    return RunningLab(database)


def run_of(lab: RunningLab, number: int, text: str = TEXT) -> Experiment:
    """Add a run of a profile that begins with a full cell, as its times say."""
    cell = add_cell(lab.database, f"Cell {number}", serial_number=str(number), chemistry="NMC")
    battery = battery_details(lab.database, cell).battery
    profile = compile_text(
        lab.database,
        text,
        name=f"Profile {number}",
        capacity_ah=battery.capacity_ah,
        capabilities=OWN_PROTOCOL,
        model=model_of_described(battery),
        by=BY,
    )
    station = lab.station(f"Station {number}", lab.unit())
    number = lab.experiment("Run", station, cell, profile)
    lab.live(station, number)
    with lab.database.read() as session:
        return session.get_one(Experiment, number)


def measure(lab: RunningLab, run: Experiment, volts: float = FIRST_V) -> None:
    """Give a run its first measure."""
    row = {"at": lab.now, "instruction_id": 1, "power_mw": volts * FIRST_A * 1000}
    milli = {"voltage_mv": volts * 1000, "current_ma": FIRST_A * 1000}
    lab.add(GenericMeasure(experiment_id=run.id, id=0, test_time_s=0.0, **row, **milli))


def compiled(lab: RunningLab, *runs: Experiment) -> dict[int, CompiledProfile]:
    profiles = compiled_profiles(lab.database, {one.profile_id for one in runs})
    return {one.id: profiles[one.profile_id] for one in runs}


def test_a_run_takes_what_its_expected_curve_takes(lab, database):
    run = run_of(lab, 1)
    measure(lab, run)
    profile = compiled(lab, run)[run.id]
    times = run_times(database, {run.id: profile})[run.id]
    assert times.more_s[0] < -0.2 * profile.rows[0].likely_s
    assert len(times.more_s) == 1  # afterwards it is empty, as a full one would be
    battery = battery_details(database, run.battery_id).battery
    start = run_start(TEXT, battery, None, FIRST_V, FIRST_A)
    curve = forecast(start.program, start.model, start.state)
    first_s, after_s = profile.rows[0].likely_s, profile.likely_after_s(0)
    assert first_s + after_s + sum(times.more_s) == pytest.approx(curve.time_s[-1], abs=1)
    assert times.whole_s == pytest.approx(curve.time_s[-1], abs=1)
    assert station_now(database, run.station_id).times == times


def test_a_safety_limit_that_is_expected_to_act_ends_what_is_expected(lab, database):
    """A full cell discharges for half an hour first; this one is emptier."""
    text = "SAFETY VOLTAGE 2.7 4.3\nCC, -1C, TIME, 50min\nWAIT, 1h\nCC, 0.5C, VOLTAGE, 4.1\n"
    run = run_of(lab, 1, text)
    measure(lab, run, 3.5)
    profile = compiled(lab, run)[run.id]
    times = run_times(database, {run.id: profile})[run.id]
    assert times.is_cut
    assert times.whole_s < 3000.0 < profile.expected_s


def test_nothing_is_said_before_the_charge_is_measured(lab, database):
    run = run_of(lab, 1)
    assert run_times(database, compiled(lab, run)) == {}
    assert station_now(database, run.station_id).times is None
    lab.change(StationLive, run.station_id, state=StationState.IDLE, experiment_id=None)
    assert station_now(database, run.station_id).times == AS_THE_PROFILE


def test_what_ends_by_its_time_alone_needs_no_charge(lab, database):
    run = run_of(lab, 1, "WAIT, 10min\n")
    assert run_times(database, compiled(lab, run)) == {run.id: AS_THE_PROFILE}


def test_a_profile_of_another_program_has_the_times_that_it_came_with(lab, database):
    station = lab.station("Station", lab.unit())
    number = lab.experiment("Run", station, lab.battery("Cell", "1"), lab.profile("Plain"))
    with database.read() as session:
        run = session.get_one(Experiment, number)
    measure(lab, run)
    assert run_times(database, compiled(lab, run)) == {number: AS_THE_PROFILE}


def test_many_runs_take_few_statements_and_each_is_computed_once(lab, database):
    runs = [run_of(lab, number) for number in range(4)]
    for run in runs:
        measure(lab, run)
    profiles = compiled(lab, *runs)
    with statements(database) as first:
        times = run_times(database, profiles)
    assert len(times) == 4
    assert len([one for one in first if one.startswith("SELECT")]) == 2
    with statements(database) as again:
        assert run_times(database, profiles) == times
    assert again == []


def test_a_request_waits_for_some_runs_and_the_next_one_for_more(lab, database):
    runs = [run_of(lab, number) for number in range(3)]
    for run in runs:
        measure(lab, run)
    profiles = compiled(lab, *runs)
    clocks = (iter(range(100)).__next__ for _ in range(3))
    assert [len(run_times(database, profiles, clock)) for clock in clocks] == [1, 2, 3]
