"""What the experiments table is narrowed to."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.terms import ExperimentState, Technology
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import SortKey
from db.queries.lists import Sort, read_sort
from pages.experiments.filters import (
    FACETS,
    LABELS,
    PARTS,
    WHOLE,
    ends_of,
    from_store,
    to_filter,
)
from tests.generated import examples

MADRID = ZoneInfo("Europe/Madrid")
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates().map(date.isoformat)
    | st.sampled_from([*Technology, *ExperimentState, "7", "00", "٣", "\ud800", "\x00"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)
STORES = st.dictionaries(st.sampled_from([*PARTS, "sort", "other"]), ANYTHING)
ZONES = st.sampled_from([UTC, MADRID, ZoneInfo("Pacific/Kiritimati"), ZoneInfo("Pacific/Niue")])
EMPTY = from_store({})


@examples(50)
@given(ANYTHING | STORES, ZONES)
def test_whatever_stands_in_an_address_gives_a_view_and_a_filter(store, zone):
    wanted = to_filter(from_store(store), zone)
    for moment in (wanted.created_from, wanted.created_to):
        assert moment is None or moment.astimezone(UTC)
    wanted.text.encode()


@examples(50)
@given(ANYTHING | STORES)
def test_a_view_goes_through_the_store_unchanged(store):
    view = from_store(store)
    assert from_store(view.to_store()) == view
    assert from_store(view.to_store()).to_store() == view.to_store()


@examples(50)
@given(STORES, st.sampled_from(PARTS))
def test_a_removed_filter_is_gone_and_the_others_stay(store, part):
    view = from_store(store)
    before, after = view.to_store(), view.without(part).to_store()
    assert after.pop(part) in ([], "")
    before.pop(part)
    assert after == before


def test_removing_what_is_no_filter_changes_nothing():
    view = from_store({"status": "ERROR"})
    assert view.without("bogus") == view


def test_every_part_has_a_label():
    assert set(LABELS) == set(PARTS)


def test_an_address_without_filters_shows_everything():
    assert to_filter(EMPTY, MADRID) == Filter()
    assert to_filter(EMPTY, MADRID).is_empty


@pytest.mark.parametrize(
    ("part", "given_", "known"),
    [
        ("technology", ["Lithium", "Nuclear", "lithium"], ("Lithium",)),
        ("technology", "LeadAcid", ("LeadAcid",)),
        ("status", ["RUNNING", "running", "", None, 5], ("running",)),
        ("status", "FINISHED", ("finished", "stopped")),
        ("battery", ["7", "x", "-1", "1.0", "٣", "7 OR 1=1"], ("7",)),
        ("battery", 7, ("7",)),
        ("station", [3, "4", True, [5], {"6": 7}], ("3", "4")),
        ("profile", ["1234567890"], ()),
        ("profile", None, ()),
        ("battery", ["7", "7", 7], ("7",)),
        ("battery", ["007"], ("7",)),
    ],
)
def test_unknown_values_are_dropped(part, given_, known):
    assert from_store({part: given_}).facets[part] == known


def test_values_become_what_the_database_knows():
    store = {
        "technology": ["Lithium"],
        "status": ["RUNNING", "PAUSED"],
        "battery": ["1", "2"],
        "station": "3",
        "profile": 4,
        "q": " cell ",
    }
    assert to_filter(from_store(store), UTC) == Filter(
        technologies=(Technology.LITHIUM,),
        states=(ExperimentState.RUNNING, ExperimentState.PAUSED),
        batteries=(1, 2),
        stations=(3,),
        profiles=(4,),
        text=" cell ",
    )


def test_days_begin_and_end_in_the_viewers_zone():
    wanted = to_filter(from_store({"from": "2026-08-24", "to": "2026-08-24"}), MADRID)
    assert wanted.created_from == datetime(2026, 8, 23, 22, tzinfo=UTC)
    assert wanted.created_to == datetime(2026, 8, 24, 22, tzinfo=UTC)


def test_the_day_on_which_summer_time_ends_has_25_hours():
    wanted = to_filter(from_store({"from": "2026-10-25", "to": "2026-10-25"}), MADRID)
    assert wanted.created_from == datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert wanted.created_to == datetime(2026, 10, 25, 23, tzinfo=UTC)


@pytest.mark.parametrize("day", ["2026-13-01", "soon", "", None, 5, [], "20-20-20", ["2026-01-01"]])
def test_what_is_no_day_is_dropped(day):
    view = from_store({"from": day, "to": day})
    assert (view.created_from, view.created_to) == ("", "")


@pytest.mark.parametrize("day", ["0001-01-01", "0002-02-26", "0202-02-26", "9999-12-31"])
def test_a_year_that_is_still_being_typed_narrows_nothing(day):
    assert from_store({"from": day, "to": day}) == EMPTY


def test_a_moment_counts_as_its_day():
    assert from_store({"from": "2026-08-24T23:59:59Z"}).created_from == "2026-08-24"


def test_a_long_text_is_cut_where_the_search_field_ends():
    assert from_store({"q": "x" * 500}).text == "x" * 100


@pytest.mark.parametrize("text", [["a", "b"], {"a": 1}])
def test_what_is_no_text_is_not_searched_for(text):
    assert from_store({"q": text}).text == ""


def test_the_store_names_every_part_once():
    assert tuple(EMPTY.to_store()) == (*PARTS, WHOLE)
    assert all(EMPTY.to_store()[name] == [] for name in FACETS)


@pytest.mark.parametrize("key", list(SortKey))
def test_every_column_sorts_in_both_directions(key):
    assert read_sort(str(key), SortKey) == Sort(key)
    assert read_sort(f"-{key}", SortKey) == Sort(key, descending=True)


@pytest.mark.parametrize("text", [None, "", "-", "--id", "bogus", "ID", "id; DROP", "id "])
def test_an_unknown_order_is_the_default_one(text):
    assert read_sort(text, SortKey) is None


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("80-90", (80.0, 90.0)),
        ("90 – 80 %", (80.0, 90.0)),
        ("<80", (None, 80.0)),
        (">= 99.95", (99.95, None)),
        ("100", (100.0, 100.0)),
        ("", None),
        ("-5", None),
        ("80-", None),
        ("1e3", None),
        ("< > 5", None),
    ],
)
def test_a_range_of_numbers_as_it_is_typed(text, ends):
    assert ends_of(text) == ends
