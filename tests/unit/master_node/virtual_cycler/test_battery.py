"""The batteries of a virtual unit: each has the model of what it is, and keeps its state."""

import msgspec
import pytest

from cycling.analysis.cycles.choices import Kind
from cycling.battery.chemistry import chemistries
from master_node.protocol.messages import Safety
from master_node.virtual_cycler.battery import BatteryPool, model_for
from tests.virtual import CELL, Lab, cc, charge_ah


@pytest.mark.parametrize(
    ("chemistry", "kind", "open_v"),
    [
        ("Other", Kind.ANODE_HALF, 0.13),
        ("NMC", Kind.ANODE_HALF, 0.13),
        ("LTO", Kind.ANODE_HALF, 1.53),
        ("NMC", Kind.CATHODE_HALF, 3.79),
        ("LFP", Kind.CATHODE_HALF, 3.4),
        ("NMC", Kind.SYMMETRIC, 0.0),
        ("NMC", Kind.FULL, 3.69),
        ("NMC", "", 3.69),  # a master node of before
        ("NMC", "a kind that comes later", 3.69),
    ],
)
def test_a_battery_has_the_voltage_of_its_kind(chemistry, kind, open_v):
    limits = msgspec.structs.replace(CELL, chemistry=chemistry, kind=kind, capacity_ah=0.002)
    assert model_for(limits).ocv_v(0.5) == pytest.approx(open_v, abs=0.01)


def test_a_half_cell_that_is_new_is_within_its_own_range():
    limits = msgspec.structs.replace(CELL, kind=Kind.ANODE_HALF, voltage=(0.0, 1.6))
    battery = BatteryPool({}).take(limits)
    assert 0.0 < battery.open_voltage_v < 1.6
    assert battery.model == chemistries()["graphite_half_cell"].battery(3.0, 1)


def test_a_station_runs_a_half_cell_between_its_own_voltages():
    coin = msgspec.structs.replace(
        CELL,
        kind=Kind.ANODE_HALF,
        chemistry="Other",
        capacity_ah=0.0024,
        voltage=(0.0, 1.6),
        current=(-0.003, 0.003),
    )
    safety = Safety(voltage=(-0.05, 1.65), current=(-0.004, 0.004))
    slow_a = 0.00024
    steps = (cc(-slow_a, voltage=0.005), cc(slow_a, voltage=1.5))
    lab = Lab().begin(*steps, battery=coin, safety=safety, record_s=60.0).finish()
    assert lab.ends() == ["voltage", "voltage"]
    assert [lab.of(step)[-1].voltage for step in (1, 2)] == pytest.approx([0.005, 1.5], abs=5e-3)
    assert charge_ah(lab.of(2)) == pytest.approx(0.0024, rel=0.1)
