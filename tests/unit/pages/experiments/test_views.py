"""Saved views on the page: the menu, the dialogs, with which one begins; who may what."""

import pytest

from db.commands.audit import By
from db.commands.saved_views import NewView, choose_start, save_view
from db.queries.saved_views import list_views
from tests.unit.components.tree import find, text
from tests.unit.db.lab import NOW
from tests.unit.pages.visitor import shown

SCRIPT = "<b onload=x()>=1"
VIEW = {"status": ["running"], "q": "1C", "battery": []}


def by_user(name: str) -> By:
    return By(name, "", NOW)


def deed(visitor, dialog: str, field: str, values: dict, **more):
    given = {f"{dialog}-sure.n_clicks": 1, **more}
    fields = [({"type": field, "part": part}, value) for part, value in values.items()]
    by = f"{dialog}-sure.n_clicks"
    return visitor.call(f"{dialog}-dialog.is_open", given, by=by, patterns={field: fields})


def saves(visitor, name: str, whom: str = "me", view=VIEW, sort="desc"):
    request = {"startRow": 0, "endRow": 9, "sortModel": [{"colId": "started", "sort": sort}]}
    more = {"experiments-view.data": view, "experiments-grid.getRowsRequest": request}
    values = {"name": name, "for": whom}
    return deed(visitor, "experiments-save", "experiments-save-field", values, **more)


def changes(visitor, view_id: int, act: str, name: str = ""):
    values = {"view": str(view_id), "act": act, "name": name}
    return deed(visitor, "experiments-saved", "experiments-saved-field", values)


def menu(visitor) -> str:
    return text(find(visitor.open("/experiments", "?whole=1"), id="experiments-menu"))


def test_a_view_is_saved_with_its_filters_and_its_order(vera, store):
    answer = saves(vera, SCRIPT)
    assert answer["experiments-save-dialog.is_open"] is False
    (view,) = list_views(store, "vera")
    assert view.name == SCRIPT
    assert view.filters == {"status": ["running"], "q": "1C", "sort": "-started"}
    page = vera.open("/experiments", "?whole=1")
    assert "/experiments?status=running&q=1C&sort=-started" in str(shown(page, "experiments-menu"))
    assert SCRIPT in menu(vera)


@pytest.mark.parametrize("odd", [None, [], "x", {"sortModel": 7}])
def test_an_odd_view_and_an_odd_order_are_none(vera, store, odd):
    more = {"experiments-view.data": odd, "experiments-grid.getRowsRequest": odd}
    deed(vera, "experiments-save", "experiments-save-field", {"name": "A", "for": "me"}, **more)
    assert list_views(store, "vera")[0].filters == {}


def test_for_the_laboratory_operators_save_and_change(vera, oscar, store):
    answer = saves(vera, "Ours", "all")
    assert "saved by operators" in answer["experiments-save-error.children"]
    assert list_views(store, "vera") == ()
    saves(oscar, "Ours", "all")
    (view,) = list_views(store, "vera")
    assert view.is_shared
    for act in ("rename", "delete"):
        answer = changes(vera, view.id, act, "Mine")
        assert "operators change those" in answer["experiments-saved-error.children"]
    changes(oscar, view.id, "rename", "Theirs")
    assert "Theirs" in menu(vera)
    changes(oscar, view.id, "delete")
    assert list_views(store, "vera") == ()


def test_the_page_begins_with_a_chosen_view_and_shows_all_on_demand(vera, store):
    mine = save_view(store, NewView("Mine", {"q": "1C", "sort": "-id"}), by=by_user("vera"))
    answer = changes(vera, mine, "start")
    assert "Experiments opens with “Mine”." in str(answer)
    page = vera.open("/experiments")
    assert shown(page, "experiments-view")["data"]["q"] == "1C"
    columns = shown(page, "experiments-sets")["data"]["columns"]
    assert [one["field"] for one in columns if "sort" in one] == ["id"]
    assert "begins" in menu(vera)
    for search in ("?whole=1", "?q=other"):
        assert shown(vera.open("/experiments", search), "experiments-view")["data"]["q"] != "1C"
    changes(vera, mine, "everything")
    assert shown(vera.open("/experiments"), "experiments-view")["data"]["q"] == ""


def test_a_start_whose_filter_names_what_is_gone_says_so(vera, store):
    view = save_view(store, NewView("Old", {"tag": ["77"]}), by=by_user("vera"))
    choose_start(store, view, by=by_user("vera"))
    assert "There is no tag “77”" in text(vera.open("/experiments"))


def test_what_somebody_else_has_deleted_is_said(vera, store):
    answer = changes(vera, 4711, "rename", "Mine")
    assert "not there any more" in answer["experiments-saved-error.children"]
    answer = changes(vera, 4711, "odd")
    assert "Choose what to do" in answer["experiments-saved-error.children"]
