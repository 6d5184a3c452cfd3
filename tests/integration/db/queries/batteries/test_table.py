"""The batteries table: searched, narrowed, sorted and paged in SQL; on each engine."""

import pytest

from cycling.analysis.cycles.choices import Kind
from cycling.errors import InputError
from cycling.terms import ExperimentState, ExperimentStatus, Technology
from db.engine import Database
from db.models import BatteryLife, ConfirmedBattery, Plan
from db.queries.batteries.filters import BatteryFilter, LifeBetween, LifeFigure, Model
from db.queries.batteries.table import BatterySortKey, count_by_technology, list_batteries
from db.queries.batteries.use import BatteryState
from db.queries.lists import Sort
from db.terms import PlanState
from tests.unit.db.lab import NOW, add_cell, add_experiment, add_station, statements

LEAD = {"technology": Technology.LEAD_ACID, "capacity_ah": 44.0}
STACK = {
    "technology": Technology.REDOX_STACK,
    "capacity_ah": None,
    "electrode_size_cm2": 62.5,
}


@pytest.fixture
def lab(database: Database) -> Database:
    add_cell(database, "alpha", serial_number="9", capacity_ah=3.0)
    add_cell(database, "Beta", manufacturer="Öler", **LEAD)
    add_cell(database, "gamma 100%", description="From the drawer", **STACK)
    return database


EVERYTHING = BatteryFilter()


def names(database: Database, wanted: BatteryFilter = EVERYTHING, sort=None, **page):
    found = list_batteries(database, wanted, sort, **{"offset": 0, "limit": 100, **page})
    return [row.name for row in found.rows]


def rows(database: Database):
    return list_batteries(database, EVERYTHING, offset=0, limit=100).rows


def test_the_newest_comes_first(lab: Database):
    assert names(lab) == ["gamma 100%", "Beta", "alpha"]


def test_what_a_row_says(lab: Database):
    stack, lead, lithium = list_batteries(lab, BatteryFilter(), offset=0, limit=9).rows
    assert (lithium.capacity_ah, lithium.chemistry, lithium.voltage_v) == (3.0, "Other", (2.5, 4.2))
    assert (lead.capacity_ah, lead.technology) == (44.0, Technology.LEAD_ACID)
    assert (stack.capacity_ah, stack.electrode_size_cm2) == (None, 62.5)
    assert (stack.use.experiments, stack.use.last, stack.use.station) == (0, None, "")


def test_what_the_fixed_columns_cannot_say(lab: Database):
    coin = {"kind": Kind.ANODE_HALF, "chemistry": "Na-ion", "electrode_size_cm2": 1.131}
    add_cell(lab, "coin", capacity_ah=0.002, **coin)
    add_cell(lab, "vanadium", **STACK | {"capacity_ah": 8.0})
    stack, half = list_batteries(lab, BatteryFilter(), offset=0, limit=2).rows
    assert (half.cell_kind, half.chemistry) == (Kind.ANODE_HALF, "Na-ion")
    assert (half.capacity_ah, half.electrode_size_cm2) == (0.002, 1.131)
    assert (stack.cell_kind, stack.capacity_ah) == (Kind.FLOW, 8.0)
    by_capacity = names(lab, sort=Sort(BatterySortKey.CAPACITY, descending=True))
    assert by_capacity == ["Beta", "vanadium", "alpha", "coin", "gamma 100%"]


def test_experiments_the_last_of_them_and_the_station(lab: Database):
    row = list_batteries(lab, BatteryFilter(text="alpha"), offset=0, limit=1).rows[0]
    for status in (ExperimentStatus.FINISHED, ExperimentStatus.ERROR):
        last = add_experiment(lab, battery_id=row.id, status=status)
    with lab.write() as session:
        for name in ("Station 2", "Station 1"):
            session.add(
                ConfirmedBattery(
                    station_id=add_station_in(session, name),
                    battery_id=row.id,
                    user_name="oscar",
                    confirmed_at=NOW,
                )
            )
    row = list_batteries(lab, BatteryFilter(text="alpha"), offset=0, limit=1).rows[0]
    assert row.use.experiments == 2
    assert row.use.last is not None
    assert (row.use.last.id, row.use.last.state, row.use.last.at) == (
        last,
        ExperimentState.ERROR,
        NOW,
    )
    assert row.use.station == "Station 1, Station 2"


def add_station_in(session, name: str) -> int:
    from db.models import CyclerStation

    station = CyclerStation(unit_id=1, name=name, location="Lab", register_date=NOW)
    session.add(station)
    session.flush()
    return station.id


def test_what_runs_stands_before_what_waits_behind_it(lab: Database):
    runs, _waits = (
        add_experiment(lab, battery_id=1, status=status)
        for status in (ExperimentStatus.RUNNING, ExperimentStatus.QUEUED)
    )
    newest = add_experiment(lab, battery_id=2, status=ExperimentStatus.FINISHED)
    found = {row.id: row for row in list_batteries(lab, EVERYTHING, offset=0, limit=9).rows}
    assert (found[1].use.last.id, found[1].use.last.state) == (runs, ExperimentState.RUNNING)
    assert found[2].use.last.id == newest
    assert names(lab, sort=Sort(BatterySortKey.LAST)) == ["gamma 100%", "alpha", "Beta"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ALPHA", ["alpha"]),
        ("öler", ["Beta"]),
        ("drawer", ["gamma 100%"]),
        ("100%", ["gamma 100%"]),
        ("0%", ["gamma 100%"]),
        ("%", ["gamma 100%"]),
        ("_", []),
        ("' OR 1=1 --", []),
        ("\\", []),
        ("🔋", []),
        ("x" * 50_000, []),
        ("  ", ["gamma 100%", "Beta", "alpha"]),
    ],
    ids=lambda value: str(value)[:12],
)
def test_search_finds_any_part_of_what_names_a_battery(lab: Database, text, found):
    assert names(lab, BatteryFilter(text=text)) == found


def test_technologies_narrow_and_are_counted_within_the_search(lab: Database):
    both = (Technology.LITHIUM, Technology.REDOX_STACK)
    page = list_batteries(lab, BatteryFilter(both), offset=0, limit=9)
    assert ([row.name for row in page.rows], page.count, page.total) == (
        ["gamma 100%", "alpha"],
        2,
        3,
    )
    assert count_by_technology(lab) == dict.fromkeys(Technology, 1)
    alpha = BatteryFilter((Technology.LEAD_ACID,), "alpha")  # whatever technology is asked for
    assert count_by_technology(lab, alpha) == {Technology.LITHIUM: 1}


def confirm(database: Database, battery_id: int, station: str) -> int:
    """Confirm a battery on a new station; return its number."""
    with database.write() as session:
        number = add_station_in(session, station)
        about = {"user_name": "oscar", "confirmed_at": NOW}
        session.add(ConfirmedBattery(station_id=number, battery_id=battery_id, **about))
    return number


def hold(database: Database, battery_id: int, experiment_id: int) -> None:
    with database.write() as session:
        session.add(
            Plan(
                token=f"held-{experiment_id}",
                name="Held",
                description="",
                user_name="oscar",
                state=PlanState.HELD,
                experiment_id=experiment_id,
                battery_id=battery_id,
                station_id=1,
                profile_id=1,
                position=1,
                detail={},
                created_at=NOW,
                state_since=NOW,
            )
        )


def test_the_state_is_that_of_what_runs_before_what_waits_before_what_has_ended(lab: Database):
    assert {row.use.state for row in rows(lab)} == {BatteryState.IDLE}
    waits = [ExperimentStatus.QUEUED, ExperimentStatus.FINISHED]  # one that has a higher number
    for status in (ExperimentStatus.RUNNING, *waits):
        add_experiment(lab, battery_id=1, status=status)
    for status in waits:
        add_experiment(lab, battery_id=2, status=status)
    hold(lab, 3, 900)
    hold(lab, 1, 901)
    found = {row.id: row.use for row in rows(lab)}
    assert [found[one].state for one in (1, 2, 3)] == ["running", "queued", "held"]
    assert (found[1].runs_on, found[2].runs_on) == ("Virtual", "")
    assert names(lab, sort=Sort(BatterySortKey.STATE)) == ["alpha", "Beta", "gamma 100%"]
    for state, expected in (
        ((BatteryState.RUNNING,), ["alpha"]),
        ((BatteryState.QUEUED, BatteryState.HELD), ["gamma 100%", "Beta"]),
        ((BatteryState.IDLE,), []),
        ((BatteryState.IDLE, BatteryState.RUNNING), ["alpha"]),
    ):
        assert names(lab, BatteryFilter(states=state)) == expected


def test_it_is_where_it_runs_else_where_it_is_confirmed(lab: Database):
    first, second = confirm(lab, 1, "Station B"), confirm(lab, 1, "Station C")
    third = confirm(lab, 2, "Station A")
    add_experiment(lab, battery_id=2, status=ExperimentStatus.PAUSED)  # on the virtual one
    found = {row.id: row.use.station for row in rows(lab)}
    assert found == {1: "Station B, Station C", 2: "Virtual", 3: ""}
    up = names(lab, sort=Sort(BatterySortKey.STATION))
    assert up == ["gamma 100%", "alpha", "Beta"]
    for station, expected in ((first, ["alpha"]), (second, ["alpha"]), (third, []), (1, ["Beta"])):
        assert names(lab, BatteryFilter(stations=(station,))) == expected


def lives(database: Database) -> None:
    numbers = {1: (4.5, 90.0, 120.0, 0.02), 2: (40.0, None, 3.0, None)}
    with database.write() as session:
        for battery, (capacity, retention, efc, ohm) in numbers.items():
            session.add(
                BatteryLife(
                    battery_id=battery,
                    experiments=2,
                    pending=1,
                    cycles=7,
                    last_capacity_ah=capacity,
                    retention_pct=retention,
                    equivalent_full_cycles=efc,
                    resistance_ohm=ohm,
                )
            )


def test_what_it_has_come_to_is_shown_sorted_and_narrowed_by(lab: Database):
    lives(lab)
    stack, lead, lithium = rows(lab)
    assert (lithium.life.last_capacity_ah, lithium.life.retention_pct) == (4.5, 90.0)
    assert (lead.life.equivalent_full_cycles, lead.life.resistance_ohm) == (3.0, None)
    assert (lead.life.experiments, lead.life.pending, lead.life.cycles) == (2, 1, 7)
    assert (stack.life.experiments, stack.life.last_capacity_ah) == (0, None)
    down = names(lab, sort=Sort(BatterySortKey.EFC, descending=True))
    assert down == ["alpha", "Beta", "gamma 100%"]
    for figure, low, high, expected in (
        (LifeFigure.CAPACITY, 4.5, None, ["Beta", "alpha"]),
        (LifeFigure.RETENTION, None, 95.0, ["alpha"]),
        (LifeFigure.EFC, 3.0, 3.0, ["Beta"]),
        (LifeFigure.RESISTANCE, None, 0.01, []),
    ):
        wanted = BatteryFilter(between=(LifeBetween(figure, low, high),))
        assert names(lab, wanted) == expected


def test_a_model_is_that_of_its_maker(lab: Database):
    assert names(lab, BatteryFilter(model=Model("LG", "M50"))) == ["gamma 100%", "alpha"]
    assert names(lab, BatteryFilter(model=Model("Öler", "M50"))) == ["Beta"]
    assert names(lab, BatteryFilter(model=Model("LG", ""))) == []


@pytest.mark.parametrize("key", list(BatterySortKey))
def test_every_column_sorts_both_ways(lab: Database, key):
    ids = [row.id for row in list_batteries(lab, BatteryFilter(), offset=0, limit=9).rows]
    add_experiment(lab, battery_id=ids[1])
    up = names(lab, sort=Sort(key))
    assert names(lab, sort=Sort(key, descending=True)) == up[::-1]
    expected = {
        BatterySortKey.NAME: ["alpha", "Beta", "gamma 100%"],
        BatterySortKey.CAPACITY: ["gamma 100%", "alpha", "Beta"],
        BatterySortKey.EXPERIMENTS: ["alpha", "gamma 100%", "Beta"],
        BatterySortKey.LAST: ["alpha", "gamma 100%", "Beta"],
    }
    assert up == expected.get(key, up)


def test_a_page_after_the_first(lab: Database):
    assert names(lab, offset=1, limit=1) == ["Beta"]
    assert names(lab, offset=3) == []
    with pytest.raises(InputError):
        names(lab, offset=-1)


def test_a_page_takes_the_same_number_of_queries_whatever_is_on_it(lab: Database):
    sort = Sort(BatterySortKey.NAME)
    with statements(lab) as few:
        names(lab, sort=sort)
    for number in range(30):
        add_experiment(lab, battery_id=add_cell(lab, f"more {number}"))
    add_station(lab, "Station 1")
    with statements(lab) as many:
        assert len(names(lab, sort=sort)) == 33
    assert len([one for one in many if "SELECT" in one]) <= len(few) + 1 <= 9
    for key in BatterySortKey:
        every = BatteryFilter(
            states=(BatteryState.IDLE,),
            stations=(1,),
            between=(LifeBetween(LifeFigure.EFC, 1.0),),
        )
        with statements(lab) as said:
            names(lab, every, sort=Sort(key))
            names(lab, sort=Sort(key))
        assert len([one for one in said if "SELECT" in one]) <= 2 * 9
