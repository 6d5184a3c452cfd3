"""What an open live view gets when it asks what has come since."""

from cycling.profile import OWN_PROTOCOL
from db.commands.profiles import compile_text
from db.models import GenericMeasure
from pages.live.update import Key
from tests.running_lab import RunningLab
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
