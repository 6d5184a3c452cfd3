"""What the demo's stations run: set up once, and to the end after an interruption."""

import itertools

import pytest
from sqlalchemy import func, select

from bem.demo import stations as demo_stations
from bem.demo.stations import demo_experiments, has_interrupted, set_up_stations
from cycling.samples.batteries import sample_batteries, station_batteries
from cycling.terms import DeviceType, ExperimentStatus
from db.commands.units.registration import Introduction, ReportedDevice, register
from db.engine import Database
from db.models import (
    Base,
    Channel,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    Plan,
    ProfileDetail,
)
from db.queries.stations.queue import station_queue
from master_node.virtual_cycler.devices import device_of
from tests.unit.db.lab import NOW

UNIT = "virtual-1"


def introduce(database: Database, stations: int = 5) -> None:
    """Register the virtual unit as the master node does."""
    devices = [device_of(UNIT, number) for number in range(stations)]
    found = tuple(
        ReportedDevice(
            link=device.link,
            name=device.name,
            manufacturer=device.manufacturer,
            model=device.model,
            device_type=DeviceType(device.type),
            serial_number=device.serial_number,
            voltage_v=device.abilities.voltage,
            current_a=device.abilities.current,
            abilities={},
            channels=tuple((one.name, one.unit) for one in device.channels),
        )
        for device in devices
    )
    with database.write() as session:
        register(session, Introduction(UNIT, "here", "test", True, 25.0, found), NOW)


def set_up(database: Database) -> bool:
    return set_up_stations(database, UNIT, clock=lambda: NOW)


def counts(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table))
            for name, table in Base.metadata.tables.items()
        }


def names(database: Database) -> dict[str, list[tuple[str, str]]]:
    """Queue by station: name and state."""
    with database.read() as session:
        stations = session.execute(
            select(CyclerStation.name, CyclerStation.id).where(CyclerStation.id != 1)
        ).all()
    return {
        name: [(one.plan.name, one.plan.state) for one in station_queue(database, id_)]
        for name, id_ in stations
    }


@pytest.mark.parametrize("stations", [None, 4])
def test_without_the_whole_unit_nothing_is_set_up(sqlite_database: Database, stations):
    if stations:
        introduce(sqlite_database, stations)
    before = counts(sqlite_database)
    assert not set_up(sqlite_database)
    assert counts(sqlite_database) == before


def test_stations_have_their_batteries_and_queues_and_one_waits(database: Database):
    introduce(database)
    assert set_up(database)
    queues = names(database)
    assert list(queues) == [f"Station 0{n}" for n in range(1, 6)]
    states = [[state for _, state in queue] for queue in queues.values()]
    assert states == [["queued", "queued"]] * 4 + [["held"]]
    with database.read() as session:
        confirmed = session.scalars(select(ConfirmedBattery.battery_id)).all()
        channels = session.execute(
            select(Channel.name, Channel.unit, func.count()).group_by(Channel.name, Channel.unit)
        ).all()
        sampling = session.scalars(select(ProfileDetail.record_s)).all()
        safety = session.scalars(select(ProfileDetail.safety)).all()
        expected = session.scalars(select(ProfileDetail.expected_s)).all()
        electrolytes = [
            len(one.detail["electrolytes"])
            for one in session.scalars(select(Plan).order_by(Plan.id))
            if one.detail.get("electrolytes")
        ]
    assert len(set(confirmed)) == 4
    assert sorted(map(tuple, channels)) == [("Ambient", "degC", 5), ("Cell T1", "degC", 5)]
    assert set(sampling) == {10.0, 25.0}
    assert all(one["temperature"] for one in safety)
    assert electrolytes == [2, 2]  # both experiments of the stack
    assert all(one and one > 3600 for one in expected)


def test_doing_it_again_changes_nothing(sqlite_database: Database):
    introduce(sqlite_database)
    set_up(sqlite_database)
    before = counts(sqlite_database)
    assert set_up(sqlite_database)
    assert counts(sqlite_database) == before


def test_what_was_interrupted_goes_on(sqlite_database: Database, monkeypatch):
    introduce(sqlite_database)
    add, calls = demo_stations.add_plan, itertools.count()

    def dies(*arguments, **options):
        if next(calls) == 3:
            raise KeyboardInterrupt
        return add(*arguments, **options)

    monkeypatch.setattr(demo_stations, "add_plan", dies)
    with pytest.raises(KeyboardInterrupt):
        set_up(sqlite_database)
    assert set_up(sqlite_database)
    assert counts(sqlite_database)["bem_plans"] == len(demo_experiments())
    assert counts(sqlite_database)["CyclerStation"] == 6


def test_what_the_user_did_meanwhile_stays(sqlite_database: Database):
    introduce(sqlite_database)
    set_up(sqlite_database)
    with sqlite_database.write() as session:
        session.delete(session.scalars(select(ConfirmedBattery)).first())
    before = counts(sqlite_database)
    set_up(sqlite_database)
    assert counts(sqlite_database) == before


def test_what_has_begun_and_not_ended_was_interrupted(sqlite_database: Database):
    introduce(sqlite_database)
    set_up(sqlite_database)
    assert not has_interrupted(sqlite_database)
    with sqlite_database.write() as session:
        experiment = session.scalars(select(Experiment)).first()
        experiment.status, experiment.begun_at = ExperimentStatus.RUNNING, NOW
    assert has_interrupted(sqlite_database)


def test_no_battery_is_on_a_station_and_among_the_samples():
    sampled = {battery.serial_number for battery in sample_batteries()}
    assert not sampled & {battery.serial_number for battery in station_batteries()}
