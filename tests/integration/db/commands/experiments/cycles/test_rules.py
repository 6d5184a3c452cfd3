"""Rules on cycles are chosen: an experiment's own, the laboratory's, and what the trail says."""

import pytest
from sqlalchemy import select, update

from cycling.analysis.cycles.rules import Rule, RuleKind
from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.terms import ExperimentStatus
from db.commands.experiments.cycles.rules import choose_laboratory_rules, choose_rules
from db.commands.experiments.deletion import clear
from db.commands.queue import NewPlan, add_plan, cancel, confirm_battery, save_draft
from db.engine import Database
from db.models import AuditEntry, CyclerStation, CycleRule, Experiment, Plan, ProfileDetail, Unit
from db.queries.experiments.cycles.rules import (
    Origin,
    OwnRule,
    experiment_rules,
    laboratory_rules,
)
from db.queries.stations.queue import PlanFacts
from db.terms import PlanState
from tests.cycling_run import CyclingRun
from tests.form_lab import FormLab
from tests.running_lab import RunningLab
from tests.unit.db.lab import BY, add_experiment, at_once

CE, CAPACITY, RISE = RuleKind.CE, RuleKind.CAPACITY, RuleKind.TEMPERATURE_RISE
LOW_CE, FADE = Rule(CE, 99.5, 3), Rule(CAPACITY, 80.0, 3)


def trail(database: Database, action: str) -> list[dict]:
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
    with database.read() as session:
        return [one.detail for one in session.scalars(query)]


def in_force(database: Database, experiment_id: int) -> list[tuple[Rule, Origin]]:
    found = experiment_rules(database, experiment_id).in_force
    return [(one.rule, one.origin) for one in found]


@pytest.fixture
def experiment(database: Database) -> int:
    return add_experiment(database, status=ExperimentStatus.RUNNING)


def test_all_are_off_at_first(database: Database, experiment: int):
    assert in_force(database, experiment) == []
    assert [one.rule for one in laboratory_rules(database).values() if one.rule] == []


def test_the_laboratorys_hold_where_an_experiment_has_none_of_its_own(
    database: Database, experiment: int
):
    for _ in range(2):  # the same again changes nothing
        choose_laboratory_rules(database, {CE: LOW_CE, RISE: Rule(RISE, 10.0)}, by=BY)
    own = {CE: OwnRule(None), CAPACITY: OwnRule(FADE)}
    for _ in range(2):
        choose_rules(database, experiment, own, by=BY)
    assert in_force(database, experiment) == [
        (FADE, Origin.EXPERIMENT),
        (Rule(RISE, 10.0), Origin.LABORATORY),
    ]
    choose_rules(database, experiment, {}, by=BY)
    assert in_force(database, experiment) == [
        (LOW_CE, Origin.LABORATORY),
        (Rule(RISE, 10.0), Origin.LABORATORY),
    ]
    assert trail(database, "choose laboratory's rules") == [
        {
            "ce": ["off", "CE below 99.5 % for 3 cycles"],
            "temperature rise": ["off", "Rise of temperature above 10 K"],
        }
    ]
    assert trail(database, "choose rules") == [
        {
            "ce": ["the laboratory's", "off"],
            "capacity": ["the laboratory's", "Capacity below 80 % for 3 cycles"],
        },
        {
            "ce": ["off", "the laboratory's"],
            "capacity": ["Capacity below 80 % for 3 cycles", "the laboratory's"],
        },
    ]


def test_what_is_not_changed_stays_that_of_who_set_it(database: Database, experiment: int):
    choose_laboratory_rules(database, {CE: LOW_CE}, by=BY)
    other = BY.__class__("ada", BY.address, BY.now)
    choose_laboratory_rules(database, {CE: LOW_CE, CAPACITY: FADE}, by=other)
    rules = laboratory_rules(database)
    assert [(one, rules[one].user_name) for one in (CE, CAPACITY)] == [
        (CE, "oscar"),
        (CAPACITY, "ada"),
    ]


def test_two_admins_at_once(database: Database):
    done = at_once(
        [lambda: choose_laboratory_rules(database, {CE: LOW_CE}, by=BY) for _ in range(4)]
    )
    assert done == [None] * 4
    assert laboratory_rules(database)[CE].rule == LOW_CE
    assert len(trail(database, "choose laboratory's rules")) == 1


def test_what_cannot_be_is_refused_and_stores_nothing(database: Database, experiment: int):
    with pytest.raises(InputError, match="CE: write a number above 0"):
        choose_rules(database, experiment, {CE: OwnRule(Rule(CE, -1.0))}, by=BY)
    with pytest.raises(InputError, match="Capacity: write for how many cycles, 1 to 100"):
        choose_laboratory_rules(database, {CAPACITY: Rule(CAPACITY, 80.0, 101)}, by=BY)
    with pytest.raises(NotFoundError):
        choose_rules(database, 4711, {CE: OwnRule(LOW_CE)}, by=BY)
    assert in_force(database, experiment) == []


class TestStop:
    def test_it_is_chosen_for_what_runs_or_waits(self, database: Database):
        run = CyclingRun(database)
        choose_rules(database, run.number, {CE: OwnRule(LOW_CE, stops=True)}, by=BY)
        (rule,) = experiment_rules(database, run.number).in_force
        assert (rule.stops, rule.words) == (True, "rule of oscar")
        assert trail(database, "choose rules") == [
            {"ce": ["the laboratory's", "CE below 99.5 % for 3 cycles, then it is stopped"]}
        ]

    def test_not_for_what_has_ended(self, database: Database):
        run = CyclingRun(database)
        run.end()
        with pytest.raises(ConflictError, match="has ended: nothing is left to stop"):
            choose_rules(database, run.number, {CE: OwnRule(LOW_CE, stops=True)}, by=BY)
        choose_rules(database, run.number, {CE: OwnRule(LOW_CE)}, by=BY)

    def test_not_where_no_stop_goes(self, database: Database):
        run = CyclingRun(database)
        with database.write() as session:
            session.delete(session.get_one(Unit, run.unit))
        with pytest.raises(ConflictError, match="WattRex cyclers take no stop from here"):
            choose_rules(database, run.number, {CE: OwnRule(LOW_CE, stops=True)}, by=BY)


def test_they_go_with_their_experiment(database: Database, experiment: int):
    choose_laboratory_rules(database, {CE: LOW_CE}, by=BY)
    choose_rules(database, experiment, {CAPACITY: OwnRule(FADE)}, by=BY)
    with database.write() as session:
        session.delete(session.get_one(Experiment, experiment))
    clear(database, experiment)
    with database.read() as session:
        left = set(session.scalars(select(CycleRule.experiment_id)))
    assert left == {0}


class TestBeforeItBegins:
    """Rules are chosen as soon as it has its number, and hold when it begins."""

    @pytest.fixture
    def forms(self, database: Database) -> FormLab:
        return FormLab(database)

    def plan(self, forms: FormLab, profile_id: int) -> PlanFacts:
        new = NewPlan("0123456789abcdef-1", "Ageing", "", forms.s1, forms.a, profile_id)
        return add_plan(forms.database, new, by=BY)

    def test_a_held_one_keeps_them_when_it_is_queued(self, database: Database, forms: FormLab):
        plan = self.plan(forms, RunningLab(database).profile("Ageing"))
        assert plan.state is PlanState.HELD
        choose_rules(database, plan.experiment_id, {CE: OwnRule(LOW_CE, stops=True)}, by=BY)
        confirm_battery(database, forms.s1, forms.a, by=BY)
        with database.read() as session:
            assert session.get(Experiment, plan.experiment_id) is not None
        assert in_force(database, plan.experiment_id) == [(LOW_CE, Origin.EXPERIMENT)]
        choose_rules(database, plan.experiment_id, {CAPACITY: OwnRule(FADE)}, by=BY)
        assert in_force(database, plan.experiment_id) == [(FADE, Origin.EXPERIMENT)]

    def test_end_test_of_its_profile_is_said_before(self, database: Database, forms: FormLab):
        plan = self.plan(forms, RunningLab(database).profile("Until 80 %"))
        with database.write() as session:
            profile_id = session.get_one(Plan, plan.id).profile_id
            session.execute(
                update(ProfileDetail)
                .where(ProfileDetail.profile_id == profile_id)
                .values(end_below_pct=80.0)
            )
        assert in_force(database, plan.experiment_id) == [(Rule(CAPACITY, 80.0), Origin.PROFILE)]

    def test_what_never_begins_takes_none(self, database: Database, forms: FormLab):
        draft = save_draft(database, "fedcba9876543210", "Idea", {}, by=BY)
        with pytest.raises(ConflictError, match="is a draft"):
            choose_rules(database, draft.experiment_id, {CE: OwnRule(LOW_CE)}, by=BY)
        plan = self.plan(forms, RunningLab(database).profile("Ageing"))
        cancel(database, plan.id, by=BY)
        with pytest.raises(ConflictError, match="was cancelled"):
            choose_rules(database, plan.experiment_id, {CE: OwnRule(LOW_CE)}, by=BY)

    def test_a_wattrex_station_takes_no_stop(self, database: Database, forms: FormLab):
        plan = self.plan(forms, RunningLab(database).profile("Ageing"))
        with database.write() as session:
            unit_id = session.get_one(CyclerStation, forms.s1).unit_id
            session.delete(session.get_one(Unit, unit_id))
        with pytest.raises(ConflictError, match="WattRex cyclers take no stop"):
            choose_rules(database, plan.experiment_id, {CE: OwnRule(LOW_CE, stops=True)}, by=BY)
