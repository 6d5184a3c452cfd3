"""A Gaussian keeps sums, and lines."""

import numpy as np
import pytest

from cycling.analysis.voltage.smoothing import smoothed


def test_what_is_far_from_the_ends_keeps_its_sum():
    values = np.zeros(100)
    values[50] = 1.0
    found = smoothed(values, 3.0, ends="zero")
    assert found.sum() == pytest.approx(1.0)
    assert np.sqrt(found @ (np.arange(100) - 50) ** 2) == pytest.approx(3.0, rel=2e-3)


def test_a_line_stays_one():
    line = np.arange(1.0, 31)
    np.testing.assert_allclose(smoothed(line, 2.0, ends="line"), line)
    assert smoothed(np.arange(3.0), 0.0, ends="line").tolist() == [0, 1, 2]
