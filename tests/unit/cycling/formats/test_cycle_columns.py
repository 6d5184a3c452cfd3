"""The columns of a file of cycles."""

import numpy as np
import pytest

from cycling.analysis.cycles.choices import Choices, Kind
from cycling.analysis.cycles.table import cycle_table
from cycling.analysis.integration import Edge
from cycling.formats.cycle_columns import cycle_columns, step_columns
from tests import golden

CASES = {one.name: one for one in golden.cases()}
PROMISED = [
    *("cycle", "cycle_charging_capacity_ah", "cycle_discharging_capacity_ah"),
    *("cycle_charging_energy_wh", "cycle_discharging_energy_wh", "coulombic_efficiency_pct"),
    *("energy_efficiency_pct", "complete", "missing_s", "source"),
]


def columns_of(name: str, **choices):
    case = CASES[name]
    steps = case.steps(case.edges[0], counted=bool(case.counters))
    return cycle_columns(cycle_table(steps, Choices(**choices)), is_counted=bool(case.counters))


def test_the_promised_columns_come_first():
    found = columns_of("coin_87ua_arbin")
    assert list(found)[: len(PROMISED)] == PROMISED
    assert found["source"] == ["counter"] * 4 + ["counter"] * (len(found["cycle"]) - 4)
    assert found["cycle_charging_capacity_ah"][0] == pytest.approx(
        CASES["coin_87ua_arbin"].expected["charge_ah"][0]
    )


def test_what_is_not_known_is_blank_and_complete_is_1_or_0():
    found = columns_of("synthetic_partial_ends")
    assert set(found["complete"]) <= {0, 1}
    at = found["complete"].index(0)
    assert found["coulombic_efficiency_pct"][at] is None
    assert found["source"][at] == "integral"
    assert not any(
        isinstance(one, float) and np.isnan(one) for col in found.values() for one in col
    )


def test_capacities_by_mass_and_area_where_these_are_known():
    assert not [one for one in columns_of("synthetic_cccv") if one.endswith("_per_g")]
    found = columns_of("synthetic_half_cell_anode", kind=Kind.ANODE_HALF, mass_g=0.002)
    per_g = found["cycle_discharging_capacity_mah_per_g"]
    assert per_g[0] == pytest.approx(found["cycle_discharging_capacity_ah"][0] * 1000 / 0.002)
    assert found["coulombic_efficiency_pct"][0] == pytest.approx(100 / 1.2)


def test_the_steps_add_up_to_the_cycles():
    case = CASES["synthetic_cc_linear"]
    rows = case.steps(Edge.SPLIT, counted=False)
    steps = step_columns(rows)
    assert len(steps["step"]) == len(rows)
    total = sum(one or 0.0 for one in steps["charging_capacity_ah"])
    assert total == pytest.approx(case.expected["charge_ah"].sum())
