from dataclasses import fields

import pytest

from cycling.errors import InputError
from db.limits import USUAL, Limits, read_limits, variable_of

LIMITS = fields(Limits)
NAMES = [one.name for one in LIMITS]


def test_without_variables_all_are_as_usual():
    assert read_limits({}) == USUAL
    assert read_limits({variable_of(name): " " for name in NAMES}) == USUAL


@pytest.mark.parametrize("limit", LIMITS, ids=NAMES)
def test_each_is_read_up_to_its_bounds_and_not_beyond(limit):
    least, most = limit.metadata["least"], limit.metadata["most"]
    assert least <= limit.default <= most
    variable = variable_of(limit.name)
    for value in (least, most):
        assert getattr(read_limits({variable: str(value)}), limit.name) == value
    for value in (least - 1, most + 1):
        with pytest.raises(InputError, match=f"^{variable}: {value} is not a whole number from"):
            read_limits({variable: str(value)})


@pytest.mark.parametrize("text", ["a lot", "1.5", "1e3", "-5", "١٢", "5" * 400])
def test_what_is_no_whole_number_is_refused_by_name(text):
    with pytest.raises(InputError, match=r"^BEM_GRAPH_POINTS: "):
        read_limits({"BEM_GRAPH_POINTS": text})
