"""C-rates and their classes."""

import numpy as np
import pytest

from cycling.analysis.cycles.rates import NO_RATE, rate_classes


@pytest.mark.parametrize(
    ("amperes", "label"),
    [
        (0.3, "C/10"),
        (0.32, "C/10"),
        (0.6, "C/5"),
        (1.0, "C/3"),
        (3.0, "1C"),
        (-6.1, "2C"),
        (15.0, "5C"),
        (12.0, "4C"),
        (2.1, "0.7C"),
        (0.06, "C/50"),
    ],
)
def test_the_nearest_class_within_a_tenth_or_the_value(amperes, label):
    assert rate_classes(np.array([amperes]), 3.0).label(0) == label


@pytest.mark.parametrize(
    ("amperes", "label"), [(1.25, "1.25 A"), (0.0022, "2.2 mA"), (87e-6, "87 µA")]
)
def test_without_a_capacity_amperes(amperes, label):
    assert rate_classes(np.array([amperes]), None).label(0) == label


def test_others_that_lie_near_each_other_are_of_one_class():
    found = rate_classes(np.array([2.099, 2.101, 2.15, 4.2, 2.1, np.nan, 0.0]), 3.0)
    assert found.of.tolist() == [0, 0, 0, 1, 0, NO_RATE, NO_RATE]
    assert found.labels == ("0.7C", "1.4C")
