"""Alarms, states of devices, and neighbours of an experiment, on each engine."""

from datetime import timedelta

import pytest

from cycling.terms import Connection, DeviceStatus, DeviceType, ExperimentStatus
from db.engine import Database
from db.models import Alarm, CompatibleDevice, DetectedDevice, StationStatus
from db.queries.experiments.detail import Neighbour, Neighbours, neighbours
from db.queries.experiments.events import (
    experiment_alarms,
    status_changes,
)
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import SortKey, list_experiments
from db.queries.lists import Sort
from db.terms import PlanState
from tests.running_lab import RunningLab
from tests.unit.db.lab import NOW, add_cell, add_experiment

OK, COMM = DeviceStatus.OK, DeviceStatus.COMM_ERROR


def add(database: Database, *rows: object) -> None:
    with database.write() as session:
        session.add_all(rows)


def alarm(experiment: int, number: int, seconds: float = 0) -> Alarm:
    moment = NOW + timedelta(seconds=seconds)
    return Alarm(experiment_id=experiment, id=number, at=moment, code=number, value=-number)


def status(number: int, device: int, state: DeviceStatus, code: int = 0, experiment: int = 1):
    return StationStatus(
        experiment_id=experiment,
        id=number,
        device_id=device,
        at=NOW + timedelta(seconds=number),
        status=state,
        error_code=code,
    )


@pytest.fixture
def device(database: Database) -> int:
    """A device that a unit has detected."""
    with database.write() as session:
        kind = CompatibleDevice(
            name="EPC",
            manufacturer="Maker",
            model="1204",
            device_type=DeviceType.EPC,
            min_software_version=1,
        )
        session.add(kind)
        session.flush()
        found = DetectedDevice(
            unit_id=1,
            compatible_device_id=kind.id,
            serial_number="77",
            link_name="/dev/epc",
            connection=Connection.CONNECTED,
        )
        session.add(found)
        session.flush()
        return found.id


def test_without_alarms_there_are_none(database: Database):
    found = experiment_alarms(database, 1)
    assert (found.rows, found.total) == ((), 0)


def test_alarms_come_newest_first_with_their_number(database: Database):
    add(database, *(alarm(1, n, n * 10) for n in range(1, 6)), alarm(2, 9))
    found = experiment_alarms(database, 1, first=3)
    assert found.total == 5
    assert [(one.id, one.code, one.value) for one in found.rows] == [
        (5, 5, -5),
        (4, 4, -4),
        (3, 3, -3),
    ]
    assert found.rows[0].at == NOW + timedelta(seconds=50)


def test_only_changes_of_a_device_are_listed(database: Database, device: int):
    rows = [
        status(1, device, OK),
        status(2, device, OK),
        status(3, device, COMM),
        status(4, device, COMM, 7),
        status(5, device, COMM, 7),
        status(6, device, OK),
        status(7, device, COMM, experiment=2),
    ]
    add(database, *rows)
    found = status_changes(database, 1)
    assert found.total == 4
    assert [(one.status, one.error_code) for one in found.rows] == [
        (OK, 0),
        (COMM, 7),
        (COMM, 0),
        (OK, 0),
    ]
    assert {one.device for one in found.rows} == {"EPC 77"}
    assert found.rows[0].at == NOW + timedelta(seconds=6)


def test_devices_that_take_turns_do_not_hide_each_other(database: Database, device: int):
    turns = [status(n, device + n % 2, COMM if n % 2 else OK) for n in range(1, 9)]
    add(database, *turns)
    found = status_changes(database, 1)
    assert found.total == 2
    assert {one.device for one in found.rows} == {"EPC 77", f"Device {device + 1}"}


def test_the_newest_changes_are_listed_and_all_are_counted(database: Database):
    add(database, *(status(n, 5, COMM if n % 2 else OK) for n in range(1, 31)))
    found = status_changes(database, 1, first=10)
    assert (len(found.rows), found.total) == (10, 30)
    assert found.rows[0].at == NOW + timedelta(seconds=30)
    assert status_changes(database, 2).total == 0


def test_of_very_many_reports_the_newest_are_compared(database: Database):
    add(database, *(status(n, 5, COMM if n % 10 == 0 else OK) for n in range(1, 101)))
    found = status_changes(database, 1, looked_at=25)
    assert found.since_id == 75
    assert found.total == 6  # the first one looked at, then 80 and 81, 90 and 91, 100
    assert status_changes(database, 1, looked_at=100).since_id == 0


def test_neighbours_are_those_of_the_same_battery(database: Database):
    one, other = add_cell(database, "One"), add_cell(database, "Other")
    ids = [
        add_experiment(database, name=f"Test {n}", battery_id=other if n == 1 else one)
        for n in range(4)
    ]

    def around(battery: int, experiment: int) -> tuple:
        found = neighbours(database, battery, experiment)
        return (
            found.previous and (found.previous.id, found.previous.name),
            found.next and (found.next.id, found.next.name),
        )

    assert around(one, ids[0]) == (None, (ids[2], "Test 2"))
    assert around(other, ids[1]) == (None, None)
    assert around(one, ids[2]) == ((ids[0], "Test 0"), (ids[3], "Test 3"))
    assert around(one, ids[3]) == ((ids[2], "Test 2"), None)
    assert neighbours(database, None, ids[0]) == Neighbours(None, None)


def test_the_neighbours_are_walked_as_the_table_shows_them(database: Database):
    """Also what is a draft, held, queued or cancelled; with a row in Experiment once."""
    lab = RunningLab(database)
    unit, profile = lab.unit(), lab.profile("Rest")
    here, cell, other = lab.station("Here", unit), lab.battery("Cell", "1"), lab.battery("B", "2")
    ends = {"status": ExperimentStatus.FINISHED, "finished_at": lab.now}
    for n in range(2):
        lab.experiment(f"Over {n}", here, cell, profile, **ends)
        lab.plan(f"Held {n}", here, cell, PlanState.HELD)
        lab.plan("Of another", here, other, PlanState.HELD)
        lab.plan(f"Cancelled {n}", here, cell, PlanState.CANCELLED)
        lab.plan(f"Draft {n}", here, cell, PlanState.DRAFT)
        lab.experiment(f"Waits {n}", here, cell, profile, status=ExperimentStatus.QUEUED)
    only = Filter(batteries=(cell,))
    order = Sort(SortKey.ID)
    rows = list_experiments(database, only, order, offset=0, limit=100).rows
    assert len(rows) == 10
    numbers: list[int | None] = [None, *(row.id for row in rows), None]
    for before, number, after in zip(numbers, numbers[1:-1], numbers[2:], strict=False):
        found = neighbours(database, cell, number)
        assert found.previous == (before and Neighbour(before, name_of(rows, before)))
        assert found.next == (after and Neighbour(after, name_of(rows, after)))


def name_of(rows, number: int) -> str:
    return next(row.name for row in rows if row.id == number)
