"""The profile pages as the server answers them: the list, a profile, writing one."""

import pytest

from cycling.profile import OWN_PROTOCOL
from cycling.terms import LimitType, Mode
from db.commands.audit import By
from db.commands.form_tokens import new_token
from db.commands.profiles import compile_version, new_version, save_profile
from db.models import Instruction, Profile
from db.queries.profiles.library import library_profile, list_profiles, version_text
from pages.profiles.listing import HEADS, View, view_from
from tests.sample_profiles import add_sample_profiles
from tests.unit.components.tree import find, nested_lists, of_type, text, walk
from tests.unit.pages.lab import Lab
from tests.unit.pages.visitor import shown

CYCLE = "CC, C/2, VOLTAGE, 4.2\nCC, -1C, VOLTAGE, 2.7\n"
CURVE = {
    "profile-sketch-kind.value": "NMC",
    "profile-sketch-capacity.value": 3,
    "profile-sketch-cells.value": 1,
}


@pytest.fixture
def by(clock) -> dict:
    return By("oscar", "", clock())


@pytest.fixture
def profile(store, by) -> int:
    return save_profile(
        store, name="Ageing <b>", description="At 25 °C", text=CYCLE, by=by
    ).profile_id


def version(store, profile: int) -> dict:
    last = library_profile(store, profile).last
    shown = {"profile": profile, "version": last.id, "number": last.number, "name": "A"}
    return {**shown, "asked": "", "archived": False, "token": new_token()}


def add_adopted_profile(store, name: str) -> int:
    """Add a profile as the WattRex application has it: two rows, no text."""
    with store.write() as session:
        adopted = Profile(name=name, description="from the lab")
        session.add(adopted)
        session.flush()
        session.add_all(
            Instruction(
                id=n,
                profile_id=adopted.id,
                mode=Mode.CC,
                set_point=1500,
                limit_type=LimitType.VOLTAGE,
                limit_point=4200,
            )
            for n in range(2)
        )
        return adopted.id


class TestList:
    def test_it_lists_and_says_how_many(self, vera, store, clock):
        add_sample_profiles(store, clock())
        answer = vera.call("profiles-list.children", {"profiles-search.value": ""})
        rows = of_type(answer["profiles-list.children"], "Tr")
        assert len(rows) == 6
        assert answer["profiles-count.children"] == "5"
        assert "2.75 to 4.18 V" in text(rows[2])
        assert nested_lists(answer["profiles-list.children"]) == []

    def test_profiles_of_an_adopted_database_have_a_page_of_their_own(self, vera, store):
        ids = [add_adopted_profile(store, name) for name in ("Old life", "Old long")]

        def listed(search):
            answer = vera.call("profiles-list.children", {"profiles-search.value": search})
            return answer["profiles-list.children"]

        links = [one["props"]["href"] for one in of_type(listed(""), "Link")]
        assert links == [f"/adopted-profiles/{one}" for one in ids]
        assert "There are no profiles in the library yet." in text(listed(""))
        assert "Old life" not in text(listed("long"))
        assert "No profile of the library has “long”" in text(listed("long"))
        page = vera.open(links[0])
        assert "Old life" in text(page)
        assert "CC, 1.5A, VOLTAGE, 4.2V" in text(page).replace(" A", "A")
        assert "No experiment has used it." in text(page)

    def test_a_search_narrows_it_and_stands_in_the_address(self, vera, store, clock):
        add_sample_profiles(store, clock())
        answer = vera.call(
            "profiles-list.children",
            {"profiles-search.value": "c/10", "profiles-order.value": "used"},
        )
        assert answer["profiles-count.children"] == "1 of 5"
        query = answer["profiles-view.data"]["query"]
        assert query == {"q": "c/10", "shelf": "", "sort": "used"}

    def test_on_a_phone_it_is_a_list_of_links(self, visitor, profile):
        answer = visitor("vera", narrow=True).call("profiles-list.children", {})
        (link,) = of_type(answer["profiles-list.children"], "Link")
        assert link["props"]["href"] == f"/profiles/{profile}"
        assert "Ageing <b>" in text(link)

    def test_nothing_is_said_in_words(self, vera, oscar):
        assert "Operators write them" in text(
            vera.call("profiles-list.children", {})["profiles-list.children"]
        )
        own = oscar.call("profiles-list.children", {})["profiles-list.children"]
        assert "Write the first one" in text(own)
        missed = oscar.call("profiles-list.children", {"profiles-search.value": "x"})
        assert "No profile has “x”" in text(missed["profiles-list.children"])
        archived = oscar.call("profiles-list.children", {"profiles-shelf.value": "archived"})
        assert text(archived["profiles-list.children"]) == "No profile is archived."

    def test_only_operators_are_offered_a_new_one(self, vera, oscar):
        assert "New profile" in text(oscar.open("/profiles"))
        assert "New profile" not in text(vera.open("/profiles"))

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"q": None, "shelf": 3, "sort": "name; DROP"},
            {"q": ["a"], "sort": ["used"]},
            {"q": "\ud800", "sort": None},
        ],
    )
    def test_nothing_in_an_address_can_fail(self, given):
        assert view_from(given) == View()


class TestProfile:
    def test_it_shows_text_versions_and_uses(self, vera, store, profile, lab: Lab, by):
        fixed = compile_version(
            store,
            library_profile(store, profile).last.id,
            capacity_ah=2.9,
            capabilities=OWN_PROTOCOL,
            by=by,
        )
        lab.experiment("NMC-007 first", lab.battery("NMC-007"), profile_id=fixed)
        new_version(store, profile, CYCLE + "WAIT, 60\n", after=1, comment="Rest", by=by)
        page = vera.open(f"/profiles/{profile}")
        words = text(page)
        assert "Ageing <b>version 2 of 2" in words
        assert "NMC-007 first" in words
        assert "3WAIT, 60" in words
        assert "Duplicate" not in words
        older = text(vera.open(f"/profiles/{profile}", "?version=1"))
        assert "This is an older version. The newest is version 2." in older
        assert "3WAIT, 60" not in older

    def test_what_is_not_there_is_said(self, vera):
        for number in ("4711", "0", "99999999999", "abc"):
            assert text(of_type(vera.open(f"/profiles/{number}"), "H1")[0])

    def test_it_is_drawn_for_the_battery_of_the_address(self, vera, profile):
        page = vera.open(f"/profiles/{profile}", "?kind=LFP&capacity=3.3&cells=2")
        values = [
            shown(page, f"profile-sketch-{one}")["value"] for one in ("kind", "capacity", "cells")
        ]
        assert values == ["LFP", 3.3, 2]

    def test_the_sketch_comes_with_the_address_to_send(self, vera, store, profile):
        values = {
            **CURVE,
            "shell-theme.data": "dark",
            "profile-version.data": version(store, profile),
        }
        answer = vera.call("profile-sketch-graph.figure", values)
        assert len(answer["profile-sketch-graph.figure"]["data"]) == 3
        del values["shell-theme.data"]
        values["profile-compare.value"] = "0"
        query = vera.call("profile-view.data", values)["profile-view.data"]["query"]
        assert query == {"version": "", "compare": "", "kind": "NMC", "capacity": "3", "cells": "1"}

    def test_rows_come_when_they_are_asked_for(self, vera, store, profile):
        values = {
            "profile-show-rows.n_clicks": 1,
            "profile-sketch-capacity.value": 2,
            "profile-version.data": version(store, profile),
        }
        parts = vera.call("profile-rows.children", values)["profile-rows.children"]
        (grid,) = of_type(parts, "AgGrid")
        rows = grid["props"]["rowData"]
        assert [row["SetPoint"] for row in rows] == ["1,000", "−2,000"]
        assert rows[1]["From"] == "line 2"

    def test_two_versions_are_compared(self, vera, store, profile, by):
        compile_version(
            store,
            library_profile(store, profile).last.id,
            capacity_ah=2.9,
            capabilities=OWN_PROTOCOL,
            by=by,
        )
        new_version(store, profile, CYCLE + "WAIT, 60\n", after=1, by=by)
        values = {"profile-compare.value": "1", "profile-version.data": version(store, profile)}
        answer = vera.call("profile-difference.children", values)
        (added,) = find(answer["profile-difference.children"], className="ln add")
        assert text(added) == "+WAIT, 60"

    def test_it_is_downloaded_as_text(self, vera, store, profile):
        values = {
            "profile-download-text.n_clicks": 1,
            "profile-version.data": {**version(store, profile), "name": "Ageing <b>"},
        }
        answer = vera.call("profile-file.data", values, by="profile-download-text.n_clicks")
        sent = answer["profile-file.data"]
        assert (sent["filename"], sent["content"]) == ("Ageing-b-v1.txt", CYCLE)

    def test_operators_copy_and_archive_it_and_viewers_do_not(self, vera, oscar, store, profile):
        values = {
            "profile-write-duplicate.n_clicks": 1,
            "profile-version.data": version(store, profile),
        }
        by = "profile-write-duplicate.n_clicks"
        assert vera.call("profile-write-go.href", values, by=by).status == 403
        answer = oscar.call("profile-write-go.href", values, by=by)
        assert answer["profile-write-go.href"] == f"/edit-profile?profile={profile + 1}"
        assert library_profile(store, profile + 1).name == "Ageing <b> copy"
        assert oscar.call("profile-write-go.href", values, by=by) == answer  # two clicks, one copy
        assert len(list_profiles(store).rows) == 2
        values = {
            "profile-write-archive.n_clicks": 1,
            "profile-version.data": version(store, profile),
        }
        answer = oscar.call("profile-write-go.href", values, by="profile-write-archive.n_clicks")
        assert answer["profile-write-go.href"] == "/profiles"
        assert library_profile(store, profile).archived
        oscar.call("profile-write-go.href", values, by="profile-write-archive.n_clicks")
        assert library_profile(store, profile).archived

    @pytest.mark.parametrize("given", [None, 3, "x", [], True])
    def test_a_damaged_page_changes_nothing(self, oscar, given):
        values = {"profile-write-archive.n_clicks": 1, "profile-version.data": given}
        answer = oscar.call("profile-write-go.href", values, by="profile-write-archive.n_clicks")
        assert answer == {}

    def test_what_an_address_asks_in_vain_is_named(self, vera, profile):
        wrong = "?version=9&kind=Gold&capacity=abc&cells=-3"
        said = text(vera.open(f"/profiles/{profile}", wrong))
        for words in ("no version “9”", "“Gold” is no", "“abc” is no", "“-3” is no"):
            assert words in said
        right = text(vera.open(f"/profiles/{profile}", "?version=1&kind=LFP&capacity=3.3&cells=2"))
        assert "There is no version" not in right
        assert "” is no " not in right


class TestWriting:
    def save(self, who, text_: object, **fields):
        values = {
            "profile-write-save.n_clicks": 1,
            "profile-write-editor-text.value": text_,
            "profile-write-name.value": fields.get("name", "Ageing"),
            "profile-write-description.value": fields.get("description", ""),
            "profile-write-comment.value": fields.get("comment", ""),
            "profile-write-editing.data": fields.get("editing", {"profile": None, "after": 0}),
        }
        return who.call("profile-write-open.href", values, by="profile-write-save.n_clicks")

    def test_a_new_one_is_saved_and_shown(self, oscar, store):
        answer = self.save(oscar, CYCLE)
        (row,) = list_profiles(store).rows
        assert answer["profile-write-open.href"] == f"/profiles/{row.id}"
        assert answer["profile-write-editor-text.value"] == ""

    def test_an_edit_makes_a_version_with_its_comment(self, oscar, store, profile):
        editing = {"profile": profile, "after": 1}
        self.save(oscar, "WAIT, 60\n", editing=editing, comment="Shorter", name="Rest")
        known = library_profile(store, profile)
        assert (known.name, known.last.comment) == ("Rest", "Shorter")
        assert version_text(store, known.last.id) == "WAIT, 60\n"

    @pytest.mark.parametrize(
        ("changes", "field", "said"),
        [
            ({"name": ""}, "name-error", "The name is missing."),
            ({"name": None}, "name-error", "The name is missing."),
            ({"name": "x" * 41}, "name-error", "41 characters"),
            ({"text": ""}, "error", "Line 1"),
            ({"text": None}, "error", "Line 1"),
            ({"text": "GO"}, "error", "Line 1, column 1"),
            ({"description": "d" * 251}, "error", "250"),
            ({"editing": {"profile": 4711, "after": 1}}, "error", "does not exist"),
        ],
    )
    def test_what_is_wrong_is_said_where_it_is_and_nothing_typed_is_lost(
        self, oscar, store, changes, field, said
    ):
        given = dict(changes)
        answer = self.save(oscar, given.pop("text", CYCLE), **given)
        assert said in answer[f"profile-write-{field}.children"]
        assert "profile-write-editor-text.value" not in answer
        assert list_profiles(store).total == 0

    def test_viewers_cannot_write(self, vera):
        assert self.save(vera, CYCLE).status == 403
        assert vera.client.get("/edit-profile").status_code == 403

    def test_errors_come_while_typing(self, oscar):
        answer = oscar.call(
            "profile-write-editor-problems.children",
            {"profile-write-editor-typed.data": "WAIT, 1\nCC, 1, CURRENT, 2\n"},
        )
        assert "Line 2, column" in text(answer["profile-write-editor-problems.children"])
        assert answer["profile-write-state.children"] == "1 error in the profile, line 2"

    def test_a_file_fills_the_editor(self, oscar):
        first = "profile-write-editor-text.value"
        good = {"profile-write-editor-file.data": {"name": "a.txt", "text": CYCLE}}
        assert oscar.call(first, good)[first] == CYCLE
        bad = oscar.call(first, {"profile-write-editor-file.data": {"name": "a", "text": " "}})
        assert "is empty" in bad["shell-toasts-store.data"]["text"]

    def test_the_page_says_what_saving_will_do(self, oscar, visitor, store, profile, by):
        mine = text(oscar.open("/edit-profile", f"?profile={profile}"))
        assert "Nobody has used version 1 yet: saving changes it." in mine
        others = text(visitor("ada").open("/edit-profile", f"?profile={profile}"))
        assert "Version 1 is by oscar and stays as it is: this becomes version 2." in others
        last = library_profile(store, profile).last.id
        compile_version(store, last, capacity_ah=2.9, capabilities=OWN_PROTOCOL, by=by)
        used = text(oscar.open("/edit-profile", f"?profile={profile}"))
        assert "has been used and stays as it is: this becomes version 2." in used


def test_the_experiment_shows_the_text_that_it_ran_and_its_rows(vera, store, profile, lab: Lab, by):
    last = library_profile(store, profile).last.id
    fixed = compile_version(store, last, capacity_ah=2.9, capabilities=OWN_PROTOCOL, by=by)
    experiment = lab.experiment("First", lab.battery(), profile_id=fixed)
    answer = vera.call("experiment-profile.children", {"experiment-id.data": experiment})
    card = answer["experiment-profile.children"]
    assert "Ageing <b>, version 1, for 2.9 Ah" in text(card)
    assert of_type(card, "Link")[0]["props"]["href"] == f"/profiles/{profile}?version=1"
    rows = vera.call(
        "experiment-rows.children",
        {"experiment-id.data": experiment, "experiment-show-rows.n_clicks": 1},
    )
    (grid,) = of_type(rows["experiment-rows.children"], "AgGrid")
    assert grid["props"]["rowData"][0]["Instruction"] == "CC 1.45 A until 4.2 V"
    other = lab.experiment("Imported", lab.battery("B"))
    imported = vera.call("experiment-profile.children", {"experiment-id.data": other})
    assert imported["experiment-profile.children"] == []
    report = vera.client.get(f"/experiments/{experiment}/report.html").text
    assert "CC, C/2, VOLTAGE, 4.2" in report


def test_the_pages_have_labels_and_every_id_once(oscar, profile):
    for path, search in ((f"/profiles/{profile}", ""), ("/edit-profile", f"?profile={profile}")):
        page = oscar.open(path, search)
        assert nested_lists(page) == []
        ids = [str(one["props"]["id"]) for one in walk(page) if one["props"].get("id")]
        assert len(ids) == len(set(ids))
        labels = {one["props"].get("html_for") for one in of_type(page, "Label")}
        for kind in ("Input", "Select", "Textarea"):
            assert {one["props"]["id"] for one in of_type(page, kind)} <= labels


def test_names_have_room_beside_the_other_columns_on_a_screen_1280_pixels_wide():
    others = [int(one.width.removesuffix("px")) for one in HEADS if one.width != "auto"]
    assert 1096 - sum(others) >= 180
