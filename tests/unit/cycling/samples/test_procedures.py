"""The engine of cycles finds in the sample experiments what was put into them."""

from functools import cache

import numpy as np
import pytest

from cycling.analysis.chunk_totals import add_up
from cycling.analysis.cycles.choices import Direction, Numbering
from cycling.analysis.cycles.fade import knee
from cycling.analysis.cycles.flow import decay, flow_metrics
from cycling.analysis.cycles.metrics import Basis, by_basis, coulombic_convention
from cycling.analysis.cycles.summary import summary
from cycling.analysis.cycles.table import CycleTable, cycle_table
from cycling.analysis.integration import Samples
from cycling.analysis.voltage.hppc import depth_of_discharge_pct, pulse_power
from cycling.analysis.voltage.incremental import bin_v, incremental_capacity
from cycling.analysis.voltage.lines import charge_lines
from cycling.analysis.voltage.peaks import Peak, peaks
from cycling.analysis.voltage.pulses import pulses
from cycling.battery.conventions import choices_of, counting_of, electrolyte_of
from cycling.battery.description import NewBattery
from cycling.samples.batteries import new_model, sample_batteries
from cycling.samples.experiments import CELL_T1, DEGC, SampleExperiment

BATTERIES = {battery.name: battery for battery in sample_batteries()}


def battery_of(experiment: SampleExperiment) -> NewBattery:
    return BATTERIES[experiment.battery_name]


def samples_of(experiment: SampleExperiment, cycle: int | None = None) -> Samples:
    nothing = np.full(len(experiment.test_time_s), np.nan)
    columns = (
        experiment.test_time_s,
        experiment.voltage_v,
        experiment.current_a,
        nothing,
        experiment.step,
        experiment.cycle,
        experiment.extended.get((CELL_T1, DEGC), nothing),
    )
    which = slice(None) if cycle is None else experiment.cycle == cycle
    return Samples(*(column[which] for column in columns))


def deadband_a(experiment: SampleExperiment) -> float:
    greatest_a = float(np.abs(experiment.current_a).max())
    return counting_of(battery_of(experiment), greatest_a).deadband_a


@pytest.fixture(scope="session")
def table(experiments):
    """Tables by the name of the experiment, with nothing chosen."""

    @cache
    def of(name: str) -> CycleTable:
        experiment = experiments[name]
        how = counting_of(battery_of(experiment), float(np.abs(experiment.current_a).max()))
        steps = add_up(iter([samples_of(experiment)]), how, 0.0).steps
        return cycle_table(steps, choices_of(battery_of(experiment)))

    return of


def labels(table: CycleTable) -> list[str]:
    return [table.rate_class.label(row) for row in range(len(table))]


class TestLifeToTheKnee:
    NAME = "NMC-024 cycle life 1C"

    def test_all_cycles_are_there_and_whole(self, table):
        life = table(self.NAME)
        assert life.numbering is Numbering.FILE
        assert life.number.tolist() == list(range(1, 251))
        assert life.is_complete.all()
        assert set(labels(life)) == {"1C"}

    def test_the_first_cycle_loses_most_and_those_after_the_knee_more_than_before(self, table):
        ce_pct = table(self.NAME).ce_pct
        assert 97.5 < ce_pct[0] < 99 < ce_pct[1:].min()
        before, after = ce_pct[100:170], ce_pct[175:]
        assert before.min() > after.max()
        assert 0.2 < before.mean() - after.mean() < 0.35  # 0.25 % a cycle are lost more

    def test_the_knee_is_where_fade_becomes_steeper(self, table):
        life = table(self.NAME)
        found = knee(life.number.astype(float), life.retention_pct)
        assert found.cycle == pytest.approx(171, abs=4)
        assert found.value == pytest.approx(92, abs=1)
        assert found.slope_after < 5 * found.slope_before < 0

    def test_80_percent_is_passed_on_the_way_down(self, table):
        found = summary(table(self.NAME))
        assert found.cycles_to_80 == pytest.approx(211, abs=3)
        assert found.retention_pct == pytest.approx(68.7, abs=1)
        assert found.rate_class == "1C"

    def test_it_becomes_warmer_and_loses_voltage(self, table):
        life = table(self.NAME)
        assert life.temperature_rise[-10:].mean() > 1.5 * life.temperature_rise[:10].mean()
        assert life.hysteresis_v[-1] > 1.5 * life.hysteresis_v[0]

    def test_a_cell_that_fades_evenly_has_no_knee(self, table):
        life = table("NMC-007 cycle life 1C")
        assert len(life) == 100
        assert knee(life.number.astype(float), life.retention_pct) is None


class TestCapacityChecks:
    NAME = "NMC-026 ageing 1C, checks C/10"
    CHECKS = (1, 52, 103, 154, 205)

    def test_they_are_a_rate_class_of_their_own(self, table):
        ageing = table(self.NAME)
        checks = [n for n, of in zip(ageing.number, labels(ageing), strict=True) if of == "C/10"]
        assert checks == list(self.CHECKS)
        assert set(labels(ageing)) == {"1C", "C/10"}
        assert summary(ageing).rate_class == "1C"

    def test_each_class_has_its_own_reference(self, table):
        ageing = table(self.NAME)
        of_checks = ageing.retention_pct[np.array(self.CHECKS) - 1]
        assert [of_checks[0], ageing.retention_pct[1]] == pytest.approx([100, 100])
        assert np.all(np.diff(of_checks) < -1)
        assert of_checks[-1] == pytest.approx(ageing.retention_pct[-2], abs=1)

    def test_a_peak_of_dqdv_moves_and_shrinks(self, experiments):
        tops = [self.top(experiments[self.NAME], cycle) for cycle in self.CHECKS]
        places, heights = [one.position for one in tops], [one.height for one in tops]
        assert places == sorted(places, reverse=True)
        assert 0.008 < places[0] - places[-1] < 0.02
        assert heights == sorted(heights, reverse=True)
        assert heights[-1] < 0.9 * heights[0]

    def top(self, experiment: SampleExperiment, cycle: int) -> Peak:
        """The last peak of a discharge."""
        rows = samples_of(experiment, cycle)
        lines = charge_lines(rows, Direction.DISCHARGE, deadband_a=deadband_a(experiment))
        found = incremental_capacity(lines, bin_v(lines)).smooth()
        return peaks(found.voltage_v, found.ah_per_v)[-1]


class TestRates:
    NAME = "NMC-015 rates C/10 to 3C"
    CLASSES = ("C/10", "C/5", "C/2", "1C", "2C", "3C")

    def test_each_rate_is_a_class_and_the_first_one_comes_back(self, table):
        rates = table(self.NAME)
        each_three_times = [of for of in (*self.CLASSES, "C/10") for _ in range(3)]
        assert labels(rates) == each_three_times
        assert rates.charge_rate_class.labels == self.CLASSES[:3]

    def test_a_faster_discharge_gives_less_at_a_lower_voltage(self, table):
        rates = table(self.NAME)
        assert np.all(np.diff(rates.discharge.ah[1:18:3]) < 0)
        assert np.all(np.diff(rates.discharge.mean_v[1:18:3]) < 0)
        assert rates.discharge.ah[-1] == pytest.approx(rates.discharge.ah[0], rel=3e-3)

    def test_what_a_fast_discharge_leaves_comes_with_the_next_slow_one(self, table):
        ce_pct = table(self.NAME).ce_pct
        assert ce_pct[18] > 105  # after 3C
        assert ce_pct[1] == pytest.approx(99.9, abs=0.1)


class TestPulses:
    NAME = "NMC-015 HPPC 1C"

    @pytest.fixture
    def found(self, experiments):
        experiment = experiments[self.NAME]
        return pulses(samples_of(experiment), deadband_a=deadband_a(experiment))

    def test_all_are_found_nine_each_way(self, found):
        assert found.current_a == pytest.approx([-3.0, 2.25] * 9, rel=1e-3)
        assert found.duration_s == pytest.approx([30.01, 10.01] * 9)
        assert np.isfinite(found.resistance_ohm[:, :3]).all()
        assert np.isnan(found.resistance_ohm[1::2, 3]).all()  # ten seconds long

    def test_the_resistance_is_that_of_the_model(self, found, experiments):
        model = new_model(battery_of(experiments[self.NAME])).aged(1.008, 0.97)
        depth = depth_of_discharge_pct(found, 3.0, start_pct=100)
        at_half = pulse_power(found, depth, charges=False, limit_v=2.75).ohm_at(50)
        of_pair_ohm = model.rc_resistance_ohm * -np.expm1(-10 / model.rc_time_s)
        slope_v = (model.ocv_v(0.5) - model.ocv_v(0.49)) / 0.01
        of_charge_ohm = slope_v * 10 / 3600 / model.capacity_ah
        whole_ohm = model.resistance_ohm + of_pair_ohm + of_charge_ohm
        assert at_half == pytest.approx(whole_ohm, rel=0.03)
        assert found.resistance_ohm[::2, 0] == pytest.approx(
            [model.series_ohm(1 - one / 100, False) for one in depth[::2]], rel=0.04
        )

    def test_it_rises_towards_the_empty_cell(self, found):
        after_ten_s = found.resistance_ohm[::2, 2]
        assert after_ten_s[-1] > 2 * after_ten_s[0]

    def test_they_do_not_break_the_cycle(self, table):
        hppc = table(self.NAME)
        assert hppc.numbering is Numbering.CURRENT
        assert len(hppc) == hppc.is_complete.sum() == 1


class TestHalfCell:
    NAME = "HC-022 half cell C/5"

    def test_a_cycle_begins_with_the_discharge_and_divides_by_it(self, table):
        half = table(self.NAME)
        assert half.first is half.input is Direction.DISCHARGE
        assert coulombic_convention(half).startswith("CE = 100 × Q charge / Q discharge")
        assert 90 < half.ce_pct[0] < 92
        assert np.all((half.ce_pct[5:] > 99.5) & (half.ce_pct[5:] < 100))

    def test_formation_is_slow_and_not_the_reference(self, table):
        half = table(self.NAME)
        assert half.is_complete.sum() == 43
        assert half.is_formation.tolist() == [True] * 3 + [False] * 40
        assert labels(half) == ["C/20"] * 3 + ["C/5"] * 40
        assert half.retention_pct[3] == 100
        assert 94 < half.retention_pct[-1] < 97

    def test_its_charge_is_that_of_graphite(self, table):
        half = table(self.NAME)
        per_gram, unit = by_basis(half.charge.ah, Basis.MASS, half.choices)
        assert unit == "mAh/g"
        assert 325 < per_gram[1] < 345
        assert 2.3 < 1000 * half.charge.ah[1] < 2.4


class TestFlow:
    @pytest.mark.parametrize(
        ("name", "growth", "utilisation_pct"),
        [
            ("VFC-011 cycles 100 mA/cm2", 0.75, (49, 61)),
            ("STK-A4 efficiency 50 and 100", 1.0, (57, 68)),
        ],
    )
    def test_resistance_and_utilisation_are_those_of_a_cell(
        self, table, experiments, name, growth, utilisation_pct
    ):
        flow, experiment = table(name), experiments[name]
        battery = battery_of(experiment)
        held = electrolyte_of(battery, experiment.electrolytes)
        found = flow_metrics(flow, held)
        model = new_model(battery)
        of_cell_ohm = growth * (model.resistance_ohm + model.rc_resistance_ohm) / battery.cells
        area_resistance = of_cell_ohm * battery.electrode_size_cm2
        assert found.area_resistance_ohm_cm2 == pytest.approx(area_resistance, rel=0.08)
        moles = 1.6 * experiment.electrolytes[0].volume / 1000
        held_ah = moles * 96485.33212 / 3600 / battery.cells
        assert found.utilisation_pct == pytest.approx(100 * flow.discharge.ah / held_ah)
        low, high = utilisation_pct
        assert low < found.utilisation_pct[-1] < found.utilisation_pct[0] < high

    def test_the_capacity_of_an_electrolyte_that_is_never_rebalanced_decays(self, table):
        flow = table("VFC-011 cycles 100 mA/cm2")
        assert len(flow) == flow.is_complete.sum() == 120
        assert decay(flow).pct_per_cycle == pytest.approx(-0.15, abs=0.01)
        assert np.all((flow.ce_pct[1:] > 98.8) & (flow.ce_pct[1:] < 99.4))

    def test_more_current_loses_voltage_and_less_charge(self, table):
        flow = table("STK-A4 efficiency 50 and 100")
        found = flow_metrics(flow)
        assert found.discharge_ma_per_cm2 == pytest.approx([50] * 5 + [100] * 5, rel=1e-4)
        assert flow.ce_pct[8] > flow.ce_pct[3] > 97
        assert flow.ve_pct[3] > flow.ve_pct[8] + 5
