"""Statistics of experiments in the database: computed once, and again when something changed."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy import delete, select, text, update

from cycling.profile import OWN_PROTOCOL
from cycling.terms import BipolarType, ElectrolyteType, MembraneType, Technology
from db import series
from db.commands.experiments.run_profiles import RunProfile
from db.commands.profiles import compile_text
from db.engine import Database
from db.measures import statistics
from db.measures.samples import temperature_channel
from db.measures.statistics import experiment_statistics
from db.models import ImportSource, Run, RunEvent, Statistics
from db.series import ChannelInfo
from tests.unit.db.lab import (
    BY,
    add_cell,
    add_experiment,
    at_once,
    block,
    import_blocks,
    import_with_rows,
    statements,
)

SECONDS = np.arange(0, 7200, 10.0)
STACK = {
    "technology": Technology.REDOX_STACK,
    "capacity_ah": None,
    "electrode_size_cm2": 50.0,
    "electrode_composition": "Felt",
    "bipolar_type": BipolarType.GRAPHITE,
    "membrane_type": MembraneType.NAFION,
    "electrolyte_type": ElectrolyteType.ALL_VANADIUM,
}


def cycle(**changes):
    """An hour of charge at 1 A and 4 V, an hour of rest with an offset of 1 mA."""
    charging = SECONDS < 3600
    return block(
        len(SECONDS),
        test_time_s=SECONDS,
        voltage_v=np.full(len(SECONDS), 4.0),
        current_a=np.where(charging, 1.0, 0.001),
        step=np.where(charging, 1.0, 2.0),
        **changes,
    )


@pytest.fixture
def counted(monkeypatch) -> list[int]:
    """The experiments that were computed, in turn."""
    done: list[int] = []
    computed = statistics._computed

    def note(experiment):
        done.append(experiment.id)
        return computed(experiment)

    monkeypatch.setattr(statistics, "_computed", note)
    return done


def test_an_hour_of_charge_and_an_hour_of_rest(database: Database):
    degc = {("Other", "1"): 5.0 + 0 * SECONDS, ("Cell", "degC"): 25.0 + 0 * SECONDS}
    experiment_id = import_blocks(database, [cycle(extended=degc, step_id=1 + (SECONDS >= 3600))])
    found = experiment_statistics(database, experiment_id)
    assert found.deadband_a == pytest.approx(0.0005)  # less than 5 Ah / 2,000 h
    offset_ah = 0.001 * 3600 / 3600  # 1 mA over an hour is above that
    assert found.whole.charge_ah == pytest.approx(0.9972 + offset_ah, abs=3e-4)
    assert found.whole.charge_wh == pytest.approx(4 * found.whole.charge_ah)
    assert (found.whole.discharge_ah, found.whole.samples) == (0.0, 720)
    assert (found.temperature_name, found.temperature_unit) == ("Cell", "degC")
    assert found.whole.temperature.mean == pytest.approx(25.0)
    assert [one.instruction for one in found.instructions] == [1, 2]
    # the interval over the edge is of the new step: an import's last record is at a step's end
    assert [one.totals.duration_s for one in found.instructions] == [3590, 3600]


def test_without_a_capacity_the_greatest_current_says_what_rest_is(database: Database):
    stack = add_cell(database, "Stack", **STACK)
    experiment_id = import_blocks(database, [cycle()], battery_id=stack)
    assert experiment_statistics(database, experiment_id).deadband_a == pytest.approx(0.0005)


def test_without_measures_there_are_none(database: Database):
    assert experiment_statistics(database, add_experiment(database)) is None
    assert experiment_statistics(database, 4_000_000) is None


def test_where_there_is_a_test_time_it_counts(database: Database):
    """The clock only says when: it may have minutes, or run on in a pause."""
    faster = SECONDS / 20 + 1.7e9
    experiment_id = import_blocks(database, [cycle(unix_time_s=faster)])
    found = experiment_statistics(database, experiment_id)
    assert found.by_test_time
    assert found.whole.charge_ah == pytest.approx(0.9982, abs=1e-4)
    assert found.clock_s == pytest.approx(7190 / 20)


def test_without_one_it_is_the_clock(sqlite_database: Database):
    clock = {"columns": [{"field": "clock"}]}
    slower = SECONDS * 2 + 1.7e9
    of_clock = import_blocks(sqlite_database, [cycle(unix_time_s=slower)], mapping=clock)
    found = experiment_statistics(sqlite_database, of_clock)
    assert not found.by_test_time
    assert found.whole.duration_s == 2 * 7190


@pytest.mark.parametrize(("first_s", "late_s"), [(0.0, 0.0), (10.0, 0.0), (500.0, 500.0)])
def test_what_there_was_of_a_test_before_its_first_measure(
    sqlite_database: Database, first_s, late_s
):
    late = replace(cycle(), test_time_s=SECONDS + first_s)
    found = experiment_statistics(sqlite_database, import_blocks(sqlite_database, [late]))
    assert found.late_s == late_s


def test_a_test_time_that_stands_is_none(sqlite_database: Database):
    standing = cycle(unix_time_s=SECONDS + 1.7e9)
    standing = replace(standing, test_time_s=np.full(len(SECONDS), 3.0))
    found = experiment_statistics(sqlite_database, import_blocks(sqlite_database, [standing]))
    assert (found.by_test_time, found.whole.duration_s) == (False, 7190)


def test_counters_of_an_older_import_are_found_by_their_names(sqlite_database: Database):
    into = {("Charge_Capacity", "mAh"): np.minimum(SECONDS, 3600) / 3.6}
    experiment_id = import_blocks(sqlite_database, [cycle(extended=into)])
    first = experiment_statistics(sqlite_database, experiment_id)
    assert first.comparisons == ()  # somebody chose that it is none
    with sqlite_database.write() as session:
        session.execute(update(ImportSource).values(edge=None))
        session.execute(delete(Statistics))
    (found,) = experiment_statistics(sqlite_database, experiment_id).comparisons
    assert (found.counter, found.counted) == ("Charge_Capacity", pytest.approx(1.0))


def test_a_recorded_pause_is_a_step_by_the_clock_and_one_of_which_nothing_is_known_adds_nothing(
    sqlite_database: Database,
):
    """An hour at 1 A, a pause of 15 min with a sample every 10 s, a second one without any."""
    rest_s = np.arange(0, 901, 10.0)
    later_s = np.arange(3600, 7201, 10.0)
    test_s = np.concatenate([np.arange(0, 3601, 10.0), np.full(len(rest_s), 3600.0), later_s])
    pauses_s = [np.zeros(361), rest_s + 1, np.where(later_s <= 5400, 902.0, 1902.0)]
    running = np.repeat([1.0, np.nan, 1.0], [361, len(rest_s), len(later_s)])
    rows = block(
        len(test_s),
        test_time_s=test_s,
        unix_time_s=1.7e9 + test_s + np.concatenate(pauses_s),
        voltage_v=np.full(len(test_s), 4.0),
        current_a=np.nan_to_num(running, nan=0.0),
        step=running,
        cycle=np.ones(len(test_s)),
    )
    experiment_id = import_blocks(sqlite_database, [rows])
    with sqlite_database.write() as session:
        session.add(Run(experiment_id=experiment_id, station_id=1))
        at = datetime.fromtimestamp(1.7e9 + 3600, UTC)
        pause = {"kind": "paused", "detail": {"test_time_s": 3600.0}}
        session.add(RunEvent(experiment_id=experiment_id, number=1, at=at, **pause))
    whole = experiment_statistics(sqlite_database, experiment_id)
    one, paused = whole.instructions
    assert (one.totals.duration_s, one.totals.charge_ah) == pytest.approx((7200, 2.0))
    assert paused.instruction is None
    assert (paused.totals.duration_s, paused.totals.charge_ah) == pytest.approx((900, 0))
    assert (whole.paused_s, whole.whole.missing_s) == pytest.approx((900, 0))
    assert whole.whole.duration_s == pytest.approx(7200)
    assert (whole.samples, whole.whole.samples) == (len(test_s), len(test_s) - len(rest_s))
    assert (one.totals.executions, whole.whole.executions) == (1, 1)  # it went on


def test_a_time_that_rows_share_is_one_run_of_its_line(database: Database):
    """As WattRex cyclers carry out a long rest: three rows, of which the measures name each."""
    text = "REPEAT 2\nWAIT, 5h\nCC, 1, VOLTAGE, 4.2\nEND\n"
    profile_id = compile_text(
        database, text, name="Rest", capacity_ah=None, capabilities=OWN_PROTOCOL, by=BY
    )
    hours = np.arange(0, 13, 0.25)
    step_id = 1 + np.minimum(hours // 1.7, 7)
    run = RunProfile(profile_id, 8)
    rows = block(len(hours), test_time_s=3600 * hours, step_id=step_id)
    found = experiment_statistics(database, import_blocks(database, [rows], profile=run))
    assert [(one.instruction, one.totals.executions) for one in found.instructions] == [
        (1, 1),
        (4, 1),
        (5, 1),
        (8, 1),
    ]
    assert found.instructions[0].totals.samples == np.count_nonzero(step_id <= 3)


def test_they_are_computed_once(database: Database, counted):
    experiment_id = import_blocks(database, [cycle()])
    first = experiment_statistics(database, experiment_id)
    with statements(database) as sent:
        assert experiment_statistics(database, experiment_id) == first
    assert counted == [experiment_id]
    assert not [one for one in sent if "INSERT" in one or "DELETE" in one]


def test_new_measures_make_them_anew(database: Database, counted):
    experiment_id = import_with_rows(database, [cycle()])
    before = experiment_statistics(database, experiment_id)
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO GenericMeasures (ExpID, MeasID, Timestamp, InstrID, Voltage, Current) "
                "SELECT ExpID, MeasID + 1, :later, InstrID, Voltage, Current FROM GenericMeasures "
                "WHERE ExpID = :id ORDER BY MeasID DESC LIMIT 1"
            ),
            {"id": experiment_id, "later": "2026-11-01 10:00:00"},
        )
    after = experiment_statistics(database, experiment_id)
    assert after.whole.samples == before.whole.samples + 1
    assert after.whole.duration_s == 7200
    assert counted == [experiment_id] * 2
    with series.opened(database, experiment_id) as experiment:
        stored = experiment.database.session.scalars(select(Statistics)).all()
        assert [row.revision for row in stored] == [experiment.head.revision]


def test_another_method_makes_them_anew(database: Database, counted):
    experiment_id = import_blocks(database, [cycle()])
    first = experiment_statistics(database, experiment_id)
    with database.write() as session:
        session.execute(update(Statistics).values(method=statistics.METHOD + 1, result={"x": 1}))
    assert experiment_statistics(database, experiment_id) == first
    assert counted == [experiment_id] * 2


def test_what_an_older_rule_made_is_said_and_made_anew(database: Database, counted):
    experiment_id = import_blocks(database, [cycle()])
    first = experiment_statistics(database, experiment_id)
    whole = replace(first.whole, charge_ah=0.5)
    older = replace(first, whole=whole).to_json()
    for name in ("edge", "silenced_ah", "comparisons", "clock_s", "is_old", "earlier"):
        del older[name]  # of which older rules knew nothing
    with database.write() as session:
        session.execute(update(Statistics).values(method=statistics.METHOD - 1, result=older))
    assert statistics.outdated(database) == [experiment_id]
    old = experiment_statistics(database, experiment_id, or_older=True)
    assert (old.is_old, old.whole.charge_ah) == (True, 0.5)
    anew = experiment_statistics(database, experiment_id)
    assert replace(anew, earlier=None) == first
    assert (anew.earlier.charge_ah, anew.earlier.discharge_ah) == (0.5, 0.0)
    assert statistics.outdated(database) == []
    assert experiment_statistics(database, experiment_id, or_older=True) == anew


def test_many_may_ask_at_once(database: Database):
    experiment_id = import_blocks(database, [cycle()])
    answers = at_once([lambda: experiment_statistics(database, experiment_id)] * 6)
    assert all(answer == answers[0] for answer in answers)
    assert answers[0].whole.samples == 720
    with database.read() as session:
        assert len(session.scalars(select(Statistics)).all()) == 1


def test_one_who_stored_it_meanwhile_is_no_failure(sqlite_database: Database, monkeypatch):
    experiment_id = import_blocks(sqlite_database, [cycle()])
    first = experiment_statistics(sqlite_database, experiment_id)
    monkeypatch.setattr(statistics, "stored_statistics", lambda *_: None)
    nobody = delete(Statistics).where(Statistics.experiment_id == 0)
    monkeypatch.setattr(statistics, "delete", lambda _table: nobody)
    assert experiment_statistics(sqlite_database, experiment_id) == first


class TestTemperatureChannel:
    CELL = ChannelInfo("x1", "Cell", "degC", 1)
    NAMED = ChannelInfo("x2", "Temp_body", "", 2)
    OTHER = ChannelInfo("x3", "Flow", "L/min", 3)

    def test_one_in_degrees_comes_before_one_that_is_called_so(self):
        assert temperature_channel([series.VOLTAGE, self.NAMED, self.CELL]) == self.CELL
        assert temperature_channel([self.OTHER, self.NAMED]) == self.NAMED

    def test_the_room_comes_last(self):
        room = ChannelInfo("x0", "Ambient", "degC", 9)
        assert temperature_channel([room, self.CELL]) == self.CELL
        assert temperature_channel([room, self.NAMED]) == room

    def test_there_may_be_none(self):
        assert temperature_channel([series.VOLTAGE, self.OTHER]) is None
