"""Computational units as the page of stations shows them, and what they can be asked."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from cycling.errors import ConflictError, NotFoundError
from cycling.terms import Availability, Connection, DeviceType, StationCommand
from db.commands.audit import By
from db.commands.master_node.command_delivery import store_answer, take_due
from db.commands.master_node.live_state import note_silence
from db.commands.stations.changes import retire_station
from db.commands.stations.control import request
from db.commands.stations.out_of_service import take_out_of_service
from db.commands.stations.setup import add_station
from db.commands.units import registration
from db.engine import Database, database_now
from db.models import Command, ComputationalUnit, DetectedDevice, StationAlarm, StationLive
from db.models import Unit as UnitRow
from db.models.station_rows import NewStation
from db.queries.stations.details import find_station
from db.queries.stations.overview import overview
from db.queries.stations.units import find_unit, lab_units
from db.terms import CommandState
from tests.running_lab import RunningLab

DETECT, LAUNCH = StationCommand.DETECT, StationCommand.LAUNCH
BY = partial(By, "oscar", "10.0.0.7")


class Lab:
    """A unit of each protocol, both heard just now."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = RunningLab(database)
        with database.read() as session:
            self.now = database_now(session)
        self.ours = self.introduce(("ch1", "ch2"))
        self.wattrex = self.old_unit()

    def introduce(self, links: tuple[str, ...]) -> int:
        found = tuple(
            registration.ReportedDevice(
                link=link,
                name="Channel",
                manufacturer="Oakmere",
                model="C8",
                device_type=DeviceType.BISOURCE,
                serial_number=f"C8-{link}",
                voltage_v=(0.0, 5.0),
                current_a=(-10.0, 10.0),
                abilities={"pause": True, "safety": True},
                channels=(("temp_cell", "degC"),),
            )
            for link in links
        )
        who = registration.Introduction(
            "bench-pi-3", "bench-pi-3.lab", "cycler 2.4", False, 1.0, found
        )
        with self.database.write() as session:
            return registration.register(session, who, self.now)

    def old_unit(self) -> int:
        unit_id = self.rows.add(
            ComputationalUnit(
                mac="3281355014145",
                host_name="lab-pi-04",
                ip="192.168.10.34",
                port=22,
                user="pi",
                last_connection=self.now,
                available=Availability.ON,
            )
        ).id
        for kind, serial in ((2, "17"), (3, "257")):
            self.rows.add(
                DetectedDevice(
                    unit_id=unit_id,
                    compatible_device_id=kind,
                    serial_number=serial,
                    link_name=serial,
                    connection=Connection.CONNECTED,
                )
            )
        return int(unit_id)

    def station(self, unit_id: int, name: str = "Station 01") -> int:
        device = find_unit(self.database, unit_id).free
        powered = next(one for one in device if one.device_type is not DeviceType.BMS)
        channel = powered.channels[0]
        new = NewStation(unit_id, (powered.id,), name, "Lab", ((powered.id, channel.id, "T1"),))
        return add_station(self.database, new, by=BY(self.now))

    def ask(self, kind: StationCommand, unit_id: int, station_id: int | None = None) -> int:
        return request(
            self.database,
            kind,
            unit_id=unit_id,
            station_id=station_id,
            experiment_id=None,
            reason="",
            by=BY(self.now),
        )


@pytest.fixture
def lab(database: Database) -> Lab:
    return Lab(database)


def test_a_unit_tells_its_protocol_its_contact_and_its_devices(lab: Lab):
    ours, old = lab_units(lab.database)
    assert (ours.name, ours.is_ours, ours.online, ours.software) == (
        "bench-pi-3",
        True,
        True,
        "cycler 2.4",
    )
    assert (old.name, old.is_ours, old.online, old.hardware) == (
        "lab-pi-04",
        False,
        True,
        "3281355014145",
    )
    assert old.clock_offset_s is None
    channel = ours.devices[0]
    assert (channel.link, channel.voltage_v, channel.current_a) == (
        "ch1",
        (0.0, 5.0),
        (-10.0, 10.0),
    )
    assert [(one.name, one.unit) for one in channel.channels] == [("temp_cell", "degC")]
    assert channel.used_by is None
    epc = next(one for one in old.devices if one.name == "EPC")
    assert [one.name for one in epc.channels] == [
        "hs_voltage",
        "temp_body",
        "temp_amb",
        "temp_anod",
    ]


def test_a_device_is_free_until_a_station_has_it(lab: Lab):
    station = lab.station(lab.ours)
    unit = find_unit(lab.database, lab.ours)
    assert [one.used_by for one in unit.devices] == [(station, "Station 01"), None]
    assert unit.stations == ((station, "Station 01"),)
    assert [one.link for one in unit.free] == ["ch2"]


def test_a_device_that_was_unplugged_is_not_connected(lab: Lab):
    lab.introduce(("ch1",))
    unit = find_unit(lab.database, lab.ours)
    assert [(one.link, one.connected) for one in unit.devices] == [("ch1", True), ("ch2", False)]


@pytest.mark.parametrize("which", ["ours", "wattrex"])
def test_a_unit_that_was_not_heard_for_half_a_minute_is_silent(lab: Lab, which: str):
    unit_id = getattr(lab, which)
    before = lab.now - timedelta(seconds=31)
    lab.rows.change(ComputationalUnit, unit_id, last_connection=before)
    if which == "ours":
        lab.rows.change(UnitRow, unit_id, seen_at=before)
    unit = find_unit(lab.database, unit_id)
    assert (unit.online, unit.seen_at) == (False, before)


@pytest.mark.parametrize("unit_id", [0, 1, 4711, 2**40])
def test_the_unit_of_imported_measures_is_none(lab: Lab, unit_id: int):
    with pytest.raises(NotFoundError, match=f"There is no computational unit {unit_id}"):
        find_unit(lab.database, unit_id)


def test_a_station_of_an_old_unit_has_the_range_of_its_epc(lab: Lab):
    sheet = find_station(lab.database, lab.station(lab.wattrex))
    assert not sheet.is_ours
    assert (float(sheet.can.voltage_max_v), float(sheet.can.current_min_a)) == (6.0, -15.0)
    assert [one.id for one in overview(lab.database)] == [sheet.id]


def test_an_answer_to_a_detection_is_shown_with_its_unit(lab: Lab):
    command_id = lab.ask(DETECT, lab.ours)
    command = find_unit(lab.database, lab.ours).command
    assert (command.id, command.state, command.sent_at) == (command_id, CommandState.PENDING, None)
    with lab.database.write() as session:
        take_due(session, datetime.now(UTC))
        store_answer(
            session, command_id, lab.ours, done=True, reason="", output_off=None, now=lab.now
        )
    command = find_unit(lab.database, lab.ours).command
    assert command.state is CommandState.DONE
    assert command.sent_at is not None


def test_units_of_both_protocols_can_be_asked_to_detect(lab: Lab):
    for unit_id in (lab.ours, lab.wattrex):
        assert lab.ask(DETECT, unit_id)
    for unit_id in (1, 4711):
        with pytest.raises(NotFoundError, match="There is no such computational unit"):
            lab.ask(DETECT, unit_id)


@pytest.mark.parametrize("kind", [DETECT, LAUNCH])
def test_an_old_unit_that_cannot_be_reached_is_asked_nothing(lab: Lab, kind: StationCommand):
    station = lab.station(lab.wattrex)
    for changes in (
        {"available": Availability.OFF},
        {"available": Availability.ON, "last_connection": lab.now - timedelta(minutes=2)},
    ):
        lab.rows.change(ComputationalUnit, lab.wattrex, **changes)
        with pytest.raises(ConflictError, match="lab-pi-04 is not heard and would not hear this"):
            lab.ask(kind, lab.wattrex, station)
    assert find_unit(lab.database, lab.wattrex).command is None


def test_only_the_cycler_of_an_old_station_that_is_free_is_launched(lab: Lab):
    station, ours = lab.station(lab.wattrex), lab.station(lab.ours, "Station 02")
    launched = lab.ask(LAUNCH, lab.wattrex, station)
    assert find_station(lab.database, station).launch.id == launched
    with pytest.raises(ConflictError, match="none is launched"):
        lab.ask(LAUNCH, lab.ours, ours)
    for unit_id, station_id in ((lab.wattrex, ours), (lab.wattrex, None), (lab.wattrex, 4711)):
        with pytest.raises(ConflictError, match="This station is not in use any more"):
            lab.ask(LAUNCH, unit_id, station_id)
    cell, profile = lab.rows.battery("NMC-031", "1"), lab.rows.profile("P")
    lab.rows.experiment("Cycling", station, cell, profile)
    with pytest.raises(ConflictError, match="Station 01 has Cycling under way: its cycler runs"):
        lab.ask(LAUNCH, lab.wattrex, station)
    take_out_of_service(lab.database, station, reason="fan", by=BY(lab.now))
    with pytest.raises(ConflictError, match=r"Station 01 is out of service: fan\."):
        lab.ask(LAUNCH, lab.wattrex, station)


def test_a_launch_does_not_hide_a_stop_that_nobody_has_confirmed(lab: Lab):
    station = lab.station(lab.wattrex)
    stop = lab.rows.add(
        Command(
            kind=StationCommand.STOP,
            state=CommandState.PENDING,
            unit_id=lab.wattrex,
            station_id=station,
            reason="",
            user_name="oscar",
            created_at=lab.now - timedelta(seconds=1),
        )
    ).id
    lab.ask(LAUNCH, lab.wattrex, station)
    (now,) = overview(lab.database)
    assert now.command.id == stop


def test_a_retired_station_that_falls_silent_raises_no_alarm(lab: Lab):
    station = lab.station(lab.ours)
    lab.rows.live(station, output_on=True, seen_at=lab.now - timedelta(minutes=1))
    retire_station(lab.database, station, by=BY(lab.now))
    with lab.database.write() as session:
        note_silence(session, lab.now - timedelta(seconds=15), lab.now)
        assert session.scalars(select(StationAlarm)).all() == []
        assert session.get_one(StationLive, station).contact_lost_at is None
