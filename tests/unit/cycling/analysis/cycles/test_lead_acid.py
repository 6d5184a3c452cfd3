"""Lead-acid batteries: a battery that follows Peukert's law."""

import numpy as np
import pytest

from cycling.analysis.chunk_totals import ChunkTotals, Counting
from cycling.analysis.cycles.choices import Choices, Kind
from cycling.analysis.cycles.lead_acid import lead_acid_metrics, peukert
from cycling.analysis.cycles.table import cycle_table
from cycling.analysis.integration import Samples

K, FACTOR = 1.2, 1.15


def discharged(hours: list[float]) -> Samples:
    """Discharges of so many hours of a battery of 100 Ah in 20 h, each with a charge at 10 A."""
    time_s, current_a, step = [0.0], [0.0], [0.0]
    for number, each in enumerate(hours):
        amperes = 5.0 * (20.0 / each) ** (1 / K)
        charge_h = FACTOR * amperes * each / 10.0
        for offset, (current, long_h) in enumerate(((-amperes, each), (10.0, charge_h))):
            begin_s = time_s[-1]
            time_s += (begin_s + np.linspace(0, long_h * 3600, 50)).tolist()
            current_a += [current] * 50
            step += [2.0 * number + offset + 1] * 50
    nothing = np.full(len(time_s), np.nan)
    columns = (np.array(time_s), nothing + 12.0, np.array(current_a), nothing, np.array(step))
    return Samples(*columns, nothing, nothing)


def test_charge_factor_capacity_by_rate_and_peukert():
    how = Counting(0.01, has_temperature=False)
    steps = ChunkTotals.of(discharged([20, 10, 5]), how).experiment().steps
    table = cycle_table(steps, Choices(kind=Kind.LEAD_ACID, capacity_ah=100.0))
    found = lead_acid_metrics(table)
    assert found.charge_factor.tolist() == pytest.approx([FACTOR] * 3)
    assert found.end_of_charge_a.tolist() == pytest.approx([10.0] * 3)
    assert found.capacities_ah[20.0] == pytest.approx(100.0)
    assert found.capacities_ah[5.0] == pytest.approx(100 * 4 ** (1 / K - 1))
    assert found.peukert == pytest.approx(K)


def test_currents_that_are_near_each_other_have_no_exponent():
    assert peukert((5.0, 20.0), (5.5, 18.0)) is None
