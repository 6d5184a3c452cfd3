"""Cycles are judged once they are complete: an alarm for what breaks a rule, a stop if chosen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from cycling.analysis.cycles.choices import Numbering
from cycling.analysis.cycles.rules import Rule, RuleKind
from cycling.battery.conventions import OwnChoices
from cycling.terms import ExperimentStatus, StationCommand
from db.commands.experiments.cycles.choices import choose_cycles
from db.commands.experiments.cycles.rules import choose_laboratory_rules, choose_rules
from db.commands.experiments.cycles.watch import NextLook, judge_cycles
from db.engine import Database
from db.models import AuditEntry, Command, CycleWatch, Experiment, StationAlarm, Unit
from db.queries.experiments.cycles.rules import OwnRule, watched_experiments
from db.terms import CommandState
from tests.cycling_run import CyclingRun
from tests.unit.db.lab import BY, at_once, statements

CE, CAPACITY = RuleKind.CE, RuleKind.CAPACITY


class Watched(CyclingRun):
    """Such a run, whose rules were chosen before it began, and which is judged when it is asked."""

    def rules(self, *rules: Rule, stops: bool = False, late: bool = False) -> None:
        own = {one.kind: OwnRule(one, stops) for one in rules}
        at = self.lab.now if late else self.begun_at - timedelta(hours=1)
        by = replace(BY, now=at)
        choose_rules(self.lab.database, self.number, own, by=by)

    def judge(self) -> NextLook:
        return judge_cycles(self.lab.database, self.number)

    def cycles(self, *halves_ah: tuple[float, float]) -> None:
        """Go through cycles, each judged when the next one begins."""
        for charge_ah, discharge_ah in halves_ah:
            self.cycle(charge_ah, discharge_ah)
            self.begin()
            self.judge()

    def rows(self, model) -> list:
        with self.lab.database.read() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.rows(StationAlarm)]


@pytest.fixture
def run(database: Database) -> Watched:
    return Watched(database)


def test_an_alarm_names_experiment_cycle_value_threshold_and_convention(run: Watched):
    run.rules(Rule(CE, 99.0))
    run.cycles((1.0, 0.999), (1.0, 0.98), (1.0, 0.98))
    (alarm,) = run.rows(StationAlarm)
    assert alarm.text == (
        f"Experiment {run.number}, cycle 2: CE 98.0 % is below 99 %. "
        "CE = 100 × Q discharge / Q charge (full cell)"
    )
    assert (alarm.experiment_id, alarm.station_id) == (run.number, run.station)
    assert alarm.code == "coulombic efficiency"
    ended_s = alarm.at.timestamp() - run.begun_at.timestamp()
    assert ended_s == pytest.approx(2 * run.seconds / 3, rel=0.01)  # cycle 2, not when it was seen
    assert run.rows(Command) == []  # never a stop by itself


def test_it_is_raised_once_whatever_is_looked_at_again(run: Watched):
    run.rules(Rule(CAPACITY, 80.0))
    run.cycles((1.0, 1.0), (0.7, 0.7))
    for _ in range(3):  # another worker, or this one after a restart
        run.judge()
    run.cycles((0.6, 0.6), (0.9, 0.9), (0.6, 0.6))
    assert [one.split(": ")[0] for one in run.texts] == [
        f"Experiment {run.number}, cycle 2",
        f"Experiment {run.number}, cycle 5",
    ]


def test_two_workers_at_once_say_it_once_and_ask_for_one_stop(run: Watched):
    run.rules(Rule(CAPACITY, 80.0), stops=True)
    run.cycles((1.0, 1.0))
    run.cycle(0.7, 0.7)
    run.begin()
    assert all(isinstance(one, NextLook) for one in at_once([run.judge] * 4))
    assert len(run.rows(StationAlarm)) == len(run.rows(Command)) == 1


def test_the_running_cycle_is_judged_when_the_next_one_begins_or_the_experiment_has_ended(
    run: Watched,
):
    run.rules(Rule(CAPACITY, 80.0))
    run.cycles((1.0, 1.0))
    run.cycle(0.7, 0.7)
    run.judge()
    assert run.texts == []
    run.end()
    assert [one.experiment_id for one in watched_experiments(run.lab.database)] == [run.number]
    run.judge()
    assert len(run.texts) == 1
    assert watched_experiments(run.lab.database) == []


def test_a_worker_that_was_away_says_what_it_has_missed(run: Watched):
    run.rules(Rule(CAPACITY, 80.0), stops=True)
    for share in (1.0, 0.79, 0.9, 0.7, 0.6):
        run.cycle(share, share)
    run.begin()
    run.judge()
    assert [one.split(": ")[0].split("cycle ")[1] for one in run.texts] == ["2", "4"]
    (command,) = run.rows(Command)
    assert command.reason.startswith("in cycle 6, because of cycle 2: capacity 79.0 % of 1 Ah")


def test_a_rule_that_is_chosen_later_says_nothing_of_the_past(run: Watched):
    for share in (1.0, 0.7, 0.7):
        run.cycle(share, share)
    run.begin()
    run.rules(Rule(CAPACITY, 80.0), late=True)
    run.judge()
    assert run.texts == []
    run.cycles((0.7, 0.7), (0.7, 0.7))  # but of the next cycle, which is as bad
    assert [one.split(": ")[0].split("cycle ")[1] for one in run.texts] == ["4"]


def test_a_rule_that_is_chosen_just_before_a_cycle_ends_is_for_it(run: Watched):
    """Also where no worker has looked at the experiment between."""
    run.cycle(1.0, 1.0)
    run.begin()
    run.rules(Rule(CAPACITY, 80.0), late=True)
    run.cycles((0.7, 0.7))
    assert [one.split(": ")[0].split("cycle ")[1] for one in run.texts] == ["2"]


def test_another_threshold_is_another_rule(run: Watched):
    run.rules(Rule(CAPACITY, 80.0))
    run.cycles((1.0, 1.0), (0.75, 0.75), (0.75, 0.75))
    run.rules(Rule(CAPACITY, 78.0), late=True)
    run.cycles((0.75, 0.75), (0.75, 0.75))
    assert [one.split(": ")[0].split("cycle ")[1] for one in run.texts] == ["2", "4"]
    assert "below 78 %" in run.texts[1]


def test_the_laboratorys_rule_holds_unless_the_experiment_has_its_own(run: Watched):
    early = replace(BY, now=run.begun_at - timedelta(hours=1))
    choose_laboratory_rules(run.lab.database, {CE: Rule(CE, 99.0)}, by=early)
    run.cycles((1.0, 1.0), (1.0, 0.98))
    assert len(run.texts) == 1
    choose_rules(run.lab.database, run.number, {CE: OwnRule(None)}, by=BY)
    run.cycles((1.0, 1.0), (1.0, 0.98))
    assert len(run.texts) == 1


class TestStop:
    def test_where_somebody_chose_it_a_stop_is_asked_for_as_by_a_user(self, run: Watched):
        run.rules(Rule(CAPACITY, 80.0, 2), stops=True)
        run.cycles((1.0, 1.0), (0.79, 0.79), (0.78, 0.78), (0.77, 0.77))
        (command,) = run.rows(Command)
        assert (command.kind, command.state) == (StationCommand.STOP, CommandState.PENDING)
        assert (command.experiment_id, command.station_id) == (run.number, run.station)
        assert (command.user_name, command.expires_at) == ("rule of oscar", None)
        assert command.reason == (
            "at the end of cycle 3: capacity 78.0 % of 1 Ah (the first complete cycle after "
            "formation, 1.5 A) is below 80 % for 2 cycles"
        )
        (row,) = [one for one in run.rows(AuditEntry) if one.action == "stop"]
        assert (row.user_name, row.detail["experiment"]) == ("rule of oscar", run.number)

    def test_it_is_not_asked_for_again_while_one_is_under_way(self, run: Watched):
        run.rules(Rule(CAPACITY, 80.0), Rule(CE, 99.0), stops=True)
        run.cycles((1.0, 1.0), (0.7, 0.6))
        assert (len(run.texts), len(run.rows(Command))) == (2, 1)

    def test_what_has_ended_is_not_stopped(self, run: Watched):
        run.rules(Rule(CAPACITY, 80.0), stops=True)
        run.cycles((1.0, 1.0))
        run.cycle(0.7, 0.7)
        run.end()
        run.judge()
        assert (len(run.texts), run.rows(Command)) == (1, [])

    def test_end_test_stops_without_an_alarm_of_its_own(self, database: Database):
        run = Watched(database, end_below_pct=80.0)
        run.cycles((1.0, 1.0), (0.85, 0.85), (0.795, 0.795))
        (command,) = run.rows(Command)
        assert command.user_name == "END TEST of its profile"
        assert command.reason.startswith("at the end of cycle 3: capacity 79.5 % of 1 Ah")
        assert run.texts == []

    def test_a_wattrex_cycler_takes_none_and_the_alarm_says_where(self, run: Watched):
        run.rules(Rule(CAPACITY, 80.0), stops=True)
        with run.lab.database.write() as session:  # as if it had been moved there
            session.delete(session.get_one(Unit, run.unit))
        run.cycles((1.0, 1.0), (0.7, 0.7))
        assert run.rows(Command) == []
        assert run.texts[0].endswith(
            "Stop it at the station: WattRex cyclers take no stop from here."
        )


def test_temperature_and_pulses(run: Watched):
    rise = Rule(RuleKind.TEMPERATURE_RISE, 10.0)
    run.rules(rise, Rule(RuleKind.RESISTANCE, 150.0))
    for ohm, rise_k in ((0.05, 3.0), (0.06, 4.0), (None, 12.0), (0.08, 5.0)):
        run.cycle(1.0, 0.99, rise_k)
        if ohm is not None:
            run.pulse(ohm)
        run.begin()
        run.judge()
    texts = [one.split(", cycle ")[1] for one in run.texts]
    assert texts == [
        "3: Rise of temperature 12.0 K in discharge is above 10 K",
        "4: R after 10 s 160.0 % of the first cycle with pulses is above 150 %",
    ]


def test_a_run_that_has_not_reached_its_second_cycle_is_not_judged_by_current(run: Watched):
    """Pulses would be cycles then, and the first one over in its middle."""
    run.rules(Rule(CE, 99.0))
    run.cycle(1.0, 0.5)
    run._step(1, 1.5, 1000.0)  # a second charge within cycle 1
    assert run.judge() is NextLook.BY_CURRENT
    with run.lab.database.read() as session:
        assert session.get_one(CycleWatch, run.number).through == 0
    run.begin()
    assert run.judge() is NextLook.BY_NUMBER


def test_by_current_they_are_judged_too(run: Watched):
    choose_cycles(run.lab.database, run.number, OwnChoices(numbering=Numbering.CURRENT), by=BY)
    run.rules(Rule(CAPACITY, 80.0))
    run.cycles((1.0, 1.0), (0.7, 0.7))
    assert run.judge() is NextLook.BY_CURRENT
    assert [one.split(": ")[0].split("cycle ")[1] for one in run.texts] == ["2"]


def test_what_it_costs_does_not_grow_while_no_cycle_ends(run: Watched):
    run.rules(Rule(CE, 99.0))
    run.cycles((1.0, 0.99))
    database = run.lab.database
    with statements(database) as first:
        watched_experiments(database)
    run.cycles(*[(1.0, 0.999)] * 20)
    with statements(database) as later:
        watched_experiments(database)
    assert len(first) == len(later)


def test_a_deleted_one_is_no_trouble(run: Watched):
    run.rules(Rule(CE, 99.0))
    run.cycles((1.0, 0.999))
    with run.lab.database.write() as session:
        session.delete(session.get_one(Experiment, run.number))
    assert [one.has_ended for one in watched_experiments(run.lab.database)] == [True]
    assert run.judge() is NextLook.BY_NUMBER


def test_a_paused_one_keeps_its_cycle(run: Watched):
    run.rules(Rule(CE, 99.0))
    run.cycles((1.0, 0.999))
    run.lab.change(Experiment, run.number, status=ExperimentStatus.PAUSED)
    (watched,) = watched_experiments(run.lab.database)
    assert (watched.has_ended, watched.cycle) == (False, 2)
