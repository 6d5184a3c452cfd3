"""What a form queues at once, keeps as a draft and takes from an earlier experiment."""

import dataclasses

import pytest
from sqlalchemy import func, select

from cycling.battery.electrolyte import Electrolyte
from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.terms import ExperimentStatus, LimitType, Mode, Polarity, Technology
from db.commands.queue import (
    NewPlan,
    PairError,
    add_plans,
    confirm_battery,
    discard_draft,
    save_draft,
)
from db.engine import Database
from db.models import ConfirmedBattery, Experiment, Instruction, Plan, RedoxElectrolyte
from db.queries.experiments.form_choices import offered_batteries, offered_stations
from db.queries.experiments.template import experiment_pattern, find_draft, list_drafts
from db.terms import PlanState
from tests.unit.db.lab import BY, add_cell, add_experiment, add_profile, add_station, at_once

TOKEN = "0123456789abcdef"


class Lab:
    """Two stations, two cells, a profile of one instruction."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.s1, self.s2 = (add_station(database, name) for name in ("Station 01", "Station 02"))
        self.a, self.b = (add_cell(database, name, serial_number=name) for name in ("A", "B"))
        self.profile = add_profile(database, "Charge")
        row = Instruction(
            id=1,
            profile_id=self.profile,
            mode=Mode.CC,
            set_point=1500,
            limit_type=LimitType.VOLTAGE,
            limit_point=4200,
        )
        with database.write() as session:
            session.add(row)

    def new(self, station: int, battery: int, **changes) -> NewPlan:
        values = {"token": "", "name": "Ageing", "description": "", **changes}
        return NewPlan(
            station_id=station, battery_id=battery, **{"profile_id": self.profile, **values}
        )

    def both(self, **changes) -> list[NewPlan]:
        return [self.new(self.s1, self.a, **changes), self.new(self.s2, self.b, **changes)]

    def count(self, model) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def lab(database: Database) -> Lab:
    return Lab(database)


class TestSeveral:
    def test_each_is_held_until_its_battery_is_confirmed(self, lab: Lab):
        plans = add_plans(lab.database, TOKEN, lab.both(), by=BY)
        assert [plan.state for plan in plans] == [PlanState.HELD] * 2
        assert [plan.station_id for plan in plans] == [lab.s1, lab.s2]

    def test_what_the_user_says_is_connected_is_confirmed_and_queued(self, lab: Lab):
        plans = add_plans(lab.database, TOKEN, lab.both(), connected=[(lab.s1, lab.a)], by=BY)
        assert [plan.state for plan in plans] == [PlanState.QUEUED, PlanState.HELD]
        assert lab.count(ConfirmedBattery) == lab.count(Experiment) == 1

    def test_a_battery_moves_when_it_is_said_to_be_connected(self, lab: Lab):
        confirm_battery(lab.database, lab.s2, lab.a, by=BY)
        new = [lab.new(lab.s1, lab.a)]
        with pytest.raises(PairError, match="connected to Station 02") as refused:
            add_plans(lab.database, TOKEN, new, by=BY)
        assert refused.value.place == 0
        (plan,) = add_plans(lab.database, TOKEN, new, connected=[(lab.s1, lab.a)], by=BY)
        assert plan.state is PlanState.QUEUED

    def test_all_or_none(self, lab: Lab):
        with pytest.raises(PairError, match="does not exist") as refused:
            add_plans(
                lab.database,
                TOKEN,
                [lab.new(lab.s1, lab.a), lab.new(lab.s2, 987)],
                connected=[(lab.s1, lab.a)],
                by=BY,
            )
        assert refused.value.place == 1
        assert lab.count(Plan) == lab.count(Experiment) == lab.count(ConfirmedBattery) == 0

    @pytest.mark.parametrize(
        ("pairs", "says"),
        [
            ([("s1", "a"), ("s2", "a")], "battery is chosen twice"),
            ([("s1", "a"), ("s1", "b")], "station is chosen twice"),
        ],
    )
    def test_nothing_is_chosen_twice(self, lab: Lab, pairs, says):
        new = [lab.new(getattr(lab, station), getattr(lab, battery)) for station, battery in pairs]
        with pytest.raises(PairError, match=says) as refused:
            add_plans(lab.database, TOKEN, new, by=BY)
        assert refused.value.place == 1

    def test_one_token_is_one_form(self, lab: Lab):
        first = add_plans(lab.database, TOKEN, lab.both(), by=BY)
        again = add_plans(lab.database, TOKEN, lab.both(name="Other"), by=BY)
        assert again == first
        assert lab.count(Plan) == 2

    def test_ten_times_at_once_is_one_form(self, lab: Lab):
        ends = at_once([lambda: add_plans(lab.database, TOKEN, lab.both(), by=BY)] * 10)
        assert len(set(ends)) == 1
        assert lab.count(Plan) == 2

    @pytest.mark.parametrize("token", ["", "short", "x" * 33, "0123456789ab%", "' or 1=1 --"])
    def test_a_form_without_its_number_is_refused(self, lab: Lab, token):
        with pytest.raises(InputError, match="lost its number"):
            add_plans(lab.database, token, lab.both(), by=BY)

    @pytest.mark.parametrize(
        ("changes", "says"),
        [({"name": " "}, "name is missing"), ({"name": "x" * 10_000}, "10000 characters")],
    )
    def test_a_name_that_cannot_be(self, lab: Lab, changes, says):
        with pytest.raises(PairError, match=says):
            add_plans(lab.database, TOKEN, lab.both(**changes), by=BY)

    def test_nothing_and_too_many_are_refused(self, lab: Lab):
        with pytest.raises(InputError, match="Choose a battery"):
            add_plans(lab.database, TOKEN, [], by=BY)
        with pytest.raises(InputError, match="40 experiments"):
            add_plans(lab.database, TOKEN, lab.both() * 21, by=BY)


class TestDrafts:
    def test_it_is_saved_again_in_its_place_and_read_back(self, lab: Lab):
        save_draft(lab.database, TOKEN, "x" * 50, {"text": "WAIT, 5"}, by=BY)
        plan = save_draft(lab.database, TOKEN, "Later", {"text": "WAIT, 6"}, by=BY)
        draft = find_draft(lab.database, plan.id)
        assert (draft.name, draft.typed, draft.token) == ("Later", {"text": "WAIT, 6"}, TOKEN)
        assert list_drafts(lab.database) == (draft,)

    def test_queued_it_is_no_draft_any_more(self, lab: Lab):
        plan = save_draft(lab.database, TOKEN, "Later", {}, by=BY)
        add_plans(lab.database, TOKEN, lab.both(), by=BY)
        assert list_drafts(lab.database) == ()
        with pytest.raises(NotFoundError):
            find_draft(lab.database, plan.id)
        with pytest.raises(ConflictError, match="queued already"):
            save_draft(lab.database, TOKEN, "Later", {}, by=BY)

    def test_refused_it_stays(self, lab: Lab):
        save_draft(lab.database, TOKEN, "Later", {}, by=BY)
        with pytest.raises(PairError):
            add_plans(lab.database, TOKEN, [lab.new(987, lab.a)], by=BY)
        assert len(list_drafts(lab.database)) == 1

    def test_ten_at_once_are_one(self, lab: Lab):
        ends = at_once([lambda: save_draft(lab.database, TOKEN, "Later", {"a": 1}, by=BY)] * 10)
        assert len({end.id for end in ends}) == 1

    def test_discarded_once(self, lab: Lab):
        plan = save_draft(lab.database, TOKEN, "Later", {}, by=BY)
        discard_draft(lab.database, plan.id, by=BY)
        assert lab.count(Plan) == 0
        with pytest.raises(NotFoundError, match="discarded already"):
            discard_draft(lab.database, plan.id, by=BY)

    def test_a_queued_one_is_not_discarded(self, lab: Lab):
        (plan, _other) = add_plans(lab.database, TOKEN, lab.both(), by=BY)
        with pytest.raises(NotFoundError):
            discard_draft(lab.database, plan.id, by=BY)

    def test_too_large_a_form(self, lab: Lab):
        with pytest.raises(InputError, match="too large"):
            save_draft(lab.database, TOKEN, "Later", {"text": "x" * 2_000_001}, by=BY)

    @pytest.mark.parametrize("id_", [0, -1, 10**12, 5])
    def test_there_is_no_such_draft(self, lab: Lab, id_):
        with pytest.raises(NotFoundError):
            find_draft(lab.database, id_)


class TestChoices:
    def test_a_battery_with_where_it_is(self, lab: Lab):
        confirm_battery(lab.database, lab.s1, lab.a, by=BY)
        add_plans(lab.database, TOKEN, [lab.new(lab.s2, lab.b)], by=BY)
        first, second = offered_batteries(lab.database)
        assert (first.name, first.capacity_ah, first.technology) == ("A", 5.0, Technology.LITHIUM)
        assert first.confirmed_on.name == "Station 01"
        assert first.bound_to is None
        assert second.bound_to.name == "Station 02"
        assert second.confirmed_on is None

    def test_stations_with_what_they_can_do_never_the_virtual_one(self, lab: Lab):
        add_plans(lab.database, TOKEN, lab.both(), by=BY)
        stations = offered_stations(lab.database)
        assert [(one.name, one.waiting) for one in stations] == [
            ("Station 01", 1),
            ("Station 02", 1),
        ]
        assert stations[0].can.name == "Station 01"
        assert not stations[0].can.several_limits  # without a unit of ours it is a WattRex one
        assert stations[0].can.voltage_max_v is None


class TestPattern:
    def test_a_profile_of_rows_becomes_text(self, lab: Lab):
        id_ = add_experiment(
            lab.database,
            name="Old",
            battery_id=lab.a,
            station_id=lab.s1,
            profile_id=lab.profile,
            status=ExperimentStatus.FINISHED,
        )
        pattern = experiment_pattern(lab.database, id_)
        assert (pattern.name, pattern.battery_id, pattern.station_id) == ("Old", lab.a, lab.s1)
        assert pattern.profile.text == "CC, 1.5A, VOLTAGE, 4.2V"

    def test_electrolytes_come_along(self, lab: Lab):
        stack = add_cell(
            lab.database,
            "Stack",
            technology=Technology.REDOX_STACK,
            electrode_size_cm2=100.0,
            capacity_ah=None,
        )
        side = Electrolyte(Polarity.POSITIVE, 1000, 50, 10, 60)
        new = dataclasses.replace(lab.new(lab.s1, stack), electrolytes=(side,))
        (plan,) = add_plans(lab.database, TOKEN, [new], connected=[(lab.s1, stack)], by=BY)
        assert lab.count(RedoxElectrolyte) == 1
        pattern = experiment_pattern(lab.database, plan.experiment_id)
        assert pattern.electrolytes == {Polarity.POSITIVE: (1000, 50, 10, 60)}

    @pytest.mark.parametrize("id_", [0, -1, 10**12, 987])
    def test_there_is_no_such_experiment(self, lab: Lab, id_):
        with pytest.raises(NotFoundError):
            experiment_pattern(lab.database, id_)
