"""The page of an experiment that runs: what changes comes, what has ended asks nothing."""

import re
from datetime import timedelta

import pytest

from cycling.terms import ExperimentStatus
from db.models import Experiment, StationLive
from tests.running_lab import RunningLab
from tests.unit.components.tree import find, text
from tests.unit.pages.visitor import shown

STATE = "experiment-state.children"


@pytest.fixture
def running(store) -> RunningLab:
    return RunningLab(store)


@pytest.fixture
def run(running: RunningLab) -> int:
    place, cell = running.station("Station 04", running.unit()), running.battery("NMC-018", "1")
    run = running.experiment("Cycle life", place, cell, running.profile("P", cycles=100))
    running.live(place, run, instruction_id=59, cycle=12, current_a=-1.5)
    running.run(run, place)
    running.measures(run, place, 10)
    return run


def pulse(visitor, run: int, drawn):
    values = {"experiment-id.data": run, "experiment-drawn-state.data": drawn}
    return visitor.call(STATE, values, by="shell-pulse.data")


def test_what_happens_comes_into_the_open_page_and_an_end_ends_the_questions(vera, running, run):
    page = vera.open(f"/experiments/{run}")
    drawn = shown(page, "experiment-drawn-state")["data"]
    assert "left, Monitor" in text(shown(page, "experiment-facts")["children"])
    same = pulse(vera, run, drawn)
    assert "Running" in text(same[STATE])
    assert "experiment-happenings.children" not in same
    assert "experiment-ended.data" not in same
    running.alarm(2, "T2 silent", experiment_id=run)
    running.change(Experiment, run, status=ExperimentStatus.ERROR, finished_at=running.now)
    later = pulse(vera, run, drawn)
    assert "T2 silent" in text(later["experiment-happenings.children"])
    assert "left" not in text(later["experiment-facts.children"])
    assert not find(later["experiment-facts.children"], **{"data-bem-left": "x"})
    assert later["experiment-ended.data"] is True
    assert pulse(vera, run, later["experiment-drawn-state.data"]).status == 204


def test_facts_and_graph_of_what_runs_say_as_of_when_and_the_same_times(vera, running, run):
    page = vera.open(f"/experiments/{run}")
    facts = text(shown(page, "experiment-facts")["children"])
    assert re.search(r"FactsAs of \d+ \w+ 20\d\d, [\d:]{8}", facts)

    def graph_words() -> str:
        values = {"experiment-id.data": run, "experiment-channels.value": ["voltage"]}
        values |= {"shell-theme.data": "light", "experiment-time.value": "elapsed"}
        answer = vera.call("experiment-graph.figure", values, by="experiment-id.data")
        return text(answer["experiment-range.children"])

    assert "test time, as of " in graph_words()
    running.change(Experiment, run, status=ExperimentStatus.ERROR, finished_at=running.now)
    over = text(shown(vera.open(f"/experiments/{run}"), "experiment-facts")["children"])
    assert "As of" not in over
    (test_time,) = re.findall(r"Test time([\d. mins]+?)(?=[A-Z])", over)
    assert re.search(
        rf"Whole experiment, ([^,]+ measured of )?{test_time} test time", graph_words()
    )
    assert "as of" not in graph_words()


def test_the_export_counts_no_rows_while_the_facts_go_on_counting(vera, running, run):
    def said() -> str:
        (card,) = find(vera.open(f"/experiments/{run}"), className="body bem-export")
        return text(card)

    assert "Measures, CSV (BDF)up to the moment of download" in said()
    running.change(Experiment, run, status=ExperimentStatus.FINISHED, finished_at=running.now)
    assert "Measures, CSV (BDF)10 rows" in said()


def test_what_is_said_as_of_the_same_second_is_the_same(vera, running, run, clock):
    second = clock.now.replace(microsecond=0)
    running.change(Experiment, run, begun_at=second - timedelta(seconds=29.5))
    clock.now = second + timedelta(seconds=0.04)
    facts = text(shown(vera.open(f"/experiments/{run}"), "experiment-facts")["children"])
    assert "Wall time29.5 s" in facts
    clock.advance(seconds=0.9)
    values = {"experiment-id.data": run, "experiment-channels.value": ["voltage"]}
    values |= {"shell-theme.data": "light", "experiment-time.value": "clock"}
    answer = vera.call("experiment-graph.figure", values, by="experiment-id.data")
    assert "29.5 s wall time" in text(answer["experiment-range.children"])


def test_statistics_of_what_runs_say_until_when_and_are_added_up_again_at_the_end(
    vera, running, run
):
    def added_up(by: str):
        values = {"experiment-id.data": run}
        return vera.call("experiment-statistics.children", values, by=by)

    first = added_up("experiment-id.data")
    assert text(first["experiment-as-of.children"]).startswith("Measures until ")
    assert first["experiment-add-up-box.hidden"] is False
    running.change(Experiment, run, status=ExperimentStatus.ERROR, finished_at=running.now)
    assert added_up("experiment-ended.data")["experiment-add-up-box.hidden"] is True


def test_facts_and_statistics_of_what_runs_are_of_the_same_measures(vera, running, run):
    """A simulated station at 100x records while the page is drawn."""
    running.change(StationLive, 2, test_time_s=None)
    before = text(shown(vera.open(f"/experiments/{run}"), "experiment-facts")["children"])
    assert "Test time9 s" in before
    running.measures(run, 2, 5, first=10)
    answer = vera.call("experiment-statistics.children", {"experiment-id.data": run})
    assert "Test time, recorded14 s" in text(answer["experiment-statistics.children"])
    assert "Test time14 s until " in text(answer["experiment-facts.children"])
    assert "Measures15" in text(answer["experiment-facts.children"])


def test_what_is_over_keeps_its_facts(vera, running, run):
    running.change(Experiment, run, status=ExperimentStatus.ERROR, finished_at=running.now)
    answer = vera.call("experiment-statistics.children", {"experiment-id.data": run})
    assert "experiment-facts.children" not in answer


def test_the_first_measures_bring_the_graph(vera, running, run):
    empty = {"stage": "empty", "happenings": ""}
    assert pulse(vera, run, empty)["experiment-reload.href"] == f"/experiments/{run}"
