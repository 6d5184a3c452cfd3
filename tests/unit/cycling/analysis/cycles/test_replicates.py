"""Mean and spread of cells that were treated alike."""

import numpy as np
import pytest

from cycling.analysis.cycles.replicates import replicates


def test_mean_and_sample_deviation():
    x = np.array([1.0, 2, 3])
    found = replicates([(x, np.array([1.0, 2, 3])), (x[:2], np.array([3.0, 2]))])
    assert found.count.tolist() == [2, 2, 1]
    assert found.mean.tolist() == [2, 2, 3]  # a cell that has ended leaves the mean
    assert found.deviation[:2].tolist() == pytest.approx([np.sqrt(2), 0])
    assert np.isnan(found.deviation[2])  # one cell has no band, and not one of 0
    assert found.error[0] == pytest.approx(1.0)
    assert (found.lowest[0], found.highest[0]) == (1, 3)


def test_blanks_and_cycles_that_not_all_have():
    found = replicates([(np.array([1.0, 3]), np.array([1.0, np.nan])), (np.array([2.0]), [5.0])])
    assert found.x.tolist() == [1, 2, 3]
    assert found.count.tolist() == [1, 1, 0]
    assert np.isnan(found.mean[2])


def test_no_cells():
    assert len(replicates([]).x) == 0
