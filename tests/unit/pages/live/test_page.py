"""What an open live view gets when it asks what has come since."""

from cycling.profile import OWN_PROTOCOL
from cycling.terms import ExperimentStatus, StationState
from db.commands.profiles import compile_text
from db.models import Experiment, GenericMeasure, Plan, StationLive
from db.terms import PlanState
from pages.live.update import Key
from tests.running_lab import RunningLab
from tests.unit.components.tree import text
from tests.unit.db.lab import BY, add_cell

UPDATE = "live-update.data"


def ask(visitor, station: int, **question):
    values = {"live-ask.data": question, "live-station.data": station}
    return visitor.call(UPDATE, values, by="live-ask.data")


def test_the_time_left_comes_with_the_charge_that_it_counts_from(vera, store):
    """Until its first measure is there the page is read again each time, as nothing says it."""
    lab, cell = RunningLab(store), add_cell(store, "NMC-001")
    station = lab.station("Station 01", lab.unit())
    profile = compile_text(
        store,
        "CC, -1, VOLTAGE, 3\n",
        name="Discharge",
        capacity_ah=None,
        capabilities=OWN_PROTOCOL,
        by=BY,
    )
    run = lab.experiment("Run", station, cell, profile)
    lab.live(station, run)
    lab.run(run, station)
    first = ask(vera, station, **{Key.EXPERIMENT: run})[UPDATE]
    assert first[Key.VERSION] == ""
    row = {"at": lab.now, "instruction_id": 1, "power_mw": 0.0, "current_ma": 0.0}
    lab.add(GenericMeasure(experiment_id=run, id=0, voltage_mv=3600.0, **row))
    then = ask(vera, station, **{Key.EXPERIMENT: run, Key.DIGEST: first[Key.DIGEST]})[UPDATE]
    assert then[Key.VERSION]
    assert then[Key.DIGEST] != first[Key.DIGEST]


def test_a_queue_and_its_station_are_of_one_moment(vera, store):
    """After Stop no row begins "in about 20 min" beside a note that the queue was held."""
    lab = RunningLab(store)
    station, cell = lab.station("Station 01", lab.unit()), lab.battery("NMC-001", "1")
    profile = lab.profile("P", cycles=3, expected_s=9000.0)
    lab.confirm(station, cell)
    run = lab.experiment("Run", station, cell, profile)
    lab.live(station, run)
    lab.run(run, station)
    waits = {"status": ExperimentStatus.QUEUED, "begun_at": None}
    queued = lab.experiment("Next", station, cell, profile, **waits)
    first = ask(vera, station, **{Key.EXPERIMENT: run})
    assert "Begins in" in text(first["live-queue.children"])
    over = {"status": ExperimentStatus.FINISHED, "finished_at": lab.now}
    lab.change(Experiment, run, **over)
    lab.change(StationLive, station, state=StationState.IDLE, experiment_id=None)
    with store.write() as session:
        session.delete(session.get_one(Experiment, queued))
        (plan,) = session.query(Plan).where(Plan.experiment_id == queued)
        plan.state = PlanState.HELD
    digest = first[UPDATE][Key.DIGEST]
    then = ask(vera, station, **{Key.EXPERIMENT: run, Key.DIGEST: digest})
    assert "Held" in text(then["live-head.children"])
    assert "Held" in text(then["live-queue.children"])
    assert "Begins in" not in text(then["live-queue.children"])
