"""The queue of a station: when what waits there begins."""

from dataclasses import replace

import pytest

from cycling.terms import StationState
from db.queries.stations.queue import PlanFacts, QueueEntry
from db.terms import OverviewState, PlanState
from pages.queue.card import begins_in
from tests.unit.pages.station.test_progress import NOW, cycling, station

QUEUED, HELD = PlanState.QUEUED, PlanState.HELD
HOUR_S = 3600.0


def entry(number: int, state: PlanState = QUEUED) -> QueueEntry:
    plan = PlanFacts(number, state, number, f"P{number}", "", 2, 1, 7, number, "", "ada", NOW)
    return QueueEntry(plan, "NMC-018", "1", "Profile", starting=False)


def test_what_waits_begins_after_all_that_is_before_it_and_held_ones_are_passed_over():
    runs = station(cycling(1), 3, 600.0, 600.0)
    begins = begins_in(runs, [entry(1), entry(2, HELD), entry(3)], {7: cycling(2)})
    left = {number: one.left_s for number, one in begins.items()}
    assert left == {1: pytest.approx(HOUR_S), 3: pytest.approx(3600.0 + 2 * 4200.0)}
    assert begins[1].until_next() == "in about 1 h 0 min"


def test_behind_a_profile_of_unknown_length_nothing_is_said():
    runs = station(cycling(1), 3, 600.0, 600.0)
    unknown = replace(cycling(1), expected_s=None)
    assert set(begins_in(runs, [entry(1), entry(2)], {7: unknown})) == {1}


def test_nothing_begins_by_itself_while_the_station_waits_for_a_person():
    runs = station(cycling(1), 3, 600.0, 600.0, state=StationState.PAUSED)
    paused = replace(runs, state=OverviewState.PAUSED)
    assert begins_in(paused, [entry(1)], {7: cycling(1)}) == {}
    alarm = replace(runs, state=OverviewState.ALARM)
    assert begins_in(alarm, [entry(1)], {7: cycling(1)}) == {}
