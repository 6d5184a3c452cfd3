"""The queues' question: what is cancelled or discarded, once, and by whom."""

from functools import partial

import pytest

from cycling.terms import StationState
from db.commands.queue import NewPlan, add_plan, save_draft
from db.models import StationLive
from db.queries.stations.queue import find_plan, station_queue
from pages.queue.card import CHANGE, Ids, seen
from tests.form_lab import BY, FormLab
from tests.running_lab import RunningLab
from tests.unit.components.tree import of_type, text
from tests.unit.pages.visitor import UPDATE

OPEN, TOAST = f"{CHANGE.dialog}.is_open", "shell-toasts-store.data"
SURE = f"{CHANGE.sure}.n_clicks"


@pytest.fixture
def forms(store) -> FormLab:
    return FormLab(store)


@pytest.fixture
def plan(forms: FormLab) -> int:
    profile_id = RunningLab(forms.database).profile("Rest")
    new = NewPlan("0123456789abcdef-1", "Ageing", "", forms.s1, forms.a, profile_id)
    return add_plan(forms.database, new, by=BY(forms.now())).id


def ask(visitor, kind: str, plan_id: int):
    button = Ids.drop(kind, plan_id)
    pressed = {Ids.drop("", 0)["type"]: [(button, 1)]}
    by = {"id": button, "property": "n_clicks"}
    return visitor.call(OPEN, by=by, patterns=pressed)


def change(visitor, kind: str, plan_id: int, token: str = "0123456789abcdef"):
    values = {f"{CHANGE.chosen}.data": Ids.drop(kind, plan_id), f"{CHANGE.once}.data": token}
    return visitor.call(OPEN, values, by=SURE)


def test_cancelling_asks_first_names_the_experiment_and_is_done_once(oscar, forms, plan):
    asked = ask(oscar, "plan", plan)
    assert asked[f"{CHANGE.title}.children"] == "Cancel the experiment"
    assert asked[f"{CHANGE.question}.children"] == (
        f"Cancel experiment {find_plan(forms.database, plan).experiment_id}, Ageing? It leaves the "
        "queue for good, and keeps its number. It is held; no station has it."
    )
    assert asked[f"{CHANGE.chosen}.data"] == Ids.drop("plan", plan)
    sure = partial(change, oscar, "plan", plan, asked[f"{CHANGE.once}.data"])
    done = sure()
    assert done[TOAST]["text"] == "Ageing is cancelled."
    assert done[OPEN] is False
    assert done[f"{CHANGE.done}.data"] == Ids.drop("plan", plan)
    assert station_queue(forms.database, forms.s1) == ()
    assert sure()[TOAST]["text"] == "It is done."
    again = ask(oscar, "plan", plan)[f"{CHANGE.once}.data"]
    refused = change(oscar, "plan", plan, again)
    assert refused[f"{CHANGE.error}.children"] == "Ageing is cancelled already."


def test_the_title_counts_what_its_lists_show(vera):
    shown = [({"type": "queue-seen", "station": n}, [[n, "held", "", False]] * n) for n in (1, 2)]
    said = vera.call("queue-count.children", patterns={"queue-seen": shown})
    assert said["queue-count.children"] == "3 experiments waiting"


def test_a_station_where_something_waits_now_comes_into_the_page(vera, forms, plan):
    here = {"type": "queue-seen", "station": forms.s1}
    same = vera.call(
        "queue-page.children", by="shell-pulse.data", patterns={"queue-seen": [(here, here)]}
    )
    assert same.status == 204
    other = vera.call("queue-page.children", by="shell-pulse.data", patterns={"queue-seen": []})
    assert "Ageing" in str(other["queue-page.children"])


def test_a_draft_is_discarded_after_a_question_and_one_that_is_gone_is_said(oscar, forms):
    draft = save_draft(forms.database, "0123456789abcdef", "", {}, by=BY(forms.now()))
    draft = draft.experiment_id
    asked = ask(oscar, "draft", draft)
    assert asked[f"{CHANGE.title}.children"] == "Discard the draft"
    words = asked[f"{CHANGE.question}.children"]
    assert words == "Discard Without a name? It cannot be got back."
    done = change(oscar, "draft", draft, asked[f"{CHANGE.once}.data"])
    assert done[TOAST]["text"] == "The draft is discarded."
    gone = ask(oscar, "draft", draft)
    assert gone[OPEN] is False
    assert "it is queued or discarded" in gone[TOAST]["text"]
    assert gone[f"{CHANGE.done}.data"] == Ids.drop("draft", draft)


@pytest.mark.parametrize("plan_id", [None, "5", [1]], ids=str)
def test_odd_choices_change_nothing(oscar, forms, plan, plan_id):
    assert change(oscar, "plan", plan_id).status == 204
    assert len(station_queue(forms.database, forms.s1)) == 1


def test_a_viewer_cancels_nothing(vera, forms, plan):
    body = vera.body(OPEN, {f"{CHANGE.chosen}.data": Ids.drop("plan", plan)}, by=SURE)
    assert vera.client.post(UPDATE, json=body).status_code == 403
    assert len(station_queue(forms.database, forms.s1)) == 1


def test_the_list_changes_when_the_one_that_runs_is_paused(oscar, store):
    """Nothing begins "in about 20 min" while somebody has paused what runs before it."""
    lab = RunningLab(store)
    unit = lab.unit()
    station = lab.station("Station 04", unit)
    cell, profile = lab.battery("NMC-018", "718"), lab.profile("P", cycles=3, expected_s=9000.0)
    lab.confirm(station, cell)
    run = lab.experiment("Runs", station, cell, profile)
    lab.run(run, station)
    lab.live(station, run)
    new = NewPlan("0123456789abcdef-1", "Next", "", station, cell, profile)
    add_plan(store, new, by=BY(lab.now))
    before = seen(station_queue(store, station))
    assert "Begins in" in text(oscar.open("/queue"))
    lab.change(StationLive, station, state=StationState.PAUSED, output_on=False)
    assert seen(station_queue(store, station)) != before
    drawn = text(oscar.open("/queue"))
    assert "Waits: the experiment before it is paused." in drawn
    assert "Begins in" not in drawn


def test_why_something_is_done_has_one_name_on_every_page(oscar, lab):
    """Cancelling, stopping and taking out of service ask for the same: a reason."""
    station = lab.station("Station 1")
    for path in ("/queue", f"/monitor/{station}", "/stations"):
        labels = [text(one) for one in of_type(oscar.open(path), "Label")]
        assert any(one.startswith("Reason") for one in labels), path
        assert not any(one.startswith("Why") for one in labels), path
