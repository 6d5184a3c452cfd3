"""A run from the queue to the last sample, on each engine; duplicates, gaps and replays."""

import random

import pytest
from sqlalchemy import select

from cycling.terms import ExperimentStatus, StationState
from db import series
from db.models import RunEvent
from master_node.protocol.topics import Kind
from tests.faults.lab import Lab, now, wait_for

BY_HAND = {"samples": 10**9, "rate": 0.0, "in_flight": 0}  # it makes and sends nothing by itself


def test_an_experiment_goes_from_the_queue_to_its_last_sample(lab: Lab):
    lab.start_master()
    unit = lab.unit("unit-0", stations=2, samples=300)
    first, second = (lab.queue(station) for station in lab.stations["unit-0"])
    next_one = lab.queue(lab.stations["unit-0"][0], "Next")
    unit.start()
    wait_for(lambda: len(unit.runs) == 3 and unit.settled)
    for experiment in (first, second, next_one):
        lab.check_exact(experiment, 300)
        assert lab.status(experiment) is ExperimentStatus.FINISHED
        assert unit.begun[experiment] == 1
        assert lab.run(experiment).ended_at is not None
    with lab.database.read() as session:
        kinds = session.scalars(
            select(RunEvent.kind).where(RunEvent.experiment_id == first).order_by(RunEvent.number)
        ).all()
    assert kinds == ["started", "step_ended", "ended"]
    station = lab.stations["unit-0"][0]
    wait_for(lambda: lab.live(station).state is StationState.IDLE)
    assert lab.live(station).contact_lost_at is None
    assert lab.live(station).trend


@pytest.mark.fault(5)
def test_duplicates_gaps_and_replays_store_every_sample_once(lab: Lab, record_property):
    """RELIABILITY 5: what the graphs are drawn from equals what is computed from the rows."""
    lab.start_master()
    unit = lab.unit("unit-0", **BY_HAND)
    experiment = lab.queue(lab.stations["unit-0"][0])
    unit.start()
    wait_for(lambda: experiment in unit.runs)
    run, chance = unit.runs[experiment], random.Random(7)
    run.made = 400
    while run.acked < run.made - 1:
        first = max(0, run.acked + chance.randint(-80, 40))
        last = min(run.made - 1, first + chance.randint(0, 80))
        if first > last:
            continue
        records, acks = unit.records(run, first, last), unit.acks
        for _ in range(chance.choice((1, 1, 3))):
            unit.say(Kind.RECORDS, records)
        wait_for(lambda acks=acks: unit.acks > acks)
        if chance.random() < 0.3:
            series.reconcile(lab.database, experiment, final=False, now=now())
    lab.note(record_property)
    lab.check_exact(experiment, 400)
    assert not series.reconcile(lab.database, experiment, final=True, now=now()).differing
    assert lab.run(experiment).through == 399


def test_an_old_event_does_not_let_a_finished_experiment_run(sqlite_lab: Lab):
    lab = sqlite_lab
    lab.start_master()
    unit = lab.unit("unit-0", samples=50)
    experiment = lab.queue(lab.stations["unit-0"][0])
    unit.start()
    wait_for(lambda: unit.settled)
    run, acks = unit.runs[experiment], unit.acks
    run.events_sent = -1
    replay = unit.records(run, 0, 49)
    assert [event.n for event in replay.events] == [0, 1, 2]
    unit.say(Kind.RECORDS, replay)
    wait_for(lambda: unit.acks > acks)
    assert lab.status(experiment) is ExperimentStatus.FINISHED
    assert len(lab.all_rows(RunEvent)) == 3
    lab.check_exact(experiment, 50)
