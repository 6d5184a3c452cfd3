"""The queues of stations: what is held, queued and cancelled, in which order, also at once."""

import dataclasses
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cycling.battery.electrolyte import Electrolyte
from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.terms import ExperimentStatus, LimitType, Mode, Polarity, Technology
from db.commands.queue import (
    NewPlan,
    add_plan,
    cancel,
    confirm_battery,
    hold_back,
    next_queued,
    reorder,
    save_draft,
)
from db.commands.stations.out_of_service import (
    hold_queues_out_of_service,
    return_to_service,
    take_out_of_service,
)
from db.engine import Database
from db.models import (
    AuditEntry,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    GenericMeasure,
    Instruction,
    OutOfService,
    Plan,
    RedoxElectrolyte,
    Run,
)
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import list_experiments
from db.queries.stations.queue import find_plan, station_queue
from db.terms import PlanState
from tests.unit.db.lab import BY, NOW, add_cell, add_experiment, add_profile, add_station, at_once

QUEUED, HELD, CANCELLED = PlanState.QUEUED, PlanState.HELD, PlanState.CANCELLED
UNDER_WAY = [ExperimentStatus.RUNNING, ExperimentStatus.PAUSED]


class Lab:
    """Two stations, two cells, a profile of one instruction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.s1, self.s2 = (add_station(database, name) for name in ("Station 01", "Station 02"))
        self.a, self.b = (add_cell(database, name, serial_number=name) for name in ("A", "B"))
        self.profile = add_profile(database, "Rest")
        with database.write() as session:
            session.add(
                Instruction(
                    id=1,
                    profile_id=self.profile,
                    mode=Mode.WAIT,
                    set_point=0,
                    limit_type=LimitType.TIME,
                    limit_point=1000,
                )
            )
        self._tokens = 0

    def new(self, **changes) -> NewPlan:
        self._tokens += 1
        values = {
            "token": f"token {self._tokens}",
            "name": f"Plan {self._tokens}",
            "description": "",
            "station_id": self.s1,
            "battery_id": self.a,
            "profile_id": self.profile,
            **changes,
        }
        return NewPlan(**values)

    def add(self, **changes):
        return add_plan(self.database, self.new(**changes), by=BY)

    def confirm(self, station=None, battery=None, **changes):
        by = replace(BY, **changes)
        return confirm_battery(self.database, station or self.s1, battery or self.a, by=by)

    def state(self, plan) -> PlanState:
        return find_plan(self.database, plan.id).state

    def queued(self, station=None) -> list[str]:
        """Names in Experiment as a cycler reads them: QUEUED ones, oldest DateCreation first."""
        with self.database.read() as session:
            return list(
                session.scalars(
                    select(Experiment.name)
                    .where(
                        Experiment.status == ExperimentStatus.QUEUED,
                        Experiment.station_id == (station or self.s1),
                    )
                    .order_by(Experiment.created_at)
                )
            )

    def names(self, station=None) -> list[str]:
        return [one.plan.name for one in station_queue(self.database, station or self.s1)]

    def change(self, plan, **values) -> None:
        with self.database.write() as session:
            experiment = session.get_one(
                Experiment, find_plan(self.database, plan.id).experiment_id
            )
            for name, value in values.items():
                setattr(experiment, name, value)

    def offer(self, plan) -> None:
        run = Run(
            experiment_id=find_plan(self.database, plan.id).experiment_id,
            station_id=self.s1,
            offered_at=NOW,
            offered_epoch=1,
        )
        with self.database.write() as session:
            session.add(run)

    def audits(self) -> list[str]:
        with self.database.read() as session:
            actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
            return [one for one in actions if one != "add battery"]

    def count(self, model) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def lab(database: Database) -> Lab:
    return Lab(database)


class TestAdd:
    def test_without_a_confirmed_battery_it_is_held_and_no_cycler_sees_it(self, lab: Lab):
        plan = lab.add()
        assert plan.state is HELD
        assert plan.held_because == "Until A is confirmed on Station 01."
        assert plan.experiment_id > 0
        assert lab.count(Experiment) == 0

    def test_with_another_battery_confirmed_it_is_held(self, lab: Lab):
        lab.confirm(battery=lab.b)
        assert lab.add().state is HELD
        assert lab.queued() == []

    def test_with_its_battery_confirmed_it_is_queued(self, lab: Lab):
        lab.confirm()
        plan = lab.add(name=" Cycling ", description=" at night ")
        assert (plan.state, plan.held_because) == (QUEUED, "")
        with lab.database.read() as session:
            row = session.get_one(Experiment, plan.experiment_id)
            assert (row.name, row.description) == ("Cycling", "at night")
            assert (row.station_id, row.battery_id, row.profile_id) == (
                lab.s1,
                lab.a,
                lab.profile,
            )
            assert row.status is ExperimentStatus.QUEUED
            assert row.created_at == NOW.replace(microsecond=0)

    def test_those_of_one_moment_stay_in_order_in_whole_seconds(self, lab: Lab):
        lab.confirm()
        plans = [lab.add() for _ in range(5)]
        assert lab.queued() == lab.names() == [plan.name for plan in plans]
        with lab.database.read() as session:
            dates = session.scalars(select(Experiment.created_at)).all()
        assert len(set(dates)) == 5
        assert all(date.microsecond == 0 for date in dates)

    def test_one_token_is_one_experiment(self, lab: Lab):
        lab.confirm()
        new = lab.new()
        first = add_plan(lab.database, new, by=BY)
        again = add_plan(lab.database, dataclasses.replace(new, name="Other"), by=BY)
        assert again == first
        assert lab.count(Experiment) == lab.count(Plan) == 1
        assert lab.audits() == ["confirm battery", "add experiment"]

    @pytest.mark.fault(10)
    def test_ten_times_at_once_is_one_experiment(self, lab: Lab):
        lab.confirm()
        new = lab.new()
        ends = at_once([lambda: add_plan(lab.database, new, by=BY)] * 10)
        assert len({end.experiment_id for end in ends}) == 1
        assert lab.count(Experiment) == lab.count(Plan) == 1
        assert lab.audits() == ["confirm battery", "add experiment"]

    def test_the_electrolytes_of_a_stack_go_with_it(self, lab: Lab):
        stack = add_cell(
            lab.database,
            "Stack",
            technology=Technology.REDOX_STACK,
            capacity_ah=None,
            electrode_size_cm2=100.0,
        )
        lab.confirm(battery=stack)
        sides = (
            Electrolyte(Polarity.POSITIVE, 5, 50, 1, 2),
            Electrolyte(Polarity.NEGATIVE, 6, 40, 1, 2),
        )
        plan = lab.add(battery_id=stack, electrolytes=sides)
        with lab.database.read() as session:
            found = session.scalars(select(RedoxElectrolyte)).all()
        assert {(one.polarity, one.volume) for one in found} == {("POS", 5), ("NEG", 6)}
        cancel(lab.database, plan.id, by=BY)
        assert lab.count(RedoxElectrolyte) == 0


class TestRefused:
    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"name": " "}, "The name is missing."),
            ({"name": "x" * 31}, "The name has 31 characters; shorten it to 30."),
            ({"description": "x" * 251}, "The description has 251 characters; shorten it to 250."),
            ({"token": ""}, "The form has lost its number. Load the page again."),
            ({"token": "x" * 41}, "The form has lost its number. Load the page again."),
            ({"station_id": None}, "Choose a station."),
            ({"battery_id": None}, "Choose a battery."),
            ({"profile_id": None}, "Choose a profile."),
            (
                {"station_id": 1},
                "The station Virtual holds imported measures and runs nothing. "
                "Choose another station.",
            ),
            (
                {"station_id": 4711},
                "The chosen station does not exist any more. Choose another one.",
            ),
            (
                {"battery_id": 4711},
                "The chosen battery does not exist any more. Choose another one.",
            ),
            (
                {"profile_id": 4711},
                "The chosen profile does not exist any more. Choose another one.",
            ),
            (
                {"profile_id": 1},
                "The profile Not recorded has no instructions. Choose another one.",
            ),
            (
                {"electrolytes": (Electrolyte(Polarity.POSITIVE, 1, 1, 1, 1),)},
                "A is no redox-flow stack: it has no electrolytes.",
            ),
        ],
    )
    def test_what_is_wrong_is_said(self, lab: Lab, changes: dict, sentence: str):
        with pytest.raises(InputError) as refused:
            lab.add(**changes)
        assert str(refused.value) == sentence
        assert lab.count(Plan) == lab.count(Experiment) == 0
        assert lab.audits() == []

    def test_a_station_out_of_service_takes_none(self, lab: Lab):
        with lab.database.write() as session:
            session.add(
                OutOfService(station_id=lab.s1, reason="Fan broken.", user_name="x", since=NOW)
            )
        sentence = "Station 01 is out of service: Fan broken. Choose another station."
        for action in (lab.add, lab.confirm):
            with pytest.raises(InputError, match=sentence):
                action()

    def test_its_queue_is_held_when_it_is_taken_out_of_service(self, lab: Lab):
        lab.confirm()
        first, second = lab.add(), lab.add()
        take_out_of_service(lab.database, lab.s1, reason="Relay is stuck.", by=BY)
        assert [lab.state(one) for one in (first, second)] == [HELD, HELD]
        assert lab.queued() == []
        because = find_plan(lab.database, first.id).held_because
        assert because == "The station was taken out of service: Relay is stuck."
        with pytest.raises(InputError, match="out of service: Relay is stuck"):
            lab.confirm()
        with pytest.raises(ConflictError, match="out of service already"):
            take_out_of_service(lab.database, lab.s1, reason="Again.", by=BY)
        return_to_service(lab.database, lab.s1, by=BY)
        assert lab.state(first) is HELD  # a person says which battery is connected
        lab.confirm()
        assert lab.state(first) is QUEUED
        assert lab.audits().count("take out of service") == 1
        with pytest.raises(ConflictError, match="is in service"):
            return_to_service(lab.database, lab.s1, by=BY)

    def test_it_is_taken_out_of_service_with_a_reason_only(self, lab: Lab):
        for reason in ("", "  ", "x" * 251):
            with pytest.raises(InputError, match="why it is out of service"):
                take_out_of_service(lab.database, lab.s1, reason=reason, by=BY)

    def test_a_queue_out_of_service_is_held_however_it_came_to_be(self, lab: Lab):
        lab.confirm()
        plan = lab.add()
        with lab.database.write() as session:
            session.add(OutOfService(station_id=lab.s1, reason="Fan.", user_name="x", since=NOW))
        with lab.database.write() as session:
            hold_queues_out_of_service(session, NOW)
        assert lab.state(plan) is HELD
        assert lab.queued() == []

    def test_a_replaced_station_takes_none(self, lab: Lab):
        with lab.database.write() as session:
            session.get_one(CyclerStation, lab.s1).deprecated = True
        with pytest.raises(InputError, match="Station 01 was replaced by a newer set-up"):
            lab.add()

    def test_a_battery_confirmed_elsewhere(self, lab: Lab):
        lab.confirm(lab.s2)
        with pytest.raises(ConflictError, match="A is connected to Station 02, as somebody"):
            lab.add()

    def test_a_battery_in_the_queue_of_another_station(self, lab: Lab):
        plan = lab.add(station_id=lab.s2)
        with pytest.raises(ConflictError, match=r"A is in the queue of Station 02\. Cancel that"):
            lab.add()
        cancel(lab.database, plan.id, by=BY)
        assert lab.add().state is HELD

    @pytest.mark.parametrize("status", UNDER_WAY)
    def test_a_battery_that_runs_elsewhere(self, lab: Lab, status: ExperimentStatus):
        add_experiment(lab.database, station_id=lab.s2, battery_id=lab.a, status=status)
        with pytest.raises(ConflictError, match="A runs on Station 02"):
            lab.add()

    def test_a_battery_queued_on_two_stations_at_once_gets_one(self, lab: Lab):
        ends = at_once(
            [lambda s=s: lab.add(station_id=s, token=f"at once {s}") for s in (lab.s1, lab.s2)]
        )
        assert sorted(type(end).__name__ for end in ends) == ["ConflictError", "PlanFacts"]
        assert lab.count(Plan) == 1


class TestConfirm:
    def test_what_was_held_is_released_in_its_order(self, lab: Lab):
        plans = [lab.add() for _ in range(3)]
        done = lab.confirm()
        assert done.released == tuple(plan.id for plan in plans)
        assert (done.held, done.moved_from) == ((), None)
        assert lab.queued() == [plan.name for plan in plans]
        assert {lab.state(plan) for plan in plans} == {QUEUED}

    def test_it_was_created_when_it_was_defined_whenever_it_is_released(self, lab: Lab):
        """The row's own time is its place in the queue."""
        plan = lab.add()
        later = replace(BY, now=NOW + timedelta(hours=1))
        confirm_battery(lab.database, lab.s1, lab.a, by=later)
        (row,) = list_experiments(lab.database, Filter(), offset=0, limit=10).rows
        known = experiment_facts(lab.database, plan.experiment_id)
        assert row.created_at == known.created_at == NOW

    def test_another_battery_puts_the_queue_back(self, lab: Lab):
        lab.confirm()
        first, second = lab.add(), lab.add()
        other = lab.add(battery_id=lab.b)
        done = lab.confirm(battery=lab.b)
        assert done.released == (other.id,)
        assert done.held == (first.id, second.id)
        assert lab.queued() == [other.name]
        assert find_plan(lab.database, first.id).held_because == "B was confirmed on Station 01."
        lab.confirm()
        assert lab.queued() == [first.name, second.name]

    def test_a_battery_moves_with_a_confirmation(self, lab: Lab):
        lab.confirm(lab.s2)
        plan = lab.add(station_id=lab.s2)
        done = lab.confirm(lab.s1)
        assert done.moved_from == "Station 02"
        assert done.held == (plan.id,)
        assert lab.queued(lab.s2) == []
        with lab.database.read() as session:
            rows = session.execute(
                select(ConfirmedBattery.station_id, ConfirmedBattery.battery_id)
            ).all()
        assert [tuple(row) for row in rows] == [(lab.s1, lab.a)]

    @pytest.mark.parametrize("status", UNDER_WAY)
    def test_it_is_refused_while_the_battery_runs_elsewhere(self, lab: Lab, status):
        lab.confirm(lab.s2)
        lab.change(lab.add(station_id=lab.s2), status=status)
        with pytest.raises(ConflictError, match="Station 02 has Plan 1 under way with A"):
            lab.confirm(lab.s1)
        assert lab.count(ConfirmedBattery) == 1

    @pytest.mark.parametrize("status", UNDER_WAY)
    def test_it_is_refused_while_the_station_runs_another_battery(self, lab: Lab, status):
        lab.confirm()
        lab.change(lab.add(), status=status)
        with pytest.raises(ConflictError, match="Station 01 has Plan 1 under way with A"):
            lab.confirm(battery=lab.b)

    def test_it_is_refused_while_the_station_is_being_offered_another_battery(self, lab: Lab):
        lab.confirm()
        plan = lab.add()
        lab.offer(plan)
        with pytest.raises(ConflictError, match="Station 01 has Plan 1 under way with A"):
            lab.confirm(battery=lab.b)
        assert lab.queued() == [plan.name]

    def test_the_same_battery_may_be_confirmed_while_it_runs(self, lab: Lab):
        lab.confirm()
        lab.change(lab.add(), status=ExperimentStatus.RUNNING)
        assert lab.confirm().held == ()

    @pytest.mark.parametrize("station", [1, 4711])
    def test_a_station_that_runs_nothing_is_refused(self, lab: Lab, station: int):
        with pytest.raises(InputError, match="Choose another"):
            lab.confirm(station)
        with pytest.raises(NotFoundError, match="The chosen battery does not exist"):
            lab.confirm(battery=4711)

    def test_who_confirmed_what_is_on_record(self, lab: Lab):
        lab.add()
        lab.confirm(user_name="maria")
        with lab.database.read() as session:
            entry = session.scalars(
                select(AuditEntry).where(AuditEntry.action == "confirm battery")
            ).one()
        assert (entry.user_name, entry.target) == ("maria", f"station {lab.s1}")
        assert entry.detail["serial_number"] == "A"

    def test_ten_at_once_release_a_plan_once(self, lab: Lab):
        lab.add()
        ends = at_once([lab.confirm] * 10)
        assert not [end for end in ends if isinstance(end, Exception)]
        assert lab.count(Experiment) == 1
        assert sorted(len(end.released) for end in ends) == [0] * 9 + [1]

    def test_two_batteries_at_once_leave_the_queue_of_one(self, lab: Lab):
        lab.add()
        lab.add(battery_id=lab.b)
        at_once([lambda b=b: lab.confirm(battery=b) for b in (lab.a, lab.b)])
        with lab.database.read() as session:
            confirmed = session.scalars(select(ConfirmedBattery.battery_id)).one()
            queued = session.scalars(select(Experiment.battery_id)).all()
        assert queued == [confirmed]

    def test_one_battery_on_two_stations_at_once_is_on_one(self, lab: Lab):
        at_once([lambda s=s: lab.confirm(s) for s in (lab.s1, lab.s2)])
        assert lab.count(ConfirmedBattery) == 1

    def test_submitting_while_another_battery_is_confirmed_never_queues_the_wrong_one(
        self, lab: Lab
    ):
        lab.confirm()
        at_once([lab.add, lambda: lab.confirm(battery=lab.b), lab.add])
        assert lab.queued() == []
        assert len(lab.names()) == 2


class TestCancel:
    def test_a_queued_one_leaves_the_queue(self, lab: Lab):
        lab.confirm()
        plan, other = lab.add(), lab.add()
        assert cancel(lab.database, plan.id, by=BY).state is CANCELLED
        assert lab.queued() == lab.names() == [other.name]
        assert lab.audits()[-1] == "cancel experiment"

    def test_a_held_one_is_not_released_any_more(self, lab: Lab):
        plan = lab.add()
        cancel(lab.database, plan.id, by=BY)
        assert lab.confirm().released == ()
        assert lab.state(plan) is CANCELLED

    def test_a_draft_can_be_cancelled(self, lab: Lab):
        plan = save_draft(lab.database, "0123456789abcdef", "Later", {}, by=BY)
        assert cancel(lab.database, plan.id, by=BY).state is CANCELLED

    @pytest.mark.parametrize("status", [*UNDER_WAY, ExperimentStatus.FINISHED])
    def test_one_that_has_begun_is_refused(self, lab: Lab, status):
        lab.confirm()
        plan = lab.add()
        lab.change(plan, status=status)
        with pytest.raises(ConflictError, match="has begun, or its station is just taking it"):
            cancel(lab.database, plan.id, by=BY)
        assert lab.state(plan) is QUEUED

    def test_one_that_is_being_offered_is_refused(self, lab: Lab):
        lab.confirm()
        plan = lab.add()
        lab.offer(plan)
        assert [one.starting for one in station_queue(lab.database, lab.s1)] == [True]
        with pytest.raises(ConflictError, match="Stop it on the Monitor"):
            cancel(lab.database, plan.id, by=BY)

    def test_one_with_measures_is_refused(self, lab: Lab):
        lab.confirm()
        plan = lab.add()
        with lab.database.write() as session:
            session.add(
                GenericMeasure(experiment_id=plan.experiment_id, id=0, at=NOW, instruction_id=1)
            )
        with pytest.raises(ConflictError):
            cancel(lab.database, plan.id, by=BY)

    def test_of_ten_who_cancel_at_once_one_did_it(self, lab: Lab):
        lab.confirm()
        plan = lab.add()
        ends = at_once([lambda: cancel(lab.database, plan.id, by=BY)] * 10)
        assert [type(end).__name__ for end in ends].count("PlanFacts") == 1
        assert lab.audits().count("cancel experiment") == 1

    def test_an_unknown_one(self, lab: Lab):
        with pytest.raises(NotFoundError):
            cancel(lab.database, 4711, by=BY)


class TestOrder:
    def test_it_is_what_the_cyclers_sort_by(self, lab: Lab):
        lab.confirm()
        plans = [lab.add() for _ in range(4)]
        wanted = [plans[index] for index in (2, 0, 3, 1)]
        reorder(lab.database, lab.s1, [plan.id for plan in wanted], by=BY)
        assert lab.queued() == lab.names() == [plan.name for plan in wanted]
        assert lab.audits()[-1] == "reorder queue"

    def test_held_ones_have_an_order_too(self, lab: Lab):
        plans = [lab.add() for _ in range(3)]
        reorder(lab.database, lab.s1, [plan.id for plan in reversed(plans)], by=BY)
        lab.confirm()
        assert lab.queued() == [plan.name for plan in reversed(plans)]

    def test_one_that_runs_keeps_its_date(self, lab: Lab):
        lab.confirm()
        running, second, third = (lab.add() for _ in range(3))
        lab.change(running, status=ExperimentStatus.RUNNING)
        reorder(lab.database, lab.s1, [third.id, second.id], by=BY)
        with lab.database.read() as session:
            row = session.get_one(Experiment, running.experiment_id)
        assert row.created_at == NOW.replace(microsecond=0)
        assert lab.queued() == [third.name, second.name]

    def test_a_queue_that_has_changed_is_refused(self, lab: Lab):
        lab.confirm()
        first, second = lab.add(), lab.add()
        lab.change(first, status=ExperimentStatus.RUNNING)
        for ids in ([second.id, first.id], [], [second.id, second.id]):
            with pytest.raises(ConflictError, match="The queue has changed meanwhile"):
                reorder(lab.database, lab.s1, ids, by=BY)

    def test_those_that_are_added_while_others_are_ordered_all_have_a_place(self, lab: Lab):
        lab.confirm()
        plans = [lab.add() for _ in range(3)]
        ids = [plan.id for plan in reversed(plans)]
        at_once([lambda: reorder(lab.database, lab.s1, ids, by=BY), lab.add, lab.add])
        assert lab.queued() == lab.names()
        assert len(lab.names()) == 5


class TestMasterNode:
    def test_the_oldest_is_offered(self, lab: Lab):
        lab.confirm()
        first, second = lab.add(), lab.add()
        reorder(lab.database, lab.s1, [second.id, first.id], by=BY)
        with lab.database.write() as session:
            assert next_queued(session, lab.s1).id == second.experiment_id
            assert next_queued(session, lab.s2) is None

    def test_a_row_of_another_program_is_not_offered_without_its_battery(self, lab: Lab):
        add_experiment(
            lab.database, station_id=lab.s1, battery_id=lab.b, status=ExperimentStatus.QUEUED
        )
        lab.confirm()
        with lab.database.write() as session:
            assert next_queued(session, lab.s1) is None

    def test_a_refused_offer_is_held_with_the_reason(self, lab: Lab):
        lab.confirm()
        plan = lab.add()
        lab.offer(plan)
        with lab.database.write() as session:
            assert hold_back(session, plan.experiment_id, "Voltage is 0.1 V.", now=NOW)
        assert find_plan(lab.database, plan.id).held_because == "Voltage is 0.1 V."
        assert lab.count(Experiment) == lab.count(Run) == 0
        assert lab.audits()[-1] == "hold experiment"
        with lab.database.write() as session:
            assert not hold_back(session, plan.experiment_id, "again", now=NOW)

    def test_it_can_be_released_again_in_its_old_place(self, lab: Lab):
        lab.confirm()
        first, second = lab.add(), lab.add()
        with lab.database.write() as session:
            hold_back(session, first.experiment_id, "No contact.", now=NOW)
        lab.confirm(now=NOW + timedelta(hours=1))
        assert lab.queued() == [first.name, second.name]
        assert find_plan(lab.database, first.id).experiment_id == first.experiment_id

    def test_one_that_has_begun_is_not_held(self, lab: Lab):
        lab.confirm()
        plan = lab.add()
        lab.change(plan, status=ExperimentStatus.RUNNING)
        with lab.database.write() as session:
            assert not hold_back(session, plan.experiment_id, "late", now=NOW)
        assert lab.state(plan) is QUEUED

    def test_a_row_of_another_program_becomes_a_plan(self, lab: Lab):
        experiment = add_experiment(
            lab.database, station_id=lab.s1, battery_id=lab.a, status=ExperimentStatus.QUEUED
        )
        with lab.database.write() as session:
            assert hold_back(session, experiment, "Refused.", now=NOW)
        assert lab.names() == ["Ageing"]
        lab.confirm()
        assert lab.queued() == ["Ageing"]

    def test_holding_and_cancelling_at_once_ends_in_one_of_the_two(self, lab: Lab):
        lab.confirm()
        plan = lab.add()

        def hold() -> bool:
            with lab.database.write() as session:
                return hold_back(session, plan.experiment_id, "Refused.", now=NOW)

        at_once([hold, lambda: cancel(lab.database, plan.id, by=BY)])
        assert lab.state(plan) in (HELD, CANCELLED)
        assert lab.count(Experiment) == 0
