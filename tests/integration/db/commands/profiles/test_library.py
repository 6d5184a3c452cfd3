"""The library of profiles: saving, versions, copies, the list and who used what."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.profile import OWN_PROTOCOL
from db.commands.profiles import (
    RefusedProfileError,
    Saved,
    archive,
    compile_text,
    compile_version,
    describe,
    duplicate,
    new_version,
    save_profile,
)
from db.commands.queue import NewPlan, add_plan, cancel
from db.engine import Database
from db.models import AuditEntry, ProfileVersion
from db.queries.profiles.library import ProfileSort, library_profile, list_profiles, version_text
from db.queries.profiles.uses import source_of, uses_of
from db.terms import PlanState
from tests.unit.db.lab import BY, NOW, add_cell, add_experiment, add_station, at_once

CYCLES = "REPEAT 100 CYCLES\n  CC, C/2, VOLTAGE, 4.2\n  CC, -1C, VOLTAGE, 2.7\nEND\n"
REST = "WAIT, 60\n"
LATER = replace(BY, now=NOW + timedelta(hours=1))
VERA = replace(BY, user_name="vera")


def save(database: Database, name: str = "Ageing", text: str = CYCLES, **changes) -> Saved:
    values = {"description": "", "by": BY, **changes}
    return save_profile(database, name=name, text=text, **values)


def compiled(database: Database, version_id: int, capacity_ah: float | None = 2.9) -> int:
    return compile_version(
        database, version_id, capacity_ah=capacity_ah, capabilities=OWN_PROTOCOL, by=BY
    )


def names(database: Database, **wanted) -> list[str]:
    return [row.name for row in list_profiles(database, **wanted).rows]


def actions(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


class TestSaving:
    def test_a_profile_is_saved_as_its_first_version(self, database: Database):
        saved = save(
            database, " Ageing   1C ", "\ufeffWAIT, 1\r\nWAIT, 2\r", description="At 25 °C"
        )
        known = library_profile(database, saved.profile_id)
        assert (known.name, known.description, saved.number) == ("Ageing 1C", "At 25 °C", 1)
        assert version_text(database, saved.version_id) == "WAIT, 1\nWAIT, 2\n"
        assert known.last.user_name == "oscar"
        assert not known.last.fixed
        assert actions(database) == ["add profile"]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"name": " "}, "name is missing"),
            ({"name": "N" * 41}, "41 characters"),
            ({"name": "a\x00b"}, "cannot be shown"),
            ({"description": "d" * 251}, "description has 251"),
            ({"comment": "c" * 251}, "comment has 251"),
            ({"text": ""}, "Line 1"),
            ({"text": "# nothing\n"}, "Line"),
            ({"text": "WAIT, 1\nCC, 1, CURRENT, 2\nGO\n"}, r"Line 2, column \d+.*\(1 more\)"),
            ({"text": "CC, C, VOLTAGE, 4.1\nCV, 4.3, TIME, 60\n"}, "Line 2.*jumps"),
            ({"text": "REPEAT 30000\nWAIT, 1\nEND\n"}, "30,000 rows"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_kept(self, database: Database, changes, said):
        with pytest.raises(InputError, match=said):
            save(database, **changes)
        assert list_profiles(database).total == 0

    def test_a_name_that_is_taken_is_said(self, database: Database):
        save(database)
        with pytest.raises(ConflictError, match="named Ageing already"):
            save(database, text=REST)
        with pytest.raises(ConflictError, match="named Ageing already"):
            save(database, by=VERA)

    def test_the_same_form_sent_twice_at_once_makes_one(self, database: Database):
        made = at_once([partial(save, database)] * 3)
        assert len(set(made)) == 1, made
        assert list_profiles(database).total == 1

    def test_names_may_hold_what_sql_and_html_mean_something_to(self, database: Database):
        name = "'; DROP TABLE <b>%_\\ ünï 🔋"
        save(database, name)
        assert names(database, text="<B>%_\\") == [name]
        assert names(database, text="%") == [name]
        assert names(database, text="x%") == []


class TestVersions:
    def test_the_last_one_is_changed_in_place_by_its_writer_while_nobody_used_it(
        self, database: Database
    ):
        saved = save(database)
        again = new_version(database, saved.profile_id, REST, after=1, comment="Shorter", by=BY)
        assert again == saved
        known = library_profile(database, saved.profile_id)
        assert len(known.versions) == 1
        assert known.last.comment == "Shorter"
        assert version_text(database, saved.version_id) == REST

    def test_what_was_compiled_is_never_changed(self, database: Database):
        saved = save(database)
        compiled(database, saved.version_id)
        second = new_version(database, saved.profile_id, REST, after=1, comment="Rest", by=BY)
        assert (second.number, second.version_id != saved.version_id) == (2, True)
        known = library_profile(database, saved.profile_id)
        assert [(one.number, one.fixed) for one in known.versions] == [(2, False), (1, True)]
        assert version_text(database, saved.version_id) == CYCLES
        assert actions(database)[-1] == "new profile version"

    def test_another_person_makes_another_version(self, database: Database):
        saved = save(database)
        assert new_version(database, saved.profile_id, REST, after=1, by=VERA).number == 2
        assert version_text(database, saved.version_id) == CYCLES

    def test_the_same_text_makes_nothing(self, database: Database):
        saved = save(database)
        again = new_version(database, saved.profile_id, CYCLES, after=1, by=VERA)
        assert again == saved
        assert actions(database) == ["add profile"]

    def test_who_edited_an_older_version_is_told_who_was_faster(self, database: Database):
        saved = save(database)
        new_version(database, saved.profile_id, REST, after=1, by=VERA)
        with pytest.raises(ConflictError, match="vera has saved version 2"):
            new_version(database, saved.profile_id, REST + REST, after=1, by=BY)

    def test_two_at_once_make_one_and_tell_the_other(self, database: Database):
        saved = save(database)
        compiled(database, saved.version_id)
        texts = [REST * 2, REST * 3]
        done = at_once(
            [partial(new_version, database, saved.profile_id, t, after=1, by=BY) for t in texts]
        )
        assert {type(one) for one in done} == {Saved, ConflictError}
        assert len(library_profile(database, saved.profile_id).versions) == 2

    def test_a_text_with_errors_is_refused_with_all_of_them(self, database: Database):
        saved = save(database)
        with pytest.raises(RefusedProfileError) as said:
            new_version(database, saved.profile_id, "GO\nSTOP\n", after=1, by=BY)
        assert [one.line for one in said.value.problems] == [1, 2]

    def test_a_profile_that_is_not_there_is_said(self, database: Database):
        with pytest.raises(NotFoundError, match="does not exist"):
            new_version(database, 4711, REST, after=1, by=BY)
        with pytest.raises(NotFoundError, match="no profile 4711"):
            library_profile(database, 4711)
        for number in (0, -1, 10**30):
            with pytest.raises(NotFoundError):
                library_profile(database, number)


class TestCopiesNamesAndArchive:
    def test_copies_get_names_of_their_own(self, database: Database):
        saved = save(database, "N" * 40)
        first = duplicate(database, saved.profile_id, by=VERA)
        second = duplicate(database, saved.profile_id, by=VERA)
        known = [library_profile(database, one.profile_id) for one in (first, second)]
        assert [one.name for one in known] == ["N" * 35 + " copy", "N" * 33 + " copy 2"]
        assert known[0].last.comment == f"Copy of {'N' * 40}, version 1"
        assert version_text(database, first.version_id) == CYCLES

    def test_a_name_can_be_changed_unless_it_is_taken(self, database: Database):
        saved = save(database)
        save(database, "Rest", REST)
        describe(database, saved.profile_id, name="Ageing 1C", description="New", by=BY)
        assert library_profile(database, saved.profile_id).name == "Ageing 1C"
        with pytest.raises(ConflictError, match="named Rest already"):
            describe(database, saved.profile_id, name="Rest", description="", by=BY)

    def test_the_archive_is_apart(self, database: Database):
        saved = save(database)
        save(database, "Rest", REST)
        archive(database, saved.profile_id, by=BY)
        assert names(database) == ["Rest"]
        assert names(database, archived=True) == ["Ageing"]
        archive(database, saved.profile_id, archived=False, by=BY)
        assert names(database) == ["Ageing", "Rest"]
        assert actions(database)[-2:] == ["archive profile", "restore profile"]


class TestList:
    def test_it_is_searched_in_name_description_and_last_text(self, database: Database):
        save(database, "Ageing", description="Cycle life")
        saved = save(database, "Storage", REST)
        compiled(database, saved.version_id, None)
        new_version(database, saved.profile_id, "CC, C/7, VOLTAGE, 3.7\n", after=1, by=BY)
        assert names(database, text="aGEI") == ["Ageing"]
        assert names(database, text="cycle LIFE") == ["Ageing"]
        assert names(database, text="c/7") == ["Storage"]
        assert names(database, text="WAIT, 60") == []  # only in an older version
        found = list_profiles(database, text="Storage")
        assert (found.count, found.total) == (1, 2)
        assert found.rows[0].number == 2

    def test_a_row_says_what_the_profile_is_about(self, database: Database):
        save(database)
        (row,) = list_profiles(database).rows
        summary = row.summary
        assert (summary.steps, summary.cycles, summary.needs_capacity) == (200, 100, True)
        assert (summary.voltage.low, summary.voltage.high) == (2.7, 4.2)
        assert (summary.current.low, summary.current.high, summary.current.unit) == (-1, 0.5, "C")
        assert summary.duration_s > 100 * 3600

    def test_a_version_that_was_saved_earlier_says_where_its_steps_go(self, database: Database):
        saved = save(database, text="SAFETY VOLTAGE 2 4.5\nCC, 1, VOLTAGE, 4.2\n")
        (row,) = list_profiles(database).rows
        with database.write() as session:
            version = session.get_one(ProfileVersion, saved.version_id)
            version.summary = {**version.summary, "ends": None}
        (older,) = list_profiles(database).rows
        assert older.summary.ends == row.summary.ends
        assert (older.summary.ends.low, older.summary.ends.high) == (4.2, 4.2)

    def test_it_counts_the_experiments_of_all_versions(self, database: Database):
        saved = save(database)
        small, large = (compiled(database, saved.version_id, ah) for ah in (2.9, 5.0))
        second = new_version(database, saved.profile_id, CYCLES + REST, after=1, by=BY)
        third = compiled(database, second.version_id)
        for number, profile in enumerate((small, large, third, third)):
            add_experiment(database, profile_id=profile, created_at=NOW + timedelta(hours=number))
        save(database, "Rest", REST)
        rows = list_profiles(database, sort=ProfileSort.USED).rows
        assert [(row.name, row.experiments) for row in rows] == [("Ageing", 4), ("Rest", 0)]
        assert rows[0].last_used_at == NOW + timedelta(hours=3)
        known = library_profile(database, saved.profile_id)
        assert [one.experiments for one in known.versions] == [2, 2]

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            (ProfileSort.NAME, ["alpha", "Beta", "gamma"]),
            (ProfileSort.USED, ["gamma", "alpha", "Beta"]),
            (ProfileSort.LAST_USED, ["gamma", "alpha", "Beta"]),
            (ProfileSort.CHANGED, ["Beta", "alpha", "gamma"]),
        ],
    )
    def test_it_is_sorted(self, database: Database, sort, expected):
        for hours, name in enumerate(("gamma", "alpha", "Beta")):
            save(database, name, REST, by=replace(BY, now=NOW + timedelta(hours=hours)))
        used = next(row for row in list_profiles(database).rows if row.name == "gamma")
        add_experiment(database, profile_id=compiled(database, used.version_id, None))
        assert names(database, sort=sort) == expected

    def test_no_more_than_asked_for_come_and_all_are_counted(self, database: Database):
        for name in "abcde":
            save(database, name, REST)
        found = list_profiles(database, limit=2)
        assert (len(found.rows), found.count, found.total) == (2, 5, 5)


class TestUses:
    def test_experiments_and_what_waits_for_a_person(self, database: Database):
        saved = save(database)
        profile = compiled(database, saved.version_id)
        cell, station = add_cell(database, "LFP-012"), add_station(database, "Station 04")
        add_experiment(database, name="Done", profile_id=profile, battery_id=cell)
        new = NewPlan("token", "Waiting", "", station, cell, profile)
        cancel(database, add_plan(database, new, by=BY).id, by=LATER)
        plan = add_plan(database, replace(new, token="another token"), by=BY)
        assert plan.state is PlanState.HELD
        held, *others = uses_of(database, saved.profile_id)
        assert (held.id, held.name, held.status) == (plan.experiment_id, "Waiting", "held")
        assert held.number == 1
        done, cancelled = sorted(others, key=lambda one: one.name)
        assert (cancelled.status, cancelled.began) == ("cancelled", False)
        assert (done.name, done.battery, done.capacity_ah) == ("Done", "LFP-012", 2.9)
        assert done.began

    def test_all_of_them_are_counted_in_the_list_and_at_their_version(self, database: Database):
        saved = save(database)
        profile = compiled(database, saved.version_id)
        cell, station = add_cell(database, "LFP-012"), add_station(database, "Station 04")
        new = NewPlan("token", "Waiting", "", station, cell, profile)
        cancel(database, add_plan(database, new, by=BY).id, by=BY)
        add_plan(database, replace(new, token="another token"), by=BY)
        add_experiment(database, name="Done", profile_id=profile, battery_id=cell)
        new_version(database, saved.profile_id, REST, after=1, by=VERA)
        (row,) = list_profiles(database, sort=ProfileSort.USED).rows
        assert (row.experiments, row.last_used_at is None) == (3, False)
        versions = library_profile(database, saved.profile_id).versions
        assert [one.experiments for one in versions] == [0, 3]

    def test_the_text_behind_a_fixed_profile(self, database: Database):
        saved = save(database)
        source = source_of(database, compiled(database, saved.version_id))
        assert source is not None
        assert (source.library_id, source.name, source.number) == (saved.profile_id, "Ageing", 1)
        assert (source.text, source.capacity_ah) == (CYCLES, 2.9)

    def test_the_text_of_a_profile_that_is_in_no_library(self, database: Database):
        made = compile_text(
            database, REST, name="Once", capacity_ah=None, capabilities=OWN_PROTOCOL, by=BY
        )
        source = source_of(database, made)
        assert source is not None
        assert (source.library_id, source.name, source.number) == (None, "Once", 0)
        assert list_profiles(database).total == 0

    def test_a_profile_that_others_made_has_no_text(self, database: Database):
        assert source_of(database, 1) is None
        assert source_of(database, 4711) is None
