"""WattRex units and stations in the database, on each engine."""

import time
from contextlib import suppress
from datetime import UTC, timedelta
from functools import partial
from threading import Event, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from bem.cli import wattrex
from cycling.errors import ConflictError, UnavailableError
from cycling.terms import Connection, DeviceType, ExperimentStatus, StationCommand, StationState
from db import series
from db.commands import leases
from db.commands.audit import By
from db.commands.experiments.notes import rename_experiment
from db.commands.leases import leader_transaction
from db.commands.master_node.offers import SILENT_AFTER, free_stations
from db.commands.queue import cancel
from db.commands.stations.control import request
from db.commands.stations.out_of_service import take_out_of_service
from db.commands.wattrex import units as wattrex_units
from db.commands.wattrex.repairs import repair, repair_state
from db.commands.wattrex.units import WattrexDevice, WattrexIdentity
from db.engine import Database, database_now
from db.limits import USUAL
from db.measures.export import csv_pieces
from db.models import (
    AvailableMeasure,
    Battery,
    ComputationalUnit,
    ConfirmedBattery,
    DetectedDevice,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    Lease,
    Plan,
    StationAlarm,
    StationLive,
    UsedDevice,
    UsedMeasure,
    WattrexUnit,
)
from db.queries.stations.details import find_station
from db.queries.stations.newest_measures import new_points, station_channels
from db.queries.stations.overview import station_now
from db.queries.stations.units import find_unit
from db.queries.wattrex.units import find_unregistered_units
from db.queries.wattrex.units import wattrex_units as list_units
from db.terms import CommandState, OverviewState, PlanState, RepairState
from master_node.duties import Duties
from master_node.inbox import Inbox, IncomingMessage
from master_node.link import Broker, Link
from master_node.wattrex.handler import Envelope, Handler
from master_node.wattrex.messages import DetectedDevices
from master_node.wattrex.service import WattrexService
from master_node.wattrex.topics import Kind, Source
from master_node.wattrex.watch import WattrexWatch
from master_node.writer import Writer
from pages.monitor.tile import no_measures_text
from tests.commands import command_row
from tests.running_lab import RunningLab
from tests.unit.db.lab import channels_of, read_series

BY = partial(By, "oscar", "10.0.0.7")
LONG_AGO = time.monotonic() - 1000


class WattrexLab(RunningLab):
    """A laboratory with one WattRex unit and its station, looked at as the master node does."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.unit_id = self.register(77)
        self.station_id = self.station("Rack 3", self.unit_id, channels=1)
        self.lease = leases.acquire(database, "tests", {})
        self.watch = WattrexWatch(timedelta(seconds=15))
        self.profile_id = self.profile("Charge", details=False)
        inbox = Inbox()
        writer = Writer(database, self.lease, inbox, list)
        patience = timedelta(seconds=15)
        link = Link(Broker("127.0.0.1", 1), name="tests", subscriptions=[], on_message=print)
        self.duties = Duties(database, self.lease, inbox, writer, list, link, patience, None, 1_000)

    def register(self, mac: int, host: str = "bench-pi-3") -> int:
        with self.database.write() as session:
            identity = WattrexIdentity(mac, "pi", "10.0.0.9", 22, host)
            return wattrex_units.register(session, identity, database_now(session))

    def heartbeat(self, *unit_ids: int) -> set[int]:
        with self.database.write() as session:
            heartbeats = dict.fromkeys(unit_ids or (self.unit_id,), 0.0)
            return wattrex_units.note_heartbeats(session, heartbeats, database_now(session))

    def look(self, *, heartbeat: bool = True, speaks: bool = True) -> None:
        if heartbeat:
            self.heartbeat()
        with leader_transaction(self.database, self.lease) as transaction:
            self.watch.look(transaction, speaks=speaks, listens_since=LONG_AGO if speaks else None)

    def renew(self) -> dict:
        """Say how the master node is, as it does every 2 s, and return what it says then."""
        self.duties._renew()
        self.duties._renew()
        with self.database.read() as session:
            return session.get_one(Lease, "master-node").detail

    def begin(self, serial: str = "1", **other) -> int:
        cell = self.battery("Cell", serial)
        return self.experiment("Ageing", self.station_id, cell, self.profile_id, **other)

    def rows(self, experiment_id: int, first: int, count: int, instruction: int = 1) -> None:
        at = self.now.replace(microsecond=0) - timedelta(minutes=10)
        for n in range(first, first + count):
            self.add(
                GenericMeasure(
                    experiment_id=experiment_id,
                    id=n,
                    at=at + timedelta(seconds=n // 4),
                    instruction_id=instruction,
                    voltage_mv=3500 + n,
                    current_ma=1500,
                    power_mw=int(1500 * (3500 + n) / 100_000),
                )
            )

    def wait(self, **by: float) -> None:
        """Let time pass, as far as the watch over new rows is concerned."""
        for seen in self.watch._seen.values():
            seen.since -= timedelta(**by)

    def shown(self):
        return station_now(self.database, self.station_id)

    def alarms(self) -> list[StationAlarm]:
        with self.database.read() as session:
            return list(session.scalars(select(StationAlarm).order_by(StationAlarm.id)))

    def silence(self, seconds: float) -> None:
        with self.database.read() as session:
            then = database_now(session) - timedelta(seconds=seconds)
        self.change(ComputationalUnit, self.unit_id, last_connection=then)
        self.change(WattrexUnit, self.unit_id, seen_at=then)


@pytest.fixture
def lab(database: Database) -> WattrexLab:
    return WattrexLab(database)


class TestUnits:
    def test_the_same_network_card_keeps_its_number_and_another_gets_the_next(self, lab):
        other = lab.register(78)
        assert lab.register(77, host="renamed") == lab.unit_id != other
        with lab.database.read() as session:
            assert session.get_one(ComputationalUnit, lab.unit_id).host_name == "renamed"

    def test_of_several_rows_of_one_card_the_one_that_fits_is_taken(self, lab):
        with lab.database.write() as session:
            twin = ComputationalUnit(
                mac="77",
                host_name="moved",
                ip="10.0.0.9",
                port=22,
                user="pi",
                last_connection=lab.now,
                available="OFF",
            )
            session.add(twin)
            session.flush()
            twin_id = twin.id
        assert lab.register(77, host="moved") == twin_id
        assert lab.register(77) == lab.unit_id

    def test_a_unit_asks_until_it_is_heard_under_its_number(self, lab):
        def asking() -> dict:
            with lab.database.read() as session:
                return wattrex_units.waiting_units(session, database_now(session))

        assert asking() == {lab.unit_id: WattrexIdentity(77, "pi", "10.0.0.9", 22, "bench-pi-3")}
        assert list_units(lab.database)[0].asks
        assert lab.heartbeat() == {lab.unit_id}
        assert asking() == {}

    def test_a_number_that_nobody_knows_is_shown_and_nothing_of_it_stored(self, lab):
        ours = lab.unit()
        assert lab.heartbeat(lab.unit_id, 4711, ours, 1) == {lab.unit_id}
        found = {one.claimed_id: one.reason for one in find_unregistered_units(lab.database)}
        assert found.keys() == {4711, ours, 1}
        assert "not in the database" in found[4711]
        assert "another protocol" in found[ours]

    def test_devices_that_are_not_named_any_more_are_disconnected(self, lab):
        def store(*found: WattrexDevice):
            with lab.database.write() as session:
                return wattrex_units.store_devices(session, lab.unit_id, found)

        def states() -> dict:
            with lab.database.read() as session:
                rows = session.scalars(
                    select(DetectedDevice).where(
                        DetectedDevice.unit_id == lab.unit_id,
                        DetectedDevice.compatible_device_id.in_([2, 3]),
                    )
                )
                return {(r.compatible_device_id, r.link_name): r.connection for r in rows}

        epc, bms = WattrexDevice(2, "17", "19"), WattrexDevice(3, "257", "1")
        assert store(epc, bms, WattrexDevice(999, "1", "1")) == (2, [999])
        assert set(states().values()) == {Connection.CONNECTED}
        store(bms)
        on, off = Connection.CONNECTED, Connection.DISCONNECTED
        assert states() == {(2, "19"): off, (3, "1"): on}
        store()
        assert set(states().values()) == {off}


class TestCommands:
    def ask(self, lab: WattrexLab, kind: StationCommand, station_id: int | None = None) -> int:
        return request(
            lab.database,
            kind,
            unit_id=lab.unit_id,
            station_id=station_id,
            experiment_id=None,
            reason="",
            by=BY(lab.now),
        )

    def test_a_launch_is_sent_once_and_to_a_unit_that_is_heard(self, lab):
        lab.heartbeat()
        number = self.ask(lab, StationCommand.LAUNCH, lab.station_id)
        with lab.database.write() as session:
            now = database_now(session)
            (due,) = wattrex_units.take_due(session, now)
            assert (due.id, due.station_id) == (number, lab.station_id)
            assert wattrex_units.take_due(session, now + timedelta(seconds=5)) == []
            wattrex_units.note_launches(session, [number], now)
        status = command_row(lab.database, number)
        assert status.state is CommandState.DONE
        assert "does not report" in status.answer

    def test_a_detection_is_answered_by_the_devices(self, lab):
        lab.heartbeat()
        number = self.ask(lab, StationCommand.DETECT)
        with lab.database.write() as session:
            wattrex_units.take_due(session, database_now(session))
            wattrex_units.note_devices(session, lab.unit_id, 1, database_now(session))
        assert command_row(lab.database, number).answer == "1 device found."

    def test_a_silent_unit_is_told_nothing(self, lab):
        lab.silence(20)
        with pytest.raises(ConflictError, match="is not heard and would not hear this"):
            self.ask(lab, StationCommand.DETECT)

    def test_a_unit_that_falls_silent_before_it_was_told_is_not_told_later(self, lab):
        lab.heartbeat()
        self.ask(lab, StationCommand.LAUNCH, lab.station_id)
        lab.silence(20)
        with lab.database.write() as session:
            assert wattrex_units.take_due(session, database_now(session)) == []

    @pytest.mark.parametrize("kind", ["pause", "resume", "stop"])
    def test_what_its_cycler_does_not_know_is_refused_with_the_reason(self, lab, kind):
        lab.heartbeat()
        with pytest.raises(ConflictError, match=f"take no {kind} from here"):
            self.ask(lab, StationCommand(kind), lab.station_id)

    def test_a_station_of_our_own_protocol_is_not_launched(self, lab):
        unit = lab.unit()
        with pytest.raises(ConflictError, match="none is launched"):
            request(
                lab.database,
                StationCommand.LAUNCH,
                unit_id=unit,
                station_id=None,
                experiment_id=None,
                reason="",
                by=BY(lab.now),
            )


class TestWhatIsShown:
    def test_queued_experiments_are_left_to_the_cycler(self, lab):
        lab.begin(status=ExperimentStatus.QUEUED, begun_at=None)
        lab.look()
        assert lab.shown().state is OverviewState.IDLE
        assert lab.shown().queue == ("Ageing",)
        with lab.database.read() as session:
            assert free_stations(session, database_now(session)) == []

    def test_a_run_whose_rows_come_by_themselves(self, lab):
        experiment_id = lab.begin()
        lab.look()
        assert lab.shown().state is OverviewState.RUNNING
        assert lab.shown().live.measured_at is None
        lab.rows(experiment_id, 0, 9)
        lab.rows(experiment_id, 9, 4, instruction=2)
        lab.look()
        live = lab.shown().live
        assert (live.instruction_id, live.voltage_v, live.current_a) == (2, 3.512, 1.5)
        assert (live.test_time_s, live.instruction_began_s) == (3.0, 2.0)
        assert live.output_on is None
        assert lab.shown().clock_offset_s < -500  # its rows are of ten minutes ago

    def test_an_error_does_not_say_that_the_output_is_off(self, lab):
        experiment_id = lab.begin()
        lab.look()
        lab.change(Experiment, experiment_id, status=ExperimentStatus.ERROR, finished_at=lab.now)
        for _ in range(2):
            lab.look()
        (alarm,) = lab.alarms()
        assert "Current may still be flowing: go to the station." in alarm.text
        assert lab.shown().state is OverviewState.ALARM

    @pytest.mark.parametrize("ours", [True, False])
    def test_after_an_error_its_cycler_finds_nothing_queued(self, lab, ours):
        """Neither what we have queued nor what the old application has."""
        experiment_id = lab.begin()
        waits = lab.begin("2", status=ExperimentStatus.QUEUED, begun_at=None)
        with lab.database.write() as session:
            plan = session.scalars(select(Plan).where(Plan.experiment_id == waits)).one()
            if not ours:
                session.delete(plan)
        lab.look()
        lab.change(Experiment, experiment_id, status=ExperimentStatus.ERROR, finished_at=lab.now)
        lab.look()
        with lab.database.read() as session:
            assert session.get(Experiment, waits) is None
            (plan,) = session.scalars(select(Plan).where(Plan.state == PlanState.HELD))
            assert plan.detail["held_because"] == f"Experiment {experiment_id} ended in error here."
            assert session.get(ConfirmedBattery, lab.station_id) is None
        later = lab.begin("3", status=ExperimentStatus.QUEUED, begun_at=None)  # somebody has looked
        lab.look()
        with lab.database.read() as session:
            assert session.get(Experiment, later) is not None

    def test_an_error_of_last_week_is_no_news(self, lab):
        lab.begin(status=ExperimentStatus.ERROR, finished_at=lab.ago(days=7))
        lab.look()
        assert lab.alarms() == []

    def test_contact_is_lost_after_15_s_and_found_again(self, lab):
        lab.begin()
        lab.look()
        assert timedelta(seconds=15) == SILENT_AFTER
        lab.silence(10)  # five seconds for a slow machine to look
        lab.look(heartbeat=False)
        assert lab.shown().lost_at is None
        lab.silence(16)
        for _ in range(2):
            lab.look(heartbeat=False)
        assert lab.shown().state is OverviewState.LOST
        (alarm,) = lab.alarms()
        assert "treat the cell as live" in alarm.text
        with lab.database.read() as session:
            assert session.get_one(ComputationalUnit, lab.unit_id).available.value == "OFF"
        lab.look()
        assert lab.shown().lost_at is None

    def test_without_the_protocol_the_tables_alone_are_shown(self, lab):
        lab.silence(3600)
        lab.look(heartbeat=False, speaks=False)
        assert lab.shown().state is OverviewState.IDLE
        experiment_id = lab.begin()
        lab.look(heartbeat=False, speaks=False)
        lab.rows(experiment_id, 0, 3)
        lab.look(heartbeat=False, speaks=False)
        assert lab.shown().state is OverviewState.RUNNING
        assert lab.alarms() == []

    def test_stations_of_our_own_protocol_are_left_alone(self, lab):
        station = lab.station("Ours", lab.unit())
        lab.live(station)
        before = station_now(lab.database, station).live
        lab.look()
        assert station_now(lab.database, station).live == before

    def test_power_is_voltage_times_current_and_times_are_spread(self, lab):
        experiment_id = lab.begin()
        lab.rows(experiment_id, 0, 12)
        traces = read_series(lab.database, experiment_id, [series.POWER]).traces
        trace = traces["power"]
        assert trace.values[0] == pytest.approx(5.25)  # 52 dW are stored
        assert [round(b - a, 3) for a, b in zip(trace.unix_s, trace.unix_s[1:], strict=False)] == [
            0.25
        ] * 11

    def test_channels_of_an_epc_have_the_units_that_its_driver_means(self, lab):
        body, supply = self.epc_channels(lab)
        experiment_id = lab.begin()
        lab.rows(experiment_id, 0, 2)
        for channel, stored in ((body, 253), (supply, 12_480)):
            lab.add(
                ExtendedMeasure(
                    experiment_id=experiment_id, measure_id=1, used_measure_id=channel, value=stored
                )
            )
        found = {one.name: one for one in channels_of(lab.database, experiment_id)}
        assert (found["temp_body"].unit, found["hs_voltage"].unit) == ("degC", "V")
        traces = read_series(lab.database, experiment_id, list(found.values())).traces
        assert traces[found["temp_body"].key].values.tolist() == pytest.approx([25.3])
        assert traces[found["hs_voltage"].key].values.tolist() == pytest.approx([12.48])
        keys = [found["temp_body"].key, found["hs_voltage"].key]
        new = new_points(lab.database, experiment_id, -1, keys).values
        assert [new[key][-1] for key in keys] == [25.3, 12.48]

    def test_their_units_stand_before_anything_is_measured(self, lab):
        self.epc_channels(lab)
        units = {"temp_body": "degC", "hs_voltage": "V"}
        live = {one.name: one.unit for one in station_channels(lab.database, lab.station_id)}
        assert live.items() >= units.items()
        sheet = find_station(lab.database, lab.station_id)
        assert {one.name: one.unit for one in sheet.channels}.items() >= units.items()
        (device,) = [
            one
            for one in find_unit(lab.database, lab.unit_id).devices
            if one.device_type is DeviceType.EPC
        ]
        assert {one.name: one.unit for one in device.channels}.items() >= units.items()

    def test_the_csv_has_the_unit_in_its_head_and_the_value_in_that_unit(self, lab):
        body, _supply = self.epc_channels(lab)
        experiment_id = lab.begin()
        lab.rows(experiment_id, 0, 2)
        lab.add(
            ExtendedMeasure(
                experiment_id=experiment_id, measure_id=1, used_measure_id=body, value=253
            )
        )
        head, *lines = b"".join(csv_pieces(lab.database, experiment_id)).decode().splitlines()
        place = head.split(",").index("temp_body / degC")
        assert float(lines[-1].split(",")[place]) == pytest.approx(25.3)

    def epc_channels(self, lab: WattrexLab) -> list[int]:
        """Give the station an EPC as it is found on a unit; return two of its channels."""
        with lab.database.write() as session:
            names = {
                one.name: one.id
                for one in session.scalars(
                    select(AvailableMeasure).where(AvailableMeasure.compatible_device_id == 2)
                )
            }
            device = DetectedDevice(
                unit_id=lab.unit_id,
                compatible_device_id=2,
                serial_number="9",
                link_name="23",
                connection=Connection.CONNECTED,
            )
            session.add(device)
            session.flush()
            session.add(UsedDevice(station_id=lab.station_id, device_id=device.id))
            session.flush()
            used = [
                UsedMeasure(
                    station_id=lab.station_id,
                    device_id=device.id,
                    available_measure_id=names[name],
                )
                for name in ("temp_body", "hs_voltage")
            ]
            session.add_all(used)
            session.flush()
            return [one.id for one in used]

    def test_names_that_the_synchroniser_overwrites_are_written_back(self, lab):
        experiment_id = lab.begin()
        rename_experiment(lab.database, experiment_id, "  Ageing  25 C ", "ours", by=BY(lab.now))
        lab.change(Experiment, experiment_id, name="Ageing", description="theirs")
        lab.look()
        with lab.database.read() as session:
            row = session.get_one(Experiment, experiment_id)
            assert (row.name, row.description) == ("Ageing 25 C", "ours")


class TestTakenBack:
    """What was cancelled or held here when its cycler had just begun it."""

    def begun_all_the_same(self, lab: WattrexLab, experiment_id: int) -> None:
        """Let the synchroniser insert the row again, as it does from its cache."""
        columns = {"created_at": lab.now, "begun_at": lab.now, "status": ExperimentStatus.RUNNING}
        with lab.database.write() as session:
            assert session.get(Experiment, experiment_id) is None
            cell = session.scalars(select(Battery.id)).first()
            session.add(
                Experiment(
                    id=experiment_id,
                    name="Ageing",
                    description="",
                    station_id=lab.station_id,
                    battery_id=cell,
                    profile_id=lab.profile_id,
                    **columns,
                )
            )

    def queued(self, lab: WattrexLab) -> tuple[int, int]:
        experiment_id = lab.begin(status=ExperimentStatus.QUEUED, begun_at=None)
        with lab.database.read() as session:
            (plan,) = session.scalars(select(Plan).where(Plan.experiment_id == experiment_id))
            return experiment_id, plan.id

    def test_a_cancelled_one_that_runs_is_believed_and_raises_an_alarm_of_its_own(self, lab):
        experiment_id, plan_id = self.queued(lab)
        lab.look()
        cancel(lab.database, plan_id, by=BY(lab.now))
        lab.look()
        assert lab.alarms() == []
        self.begun_all_the_same(lab, experiment_id)
        for _ in range(2):
            lab.look()
        (alarm,) = lab.alarms()
        assert (alarm.code, alarm.experiment_id) == ("begun all the same", experiment_id)
        assert "(Ageing) was cancelled, but the cycler of Rack 3 had taken it" in alarm.text
        assert "go to the station" in alarm.text
        assert lab.shown().experiment.status is ExperimentStatus.RUNNING

    def test_so_does_one_that_was_held_when_the_station_went_out_of_service(self, lab):
        experiment_id, _plan = self.queued(lab)
        take_out_of_service(lab.database, lab.station_id, reason="Fan.", by=BY(lab.now))
        self.begun_all_the_same(lab, experiment_id)
        lab.look()
        (alarm,) = lab.alarms()
        assert "was held back, but the cycler" in alarm.text

    def test_also_one_that_only_the_old_application_has_queued(self, lab):
        experiment_id, plan_id = self.queued(lab)
        with lab.database.write() as session:
            session.delete(session.get_one(Plan, plan_id))
        take_out_of_service(lab.database, lab.station_id, reason="Fan.", by=BY(lab.now))
        self.begun_all_the_same(lab, experiment_id)
        lab.look()
        assert [one.code for one in lab.alarms()] == ["begun all the same"]

    def test_one_that_nobody_took_back_raises_none(self, lab):
        lab.begin()
        lab.look()
        assert lab.alarms() == []


class TestStalled:
    def stall(self, lab: WattrexLab, **other) -> int:
        experiment_id = lab.begin(**other)
        lab.rows(experiment_id, 0, 5)
        lab.add(
            ExtendedMeasure(
                experiment_id=experiment_id,
                measure_id=4,
                used_measure_id=lab.channels[lab.station_id][0],
                value=253,
            )
        )
        lab.look()
        lab.wait(seconds=61)
        lab.look()
        return experiment_id

    def test_a_run_without_new_rows_is_an_alarm_that_says_what_to_do(self, lab):
        experiment_id = self.stall(lab)
        (alarm,) = lab.alarms()
        assert alarm.code == "synchroniser stalled"
        assert f"bem wattrex repair {experiment_id}" in alarm.text
        lab.look()
        assert len(lab.alarms()) == 1

    def test_so_is_one_that_is_queued_and_has_rows(self, lab):
        self.stall(lab, status=ExperimentStatus.QUEUED, begun_at=None)
        assert [one.code for one in lab.alarms()] == ["synchroniser stalled"]

    def test_not_one_whose_unit_is_silent(self, lab):
        experiment_id = lab.begin()
        lab.rows(experiment_id, 0, 5)
        lab.silence(60)
        lab.look(heartbeat=False)
        lab.wait(seconds=61)
        lab.look(heartbeat=False)
        assert [one.code for one in lab.alarms()] == ["contact lost"]

    def test_not_one_whose_rows_go_on(self, lab):
        experiment_id = lab.begin()
        for n in range(3):
            lab.rows(experiment_id, n, 1)
            lab.look()
            lab.wait(seconds=40)
        lab.look()
        assert lab.alarms() == []

    def test_only_what_was_found_stalled_is_repaired(self, lab):
        experiment_id = lab.begin()
        lab.rows(experiment_id, 0, 5)
        lab.look()
        with pytest.raises(ConflictError, match="has not found the synchroniser"):
            repair(lab.database, experiment_id, by=BY(lab.now))

    def test_a_row_that_has_come_since_makes_it_no_longer_stalled(self, lab):
        experiment_id = self.stall(lab)
        lab.rows(experiment_id, 5, 1)
        with pytest.raises(ConflictError, match="has not found the synchroniser"):
            repair(lab.database, experiment_id, by=BY(lab.now))

    def test_rows_that_came_again_otherwise_are_kept_beside(self, lab, monkeypatch):
        monkeypatch.setattr("db.commands.wattrex.repairs.RECONCILE_AFTER", timedelta(0))
        experiment_id = self.stall(lab)
        number = repair(lab.database, experiment_id, by=BY(lab.now))
        with pytest.raises(ConflictError):
            repair(lab.database, experiment_id, by=BY(lab.now))
        lab.rows(experiment_id, 3, 3)  # 3 and 4 again, 5 new
        lab.change(GenericMeasure, (experiment_id, 4), voltage_mv=1.0)
        for _ in range(2):
            lab.look()
            time.sleep(0.05)
        state, outcome = repair_state(lab.database, number)
        assert state is RepairState.HELPED
        assert outcome["set aside"] == {"generic": 5, "extended": 1, "status": 0}
        assert (outcome["came again"], outcome["put back"], outcome["differ"]) == (1, 4, 1)
        with lab.database.read() as session:
            rows = session.scalars(select(GenericMeasure).order_by(GenericMeasure.id)).all()
            assert [r.id for r in rows] == list(range(6))
            assert rows[4].voltage_mv == 1.0
            live = session.get_one(StationLive, lab.station_id)
            assert live.state is StationState.RUNNING


class TestCommandLine:
    def run(self, monkeypatch, url: str, *arguments: str):
        monkeypatch.setenv("BEM_DATABASE_URL", url)
        return CliRunner().invoke(wattrex.app, list(arguments))

    def test_it_lists_the_units_and_those_that_nobody_knows(self, lab, database_url, monkeypatch):
        lab.heartbeat(lab.unit_id, 41)
        said = self.run(monkeypatch, database_url, "units")
        assert said.exit_code == 0
        assert f"{lab.unit_id}\tbench-pi-3\t10.0.0.9\theard\t" in said.stdout
        assert "A unit says that it is number 41." in said.stderr

    def test_it_repairs_and_says_what_came_of_the_rows(self, lab, database_url, monkeypatch):
        monkeypatch.setattr("db.commands.wattrex.repairs.RECONCILE_AFTER", timedelta(0))
        experiment_id = TestStalled().stall(lab)
        ended = Event()

        def go_on() -> None:
            while not ended.wait(0.1):
                with lab.database.read() as session:
                    gone = session.get(GenericMeasure, (experiment_id, 4)) is None
                if gone:
                    lab.rows(experiment_id, 3, 3)
                with suppress(UnavailableError, OperationalError):  # as the master node goes on
                    lab.look()

        thread = Thread(target=go_on)
        thread.start()
        try:
            said = self.run(monkeypatch, database_url, "repair", str(experiment_id))
        finally:
            ended.set()
            thread.join()
        assert said.stdout == ("The synchroniser goes on. 2 rows came again, 4 were put back.\n"), (
            said
        )

    def test_what_it_refuses_it_refuses_in_a_sentence(self, lab, database_url, monkeypatch):
        said = self.run(monkeypatch, database_url, "repair", "4711")
        assert str(said.exception) == "There is no experiment 4711."


def test_wattrex_units_and_the_rows_of_their_cyclers_count_in_what_the_leader_says(lab: WattrexLab):
    silent = lab.register(78)
    with lab.database.write() as session:
        unit = session.get_one(ComputationalUnit, silent)
        unit.last_connection = database_now(session) - timedelta(minutes=1)
    lab.heartbeat()
    experiment_id = lab.begin(status=ExperimentStatus.RUNNING)
    lab.rows(experiment_id, 0, 40)
    first = lab.renew()
    assert (first["units"], first["units_silent"], first["stored"]) == (1, 1, 0)
    lab.rows(experiment_id, 40, 8)
    assert lab.renew()["stored"] == 8


def test_a_message_that_only_the_database_refuses_holds_up_no_other(lab: WattrexLab, monkeypatch):
    broker = Broker("127.0.0.1", 1)
    service = WattrexService(lab.database, broker, lab.lease, USUAL)
    incoming = [
        IncomingMessage(f"/{lab.unit_id}/detected_dev", b"", size, 0.0) for size in (1, 2, 3)
    ]
    service._uncommitted = [
        Envelope(one, Source(Kind.DEVICES, lab.unit_id), DetectedDevices(())) for one in incoming
    ]
    stored = []

    def store(_self, _transaction, envelopes):
        if any(one.incoming.size == 2 for one in envelopes):
            raise OperationalError("INSERT", {}, Exception(1366, "Incorrect integer value"))
        stored.extend(one.incoming.size for one in envelopes)
        return []

    monkeypatch.setattr(Handler, "store", store)
    for _ in range(2):
        with pytest.raises(OperationalError):
            service._round()
    service._round()
    assert (stored, service.refusals.total, service._uncommitted) == ([1, 3], 1, [])


@pytest.mark.parametrize("has_details", [False, True])
def test_the_csv_has_step_and_cycle_from_the_profile(lab: WattrexLab, has_details: bool):
    lab.profile_id = lab.profile("Cycles", cycles=2, details=has_details)
    experiment_id = lab.begin()
    lab.rows(experiment_id, 0, 2, instruction=0)
    lab.rows(experiment_id, 2, 2, instruction=1)
    lab.rows(experiment_id, 4, 2, instruction=4)
    head, *lines = b"".join(csv_pieces(lab.database, experiment_id)).decode().splitlines()
    step, cycle = (
        next(n for n, name in enumerate(head.split(",")) if name.startswith(what))
        for what in ("Step", "Cycle")
    )
    rows = [line.split(",") for line in lines]
    expected = ["0", "0", "1", "1", "4", "4"] if has_details else ["1", "1", "2", "2", "5", "5"]
    assert [row[step] for row in rows] == expected
    cycles = [row[cycle] for row in rows]
    assert cycles == (["", "", "1", "1", *cycles[4:]] if has_details else [""] * 6)
    assert len(set(cycles[4:])) == 1


def test_monitor_misses_no_measures_before_the_master_node_has_looked(lab: WattrexLab):
    experiment_id = lab.begin()
    lab.rows(experiment_id, 0, 8)
    said = str(no_measures_text(station_now(lab.database, lab.station_id), UTC))
    assert "The master node has not looked at this station yet" in said
    assert "have arrived" not in said
