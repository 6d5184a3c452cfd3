"""Our own CSV imported again: every figure is that of the run that it was exported from."""

from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from sqlalchemy import select

from cycling.battery.recorder import SWITCHING_S
from cycling.formats import open_table, propose, read_measures, verify
from cycling.terms import ExperimentStatus, StationCommand
from db import series
from db.engine import Database
from db.measures import writing
from db.measures.export import csv_pieces
from db.measures.statistics import experiment_statistics
from db.models import ComputationalUnit, ImportSource
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.durations import durations
from db.queries.experiments.pauses import run_pauses
from master_node.protocol.messages import Command, as_plain
from master_node.virtual_cycler.records import Progress
from master_node.virtual_cycler.station import Station
from pages.experiment.graph.interruptions import interruptions
from tests.running_lab import RunningLab
from tests.unit.db.lab import import_blocks
from tests.virtual import CELL, Lab, cc, cv, offer_of, wait

BEGAN = datetime(2026, 11, 1, 8, tzinfo=UTC)
CHARGE = (cc(1.65, time=1234.5), cv(4.1, max_current=1.0, time=300), wait(200))
STEPS = (*CHARGE, cc(-1.65, time=900), *CHARGE)


def simulated(speed: float) -> Lab:
    """A run that is paused by a person, then by an outage within a step, and ends as written."""
    lab = Lab(speed=speed)
    lab.now = BEGAN.timestamp()
    lab.begin(*STEPS)
    told = {"epoch": 1, "station": 1, "experiment": 1}
    lab.go(803.3 / speed, 10 / speed)
    assert lab.station.command(Command(id=1, kind=StationCommand.PAUSE, **told), lab.now).done
    lab.go(960.5, 10)
    assert lab.station.command(Command(id=2, kind=StationCommand.RESUME, **told), lab.now).done
    lab.go(2007.7 / speed, 3 / speed)
    progress = msgspec.json.decode(msgspec.json.encode(lab.station.progress()), type=Progress)
    before, lab.now = lab.station, lab.now + 85.2
    lab.station = Station(before.device, before._size, before._pool, speed=speed, seed=2)
    lab.station.restore(offer_of(*STEPS), progress, lab.now)
    lab.go(33, 1)
    assert lab.station.command(Command(id=3, kind=StationCommand.RESUME, **told), lab.now).done
    return lab.finish(tick_s=60.0 / speed)


def stored(database: Database, lab: Lab, speed: float) -> int:
    """Store a run as the master node does; return its number."""
    of_lab = RunningLab(database, now=BEGAN + timedelta(days=1))
    station = of_lab.station("Station 04", of_lab.unit(simulated=speed != 1, speed=speed))
    battery = of_lab.battery(CELL.name, CELL.serial_number)
    times = {"begun_at": BEGAN, "finished_at": datetime.fromtimestamp(lab.events[-1].at, UTC)}
    experiment = of_lab.experiment(
        "Charge", station, battery, of_lab.profile("P"), status=ExperimentStatus.FINISHED, **times
    )
    of_lab.run(experiment, station, ended_at=times["finished_at"])
    for one in lab.events:
        plain = as_plain(one)
        at = datetime.fromtimestamp(plain.pop("at"), UTC)
        of_lab.event(experiment, plain.pop("n"), plain.pop("kind"), at=at, **plain)
    of = {name: np.array(column, float) for name, column in _columns(lab).items()}
    rows = writing.MeasureRows(
        first_id=0,
        unix_s=of["at"],
        instruction=of["instruction"],
        voltage_mv=of["voltage"] * 1000,
        current_ma=of["current"] * 1000,
        power_mw=of["voltage"] * of["current"] * 1000,
        test_time_s=of["test_time_s"],
        step=np.where(of["paused"] > 0, np.nan, of["step"]),
        cycle=of["cycle"],
        extended={of_lab.channels[station][0]: of["temp_cell"]},
    )
    with database.write() as session:
        writing.insert_missing(session, [(experiment, rows)])
    return experiment


def _columns(lab: Lab) -> dict[str, list]:
    names = lab.samples[0]._fields
    return dict(zip(names, zip(*lab.samples, strict=True), strict=True))


def imported(database: Database, experiment: int, folder) -> int:
    """Export an experiment, and import the file without an answer to any question."""
    file = folder / f"{experiment}.bdf.csv"
    file.write_bytes(b"".join(csv_pieces(database, experiment)))
    table = open_table(file, file.name)
    verification = verify(table, propose(table))
    assert verification.ok, [one.sentence for one in verification.problems]
    mapping = verification.mapping
    battery = experiment_facts(database, experiment).battery_id
    blocks = list(read_measures(table, mapping, trust_clock=verification.trust_clock))
    return import_blocks(database, blocks, battery_id=battery, mapping=mapping.to_json())


def figures(database: Database, experiment: int) -> dict:
    """Return what the page says of an experiment, as numbers."""
    stats = experiment_statistics(database, experiment)
    facts = experiment_facts(database, experiment)
    simulated = facts.simulated_speed is not None
    took = durations(database, facts, BEGAN + timedelta(days=1), simulated=simulated)
    pauses = run_pauses(database, experiment)
    with series.opened(database, experiment) as one:
        interrupts = interruptions(one)
    return {
        "whole": astuple(stats.whole),
        "paused": (stats.paused_s, stats.paused.samples),
        "clock": (stats.by_test_time, stats.clock_s),
        "took": (took.test_s, took.pauses_s, took.off_s),
        "pauses": [(one.at.timestamp(), one.until.timestamp()) for one in pauses],
        "interrupted": [one.interrupted for one in pauses],
        "outages": [astuple(one) for one in interrupts.outages],
        "others": (interrupts.gaps, interrupts.stops),
    }


@pytest.mark.parametrize("speed", [1.0, 25.0])
def test_our_own_csv_of_a_run_with_a_pause_and_an_outage_says_the_same(
    sqlite_database: Database, tmp_path, speed: float
):
    experiment = stored(sqlite_database, simulated(speed), speed)
    ours = figures(sqlite_database, experiment)
    assert ours["interrupted"] == [False, True]
    assert ours["took"][2] > 85
    again = imported(sqlite_database, experiment, tmp_path)
    once_more = imported(sqlite_database, again, tmp_path)
    for number in (again, once_more):
        theirs = figures(sqlite_database, number)
        for name, values in ours.items():
            # a pause begins at its first measure, the 10 ms after the output was switched off
            least = (
                SWITCHING_S + 1e-4 if name in ("took", "pauses") else 2e-5
            )  # clocks have 15 digits
            assert flat(theirs[name]) == pytest.approx(flat(values), rel=1e-9, abs=least), name
    with sqlite_database.read() as session:
        edges = set(session.scalars(select(ImportSource.edge)))
    assert edges == {"hold"}


def flat(values) -> list:
    """Return the numbers of nested tuples and lists; -1 where there is none."""
    if not isinstance(values, tuple | list):
        return [-1 if values is None else values]
    return [one for value in values for one in flat(value)]


def test_of_a_wattrex_run_nothing_is_said_of_pauses_and_its_last_values_hold(
    sqlite_database: Database, tmp_path
):
    lab = RunningLab(sqlite_database, now=BEGAN)
    unit = {"mac": "wx", "host_name": "wx", "ip": "", "port": 0, "user": "wattrex"}
    unit_id = lab.add(ComputationalUnit(**unit, last_connection=BEGAN, available="ON")).id
    station, battery = lab.station("Station", unit_id), lab.battery("Cell", "1")
    over = {"status": ExperimentStatus.FINISHED, "begun_at": BEGAN, "finished_at": BEGAN}
    experiment = lab.experiment("Run", station, battery, lab.profile("P", cycles=2), **over)
    lab.measures(experiment, station, 400, every_s=60.0)
    head, first, *_ = b"".join(csv_pieces(sqlite_database, experiment)).decode().splitlines()
    assert dict(zip(head.split(","), first.split(","), strict=True))["Paused / 1"] == ""
    again = imported(sqlite_database, experiment, tmp_path)
    ours, theirs = (
        experiment_statistics(sqlite_database, one).whole for one in (experiment, again)
    )
    assert flat(astuple(theirs)) == pytest.approx(flat(astuple(ours)), rel=1e-9)
    assert ours.executions > 2


def test_what_was_imported_says_nothing_of_pauses(sqlite_database: Database):
    experiment = import_blocks(sqlite_database)
    assert b"Paused" not in next(iter(csv_pieces(sqlite_database, experiment)))
