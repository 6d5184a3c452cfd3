"""The electrolytes of a stack: what is typed, and what it means."""

import pytest

from components.electrolytes import (
    amount_id,
    amount_ids,
    electrolyte_fields,
    electrolyte_problems,
    electrolytes,
)
from cycling.battery.electrolyte import Electrolyte
from cycling.terms import Polarity
from tests.unit.components.tree import find

AMOUNTS = dict(zip(amount_ids("form"), ["1000", "50", "10", " 60 "] * 2, strict=True))


def test_both_sides():
    assert electrolyte_problems("form", AMOUNTS) == {}
    assert electrolytes("form", AMOUNTS) == (
        Electrolyte(Polarity.POSITIVE, 1000, 50, 10, 60),
        Electrolyte(Polarity.NEGATIVE, 1000, 50, 10, 60),
    )


def test_they_come_back_as_they_went():
    for side in electrolytes("form", AMOUNTS):
        assert Electrolyte.from_json(side.to_json()) == side


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("volume", ""),
        ("volume", "0"),
        ("volume", "1e3"),
        ("volume", "１２"),
        ("volume", "9999999"),
        ("soc", "101"),
        ("soc", "-1"),
        ("min-flow", "61"),
        ("max-flow", "NaN"),
    ],
)
def test_an_amount_that_cannot_be(field: str, text: str):
    name = amount_id("form", Polarity.NEGATIVE, field)
    wrong = electrolyte_problems("form", {**AMOUNTS, name: text})
    assert len(wrong) == 1
    assert next(iter(wrong)).startswith("form-neg")


def test_every_field_has_a_label_and_a_place_for_what_is_wrong():
    fields = electrolyte_fields("form", AMOUNTS, section_id="form-electrolytes")
    for name in amount_ids("form"):
        assert find(fields, id=name)[0]["props"]["value"] == AMOUNTS[name]
        assert find(fields, html_for=name)
        assert find(fields, id=f"{name}-error")
