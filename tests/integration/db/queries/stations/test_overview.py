"""What the Monitor reads: how many statements it takes, and what it makes of the rows."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from cycling.errors import NotFoundError
from cycling.terms import ExperimentStatus, StationCommand, StationState
from db.models import CyclerStation, Experiment, StationLive
from db.queries.experiments.detail import experiment_facts
from db.queries.profiles.compiled import compiled_profiles
from db.queries.stations.capabilities import can
from db.queries.stations.change_tokens import station_version
from db.queries.stations.newest_measures import new_points, station_channels
from db.queries.stations.overview import lab_now, overview, small_lines, station_now
from db.queries.stations.run import find_alarm, run_facts
from db.terms import OverviewState
from tests.running_lab import RunningLab, twelve

MOST_STATEMENTS = 12  # for any number of stations


@pytest.fixture
def lab(database) -> RunningLab:
    return RunningLab(database)


@contextmanager
def statements(database):
    """Count the SELECTs within the block."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def many(lab: RunningLab, count: int) -> None:
    unit, profile = lab.unit(), lab.profile("Cycle life", cycles=3)
    for number in range(count):
        place = lab.station(f"Station {number:02}", unit, channels=0)
        cell = lab.battery(f"Cell {place}", f"SN {place}")
        run = lab.experiment(f"Run {number}", place, cell, profile)
        lab.live(place, run, instruction_id=3)
        lab.alarm(place, "T2 silent for 3 s", experiment_id=run)
        lab.plan("Next", place, cell, "held")
        lab.command(StationCommand.STOP, unit, place, experiment_id=run)


def test_small_lines_are_read_of_the_stations_that_are_asked_for(database, lab):
    many(lab, 3)
    first, second, _ = (one.id for one in overview(database))
    lab.change(StationLive, second, trend=[[10.0, 3.7], [12.0], [15.0, 3.8]])
    assert small_lines(database, [second]) == {second: ((10.0, 3.7), (12.0, None), (15.0, 3.8))}
    assert small_lines(database, [first, 4711]).keys() == {first}
    with statements(database) as seen:
        overview(database)
    assert not [one for one in seen if "trend" in one.casefold()]


def test_forty_stations_take_as_many_statements_as_two(database, lab):
    many(lab, 2)
    with statements(database) as first:
        assert len(overview(database)) == 2
    many(lab, 38)
    with statements(database) as later:
        stations = overview(database)
    assert len(stations) == 40
    assert all(one.experiment and one.alarms and one.held and one.command for one in stations)
    assert len(later) <= len(first) <= MOST_STATEMENTS
    with statements(database) as again:  # the profiles are known by now
        overview(database)
    assert len(again) < len(first)


def test_every_state_is_told_from_the_rows(database, lab):
    ids = twelve(lab)
    states = {one.id: one.state for one in overview(database)}
    expected = {
        "01": OverviewState.RUNNING,
        "03": OverviewState.LOST,
        "05": OverviewState.PAUSED,
        "07": OverviewState.ALARM,
        "09": OverviewState.HELD,
        "10": OverviewState.RUNNING,
        "11": OverviewState.IDLE,
        "12": OverviewState.OUT,
    }
    assert {name: states[ids[name]] for name in expected} == expected
    names = [one.name for one in overview(database)]
    assert names == sorted(names)
    four = station_now(database, ids["04"])
    assert four.queue == ("NMC-018 rate test", "NMC-018 pulse test", "NMC-018 calendar")
    assert four.experiment is not None
    assert (four.experiment.battery.serial_number, four.experiment.user_name) == (
        "24A-00718",
        "operator",
    )
    assert station_now(database, ids["08"]).speed == 20


def test_the_virtual_and_deprecated_stations_are_on_no_wall(database, lab):
    kept = lab.station("Station 1", lab.unit())
    gone = lab.station("Station 1 before", lab.unit())
    lab.change(CyclerStation, gone, deprecated=True)
    assert [one.id for one in overview(database)] == [kept]
    assert station_now(database, gone).name == "Station 1 before"
    for id_ in (1, 4711):
        with pytest.raises(NotFoundError):
            station_now(database, id_)


def test_a_station_of_which_nobody_writes_any_more_is_lost(database, lab):
    place = lab.station("Station 1", lab.unit())
    lab.live(place, None, seen_at=lab.ago(seconds=50))  # no master node lives to mark it
    found = station_now(database, place)
    assert found.state is OverviewState.LOST
    assert found.lost_at == lab.ago(seconds=50)


def test_a_cycler_of_another_kind_is_followed_by_its_experiments(database, lab):
    place = lab.add(
        CyclerStation(unit_id=1, name="Old cycler", location="Lab", register_date=lab.now)
    ).id
    cell, profile = lab.battery("Cell", "1"), lab.profile("P", details=False)
    run = lab.experiment("By itself", place, cell, profile)
    found = station_now(database, place)
    assert (found.state, found.experiment.id, found.online) == (OverviewState.RUNNING, run, None)
    lab.change(Experiment, run, status=ExperimentStatus.FINISHED, finished_at=lab.now)
    found = station_now(database, place)
    assert (found.state, found.experiment, found.last.id) == (OverviewState.IDLE, None, run)


def test_what_goes_on_beneath_an_alarm_is_told_too(database, lab):
    place = lab.station("Station 1", lab.unit())
    run = lab.experiment("Run", place, lab.battery("Cell", "1"), lab.profile("P"))
    lab.live(place, run)
    assert (station_now(database, place).beneath, station_now(database, place).state) == (
        None,
        OverviewState.RUNNING,
    )
    lab.alarm(place, "Fan", experiment_id=run)
    for state, beneath in (
        (StationState.RUNNING, OverviewState.RUNNING),
        (StationState.PAUSED, OverviewState.PAUSED),
        (StationState.IDLE, None),
    ):
        ended = {"status": ExperimentStatus.FINISHED, "finished_at": lab.now}
        if state is StationState.IDLE:
            lab.change(Experiment, run, **ended)
        lab.change(StationLive, place, state=state)
        found = station_now(database, place)
        assert (found.state, found.beneath) == (OverviewState.ALARM, beneath)


def test_an_experiment_of_a_simulated_station_is_known_as_such(database, lab):
    cell, profile = lab.battery("Cell", "1"), lab.profile("P")
    units = (lab.unit(simulated=True, speed=25.0), lab.unit())
    runs = [
        lab.experiment(f"On {unit}", lab.station(f"Station {unit}", unit), cell, profile)
        for unit in units
    ]
    speeds = [experiment_facts(database, run).simulated_speed for run in runs]
    assert speeds == [25.0, None]


def test_a_free_station_with_a_queue_begins_in_a_moment(database, lab):
    place, cell = lab.station("Station 1", lab.unit()), lab.battery("Cell", "1")
    lab.live(place)
    assert not station_version(database, place).waits
    waits = {"status": ExperimentStatus.QUEUED, "begun_at": None}
    run = lab.experiment("Next", place, cell, lab.profile("P"), **waits)
    assert not station_version(database, place).waits  # nobody has confirmed its battery
    lab.confirm(place, cell)
    assert station_version(database, place).waits
    lab.change(StationLive, place, state=StationState.RUNNING, experiment_id=run)
    assert not station_version(database, place).waits
    lab.change(StationLive, place, state=StationState.IDLE, experiment_id=None)
    lab.alarm(place, "Voltage 4.262 V")
    assert not station_version(database, place).waits


def test_what_is_at_the_terminals_is_told_of_a_station_that_does_not_run(database, lab):
    place = lab.station("Station 1", lab.unit())
    lab.live(place, None, voltage_v=3.7, current_a=0.0, temperature_degc=21.5)
    present = station_version(database, place).present
    assert (present.voltage_v, present.current_a, present.temperature_degc) == (3.7, 0.0, 21.5)
    for unheard in ({"state": StationState.RUNNING}, {"contact_lost_at": lab.now}):
        usual = {"state": StationState.PAUSED, "contact_lost_at": None}
        lab.change(StationLive, place, **usual, voltage_v=3.6)
        assert station_version(database, place).present.voltage_v == 3.6
        assert station_version(database, place).present.records_since == lab.ago(hours=2)
        lab.change(StationLive, place, **{**usual, **unheard})
        assert station_version(database, place).present is None


def test_what_is_at_the_terminals_is_of_when_it_was_measured(sqlite_database):
    """A station that is heard need not have measured again; its clock is 2 s ahead."""
    lab = RunningLab(sqlite_database)
    place = lab.station("Station 1", lab.unit(clock_offset_s=2.0))
    lab.live(place, None, measured_at=lab.ago(seconds=7), seen_at=lab.ago(seconds=1))
    assert station_version(sqlite_database, place).present.at == lab.ago(seconds=9)
    lab.change(StationLive, place, measured_at=lab.now + timedelta(seconds=2))
    assert station_version(sqlite_database, place).present.at == lab.ago(seconds=1)


def test_only_what_came_after_is_read(database, lab):
    place = lab.station("Station 1", lab.unit())
    cell, profile = lab.battery("Cell", "1"), lab.profile("P")
    run = lab.experiment("Run", place, cell, profile)
    lab.measures(run, place, 50)
    channel = f"x{lab.channels[place][0]}"
    keys = ["voltage", "current", channel, "x99999", "nonsense"]
    with statements(database) as seen:
        found = new_points(database, run, 44, keys)
    assert len(seen) == 2
    assert found.through == 49
    assert len(found.unix_ms) == 5
    assert set(found.values) == {"voltage", "current", channel, "x99999"}
    assert found.values["current"] == [1.5] * 5
    assert all(20 < value < 30 for value in found.values[channel])
    assert found.values["x99999"] == [None] * 5
    assert abs(found.unix_ms[-1] - lab.now.timestamp() * 1000) < 1
    nothing = new_points(database, run, 49, keys)
    assert (nothing.through, nothing.unix_ms) == (49, [])


@pytest.mark.parametrize("after", [39, 49, 30])
def test_new_points_have_a_break_where_measures_are_missing(sqlite_database, after):
    lab = RunningLab(sqlite_database)
    place = lab.station("Station 1", lab.unit())
    run = lab.experiment("Run", place, lab.battery("Cell", "1"), lab.profile("P"))
    lab.measures(run, place, 40, end=lab.ago(seconds=95))
    lab.measures(run, place, 10, first=40)
    found = new_points(sqlite_database, run, after, ["voltage", "current"])
    blanks = [found.values[key].count(None) for key in ("voltage", "current")]
    assert blanks == ([0, 0] if after == 49 else [1, 1])
    assert found.unix_ms == sorted(found.unix_ms)
    if after == 39:  # the browser's line ends before the gap
        assert found.values["current"][0] is None


def test_many_new_points_are_thinned_and_very_many_drawn_anew(database, lab):
    place = lab.station("Station 1", lab.unit())
    run = lab.experiment("Run", place, lab.battery("Cell", "1"), lab.profile("P"))
    lab.measures(run, place, 1500, every_s=10)
    found = new_points(database, run, -1, ["voltage", "current"])
    assert found.through == 1499
    assert len(found.unix_ms) <= 250
    assert set(found.values["current"]) == {1.5, -1.5}
    whole = [value for value in found.values["voltage"] if value is not None]
    assert max(whole) == pytest.approx(4.2, abs=0.01)
    lab.measures(run, place, 600, first=1500)
    assert new_points(database, run, -1, ["voltage"]).too_many


def test_a_run_tells_its_steps_alarms_and_end(database, lab):
    place = lab.station("Station 1", lab.unit(), pause=False)
    run = lab.experiment("Run", place, lab.battery("Cell", "1"), lab.profile("P"))
    lab.run(run, place, end_reason="Stopped by operator: leak")
    lab.measures(run, place, 3)
    for number, (instruction, ended_s) in enumerate([(0, 600.0), (1, 7000.0)]):
        lab.event(run, number, "step_ended", instruction=instruction, test_time_s=ended_s)
    alarm = lab.alarm(place, "Voltage 4.262 V", experiment_id=run)
    found = run_facts(database, run)
    assert found.measures == 3
    assert found.end_reason == "Stopped by operator: leak"
    assert [one.text for one in found.alarms] == ["Voltage 4.262 V"]
    assert [(one.instruction_id, one.took_s) for one in found.steps] == [(1, 6400.0), (0, 600.0)]
    assert find_alarm(database, alarm).text == "Voltage 4.262 V"
    assert not can(database, place, StationCommand.PAUSE)
    assert can(database, place, StationCommand.STOP)


def test_the_channels_of_a_station_are_there_before_its_measures(database, lab):
    place = lab.station("Station 1", lab.unit())
    names = [one.name for one in station_channels(database, place)]
    assert names == ["Voltage", "Current", "Power", "Cell T1", "Cell T2"]


def test_a_profile_is_read_once(database, lab):
    profile = lab.profile("P", cycles=100)
    with statements(database) as first:
        found = compiled_profiles(database, {profile})[profile]
    with statements(database) as second:
        compiled_profiles(database, {profile})
    assert (len(first), len(second)) == (2, 0)
    assert len(found.rows) == 501
    assert found.lines == (1, 2, 3, 4, 5, 6)
    assert found.rows[59].cycle == 12
    assert found.likely_after_s(500) == 0
    assert found.longest_after_s(499) == 60
    assert found.longest_after_s(490) is None


def test_the_laboratory_says_its_alarms_and_its_master_node(database, lab):
    assert lab_now(database).master_seen_at is None
    lab.master(seconds=3)
    place = lab.station("Station 1", lab.unit())
    lab.alarm(place, "A")
    lab.alarm(place, "B", acknowledged_at=lab.now, acknowledged_by="ada", comment="seen")
    found = lab_now(database)
    assert (found.open_alarms, found.master_seen_at) == (1, lab.ago(seconds=3))
    assert timedelta(seconds=2) < found.at - lab.ago(seconds=3) < timedelta(minutes=1)


def test_a_measure_is_dated_by_the_database_where_the_units_clock_is_off(database, lab):
    place = lab.station("Station 1", lab.unit(clock_offset_s=40.0))
    lab.live(place, None, measured_at=lab.now + timedelta(seconds=40))
    found = station_now(database, place)
    assert found.live.measured_at == lab.now
    lab.change(StationLive, place, measured_at=None)
    assert station_now(database, place).live.measured_at is None
