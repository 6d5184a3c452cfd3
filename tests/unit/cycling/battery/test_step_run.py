"""How a step runs on the battery model, and how it ends."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.battery.chemistry import chemistries
from cycling.battery.model import Drive
from cycling.battery.step_run import EndCondition, run_step
from cycling.terms import LimitType, Mode
from tests.generated import examples

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
WINDOWS_V = {
    "nmc": (2.75, 4.2),
    "nmc pack": (11.0, 16.8),
    "nca": (2.7, 4.2),
    "lfp": (2.5, 3.6),
    "lead-acid": (10.5, 14.4),
    "vanadium": (3.6, 6.4),
    "half cell": (0.005, 1.5),
}
LOSSLESS = replace(NMC.battery(3.0), charge_efficiency=1.0, self_discharge_per_s=0.0)


def charge_ah(run):
    """Charge of a run whose current is held from each sample to the next."""
    return float(np.sum(run.current_a[:-1] * np.diff(run.time_s))) / 3600


def energy_wh(run):
    power_w = run.voltage_v * run.current_a
    return float(np.sum((power_w[:-1] + power_w[1:]) / 2 * np.diff(run.time_s))) / 3600


class TestRunStep:
    @pytest.mark.parametrize("kind", BATTERIES)
    def test_a_charge_ends_at_or_just_past_its_voltage(self, kind):
        battery, (low_v, high_v) = BATTERIES[kind], WINDOWS_V[kind]
        up = run_step(
            battery,
            battery.rested(0.3),
            Drive(Mode.CC, 0.5 * battery.capacity_ah),
            EndCondition(voltage_v=high_v),
        )
        down = run_step(
            battery,
            up.state,
            Drive(Mode.CC, -0.5 * battery.capacity_ah),
            EndCondition(voltage_v=low_v),
        )
        assert up.ended_by is down.ended_by is LimitType.VOLTAGE
        assert high_v <= up.voltage_v[-1] < high_v + 0.001
        assert low_v - 0.001 < down.voltage_v[-1] <= low_v
        assert np.all(up.voltage_v[:-1] < high_v)
        assert np.all(down.voltage_v[:-1] > low_v)
        assert up.voltage_v[-1] == pytest.approx(battery.voltage_v(up.state, up.current_a[-1]))

    @pytest.mark.parametrize("kind", BATTERIES)
    def test_a_held_voltage_takes_ever_less_current_and_ends(self, kind):
        battery, (_, high_v) = BATTERIES[kind], WINDOWS_V[kind]
        full_a = 0.05 * battery.capacity_ah
        up = run_step(
            battery,
            battery.rested(0.5),
            Drive(Mode.CC, 10 * full_a),
            EndCondition(voltage_v=high_v),
        )
        hold = run_step(
            battery, up.state, Drive(Mode.CV, high_v), EndCondition(current_a=full_a), 5.0
        )
        assert hold.ended_by is LimitType.CURRENT
        assert np.all(np.diff(hold.current_a) < 0)
        assert 0.9 * full_a < hold.current_a[-1] <= full_a
        assert hold.voltage_v == pytest.approx(high_v, abs=1e-9)

    def test_current_at_constant_voltage_is_charge_conserving_too(self):
        start = LOSSLESS.rested(0.9)
        hold = run_step(
            LOSSLESS, start, Drive(Mode.CV, 4.2, 3.0), EndCondition(current_a=0.1), interval_s=1.0
        )
        assert hold.state.soc - 0.9 == pytest.approx(charge_ah(hold) / 3.0, abs=1e-9)

    @examples(40)
    @given(st.floats(0.05, 2), st.floats(0.5, 7))
    def test_charge_is_conserved_up_to_the_end(self, rate_c, interval_s):
        run = run_step(
            LOSSLESS,
            LOSSLESS.rested(0.1),
            Drive(Mode.CC, rate_c * 3.0),
            EndCondition(voltage_v=4.1),
            interval_s,
        )
        assert run.state.soc - 0.1 == pytest.approx(charge_ah(run) / 3.0, abs=1e-9)
        assert np.all(np.diff(run.time_s) > 0)

    @pytest.mark.parametrize("kind", BATTERIES)
    def test_a_discharge_gives_less_energy_than_its_charge_took(self, kind):
        battery, (_, high_v) = BATTERIES[kind], WINDOWS_V[kind]
        start, rate_a = battery.rested(0.3), 0.5 * battery.capacity_ah
        up = run_step(battery, start, Drive(Mode.CC, rate_a), EndCondition(voltage_v=high_v))
        back_s = (up.state.soc - start.soc) * battery.capacity_ah / rate_a * 3600
        down = run_step(battery, up.state, Drive(Mode.CC, -rate_a), EndCondition(time_s=back_s))
        assert down.state.soc <= start.soc + 1e-9
        assert 0.5 * energy_wh(up) < -energy_wh(down) < energy_wh(up)

    def test_a_rest_lasts_its_time_and_carries_no_current(self):
        battery = NMC.battery(3.0)
        rest = run_step(
            battery, battery.rested(0.5), Drive(Mode.WAIT), EndCondition(time_s=95), interval_s=10
        )
        assert rest.time_s.tolist() == [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95]
        assert rest.ended_by is LimitType.TIME
        assert not rest.current_a.any()

    def test_constant_power_draws_more_and_more(self):
        battery = NMC.battery(3.0)
        run = run_step(
            battery, battery.rested(0.9), Drive(Mode.CP, -20.0), EndCondition(voltage_v=2.75)
        )
        assert run.ended_by is LimitType.VOLTAGE
        assert run.voltage_v * run.current_a == pytest.approx(-20.0)
        assert -run.current_a[-1] > -run.current_a[0]

    @pytest.mark.parametrize(
        ("drive", "end", "ended_by"),
        [
            (Drive(Mode.CC, 3.0), EndCondition(time_s=60, voltage_v=4.2), LimitType.TIME),
            (Drive(Mode.CC, 3.0), EndCondition(time_s=9e4, power_w=12.0), LimitType.POWER),
            (Drive(Mode.CC, -3.0), EndCondition(power_w=9.0), LimitType.POWER),
            (Drive(Mode.CP, -15.0), EndCondition(current_a=4.5), LimitType.CURRENT),
            (Drive(Mode.CP, 10.0), EndCondition(current_a=2.5), LimitType.CURRENT),
            (Drive(Mode.CV, 4.1, 3.0), EndCondition(power_w=2.0), LimitType.POWER),
            (Drive(Mode.CV, 4.1, 3.0), EndCondition(time_s=100.5), LimitType.TIME),
        ],
    )
    def test_whichever_comes_first_ends_a_step(self, drive, end, ended_by):
        battery = NMC.battery(3.0)
        run = run_step(battery, battery.rested(0.5), drive, end)
        assert run.ended_by is ended_by
        assert run.duration_s > 1
        if ended_by is LimitType.TIME:
            assert run.duration_s == end.time_s

    def test_a_limit_passed_at_the_start_ends_at_once(self):
        battery = NMC.battery(3.0)
        for drive in (Drive(Mode.CC, 1.0), Drive(Mode.CP, 4.0)):
            run = run_step(battery, battery.rested(0.9), drive, EndCondition(voltage_v=3.5))
            assert run.time_s.tolist() == [0.0]
            assert run.ended_by is LimitType.VOLTAGE

    def test_a_step_that_cannot_end_is_cut_off(self):
        stack = VANADIUM.battery(8.0, cells=4)
        run = run_step(
            stack,
            stack.rested(0.5),
            Drive(Mode.CC, 1e-3),
            EndCondition(voltage_v=6.4, time_s=7200),
            interval_s=60,
            longest_s=3600,
        )
        assert run.duration_s == 3600
        assert run.ended_by is None

    @pytest.mark.parametrize(
        ("drive", "end"),
        [
            (Drive(Mode.CC, 1.0), EndCondition(current_a=1.0)),
            (Drive(Mode.CV, 4.2), EndCondition(voltage_v=4.2)),
            (Drive(Mode.CP, 5.0), EndCondition(power_w=5.0)),
            (Drive(Mode.WAIT), EndCondition(time_s=60, voltage_v=3.0)),
        ],
    )
    def test_a_limit_that_makes_no_sense_in_the_mode_is_refused(self, drive, end):
        with pytest.raises(ValueError, match="cannot end by"):
            run_step(NMC.battery(3.0), NMC.battery(3.0).rested(0.5), drive, end)

    def test_an_interval_of_nothing_is_refused(self):
        with pytest.raises(ValueError, match="interval"):
            run_step(
                NMC.battery(1.0),
                NMC.battery(1.0).rested(0.5),
                Drive(Mode.WAIT),
                EndCondition(60),
                0.0,
            )
