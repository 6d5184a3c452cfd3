"""The demo's sample data: it fits the database, keeps the batteries' limits and looks measured."""

from datetime import date

import numpy as np
import pytest

from cycling.analysis.cycles.choices import Kind
from cycling.battery.problems import problems
from cycling.samples.batteries import sample_batteries, station_batteries
from cycling.samples.experiments import sample_experiments
from cycling.terms import LeadAcidChemistry, LithiumChemistry, Polarity, Technology

BATTERIES = {battery.name: battery for battery in sample_batteries()}


def throughput_ah(experiment, sign, cycle=None):
    """Charge or discharge, integrated within each step."""
    dt_s = np.diff(experiment.test_time_s)
    within = np.diff(experiment.step) == 0
    if cycle is not None:
        within &= experiment.cycle[1:] == cycle
    current_a = (experiment.current_a[1:] + experiment.current_a[:-1]) / 2 * within
    return float(np.sum(np.maximum(sign * current_a, 0) * dt_s)) / 3600


class TestBatteries:
    def test_there_is_something_of_every_technology(self):
        assert len(BATTERIES) == len(sample_batteries()) >= 8
        assert {battery.technology for battery in BATTERIES.values()} == set(Technology)

    @pytest.mark.parametrize("battery", BATTERIES.values(), ids=BATTERIES.keys())
    def test_texts_fit_the_database(self, battery):
        assert 0 < len(battery.name) <= 30
        assert 0 < len(battery.description) <= 250
        assert 0 < len(battery.manufacturer) <= 20
        assert 0 < len(battery.model) <= 20
        assert 0 < len(battery.serial_number) <= 30
        assert len(battery.electrode_composition or "") <= 30

    @pytest.mark.parametrize("battery", BATTERIES.values(), ids=BATTERIES.keys())
    def test_ranges_are_ranges(self, battery):
        assert battery.voltage_min_v < battery.voltage_max_v
        assert battery.current_min_a < 0 < battery.current_max_a
        assert date(2020, 1, 1) < battery.fabrication_date < date(2025, 12, 31)
        if battery.cell_voltage_max_v is not None:
            assert battery.cell_voltage_min_v * battery.cells <= battery.voltage_min_v + 1e-9
            assert battery.cell_voltage_max_v * battery.cells >= battery.voltage_max_v - 1e-9

    @pytest.mark.parametrize("battery", BATTERIES.values(), ids=BATTERIES.keys())
    def test_limits_are_whole_milli_units(self, battery):
        limits = (
            battery.voltage_min_v,
            battery.voltage_max_v,
            battery.current_min_a,
            battery.current_max_a,
        )
        assert all(abs(limit * 1000 - round(limit * 1000)) < 1e-9 for limit in limits)

    @pytest.mark.parametrize("battery", BATTERIES.values(), ids=BATTERIES.keys())
    def test_each_technology_has_its_own_fields(self, battery):
        redox_fields = (
            battery.electrolyte_mol_per_l,
            battery.electrolyte_electrons,
            battery.electrode_composition,
            battery.bipolar_type,
            battery.membrane_type,
            battery.electrolyte_type,
        )
        chemistries = {
            Technology.LITHIUM: LithiumChemistry,
            Technology.LEAD_ACID: LeadAcidChemistry,
        }
        if battery.technology is Technology.REDOX_STACK:
            assert all(redox_fields)
            assert battery.electrode_size_cm2 > 0
            assert battery.chemistry is None
        else:
            assert not any(redox_fields)
            assert battery.capacity_ah > 0
            assert battery.chemistry in list(chemistries[battery.technology])

    def test_coin_cells_have_a_kind_a_mass_and_an_area(self):
        coins = [one for one in BATTERIES.values() if one.name.startswith("HC")]
        assert len(coins) == 2
        for coin in coins:
            assert coin.kind is Kind.ANODE_HALF
            specific_mah_g = 1000 * coin.capacity_ah / coin.active_mass_g
            assert 320 < specific_mah_g < 372  # graphite takes 372 mAh/g at most
            assert 1.0 < 1000 * coin.capacity_ah / coin.electrode_size_cm2 < 4.0

    def test_a_person_could_register_each_of_them(self):
        batteries = [*sample_batteries(), *station_batteries()]
        assert [problem for one in batteries for problem in problems(one)] == []

    def test_no_two_are_the_same(self):
        keys = {(b.name, b.manufacturer, b.model, b.serial_number) for b in BATTERIES.values()}
        assert len(keys) == len(BATTERIES)


class TestExperiments:
    def test_there_are_as_many_samples_as_a_demo_needs(self, experiments):
        lengths = [len(experiment.test_time_s) for experiment in experiments.values()]
        assert len(experiments) >= 18
        assert 130_000 <= sum(lengths) <= 180_000
        assert 30_000 <= max(lengths) < 40_000

    def test_those_of_flow_batteries_name_both_electrolytes(self, experiments):
        for experiment in experiments.values():
            is_flow = BATTERIES[experiment.battery_name].cell_kind is Kind.FLOW
            polarities = [side.polarity for side in experiment.electrolytes]
            assert polarities == (list(Polarity) if is_flow else [])

    def test_texts_fit_the_database_and_batteries_exist(self, experiments):
        for experiment in experiments.values():
            assert 0 < len(experiment.name) <= 30
            assert 0 < len(experiment.description) <= 250
            assert experiment.battery_name in BATTERIES

    def test_all_columns_have_a_value_for_every_sample(self, experiments):
        for experiment in experiments.values():
            columns = (
                experiment.test_time_s,
                experiment.voltage_v,
                experiment.current_a,
                experiment.step,
                experiment.cycle,
                *experiment.extended.values(),
            )
            assert {len(column) for column in columns} == {len(experiment.test_time_s)}
            assert all(np.isfinite(column).all() for column in columns)

    def test_time_rises_strictly_and_counters_never_fall(self, experiments):
        for experiment in experiments.values():
            assert experiment.test_time_s[0] >= 0
            assert np.all(np.diff(experiment.test_time_s) > 0)
            assert set(np.diff(experiment.step)) == {0, 1}
            assert set(np.diff(experiment.cycle)) <= {0, 1}
            assert experiment.step[0] == experiment.cycle[0] == 1

    def test_values_stay_inside_the_battery_limits(self, experiments):
        for experiment in experiments.values():
            battery = BATTERIES[experiment.battery_name]
            assert experiment.voltage_v.min() >= battery.voltage_min_v
            assert experiment.voltage_v.max() <= battery.voltage_max_v - 0.02
            assert experiment.current_a.min() >= battery.current_min_a
            assert experiment.current_a.max() <= battery.current_max_a

    def test_the_current_of_each_step_has_one_sign(self, experiments):
        for experiment in experiments.values():
            starts = np.flatnonzero(np.diff(experiment.step, prepend=0))
            lowest = np.minimum.reduceat(experiment.current_a, starts)
            highest = np.maximum.reduceat(experiment.current_a, starts)
            assert np.all(lowest * highest >= 0)

    def test_each_battery_is_on_one_station_at_a_time_and_all_is_over(self, experiments):
        free_days = {}
        for experiment in experiments.values():
            ended = experiment.started_days_before_now - experiment.test_time_s[-1] / 86_400
            earlier = free_days.get(experiment.battery_name, np.inf)
            assert experiment.started_days_before_now < earlier
            assert ended > 0.1
            free_days[experiment.battery_name] = ended

    def test_channels_have_short_names_and_likely_values(self, experiments):
        likely = {"degC": (20, 60), "L/min": (0.5, 1.3)}
        for experiment in experiments.values():
            assert experiment.extended
            for (name, unit), values in experiment.extended.items():
                assert len(name) <= 20
                low, high = likely[unit]
                assert low < values.min() <= values.max() < high
        names = [name for e in experiments.values() for name, _ in e.extended]
        assert names.count("Cell T1") > len(experiments) / 2
        assert {"Ambient", "Flow pos", "Flow neg"} <= set(names)

    def test_values_are_rounded_as_an_instrument_does(self, experiments):
        for experiment in experiments.values():
            fine = experiment.battery_name.startswith("HC")
            precise = fine or experiment.battery_name == "NMC-026"
            voltage_v, current_a = experiment.voltage_v, experiment.current_a
            assert np.array_equal(voltage_v, np.round(voltage_v, 5 if precise else 4))
            assert np.array_equal(current_a, np.round(current_a, 8 if fine else 5))

    def test_they_are_the_same_every_time(self, experiments):
        again = next(sample_experiments())
        first = experiments[again.name]
        assert np.array_equal(again.voltage_v, first.voltage_v)
        assert np.array_equal(again.current_a, first.current_a)
        assert again.extended.keys() == first.extended.keys()
        for channel, values in again.extended.items():
            assert np.array_equal(values, first.extended[channel])

    def test_samples_are_denser_where_the_voltage_moves(self, experiments):
        check = experiments["NMC-007 capacity check C/2"]
        same_step = np.diff(check.step) == 0
        moved_v = np.abs(np.diff(check.voltage_v))[same_step]
        interval_s = np.diff(check.test_time_s)[same_step]
        assert np.median(interval_s[moved_v < 0.002]) > 2 * np.median(interval_s[moved_v > 0.006])


class TestWhatTheyShow:
    def test_capacity_fades_over_the_cycle_life(self, experiments):
        life = experiments["NMC-007 cycle life 1C"]
        assert life.cycle[-1] == 100
        given_ah = [throughput_ah(life, -1, cycle) for cycle in (1, 25, 50, 75, 100)]
        assert given_ah == sorted(given_ah, reverse=True)
        assert 0.75 < given_ah[-1] / given_ah[0] < 0.92

    def test_coulombic_efficiency_is_just_below_one(self, experiments):
        life = experiments["NMC-007 cycle life 1C"]
        efficiency = throughput_ah(life, -1, 40) / throughput_ah(life, 1, 40)
        assert 0.99 < efficiency < 1

    def test_the_first_formation_cycle_loses_most(self, experiments):
        formation = experiments["NMC-007 formation C/10"]
        first, second = (
            throughput_ah(formation, -1, cycle) / throughput_ah(formation, 1, cycle)
            for cycle in (1, 2)
        )
        assert first < 0.92 < 0.98 < second < 1.005

    def test_the_rate_test_gives_less_at_every_higher_rate(self, experiments):
        rates = experiments["NMC-015 rates C/10 to 3C"]
        given_ah = [throughput_ah(rates, -1, cycle) for cycle in range(2, 18, 3)]
        assert given_ah == sorted(given_ah, reverse=True)
        assert rates.extended["Cell T1", "degC"].max() > 40

    def test_a_pulse_is_sampled_right_after_its_edge(self, experiments):
        pulses = experiments["NMC-015 HPPC 1C"]
        edges = np.flatnonzero(np.diff(pulses.step))
        is_pulse = np.abs(pulses.current_a[edges + 1]) > 2.2
        after_s = pulses.test_time_s[edges + 1] - pulses.test_time_s[edges]
        assert is_pulse.sum() == 18
        assert after_s[is_pulse] == pytest.approx(0.01, abs=0.001)
        next_s = pulses.test_time_s[edges + 2] - pulses.test_time_s[edges + 1]
        assert next_s[is_pulse] == pytest.approx(0.1, abs=0.001)

    def test_the_coin_cell_runs_at_tenths_of_a_milliampere_and_discharges_first(self, experiments):
        coin = experiments["HC-014 half cell C/20"]
        moving = coin.current_a[coin.current_a != 0]
        assert moving[0] < 0
        assert np.abs(moving).max() == pytest.approx(1.2e-4, rel=0.01)
        efficiency = throughput_ah(coin, 1, 1) / throughput_ah(coin, -1, 1)
        assert 0.90 < efficiency < 0.95

    def test_the_gel_battery_gives_its_capacity_in_20_hours(self, experiments):
        gel = experiments["LA-002 capacity C20"]
        assert throughput_ah(gel, -1, 2) == pytest.approx(7.0, rel=0.05)

    def test_a_stack_loses_charge_at_low_current_and_voltage_at_high(self, experiments):
        stack = experiments["STK-A4 efficiency 50 and 100"]
        coulombic, mean_v_ratio = [], []
        for cycle in (3, 8):
            out_ah, in_ah = throughput_ah(stack, -1, cycle), throughput_ah(stack, 1, cycle)
            coulombic.append(out_ah / in_ah)
            here = stack.cycle == cycle
            mean_v_ratio.append(
                stack.voltage_v[here & (stack.current_a < 0)].mean()
                / stack.voltage_v[here & (stack.current_a > 0)].mean()
            )
        assert 0.9 < coulombic[0] < coulombic[1] < 1
        assert mean_v_ratio[0] > mean_v_ratio[1] > 0.7
