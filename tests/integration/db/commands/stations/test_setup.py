"""Setting up stations: what is stored, and what is refused."""

import pytest
from sqlalchemy import func, select

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.terms import Availability, Connection, DeviceType
from db.commands.experiments.channels import ensure_channels
from db.commands.stations.setup import add_station
from db.engine import Database
from db.models import (
    AuditEntry,
    AvailableMeasure,
    Channel,
    CompatibleDevice,
    ComputationalUnit,
    CyclerStation,
    DetectedDevice,
    DeviceAbilities,
    UsedDevice,
    UsedMeasure,
)
from db.models.station_rows import NewStation
from tests.unit.db.lab import BY, NOW, at_once


class Unit:
    """A unit with two devices of a kind that has two temperatures."""

    def __init__(self, database: Database, name: str = "bench-1") -> None:
        self.database = database
        with database.write() as session:
            unit = ComputationalUnit(
                mac=name,
                host_name=name,
                ip="",
                port=0,
                user="bem/v1",
                last_connection=NOW,
                available=Availability.ON,
            )
            kind = CompatibleDevice(
                name=name,
                manufacturer="Ours",
                model="M",
                device_type=DeviceType.BISOURCE,
                min_software_version=0,
            )
            session.add_all([unit, kind])
            session.flush()
            measures = [
                AvailableMeasure(compatible_device_id=kind.id, name=name)
                for name in ("temp_cell", "temp_room")
            ]
            devices = [
                DetectedDevice(
                    unit_id=unit.id,
                    compatible_device_id=kind.id,
                    serial_number=f"SN{n}",
                    link_name=f"link{n}",
                    connection=Connection.CONNECTED,
                )
                for n in (1, 2)
            ]
            session.add_all([*measures, *devices])
            session.flush()
            offers = [{"name": "temp_cell", "unit": "degC"}, {"name": "temp_room"}]
            session.add(DeviceAbilities(device_id=devices[0].id, abilities={"channels": offers}))
            self.id = unit.id
            self.devices = [device.id for device in devices]
            self.cell, self.room = (measure.id for measure in measures)

    def new(self, **changes) -> NewStation:
        values = {
            "unit_id": self.id,
            "device_ids": (self.devices[0],),
            "name": "Station 01",
            "location": "Lab 2",
            "measures": ((self.devices[0], self.cell, "Cell T1"),),
            **changes,
        }
        return NewStation(**values)

    def add(self, **changes) -> int:
        return add_station(self.database, self.new(**changes), by=BY)


@pytest.fixture
def unit(database: Database) -> Unit:
    return Unit(database)


def count(database: Database, model) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def test_a_station_has_its_devices_and_channels(unit: Unit):
    first, room = unit.devices[0], unit.room
    station_id = unit.add(
        name=" Station 01 ", measures=((first, unit.cell, "Cell T1"), (first, room, "Ambient"))
    )
    with unit.database.read() as session:
        station = session.get_one(CyclerStation, station_id)
        assert (station.name, station.location, station.unit_id) == (
            "Station 01",
            "Lab 2",
            unit.id,
        )
        assert not station.deprecated
        devices = session.scalars(
            select(UsedDevice.device_id).where(UsedDevice.station_id == station_id)
        ).all()
        channels = session.execute(
            select(UsedMeasure.custom_name, Channel.name, Channel.unit, Channel.station_id)
            .join(Channel, Channel.used_measure_id == UsedMeasure.id)
            .where(UsedMeasure.station_id == station_id)
            .order_by(UsedMeasure.id)
        ).all()
        audit = session.scalars(select(AuditEntry)).one()
    assert devices == [first]
    assert [tuple(row) for row in channels] == [
        ("Cell T1", "Cell T1", "degC", station_id),
        ("Ambient", "Ambient", "", station_id),
    ]
    assert (audit.action, audit.target) == ("add station", f"station {station_id}")


def test_stations_and_imports_may_have_channels_of_one_name(unit: Unit):
    (imported,) = ensure_channels(unit.database, [("Cell T1", "degC")]).values()
    unit.add()
    second = unit.devices[1]
    unit.add(name="Station 02", device_ids=(second,), measures=((second, unit.cell, "Cell T1"),))
    assert ensure_channels(unit.database, [("Cell T1", "degC")]) == {("Cell T1", "degC"): imported}
    assert count(unit.database, Channel) == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "The name of the station is missing."),
        ({"name": "x" * 31}, "The name has 31 characters; shorten it to 30."),
        ({"location": ""}, "The location of the station is missing."),
        ({"location": "x" * 31}, "The location has 31 characters; shorten it to 30."),
        ({"device_ids": ()}, "Choose at least one device for the station."),
        ({"device_ids": (1,)}, "The unit has no device 1. Detect its devices again, then choose."),
        (
            {"unit_id": 4711},
            "The computational unit does not exist any more. Choose another one.",
        ),
    ],
)
def test_what_is_wrong_is_said(unit: Unit, changes: dict, sentence: str):
    with pytest.raises(InputError) as refused:
        unit.add(**changes)
    assert str(refused.value) == sentence
    assert count(unit.database, CyclerStation) == 1
    assert count(unit.database, AuditEntry) == 0


@pytest.mark.parametrize("name", ["", "  ", "x" * 41])
def test_a_channel_needs_a_name_that_fits(unit: Unit, name: str):
    with pytest.raises(InputError, match="must have 1 to 40 characters"):
        unit.add(measures=((unit.devices[0], unit.cell, name),))


def test_two_channels_of_a_station_have_two_names(unit: Unit):
    first = unit.devices[0]
    with pytest.raises(InputError, match=r"Two channels are named T1\. Give each"):
        unit.add(measures=((first, unit.cell, "T1"), (first, unit.room, " T1")))


def test_a_channel_belongs_to_a_chosen_device(unit: Unit):
    first, second = unit.devices
    for measure in ((second, unit.cell, "T1"), (first, 1, "T1"), (first, 4711, "T1")):
        with pytest.raises(InputError, match="None of the chosen devices has the channel of T1"):
            unit.add(measures=(measure,))
    assert count(unit.database, CyclerStation) == 1


def test_a_device_belongs_to_one_station(unit: Unit):
    unit.add()
    with pytest.raises(ConflictError, match="A chosen device belongs to Station 01"):
        unit.add(name="Station 02")


def test_a_device_of_a_replaced_station_is_free(unit: Unit):
    old = unit.add()
    with unit.database.write() as session:
        session.get_one(CyclerStation, old).deprecated = True
    assert unit.add() != old


def test_a_name_is_given_once(unit: Unit):
    unit.add()
    with pytest.raises(ConflictError, match="There is a station Station 01 already"):
        unit.add(device_ids=(unit.devices[1],), measures=())


def test_a_device_of_another_unit_is_refused(unit: Unit):
    other = Unit(unit.database, "bench-2")
    with pytest.raises(NotFoundError, match="The unit has no device"):
        unit.add(device_ids=(other.devices[0],), measures=())


def test_of_those_who_take_a_device_at_once_one_gets_it(unit: Unit):
    ends = at_once([lambda n=n: unit.add(name=f"Station {n}") for n in range(6)])
    assert sorted(type(end).__name__ for end in ends) == ["ConflictError"] * 5 + ["int"]
    assert count(unit.database, UsedDevice) == 2
