"""What the page of stations reads: how many statements it takes, and what it makes of the rows."""

from datetime import UTC, timedelta

import pytest

from cycling.terms import ExperimentStatus, StationCommand
from db.models import CyclerStation, StationDetails, Unit
from db.queries.stations.capabilities import station_capabilities
from db.queries.stations.laboratory import laboratory
from db.queries.stations.overview import overview
from db.queries.stations.units import lab_units
from db.terms import OverviewState, Role
from pages.context import Viewer
from pages.stations.content import View, content_of
from tests.integration.db.queries.stations.test_overview import many
from tests.integration.db.queries.stations.test_units import Lab as Bench
from tests.running_lab import RunningLab, twelve
from tests.unit.db.lab import statements

MAX_STATEMENTS = 12  # for any number of stations; who looks takes two more
ADA = Viewer("ada", Role.ADMIN, "", UTC, dark=False, narrow=False)


@pytest.fixture
def lab(database) -> RunningLab:
    return RunningLab(database)


def test_forty_stations_take_as_many_statements_as_two(database, lab):
    many(lab, 2)
    with statements(database) as first:
        assert len(laboratory(database).stations) == 2
    many(lab, 38)
    with statements(database) as later:
        stations = laboratory(database).stations
    assert len(stations) == 40
    assert {one.state for one in stations} == {OverviewState.ALARM}
    assert len(later) == len(first) <= MAX_STATEMENTS


def test_the_whole_page_is_drawn_from_one_reading(database, lab):
    twelve(lab)
    with statements(database) as sent:
        page = content_of(database, View(), ADA)
        page.header()
        page.body()
    assert len(sent) <= MAX_STATEMENTS


def test_each_state_is_that_of_the_overview(database, lab):
    twelve(lab)
    listed = {one.id: (one.state, one.beneath) for one in laboratory(database).stations}
    assert listed == {one.id: (one.state, one.beneath) for one in overview(database)}
    assert len({state for state, _ in listed.values()}) == 7


def test_a_station_of_which_nothing_is_heard_has_the_state_of_its_experiment(database, lab):
    unit, profile = lab.unit(), lab.profile("Cycle life")
    place = lab.station("Station 01", unit)
    cell = lab.battery("Cell", "SN 1")
    run = lab.experiment("Run", place, cell, profile, status=ExperimentStatus.PAUSED)
    (station,) = laboratory(database).stations
    assert station.state is OverviewState.PAUSED
    lab.live(place, run)
    (station,) = laboratory(database).stations
    assert station.state is OverviewState.RUNNING


def test_a_range_measured_at_a_station_goes_before_that_of_its_devices(database):
    bench = Bench(database)
    place = bench.station(bench.ours)
    bench.rows.add(StationDetails(station_id=place, voltage_max_v=4.9))
    (station,) = laboratory(database).stations
    assert station.capabilities == station_capabilities(database, [place])[place]
    assert float(station.capabilities.voltage_max_v) == 4.9
    assert (station.unit, station.location, station.calibrated_on) == ("bench-pi-3", "Lab", None)


def test_units_count_their_stations_and_what_is_free(database):
    bench = Bench(database)
    place = bench.station(bench.ours)
    bench.ask(StationCommand.DETECT, bench.ours)
    listed = laboratory(database).units
    units = lab_units(database)
    assert (
        [one.name for one in listed] == [one.name for one in units] == ["bench-pi-3", "lab-pi-04"]
    )
    assert [(one.stations, one.devices, one.free, one.unplugged) for one in listed] == [
        (len(one.stations), len(one.devices), len(one.free), 0) for one in units
    ]
    assert listed[0].free == 1
    assert all(one.online for one in listed)
    bench.rows.change(CyclerStation, place, deprecated=True)
    again = laboratory(database)
    assert again.stations == ()
    assert (again.units[0].stations, again.units[0].free) == (0, 2)


def test_a_silent_unit_is_not_online(database):
    bench = Bench(database)
    bench.rows.change(Unit, bench.ours, seen_at=bench.now - timedelta(minutes=5))
    assert [one.online for one in laboratory(database).units] == [False, True]
