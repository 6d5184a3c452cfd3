"""The published WattRex cu-manager, unmodified, with our master node through a real Mosquitto."""

import time

import pytest
from sqlalchemy import select

from cycling.terms import Connection, StationCommand
from db.commands.stations.control import request
from db.commands.stations.setup import add_station
from db.models import (
    ComputationalUnit,
    DetectedDevice,
    Lease,
    RefusedCount,
    UnregisteredUnit,
    WattrexUnit,
)
from db.models.station_rows import NewStation
from db.terms import CommandState
from tests.commands import command_row, let_last
from tests.faults.lab import BY, Lab, now, wait_for
from tests.mqtt import Client
from tests.wattrex.environment import NotInstalledError, RealUnit, peer_python

MACS = (3281355014145, 20015998341121, 255, 2**47 + 5)


@pytest.fixture(scope="module")
def _installed():
    try:
        peer_python()
    except NotInstalledError as error:
        pytest.skip(f"the published WattRex programs are not here: {error}")


@pytest.fixture
def units(sqlite_lab: Lab, _installed, tmp_path):
    """Make real units; they end with the test."""
    made: list[RealUnit] = []

    def make(mac: int, **options) -> RealUnit:
        folder = tmp_path / f"wattrex-{len(made)}"
        made.append(RealUnit(folder, sqlite_lab.broker.url("wattrex"), mac, **options))
        return made[-1]

    yield make
    for unit in made:
        unit.end()


def master(lab: Lab):
    """Start a master node and wait until it hears both kinds of units."""
    number = len(lab.masters)
    process = lab.start_master(BEM_WATTREX="1")
    wait_for(lambda: lab.log_of(number).count("connected to the broker") == 2)
    return process


def ask(lab: Lab, kind: StationCommand, unit_id: int, station_id: int | None = None) -> int:
    asked = request(
        lab.database,
        kind,
        unit_id=unit_id,
        station_id=station_id,
        experiment_id=None,
        reason="",
        by=BY(now()),
    )
    return let_last(lab.database, asked)


def beats(lab: Lab, unit_id: int, after=None) -> bool:
    with lab.database.read() as session:
        row = session.get(WattrexUnit, unit_id)
        return row is not None and row.seen_at is not None and (not after or row.seen_at > after)


def state(lab: Lab, command_id: int) -> CommandState:
    return command_row(lab.database, command_id).state


def test_a_real_unit_registers_beats_reports_its_devices_and_launches(sqlite_lab: Lab, units):
    lab, unit = sqlite_lab, units(MACS[0])
    master(lab)
    unit.start()
    wait_for(lambda: unit.number, what=unit.log())
    number = unit.number
    wait_for(lambda: beats(lab, number))
    with lab.database.read() as session:
        row = session.get_one(ComputationalUnit, number)
        assert (row.mac, row.user, row.port) == (str(MACS[0]), "pi", 22)
        assert session.get_one(WattrexUnit, number).asked_at is None

    detect = ask(lab, StationCommand.DETECT, number)
    wait_for(lambda: state(lab, detect) is CommandState.DONE)
    assert command_row(lab.database, detect).answer == "2 devices found."
    with lab.database.read() as session:
        found = session.scalars(
            select(DetectedDevice)
            .where(DetectedDevice.unit_id == number)
            .order_by(DetectedDevice.id)
        ).all()
    assert [(d.compatible_device_id, d.serial_number, d.link_name) for d in found] == [
        (2, "17", "19"),
        (3, "257", "1"),
    ]
    assert {d.connection for d in found} == {Connection.CONNECTED}

    new = NewStation(number, (found[0].id,), "Station 1", "Lab")
    station_id = add_station(lab.database, new, by=BY(now()))
    launch = ask(lab, StationCommand.LAUNCH, number, station_id)
    wait_for(lambda: unit.launched == [f"cycler {station_id}"])
    wait_for(lambda: state(lab, launch) is CommandState.DONE)
    time.sleep(2.5)
    assert unit.launched == [f"cycler {station_id}"]  # once, not again and again
    assert unit.running


@pytest.mark.long
def test_four_real_units_register_at_once_and_again_after_the_master_node_was_killed(
    sqlite_lab: Lab, units
):
    lab = sqlite_lab
    away = master(lab)  # the broker keeps what comes for it from now on
    away.kill()
    away.wait()
    four = [units(mac) for mac in MACS]
    for unit in four:
        unit.start()
    wait_for(lambda: all("DISCOVER" in unit.log() for unit in four))  # they ask only once
    first = master(lab)
    wait_for(lambda: any(unit.number for unit in four))
    first.kill()
    first.wait()
    master(lab)
    wait_for(lambda: all(unit.number for unit in four), 60, " ".join(u.log() for u in four))
    numbers = [unit.number for unit in four]
    assert len(set(numbers)) == 4
    wait_for(lambda: all(beats(lab, number) for number in numbers))
    with lab.database.read() as session:
        macs = {session.get_one(ComputationalUnit, unit.number).mac: unit.mac for unit in four}
    assert macs == {str(mac): mac for mac in MACS}
    assert all(unit.running for unit in four)

    restarted = four[0]
    restarted.end()
    (restarted.folder / ".cu_id").unlink()
    restarted.start()
    wait_for(lambda: restarted.number == numbers[0], what="for the same number")
    since = now()
    wait_for(lambda: beats(lab, numbers[0], since))
    detects = [ask(lab, StationCommand.DETECT, number) for number in numbers]
    wait_for(lambda: all(state(lab, one) is CommandState.DONE for one in detects))


def test_what_no_unit_would_send_is_refused_and_counted_and_the_service_goes_on(
    sqlite_lab: Lab,
):
    lab = sqlite_lab
    running = master(lab)
    account = lab.broker.url("wattrex").removeprefix("mqtt://").partition("@")[0]
    user, _, password = account.partition(":")
    client = Client(lab.broker.port, user, password)
    try:
        for payload in (b"\xff", b"", b"cposix\nmkdir\n(Vx\ntR.", b"x" * 5000):
            client.say("/register", payload)
            client.say("/7/detected_dev", payload)
        client.say("/7/detected_dev", b"\x80\x04]\x94.")

        def counted() -> dict[tuple[str, str], int]:
            return {(r.sender, r.kind): r.count for r in lab.all_rows(RefusedCount)}

        wait_for(lambda: sum(counted().values()) == 9)
        assert counted()["wattrex unit 7", "unknown unit"] == 1
        assert counted()["wattrex registration", "size"] == 1
        assert running.poll() is None
        beat = (
            b"\x80\x02cwattrex_cycler_datatypes.comm_data.comm_data\nCommDataHeartbeatC\n)\x81}("
            b"X\x09\x00\x00\x00timestampcdatetime\ndatetime\n"
            b"C\x0a\x07\xea\x0b\x1b\x0a\x00\x00\x00\x00\x00\x85Rub."
        )
        wait_for(lambda: client.say("/41/heartbeat", beat) or lab.all_rows(UnregisteredUnit))
        (stranger,) = lab.all_rows(UnregisteredUnit)
        assert stranger.claimed_id == 41
        assert "not in the database" in stranger.reason
    finally:
        client.end()


def test_a_master_node_that_is_stopped_gives_its_lease_back(sqlite_lab: Lab):
    lab = sqlite_lab
    running = master(lab)
    running.terminate()
    running.wait()
    assert "what=ended clean=True" in lab.log_of()
    (lease,) = lab.all_rows(Lease)
    assert lease.expires_at <= now()
