"""How a virtual station carries out instructions."""

import msgspec
import numpy as np
import pytest

from cycling.battery.model import Drive
from cycling.battery.step_run import SETTLING_S, EndCondition, run_step
from cycling.terms import Mode
from master_node.virtual_cycler.battery import BatteryPool, model_for
from tests.virtual import CELL, LEAD_ACID, SAFE, STACK, Lab, cc, charge_ah, cp, cv, wait


class TestModesAndLimits:
    def test_a_charge_ends_at_its_voltage(self):
        lab = Lab().begin(cc(1.5, voltage=4.1)).finish()
        assert lab.kinds() == ["Started", "StepEnded", "Ended"]
        assert lab.ends() == ["voltage"]
        assert lab.events[1].value == pytest.approx(4.1, abs=1e-4)
        assert lab.samples[-1].voltage == pytest.approx(4.1, abs=2e-3)
        assert max(one.voltage for one in lab.samples[:-1]) < 4.102
        assert lab.events[-1].result == "finished"

    def test_a_discharge_ends_at_its_voltage_from_above(self):
        lab = Lab().begin(cc(-1.5, voltage=2.8)).finish()
        assert lab.ends() == ["voltage"]
        assert lab.events[1].value == pytest.approx(2.8, abs=1e-3)

    @pytest.mark.parametrize(
        "step", [cc(1.0, time=100.5), wait(100.5), cv(3.9, max_current=2, time=100.5)]
    )
    def test_a_time_limit_is_exact_between_samples(self, step):
        lab = Lab().begin(step, record_s=7.0).go(200)
        assert lab.ends() == ["time"]
        assert lab.events[1].value == 100.5
        assert lab.samples[-1].test_time_s == 100.5
        assert lab.events[1].at == pytest.approx(1000 + 100.5)

    def test_constant_voltage_tapers_and_ends_by_its_current(self):
        lab = Lab().begin(cc(1.5, voltage=4.15), cv(4.15, current=0.15)).finish()
        held = lab.of(2)
        assert lab.ends() == ["voltage", "current"]
        assert held[0].current == pytest.approx(1.5, abs=0.02)
        assert held[-1].current == pytest.approx(0.15, abs=2e-3)
        assert all(abs(one.voltage - 4.15) < 2e-3 for one in held)
        currents = np.array([one.current for one in held])
        assert np.all(np.diff(currents) < 2e-3)

    def test_a_held_voltage_settles_before_its_current_counts(self):
        lab = Lab().begin(cv(3.75, current=5.9)).go(20)
        assert lab.ends() == ["current"]
        assert lab.events[1].test_time_s == pytest.approx(SETTLING_S)

    def test_a_held_voltage_draws_no_more_than_its_most_current(self):
        lab = Lab().begin(cv(4.15, max_current=0.8, time=600)).go(700)
        assert max(one.current for one in lab.samples) == pytest.approx(0.8, abs=1e-3)
        assert min(one.voltage for one in lab.samples) < 4.0

    def test_a_held_voltage_draws_no_more_than_the_device_gives(self):
        safe = msgspec.structs.replace(SAFE, current=(-50.0, 50.0))
        lab = Lab().begin(cv(4.2, time=5), safety=safe).go(10)
        assert max(one.current for one in lab.samples) == pytest.approx(10.0, abs=1e-3)

    @pytest.mark.parametrize("power", [6.0, -6.0])
    def test_constant_power(self, power):
        lab = Lab().begin(cp(power, time=300)).go(400)
        powers = [one.voltage * one.current for one in lab.samples]
        assert powers == pytest.approx([power] * len(powers), rel=2e-3)

    def test_constant_power_ends_by_voltage_and_by_current(self):
        lab = Lab().begin(cp(-8.0, current=2.6), cp(8.0, voltage=4.0)).finish()
        assert lab.ends() == ["current", "voltage"]
        assert lab.events[1].value == pytest.approx(2.6, abs=1e-3)

    def test_constant_current_ends_by_power(self):
        lab = Lab().begin(cc(2.0, power=8.0)).finish()
        assert lab.ends() == ["power"]
        assert lab.events[1].value == pytest.approx(8.0, abs=1e-3)

    def test_constant_voltage_ends_by_power(self):
        lab = Lab().begin(cv(4.1, max_current=3, power=2.0)).finish()
        assert lab.ends() == ["power"]

    @pytest.mark.parametrize("current", [1.0, -1.0])
    def test_a_step_ends_by_its_capacity(self, current):
        lab = Lab().begin(cc(current, capacity=0.25)).finish()
        assert lab.ends() == ["capacity"]
        assert lab.events[1].test_time_s == pytest.approx(900, abs=0.002)

    def test_the_capacity_is_counted_from_the_start_of_the_step(self):
        lab = Lab().begin(cc(1.0, capacity=0.1), cc(-1.0, capacity=0.2)).finish()
        assert lab.events[2].test_time_s - lab.events[1].test_time_s == pytest.approx(720, abs=0.02)

    def test_a_step_ends_by_its_energy(self):
        lab = Lab().begin(cc(-1.5, energy=1.0)).finish()
        watts = np.array([abs(one.voltage * one.current) for one in lab.samples])
        times = np.array([one.test_time_s for one in lab.samples])
        assert lab.ends() == ["energy"]
        assert np.trapezoid(watts, times) / 3600 == pytest.approx(1.0, rel=2e-3)

    def test_a_step_ends_when_the_cell_is_warm_and_a_rest_when_it_is_cool(self):
        cool = msgspec.structs.replace(
            wait(7200), limits=[*wait(7200).limits, *cc(0, temperature=26.0).limits]
        )
        lab = Lab().begin(cc(-6.0, temperature=28.0), cool).finish()
        assert lab.ends() == ["temperature", "temperature"]
        assert lab.of(1)[-1].temp_cell == pytest.approx(28.0, abs=0.1)
        assert lab.of(2)[-1].temp_cell == pytest.approx(26.0, abs=0.1)

    def test_of_several_limits_the_first_one_ends_the_step(self):
        ends = {"voltage": 4.1, "time": 50, "capacity": 2.0}
        assert Lab().begin(cc(1.0, **ends)).go(60).ends() == ["time"]
        ends = {"voltage": 3.0, "time": 50, "capacity": 0.001}
        assert Lab().begin(cc(-1.0, **ends)).go(60).ends() == ["capacity"]

    def test_a_limit_that_is_passed_at_the_start_ends_the_step_with_one_sample(self):
        lab = Lab().begin(cc(1.0, voltage=3.0), wait(10)).go(20)
        assert lab.ends() == ["voltage", "time"]
        assert len(lab.of(1)) == 1

    def test_rest_relaxes(self):
        lab = Lab().begin(cc(3.0, time=300), wait(1800)).finish()
        rest = [one.voltage for one in lab.of(2)]
        assert lab.of(1)[-1].voltage - rest[0] > 0.05
        assert rest[0] - rest[-1] > 0.02
        assert {one.current for one in lab.of(2)} == {0.0}

    def test_rows_of_one_long_step_are_one_step(self):
        part = msgspec.structs.replace(wait(100), step=1)
        after = msgspec.structs.replace(wait(50), step=2)
        lab = Lab().begin(part, part, part, after, record_s=10.0).go(400)
        assert lab.ends() == ["time", "time"]
        assert (lab.events[1].value, lab.events[1].instruction) == (300, 2)
        times = [one.test_time_s for one in lab.of(1)]
        assert times == [10.0 * n for n in range(31)]

    @pytest.mark.parametrize(
        ("number", "battery", "charge", "window"),
        [
            (1, LEAD_ACID, cc(1.4, voltage=14.4), (11.5, 14.5)),
            (2, STACK, cc(4, voltage=32.0), (24, 32.1)),
        ],
    )
    def test_other_technologies(self, number, battery, charge, window):
        safe = msgspec.structs.replace(SAFE, voltage=None, current=None)
        lab = Lab(number).begin(charge, battery=battery, safety=safe).finish()
        assert lab.ends() == ["voltage"]
        assert all(window[0] < one.voltage < window[1] for one in lab.samples)


class TestSamples:
    def test_numbers_have_no_gaps_and_time_always_goes_on(self):
        steps = (cc(1.5, voltage=4.1), cv(4.1, current=0.3), wait(600), cc(-1.5, voltage=3.0))
        lab = Lab().begin(*steps, record_s=5.0).finish()
        times = np.array([one.test_time_s for one in lab.samples])
        assert [one.n for one in lab.samples] == list(range(len(lab.samples)))
        assert np.all(np.diff(times) > 0)
        assert np.diff(times).max() <= 5.0 + 1e-6
        assert [event.n for event in lab.events] == list(range(len(lab.events)))

    def test_samples_follow_the_change_of_voltage(self):
        lab = Lab().begin(cc(-3.0, time=120), record_s=3600, record_v=0.01).go(130)
        volts = [one.voltage for one in lab.samples]
        assert len(volts) > 3
        assert max(-np.diff(volts)) < 0.02

    def test_wall_time_and_test_time_at_speed(self):
        lab = Lab(speed=100.0).begin(cc(1.0, time=3600), record_s=60).go(40, tick_s=0.1)
        assert lab.samples[-1].test_time_s == 3600
        assert lab.samples[-1].at == pytest.approx(1000 + 36.0, abs=1e-6)

    @pytest.mark.parametrize("current", [1.5, -1.5])
    def test_the_charge_agrees_with_the_battery_model(self, current):
        ends = {"voltage": 4.1 if current > 0 else 2.9}
        lab = Lab().begin(cc(current, **ends), record_s=5.0).finish()
        model = model_for(CELL)
        state = BatteryPool({}).take(CELL).state
        run = run_step(
            model, state, Drive(Mode.CC, current), EndCondition(voltage_v=ends["voltage"])
        )
        assert charge_ah(lab.samples) == pytest.approx(current * run.duration_s / 3600, rel=1e-3)
        assert lab.events[1].test_time_s == pytest.approx(run.duration_s, abs=0.002)

    def test_the_charge_of_a_taper_agrees_with_the_battery_model(self):
        lab = Lab().begin(cv(4.1, max_current=3.0, current=0.15)).finish()
        battery, drive = BatteryPool({}).take(CELL), Drive(Mode.CV, 4.1, 3.0)
        run = run_step(battery.model, battery.state, drive, EndCondition(current_a=0.15))
        expected = float(np.sum(run.current_a[:-1] * np.diff(run.time_s))) / 3600
        assert charge_ah(lab.samples) == pytest.approx(expected, rel=5e-3)

    def test_the_same_seed_gives_the_same_samples_however_time_is_cut(self):
        steps = (cc(1.5, time=200), wait(100))
        one = Lab(seed=3).begin(*steps).go(400, tick_s=400)
        two = Lab(seed=3).begin(*steps).go(400, tick_s=400)
        cut = Lab(seed=3).begin(*steps).go(400, tick_s=0.7)
        other = Lab(seed=4).begin(*steps).go(400, tick_s=400)
        assert one.samples == two.samples
        assert [sample[2:8] for sample in cut.samples[:100]] == [
            sample[2:8] for sample in one.samples[:100]
        ]
        assert one.samples != other.samples


class TestBatteries:
    def test_a_battery_stays_as_it_was_left(self):
        lab = Lab().begin(cc(1.5, voltage=4.1)).finish()
        soc = lab.station.battery.state.soc
        lab.begin(wait(60), experiment=2).finish()
        assert lab.station.battery.state.soc == pytest.approx(soc, abs=1e-3)

    def test_another_battery_begins_about_half_charged_by_its_id(self):
        found = [
            BatteryPool({}).take(msgspec.structs.replace(CELL, id=key)).state.soc
            for key in range(1, 40)
        ]
        assert 0.3 <= min(found) < 0.35
        assert 0.55 < max(found) <= 0.6
        assert BatteryPool({}).take(CELL).state == BatteryPool({}).take(CELL).state

    def test_what_is_not_known_of_a_battery_is_guessed(self):
        unknown = msgspec.structs.replace(LEAD_ACID, cells=0, capacity_ah=None, chemistry="?")
        assert (model_for(unknown).cells, model_for(unknown).capacity_ah) == (6, 7.0)
        assert model_for(STACK).capacity_ah == 8.0
