"""Which cycles are whole, by the table of a cell with checks and pulses between its ageing."""

import numpy as np

from cycling.analysis.cycles.choices import Direction, Kind
from cycling.analysis.cycles.efficiency import complete, coulombic_pct, input_of
from cycling.analysis.cycles.rates import rate_classes
from cycling.analysis.cycles.retention import equivalent_full_cycles
from tests import golden

CAPACITY_AH = 0.02173834


def test_pulse_cycles_are_not_whole_and_capacity_checks_are():
    _case, cycles = golden.other("rpt_aging_p492")
    charge, discharge = cycles["Q_chg"].astype(float), cycles["Q_dis"].astype(float)
    classes = rate_classes(cycles["I_min"].astype(float), CAPACITY_AH)
    found, label = complete(charge, discharge, classes.of), cycles["Cycle_Label"]
    assert not found[(label == "HPPC") | (label == "EIS")].any()  # CE of 753 %
    assert found[label == "Capacity check"].all()
    ageing = (label == "Aging cycle") & ~(np.isnan(charge) | np.isnan(discharge))
    assert np.count_nonzero(ageing & ~found) == 0
    ce_pct = coulombic_pct(charge, discharge, Direction.CHARGE)
    np.testing.assert_allclose(ce_pct[found], 100 * cycles["CE"].astype(float)[found])
    assert classes.label(int(np.argmax(label == "Capacity check"))) == "C/25"
    assert classes.label(int(np.argmax(label == "HPPC"))) == "4.38C"


def test_equivalent_full_cycles_of_the_same_table():
    _case, cycles = golden.other("rpt_aging_p492")
    ours = equivalent_full_cycles(cycles["Absolute_Charge_Throughput_Ah"], CAPACITY_AH)
    np.testing.assert_allclose(ours, cycles["Equivalent_Full_Cycles"], rtol=1e-5)


def test_a_slow_class_is_not_measured_by_a_fast_one():
    charge = np.array([1.0, 1.0, 1.0, 0.3, 0.3])
    assert complete(charge, charge, np.array([0, 0, 0, 1, 1])).all()
    assert not complete(charge, charge, np.zeros(5, int))[3:].any()


def test_by_what_efficiency_divides():
    assert input_of(Kind.FULL, Direction.DISCHARGE) is Direction.CHARGE
    assert input_of(Kind.ANODE_HALF, Direction.CHARGE) is Direction.DISCHARGE
    assert input_of(Kind.SYMMETRIC, Direction.DISCHARGE) is Direction.DISCHARGE
