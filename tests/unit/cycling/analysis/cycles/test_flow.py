"""Flow batteries: a cell of which all is known."""

from dataclasses import replace

import numpy as np
import pytest

from cycling.analysis.cycles.choices import Choices, Kind
from cycling.analysis.cycles.flow import Electrolyte, decay, flow_metrics
from cycling.analysis.cycles.table import cycle_table
from cycling.analysis.integration import Edge
from tests import golden

AREA_CM2 = 25.0


def test_efficiencies_and_area_resistance():
    case, expected = golden.other("synthetic_flow_cell")
    steps = case.steps(Edge.SPLIT, counted=False)
    table = cycle_table(steps, Choices(kind=Kind.FLOW, area_cm2=AREA_CM2))
    found = flow_metrics(table, Electrolyte(1.6, 1, 0.05))
    for ours, name in (
        (table.ce_pct, "ce_pct"),
        (table.ve_pct, "ve_pct"),
        (table.ee_pct, "ee_pct"),
        (found.area_resistance_ohm_cm2, "asr_ohm_cm2"),
        (found.discharge_ma_per_cm2, "current_density_ma_cm2"),
    ):
        np.testing.assert_allclose(ours, expected[name], rtol=1e-6, err_msg=name)
    held_ah = 1.6 * 0.05 * 96485.33212 / 3600
    np.testing.assert_allclose(found.utilisation_pct, 100 * table.discharge.ah / held_ah)
    assert np.isnan(flow_metrics(table).utilisation_pct).all()
    without_area = cycle_table(steps, Choices(kind=Kind.FLOW))
    assert np.isnan(flow_metrics(without_area).area_resistance_ohm_cm2).all()


def test_a_stack_has_the_area_resistance_of_its_cells():
    case, expected = golden.other("synthetic_flow_cell")
    cell = replace(case)
    cell.columns["voltage_v"] = 4 * case.columns["voltage_v"]
    steps = cell.steps(Edge.SPLIT, counted=False)
    table = cycle_table(steps, Choices(kind=Kind.FLOW, area_cm2=AREA_CM2, cells=4))
    found = flow_metrics(table)
    of_cell = expected["asr_ohm_cm2"]
    np.testing.assert_allclose(found.area_resistance_ohm_cm2, of_cell, rtol=1e-6)
    nobody_knows = cycle_table(steps, Choices(kind=Kind.FLOW, area_cm2=AREA_CM2, cells=0))
    assert np.isnan(flow_metrics(nobody_knows).area_resistance_ohm_cm2).all()


def test_decay_a_cycle_and_a_day():
    case = next(one for one in golden.cases() if one.name == "synthetic_anode_free")
    table = cycle_table(case.steps(Edge.SPLIT, counted=False), Choices())
    found = decay(table)
    percent = 100 * table.discharge.ah / table.discharge.ah[0]
    assert found.pct_per_cycle == pytest.approx(np.polyfit(table.number, percent, 1)[0])
    assert found.pct_per_day == pytest.approx(np.polyfit(table.end_s / 86400, percent, 1)[0])
