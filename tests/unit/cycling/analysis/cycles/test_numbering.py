"""Numbers of cycles: the file's where they can be, else by current."""

import numpy as np
import pytest

from cycling.analysis.cycles.choices import Choices, Direction, Kind, Numbering
from cycling.analysis.cycles.numbering import NO_CYCLE, numbered

NAN = float("nan")
NET = np.array([1.0, 0, -1, 0, 1, 0, -1, 0])


def numbers(cycle, net=NET, **choices):
    return numbered(np.asarray(cycle, float), np.asarray(net, float), Choices(**choices))


@pytest.mark.parametrize(
    ("cycle", "by"),
    [
        ([1, 1, 1, 1, 2, 2, 2, 2], Numbering.FILE),
        ([1] * 8, Numbering.CURRENT),  # one value only
        ([1, 1, 2, 2, 1, 1, 2, 2], Numbering.CURRENT),  # it falls
        ([1, 1, 1, 1, 6.283, 6.283, 6.283, 6.283], Numbering.CURRENT),  # not whole
        ([NAN] * 8, Numbering.CURRENT),
        ([NAN, NAN, 1, 1, 1, 1, 2, 2], Numbering.FILE),  # of a profile: steps outside its loop
    ],
)
def test_where_the_number_comes_from(cycle, by):
    assert numbers(cycle).numbering is by


def test_one_number_will_do_where_the_charge_never_changes_its_sign():
    assert numbers([7, 7], [-1, -1]).numbering is Numbering.FILE


def test_by_current_a_cycle_begins_with_the_first_direction():
    assert numbers([NAN] * 8).cycle.tolist() == [1, 1, 1, 1, 2, 2, 2, 2]
    lone = numbers([NAN] * 8, first=Direction.DISCHARGE)
    assert lone.cycle.tolist() == [0, 0, 1, 1, 1, 1, 2, 2]


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (Kind.FULL, Direction.CHARGE),
        (Kind.ANODE_HALF, Direction.DISCHARGE),
        (Kind.CATHODE_HALF, Direction.CHARGE),
        (Kind.SYMMETRIC, Direction.DISCHARGE),
        (Kind.LEAD_ACID, Direction.DISCHARGE),
    ],
)
def test_what_comes_first_is_the_kinds(kind, first):
    assert numbers([NAN] * 8, -NET, kind=kind).first is first


def test_a_person_may_choose():
    given = [1, 1, 1, 1, 2, 2, 2, 2]
    assert set(numbers(given, numbering=Numbering.NONE).cycle) == {1}
    assert numbers(given, numbering=Numbering.CURRENT).cycle.tolist() == given
    assert numbers([NAN] * 8, numbering=Numbering.FILE).cycle.tolist() == [NO_CYCLE] * 8
