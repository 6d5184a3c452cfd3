"""Peaks of curves of which they are known."""

import numpy as np
import pytest

from cycling.analysis.voltage.peaks import peaks

X = np.linspace(3.0, 4.0, 1001)


def bell(middle, height, sigma=0.03):
    return height * np.exp(-0.5 * ((X - middle) / sigma) ** 2)


def test_position_height_and_area():
    first, then = peaks(X, bell(3.3004, 5.0) + bell(3.7, 2.0))
    assert (first.position, first.height) == pytest.approx((3.3004, 5.0), rel=1e-5)
    assert (then.position, then.height) == pytest.approx((3.7, 2.0), rel=1e-5)
    assert first.area == pytest.approx(5.0 * 0.03 * np.sqrt(2 * np.pi), rel=1e-4)
    assert then.prominence == pytest.approx(2.0, rel=1e-3)


def test_what_is_too_low_is_none():
    assert len(peaks(X, bell(3.3, 5.0) + bell(3.7, 0.2))) == 1
    assert len(peaks(X, bell(3.3, 5.0) + bell(3.7, 0.2), least=0.01)) == 2


@pytest.mark.parametrize("y", [np.empty(0), np.ones(2), np.ones(9), np.arange(9.0)])
def test_no_peak(y):
    assert peaks(np.arange(float(len(y))), y) == []
