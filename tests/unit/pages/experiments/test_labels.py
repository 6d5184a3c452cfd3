"""Tags and owners on the page: dialogs, columns, filters; who sees and may what."""

import pytest

from db.commands.tags import TagChange, change_owner, change_tags
from db.queries.experiments.tags import labels_of, list_tags
from tests.unit.components.tree import find, text
from tests.unit.db.lab import BY
from tests.unit.pages.visitor import shown

SCRIPT = "<b onload=x()>=1"
ROWS, REQUEST = "experiments-grid.getRowsResponse", "experiments-grid.getRowsRequest"
IDS = "experiments-chosen-store.data"
TOKEN = "0123456789abcdef"


@pytest.fixture
def ids(lab, store) -> list[int]:
    cell = lab.battery()
    made = [lab.experiment(name, cell) for name in ("One", "Two")]
    change_tags(store, made[:1], TagChange([SCRIPT, "slow"]), by=BY)
    change_owner(store, made[1:], "vera", by=BY)
    return made


def rows(visitor, columns=("tags", "owner"), **view) -> dict[str, dict]:
    request = {"startRow": 0, "endRow": 100, "sortModel": []}
    values = {REQUEST: request, "experiments-view.data": view}
    values["experiments-columns.value"] = list(columns)
    answer = visitor.call(ROWS, values, by=REQUEST)[ROWS]
    return {row["name"]: row for row in answer["rowData"]}


def deed(visitor, dialog: str, ids, **more):
    values = {f"{dialog}-sure.n_clicks": 1, f"{dialog}-once.data": TOKEN, **more}
    values |= {} if ids is None else {IDS: ids}
    patterns = values.pop("patterns", {})
    by = f"{dialog}-sure.n_clicks"
    return visitor.call(f"{dialog}-dialog.is_open", values, by=by, patterns=patterns)


def test_a_row_has_its_tags_and_its_owner(vera, ids):
    found = rows(vera)
    assert [one["name"] for one in found["One"]["tags"]] == [SCRIPT, "slow"]
    assert (found["One"]["owner"], found["Two"]["owner"]) == ("–", "vera")
    assert "tags" not in rows(vera, columns=["cycles"])["One"]  # read only where it is shown


def test_they_narrow_the_table_and_stand_as_chips(vera, store, ids):
    slow = next(one.id for one in list_tags(store) if one.name == "slow")
    assert list(rows(vera, tag=[str(slow)])) == ["One"]
    assert list(rows(vera, owner=["vera"])) == ["Two"]
    values = {"experiments-part-tag.value": [str(slow)], "experiments-part-owner.value": ["vera"]}
    answer = vera.call("experiments-view.data", values)
    chips = [text(one) for one in find(answer["experiments-chips.children"], className="bem-chip")]
    assert chips == ["Tagslow", "Ownervera"]
    is_open = {"experiments-panel.is_open": True, "experiments-view.data": {"owner": ["vera"]}}
    answer = vera.call("experiments-part-technology.options", is_open)
    offered = [one["label"] for one in answer["experiments-part-owner.options"]]
    assert "vera" in offered  # without a number, which would read every experiment


def test_an_address_with_a_tag_that_is_gone_says_so(vera, ids):
    assert "There is no tag “77”" in text(vera.open("/experiments", "?tag=77"))
    page = vera.open("/experiments", "?owner=vera")
    assert shown(page, "experiments-view")["data"]["owner"] == ["vera"]
    assert "/experiments?owner=vera" in str(page)  # the link to one's own


def test_tags_are_given_to_what_is_ticked(oscar, store, ids):
    typed = {"experiments-tag-add.value": "fast, Campaign 7"}
    typed["experiments-tag-remove.value"] = "slow"
    answer = deed(oscar, "experiments-tag", ids, **typed)
    assert answer["experiments-tag-dialog.is_open"] is False
    assert "The tags of 2 experiments were changed." in str(answer)
    tags = labels_of(store, ids).tags
    assert [one.name for one in tags[ids[0]]] == [SCRIPT, "Campaign 7", "fast"]
    assert [one.name for one in tags[ids[1]]] == ["Campaign 7", "fast"]


def test_what_says_nothing_is_refused_in_the_dialog(oscar, ids):
    typed = {"experiments-tag-add.value": " , ", "experiments-tag-remove.value": None}
    answer = deed(oscar, "experiments-tag", ids, **typed)
    assert answer["experiments-tag-error.children"] == "Write a tag to give or to take away."
    typed["experiments-tag-add.value"] = "fast"
    answer = deed(oscar, "experiments-tag", [], **typed)
    assert answer["experiments-tag-error.children"] == "Tick experiments first."


def test_another_owner(oscar, store, ids):
    field = [({"type": "experiments-owner-field", "part": "name"}, "oscar")]
    deed(oscar, "experiments-owner", ids, patterns={"experiments-owner-field": field})
    assert set(labels_of(store, ids).owners.values()) == {"oscar"}


def test_a_tag_is_renamed(oscar, store, ids):
    tag = next(one for one in list_tags(store) if one.name == "slow")
    typed = {"tag": str(tag.id), "name": "quick", "colour": "kept"}
    fields = [({"type": "experiments-tags-field", "part": one}, typed[one]) for one in typed]
    deed(oscar, "experiments-tags", None, patterns={"experiments-tags-field": fields})
    assert {(one.name, one.colour) for one in list_tags(store)} >= {("quick", tag.colour)}


def test_who_only_looks_has_no_button_and_no_way(vera, oscar, ids):
    for visitor, count in ((vera, 0), (oscar, 1)):
        page = visitor.open("/experiments")
        for one in ("experiments-tag-open", "experiments-owner-open", "experiments-tags-open"):
            assert len(find(page, id=one)) == count
    refused = deed(vera, "experiments-tag", ids, **{"experiments-tag-add.value": "fast"})
    assert refused.status == 403
