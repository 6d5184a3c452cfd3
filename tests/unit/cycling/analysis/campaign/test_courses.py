"""A metric of each cell over its life, and several at common places."""

import numpy as np
import pytest

from cycling.analysis.campaign.cells import Axis
from cycling.analysis.campaign.courses import ALL_RATES, Asked, aligned, course
from cycling.analysis.cycles.metrics import Basis
from cycling.analysis.cycles.replicates import replicates
from tests.unit.cycling.analysis.campaign.made import cell

CHARGE = Asked("discharge_ah")


def test_the_main_rate_without_formation_and_without_what_is_incomplete():
    one = cell(
        [2.2, 2.0, 1.9, 2.1, 1.8, 0.3],
        rate=[1, 1, 1, 0, 1, 1],
        complete=[1, 1, 1, 1, 1, 0],
        formation=1,
    )
    assert course(one, CHARGE).y.tolist() == [2.0, 1.9, 1.8]
    assert course(one, CHARGE).number.tolist() == [2, 3, 5]
    assert course(one, Asked("discharge_ah", rate="C/10")).y.tolist() == [2.1]
    every = course(one, Asked("discharge_ah", rate=ALL_RATES))
    assert every.y.tolist() == [2.2, 2.0, 1.9, 2.1, 1.8]


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        (Axis.CYCLE, [1, 2, 3]),
        (Axis.THROUGHPUT, [4, 8, 12]),
        (Axis.EFC, [1, 2, 3]),
        (Axis.DAYS, [0.5, 1, 1.5]),
    ],
)
def test_each_axis(axis, expected):
    assert course(cell([2, 2, 2]), Asked("discharge_ah", axis)).x.tolist() == expected


def test_uneven_cycles_have_no_efficiency_and_a_part_of_a_discharge_is_no_capacity():
    one = cell([1.0, 2, 1.9], ce_pct=[198, 99, 98], uneven=[1], without_capacity=[1])
    assert course(one, CHARGE).number.tolist() == [2, 3]
    assert course(one, Asked("ce_pct")).y.tolist() == [99, 98]
    assert course(one, Asked("ce_pct", rate=ALL_RATES)).y.tolist() == [99, 98]
    whole = cell([1.0, 2], ce_pct=[198, 99], uneven=[1])
    assert course(whole, CHARGE).number.tolist() == [1, 2]


def test_a_charge_by_a_basis_has_its_unit():
    asked = Asked("discharge_ah", basis=Basis.MASS)
    found = course(cell([2, 1], mass_g=4.0), asked)
    assert (found.y.tolist(), found.unit) == ([500.0, 250.0], "mAh/g")
    asked = Asked("ce_pct", basis=Basis.MASS)
    found = course(cell([2, 1], ce_pct=[99, 98]), asked)
    assert (found.y.tolist(), found.unit) == ([99, 98], "%")  # no charge


@pytest.mark.parametrize(
    ("one", "asked", "why"),
    [
        (cell([2.0], complete=[0]), CHARGE, "it has no complete cycle"),
        (cell([]), CHARGE, "it has no complete cycle"),
        (
            cell([2.0]),
            Asked("discharge_ah", rate="C/3"),
            "it has no complete cycle after formation at C/3",
        ),
        (cell([2.0], formation=1), CHARGE, "it has no complete cycle after formation"),
        (
            cell([2.0], capacity_ah=None),
            Asked("discharge_ah", Axis.EFC),
            "it has no nominal capacity, so no equivalent full cycles",
        ),
        (
            cell([2.0]),
            Asked("discharge_ah", basis=Basis.MASS),
            "its active mass is not known",
        ),
        (cell([2.0], ce_pct=[np.nan]), Asked("ce_pct"), "it has no CE"),
    ],
)
def test_what_is_missing_is_said(one, asked, why):
    found = course(one, asked)
    assert (len(found), found.why) == (0, why)


def test_cycles_are_compared_with_cycles_of_the_same_number():
    found = aligned(
        [
            course(cell([1.0, 2, 3]), CHARGE),
            course(cell([4.0, 6], number=[2, 4]), CHARGE),  # begins later, cycle 3 is missing
            course(cell([]), CHARGE),
        ],
        Axis.CYCLE,
    )
    assert found.x.tolist() == [1, 2, 3, 4]
    np.testing.assert_equal(found.values, [[1, 2, 3, np.nan], [np.nan, 4, np.nan, 6], [np.nan] * 4])


def test_other_axes_have_straight_lines_and_nothing_beyond_the_ends():
    rng = np.random.default_rng(7)
    cells = [cell(2 - 0.01 * np.arange(n) + rng.normal(0, 1e-3, n)) for n in (40, 25, 1)]
    courses = [course(one, Asked("discharge_ah", Axis.THROUGHPUT)) for one in cells]
    found = aligned(courses, Axis.THROUGHPUT)
    assert np.all(np.diff(found.x) > 0)
    for row, one in zip(found.values, courses, strict=True):
        inside = (found.x >= one.x[0]) & (found.x <= one.x[-1])
        assert np.isfinite(row).tolist() == inside.tolist()
        for x, value in zip(found.x[inside], row[inside], strict=True):
            after = int(np.searchsorted(one.x, x))
            if one.x[after] == x:
                assert value == pytest.approx(one.y[after])
                continue
            share = (x - one.x[after - 1]) / (one.x[after] - one.x[after - 1])
            assert value == pytest.approx(one.y[after - 1] * (1 - share) + one.y[after] * share)


def test_mean_deviation_and_number_are_those_of_a_plain_loop():
    """Ragged ends, missing cycles, one cell alone at the end, one that was never there."""
    rng = np.random.default_rng(18)
    courses = []
    for count in (30, 22, 17, 1, 0):
        numbers = np.sort(rng.choice(np.arange(1, 41), count, replace=False))
        courses.append(course(cell(rng.normal(2, 0.1, count), number=numbers), CHARGE))
    found = aligned(courses, Axis.CYCLE)
    mean = replicates([(found.x, row) for row in found.values])
    for place, x in enumerate(mean.x.tolist()):
        values = [
            value
            for one in courses
            for number, value in zip(one.number.tolist(), one.y.tolist(), strict=True)
            if number == x
        ]
        assert mean.count[place] == len(values) > 0
        expected = sum(values) / len(values)
        assert mean.mean[place] == pytest.approx(expected, rel=1e-12)
        if len(values) == 1:
            assert np.isnan(mean.deviation[place])
        else:
            squares = sum((one - expected) ** 2 for one in values)
            deviation = (squares / (len(values) - 1)) ** 0.5
            assert mean.deviation[place] == pytest.approx(deviation, rel=1e-9)


def test_nothing_to_align():
    found = aligned([course(cell([]), CHARGE)], Axis.DAYS)
    assert (len(found.x), found.values.shape) == (0, (1, 0))
