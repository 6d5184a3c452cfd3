"""Which experiment a station may be offered: never in doubt, never twice."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cycling.errors import ConflictError
from cycling.profile import OWN_PROTOCOL
from cycling.terms import ExperimentStatus, StationState
from db.commands.alarms import raise_alarm
from db.commands.master_node import live_state
from db.commands.master_node.offers import forget_unanswered, free_stations, take_next
from db.commands.profiles import compile_text
from db.commands.queue import NewPlan, add_plan, cancel, confirm_battery, hold_queue
from db.engine import Database
from db.models import (
    BatteryDetails,
    ConfirmedBattery,
    CyclerStation,
    DeviceAbilities,
    Experiment,
    OutOfService,
    ProfileDetail,
    Run,
    StationLive,
    Unit,
    UsedDevice,
)
from db.queries.stations.offers import offer_facts
from db.queries.stations.queue import find_plan
from db.terms import PlanState
from master_node.offers import offer_of
from tests.integration.db.commands.stations.test_control import BY, Bench
from tests.unit.db.lab import add_cell, add_profile

NOW = datetime.now(UTC)


@pytest.fixture
def bench(database: Database) -> Bench:
    """A free station with two queued experiments of its confirmed battery."""
    made = Bench(database)
    made.becomes(StationState.IDLE, None)
    battery_id = add_cell(database)
    confirm_battery(database, made.station_id, battery_id, by=BY)
    made.profile_id = _profile(database)
    made.plans = [
        add_plan(
            database, NewPlan(name, name, "", made.station_id, battery_id, made.profile_id), by=BY
        )
        for name in ("First", "Second")
    ]
    made.first, made.second = (plan.experiment_id for plan in made.plans)
    return made


def _profile(database: Database) -> int:
    from cycling.terms import LimitType, Mode
    from db.models import Instruction

    profile_id = add_profile(database, "Charge")
    with database.write() as session:
        session.add(
            Instruction(
                id=1,
                profile_id=profile_id,
                mode=Mode.CC,
                set_point=-500,
                limit_type=LimitType.TIME,
                limit_point=90_000,
            )
        )
    return profile_id


def take(bench: Bench, after_s: float = 0.0) -> int | None:
    with bench.database.write() as session:
        taken = take_next(session, bench.station_id, 3, NOW + timedelta(seconds=after_s))
        return taken.id if taken else None


def test_the_oldest_is_offered_once_and_again_only_after_ten_seconds(bench: Bench):
    assert take(bench) == bench.first
    assert take(bench, 9) is None
    bench.becomes(StationState.IDLE, None)
    with bench.database.write() as session:
        session.execute(update(StationLive).values(seen_at=NOW + timedelta(seconds=10)))
    assert take(bench, 11) == bench.first
    with bench.database.write() as session:
        session.execute(update(Run).values(accepted_at=NOW))
    assert take(bench, 22) is None


HINDRANCES = {
    "another battery is confirmed": update(ConfirmedBattery).values(battery_id=2),
    "no battery is confirmed": delete(ConfirmedBattery),
    "the unit is offline": update(Unit).values(online=False),
    "contact is lost": update(StationLive).values(contact_lost_at=NOW),
    "it was not heard for long": update(StationLive).values(seen_at=NOW - timedelta(seconds=16)),
    "it runs": update(StationLive).values(state=StationState.RUNNING),
    "it says it has an experiment": update(StationLive).values(experiment_id=99),
    "it was replaced": update(CyclerStation).values(deprecated=True),
    "both were cancelled": delete(Experiment),
}


@pytest.mark.parametrize("hindrance", list(HINDRANCES))
def test_nothing_is_offered_while(bench: Bench, hindrance: str):
    add_cell(bench.database, "Another")
    with bench.database.write() as session:
        session.execute(HINDRANCES[hindrance])
    assert take(bench) is None


def test_a_station_out_of_service_is_offered_nothing(bench: Bench):
    with bench.database.write() as session:
        session.add(
            OutOfService(station_id=bench.station_id, reason="fan", user_name="oscar", since=NOW)
        )
    assert take(bench) is None


@pytest.mark.parametrize(("code", "hinders"), [("trip", True), ("contact lost", False)])
def test_an_alarm_that_nobody_has_looked_at(bench: Bench, code: str, hinders: bool):
    with bench.database.write() as session:
        raise_alarm(
            session,
            key="m",
            station_id=bench.station_id,
            experiment_id=None,
            code=code,
            text="",
            at=NOW,
        )
    assert (take(bench) is None) == hinders


def test_what_is_being_offered_cannot_be_cancelled_until_the_station_says_otherwise(bench: Bench):
    assert take(bench) == bench.first
    with pytest.raises(ConflictError, match="just taking it"):
        cancel(bench.database, bench.plans[0].id, by=BY)
    later = NOW + timedelta(seconds=30)
    with bench.database.write() as session:
        forget_unanswered(session, later)  # not heard since
        assert session.get(Run, bench.first).offered_at is not None
    with bench.database.write() as session:
        row = live_state.rows_of(session, [bench.station_id], later)[bench.station_id]
        row.seen_at = later
        session.flush()
        forget_unanswered(session, later)
    cancel(bench.database, bench.plans[0].id, by=BY)
    assert take(bench, 30) == bench.second


def test_the_message_has_the_instructions_in_volts_and_seconds(bench: Bench):
    with bench.database.write() as session:
        assert free_stations(session, NOW) == [bench.station_id]
        experiment = session.get(Experiment, bench.first)
        assert experiment.status is ExperimentStatus.QUEUED
        facts = offer_facts(session, experiment)
    offer = offer_of(facts, 3, NOW)
    assert facts.hardware_id == "bench-1"
    (instruction,) = offer.instructions
    assert (instruction.id, instruction.set_point) == (1, -0.5)
    assert [(limit.type, limit.value) for limit in instruction.limits] == [("TIME", 90.0)]
    assert offer.battery.voltage == (2.5, 4.2)
    assert offer.safety.voltage == (2.45, 4.25)
    assert offer.safety.current == (-5.05, 5.05)


def test_the_limits_of_the_battery_travel_with_it(bench: Bench):
    """What a person set for the battery, and the tighter one where the profile has a limit too."""
    with bench.database.write() as session:
        experiment = session.get(Experiment, bench.first)
        session.execute(
            delete(BatteryDetails).where(BatteryDetails.battery_id == experiment.battery_id)
        )
        session.add(
            BatteryDetails(
                battery_id=experiment.battery_id,
                safety_voltage_max_v=4.22,
                temperature_max_degc=45.0,
                charge_temperature_min_degc=5.0,
            )
        )
        session.add(
            ProfileDetail(
                profile_id=experiment.profile_id,
                safety={"voltage": [2.6, 4.3], "temperature": [10, 60]},
            )
        )
        _measures_temperature(session, bench.station_id)
        session.flush()
        facts = offer_facts(session, experiment)
    safety = offer_of(facts, 3, NOW).safety
    assert safety.voltage == (2.6, 4.22)
    assert safety.temperature == (10, 45)
    assert safety.charge_temperature_min == 5.0


def _measures_temperature(session: Session, station_id: int) -> None:
    device_id = session.scalar(
        select(UsedDevice.device_id).where(UsedDevice.station_id == station_id)
    )
    row = session.get(DeviceAbilities, device_id)
    if row is None:
        row = DeviceAbilities(device_id=device_id, abilities={})
        session.add(row)
    row.abilities = {**row.abilities, "temperature_limit": True}


def test_after_a_stop_the_queue_waits_for_a_person(bench: Bench):
    with bench.database.write() as session:
        hold_queue(session, bench.station_id, "Experiment 7 was stopped here.", now=NOW)
    assert take(bench) is None
    plans = [find_plan(bench.database, plan.id) for plan in bench.plans]
    assert {plan.state for plan in plans} == {PlanState.HELD}
    assert {plan.held_because for plan in plans} == {"Experiment 7 was stopped here."}
    released = confirm_battery(
        bench.database, bench.station_id, bench.plans[0].battery_id, by=BY
    ).released
    assert list(released) == [plan.id for plan in plans]


def test_after_a_stop_where_nothing_waits_the_battery_is_confirmed_again_too(bench: Bench):
    for plan in bench.plans:
        cancel(bench.database, plan.id, by=BY)
    with bench.database.write() as session:
        hold_queue(session, bench.station_id, "Experiment 7 was stopped here.", now=NOW)
    with bench.database.read() as session:
        assert session.get(ConfirmedBattery, bench.station_id) is None


def test_a_long_time_is_offered_as_one_instruction(bench: Bench):
    """Its rows share it, because none of them holds more than 2 h 19 min."""
    text = "WAIT, 5d\nCC, -0.0124, TIME, 3h\nWAIT, 5\n"
    profile_id = compile_text(
        bench.database, text, name="Rest", capacity_ah=None, capabilities=OWN_PROTOCOL, by=BY
    )
    with bench.database.write() as session:
        experiment = session.get(Experiment, bench.first)
        experiment.profile_id = profile_id
        session.flush()
        offer = offer_of(offer_facts(session, experiment), 3, NOW)
    assert [
        (one.id, one.mode, one.set_point, [(limit.type, limit.value) for limit in one.limits])
        for one in offer.instructions
    ] == [
        (1, "WAIT", 0.0, [("TIME", 432_000.0)]),
        (53, "CC_MODE", -0.0124, [("TIME", 10_800.0)]),
        (55, "WAIT", 0.0, [("TIME", 5.0)]),
    ]
    assert [one.step for one in offer.instructions] == [1, 2, 3]
