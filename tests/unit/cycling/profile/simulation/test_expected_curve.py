"""The course that is drawn, and how long steps are expected to take."""

import numpy as np
import pytest

from cycling.battery.chemistry import chemistries
from cycling.profile import parse, resolve
from cycling.profile.simulation.expected_curve import (
    HIGH_SOC,
    LOW_SOC,
    MAX_POINTS,
    first_state,
    simulate_curve,
    step_starts,
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


def test_no_more_points_than_a_graph_needs_and_both_ends_of_every_step():
    text = "".join(f"CC, 1.{n:02}, TIME, 1h\nCC, -1.{n:02}, TIME, 1h\n" for n in range(40))
    curve = simulate_curve(program(text), MODEL)
    assert len(curve.time_s) <= MAX_POINTS
    starts = step_starts(curve.step)
    assert len(starts) == 80
    assert np.diff(curve.time_s[starts]) == pytest.approx(3600)


def test_a_long_profile_is_drawn_as_far_as_a_sketch_goes():
    text = "WAIT, 60\n" * 200
    curve = simulate_curve(program(text), MODEL)
    assert not curve.complete
    assert curve.time_s[-1] == pytest.approx(80 * 60)


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
