"""From a text to a finished experiment: real broker, master node and virtual cycler as processes.

The measured course is held against the expected one.
"""

import numpy as np
from sqlalchemy import select

from cycling.terms import ExperimentState, Technology
from db import series
from db.commands.audit import By
from db.commands.queue import confirm_battery
from db.engine import Database
from db.models import GenericMeasure, InstructionDetail, StationLive
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import list_experiments
from db.queries.stations.queue import find_plan
from db.terms import PlanState
from pages.add_experiment.form_data import FormData, Pair
from pages.add_experiment.form_state import form_state
from pages.add_experiment.queueing import problems_of, queue
from pages.experiment.graph.expected_curve import expected_line
from tests.unit.db.lab import add_cell, read_series, time_range_of
from tests.virtual_lab import BY, VirtualLab, now, wait_for

SPEED = 1000
TEXT = """\
# two cycles of a cell, then half full
RECORD 30s
WAIT, 10min
REPEAT 2 CYCLES
  CC, 1C, VOLTAGE, 4.1
  CV, 4.1, CURRENT, C/10, TIME, 2h
  CC, -1C, VOLTAGE, 2.9
  WAIT, 10min
END
CC, 0.5C, CAPACITY, 40%, VOLTAGE, 4.1
"""


def mean_difference(database: Database, experiment_id: int) -> float:
    """Mean difference (V) of the expected and the measured voltage, over the measured time."""
    window = time_range_of(database, experiment_id)
    measured = read_series(database, experiment_id, [series.VOLTAGE]).traces["voltage"]
    expected = expected_line(database, experiment_id, window, np.empty((0, 2)), dark=False)
    at = np.linspace(*window, 2000)
    return float(
        np.abs(
            np.interp(at, expected.unix_s, expected.values)
            - np.interp(at, measured.unix_s, measured.values)
        ).mean()
    )


def test_a_text_becomes_an_experiment_that_runs_as_expected(virtual_lab: VirtualLab):
    virtual_lab.begin(SPEED)
    station, running = virtual_lab.set_up_station(), virtual_lab.database
    cell = add_cell(
        running,
        "NMC-001",
        chemistry="NMC",
        technology=Technology.LITHIUM,
        capacity_ah=3.0,
        voltage_min_v=2.5,
        voltage_max_v=4.2,
        temperature_max_degc=60.0,
    )
    typed = FormData(
        token="0123456789abcdef", name="Two cycles", text=TEXT, pairs=(Pair(cell, station),)
    )
    state = form_state(running, typed)
    assert problems_of(state) == {}
    (plan,) = queue(running, state, By("oscar", "10.0.0.7", now()))
    assert plan.state is PlanState.HELD
    again = queue(running, state, By("oscar", "10.0.0.7", now()))
    assert again == (plan,)

    confirm_battery(running, station, cell, by=BY(now()))
    experiment_id = find_plan(running, plan.id).experiment_id
    known = list_experiments(running, Filter(), offset=0, limit=5).rows[0]
    assert (known.id, known.state) == (experiment_id, ExperimentState.QUEUED)

    def status() -> ExperimentState:
        return list_experiments(running, Filter(), offset=0, limit=5).rows[0].state

    wait_for(lambda: status() in (ExperimentState.FINISHED, ExperimentState.ERROR))
    assert status() is ExperimentState.FINISHED

    with running.read() as session:
        lines = session.scalars(
            select(InstructionDetail.line)
            .join(GenericMeasure, GenericMeasure.instruction_id == InstructionDetail.instruction_id)
            .where(GenericMeasure.experiment_id == experiment_id)
            .distinct()
        ).all()
        assert session.get(StationLive, station) is not None
    assert set(lines) == {3, 5, 6, 7, 8, 10}

    difference_v = mean_difference(running, experiment_id)
    assert difference_v < 0.03 * (4.1 - 2.9)
