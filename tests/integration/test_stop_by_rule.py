"""A rule that somebody chose stops an experiment: broker, master node, worker and virtual cycler.

And END TEST of a profile, which goes the same way.
"""

from collections.abc import Iterable

import pytest
from sqlalchemy import select

from cycling.analysis.cycles.choices import Reference
from cycling.analysis.cycles.rules import Rule, RuleKind
from cycling.battery.conventions import OwnChoices
from cycling.terms import ExperimentState, StationState
from db.commands.audit import By
from db.commands.experiments.cycles.choices import choose_cycles
from db.commands.experiments.cycles.rules import choose_rules
from db.commands.queue import confirm_battery
from db.models import Base, Command, ConfirmedBattery, Plan, StationAlarm, StationLive
from db.queries.experiments.cycles.rules import OwnRule
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import list_experiments
from db.queries.experiments.timeline import EntryKind, timeline
from db.terms import CommandState, PlanState
from pages.add_experiment.form_data import FormData, Pair
from pages.add_experiment.form_state import form_state
from pages.add_experiment.queueing import problems_of, queue
from tests.unit.db.lab import add_cell
from tests.virtual_lab import BY, VirtualLab, now, wait_for

SPEED = 300
TEXT = """\
RECORD 60s
REPEAT 50 CYCLES
  CC, 1C, VOLTAGE, 4.1
  WAIT, 10min
  CC, -1C, VOLTAGE, 2.9
  WAIT, 10min
END
"""
TOKENS = {"Ageing": "0123456789abcdef", "After it": "fedcba9876543210"}
END_TEST = "END TEST IF RETENTION < 80%\n"


class Stage:
    """Two experiments with one text on one battery, the first of which is to be stopped."""

    def __init__(self, lab: VirtualLab, text: str) -> None:
        self.lab, self.database = lab, lab.database
        lab.begin(SPEED)
        lab.run("worker")
        self.station = lab.set_up_station()
        self.cell = add_cell(
            self.database,
            "NMC-001",
            chemistry="NMC",
            capacity_ah=3.0,
            voltage_min_v=2.5,
            voltage_max_v=4.2,
            temperature_max_degc=60.0,
        )
        self.first, self.next = (self._queue(name, text) for name in ("Ageing", "After it"))
        confirm_battery(self.database, self.station, self.cell, by=BY(now()))

    def _queue(self, name: str, text: str) -> int:
        pairs = (Pair(self.cell, self.station),)
        typed = FormData(token=TOKENS[name], name=name, text=text, pairs=pairs)
        state = form_state(self.database, typed)
        assert problems_of(state) == {}  # the station takes END TEST too
        (plan,) = queue(self.database, state, By("oscar", "10.0.0.7", now()))
        return self._plan(plan.id).experiment_id

    def _plan(self, plan_id: int) -> Plan:
        with self.database.read() as session:
            return session.get_one(Plan, plan_id)

    def rows(self, model: type[Base]) -> Iterable:
        with self.database.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def state(self) -> ExperimentState:
        rows = list_experiments(self.database, Filter(), offset=0, limit=5).rows
        return next(one.state for one in rows if one.id == self.first)

    def wait_until_stopped(self) -> str:
        """Return what its course says of the end."""
        wait_for(lambda: self.state() not in (ExperimentState.QUEUED, ExperimentState.RUNNING))
        assert self.state() is ExperimentState.STOPPED
        entry = timeline(self.database, self.first)[0]
        assert entry.kind is EntryKind.ENDED
        return entry.reason

    def check_nothing_follows(self) -> None:
        (plan,) = [one for one in self.rows(Plan) if one.experiment_id == self.next]
        assert plan.state is PlanState.HELD
        with self.database.read() as session:
            assert session.get(ConfirmedBattery, self.station) is None
        wait_for(lambda: self._live().state is StationState.IDLE)
        assert self._live().experiment_id is None

    def _live(self) -> StationLive:
        with self.database.read() as session:
            return session.get_one(StationLive, self.station)


@pytest.fixture
def stage(request: pytest.FixtureRequest, virtual_lab: VirtualLab) -> Stage:
    return Stage(virtual_lab, request.param)


@pytest.mark.parametrize("stage", [TEXT], indirect=True, ids=["rule"])
def test_a_rule_stops_at_the_end_of_the_cycle_and_nothing_follows(stage: Stage):
    database, by = stage.database, BY(now())
    choose_cycles(database, stage.first, OwnChoices(reference=Reference.NOMINAL), by=by)
    rule = Rule(RuleKind.CAPACITY, 98.0)
    choose_rules(database, stage.first, {rule.kind: OwnRule(rule, stops=True)}, by=BY(now()))
    reason = stage.wait_until_stopped()
    assert reason.startswith("Stopped at the end of cycle 2: capacity ")  # the first began charged
    assert reason.endswith(" % of 3 Ah (nominal) is below 98 %: rule of oscar")
    (command,) = stage.rows(Command)
    assert (command.state, command.user_name) == (CommandState.DONE, "rule of oscar")
    alarms = {one.code: one.text for one in stage.rows(StationAlarm)}
    assert set(alarms) == {"capacity", "stopped"}
    assert alarms["capacity"].startswith(f"Experiment {stage.first}, cycle 2: Capacity ")
    assert alarms["stopped"].startswith(
        f"Experiment {stage.first} was stopped at the end of cycle 2: capacity "
    )
    stage.check_nothing_follows()


@pytest.mark.parametrize("stage", [TEXT + END_TEST], indirect=True, ids=["end test"])
def test_end_test_of_a_profile_ends_it(stage: Stage):
    typed = OwnChoices(reference=Reference.TYPED, reference_ah=10.0)
    choose_cycles(stage.database, stage.first, typed, by=BY(now()))
    reason = stage.wait_until_stopped()
    assert reason.startswith("Stopped at the end of cycle 2: capacity ")
    assert reason.endswith(" % of 10 Ah (as typed) is below 80 %: END TEST of its profile")
    assert {one.code for one in stage.rows(StationAlarm)} == {"stopped"}
    stage.check_nothing_follows()
