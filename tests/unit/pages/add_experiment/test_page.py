"""Add experiment without a browser: what is typed, by whoever, and what it means."""

import dataclasses
import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from cycling.profile.summary import Extent, ProfileSummary
from cycling.terms import ExperimentStatus, StationState, Technology
from db.commands.audit import By
from db.commands.form_tokens import new_token
from db.commands.queue import NewPlan, add_plan, confirm_battery, save_draft
from db.models import AuditEntry, CyclerStation, OutOfService, Plan, StationAlarm, StationLive
from db.terms import PlanState
from pages.add_experiment.assignment import queue_text, release_text
from pages.add_experiment.form_data import FormData, Pair, read_form, text_problems
from pages.add_experiment.form_state import form_state, main_equipment, main_open_voltage
from pages.add_experiment.ids import ELECTROLYTE_FIELDS, PROFILE, Ids
from pages.add_experiment.initial_values import initial_form
from pages.add_experiment.library import misfit
from pages.add_experiment.pairs import option
from pages.add_experiment.panel import about_text, stats, summary_card
from pages.add_experiment.queueing import UNREAD, problems_of, queue, row_key
from pages.profile.check import checked
from pages.profile.choice import CHOOSE
from tests.form_lab import BY, CYCLE, FormLab, device
from tests.running_lab import RunningLab
from tests.unit.components.tree import find, text
from tests.unit.db.lab import add_experiment, add_stack
from tests.unit.pages.visitor import Visitor, shown

TOKEN = "0123456789abcdef"
AMOUNTS = dict(zip(ELECTROLYTE_FIELDS, ["1000", "50", "10", "60"] * 2, strict=True))


@pytest.fixture
def forms(store) -> FormLab:
    return FormLab(store)


def typed(lab: FormLab, **changes) -> FormData:
    values = {
        "token": TOKEN,
        "name": "Ageing",
        "pairs": (Pair(lab.a, lab.s1),),
        "text": CYCLE,
        **changes,
    }
    return FormData(**values)


def found(lab: FormLab, **changes) -> dict[str, str]:
    return problems_of(form_state(lab.database, typed(lab, **changes)))


class TestTyped:
    def test_it_comes_back_as_it_went(self):
        form = FormData(
            TOKEN,
            "A",
            "b",
            Technology.LEAD_ACID,
            (Pair(1, 2, connected=True), Pair()),
            CHOOSE,
            7,
            "WAIT, 5",
            AMOUNTS,
            acknowledged=True,
        )
        assert read_form(form.to_json()) == form

    @pytest.mark.parametrize(
        "plain",
        [
            None,
            7,
            "x",
            [],
            {"pairs": "x"},
            {"pairs": [[1], 5, ["a", None, 1]]},
            {"version": -1, "technology": "x", "text": 5, "electrolytes": [1]},
            {"version": True, "acknowledged": 1, "pairs": [[10**30, 1e999, "yes"]]},
        ],
    )
    def test_rubbish_is_an_empty_form(self, plain):
        form = read_form(plain)
        assert form.pairs == (Pair(),)
        assert (form.version_id, form.technology, form.acknowledged) == (None, None, False)

    def test_half_characters_can_be_stored(self):
        assert read_form({"text": "CC \ud800"}).text == "CC ?"

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("", "Give the experiment a name"),
            (" \t", "Give the experiment a name"),
            ("x" * 10_000, "shorten it to 30"),
            ("a\x00b", "cannot be shown"),
        ],
    )
    def test_names_that_cannot_be(self, name: str, says: str):
        assert says in text_problems(FormData(name=name))[Ids.NAME]

    @pytest.mark.parametrize("name", ["🔋" * 30, "<b>x</b>", "'; DROP TABLE Experiment; --"])
    def test_names_that_can_be(self, name: str):
        assert text_problems(FormData(name=name)) == {}


class TestProblems:
    def test_a_good_form_has_none(self, forms: FormLab):
        assert found(forms) == {}

    def test_an_empty_one_names_everything(self, forms: FormLab):
        assert list(found(forms, name="", text=" ", pairs=(Pair(),))) == [
            Ids.NAME,
            row_key(0),
            PROFILE,
        ]

    @pytest.mark.parametrize(
        ("pair", "says"),
        [
            (Pair(), "Choose a battery"),
            (Pair(987_654, 2), "battery does not exist"),
            (Pair(1, None), "Choose a station"),
            (Pair(1, 987_654), "station is not in use"),
            (Pair(1, 1), "station is not in use"),  # Virtual
        ],
    )
    def test_stale_and_missing_ids(self, forms: FormLab, pair: Pair, says: str):
        assert says in found(forms, pairs=(pair,))[row_key(0)]

    def test_a_station_that_is_out_of_service(self, forms: FormLab):
        out = OutOfService(
            station_id=forms.s1, reason="Fan broken.", user_name="ada", since=forms.now()
        )
        with forms.database.write() as session:
            session.add(out)
        assert "Fan broken." in found(forms)[row_key(0)]

    def test_a_battery_that_another_station_has(self, forms: FormLab):
        confirm_battery(forms.database, forms.s2, forms.a, by=BY(forms.now()))
        assert "was confirmed on Station 02" in found(forms)[row_key(0)]
        here = (Pair(forms.a, forms.s1, connected=True),)
        assert found(forms, pairs=here) == {}

    @pytest.mark.parametrize(
        "text",
        [
            "CC, -1C, CURRENT, 2",
            "CC, 20, VOLTAGE, 4",
            "CC, 1, VOLTAGE, 9",
            "REPEAT 1000000000",
            "x",
        ],
    )
    def test_a_profile_that_cannot_be_carried_out(self, forms: FormLab, text: str):
        assert "Fix what is marked" in found(forms, text=text)[PROFILE]

    def test_a_version_that_is_gone(self, forms: FormLab):
        assert "does not exist" in found(forms, source=CHOOSE, version_id=987)[PROFILE]

    def test_a_hazard_is_to_be_read(self, forms: FormLab):
        assert found(forms, text="CC, 1, TIME, 30") == {Ids.ACKNOWLEDGE: UNREAD}
        assert found(forms, text="CC, 1, TIME, 30", acknowledged=True) == {}

    def test_each_pair_is_checked_by_itself(self, forms: FormLab):
        small = forms.unit("unit-9", device(9, amperes=1.0), first=9)[0]
        pairs = (Pair(forms.a, forms.s1), Pair(forms.b, small))
        state = form_state(forms.database, typed(forms, pairs=pairs))
        assert state.problems == ()
        assert PROFILE in problems_of(state)

    def test_a_station_that_takes_one_limit_refuses_two(self, forms: FormLab):
        simple = forms.unit("unit-9", device(9, several_limits=False, safety=False), first=9)[0]
        assert PROFILE in found(forms, pairs=(Pair(forms.a, simple),))

    def test_a_stack_needs_its_electrolytes(self, forms: FormLab):
        stack = add_stack(forms.database)
        wrong = found(forms, pairs=(Pair(stack, forms.s1),), text="CC, 1, VOLTAGE, 4")
        assert set(wrong) == set(ELECTROLYTE_FIELDS)


class TestQueue:
    def send(self, lab: FormLab, **changes):
        state = form_state(lab.database, typed(lab, **changes))
        return queue(lab.database, state, By("oscar", "", lab.now()))

    def test_text_and_library_become_plans_once(self, forms: FormLab):
        first = self.send(forms)
        assert self.send(forms, name="Replayed") == first
        (other,) = self.send(
            forms,
            token="f" * 16,
            source=CHOOSE,
            version_id=forms.version,
            pairs=(Pair(forms.b, forms.s3, connected=True),),
        )
        assert (first[0].state, other.state) == (PlanState.HELD, PlanState.QUEUED)
        with forms.database.read() as session:
            assert session.scalar(select(func.count()).select_from(Plan)) == 2

    def test_what_waits_before_it_is_said(self, forms: FormLab):
        self.send(forms)
        assignment = form_state(forms.database, typed(forms)).main
        assert queue_text(assignment) == "behind Ageing"
        other = (Pair(forms.b, forms.s1, connected=True),)
        second = form_state(forms.database, typed(forms, pairs=other)).main
        assert queue_text(second) == "first in the queue, nothing runs there"  # Ageing is held
        assert release_text(assignment) == ""
        assert assignment.held_text == "Held until NMC-001 (SN SN-A) is confirmed on Station 01."

    def test_what_cannot_be_queued_is_not_said_to_wait(self, forms: FormLab):
        self.send(forms)
        elsewhere = typed(forms, token="c" * 16, pairs=(Pair(forms.a, forms.s2),))
        said = text(summary_card(form_state(forms.database, elsewhere)))
        assert "Cannot be queued at Station 02. NMC-001 is in the queue of Station 01." in said
        assert "Held until" not in said
        confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
        add_experiment(
            forms.database,
            battery_id=forms.a,
            station_id=forms.s1,
            status=ExperimentStatus.RUNNING,
        )
        problem = found(forms, pairs=(Pair(forms.a, forms.s2),))[row_key(0)]
        assert problem == "NMC-001 runs on Station 01. Choose that station, or another battery."

    def test_what_begins_first_once_the_battery_is_connected_is_named(self, forms: FormLab):
        self.send(forms)
        pairs = (Pair(forms.a, forms.s1, connected=True),)
        state = form_state(forms.database, typed(forms, name="Second", token="c" * 16, pairs=pairs))
        before = "Ageing is held for this battery: it begins before this one"
        assert before in release_text(state.main)
        assert before in text(summary_card(state))

    @pytest.mark.parametrize(("code", "hinders"), [("stopped", True), ("contact lost", False)])
    def test_an_alarm_that_keeps_its_station_from_the_next_one_is_said(
        self, forms: FormLab, code: str, hinders: bool
    ):
        alarm = StationAlarm(key=code, station_id=forms.s1, code=code, text="", at=forms.now())
        with forms.database.write() as session:
            session.add(alarm)
        for connected in (True, False):  # queued at once, or held
            pairs = (Pair(forms.a, forms.s1, connected=connected),)
            said = text(summary_card(form_state(forms.database, typed(forms, pairs=pairs))))
            assert ("acknowledged the alarm of Station 01." in said) is hinders


class TestBeginning:
    def test_an_address_of_before_drafts_had_numbers_leads_to_its_draft(self, forms: FormLab):
        for token in ("d" * 16, "e" * 16):
            draft = save_draft(forms.database, token, token, {}, by=BY(forms.now()))
        with forms.database.write() as session:
            plan = session.get_one(Plan, draft.id)
            plan.experiment_id = 900
            rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "save draft"))
            rows.all()[-1].target = f"plan {draft.id}"
        begun = initial_form(forms.database, {"draft": str(draft.id)}, TOKEN)
        assert begun.form.token == "e" * 16
        assert begun.message == "Draft of oscar. It has the number 900 now."
        assert initial_form(forms.database, {"draft": "900"}, TOKEN).message == "Draft of oscar."

    def test_a_draft_that_is_used_up_leads_to_no_other_ones_plan(self, forms: FormLab):
        draft = save_draft(forms.database, "d" * 16, "D", {}, by=BY(forms.now()))
        with forms.database.write() as session:
            session.get_one(Plan, draft.id).experiment_id = 900
        begun = initial_form(forms.database, {"draft": str(draft.id)}, TOKEN)
        assert "There is no draft" in begun.message

    def test_all_that_an_address_names_in_vain_is_said(self, forms: FormLab):
        begun = initial_form(forms.database, {"battery": "999", "station": "998"}, TOKEN)
        assert begun.message == (
            "There is no battery 999. There is no station 998 that takes experiments. "
            "The form is empty."
        )
        assert begun.is_problem

    @pytest.mark.parametrize(
        "query", ["?draft=987", "?like=987", "?battery=abc", "?draft=-1", "?like=1e99"]
    )
    def test_an_address_of_nothing_gives_an_empty_form(self, oscar: Visitor, query: str):
        page = oscar.open("/add-experiment", query)
        (note,) = find(page, className="bem-note paused")
        assert "The form is empty." in text(note)
        assert not shown(page, "addexp-name").get("value")
        assert not shown(page, "addexp-profile-text").get("value")

    def test_a_battery_with_its_station(self, forms: FormLab):
        confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
        begun = initial_form(forms.database, {"battery": str(forms.a)}, TOKEN)
        assert begun.form.pairs == (Pair(forms.a, forms.s1),)
        assert begun.form.technology is Technology.LITHIUM

    def test_a_station_with_the_battery_that_is_confirmed_there(self, forms: FormLab):
        begun = initial_form(forms.database, {"station": str(forms.s1)}, TOKEN)
        assert begun.form.pairs == (Pair(None, forms.s1),)
        confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
        begun = initial_form(forms.database, {"station": str(forms.s1)}, TOKEN)
        assert begun.form.pairs == (Pair(forms.a, forms.s1),)

    def test_what_was_imported_has_no_profile_and_no_station_to_copy(self, forms: FormLab):
        imported = add_experiment(forms.database, battery_id=forms.a)
        begun = initial_form(forms.database, {"like": str(imported)}, TOKEN)
        assert begun.message == (
            f"Copied from experiment {imported}. It has no profile: choose or write one. "
            "Its station takes no experiments: choose another one."
        )

    @pytest.mark.parametrize("name", ["draft", "like", "battery", "station", "profile"])
    @pytest.mark.parametrize("value", ["", "0", "-1", "abc", "1e99", "９", "987654"])
    def test_nothing_of_that_name_says_so(self, forms: FormLab, name: str, value: str):
        begun = initial_form(forms.database, {name: value}, TOKEN)
        assert begun.is_problem
        assert begun.form == FormData(token=TOKEN)


class TestLibrary:
    def summary(self, **changes) -> ProfileSummary:
        values = {
            "steps": 3,
            "cycles": 1,
            "needs_capacity": False,
            "voltage": Extent(2.9, 4.1, "V"),
            "current": Extent(-1.0, 1.0, "A"),
            "duration_s": 3600.0,
            **changes,
        }
        return ProfileSummary(**values)

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({}, ""),
            ({"voltage": None}, ""),
            ({"voltage": Extent(2.9, 4.3, "V")}, "the battery allows 2.5 to 4.2 V"),
            ({"voltage": Extent(2.9, None, "V")}, ""),  # the limits of the battery do
            ({"voltage": Extent(2.45, 4.25, "V")}, ""),  # SAFETY where they switch off
            ({"current": Extent(-1.0, 1.0, "C")}, ""),
            ({"current": Extent(-1.5, 1.0, "C")}, "It goes from −7.5 to 5 A"),
            ({"current": None}, "not known"),
        ],
    )
    def test_why_it_does_not_fit(self, forms: FormLab, changes, says: str):
        reason = misfit(self.summary(**changes), *main_equipment(forms.database, typed(forms)))
        assert (says in reason) if says else not reason

    def test_a_safety_beyond_the_cut_off_of_the_station_fits_where_the_steps_do(
        self, forms: FormLab
    ):
        place = main_equipment(forms.database, typed(forms))
        wide = Extent(0.5, 9.0, "V")
        assert misfit(self.summary(voltage=wide, ends=Extent(3.0, 4.1, "V")), *place) == ""
        assert misfit(self.summary(voltage=wide, ends=Extent(None, None, "V")), *place) == ""
        assert "9 V" in misfit(self.summary(voltage=wide, ends=wide), *place)
        assert "9 V" in misfit(self.summary(voltage=wide), *place)  # of an older version

    def test_where_nobody_watches_the_battery_nothing_bounds_a_voltage(self, forms: FormLab):
        battery, station = main_equipment(forms.database, typed(forms))
        unwatched = dataclasses.replace(station, guards_battery_range=False)
        open_end = self.summary(voltage=Extent(2.9, None, "V"))
        assert "nothing bounds it" in misfit(open_end, battery, unwatched)

    def test_nothing_is_held_against_what_is_not_chosen(self, forms: FormLab):
        nothing = main_equipment(forms.database, typed(forms, pairs=(Pair(),)))
        assert misfit(self.summary(voltage=Extent(0, 400, "V")), *nothing) == ""

    def test_a_station_whose_range_nobody_knows_fits_nothing(self, forms: FormLab):
        battery, station = main_equipment(forms.database, typed(forms))
        blind = dataclasses.replace(station, voltage_max_v=None)
        reason = misfit(self.summary(), battery, blind)
        assert "voltage range of Station 01 is not known" in reason


def test_choices_are_found_by_their_name_not_by_what_is_said_about_them():
    station = option(5, "Station 05", ["0 to 50 V", "LA-005 confirmed"])
    assert station["search"] == "Station 05"


def test_an_expected_end_by_safety_is_a_warning_beside_what_it_takes_until_there():
    trips = checked("SAFETY VOLTAGE 2.5 4.0\nCC, 1, VOLTAGE, 4.1\nWAIT, 1h\n")
    warning, lasts, *_ = stats(trips)
    assert "expected to switch off in line 2" in text(warning)
    assert "bem-note" in str(warning)
    assert text(lasts).startswith("Until the safety limit")
    first, *_ = stats(checked("CC, 1, VOLTAGE, 4.1\nWAIT, 1h\n"))
    assert text(first).startswith("Whole profile")


def hold(forms: FormLab, battery: int) -> None:
    """Queue something for a battery, which is held where that is not confirmed."""
    profile_id = RunningLab(forms.database).profile("Rest")
    new = NewPlan(new_token(), "Rest", "", forms.s1, battery, profile_id)
    add_plan(forms.database, new, by=BY(forms.now()))


def test_what_cannot_be_queued_has_no_button_to_queue_it(forms, oscar):
    def check(**changes):
        form = {"addexp-typed.data": typed(forms, **changes).to_json()}
        return oscar.call("addexp-profile-problems.children", form)

    assert check()["addexp-save.disabled"] is False
    confirm_battery(forms.database, forms.s2, forms.a, by=BY(forms.now()))
    moved = check()
    assert "Cannot be queued at Station 01." in text(moved["addexp-summary.children"])
    assert moved["addexp-save.disabled"] is True
    assert "NMC-001 was confirmed on Station 02." in text(moved["addexp-state.children"])
    assert check(pairs=(Pair(forms.a, forms.s1, connected=True),))["addexp-save.disabled"] is False
    twice = check(pairs=(Pair(forms.b, forms.s1), Pair(forms.b, forms.s2)))
    assert "This battery is chosen twice." in text(twice["addexp-summary.children"])
    assert "This battery is chosen twice." in text(twice["addexp-state.children"])
    assert twice["addexp-save.disabled"] is True


def test_nothing_is_called_queued_at_once_before_it_can_be(forms):
    confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))

    def summary(profile: str) -> str:
        (card,) = summary_card(form_state(forms.database, typed(forms, text=profile)))
        return text(card)

    mistake = "CC, 0.5C, CURRENT, 4.1"
    assert summary(CYCLE).endswith("Queued at once.")
    assert summary("").endswith("first in the queue, nothing runs there")
    assert summary(mistake).endswith("It cannot be queued until the profile is mended.")


class TestWhatChangesMeanwhile:
    """With each pulse of the frame a form asks whether the laboratory has changed."""

    def offers(self, visitor: Visitor, pair: Pair, known: str):
        ids = [
            ("addexp-battery", pair.battery_id, "value"),
            ("addexp-station", pair.station_id, "value"),
        ]
        patterns = {kind: [({"type": kind, "row": 0}, value)] for kind, value, _ in ids}
        values = {"addexp-technology.value": "", "addexp-laboratory.data": known}
        asked = ("addexp-empty-row.data", values)
        return visitor.call(*asked, by="addexp-again.data", patterns=patterns)

    @pytest.fixture
    def known(self, forms, oscar) -> str:
        return shown(oscar.open("/add-experiment"), "addexp-laboratory")["data"]

    def options(self, answer, kind: str) -> dict[int, str]:
        ((_chosen, options),) = json.loads(answer["addexp-offers.data"])[kind]
        return {one["value"]: text(one["label"]) for one in options}

    def test_nothing_travels_where_nothing_has_changed(self, forms, oscar, known):
        assert self.offers(oscar, Pair(forms.a, forms.s1), known).status == 204

    def test_measures_are_no_change(self, forms, oscar):
        live = RunningLab(forms.database)
        live.live(forms.s1)
        known = shown(oscar.open("/add-experiment"), "addexp-laboratory")["data"]
        later = live.now + timedelta(seconds=5)
        live.change(StationLive, forms.s1, voltage_v=3.9, measured_at=later, seen_at=later)
        assert self.offers(oscar, Pair(forms.a, forms.s1), known).status == 204

    def test_a_battery_that_is_confirmed_elsewhere_is_said_and_checked(self, forms, oscar, known):
        confirm_battery(forms.database, forms.s2, forms.a, by=BY(forms.now()))
        answer = self.offers(oscar, Pair(forms.a, forms.s1), known)
        assert answer["addexp-laboratory.data"] not in ("", known)  # calls the check
        assert "on Station 02" in self.options(answer, "battery")[forms.a]
        assert "NMC-001 confirmed" in self.options(answer, "station")[forms.s2]

    def test_each_obstacle_is_a_change(self, forms, oscar, known):
        """A queue, a battery that is held for, an alarm, a station out of service."""
        hold(forms, forms.a)
        place = RunningLab(forms.database)
        seen = [known]
        for change in (
            lambda: None,
            lambda: confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now())),
            lambda: place.alarm(forms.s1, "Too warm.", code="trip"),
            lambda: place.out(forms.s3, "Being cleaned."),
        ):
            change()
            answer = self.offers(oscar, Pair(forms.a, forms.s1), seen[-1])
            assert answer.status == 200
            seen.append(answer["addexp-laboratory.data"])
        assert len(set(seen)) == 5

    def test_what_is_chosen_stays_chosen_when_it_is_gone(self, forms, oscar, known):
        """A list empties itself of a choice that it does not offer."""
        place = RunningLab(forms.database)
        place.change(CyclerStation, forms.s1, deprecated=True)
        answer = self.offers(oscar, Pair(forms.a, forms.s1), known)
        assert self.options(answer, "station")[forms.s1] == "Not in use any more"


class TestTheVoltageAtTheStart:
    TEXT = "REPEAT 9\nCC, -1C, TIME, 10s\nCC, -C/3, CAPACITY, 10%, VOLTAGE, 2.9\nEND\n"

    def rests(self, forms: FormLab, **changes) -> None:
        """Let the first station say what it measures."""
        now = forms.now()
        values = {
            "state": StationState.IDLE,
            "state_since": now,
            "detail": "",
            "seen_at": now,
            "output_on": False,
            "voltage_v": 3.7351,
            "measured_at": now,
            "pending": 0,
            "trend": [],
            **changes,
        }
        with forms.database.write() as session:
            session.merge(StationLive(station_id=forms.s1, **values))

    def about(self, forms: FormLab) -> str:
        form = typed(forms, text=self.TEXT)
        view = form_state(forms.database, form).main.view
        assert view.battery.open_v == main_open_voltage(forms.database, form)
        return about_text(view)

    def test_it_is_the_one_that_the_station_measures_of_the_confirmed_battery(self, forms):
        self.rests(forms)
        assert (
            "assumed to begin 90 to 100 % charged; from another charge ± does not hold"
            in self.about(forms)
        )
        confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
        assert "from 3.735 V, as it is measured now: 5" in self.about(forms)
        other = typed(forms, pairs=(Pair(forms.b, forms.s1),))
        assert main_open_voltage(forms.database, other) is None

    def test_it_is_that_of_the_battery_that_the_form_says_is_connected(self, forms):
        """As it is once that is confirmed elsewhere."""
        self.rests(forms)
        for before in (None, forms.b):  # another one was there
            if before:
                confirm_battery(forms.database, forms.s1, before, by=BY(forms.now()))
            unticked = typed(forms, pairs=(Pair(forms.a, forms.s1),))
            assert main_open_voltage(forms.database, unticked) is None
            ticked = typed(forms, pairs=(Pair(forms.a, forms.s1, connected=True),))
            assert main_open_voltage(forms.database, ticked) == 3.735

    def test_what_is_held_for_another_battery_does_not_begin_before_it(self, forms):
        self.rests(forms)
        confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
        hold(forms, forms.b)
        mine = typed(forms, pairs=(Pair(forms.a, forms.s1),))
        assert main_open_voltage(forms.database, mine) == 3.735
        other = typed(forms, pairs=(Pair(forms.b, forms.s1, connected=True),))
        assert main_open_voltage(forms.database, other) is None  # that begins first
        hold(forms, forms.a)  # is queued at once
        assert main_open_voltage(forms.database, mine) is None

    @pytest.mark.parametrize(
        "changes",
        [
            {"output_on": True, "state": StationState.RUNNING},
            {"output_on": None},
            {"voltage_v": None},
            {"measured_at": FormLab.now() - timedelta(minutes=4)},  # heard, but measures nothing
        ],
    )
    def test_nobody_knows_it_where_something_runs_or_nothing_is_measured(self, forms, changes):
        confirm_battery(forms.database, forms.s1, forms.a, by=BY(forms.now()))
        self.rests(forms, **changes)
        assert "assumed to begin" in self.about(forms)

    def test_nobody_knows_it_where_another_experiment_runs_before(self, forms):
        self.rests(forms)
        form = typed(forms, pairs=(Pair(forms.a, forms.s1, connected=True),))
        assert queue(forms.database, form_state(forms.database, form), BY(forms.now()))
        assert "assumed to begin" in self.about(forms)
