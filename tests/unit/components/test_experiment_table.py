"""The grid of experiments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.experiment_table import NARROW_COLUMNS, OPTIONAL, SHOWN, wide_columns
from components.row_grid import BLOCK, asked_block, row_grid, sort_text
from tests.generated import examples

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["sort", "colId", "x"]), inner, max_size=3)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize(
    ("model", "order"),
    [
        (None, ""),
        ([], ""),
        ([{"colId": "started", "sort": "asc"}], "started"),
        ([{"colId": "started", "sort": "desc"}], "-started"),
        ([{"colId": "name", "sort": "desc"}, {"colId": "id", "sort": "asc"}], "-name"),
    ],
)
def test_the_order_is_said_as_in_the_address(model, order):
    assert sort_text({"sortModel": model}) == order


def test_a_request_without_an_order_has_none():
    assert sort_text({}) == ""


@examples(50)
@given(st.one_of(ANYTHING, st.dictionaries(st.sampled_from(["sortModel", "x"]), ANYTHING)))
def test_an_odd_order_is_a_text_all_the_same(request):
    assert isinstance(sort_text(request), str)


@pytest.mark.parametrize(
    ("request_", "block"),
    [
        ({"startRow": 0, "endRow": 100}, (0, 100)),
        ({"startRow": 300, "endRow": 400}, (300, 100)),
        ({"startRow": 0, "endRow": 7}, (0, 7)),
        ({"startRow": 0, "endRow": 10**9}, (0, BLOCK)),
        ({"startRow": -5, "endRow": 100}, (0, BLOCK)),
        ({"startRow": 100, "endRow": 0}, (100, 0)),
        ({"startRow": 5}, (5, BLOCK)),
        ({"endRow": 10}, (0, 10)),
        ({}, (0, BLOCK)),
        ({"startRow": "5", "endRow": None}, (0, BLOCK)),
        ({"startRow": True, "endRow": [1]}, (0, BLOCK)),
        ([], (0, BLOCK)),
    ],
)
def test_a_block_begins_at_a_row_and_is_not_too_large(request_, block):
    assert asked_block(request_) == block


@examples(50)
@given(st.one_of(ANYTHING, st.fixed_dictionaries({"startRow": ANYTHING, "endRow": ANYTHING})))
def test_whatever_is_asked_is_a_block_that_every_database_can_read(request):
    offset, limit = asked_block(request)
    assert 0 <= offset < 2**31
    assert 0 <= limit <= BLOCK


def test_one_column_is_sorted_at_most():
    assert not [one for one in wide_columns() if "sort" in one]
    (chosen,) = [one for one in wide_columns("started", descending=True) if "sort" in one]
    assert (chosen["field"], chosen["sort"]) == ("started", "desc")
    (chosen,) = [one for one in wide_columns("id") if "sort" in one]
    assert (chosen["field"], chosen["sort"]) == ("id", "asc")


def test_an_unknown_order_sorts_no_column():
    assert not [one for one in wide_columns("bogus") if "sort" in one]


def test_id_name_and_status_are_always_there():
    optional = {one["field"]: one["optional"] for one in wide_columns()}
    assert {name for name, can_go in optional.items() if can_go} == set(OPTIONAL)
    assert not any(optional[name] for name in ("id", "name", "status", "battery"))


def test_the_columns_that_are_shown_at_first_can_be_chosen():
    assert set(SHOWN) <= set(OPTIONAL)


def test_the_titles_of_columns_and_of_their_choice_are_the_same():
    titles = {one["field"]: one["headerName"] for one in wide_columns()}
    assert {name: titles[name] for name in OPTIONAL} == OPTIONAL


def test_two_tables_do_not_share_their_columns():
    wide_columns()[0]["width"] = 1
    assert wide_columns()[0]["width"] != 1


def test_a_narrow_screen_has_one_column_beside_the_ticks_without_a_header():
    grid = row_grid("grid", narrow=True)
    assert [one["field"] for one in NARROW_COLUMNS] == ["choice", "name"]
    assert grid.dashGridOptions["headerHeight"] == 0
    wide = row_grid("grid", narrow=False).dashGridOptions
    assert 32 <= wide["rowHeight"] <= 36
    assert wide["cacheBlockSize"] == BLOCK


def test_the_usual_columns_fit_beside_the_navigation_of_a_screen_1280_pixels_wide():
    """Else the last one is cut, and the names with it."""
    usual = [one for one in wide_columns() if not one["optional"] or one["field"] in SHOWN]
    assert sum(one.get("width") or one["minWidth"] for one in usual) <= 1096
    (name,) = [one for one in usual if one["field"] == "name"]
    assert name["minWidth"] >= 200
