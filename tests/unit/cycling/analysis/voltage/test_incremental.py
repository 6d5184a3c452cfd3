"""dQ/dV: its bins add up to the charge, whatever voltage does."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from cycling.analysis.cycles.choices import Direction
from cycling.analysis.integration import Edge
from cycling.analysis.voltage.incremental import bin_v, incremental_capacity
from cycling.analysis.voltage.lines import ChargeLines, charge_lines
from cycling.analysis.voltage.peaks import peaks
from tests import golden

VOLTS = st.floats(2.0, 4.5)


@given(
    volts=st.lists(VOLTS, min_size=2, max_size=60),
    width_v=st.floats(1e-3, 0.1),
    sigma_v=st.floats(0, 0.05),
    seed=st.integers(0, 99),
)
def test_the_bins_add_up_to_the_charge(volts, width_v, sigma_v, seed):
    ah = np.random.default_rng(seed).random(len(volts) - 1)
    lines = ChargeLines(np.array(volts[:-1]), np.array(volts[1:]), ah)
    raw = incremental_capacity(lines, width_v)
    assert raw.total_ah == pytest.approx(lines.total_ah, rel=1e-9)
    assert raw.smooth(sigma_v).total_ah == pytest.approx(lines.total_ah, rel=1e-9)
    assert np.all(raw.ah_per_v >= 0)


def test_each_line_is_shared_among_its_bins():
    lines = ChargeLines(np.array([3.0, 3.02]), np.array([3.02, 3.02]), np.array([2.0, 1.0]))
    found = incremental_capacity(lines, 0.01)
    np.testing.assert_allclose(found.ah_per_v * 0.01, [1.0, 1.0, 1.0], atol=1e-9)
    np.testing.assert_allclose(found.voltage_v, [3.005, 3.015, 3.025])


def test_bins_of_other_curves_lie_on_the_same_grid():
    both = [
        incremental_capacity(ChargeLines(np.array([low]), np.array([4.0]), np.array([1.0])))
        for low in (3.0012, 3.1234)
    ]
    shift = (both[1].voltage_v[0] - both[0].voltage_v[0]) / 0.005
    assert shift == pytest.approx(round(shift), abs=1e-6)


@pytest.mark.parametrize("width_v", [0.001, 0.002, 0.005])
def test_the_peaks_of_a_closed_form(width_v):
    case, expected = golden.other("synthetic_dqdv_two_peaks")
    rows = case.samples(Edge.SPLIT, counted=False)
    lines = charge_lines(rows, Direction.CHARGE, deadband_a=1e-3)
    found = incremental_capacity(lines, width_v)
    assert found.total_ah == pytest.approx(lines.total_ah, rel=1e-9)
    tops = peaks(found.voltage_v, found.ah_per_v)
    assert [one.position for one in tops] == pytest.approx(expected["peak_v"].tolist(), abs=1e-4)
    assert [one.height for one in tops] == pytest.approx(
        expected["peak_ah_per_v"].tolist(), rel=2e-3
    )
    area = sum(one.area for one in tops)
    assert area == pytest.approx(found.total_ah, rel=1e-9)
    assert area == pytest.approx(expected["area_ah"][0], rel=1e-3)


def test_a_bin_is_not_narrower_than_two_steps_of_voltage():
    lines = ChargeLines(np.array([3.0, 3.1, 3.2]), np.array([3.1, 3.2, 3.2]), np.ones(3))
    assert bin_v(lines) == pytest.approx(0.2)
    assert bin_v(ChargeLines(*[np.empty(0)] * 3)) == 0.005


def test_nothing():
    found = incremental_capacity(ChargeLines(*[np.empty(0)] * 3))
    assert (len(found.voltage_v), found.total_ah, found.smooth().total_ah) == (0, 0, 0)
