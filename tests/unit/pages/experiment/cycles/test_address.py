"""What an address says of the tab of cycles, and what of it nobody knows."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from cycling.analysis.cycles.metrics import METRICS
from pages.experiment.cycles.address import (
    SHOWN,
    Per,
    View,
    XAxis,
    chosen_numbers,
    cycles_in,
    from_store,
    problems_of,
)

VIEW = View(
    x=XAxis.EFC,
    per=Per.MASS,
    rates=("C/2", "1C"),
    kinds=("check",),
    chosen="1, 5-7",
    columns=("charge_ah", "ce_pct"),
    sort="-ce_pct",
    fade=True,
)


def test_an_address_leads_to_what_it_was_made_of():
    for view in (VIEW, View()):
        query = parse_qs(urlsplit(view.address(7)).query)
        assert (
            from_store({name: one if len(one) > 1 else one[0] for name, one in query.items()})
            == view
        )
    assert View().address(7) == "/experiments/7?tab=cycles"


def test_the_columns_that_are_shown_are_there():
    assert set(SHOWN) <= {one.name for one in METRICS}


@pytest.mark.parametrize(
    "given", [None, "x", {"x": ["a"], "per": 3, "rate": {}, "columns": "nothing"}]
)
def test_what_is_no_view_is_the_usual_one(given):
    found = from_store(given)
    assert (found.x, found.per, found.columns) == (XAxis.CYCLE, Per.TOTAL, SHOWN)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"x": "weeks"}, "Axis “weeks” is unknown"),
        ({"per": "kg"}, "Capacity per “kg” is unknown"),
        ({"per": "area"}, "The area of the electrode is not known: the capacity is shown in Ah."),
        ({"kind": "odd"}, "Kind “odd” is unknown"),
        ({"rate": "9C"}, "No cycle is of the rate “9C”"),
        ({"columns": "ce_pct,colour"}, "There is no column “colour”"),
        ({"sort": "-colour"}, "The table cannot be sorted by “-colour”"),
        ({"cycles": "1, two"}, "“two” names no cycles."),
    ],
)
def test_what_nobody_knows_is_said(query, sentence):
    (problem,) = problems_of(query, ["C/2"], [Per.TOTAL])
    assert problem.startswith(sentence)


def test_what_is_known_needs_no_words():
    assert problems_of(VIEW.words, ["C/2", "1C"], list(Per)) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", [3]),
        ("1, 5-7", [1, 5, 6, 7]),
        ("7–5 9", [5, 6, 7, 9]),
        ("", []),
        ("900000-2", list(range(2, 11))),
    ],
)
def test_cycles_that_a_text_names(text, numbers):
    assert chosen_numbers(text, np.arange(1, 11)).tolist() == numbers


def test_what_of_a_text_names_none():
    assert cycles_in("1 a-b 3- -4 1e3") == ([(1, 1)], "a-b 3- -4 1e3")
