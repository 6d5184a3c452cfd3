"""Charge along voltage adds up to what the integrals say."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from cycling.analysis.cycles.choices import Direction
from cycling.analysis.integration import Edge, Samples
from cycling.analysis.voltage.lines import charge_lines, running_ah
from tests import golden

CASES = {one.name: one for one in golden.cases()}


@settings(max_examples=10)
@given(name=st.sampled_from(["coin_87ua_arbin", "full_cell_lfp_fastcharge_arbin"]), data=st.data())
def test_lines_add_up_to_the_charge_of_their_steps(name, data):
    case = CASES[name]
    edge = data.draw(st.sampled_from(list(Edge)))
    deadband_a = case.options(edge, counted=False)["deadband_a"]
    rows = case.samples(edge, counted=False)
    totals = case.statistics(edge, counted=False).whole
    for direction in Direction:
        found = charge_lines(rows, direction, deadband_a=deadband_a, with_cv=True)
        assert np.all(found.ah >= 0)
        if edge is not Edge.SPLIT:  # then the first step has a lead-in
            assert found.total_ah == pytest.approx(getattr(totals, f"{direction}_ah"), rel=1e-9)
    net = running_ah(rows, deadband_a)
    if edge is not Edge.SPLIT:
        assert net[-1] == pytest.approx(totals.charge_ah - totals.discharge_ah, abs=1e-9)


def test_what_flows_at_constant_voltage_is_out():
    case = CASES["synthetic_cccv"]
    rows = case.samples(Edge.SPLIT, counted=False)
    both = [
        charge_lines(rows, Direction.CHARGE, deadband_a=1e-4, with_cv=with_cv).total_ah
        for with_cv in (True, False)
    ]
    assert both == pytest.approx([0.6662535413038889, 0.5], rel=1e-6)
    is_cv = np.array([True, False, False])  # a profile says it, right or wrong
    out = charge_lines(rows, Direction.CHARGE, deadband_a=1e-4, is_cv=is_cv)
    assert out.total_ah == pytest.approx(0.16625354130388892, rel=1e-6)


def test_a_line_through_zero_is_split():
    ones = np.ones(3)
    rows = Samples(np.arange(3) * 3600.0, ones, np.array([1.0, -1.0, 3.0]), *[ones] * 4)
    found = charge_lines(rows, Direction.CHARGE, deadband_a=0.0)
    assert found.ah.sum() == pytest.approx(1 / 4 + 9 / 8)


def test_blank_samples_are_left_out():
    ones = np.ones(4)
    current_a = np.array([1.0, 1.0, np.nan, 1.0])
    rows = Samples(np.arange(4) * 3600.0, ones, current_a, *[ones] * 4)
    found = charge_lines(rows, Direction.CHARGE, deadband_a=0.0)
    assert found.total_ah == pytest.approx(3.0)
    nothing = Samples(*[np.full(2, np.nan)] * 7)
    assert charge_lines(nothing, Direction.CHARGE, deadband_a=0.0).total_ah == 0
