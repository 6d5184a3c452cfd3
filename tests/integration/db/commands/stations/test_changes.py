"""Modifying, retiring and taking stations out of service: what changes, and what refuses it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.terms import ExperimentStatus, StationState
from db.commands.queue import confirm_battery
from db.commands.stations.changes import modify_station, retire_station
from db.commands.stations.out_of_service import (
    hold_queues_out_of_service,
    return_to_service,
    take_out_of_service,
)
from db.commands.stations.setup import add_station
from db.engine import Database
from db.models import (
    AuditEntry,
    CompatibleDevice,
    ConfirmedBattery,
    CyclerStation,
    DetectedDevice,
    Experiment,
    OutOfService,
    Plan,
    RedoxElectrolyte,
    RedoxStack,
    StationAlarm,
    StationLive,
)
from db.models.station_rows import NewStation, StationFigures, change_token
from db.queries.stations.capabilities import station_capabilities
from db.queries.stations.details import find_station, station_set_up
from db.queries.stations.offers import unit_setups
from db.queries.stations.overview import overview, station_now
from db.terms import PlanState
from tests.integration.db.commands.stations.test_setup import Unit, count
from tests.running_lab import RunningLab
from tests.unit.db.lab import BY, NOW, at_once

REAL = StationFigures(0.02, 4.98, -9.5, 9.5, date(2026, 8, 24))


class Bench:
    """A unit whose first device is Station 01; it is changed as its form would."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.unit = Unit(database)
        self.lab = RunningLab(database, NOW)
        self.station = self.unit.add()
        self.cell = self.lab.battery("NMC-031", "24A-031")
        self.profile = self.lab.profile("Formation")

    def begin(self, station: int | None = None) -> tuple[NewStation, str]:
        return station_set_up(self.database, station or self.station)

    def modify(self, station: int | None = None, seen: str | None = None, **changes):
        begin, mark = self.begin(station)
        return modify_station(
            self.database,
            station or self.station,
            replace(begin, **changes),
            seen=seen or mark,
            by=BY,
        )

    def retire(self) -> None:
        retire_station(self.database, self.station, by=BY)

    def held(self, name: str = "Waiting") -> int:
        return self.lab.plan(name, self.station, self.cell, PlanState.HELD, profile_id=self.profile)

    def queued(self, name: str = "Next") -> int:
        waits = {"status": ExperimentStatus.QUEUED, "begun_at": None}
        made = self.lab.experiment(name, self.station, self.cell, self.profile, **waits)
        with self.database.write() as session:
            plan = session.scalars(select(Plan).where(Plan.experiment_id == made)).one()
            plan.profile_id = self.profile
        return made

    def row(self, model, key):
        with self.database.read() as session:
            return session.get(model, key)

    def actions(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def test_a_modified_station_is_a_new_row_that_names_the_old_one(bench: Bench):
    bench.lab.live(bench.station, seen_at=NOW - timedelta(hours=1), output_on=False)
    done = bench.modify(name="Station 01b", location="Lab 3")
    assert done.replaced
    assert done.station_id != bench.station
    old, new = (bench.row(CyclerStation, one) for one in (bench.station, done.station_id))
    assert (old.deprecated, old.name) == (True, "Station 01")
    assert (new.parent_id, new.name, new.location) == (bench.station, "Station 01b", "Lab 3")
    assert [one.id for one in overview(bench.database)] == [done.station_id]
    replaced = station_now(bench.database, bench.station)
    assert (replaced.deprecated, replaced.lost_at) == (True, None)
    sheet = find_station(bench.database, done.station_id)
    assert sheet.parent == (bench.station, "Station 01")
    assert [one.name for one in sheet.channels] == ["Cell T1"]
    assert [one.id for one in sheet.devices] == [bench.unit.devices[0]]
    assert find_station(bench.database, bench.station).successor == (
        done.station_id,
        "Station 01b",
    )
    assert bench.actions() == ["add station", "modify station"]


def test_a_modified_station_may_keep_its_name_and_give_up_a_device(bench: Bench):
    first, second = bench.unit.devices
    done = bench.modify(device_ids=(second,), measures=())
    assert bench.row(CyclerStation, done.station_id).name == "Station 01"
    freed = add_station(bench.database, bench.unit.new(name="Station 02", measures=()), by=BY)
    assert [one.id for one in find_station(bench.database, freed).devices] == [first]


def test_a_unit_is_told_of_the_new_set_up_only(bench: Bench):
    bench.lab.add_unit_row(bench.unit.id)
    done = bench.modify(measures=((bench.unit.devices[0], bench.unit.room, "Ambient"),))
    with bench.database.read() as session:
        (setup,) = unit_setups(session, [bench.unit.id])
    assert [one.station_id for one in setup.stations] == [done.station_id]
    assert [one.name for one in setup.stations[0].channels] == ["temp_room"]


def test_range_and_calibration_change_in_place_also_while_something_runs(bench: Bench):
    bench.lab.experiment("Cycling", bench.station, bench.cell, bench.profile)
    done = bench.modify(figures=REAL)
    assert (done.station_id, done.replaced) == (bench.station, False)
    assert find_station(bench.database, bench.station).figures == REAL
    assert not bench.row(CyclerStation, bench.station).deprecated
    assert bench.actions()[-1] == "modify station"


def test_profiles_are_checked_against_the_range_that_was_measured(bench: Bench):
    with bench.database.write() as session:
        kind = session.scalars(
            select(CompatibleDevice).order_by(CompatibleDevice.id.desc())
        ).first()
        kind.voltage_min_mv, kind.voltage_max_mv = 0, 5000
        kind.current_min_ma, kind.current_max_ma = -10_000, 10_000
    bench.modify(figures=replace(REAL, current_min_a=None))
    can = station_capabilities(bench.database, [bench.station])[bench.station]
    ends = (can.voltage_min_v, can.voltage_max_v, can.current_min_a, can.current_max_a)
    assert [float(one) for one in ends] == [0.02, 4.98, -10.0, 9.5]


def test_a_range_beyond_that_of_the_devices_is_refused(bench: Bench):
    with bench.database.write() as session:
        kind = session.scalars(
            select(CompatibleDevice).order_by(CompatibleDevice.id.desc())
        ).first()
        kind.voltage_min_mv, kind.voltage_max_mv = 0, 5000
    with pytest.raises(InputError, match=r"goes to 5\.2 V, beyond the 0 to 5 V of the devices"):
        bench.modify(figures=StationFigures(voltage_max_v=5.2))
    with pytest.raises(InputError, match=r"lowest current of the real range \(1 A\) must be below"):
        bench.modify(figures=StationFigures(current_min_a=1.0, current_max_a=1.0))
    with pytest.raises(InputError, match="still to come"):
        bench.modify(figures=StationFigures(calibrated_on=(NOW + timedelta(days=3)).date()))
    assert bench.actions() == ["add station"]


def test_nothing_is_written_where_nothing_is_different(bench: Bench):
    assert bench.modify(name=" Station 01 ").station_id == bench.station
    assert bench.actions() == ["add station"]


def test_whoever_edits_what_another_has_changed_is_told(bench: Bench):
    _, mark = bench.begin()
    bench.modify(figures=REAL)
    with pytest.raises(ConflictError, match="Station 01 was changed or retired by somebody"):
        bench.modify(seen=mark, figures=StationFigures())
    done = bench.modify(name="Station 01b")
    with pytest.raises(ConflictError, match="was changed or retired by somebody meanwhile"):
        modify_station(
            bench.database, bench.station, bench.unit.new(name="Other"), seen=mark, by=BY
        )
    assert find_station(bench.database, done.station_id).figures == REAL


def test_of_those_who_modify_a_station_at_once_one_does(bench: Bench):
    begin, mark = bench.begin()

    def rename(number: int):
        new = replace(begin, name=f"Station {number}")
        return modify_station(bench.database, bench.station, new, seen=mark, by=BY)

    ends = at_once([lambda n=n: rename(n) for n in range(5)])
    assert sorted(type(end).__name__ for end in ends) == ["ConflictError"] * 4 + ["Modified"]
    assert count(bench.database, CyclerStation) == 3  # with that of imported measures
    assert len(overview(bench.database)) == 1


def test_what_waits_moves_to_the_new_set_up_and_stays_held(bench: Bench):
    plan = bench.held()
    done = bench.modify(location="Lab 3")
    row = bench.row(Plan, plan)
    assert (row.station_id, row.state) == (done.station_id, PlanState.HELD)
    freed = confirm_battery(bench.database, done.station_id, bench.cell, by=BY)
    assert freed.released == (plan,)


@pytest.mark.parametrize("same", [True, False])
def test_the_battery_stays_confirmed_where_the_devices_stay(bench: Bench, same: bool):
    bench.lab.confirm(bench.station, bench.cell)
    take_out_of_service(bench.database, bench.station, reason="fan is loud", by=BY)
    devices = bench.unit.devices if not same else bench.unit.devices[:1]
    done = bench.modify(location="Lab 3", device_ids=tuple(devices))
    assert bench.row(ConfirmedBattery, bench.station) is None
    confirmed = bench.row(ConfirmedBattery, done.station_id)
    assert (confirmed and confirmed.battery_id) == (bench.cell if same else None)
    assert bench.row(OutOfService, done.station_id).reason == "fan is loud."


def test_a_station_in_use_is_neither_modified_nor_retired(bench: Bench):
    running = bench.lab.experiment("Cycling", bench.station, bench.cell, bench.profile)
    sentence = "Cycling is under way there: stop it, or wait until it has ended."
    with pytest.raises(ConflictError, match=f"Station 01 cannot be modified now. {sentence}"):
        bench.modify(name="Other")
    with pytest.raises(ConflictError, match=f"Station 01 cannot be retired now. {sentence}"):
        bench.retire()
    bench.lab.change(Experiment, running, status=ExperimentStatus.FINISHED)
    bench.queued("A")
    bench.queued("B")
    queued = "A and B are queued there: cancel that, or take the station out of service"
    with pytest.raises(ConflictError, match=queued):
        bench.modify(name="Other")
    with pytest.raises(ConflictError, match=queued):
        bench.retire()
    assert not bench.row(CyclerStation, bench.station).deprecated


@pytest.mark.parametrize("state", [StationState.RUNNING, StationState.PAUSED, StationState.ERROR])
def test_what_the_station_itself_says_counts(bench: Bench, state: StationState):
    bench.lab.live(bench.station, state=state)
    with pytest.raises(ConflictError, match="The station itself last said that it"):
        bench.retire()
    bench.lab.change(StationLive, bench.station, state=StationState.IDLE)
    bench.retire()


def test_an_alarm_is_acknowledged_before_its_station_goes(bench: Bench):
    alarm = bench.lab.alarm(bench.station, "Cell temperature 46 degC.")
    for change in (bench.retire, lambda: bench.modify(name="Other")):
        with pytest.raises(ConflictError, match="An alarm of it is not acknowledged"):
            change()
    bench.lab.change(StationAlarm, alarm, acknowledged_at=NOW, acknowledged_by="ada", comment="ok")
    bench.retire()


def test_a_station_for_which_something_waits_is_not_retired(bench: Bench):
    bench.held("Formation of NMC-031")
    with pytest.raises(ConflictError, match="Formation of NMC-031 waits for it, held: cancel"):
        bench.retire()


def test_a_retired_station_leaves_its_devices_and_keeps_its_experiments(bench: Bench):
    run = bench.lab.experiment(
        "Done", bench.station, bench.cell, bench.profile, status=ExperimentStatus.FINISHED
    )
    bench.lab.confirm(bench.station, bench.cell)
    bench.retire()
    assert overview(bench.database) == ()
    assert overview(bench.database) == ()
    assert find_station(bench.database, bench.station).deprecated
    assert bench.row(ConfirmedBattery, bench.station) is None
    assert bench.row(Experiment, run).station_id == bench.station
    assert bench.unit.add() > bench.station
    with pytest.raises(ConflictError, match="was changed or retired"):
        bench.retire()
    with pytest.raises(NotFoundError):
        station_set_up(bench.database, bench.station)


def test_the_station_of_imported_measures_stays(bench: Bench):
    for refused in (
        lambda: retire_station(bench.database, 1, by=BY),
        lambda: take_out_of_service(bench.database, 1, reason="why", by=BY),
        lambda: add_station(bench.database, bench.unit.new(unit_id=1), by=BY),
    ):
        with pytest.raises(InputError):
            refused()
    with pytest.raises(NotFoundError, match="There is no station 1"):
        find_station(bench.database, 1)


def test_a_station_needs_a_device_that_carries_the_current(bench: Bench):
    with bench.database.write() as session:
        device = session.get_one(DetectedDevice, bench.unit.devices[1])
        device.compatible_device_id = 3  # the BMS of every database
    with pytest.raises(InputError, match="The chosen devices only measure"):
        bench.unit.add(name="Station 02", device_ids=(bench.unit.devices[1],), measures=())


def test_out_of_service_holds_what_is_queued_until_the_battery_is_confirmed_again(bench: Bench):
    bench.lab.confirm(bench.station, bench.cell)
    bench.queued("Next")
    done = take_out_of_service(bench.database, bench.station, reason="  fan is  loud ", by=BY)
    assert (done.held, done.begun) == (("Next",), ())
    (station,) = overview(bench.database)
    assert station.out.reason == "fan is loud."
    assert [one.because for one in station.held] == [
        "The station was taken out of service: fan is loud."
    ]
    assert station.confirmed is None
    with pytest.raises(ConflictError, match="oscar has taken Station 01 out of service already"):
        take_out_of_service(bench.database, bench.station, reason="again", by=BY)
    return_to_service(bench.database, bench.station, by=BY)
    with pytest.raises(ConflictError, match="in service already"):
        return_to_service(bench.database, bench.station, by=BY)
    assert len(confirm_battery(bench.database, bench.station, bench.cell, by=BY).released) == 1
    assert bench.actions()[1:4] == ["hold experiment", "take out of service", "return to service"]


def test_what_another_program_has_queued_is_held_too_with_its_electrolytes(bench: Bench):
    waits = {"status": ExperimentStatus.QUEUED, "begun_at": None}
    stack = bench.lab.battery("Stack", "S1", technology="RedoxStack")
    bench.lab.add(
        RedoxStack(
            battery_id=stack,
            electrode_size_cm2_x100=6250,
            electrode_composition="felt",
            bipolar_type="Graphite",
            membrane_type="Nafion",
            electrolyte_type="All-vanadium",
        )
    )
    made = bench.lab.experiment("Theirs", bench.station, stack, bench.profile, **waits)
    with bench.database.write() as session:
        session.delete(session.scalars(select(Plan).where(Plan.experiment_id == made)).one())
        session.add(
            RedoxElectrolyte(
                experiment_id=made,
                battery_id=stack,
                polarity="POS",
                volume=900,
                initial_soc=0,
                min_flow_rate=1,
                max_flow_rate=2,
            )
        )
    done = take_out_of_service(bench.database, bench.station, reason="fan", by=BY)
    assert done.held == ("Theirs",)
    return_to_service(bench.database, bench.station, by=BY)
    confirm_battery(bench.database, bench.station, stack, by=BY)
    with bench.database.read() as session:
        electrolyte = session.scalars(select(RedoxElectrolyte)).one()
        assert (electrolyte.volume, electrolyte.max_flow_rate) == (900, 2)
        again = session.get_one(Experiment, electrolyte.experiment_id)
        assert (again.name, again.status) == ("Theirs", ExperimentStatus.QUEUED)


def test_what_comes_into_the_queue_of_a_station_out_of_service_is_held(bench: Bench):
    take_out_of_service(bench.database, bench.station, reason="fan", by=BY)
    bench.queued("Late")
    for _ in range(2):
        with bench.database.write() as session:
            hold_queues_out_of_service(session, NOW)
    (station,) = overview(bench.database)
    assert [one.name for one in station.held] == ["Late"]
    assert bench.actions()[-1] == "hold queue"
    assert bench.actions().count("hold queue") == 1


def test_out_of_service_needs_a_reason_and_lets_what_runs_go_on(bench: Bench):
    running = bench.lab.experiment("Cycling", bench.station, bench.cell, bench.profile)
    for reason, sentence in (("  ", "Say in 1 to 250"), ("x" * 250, "Say in 1 to 250")):
        with pytest.raises(InputError, match=sentence):
            take_out_of_service(bench.database, bench.station, reason=reason, by=BY)
    take_out_of_service(bench.database, bench.station, reason="smells", by=BY)
    assert bench.row(Experiment, running).status is ExperimentStatus.RUNNING


def test_the_mark_does_not_depend_on_the_order_of_devices_and_channels(bench: Bench):
    first, second = bench.unit.devices
    measures = ((first, bench.unit.cell, "A"), (first, bench.unit.room, "B"))
    one = bench.unit.new(device_ids=(first, second), measures=measures)
    other = bench.unit.new(device_ids=(second, first), measures=measures[::-1])
    assert change_token(one) == change_token(other) != change_token(replace(one, name="Other"))
