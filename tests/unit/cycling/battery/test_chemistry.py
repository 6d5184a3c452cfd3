"""Each chemistry behaves as the field expects, at any size."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.analysis.cycles.choices import Kind
from cycling.battery.chemistry import chemistries, model_of, model_of_described
from cycling.battery.model import BatteryModel, Drive
from cycling.battery.step_run import EndCondition, run_step
from cycling.terms import LithiumChemistry, Mode, Technology
from tests.unit.cycling.battery.test_description import CELL

GRAPHITE_HALF_CELL = chemistries()["graphite_half_cell"]
HARD_CARBON_HALF_CELL = chemistries()["hard_carbon_half_cell"]
LEAD_ACID = chemistries()["lead_acid"]
LFP = chemistries()["lfp"]
LNMO = chemistries()["lnmo"]
LTO = chemistries()["lto"]
LTO_HALF_CELL = chemistries()["lto_half_cell"]
NA_ION = chemistries()["na_ion"]
SYMMETRIC = chemistries()["symmetric_cell"]
NCA = chemistries()["nca"]
NMC = chemistries()["nmc"]
VANADIUM = chemistries()["vanadium"]


def charge_ah(run):
    """Charge of a run whose current is held from each sample to the next."""
    return float(np.sum(run.current_a[:-1] * np.diff(run.time_s))) / 3600


class TestOpenCircuitVoltage:
    @pytest.mark.parametrize("chemistry", chemistries().values(), ids=chemistries())
    def test_rises_with_soc_and_has_no_jumps(self, chemistry):
        steps_v = np.diff(chemistry.curve.cell_v(np.linspace(0, 1, 1001)))
        assert np.all(steps_v > 0)
        assert steps_v.max() < 0.05

    @pytest.mark.parametrize(
        ("battery", "empty_v", "half_v", "full_v"),
        [
            (NMC.battery(1.0), 2.8, 3.7, 4.2),
            (NCA.battery(1.0), 2.8, 3.7, 4.2),
            (LFP.battery(1.0), 2.7, 3.3, 3.45),
            (LNMO.battery(1.0), 3.7, 4.7, 4.9),
            (LTO.battery(1.0), 1.6, 2.3, 2.75),
            (NA_ION.battery(1.0), 1.8, 3.1, 3.9),
            (SYMMETRIC.battery(1.0), 0.0, 0.0, 0.0),
            (GRAPHITE_HALF_CELL.battery(1.0), 0.0, 0.13, 1.0),
            (LTO_HALF_CELL.battery(1.0), 1.23, 1.55, 2.05),
            (HARD_CARBON_HALF_CELL.battery(1.0), 0.0, 0.15, 1.1),
            (NMC.against_metal().battery(1.0), 2.9, 3.8, 4.3),
            (LFP.against_metal().battery(1.0), 2.75, 3.42, 3.55),
            (LTO.against_metal().battery(1.0), 3.15, 3.9, 4.3),
            (LEAD_ACID.battery(1.0, cells=1), 1.8, 2.02, 2.11),
            (VANADIUM.battery(1.0, cells=1), 1.04, 1.4, 1.76),
        ],
    )
    def test_is_what_the_field_expects(self, battery, empty_v, half_v, full_v):
        found = [battery.ocv_v(soc) for soc in (0.0, 0.5, 1.0)]
        assert found == pytest.approx([empty_v, half_v, full_v], abs=0.06)

    @pytest.mark.parametrize("chemistry", [NMC, LFP, NCA], ids=["nmc", "lfp", "nca"])
    @pytest.mark.parametrize("lithium", [0.0, 0.1, 0.4])
    def test_lost_lithium_moves_the_electrodes_against_each_other(self, chemistry, lithium):
        new, old, left = chemistry.curve, chemistry.curve.after_loss(lithium), 1 - lithium
        assert np.all(np.diff(old.table().cell_v) > 0)
        for (_, was, _), (_, is_at, _) in zip(new.anode_steps, old.anode_steps, strict=True):
            assert is_at * left == pytest.approx(was)  # as much charge above the empty cell
        for (_, was, _), (_, is_at, _) in zip(new.steps, old.steps, strict=True):
            assert (1 - is_at) * left == pytest.approx(1 - was)  # as much below the full one


class TestChemistry:
    @given(st.floats(1e-3, 100), st.integers(1, 20))
    def test_the_same_rate_gives_the_same_cell_voltage_at_any_size(self, capacity_ah, cells):
        small, large = NMC.battery(1.0), NMC.battery(capacity_ah, cells)
        after = large.step(large.rested(0.5), capacity_ah, 600)
        small_after = small.step(small.rested(0.5), 1.0, 600)
        assert large.voltage_v(after, capacity_ah) / cells == pytest.approx(
            small.voltage_v(small_after, 1.0)
        )
        assert after.temperature_degc == pytest.approx(small_after.temperature_degc)

    @pytest.mark.parametrize(
        ("technology", "chemistry", "same"),
        [
            (Technology.LITHIUM, LithiumChemistry.LFP, LFP.battery(2.0, 3)),
            (Technology.LITHIUM, LithiumChemistry.NCA, NCA.battery(2.0, 3)),
            (Technology.LITHIUM, LithiumChemistry.LCO, NMC.battery(2.0, 3)),
            (Technology.LITHIUM, None, NMC.battery(2.0, 3)),
            (Technology.LEAD_ACID, None, LEAD_ACID.battery(2.0, 3)),
            (Technology.REDOX_STACK, None, VANADIUM.battery(2.0, 3)),
        ],
    )
    def test_every_registered_battery_has_a_model(self, technology, chemistry, same):
        assert model_of(technology, chemistry, 2.0, 3) == same

    @pytest.mark.parametrize(
        ("kind", "chemistry", "same"),
        [
            (Kind.FULL, LithiumChemistry.NA_ION, NA_ION),
            (Kind.ANODE_FREE, LithiumChemistry.LNMO, LNMO.against_metal()),
            (Kind.CATHODE_HALF, LithiumChemistry.LFP, LFP.against_metal()),
            (Kind.CATHODE_HALF, LithiumChemistry.LTO, LTO_HALF_CELL),
            (Kind.ANODE_HALF, LithiumChemistry.LTO, LTO_HALF_CELL),
            (Kind.ANODE_HALF, LithiumChemistry.NA_ION, HARD_CARBON_HALF_CELL),
            (Kind.ANODE_HALF, LithiumChemistry.OTHER, GRAPHITE_HALF_CELL),
            (Kind.SYMMETRIC, LithiumChemistry.NMC, SYMMETRIC),
        ],
    )
    def test_a_half_cell_has_the_model_of_its_kind(self, kind, chemistry, same):
        battery = replace(CELL, kind=kind, chemistry=chemistry, capacity_ah=0.002)
        assert model_of_described(battery) == same.battery(0.002)

    def test_a_fast_discharge_gives_less_than_a_slow_one(self):
        def capacity_part(battery: BatteryModel, rate_c, low_v):
            drive = Drive(Mode.CC, -rate_c * battery.capacity_ah)
            run = run_step(battery, battery.rested(1.0), drive, EndCondition(voltage_v=low_v))
            return -charge_ah(run) / battery.capacity_ah

        assert 0.85 < capacity_part(NMC.battery(3.0), 3.0, 2.75) < 0.96
        assert capacity_part(NMC.battery(3.0), 0.1, 2.75) == pytest.approx(1.0, abs=0.01)
        assert 0.8 < capacity_part(LEAD_ACID.battery(7.0, 6), 0.2, 10.5) < 0.95
        assert capacity_part(LEAD_ACID.battery(7.0, 6), 0.05, 10.5) == pytest.approx(1.0, abs=0.04)
