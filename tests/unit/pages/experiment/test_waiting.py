"""The page of an experiment before it begins, and of one that never did."""

import pytest

from cycling.errors import InputError
from db.commands.experiments.notes import rename_experiment
from db.commands.queue import NewPlan, add_plan, cancel, confirm_battery, save_draft
from db.models import FormerNumber, Plan, StationAlarm
from db.queries.profiles.uses import experiment_profile
from pages.experiment.ids import DELETE, RENAME, Ids
from pages.queue.card import Ids as QueueIds
from tests.form_lab import BY, FormLab
from tests.running_lab import RunningLab
from tests.unit.components.tree import find, text


@pytest.fixture
def forms(store) -> FormLab:
    return FormLab(store)


@pytest.fixture
def plan(forms: FormLab):
    profile_id = RunningLab(forms.database).profile("Rest")
    new = NewPlan("0123456789abcdef-1", "Ageing", "", forms.s1, forms.a, profile_id)
    return add_plan(forms.database, new, by=BY(forms.now()))


def page_of(visitor, number: int):
    return visitor.open(f"/experiments/{number}")


def buttons(drawn, kind: str, which: int) -> int:
    return len(find(drawn, id=QueueIds.drop(kind, which)))


def test_a_held_one_says_why_and_can_be_confirmed_and_cancelled(oscar, vera, forms, plan):
    drawn = page_of(oscar, plan.experiment_id)
    said = text(drawn)
    assert "It is held: no station has it." in said
    assert plan.held_because in said
    assert "Held by oscar" in said
    pair = {"data-bem-confirm": f"{forms.s1},{forms.a}"}
    assert len(find(drawn, **pair)) == buttons(drawn, "plan", plan.id) == 1
    for words in ("NMC-001 SN SN-A", "Made by", "Kind", "Capacity", "Voltage2.5 to 4.2 V"):
        assert words in said
    others = page_of(vera, plan.experiment_id)
    assert plan.held_because in text(others)
    assert find(others, **pair) == []


def test_the_way_leads_to_what_waits_and_from_it(vera, forms, plan):
    lab = RunningLab(forms.database)
    begun = lab.experiment("Begun", forms.s2, forms.a, lab.profile("Cycle"))
    (after,) = find(page_of(vera, plan.experiment_id), title="Next of NMC-001: Begun")
    assert after["props"]["href"] == f"/experiments/{begun}"
    (before,) = find(page_of(vera, begun), title="Previous of NMC-001: Ageing")
    assert before["props"]["href"] == f"/experiments/{plan.experiment_id}"
    cycles = vera.open(f"/experiments/{plan.experiment_id}", "?tab=cycles")
    (after,) = find(cycles, title="Next of NMC-001: Begun")
    assert after["props"]["href"] == f"/experiments/{begun}?tab=cycles"


def test_a_queued_one_has_its_queue_and_a_cancelled_one_says_who_and_why(oscar, forms, plan):
    confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
    queued = page_of(oscar, plan.experiment_id)
    assert "It is in the queue of Station 01." in text(queued)
    assert buttons(queued, "plan", plan.id) == 1
    cancel(forms.database, plan.id, reason="Cell is warm", by=BY(forms.now()))
    cancelled = page_of(oscar, plan.experiment_id)
    assert "Cancelled by oscar" in text(cancelled)
    assert "Cell is warm" in text(cancelled)
    assert buttons(cancelled, "plan", plan.id) == 0
    assert len(find(cancelled, href=f"/add-experiment?like={plan.experiment_id}")) == 1


def test_what_a_queued_one_waits_for_is_brought_up_to_date(oscar, forms, plan):
    """An alarm keeps it, not its turn; once somebody has acknowledged that, the page says so."""
    confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
    lab = RunningLab(forms.database)
    alarm = lab.alarm(forms.s1, "Too hot.")
    waits = "Waits until somebody has acknowledged the alarm of Station 01."
    assert waits in text(page_of(oscar, plan.experiment_id))
    lab.change(StationAlarm, alarm, acknowledged_at=forms.now(), acknowledged_by="ada", comment="-")
    answer = oscar.call(f"{Ids.WAITS}.children", {"experiment-id.data": plan.experiment_id})
    assert waits not in text(answer[f"{Ids.WAITS}.children"])
    assert "It is in the queue of Station 01." in text(answer[f"{Ids.WAITS}.children"])


def test_its_course_is_on_its_page_also_when_it_never_began(oscar, forms, plan):
    cancel(forms.database, plan.id, reason="Cell is warm", by=BY(forms.now()))
    said = text(page_of(oscar, plan.experiment_id))
    assert "Course" in said
    assert f"Heldoscar: {plan.held_because}" in said
    assert "Cancelledoscar: Cell is warm" in said


@pytest.mark.parametrize("cancels", [False, True])
def test_operators_rename_one_that_has_not_begun(oscar, vera, forms, plan, cancels):
    number = plan.experiment_id
    if cancels:
        cancel(forms.database, plan.id, by=BY(forms.now()))
    assert len(find(page_of(oscar, number), id=RENAME.open)) == 1
    assert find(page_of(vera, number), id=RENAME.open) == []
    at = {"experiment-id.data": number}
    asked = oscar.call(f"{RENAME.dialog}.is_open", at, by=f"{RENAME.open}.n_clicks")
    assert asked[f"{RENAME.name}.value"] == "Ageing"
    rename_experiment(forms.database, number, "Ageing at 25", "", by=BY(forms.now()))
    assert "Ageing at 25" in text(page_of(oscar, number))


def test_a_queued_one_keeps_its_new_name_when_it_is_held_again(oscar, forms, plan):
    confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
    rename_experiment(forms.database, plan.experiment_id, "Ageing at 25", "Why", by=BY(forms.now()))
    with forms.database.read() as session:
        queued = session.get_one(Plan, plan.id)
        assert (queued.name, queued.description) == ("Ageing at 25", "Why")
    confirm_battery(forms.database, forms.s1, forms.b, by=BY(forms.now()))
    assert "Ageing at 25" in text(page_of(oscar, plan.experiment_id))


def test_a_draft_is_renamed_in_its_form(oscar, forms):
    draft = save_draft(forms.database, "d" * 16, "D", {}, by=BY(forms.now())).experiment_id
    assert find(page_of(oscar, draft), id=RENAME.open) == []
    with pytest.raises(InputError, match="in its form"):
        rename_experiment(forms.database, draft, "E", "", by=BY(forms.now()))


def test_admins_delete_one_that_was_cancelled(visitor, oscar, forms, plan):
    ada, number = visitor("ada"), plan.experiment_id
    assert find(page_of(ada, number), id=DELETE.open) == []
    cancel(forms.database, plan.id, by=BY(forms.now()))
    assert len(find(page_of(ada, number), id=DELETE.open)) == 1
    assert find(page_of(oscar, number), id=DELETE.open) == []
    at = {"experiment-id.data": number}
    asked = ada.call(f"{DELETE.dialog}.is_open", at, by=f"{DELETE.open}.n_clicks")
    assert "Ageing, experiment" in text(asked[f"{DELETE.question}.children"])
    sure = {**at, f"{DELETE.once}.data": "0" * 16, f"{DELETE.name}.value": "Ageing"}
    ada.call(f"{DELETE.dialog}.is_open", sure, by=f"{DELETE.sure}.n_clicks")
    assert "was deleted by ada" in text(page_of(ada, number))


def test_one_that_waits_shows_its_profile(oscar, forms, plan):
    assert len(find(page_of(oscar, plan.experiment_id), id=Ids.PROFILE)) == 1
    with forms.database.read() as session:
        profile_id = session.get_one(Plan, plan.id).profile_id
    assert profile_id is not None
    assert experiment_profile(forms.database, plan.experiment_id) == profile_id


def test_a_draft_leads_to_its_form(oscar, forms):
    draft = save_draft(forms.database, "0123456789abcdef", "", {}, by=BY(forms.now()))
    drawn = page_of(oscar, draft.experiment_id)
    assert len(find(drawn, href=f"/add-experiment?draft={draft.experiment_id}")) == 1
    assert buttons(drawn, "draft", draft.experiment_id) == 1


def test_a_number_of_before_leads_to_the_present_one(oscar, forms, plan):
    with forms.database.write() as session:
        session.add(FormerNumber(number=4711, experiment_id=plan.experiment_id))
    said = text(page_of(oscar, 4711))
    assert f"Experiment 4711 has the number {plan.experiment_id}" in said
    assert "It is held: no station has it." in said


def test_after_it_was_cancelled_the_page_is_drawn_again(oscar, forms, plan):
    reload = {"experiment-id.data": plan.experiment_id, "queue-change-done.data": {"plan": plan.id}}
    answer = oscar.call("experiment-waiting-reload.href", reload)
    assert answer["experiment-waiting-reload.href"] == f"/experiments/{plan.experiment_id}"


class TestRules:
    """Rules on cycles can be set before it begins."""

    OPEN, SAVE = "experiment-rules-open.n_clicks", "experiment-rules-sure.n_clicks"

    def call(self, visitor, number: int, by: str, **patterns):
        known = {"experiment-id.data": number, by: 1}
        return visitor.call("experiment-rules-dialog.is_open", known, by=by, **patterns)

    def test_a_held_one_takes_them(self, oscar, vera, forms, plan):
        number = plan.experiment_id
        assert "No rule is set" in text(page_of(oscar, number))
        assert "No rule is set" not in text(page_of(vera, number))
        question = self.call(oscar, number, self.OPEN)["experiment-rules-question.children"]
        assert "Alarm, and stop at the end of the cycle" in str(question)
        parts = (("threshold", "80"), ("cycles", "2"), ("then", "stop"))
        fields = [
            ({"type": "experiment-rules-field", "kind": "capacity", "part": part}, value)
            for part, value in parts
        ]
        patterns = {"experiment-rules-field": fields}
        done = self.call(oscar, number, self.SAVE, patterns=patterns)
        assert done["experiment-rules-go.href"] == f"/experiments/{number}?tab=cycles"
        said = text(vera.open(f"/experiments/{number}", "?tab=cycles"))
        rule = "Capacity below 80 % for 2 cyclesFor this experiment, by oscar. Then it is stopped."
        assert f"{rule}No cycle to judge yet." in said
        confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
        assert rule in text(vera.open(f"/experiments/{number}", "?tab=cycles"))

    def test_what_never_begins_has_none(self, oscar, forms, plan):
        cancel(forms.database, plan.id, by=BY(forms.now()))
        assert not find(page_of(oscar, plan.experiment_id), id="experiment-rules-open")
