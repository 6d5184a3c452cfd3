"""Giving up an experiment on the page of its station."""

import pytest

from cycling.terms import ExperimentStatus
from db.models import Experiment, Run, StationLive, Unit
from pages.stations.ids import CHANGE
from tests.integration.db.commands.experiments.test_force_end import Bench
from tests.unit.components.tree import find, text


@pytest.fixture
def bench(store) -> Bench:
    return Bench(store)


def ask(visitor, experiment_id: int, by: str, reason: str | None = None):
    values = {f"{CHANGE.chosen}.data": {"do": "give up", "of": experiment_id, "asked": 1}}
    if by == f"{CHANGE.sure}.n_clicks":
        values[f"{CHANGE.reason}.value"] = reason
    return visitor.call(f"{CHANGE.dialog}.is_open", values, by=by)


def page(visitor, bench: Bench):
    return visitor.open("/stations", f"?station={bench.station}")


def test_an_operator_gives_it_up_with_a_reason_and_is_told_that_current_may_flow(oscar, bench):
    (button,) = find(page(oscar, bench), **{"data-bem-do": "give up"})
    assert button["props"]["data-bem-of"] == str(bench.run)
    asked = ask(oscar, bench.run, f"{CHANGE.chosen}.data")
    assert asked[f"{CHANGE.title}.children"] == "Give Cycling up?"
    assert "This switches nothing off. Current may still be flowing" in text(
        asked[f"{CHANGE.question}.children"]
    )
    assert asked[f"{CHANGE.box}.hidden"] is False
    without = ask(oscar, bench.run, f"{CHANGE.sure}.n_clicks", " ")
    assert "what has become of the unit" in without[f"{CHANGE.error}.children"]
    done = ask(oscar, bench.run, f"{CHANGE.sure}.n_clicks", "Burnt")
    assert "Current may still be flowing at Station 01." in str(done["shell-toasts-store.data"])
    assert bench.row(Experiment, bench.run).status is ExperimentStatus.ERROR
    assert bench.row(Run, bench.run).end_reason == "Given up by oscar: Burnt."
    assert not find(page(oscar, bench), **{"data-bem-do": "give up"})


def test_afterwards_nothing_says_that_nothing_flows(oscar, bench):
    ask(oscar, bench.run, f"{CHANGE.sure}.n_clicks", "Burnt")
    words = text(oscar.open(f"/monitor/{bench.station}"))
    assert "Given up by oscar: Burnt." in words
    assert "Current may still be flowing: go to the station." in words
    assert "Its last experiment was given up. Treat the cell as live." in words
    assert "Nothing runs now" not in words
    assert "Nothing was running then" not in words


def test_a_viewer_is_told_and_does_nothing(vera, bench):
    assert "an operator can give the experiment up" in text(page(vera, bench))
    assert not find(page(vera, bench), **{"data-bem-do": "give up"})
    assert ask(vera, bench.run, f"{CHANGE.sure}.n_clicks", "Burnt").status == 403
    assert bench.row(Experiment, bench.run).status is ExperimentStatus.RUNNING


def test_it_is_not_offered_and_refused_while_the_unit_is_in_contact(oscar, bench):
    bench.lab.change(Unit, bench.unit, seen_at=bench.lab.now, online=True)
    bench.lab.change(StationLive, bench.station, seen_at=bench.lab.now, contact_lost_at=None)
    assert not find(page(oscar, bench), **{"data-bem-do": "give up"})
    for by in (f"{CHANGE.chosen}.data", f"{CHANGE.sure}.n_clicks"):
        assert "cannot be given up now" in str(ask(oscar, bench.run, by, "Burnt"))
    assert bench.row(Experiment, bench.run).status is ExperimentStatus.RUNNING


def test_the_live_view_leads_there_where_contact_is_lost(oscar, bench):
    shown = oscar.open(f"/monitor/{bench.station}")
    assert "If its unit is gone for good, the experiment can be given up" in text(shown)
    assert find(shown, href=f"/stations?station={bench.station}")
