"""The published WattRex db_sync, unmodified, between a cache and our database."""

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select, text

from cycling.terms import ExperimentStatus, StationState
from db.commands import leases
from db.commands.experiments.notes import rename_experiment
from db.commands.leases import leader_transaction
from db.commands.queue import NewPlan, add_plan, confirm_battery
from db.commands.wattrex import units
from db.commands.wattrex.repairs import repair, repair_state
from db.commands.wattrex.units import WattrexDevice, WattrexIdentity
from db.models import (
    CyclerStation,
    DetectedDevice,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    ParkedRow,
    StationAlarm,
    StationStatus,
    UsedDevice,
    UsedMeasure,
)
from db.queries.stations.newest_measures import new_points
from db.queries.stations.overview import station_now
from db.terms import OverviewState, RepairState
from master_node.wattrex.watch import WattrexWatch
from tests.databases import create, drop
from tests.faults.lab import BY, Lab, now, wait_for
from tests.unit.db.lab import add_cell
from tests.wattrex.environment import NotInstalledError, RealSynchroniser, peer_python

CACHE = (  # the tables that a WattRex unit has of its own
    "CREATE TABLE ExperimentCache (ExpID MEDIUMINT UNSIGNED PRIMARY KEY, Name VARCHAR(30),"
    " Description VARCHAR(250), DateCreation DATETIME, DateBegin DATETIME, DateFinish DATETIME,"
    " Status ENUM('RUNNING','FINISHED','ERROR','PAUSED','QUEUED'), CSID MEDIUMINT UNSIGNED,"
    " BatID MEDIUMINT UNSIGNED, ProfID MEDIUMINT UNSIGNED)",
    "CREATE TABLE GenericMeasuresCache (ExpID MEDIUMINT UNSIGNED, MeasID INT UNSIGNED,"
    " Timestamp DATETIME, InstrID MEDIUMINT UNSIGNED, Voltage MEDIUMINT, Current MEDIUMINT,"
    " Power INT, PowerMode ENUM('DISABLE','WAIT','CC_MODE','CV_MODE','CP_MODE'),"
    " PRIMARY KEY (MeasID, ExpID))",
    "CREATE TABLE ExtendedMeasuresCache (ExpID MEDIUMINT UNSIGNED, MeasID INT UNSIGNED,"
    " UsedMeasID MEDIUMINT UNSIGNED, Value MEDIUMINT, PRIMARY KEY (ExpID, UsedMeasID, MeasID))",
    "CREATE TABLE StatusCache (StatusID MEDIUMINT UNSIGNED, ExpID MEDIUMINT UNSIGNED,"
    " DevID MEDIUMINT UNSIGNED, Timestamp DATETIME,"
    " Status ENUM('OK','COMM_ERROR','INTERNAL_ERROR'), ErrorCode SMALLINT UNSIGNED,"
    " PRIMARY KEY (StatusID, ExpID))",
    "CREATE TABLE Alarm (ExpID MEDIUMINT UNSIGNED, AlarmID MEDIUMINT UNSIGNED,"
    " Timestamp DATETIME, Code SMALLINT UNSIGNED, Value MEDIUMINT, PRIMARY KEY (AlarmID, ExpID))",
)
BEGUN = datetime(2026, 11, 20, 8, 0, 0, tzinfo=UTC)
PER_SECOND = 5


class Cycler:
    """A WattRex station whose cycler writes into its cache, and its real synchroniser."""

    def __init__(self, lab: Lab, cache_url: str, folder) -> None:
        self.lab, self.database = lab, lab.database
        self.cache = create_engine(cache_url)
        self.sync = RealSynchroniser(folder / "sync", cache_url, lab.url)
        for statement in CACHE:
            self.run(statement)
        self._station()
        self.lease = leases.acquire(self.database, "tests", {})
        self.watch = WattrexWatch(timedelta(seconds=15))

    def _station(self) -> None:
        with self.database.write() as session:
            identity = WattrexIdentity(77, "pi", "10.0.0.9", 22, "bench-pi-3")
            self.unit_id = units.register(session, identity, now())
            units.store_devices(session, self.unit_id, [WattrexDevice(2, "17", "19")])
            station = CyclerStation(
                unit_id=self.unit_id, name="Rack 3", location="Lab", register_date=now()
            )
            session.add(station)
            session.flush()
            device_id = session.scalars(
                select(DetectedDevice.id).where(DetectedDevice.unit_id == self.unit_id)
            ).one()
            session.add(UsedDevice(station_id=station.id, device_id=device_id))
            session.flush()
            used = UsedMeasure(
                station_id=station.id,
                device_id=device_id,
                available_measure_id=session.scalar(
                    text("SELECT min(MeasType) FROM AvailableMeasures WHERE MeasName='temp_body'")
                ),
                custom_name="Body",
            )
            session.add(used)
            session.flush()
            self.station_id, self.device_id, self.channel = station.id, device_id, used.id

    def queue(self) -> int:
        battery_id = add_cell(self.database, "Cell A")
        confirm_battery(self.database, self.station_id, battery_id, by=BY(now()))
        plan = add_plan(
            self.database,
            NewPlan(
                "token", "Ageing", "as planned", self.station_id, battery_id, self.lab.profile_id
            ),
            by=BY(now()),
        )
        return plan.experiment_id

    def take(self, experiment_id: int) -> None:
        """Do as the cycler does when it takes an experiment: its row goes into the cache."""
        with self.database.read() as session:
            one = session.get_one(Experiment, experiment_id)
            self.run(
                "INSERT INTO ExperimentCache (ExpID, Name, Description, DateCreation, DateBegin,"
                " Status, CSID, BatID, ProfID) VALUES (:id, :name, :about, :made, :begun,"
                " 'RUNNING', :station, :battery, :profile)",
                id=one.id,
                name=one.name,
                about=one.description,
                made=one.created_at.replace(tzinfo=None, microsecond=0),
                begun=BEGUN.replace(tzinfo=None),
                station=one.station_id,
                battery=one.battery_id,
                profile=one.profile_id,
            )

    def measure(self, experiment_id: int, first: int, count: int) -> None:
        """Write measures as the cycler does: whole seconds, several rows a second, dW."""
        for n in range(first, first + count):
            at = BEGUN + timedelta(seconds=n // PER_SECOND)
            row = {"exp": experiment_id, "n": n, "at": at.replace(tzinfo=None)}
            self.run(
                "INSERT INTO GenericMeasuresCache (ExpID, MeasID, Timestamp, InstrID, Voltage,"
                " Current, Power, PowerMode) VALUES (:exp, :n, :at, 1, :v, 2000, :p, 'CC_MODE')",
                v=3500 + n,
                p=int(2000 * (3500 + n) / 100_000),
                **row,
            )
            self.run(
                "INSERT INTO ExtendedMeasuresCache (ExpID, MeasID, UsedMeasID, Value)"
                " VALUES (:exp, :n, :channel, 253)",
                exp=experiment_id,
                n=n,
                channel=self.channel,
            )
            self.run(
                "INSERT INTO StatusCache (StatusID, ExpID, DevID, Timestamp, Status, ErrorCode)"
                " VALUES (:n, :exp, :device, :at, 'OK', 0)",
                device=self.device_id,
                **row,
            )

    def end(self, experiment_id: int, status: str) -> None:
        self.run(
            "UPDATE ExperimentCache SET Status = :status, DateFinish = :at WHERE ExpID = :exp",
            status=status,
            at=now().replace(tzinfo=None, microsecond=0),
            exp=experiment_id,
        )

    def run(self, statement: str, **values) -> None:
        with self.cache.begin() as connection:
            connection.execute(text(statement), values)

    def watch_closely(self) -> None:
        """Let rows be missed after 2 s, for a test that waits for it."""
        self.watch = WattrexWatch(timedelta(seconds=15), stalled_after=timedelta(seconds=2))

    def look(self) -> None:
        """Do as the master node does: the unit beats, and its stations are looked at."""
        with leader_transaction(self.database, self.lease) as transaction:
            units.note_heartbeats(transaction.session, {self.unit_id: 0.0}, transaction.now)
            self.watch.look(transaction, speaks=True, listens_since=time.monotonic() - 60)

    def looks_until(self, holds, seconds: float = 240.0, what: str = "") -> None:
        wait_for(lambda: self.look() or holds() or time.sleep(0.3), seconds, what)

    def count(self, model, experiment_id: int) -> int:
        with self.database.read() as session:
            found = select(model).where(model.experiment_id == experiment_id)
            return len(session.scalars(found).all())

    def now(self):
        return station_now(self.database, self.station_id)


@contextmanager
def _cycler(lab: Lab, server, folder):
    try:
        peer_python()
    except NotInstalledError as error:
        pytest.skip(f"the published WattRex programs are not here: {error}")
    cache_url = server.url("wattrex_cache")
    create(cache_url)
    made = Cycler(lab, cache_url, folder)
    try:
        yield made
    finally:
        made.sync.end()
        made.cache.dispose()
        drop(cache_url)


@pytest.fixture
def cycler(mariadb_lab: Lab, mariadb_server, tmp_path):
    with _cycler(mariadb_lab, mariadb_server, tmp_path) as made:
        yield made


def test_what_the_real_synchroniser_moves_is_shown_on_the_monitor(cycler: Cycler):
    exp = cycler.queue()
    cycler.look()
    assert cycler.now().state is OverviewState.IDLE
    assert cycler.now().queue == ("Ageing",)

    cycler.take(exp)
    cycler.sync.start()
    cycler.looks_until(lambda: cycler.lab.status(exp) is ExperimentStatus.RUNNING)
    cycler.look()
    assert cycler.now().state is OverviewState.RUNNING
    rename_experiment(cycler.database, exp, "Ageing at 25", "seen by us", by=BY(now()))

    cycler.measure(exp, 0, 8)
    cycler.looks_until(lambda: cycler.count(GenericMeasure, exp) == 7)  # it holds the newest back
    cycler.look()
    station = cycler.now()
    assert station.live.state is StationState.RUNNING
    assert (station.live.voltage_v, station.live.current_a) == (3.506, 2.0)
    assert station.live.instruction_id == 1
    assert station.compiled.rows[0].mode == "CC_MODE"  # PowerMode says nothing: the profile does
    assert abs((station.at - station.live.measured_at).total_seconds()) < 5

    points = new_points(cycler.database, exp, -1, ["voltage", "power", f"x{cycler.channel}"])
    steps = {round(b - a) for a, b in zip(points.unix_ms, points.unix_ms[1:], strict=False)}
    assert steps == {200}
    assert points.values["power"][0] == pytest.approx(7.0)  # stored as 70 dW

    cycler.end(exp, "FINISHED")
    cycler.looks_until(lambda: cycler.lab.status(exp) is ExperimentStatus.FINISHED)
    wait_for(lambda: cycler.count(GenericMeasure, exp) == 8)
    wait_for(lambda: cycler.count(ExtendedMeasure, exp) == 8)
    wait_for(lambda: cycler.count(StationStatus, exp) == 8)
    cycler.look()
    assert cycler.now().state is OverviewState.IDLE
    with cycler.database.read() as session:
        row = session.get_one(Experiment, exp)
        assert (row.name, row.description) == ("Ageing at 25", "seen by us")


@pytest.mark.long
def test_a_synchroniser_that_a_duplicate_has_jammed_is_found_and_repaired(cycler: Cycler):
    exp = cycler.queue()
    cycler.take(exp)
    cycler.sync.start()
    cycler.measure(exp, 0, 6)
    cycler.looks_until(lambda: cycler.count(GenericMeasure, exp) == 5)
    cycler.sync.end()
    cycler.measure(exp, 6, 6)
    with cycler.database.write() as session:  # as after a crash between commit and removal
        for n in (5, 6):
            session.add(
                GenericMeasure(
                    experiment_id=exp,
                    id=n,
                    at=BEGUN + timedelta(seconds=1),
                    instruction_id=1,
                    voltage_mv=3500 + n,
                    current_ma=2000,
                    power_mw=int(2000 * (3500 + n) / 100_000),
                )
            )
    cycler.sync.start()
    cycler.watch_closely()

    def alarms() -> list[StationAlarm]:
        return cycler.lab.all_rows(StationAlarm)

    cycler.looks_until(alarms)
    (alarm,) = alarms()
    assert alarm.code == "synchroniser stalled"
    assert "Restart the synchroniser (db_sync)" in alarm.text
    assert cycler.now().state is OverviewState.ALARM
    assert cycler.count(GenericMeasure, exp) == 7

    number = repair(cycler.database, exp, by=BY(now()))
    cycler.looks_until(lambda: repair_state(cycler.database, number)[0] is not RepairState.OPEN)
    state, outcome = repair_state(cycler.database, number)
    assert state is RepairState.HELPED
    # 0 to 4 were here only, 5 and 6 in the cache too: all are back, each once
    assert outcome["set aside"] == {"generic": 7, "extended": 5, "status": 6}
    assert outcome["differ"] == 0
    assert cycler.count(GenericMeasure, exp) == 11
    wait_for(lambda: cycler.count(ExtendedMeasure, exp) == 11)
    assert cycler.lab.all_rows(ParkedRow) == []


@pytest.mark.long
def test_a_repair_that_does_not_help_puts_every_row_back(cycler: Cycler, monkeypatch):
    monkeypatch.setattr("db.commands.wattrex.repairs.GOES_ON_WITHIN", timedelta(seconds=2))
    exp = cycler.queue()
    cycler.take(exp)
    cycler.sync.start()
    cycler.measure(exp, 0, 6)
    cycler.looks_until(lambda: cycler.count(StationStatus, exp) == 6)
    cycler.sync.end()  # it is not jammed but dead
    cycler.watch_closely()
    before = cycler.lab.all_rows(GenericMeasure)
    cycler.looks_until(lambda: cycler.lab.all_rows(StationAlarm))
    number = repair(cycler.database, exp, by=BY(now()))
    assert cycler.count(GenericMeasure, exp) == 0
    cycler.looks_until(lambda: repair_state(cycler.database, number)[0] is RepairState.RESTORED)
    after = cycler.lab.all_rows(GenericMeasure)
    assert [(r.id, r.at, r.voltage_mv) for r in after] == [
        (r.id, r.at, r.voltage_mv) for r in before
    ]
    assert cycler.count(ExtendedMeasure, exp) == 5
    assert cycler.count(StationStatus, exp) == 6
    codes = [one.code for one in cycler.lab.all_rows(StationAlarm)]
    assert codes == ["synchroniser stalled", "repair did not help"]
