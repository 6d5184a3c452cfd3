"""End values, the place that cells have in common, statistics, outliers."""

import statistics

import numpy as np
import pytest

from cycling.analysis.campaign.cells import Axis
from cycling.analysis.campaign.courses import Asked, aligned, course
from cycling.analysis.campaign.ends import Statistic, ends_of, outliers, statistic
from tests.unit.cycling.analysis.campaign.made import cell

CHARGE = Asked("discharge_ah")


def ends(*cells, at=None, axis=Axis.CYCLE):
    courses = [course(one, Asked("discharge_ah", axis)) for one in cells]
    return ends_of(courses, aligned(courses, axis), at)


def test_the_common_place_is_the_last_that_all_have():
    found = ends(cell([2.0, 1.9, 1.8]), cell([2.1, 2.0], number=[1, 2]), cell([3.0, 2.9, 2.8]))
    assert (found.at, found.count) == (2, 3)
    assert found.common.tolist() == [1.9, 2.0, 2.9]
    assert found.last.tolist() == [1.8, 2.0, 2.8]
    assert found.last_x.tolist() == [3, 2, 3]


def test_where_no_place_is_common_to_all_it_is_the_last_of_the_most():
    found = ends(cell([1.0, 2.0]), cell([5.0, 6.0], number=[2, 3]), cell([7.0], number=[9]))
    assert (found.at, found.count) == (2, 2)
    np.testing.assert_equal(found.common, [2, 5, np.nan])


def test_a_place_of_ones_own():
    cells = (cell([2.0, 1.9, 1.8]), cell([2.1, 2.0]))
    assert ends(*cells, at=1).common.tolist() == [2.0, 2.1]
    far = ends(*cells, at=1000)
    assert (far.at, far.count) == (3, 1)
    assert np.isnan(far.common[1])  # it has ended: it is not taken along
    before = ends(*cells, at=0)
    assert before.count == 0
    assert np.isnan(before.at)


def test_along_throughput_it_is_the_end_of_the_first_to_end():
    found = ends(cell([2.0] * 10), cell([1.0] * 10), axis=Axis.THROUGHPUT)
    assert (found.at, found.count) == (20, 2)


def test_nothing_has_no_ends():
    found = ends(cell([]))
    assert found.count == 0
    assert np.isnan([found.at, found.last[0], found.common[0]]).all()


def test_statistics_are_those_of_the_standard_library():
    values = [1.91, 1.87, 1.95, 1.88]
    found = statistic(np.array([*values, np.nan]))
    assert found.count == 4
    assert found.mean == pytest.approx(statistics.fmean(values))
    assert found.deviation == pytest.approx(statistics.stdev(values))
    assert statistic(np.array([2.0, np.nan])) == Statistic(1, 2.0, None)
    assert statistic(np.array([np.nan])) == statistic(np.empty(0)) == Statistic(0, None, None)


def test_an_outlier_is_far_from_the_median_by_the_median_of_the_distances():
    values = np.array([1.90, 1.91, 1.89, 1.92, 1.60, np.nan])
    assert outliers(values).tolist() == [False] * 4 + [True, False]
    # the modified z-score, written out: 0.6745 * |1.60 - 1.90| / 0.01 = 20
    near = np.array([1.90, 1.91, 1.89, 1.92, 1.86])  # 0.6745 * 0.04 / 0.01 = 2.7
    assert not outliers(near).any()


def test_four_cells_have_no_outlier_and_one_among_equals_is_one():
    assert not outliers(np.array([1.0, 1.0, 1.0, 9.0])).any()
    assert outliers(np.array([1.0, 1.0, 1.0, 1.0, 9.0])).tolist() == [False] * 4 + [True]
    assert not outliers(np.full(6, 0.1 + 0.2)).any()
    assert not outliers(np.full(6, np.nan)).any()
