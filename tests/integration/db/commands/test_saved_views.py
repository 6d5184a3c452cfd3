"""Saved views of the experiments table, on each engine."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from cycling.errors import InputError, NotFoundError
from db.commands.saved_views import (
    MAX_VIEWS,
    NewView,
    choose_start,
    delete_view,
    rename_view,
    save_view,
)
from db.engine import Database
from db.models import AuditEntry
from db.queries.saved_views import list_views, start_view
from tests.unit.db.lab import BY, at_once

OTHER = replace(BY, user_name="vera")
FAST = {"q": "1C", "status": ["running"], "battery": [], "sort": "-started"}


def names(database: Database, user: str = BY.user_name) -> list[str]:
    return [one.name for one in list_views(database, user)]


def test_a_view_is_seen_by_its_owner_and_one_of_the_laboratory_by_all(database: Database):
    save_view(database, NewView("fast", FAST), by=BY)
    save_view(database, NewView("All 45", {"station": ["2"]}, is_shared=True), by=BY)
    save_view(database, NewView("Beta", {}), by=BY)
    assert names(database) == ["Beta", "fast", "All 45"]
    assert names(database, "vera") == ["All 45"]
    (view,) = [one for one in list_views(database, BY.user_name) if one.name == "fast"]
    assert (view.filters, view.is_shared) == (FAST, False)
    with database.read() as session:
        first = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).first()
    assert (first.action, first.target) == ("save view", f"view {view.id}")
    kept = {name: value for name, value in FAST.items() if value}
    assert first.detail == {"name": "fast", "for": BY.user_name, "filters": kept}


def test_the_same_name_saves_it_anew_for_its_owner_alone(database: Database):
    one = save_view(database, NewView("Fast", FAST), by=BY)
    assert save_view(database, NewView("  FAST ", {"q": "2C"}), by=BY) == one
    other = save_view(database, NewView("Fast", {}), by=OTHER)
    assert other != one
    (view,) = list_views(database, BY.user_name)
    assert (view.name, view.filters) == ("FAST", {"q": "2C"})


def test_the_same_name_at_the_same_moment_is_one_view(database: Database):
    ids = at_once([lambda: save_view(database, NewView("Fast", FAST), by=BY)] * 4)
    assert len(set(ids)) == 1
    assert names(database) == ["Fast"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\x00b"])
def test_a_name_that_cannot_be_is_refused(database: Database, name: str):
    with pytest.raises(InputError):
        save_view(database, NewView(name, FAST), by=BY)
    one = save_view(database, NewView("Fast", FAST), by=BY)
    with pytest.raises(InputError):
        rename_view(database, one, name, by=BY)
    assert names(database) == ["Fast"]


def test_renaming(database: Database):
    one = save_view(database, NewView("Fast", FAST), by=BY)
    save_view(database, NewView("Slow", {}), by=BY)
    save_view(database, NewView("Quick", {}, is_shared=True), by=BY)
    with pytest.raises(InputError, match="There is a view “slow” already"):
        rename_view(database, one, "slow", by=BY)
    rename_view(database, one, "quick", by=BY)  # that of the laboratory is another one
    rename_view(database, one, "QUICK", by=BY)
    assert names(database) == ["QUICK", "Slow", "Quick"]


def test_there_are_not_endlessly_many(database: Database):
    for number in range(MAX_VIEWS):
        save_view(database, NewView(f"View {number}", {}), by=BY)
    with pytest.raises(InputError, match="delete one first"):
        save_view(database, NewView("One more", {}), by=BY)
    save_view(database, NewView("view 7", FAST), by=BY)  # is there
    save_view(database, NewView("One more", {}), by=OTHER)


def test_the_start_is_ones_own_and_goes_with_its_view(database: Database):
    mine = save_view(database, NewView("Fast", FAST), by=BY)
    shared = save_view(database, NewView("All 45", {"q": "45"}, is_shared=True), by=OTHER)
    assert start_view(database, BY.user_name) is None
    assert choose_start(database, mine, by=BY) == "Fast"
    assert choose_start(database, shared, by=OTHER) == "All 45"
    assert start_view(database, BY.user_name).filters == FAST
    assert choose_start(database, shared, by=BY) == "All 45"
    assert start_view(database, BY.user_name).name == "All 45"
    assert choose_start(database, None, by=BY) == ""
    assert start_view(database, BY.user_name) is None
    assert delete_view(database, shared, by=BY) == "All 45"
    assert start_view(database, "vera") is None


def test_nobody_changes_what_is_anothers_or_gone(database: Database):
    one = save_view(database, NewView("Fast", FAST), by=BY)
    for deed in (
        lambda: rename_view(database, one, "Mine", by=OTHER),
        lambda: delete_view(database, one, by=OTHER),
        lambda: choose_start(database, one, by=OTHER),
        lambda: delete_view(database, 4711, by=BY),
    ):
        with pytest.raises(NotFoundError, match="not there any more"):
            deed()
    assert names(database) == ["Fast"]
