"""Which cycle of each cell is looked at."""

import pytest

from cycling.analysis.campaign.courses import ALL_RATES, MAIN_RATE
from cycling.analysis.campaign.which_cycle import WhichCycle, cycle_of, which_cycle
from tests.unit.cycling.analysis.campaign.made import cell


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("last", WhichCycle()),
        (" First ", WhichCycle(is_first=True)),
        ("12", WhichCycle(number=12)),
        ("0", WhichCycle(number=0)),
        ("80 %", WhichCycle(percent=80.0)),
        ("92,5%", WhichCycle(percent=92.5)),
    ],
)
def test_what_is_typed_names_a_cycle_and_comes_back_as_a_text(typed, expected):
    assert which_cycle(typed) == expected
    assert which_cycle(expected.text) == expected


@pytest.mark.parametrize(
    "typed", ["", "-1", "1.5", "0%", "%", ".%", "1e3%", "nan%", "9" * 12, "²", "<b>", "1000%"]
)
def test_what_names_none_is_none(typed):
    assert which_cycle(typed) is None


def fading(**more):
    """Seven cycles; the second is formation, the sixth a capacity check, the last incomplete."""
    return cell(
        [2.2, 2.1, 2.0, 1.7, 1.5, 1.9, 1.4, 1.3, 0.2],
        rate=[1, 1, 1, 1, 1, 0, 1, 1, 1],
        complete=[1, 1, 1, 1, 1, 1, 1, 1, 0],
        formation=2,
        **more,
    )


@pytest.mark.parametrize(
    ("typed", "rate", "expected"),
    [
        ("first", MAIN_RATE, 3),
        ("last", MAIN_RATE, 8),
        ("first", ALL_RATES, 1),
        ("last", "C/10", 6),
        ("9", MAIN_RATE, 9),  # a number is that of any cycle
        ("2", MAIN_RATE, 2),
    ],
)
def test_the_cycle_of_a_cell(typed, rate, expected):
    assert cycle_of(fading(), which_cycle(typed), rate) == (expected, "")


@pytest.mark.parametrize("rate", [MAIN_RATE, ALL_RATES])
def test_the_cycle_at_a_retention_is_the_first_below_that_stays_below(rate):
    one = fading(retention_pct=[110, 105, 100, 79, 81, 95, 75, 74, 10])
    assert cycle_of(one, which_cycle("80%"), rate) == (
        None,
        "its retention has not fallen below 80 %",
    )
    assert cycle_of(one, which_cycle("90%"), rate) == (4, "")
    dipped = cell([1.0] * 6, retention_pct=[100, 70, 95, 79, 78, 77])
    assert cycle_of(dipped, which_cycle("80%"), rate) == (4, "")


def test_what_a_cell_does_not_have_is_said():
    assert cycle_of(fading(), which_cycle("77"), MAIN_RATE) == (None, "it has no cycle 77")
    assert cycle_of(fading(), WhichCycle(), "3C") == (
        None,
        "it has no complete cycle of the chosen rate",
    )
    assert cycle_of(cell([1.0], complete=[0]), WhichCycle(), MAIN_RATE) == (
        None,
        "it has no complete cycle",
    )
