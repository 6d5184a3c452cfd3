"""Messages that are malformed or say what their sender may not: counted, nothing else."""

from functools import partial
from itertools import cycle, islice

import msgspec
import pytest
from sqlalchemy import func, select

from bench.site.processes import resident_mb
from db.models import Plan, RefusedCount, RefusedMessage, Run, StationAlarm, StationLive, Unit
from db.queries.master_node import refusals, refused_messages
from db.queries.stations.queue import plan_facts
from db.terms import PlanState
from master_node.protocol import messages as m
from master_node.protocol.codec import encode
from master_node.protocol.topics import Kind
from tests.faults.forms import MALFORMED
from tests.faults.lab import Lab, wait_for
from tests.faults.test_ingest import BY_HAND
from tests.faults.unit import ScriptedUnit

BAD = (
    b"",
    b"{",
    b"\xff\xfe\x00",
    b"[" * 5_000,
    b'{"v":1}',
    b'{"v":2,"experiment":1,"station":1}',
    b'{"v":1,"experiment":1e999,"station":1}',
    b'{"v":1,"experiment":-1,"station":"<img onerror=x>"}',
    b'{"v":1,"experiment":1,"station":1,"samples":{"first":0,"at":[NaN]}}',
    b'{"v":1,"experiment":1,"station":1,"samples":{"first":0,"at":[1e999]}}',
)


@pytest.mark.fault(6)
def test_thousands_of_malformed_messages_among_good_ones(lab: Lab, record_property):
    """RELIABILITY 6."""
    count = MALFORMED
    master = lab.start_master()
    unit = lab.unit("unit-0", samples=1_500, rate=300.0)
    experiment = lab.queue(lab.stations["unit-0"][0])
    unit.start()
    wait_for(lambda: lab.stored(experiment) > 0)
    before = resident_mb(master.pid)
    for bad in islice(cycle(BAD), count):
        wait_for(partial(unit.say, Kind.RECORDS, bad))
    wait_for(lambda: unit.settled)
    wait_for(lambda: sum(one.count for one in refusals(lab.database)) >= count)
    lab.note(record_property)
    lab.check_exact(experiment, 1_500)
    assert master.poll() is None
    assert sum(one.count for one in refusals(lab.database)) == count
    assert {one.sender for one in refusals(lab.database)} == {"unit-0"}
    assert {one.kind for one in refusals(lab.database)} == {"json", "field"}
    with lab.database.read() as session:
        assert session.scalar(select(func.count()).select_from(RefusedMessage)) == 1_000
    assert resident_mb(master.pid) < before + 40
    assert all(one.reason for one in refused_messages(lab.database))


@pytest.fixture
def two_units(sqlite_lab: Lab) -> Lab:
    lab = sqlite_lab
    lab.start_master()
    for name in ("unit-0", "unit-1"):
        lab.unit(name, **BY_HAND)
        lab.queue(lab.stations[name][0])
    for unit in lab.units:
        unit.start()
    wait_for(lambda: all(unit.runs for unit in lab.units))
    return lab


def refused(lab: Lab, sender: str, kind: str) -> bool:
    with lab.database.read() as session:
        row = session.get(RefusedCount, (sender, kind))
        return row is not None and row.count > 0


@pytest.mark.fault(20)
def test_a_unit_writes_only_to_its_own_experiments_and_channels(two_units: Lab, record_property):
    record_property("tries", 6)
    lab = two_units
    one, other = lab.units
    (run,), (foreign,) = one.runs.values(), other.runs.values()
    run.made = foreign.made = 10
    one.say(Kind.RECORDS, other.records(foreign, 0, 9))
    wait_for(lambda: refused(lab, "unit-0", "foreign"))
    records = one.records(run, 0, 9)
    wrong = {str(lab_channel): [0.0] * 10 for lab_channel in other.stations[foreign.station]}
    samples = msgspec.structs.replace(records.samples, extended=wrong)
    one.say(Kind.RECORDS, msgspec.structs.replace(records, samples=samples))
    wait_for(lambda: refused(lab, "unit-0", "channel"))
    one.say(Kind.HEARTBEAT, other.heartbeat())
    one.say(Kind.ANSWER, m.CommandAnswer(id=7, done=True, at=one.now()))
    one.say(
        Kind.OFFER_ANSWER, m.OfferAnswer(experiment=foreign.experiment, station=1, accepted=False)
    )
    one.say(Kind.HELLO, other.hello())
    wait_for(lambda: lab.database and _count(lab, "unit-0", "foreign") == 5)
    assert lab.stored(run.experiment) == lab.stored(foreign.experiment) == 0
    one.say(Kind.RECORDS, records)
    wait_for(lambda: run.acked == 9)
    lab.check_exact(run.experiment, 10)
    record_property("sent", 10)
    record_property("stored", lab.stored(run.experiment))


def test_a_unit_is_told_that_its_experiment_is_unknown_and_a_person_too(two_units: Lab):
    lab = two_units
    unit = lab.units[0]
    (run,) = unit.runs.values()
    run.made = 10
    for experiment in (4711, 4712):
        records = msgspec.structs.replace(unit.records(run, 0, 9), experiment=experiment)
        for _ in range(5):
            unit.say(Kind.RECORDS, records)
        wait_for(lambda experiment=experiment: experiment in unit.unknown)
    wait_for(lambda: _count(lab, "unit-0", "foreign") == 10)
    (alarm,) = lab.all_rows(StationAlarm)  # one for the station, until somebody looks
    assert (alarm.code, alarm.station_id) == ("unknown experiment", run.station)
    assert "unit-0 has measures of experiment 4711" in alarm.text
    unit.say(Kind.RECORDS, unit.records(run, 0, 9))
    wait_for(lambda: run.acked == 9)
    lab.check_exact(run.experiment, 10)


def _count(lab: Lab, sender: str, kind: str) -> int:
    with lab.database.read() as session:
        row = session.get(RefusedCount, (sender, kind))
        return row.count if row else 0


def test_a_message_that_is_too_large_or_from_a_stranger_is_refused(two_units: Lab):
    lab = two_units
    one = lab.units[0]
    one.say(Kind.RECORDS, b'"' + b"x" * 1_100_000 + b'"')
    one.say(Kind.HEARTBEAT, b"x" * 100_000)
    wait_for(lambda: _count(lab, "unit-0", "size") == 2)
    stranger = ScriptedUnit(lab.broker.url("unit-2"), "unit-2")
    stranger.hello = lambda: encode(m.Presence(online=True))  # it never introduces itself
    lab.units.append(stranger)
    stranger.start()
    wait_for(lambda: _count(lab, "unit-2", "unknown unit") > 0)
    assert {unit.hardware_id for unit in lab.all_rows(Unit)} == {"unit-0", "unit-1"}
    assert len(lab.all_rows(StationLive)) == 2


def test_an_offer_that_its_station_refuses_is_held_with_the_reason(lab: Lab):
    lab.start_master()
    unit = lab.unit("unit-0", samples=20)
    experiment = lab.queue(lab.stations["unit-0"][0])
    unit.refuses = "the voltage is 0.3 V"
    unit.start()
    wait_for(lambda: lab.status(experiment) is None)
    (plan,) = lab.all_rows(Plan)
    assert plan.state is PlanState.HELD
    assert plan_facts(plan).held_because == "Refused: the voltage is 0.3 V"
    (alarm,) = lab.all_rows(StationAlarm)
    assert (alarm.code, alarm.experiment_id) == ("offer refused", experiment)
    assert lab.all_rows(Run) == []
