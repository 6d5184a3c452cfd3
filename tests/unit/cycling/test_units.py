"""Durations in words; units that people type."""

import pytest

from cycling.units import duration_words, typed_factor


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "5 s"),
        (59.6, "1 min 0 s"),
        (492, "8 min 12 s"),
        (7260, "2 h 1 min"),
        (24 * 3600 + 52 * 60, "1 d 1 h"),
        (47 * 3600 + 31 * 60, "2 d 0 h"),
        (273_600, "3 d 4 h"),
        (8.64e154, "1e+150 d"),
    ],
)
def test_a_duration_is_rounded_to_its_two_largest_units(seconds, words):
    assert duration_words(seconds) == words


@pytest.mark.parametrize(
    ("text", "unit", "factor"),
    [
        ("mAh", "Ah", (1, 1e3)),
        ("MAH", "Ah", (1, 1e3)),  # nobody's battery has a mega-ampere-hour
        ("µAh", "Ah", (1, 1e6)),
        ("mA", "A", (1, 1e3)),
        ("mg", "g", (1, 1e3)),
        ("CM²", "cm²", (1, 1)),
        ("mm^2", "cm²", (1, 100)),
        ("mM", "mol/L", (1, 1e3)),
        ("M", "mol/L", (1, 1)),
        ("°C", "°C", (1, 1)),
        ("v", "V", (1, 1)),
    ],
)
def test_a_unit_that_is_typed_leads_to_ours(text, unit, factor):
    assert typed_factor(text, unit) == factor


@pytest.mark.parametrize(
    ("text", "unit"),
    [("MV", "V"), ("MA", "A"), ("Mg", "g"), ("MM", "mol/L"), ("Wh", "Ah"), ("", "V"), ("K", "°C")],
)
def test_what_could_mean_another_size_or_quantity_is_no_unit(text, unit):
    assert typed_factor(text, unit) is None
