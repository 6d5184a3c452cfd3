"""The course that is drawn, and how long steps are expected to take."""

import numpy as np
import pytest

from cycling.battery.chemistry import chemistries
from cycling.profile import parse, resolve
from cycling.profile.simulation.expected import expected
from cycling.profile.simulation.expected_curve import (
    HIGH_SOC,
    LOW_SOC,
    MAX_POINTS,
    first_state,
    simulate_curve,
    step_times,
)

NMC = chemistries()["nmc"]

CYCLES = "REPEAT 100 CYCLES\n  CC, C/2, VOLTAGE, 4.2\n  CC, -1C, VOLTAGE, 2.7\n  WAIT, 60\nEND\n"
MODEL = NMC.battery(3.0)


def program(text: str):
    return resolve(parse(text).profile, 3).program


def test_rounds_have_names_and_those_left_out_are_counted():
    curve = simulate_curve(program(CYCLES), MODEL)
    names = [one.name for one in curve.rounds]
    assert names == ["cycle 1 of 100", "cycle 2 of 100", "cycle 100 of 100"]
    assert [one.rounds for one in curve.skipped] == [97]
    assert curve.rounds[2].start_s == pytest.approx(curve.skipped[0].end_s)
    assert curve.complete


def test_loops_without_the_word_are_rounds_and_a_single_one_has_no_name():
    text = "REPEAT 2\n  WAIT, 60\nEND\nREPEAT 1\n  WAIT, 60\nEND\n"
    names = [one.name for one in simulate_curve(program(text), MODEL).rounds]
    assert names == ["round 1 of 2", "round 2 of 2"]


def test_no_more_points_than_a_graph_needs_and_the_extremes_among_them():
    text = "".join(f"CC, 1.{n:02}, TIME, 1h\nCC, -1.{n:02}, TIME, 1h\n" for n in range(99))
    curve = simulate_curve(program(text), MODEL)
    whole = expected(program(text), MODEL, first_state(program(text), MODEL))
    assert len(curve.time_s) <= MAX_POINTS < len(whole.time_s)
    assert curve.time_s[-1] == whole.time_s[-1] == pytest.approx(198 * 3600)
    assert curve.voltage_v.max() == whole.voltage_v.max()
    assert curve.voltage_v.min() == whole.voltage_v.min()


def test_a_smaller_and_a_larger_battery_make_the_band():
    curve = simulate_curve(program(CYCLES), MODEL)
    assert curve.band.low.duration_s < 0.92 * curve.duration_s
    assert curve.band.high.duration_s > 1.03 * curve.duration_s
    assert curve.band.low.discharge_ah < 0.95 * curve.total.discharge_ah
    assert np.all(curve.band.low_v <= curve.voltage_v)
    assert np.all(curve.voltage_v <= curve.band.high_v)
    ends = curve.voltage_v > 4.2 - 1e-6  # where a voltage ends the step it is the same for all
    assert (curve.band.high_v - curve.band.low_v)[ends].max() < 0.02


def test_what_only_times_end_takes_its_time():
    curve = simulate_curve(program("WAIT, 30d\nCC, 0.1, TIME, 1h\n"), MODEL)
    assert curve.duration_s == curve.band.low.duration_s == curve.band.high.duration_s
    assert curve.duration_s == 30 * 86400 + 3600


def test_a_loop_that_safety_ends_is_run_to_that_end_on_every_battery():
    text = "SAFETY VOLTAGE 2.5 4.3\nREPEAT 20\n  CC, -C/2, TIME, 30min\n  WAIT, 600\nEND\n"
    curve = simulate_curve(program(text), MODEL)
    assert curve.aborted_by is not None
    assert 2.3 < curve.band.low.discharge_ah < curve.total.discharge_ah < 3.0
    assert curve.band.high.discharge_ah < 3.3  # what the largest battery holds
    assert curve.band.high.duration_s < 1.2 * curve.duration_s


def test_how_far_it_may_be_is_not_said_where_the_ends_differ():
    """Of a battery that is smaller SAFETY ends it before."""
    text = "SAFETY VOLTAGE 2.5 4.25\nCC, -1, TIME, 2.7h\nWAIT, 60\n"
    curve = simulate_curve(program(text), MODEL)
    assert curve.is_known
    assert (curve.band.low, curve.band.high) == (None, None)


@pytest.mark.parametrize(
    ("text", "soc"),
    [
        ("WAIT, 60\nCC, 1, VOLTAGE, 4.2\n", LOW_SOC),
        ("CC, -1, VOLTAGE, 2.7\n", HIGH_SOC),
        ("CP, -1, VOLTAGE, 2.7\n", HIGH_SOC),
        ("CV, 4.2, TIME, 60\n", LOW_SOC),
        ("WAIT, 60\n", LOW_SOC),
    ],
)
def test_it_begins_empty_before_a_charge_and_full_before_a_discharge(text, soc):
    assert first_state(program(text), MODEL).soc == soc


def test_every_step_has_a_time_also_those_that_were_not_simulated():
    times = step_times(program(CYCLES), MODEL)
    assert set(times.by_step) == set(range(1, 301))
    assert times.by_step[3] == pytest.approx(60)
    assert times.by_step[151] == pytest.approx(times.by_step[4])
    assert sum(times.by_step.values()) == pytest.approx(times.total_s, rel=0.02)


def test_a_step_that_never_ends_leaves_the_whole_unknown():
    assert step_times(program("CV, 4.2, CURRENT, 0\n"), MODEL).total_s is None


def test_what_safety_ends_takes_the_time_until_there():
    text = "SAFETY VOLTAGE 2.5 4.1\nREPEAT 9 CYCLES\n  WAIT, 60\n  CC, 1, VOLTAGE, 4.2\nEND\n"
    times = step_times(program(text), MODEL)
    assert times.total_s == pytest.approx(sum(times.by_step.values()))
    assert set(times.by_step) == {1, 2}  # what follows does not run


HPPC = "REPEAT 9\n  CC, -1C, TIME, 10s\n  WAIT, 40s\n  CC, -C/3, CAPACITY, 10%, VOLTAGE, 2.7\nEND\n"


def test_a_measured_voltage_says_with_which_charge_it_begins():
    """Of a battery that is half full half of the charge is expected, and "±" is about that."""
    half_v = float(MODEL.cells * MODEL.ocv.at(0.5))
    assumed = simulate_curve(program(HPPC), MODEL)
    curve = simulate_curve(program(HPPC), MODEL, half_v)
    assert (assumed.start.open_v, assumed.start.low_soc, assumed.start.high_soc) == (None, 0.9, 1)
    assert curve.start.open_v == half_v
    assert 0.45 < curve.start.low_soc < 0.5 < curve.start.high_soc < 0.55
    assert curve.total.discharge_ah == pytest.approx(0.5 * 3.0, rel=0.03)
    assert curve.total.discharge_ah < assumed.band.low.discharge_ah
    for soc, left in ((0.49, 0.92), (0.51, 1.04)):
        other = MODEL.aged(left, 1.2)
        run = expected(program(HPPC), other, other.rested(soc)).total
        assert curve.band.low.discharge_ah < run.discharge_ah < curve.band.high.discharge_ah
        assert curve.band.low.duration_s < run.duration_s < curve.band.high.duration_s


def test_a_rest_begins_with_any_charge():
    assert simulate_curve(program("WAIT, 5d\n"), MODEL).start is None
