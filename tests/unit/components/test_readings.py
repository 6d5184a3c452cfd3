"""Readings: values with their units, and the marks of their lines."""

from components.readings import reading
from tests.unit.components.tree import find, text


def test_a_mark_has_the_colours_of_both_themes():
    drawn = reading("3.819", "V", name="Voltage", colours=("#0072b2", "#56b4e9"))
    (mark,) = find(drawn, className="bem-key")
    assert mark["props"]["style"] == {"--light": "#0072b2", "--dark": "#56b4e9"}


def test_a_value_without_a_name_has_no_label():
    assert text(reading("3.819", "V")) == "3.819V"
