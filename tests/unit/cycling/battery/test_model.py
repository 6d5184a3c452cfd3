"""Physics that the battery model must keep, and what each mode asks of it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.battery.chemistry import chemistries
from cycling.battery.model import BatteryState, Drive, OcvTable
from cycling.terms import Mode

GRAPHITE_HALF_CELL = chemistries()["graphite_half_cell"]
LEAD_ACID = chemistries()["lead_acid"]
LFP = chemistries()["lfp"]
NCA = chemistries()["nca"]
NMC = chemistries()["nmc"]
VANADIUM = chemistries()["vanadium"]

BATTERIES = {
    "nmc": NMC.battery(3.0),
    "nmc pack": NMC.battery(10.0, cells=4),
    "nca": NCA.battery(4.8),
    "lfp": LFP.battery(3.3),
    "lead-acid": LEAD_ACID.battery(7.0, 6),
    "vanadium": VANADIUM.battery(8.0, cells=4),
    "half cell": GRAPHITE_HALF_CELL.battery(0.0024),
}
LOSSLESS = replace(NMC.battery(3.0), charge_efficiency=1.0, self_discharge_per_s=0.0)

batteries = st.sampled_from(list(BATTERIES.values()))
rates_c = st.floats(-3, 3)
times_s = st.floats(0.1, 7200)
socs = st.floats(0.2, 0.8)


def as_tuple(state: BatteryState):
    return (state.soc, state.rc_voltage_v, state.temperature_degc)


class TestOpenCircuitVoltage:
    @given(batteries, st.floats(-0.2, 1.2))
    def test_one_look_up_agrees_with_many(self, battery, soc):
        assert battery.ocv.at(soc) == pytest.approx(battery.ocv.along(np.array([soc]))[0], abs=1e-9)

    @given(batteries, st.floats(-0.5, 1.5), st.floats(1e-4, 0.5))
    def test_goes_on_rising_beyond_full_and_empty(self, battery, soc, more):
        assert battery.ocv_v(soc + more) > battery.ocv_v(soc)

    def test_is_that_of_the_cells_in_series(self):
        assert NMC.battery(3.0, cells=4).ocv_v(0.5) == pytest.approx(
            4 * NMC.battery(3.0).ocv_v(0.5)
        )

    def test_a_falling_curve_is_refused(self):
        with pytest.raises(ValueError, match="must rise"):
            OcvTable.from_curve(np.array([3.0, 3.5, 3.4]))


class TestStep:
    @given(rates_c, times_s, socs)
    def test_charge_is_conserved(self, rate_c, dt_s, soc):
        current_a = rate_c * 3.0
        after = LOSSLESS.step(LOSSLESS.rested(soc), current_a, dt_s)
        assert after.soc - soc == pytest.approx(current_a * dt_s / 3600 / 3.0, abs=1e-9)

    @given(batteries, rates_c, times_s, times_s, socs)
    def test_two_steps_are_one_long_step(self, battery, rate_c, first_s, second_s, soc):
        current_a = rate_c * battery.capacity_ah
        start = battery.step(battery.rested(soc), -current_a, 20.0)
        once = battery.step(start, current_a, first_s + second_s)
        twice = battery.step(battery.step(start, current_a, first_s), current_a, second_s)
        assert as_tuple(twice) == pytest.approx(as_tuple(once), rel=1e-9, abs=1e-9)

    @given(batteries, rates_c, socs)
    def test_a_course_passes_through_the_steps(self, battery, rate_c, soc):
        current_a = rate_c * battery.capacity_ah
        start, time_s = battery.rested(soc), np.array([0.0, 1.0, 60.0, 900.0])
        course = battery.course(start, current_a, time_s)
        voltages_v = battery.voltages_v(course, current_a)
        for at, dt_s in enumerate(time_s):
            state = battery.step(start, current_a, float(dt_s))
            assert course.soc[at] == pytest.approx(state.soc, abs=1e-12)
            assert course.temperature_degc[at] == pytest.approx(state.temperature_degc, abs=1e-9)
            assert voltages_v[at] == pytest.approx(battery.voltage_v(state, current_a), abs=1e-9)

    @given(batteries, st.floats(0.1, 2), socs)
    def test_a_charge_lifts_the_voltage_and_a_discharge_lowers_it(self, battery, rate_c, soc):
        current_a, state = rate_c * battery.capacity_ah, battery.rested(soc)
        open_v = battery.voltage_v(state, 0.0)
        assert battery.voltage_v(state, current_a) > open_v > battery.voltage_v(state, -current_a)

    @given(batteries, rates_c, st.floats(1, 300))
    def test_at_rest_the_voltage_relaxes_towards_the_open_circuit(self, battery, rate_c, wait_s):
        state = battery.step(battery.rested(0.5), rate_c * battery.capacity_ah, 60.0)

        def distance_v(moment):
            return abs(battery.voltage_v(moment, 0.0) - battery.ocv_v(moment.soc))

        assert distance_v(battery.step(state, 0.0, wait_s)) <= distance_v(state)
        assert distance_v(battery.step(state, 0.0, 1e5)) < 1e-9

    @given(batteries, st.sampled_from([-1, 1]), st.floats(0.2, 3), st.floats(1, 600))
    def test_load_warms_and_rest_cools_to_ambient(self, battery, sign, rate_c, dt_s):
        warm = battery.step(battery.rested(0.5), sign * rate_c * battery.capacity_ah, dt_s)
        assert warm.temperature_degc > battery.ambient_degc
        cool = battery.step(warm, 0.0, 10 * battery.thermal_time_s)
        assert battery.ambient_degc <= cool.temperature_degc < warm.temperature_degc

    def test_part_of_a_charge_is_lost_where_the_efficiency_says_so(self):
        battery = replace(LOSSLESS, charge_efficiency=0.9)
        charged = battery.step(battery.rested(0.2), 3.0, 1800)
        assert charged.soc == pytest.approx(0.2 + 0.9 * 0.5)
        assert battery.step(charged, -3.0, 1800).soc == pytest.approx(charged.soc - 0.5)

    def test_a_stack_discharges_itself(self):
        stack = VANADIUM.battery(8.0, cells=4)
        assert stack.step(stack.rested(0.8), 0.0, 86_400).soc == pytest.approx(0.8 * np.exp(-0.35))

    def test_ageing_takes_capacity_and_adds_resistance(self):
        old = NMC.battery(3.0).aged(0.8, 1.5)
        assert old.capacity_ah == pytest.approx(2.4)
        assert old.series_ohm(0.0, False) == pytest.approx(
            1.5 * NMC.battery(3.0).series_ohm(0.0, False)
        )
        assert old.series_ohm(1.0, True) == pytest.approx(
            1.5 * NMC.battery(3.0).series_ohm(1.0, True)
        )

    @pytest.mark.parametrize("wrong", [{"capacity_ah": 0}, {"cells": 0}, {"thermal_time_s": 1.0}])
    def test_impossible_parameters_are_refused(self, wrong):
        with pytest.raises(ValueError, match=r"battery"):
            replace(NMC.battery(3.0), **wrong)


class TestDrive:
    @given(batteries, socs, st.floats(0.9, 1.1))
    def test_constant_voltage_holds_its_voltage(self, battery, soc, part):
        state, held_v = battery.rested(soc), part * battery.ocv_v(soc)
        current_a = battery.driven(state, Drive(Mode.CV, held_v))[0]
        assert battery.voltage_v(state, current_a) == pytest.approx(held_v, abs=1e-9)

    @given(batteries, socs, st.floats(-0.99, 2))
    def test_constant_power_has_its_power(self, battery, soc, part):
        state = battery.rested(soc)
        power_w = part * battery.ocv_v(soc) ** 2 / (4 * battery.series_ohm(soc, part > 0))
        current_a, voltage_v = battery.driven(state, Drive(Mode.CP, power_w))
        assert voltage_v == pytest.approx(battery.voltage_v(state, current_a), abs=1e-9)
        assert voltage_v * current_a == pytest.approx(power_w, rel=1e-9, abs=1e-12)

    def test_more_power_than_can_come_out_gives_the_most(self):
        battery = NMC.battery(3.0)
        most_a, voltage_v = battery.driven(battery.rested(0.5), Drive(Mode.CP, -1e6))
        assert voltage_v == pytest.approx(battery.ocv_v(0.5) / 2)
        assert most_a < 0

    def test_constant_current_and_rest(self):
        battery, state = NMC.battery(3.0), NMC.battery(3.0).rested(0.5)
        assert battery.driven(state, Drive(Mode.CC, -1.25))[0] == -1.25
        assert battery.driven(state, Drive(Mode.WAIT)) == (0.0, battery.ocv_v(0.5))

    def test_a_maximum_bounds_the_current_both_ways(self):
        battery, state = NMC.battery(3.0), NMC.battery(3.0).rested(0.5)
        assert battery.driven(state, Drive(Mode.CV, 4.2, max_current_a=1.5))[0] == 1.5
        assert battery.driven(state, Drive(Mode.CV, 2.5, max_current_a=1.5))[0] == -1.5


@pytest.mark.parametrize(("soc", "end_v", "way"), [(0.995, 3.6, 1), (0.02, 3.0, -1)])
def test_a_step_that_a_voltage_ends_begins_no_further_than_there(soc, end_v, way):
    """A full LFP cell would be at 4.7 V with 1C, which no station lets flow."""
    battery = LFP.battery(3.0)
    drive, state = Drive(Mode.CC, way * 3.0), battery.rested(soc)
    assert way * (battery.driven(state, drive)[1] - end_v) > 0
    current_a, voltage_v = battery.begun(state, drive, end_v)
    assert voltage_v == end_v
    assert 0 < way * current_a < 3.0
    assert battery.begun(battery.rested(0.5), drive, end_v) == battery.driven(
        battery.rested(0.5), drive
    )


def test_no_current_flows_where_the_voltage_that_ends_it_is_passed_already():
    battery = LFP.battery(3.0)
    state = battery.rested(0.5)
    begun = battery.begun(state, Drive(Mode.CC, 3.0), 3.0)
    assert begun == (0.0, battery.voltage_v(state, 0.0))
