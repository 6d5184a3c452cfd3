"""The expected course, and the estimate without a model."""

from decimal import Decimal

import numpy as np
import pytest

from cycling.battery.chemistry import chemistries
from cycling.profile.language.tree import LimitKind
from cycling.profile.simulation.estimate import estimate
from cycling.profile.simulation.expected import expected
from cycling.profile.simulation.run import run_instruction
from tests.unit.cycling.profile.texts import program_of

NMC = chemistries()["nmc"]

CELL = NMC.battery(3.0)
CYCLE = (
    "CC, 0.5C, VOLTAGE, 4.2\nCV, 4.2, CURRENT, C/20\nWAIT, 600\nCC, -1C, VOLTAGE, 2.75\nWAIT, 600\n"
)


def course(text, soc=0.1, **options):
    return expected(program_of(text), CELL, CELL.rested(soc), **options)


def test_a_cycle_looks_as_it_should():
    one = course(CYCLE)
    assert one.complete
    assert np.all(np.diff(one.time_s) >= 0)
    assert one.voltage_v.max() == pytest.approx(4.2, abs=1e-3)
    assert one.voltage_v.min() == pytest.approx(2.75, abs=1e-3)
    assert set(one.line[one.step == 4]) == {4}
    assert one.step.max() == 5
    assert one.duration_s == pytest.approx(one.time_s[-1])
    assert one.total.charge_ah == pytest.approx(2.75, rel=0.1)
    assert one.total.charge_wh > one.total.discharge_wh * 0.8


def test_many_rounds_are_the_first_two_and_the_last():
    few, many = course(f"REPEAT 5 CYCLES\n{CYCLE}END"), course(f"REPEAT 500 CYCLES\n{CYCLE}END")
    assert (len(few.skipped), len(many.skipped)) == (1, 1)
    assert [one.rounds for one in (*few.skipped, *many.skipped)] == [2, 497]
    assert many.step[-1] == 2500
    assert many.duration_s > 490 * few.duration_s / 5 * 0.98
    gap = many.skipped[0]
    inside = (many.time_s > gap.start_s + 1) & (many.time_s < gap.end_s - 1)
    assert not inside.any()


def test_scaling_is_close_to_simulating_every_round():
    scaled = course(f"REPEAT 12 CYCLES\n{CYCLE}END")
    every = course(CYCLE * 12)
    assert scaled.duration_s == pytest.approx(every.duration_s, rel=0.01)
    assert scaled.total.discharge_ah == pytest.approx(every.total.discharge_ah, rel=0.01)


def test_nested_loops_are_counted():
    one = course("REPEAT 10\nREPEAT 10\nWAIT, 60\nEND\nEND")
    assert one.duration_s == pytest.approx(6000)
    assert one.step[-1] == 100


def test_a_step_that_does_not_end_is_named():
    one = course("CC, 0.0001, VOLTAGE, 4.2\nWAIT, 5", soc=0.5)
    assert one.unending == (1,)


def test_safety_aborts_the_course():
    one = course("SAFETY VOLTAGE 2.5 4.0\nCC, 0.5C, VOLTAGE, 4.2\nWAIT, 60")
    assert one.aborted_by is LimitKind.VOLTAGE
    assert not one.complete
    assert set(one.line) == {2}


def test_too_many_steps_are_cut_off_and_said():
    one = course("WAIT, 10\n" * 50, most_steps=20)
    assert not one.complete
    assert one.step[-1] == 20
    assert course("WAIT, 10\n" * 20, most_steps=20).complete


@pytest.mark.parametrize(
    ("text", "kind", "duration_s"),
    [
        ("CC, 1, CAPACITY, 0.5", LimitKind.CAPACITY, 1800),
        ("CC, -1, CAPACITY, 10%", LimitKind.CAPACITY, 1080),
        ("CC, 1, CAPACITY, 0.5, TIME, 60", LimitKind.TIME, 60),
        ("CP, 4, ENERGY, 1", LimitKind.ENERGY, 900),
    ],
)
def test_limits_that_are_counted(text, kind, duration_s):
    (step,) = program_of(text).instructions()
    run, ended_by = run_instruction(CELL, CELL.rested(0.3), step)
    assert ended_by is kind
    assert run.duration_s == pytest.approx(duration_s, rel=1e-3)


def test_a_temperature_ends_a_step_from_either_side():
    (warm,) = program_of("CC, -3C, TEMPERATURE, 30, VOLTAGE, 2.5").instructions()
    run, ended_by = run_instruction(CELL, CELL.rested(0.9), warm)
    assert ended_by is LimitKind.TEMPERATURE
    assert run.temperature_degc[-1] == pytest.approx(30, abs=0.1)
    (cool,) = program_of("CC, 0, TEMPERATURE, 27, TIME, 10h").instructions()
    cooling, ended_by = run_instruction(CELL, run.state, cool)
    assert ended_by is LimitKind.TEMPERATURE
    assert cooling.temperature_degc[-1] == pytest.approx(27, abs=0.1)


def test_times_alone_are_exact():
    one = estimate(program_of("WAIT, 600\nREPEAT 10\nCC, 1, TIME, 60\nWAIT, 4min\nEND"))
    assert one.total.duration_s == 600 + 10 * 300
    assert one.total.charge_ah == pytest.approx(1 / 6)


def test_charge_is_counted_where_a_voltage_ends_it():
    text = "CC, -1C, VOLTAGE, 2.75\nCC, 0.5C, VOLTAGE, 4.2"
    one = estimate(program_of(text), soc=1.0)
    assert one.total.duration_s == pytest.approx(3600 + 7200)
    assert one.total.discharge_wh == pytest.approx(3 * (2.75 + 4.2) / 2)


def test_the_estimate_is_near_the_simulation():
    text = f"REPEAT 50 CYCLES\n{CYCLE}END"
    quick = estimate(program_of(text), soc=0.1).total
    slow = course(text).total
    assert quick.duration_s == pytest.approx(slow.duration_s, rel=0.25)
    assert quick.discharge_ah == pytest.approx(slow.discharge_ah, rel=0.25)


def test_what_cannot_be_told_is_named():
    one = estimate(program_of("CC, 1, VOLTAGE, 4.2\nWAIT, 60", None))
    assert one.unknown_lines == (1,)
    assert one.total.duration_s == 60


def test_an_exact_program_counts_without_unrolling():
    program = program_of("REPEAT 1000000\nREPEAT 1000 CYCLES\nWAIT, 1\nEND\nEND", Decimal(1))
    assert program.instruction_count == program.cycle_count == 10**9
    assert next(program.executed()).iterations == ((1, 1_000_000), (1, 1000))
