"""The voltage after so many seconds of a rest."""

import numpy as np
import pytest

from cycling.analysis.integration import Edge
from cycling.analysis.voltage.relaxation import relaxation, relaxations
from tests import golden


def test_in_straight_lines_between_samples():
    time_s = np.array([101.0, 105, 115, 160, 1000])
    found = relaxation(time_s, np.array([3.5, 3.6, 3.7, 3.8, 3.9]), 100.0)
    assert found.voltage_v.tolist() == pytest.approx([3.65, 3.8, np.nan], nan_ok=True)
    assert (found.duration_s, found.end_v) == (900, 3.9)


def test_blank_before_the_first_sample():
    found = relaxation(np.array([30.0, 100]), np.array([3.5, 3.6]), 0.0, (10.0, 65.0))
    assert found.voltage_v.tolist() == pytest.approx([np.nan, 3.55], nan_ok=True)
    assert np.isnan(relaxation(np.array([1.0]), np.array([np.nan]), 0.0).end_v)


def test_the_rests_of_a_test():
    case, _expected = golden.other("hppc_pulses")
    rests = relaxations(case.samples(Edge.SPLIT, counted=False), deadband_a=1e-6, least_s=600)
    assert len(rests) == 11  # before each of nine states of charge, at the beginning and the end
    for one in rests:
        assert one.duration_s == pytest.approx(3600)
        assert one.voltage_v[2] == pytest.approx(one.end_v, abs=1e-6)
    assert [one.begin_s for one in rests] == sorted(one.begin_s for one in rests)
