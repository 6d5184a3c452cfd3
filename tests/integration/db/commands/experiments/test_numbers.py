"""An experiment has its number from the moment that it is defined, in every state, for ever."""

from threading import Event, Thread, current_thread
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from cycling.terms import ExperimentState, ExperimentStatus, LimitType, Mode
from db.commands.experiments.numbers import reserve
from db.commands.queue import (
    NewPlan,
    add_plan,
    add_plans,
    cancel,
    confirm_battery,
    hold_back,
    save_draft,
)
from db.commands.stations.out_of_service import take_out_of_service
from db.engine import Database
from db.models import Battery, Experiment, Instruction, Plan
from db.queries.experiments.facets import filter_choices
from db.queries.experiments.filters import Filter
from db.queries.experiments.planned import find_planned
from db.queries.experiments.table import SortKey, list_experiments
from db.queries.lists import Sort
from tests.databases import SERVER_ENGINES
from tests.unit.db.lab import (
    BY,
    NOW,
    add_cell,
    add_experiment,
    add_profile,
    add_station,
    at_once,
)


class Lab:
    """Stations with a cell each, and a profile of one instruction."""

    def __init__(self, database: Database, stations: int = 1) -> None:
        self.database = database
        self.stations = [add_station(database, f"Station 0{n}") for n in range(stations)]
        self.cells = [add_cell(database, f"C{n}", serial_number=str(n)) for n in range(stations)]
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

    def new(self, token: str, n: int = 0) -> NewPlan:
        return NewPlan(token, f"Plan {token}", "", self.stations[n], self.cells[n], self.profile)

    def add(self, token: str, n: int = 0):
        return add_plan(self.database, self.new(token, n), by=BY)

    def confirm(self) -> None:
        confirm_battery(self.database, self.stations[0], self.cells[0], by=BY)

    def queued(self) -> list[int]:
        """Numbers as a cycler reads them."""
        status = Experiment.status == ExperimentStatus.QUEUED
        with self.database.read() as session:
            return list(session.scalars(select(Experiment.id).where(status)))

    def listed(self, **filters) -> dict[int, ExperimentState]:
        page = list_experiments(self.database, Filter(**filters), offset=0, limit=50)
        assert page.count == len(page.rows)
        return {row.id: row.state for row in page.rows}


def test_a_number_stays_from_the_draft_to_the_end(database: Database):
    lab = Lab(database)
    draft = save_draft(
        database, "t" * 20, "Ageing", {"pairs": [[lab.cells[0], lab.stations[0]]]}, by=BY
    )
    number = draft.experiment_id
    assert lab.listed(batteries=(lab.cells[0],)) == {number: ExperimentState.DRAFT}
    (plan,) = add_plans(database, "t" * 20, [lab.new("")], by=BY)
    assert lab.listed() == {number: ExperimentState.HELD}
    assert lab.queued() == []
    lab.confirm()
    assert (lab.queued(), lab.listed()) == ([number], {number: ExperimentState.QUEUED})
    with database.write() as session:
        hold_back(session, number, "Refused: hot.", now=NOW)
    assert (lab.queued(), lab.listed()) == ([], {number: ExperimentState.HELD})
    lab.confirm()
    assert lab.queued() == [number]
    take_out_of_service(database, lab.stations[0], reason="Leak", by=BY)
    assert lab.listed(stations=(lab.stations[0],)) == {number: ExperimentState.HELD}
    cancel(database, plan.id, reason="Cell is warm", by=BY)
    assert lab.listed() == {number: ExperimentState.CANCELLED}
    assert find_planned(database, number).why == f"Cancelled by {BY.user_name}: Cell is warm"


def test_many_at_the_same_moment_have_a_number_each(database: Database):
    lab = Lab(database, stations=8)
    numbers: set[int] = set()
    for turn in range(5):
        plans = at_once([lambda n=n, turn=turn: lab.add(f"{turn}-{n}", n) for n in range(8)])
        numbers |= {plan.experiment_id for plan in plans}
    assert len(numbers) == 40
    assert set(lab.listed()) == numbers


@pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
def test_a_number_is_not_computed_from_others_that_are_being_taken(database: Database):
    """One asks, a second commits a later number, a third holds the next: the first goes on."""
    lab = Lab(database, stations=3)
    holds, looked, taken = Event(), Event(), {}

    def take_and_hold() -> None:
        with database.write() as session:
            taken["third"] = reserve(session, battery_id=lab.cells[2], now=NOW)
            holds.set()
            assert looked.wait(60)

    def when_it_looks(_connection, _cursor, statement: str, *_rest: Any) -> None:
        if "max(" in statement and current_thread() is first and not holds.is_set():
            taken["second"] = Thread(target=lambda: lab.add("second", 1))
            taken["second"].start()
            taken["second"].join(60)
            third.start()
            assert holds.wait(60)

    first, third = current_thread(), Thread(target=take_and_hold)
    event.listen(database.engine, "before_cursor_execute", when_it_looks)
    with database.write() as session:
        try:
            number = reserve(session, battery_id=lab.cells[0], now=NOW)
        finally:
            event.remove(database.engine, "before_cursor_execute", when_it_looks)
            looked.set()
            third.join(60)
    assert number != taken["third"]


def test_what_another_program_inserts_never_gets_a_number_that_is_held(database: Database):
    lab = Lab(database)
    held = [lab.add(f"token {n}").experiment_id for n in range(3)]
    others = [add_experiment(database) for _ in range(3)]
    assert not set(held) & set(others)
    lab.confirm()
    assert lab.queued() == held


def die_with_a_number(database: Database) -> None:
    with database.write() as session:
        reserve(session, battery_id=None, now=NOW)
        raise RuntimeError  # killed before the commit


def test_a_transaction_that_fails_gives_no_experiment_and_its_number_to_nobody_twice(
    database: Database,
):
    lab = Lab(database)
    with pytest.raises(RuntimeError):
        die_with_a_number(database)
    first = lab.add("first").experiment_id
    assert list(lab.listed()) == [first]


def test_a_draft_has_a_number_where_there_is_no_battery(database: Database):
    with database.write() as session:
        assert session.scalar(select(func.count()).select_from(Battery)) == 0
    draft = save_draft(database, "t" * 20, "", {}, by=BY)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Battery)) == 0
        assert session.scalar(select(func.count()).select_from(Experiment)) == 0
    assert find_planned(database, draft.experiment_id).state is ExperimentState.DRAFT


def test_a_database_that_lost_its_counter_gives_no_number_twice(database: Database):
    lab = Lab(database)
    held = lab.add("held").experiment_id
    with database.write() as session:
        session.execute(
            text(
                "DELETE FROM sqlite_sequence WHERE name = 'Experiment'"
                if database.is_sqlite
                else "ALTER TABLE Experiment AUTO_INCREMENT = 1"
            )
        )
    assert lab.add("next").experiment_id > held
    assert add_experiment(database) > held + 1


def test_what_a_cycler_took_before_it_was_held_is_not_published_again(database: Database):
    lab = Lab(database)
    lab.confirm()
    number = lab.add("taken").experiment_id
    with database.write() as session:
        hold_back(session, number, "Refused.", now=NOW)
    with database.write() as session:  # as its synchroniser writes it
        row = {"station_id": lab.stations[0], "battery_id": lab.cells[0], "profile_id": lab.profile}
        names = {"name": "Plan taken", "description": "", "created_at": NOW, "begun_at": NOW}
        session.add(Experiment(id=number, status=ExperimentStatus.RUNNING, **row, **names))
    assert lab.listed() == {number: ExperimentState.RUNNING}
    lab.confirm()
    assert lab.queued() == []
    assert lab.listed() == {number: ExperimentState.RUNNING}


@pytest.mark.parametrize("key", SortKey)
@pytest.mark.parametrize("descending", [False, True])
def test_every_state_is_sorted_in_one_table(database: Database, key: SortKey, descending: bool):
    lab = Lab(database, stations=3)
    made = {add_experiment(database, name=f"{n} Ageing") for n in "bd"}
    made |= {lab.add(f"{n} x", k).experiment_id for k, n in enumerate("ac")}
    made.add(save_draft(database, "t" * 20, "", {}, by=BY).experiment_id)
    order = Sort(key, descending=descending)
    whole = [row.id for row in list_experiments(database, Filter(), order, offset=0, limit=9).rows]
    assert set(whole) == made
    pages = [
        row.id
        for offset in range(0, 6, 2)
        for row in list_experiments(database, Filter(), order, offset=offset, limit=2).rows
    ]
    assert pages == whole
    if key is SortKey.ID:
        assert whole == sorted(made, reverse=descending)


def test_filters_count_every_state(database: Database):
    lab = Lab(database)
    add_experiment(database)
    cancelled, held = lab.add("one"), lab.add("two")
    cancel(database, cancelled.id, by=BY)
    choices = filter_choices(database, Filter())
    assert {one.value: one.count for one in choices.statuses} == {
        "cancelled": 1,
        "finished": 1,
        "held": 1,
    }
    assert lab.listed(states=(ExperimentState.HELD,)) == {held.experiment_id: ExperimentState.HELD}
    assert lab.listed(states=(ExperimentState.RUNNING,)) == {}
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Plan)) == 2
