"""Tags and owners, on each engine."""

import pytest
from sqlalchemy import select

from cycling.errors import InputError, NotFoundError
from db.commands.audit import By
from db.commands.experiments import deletion
from db.commands.tags import MAX_TAGS, TagChange, change_owner, change_tags, rename_tag
from db.commands.users import add_user
from db.engine import Database
from db.models import AuditEntry, ExperimentOwner, ExperimentTag, Tag
from db.queries.experiments.facets import filter_choices
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import list_experiments
from db.queries.experiments.tags import labels_of, list_tags
from db.terms import Role
from tests.unit.dashboard.world import PASSWORD, FakeHasher
from tests.unit.db.lab import BY, add_experiment, at_once, block, import_blocks


def names(database: Database, one: int) -> list[str]:
    return [tag.name for tag in labels_of(database, [one]).tags.get(one, ())]


def give(database: Database, ids, *add: str, remove=()) -> int:
    return change_tags(database, ids, TagChange(add, remove), by=BY)


def actions(database: Database, word: str) -> list[tuple]:
    with database.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        return [(one.action, one.target, one.detail) for one in rows if word in one.action]


def test_tags_are_made_given_and_taken_away(database: Database):
    first, other = add_experiment(database), add_experiment(database)
    assert give(database, [first, other], "Campaign 7", "fast") == 2
    assert names(database, first) == ["Campaign 7", "fast"]
    assert give(database, [first], "FAST  ") == 0  # it has it already, however it is written
    assert give(database, [first, other], "slow", remove=["Fast", "nothing"]) == 2
    assert names(database, other) == ["Campaign 7", "slow"]
    assert [(one.name, one.count) for one in list_tags(database)] == [
        ("Campaign 7", 2),
        ("fast", 0),
        ("slow", 2),
    ]
    assert actions(database, "tag")[-1] == (
        "tag experiment",
        f"experiment {other}",
        {"added": ["slow"], "removed": ["fast"]},
    )
    assert len(actions(database, "tag")) == 4


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\x00b"])
def test_a_name_that_cannot_be_changes_nothing(database: Database, name):
    one = add_experiment(database)
    with pytest.raises(InputError):
        give(database, [one], "good", name)
    assert list_tags(database) == ()


def test_what_is_not_there_changes_nothing(database: Database):
    one = add_experiment(database)
    with pytest.raises(NotFoundError, match="no experiment 4000000"):
        give(database, [one, 4_000_000], "good")
    assert names(database, one) == []


def test_too_many_tags_are_refused(database: Database):
    one = add_experiment(database)
    give(database, [one], *(f"tag {n}" for n in range(MAX_TAGS)))
    with pytest.raises(InputError, match=f"Experiment {one} would have more than 20 tags"):
        give(database, [one], "one more")
    assert give(database, [one], "one more", remove=["tag 0"]) == 1


def test_a_tag_is_renamed_and_recoloured(database: Database):
    one = add_experiment(database)
    give(database, [one], "fast")
    (tag,) = list_tags(database)
    assert rename_tag(database, tag.id, "quick", "green", by=BY) == tag.id
    assert names(database, one) == ["quick"]
    assert list_tags(database)[0].colour == "green"
    before = len(actions(database, "tag"))
    rename_tag(database, tag.id, "quick", "green", by=BY)
    assert len(actions(database, "tag")) == before
    with pytest.raises(InputError, match="one of the colours"):
        rename_tag(database, tag.id, "quick", "<b>", by=BY)
    with pytest.raises(InputError, match="Write the new name"):
        rename_tag(database, tag.id, " ", "", by=BY)
    rename_tag(database, tag.id, "", "red", by=BY)
    rename_tag(database, tag.id, "Quick", "", by=BY)
    assert [(one.name, one.colour) for one in list_tags(database)] == [("Quick", "red")]


def test_a_name_that_another_tag_has_merges_both(database: Database):
    first, both = add_experiment(database), add_experiment(database)
    give(database, [first, both], "fast")
    give(database, [both], "quick")
    fast, quick = list_tags(database)
    assert rename_tag(database, fast.id, "Quick", "red", by=BY) == quick.id
    (tag,) = list_tags(database)
    assert (tag.id, tag.count, tag.colour) == (quick.id, 2, quick.colour)
    assert names(database, first) == names(database, both) == ["quick"]
    assert actions(database, "merge")[0][2]["experiments"] == 2
    with pytest.raises(NotFoundError, match="not there any more"):
        rename_tag(database, fast.id, "other", "red", by=BY)


def test_two_who_give_the_same_tag_at_once_make_one(database: Database):
    ids = [add_experiment(database) for _ in range(4)]
    at_once([lambda one=one: give(database, [one], "together") for one in ids])
    (tag,) = list_tags(database)
    assert tag.count == 4


def test_the_owner_is_who_imported_it_until_somebody_changes_it(database: Database):
    imported, other = import_blocks(database, [block(3)]), add_experiment(database)
    add_user(database, "vera", Role.VIEWER, PASSWORD, hasher=FakeHasher(), by=BY)

    def owners() -> dict[int, str]:
        return dict(labels_of(database, [imported, other]).owners)

    before = owners()
    assert set(before) == {imported}
    assert change_owner(database, [imported, other], "vera", by=BY) == 2
    assert owners() == {imported: "vera", other: "vera"}
    assert change_owner(database, [imported], "vera", by=BY) == 0
    assert actions(database, "owner")[0][2] == {"before": before[imported], "owner": "vera"}
    with pytest.raises(InputError, match="no user “nobody”"):
        change_owner(database, [imported], "nobody", by=BY)
    with pytest.raises(NotFoundError):
        change_owner(database, [4_000_000], "vera", by=By("oscar", "", BY.now))


def found(database: Database, **wanted) -> list[int]:
    page = list_experiments(database, Filter(**wanted), offset=0, limit=100)
    assert page.count == len(page.rows)
    return sorted(row.id for row in page.rows)


def test_they_narrow_the_table_and_are_offered_with_their_numbers(database: Database):
    ids = [import_blocks(database, [block(3)], name=name) for name in "AB"]
    ids.append(add_experiment(database, name="Zorro"))
    give(database, ids[:2], "fast")
    give(database, ids[1:], "slow")
    fast, slow = list_tags(database)
    assert found(database, tags=(fast.id,)) == ids[:2]
    assert found(database, tags=(fast.id, slow.id)) == ids
    assert found(database, tags=(slow.id,), text="zorro") == [ids[2]]
    choices = filter_choices(database, Filter(tags=(fast.id,)))
    assert {(one.label, one.count) for one in choices.tags} == {("fast", 2), ("slow", 2)}
    assert sum(one.count for one in choices.statuses) == 2
    narrowed = filter_choices(database, Filter(text="B"))
    assert {(one.label, one.count) for one in narrowed.tags} == {("fast", 1), ("slow", 1)}


def test_mine_are_those_that_i_imported_or_was_given(database: Database):
    first, second = (import_blocks(database, [block(3)], name=name) for name in "AB")
    who = labels_of(database, [first]).owners[first]
    add_user(database, "vera", Role.VIEWER, PASSWORD, hasher=FakeHasher(), by=BY)
    assert found(database, owners=(who,)) == [first, second]
    change_owner(database, [first], "vera", by=BY)
    assert found(database, owners=(who,)) == [second]
    assert found(database, owners=("vera",)) == [first]
    assert found(database, owners=("vera", who)) == [first, second]
    assert found(database, owners=("nobody",)) == []
    assert [one.label for one in filter_choices(database, Filter()).owners] == ["vera"]


def test_they_go_with_their_experiment(database: Database):
    one = import_blocks(database, [block(3)], name="To go")
    add_user(database, "vera", Role.VIEWER, PASSWORD, hasher=FakeHasher(), by=BY)
    give(database, [one], "fast")
    change_owner(database, [one], "vera", by=BY)
    deletion.delete_experiment(database, one, confirmed_name="To go", by=BY)
    deletion.clear(database, one)
    with database.read() as session:
        for table in (ExperimentTag, ExperimentOwner):
            assert session.scalars(select(table)).all() == []
        assert len(session.scalars(select(Tag)).all()) == 1  # the word stays for others
