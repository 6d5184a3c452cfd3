"""The expected course of whole profiles."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.battery.chemistry import chemistries
from cycling.profile.language.tree import LimitKind
from cycling.profile.simulation.expected import expected
from cycling.profile.simulation.run import run_instruction
from tests.generated import examples
from tests.unit.cycling.profile.texts import program_of

NMC = chemistries()["nmc"]

CELL = NMC.battery(3.0)
CYCLE = (
    "CC, 0.5C, VOLTAGE, 4.2\nCV, 4.2, CURRENT, C/20\nWAIT, 600\nCC, -1C, VOLTAGE, 2.75\nWAIT, 600\n"
)

HPPC = """\
  CC, -1C, TIME, 10s
  WAIT, 40
  CC, 0.75C, TIME, 10s
  CC, -C/3, CAPACITY, 10%, VOLTAGE, 2.5
  WAIT, 1h
"""


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


def both(loop, unrolled, soc):
    """The courses of a loop and of its lines written one by one."""
    one, other = course(loop, soc), course(unrolled, soc)
    assert one.complete
    assert other.complete
    return one, other


def assert_same(one, other):
    assert one.duration_s == pytest.approx(other.duration_s, rel=1e-3, abs=0.1)
    for own, written in zip(one.total[1:], other.total[1:], strict=True):
        assert own == pytest.approx(written, rel=1e-3, abs=1e-4)
    assert one.voltage_v[-1] == pytest.approx(other.voltage_v[-1], abs=2e-3)
    assert one.step[-1] == other.step[-1]


def test_hppc_in_a_loop_is_hppc_pasted_nine_times():
    one, other = both(
        f"REPEAT 9\n{HPPC}END\nCC, -C/3, VOLTAGE, 2.5", HPPC * 9 + "CC, -C/3, VOLTAGE, 2.5", 0.98
    )
    assert one.total == other.total
    assert one.total.discharge_ah < 3.1  # of a cell of 3 Ah
    assert not one.skipped


bodies = st.lists(
    st.sampled_from(
        [
            "WAIT, 10min",
            "CC, 0.5C, VOLTAGE, 4.15",
            "CV, 4.15, CURRENT, C/20, TIME, 1h, MAX, 1C",
            "CC, -1C, VOLTAGE, 2.75",
            "CC, -1C, TIME, 30, VOLTAGE, 2.6",
            "CC, 0.9C, TIME, 30, VOLTAGE, 4.2",
            "CC, C/5, CAPACITY, 3%, VOLTAGE, 4.2",
            "CP, -6, TIME, 5min, VOLTAGE, 2.75",
        ]
    ),
    min_size=1,
    max_size=4,
).map("\n".join)


@examples(40)
@given(bodies, bodies, st.integers(1, 12), st.integers(1, 4), st.floats(0.1, 0.9))
def test_a_loop_is_its_lines_written_one_by_one(outer, inner, many, few, soc):
    loop = f"REPEAT {few}\n{outer}\nREPEAT {many}\n{inner}\nEND\nEND"
    lines = "\n".join([outer, *[inner] * many])
    assert_same(*both(loop, "\n".join([lines] * few), soc))


def test_rounds_that_are_the_same_are_counted_and_the_last_is_drawn():
    many = course(f"REPEAT 400 CYCLES\n{CYCLE}END")
    (gap,) = many.skipped
    assert gap.rounds > 390
    assert not gap.assumed
    assert many.step[-1] == 2000
    assert not ((many.time_s > gap.start_s + 1) & (many.time_s < gap.end_s - 1)).any()
    assert_same(many, course(CYCLE * 400))


def test_a_battery_that_drifts_is_simulated_round_by_round():
    """GITT: each round finds it at another charge, and the last ones find it empty."""
    one = course("REPEAT 25\nCC, -C/10, TIME, 30min, VOLTAGE, 2.5\nWAIT, 2h\nEND", 0.98)
    assert not one.skipped
    ends = one.voltage_v[np.flatnonzero(np.diff(one.step))]  # at the end of every step but the last
    pulses = ends[::2]
    assert pulses[19] < 3.4  # it is empty in round 20
    assert pulses[20:] == pytest.approx(2.5, abs=1e-3)


def test_after_two_thousand_steps_rounds_are_assumed_and_what_follows_is_simulated():
    pulse = "CC, -C/100, TIME, 10\nWAIT, 60\n"
    one = course(f"REPEAT 5000\n{pulse}END\nWAIT, 1h", 0.9)
    (gap,) = one.skipped
    assert (gap.assumed, gap.rounds) == (True, 3999)
    assert one.complete
    assert one.duration_s == pytest.approx(5000 * 70 + 3600)
    assert one.step[-1] == 10_001
    assert one.line[-1] == 5


def test_a_wait_of_any_length_costs_nothing():
    one = course("WAIT, 5d\nCC, 1C, TIME, 1\nWAIT, 730d")
    assert one.duration_s == 735 * 86400 + 1
    assert len(one.time_s) < 100
    assert one.voltage_v[-1] < one.voltage_v[0] + 0.2


def test_nested_loops_are_counted():
    one = course("REPEAT 10\nREPEAT 10\nWAIT, 60\nEND\nEND")
    assert one.duration_s == pytest.approx(6000)
    assert one.step[-1] == 100


def test_a_step_that_does_not_end_is_named():
    one = course("CC, 0.00001, VOLTAGE, 4.2\nWAIT, 5", soc=0.5)
    assert one.unending == 1
    assert not one.is_known


def test_what_takes_more_than_the_battery_holds_is_named_and_not_drawn_on():
    one = course("WAIT, 5\nCC, -1, TIME, 9h\nWAIT, 5", soc=0.5)
    assert (one.beyond, one.is_known) == (2, False)
    assert one.voltage_v.min() > 0


def test_safety_aborts_the_course_where_it_is_passed():
    one = course("SAFETY VOLTAGE 2.5 4.0\nCC, 0.5C, VOLTAGE, 4.2\nWAIT, 60")
    assert one.aborted_by is LimitKind.VOLTAGE
    assert not one.complete
    assert one.is_known
    assert set(one.line) == {2}
    assert one.voltage_v[-1] == pytest.approx(4.0, abs=2e-3)
    assert course("SAFETY VOLTAGE 2.5 4.2\nCC, 0.5C, VOLTAGE, 4.2").complete


def test_too_many_steps_are_cut_off_and_said():
    one = course("WAIT, 10\n" * 50, most_steps=16)
    assert not one.complete
    assert not one.is_known
    assert one.step[-1] == 20
    assert course("WAIT, 10\n" * 20, most_steps=16).complete


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
    run = run_instruction(CELL, CELL.rested(0.3), step)
    assert run.ended_by is kind
    assert run.duration_s == pytest.approx(duration_s, rel=1e-3)


def test_a_temperature_ends_a_step_from_either_side():
    (warm,) = program_of("CC, -3C, TEMPERATURE, 30, VOLTAGE, 2.5").instructions()
    run = run_instruction(CELL, CELL.rested(0.9), warm)
    assert run.ended_by is LimitKind.TEMPERATURE
    assert run.state.temperature_degc == pytest.approx(30, abs=0.1)
    (cool,) = program_of("CC, 0, TEMPERATURE, 27, TIME, 10h").instructions()
    cooling = run_instruction(CELL, run.state, cool)
    assert cooling.ended_by is LimitKind.TEMPERATURE
    assert cooling.state.temperature_degc == pytest.approx(27, abs=0.1)


def test_an_exact_program_counts_without_unrolling():
    program = program_of("REPEAT 1000000\nREPEAT 1000 CYCLES\nWAIT, 1\nEND\nEND", Decimal(1))
    assert program.instruction_count == program.cycle_count == 10**9
    assert next(program.executed()).iterations == ((1, 1_000_000), (1, 1000))


def test_a_step_that_a_voltage_ends_at_once_does_not_pass_a_safety_limit():
    text = "SAFETY VOLTAGE 2.5 3.65\nCC, 1C, VOLTAGE, 3.6\nWAIT, 60\n"
    battery = chemistries()["lfp"].battery(3.0)
    one = expected(program_of(text), battery, battery.rested(0.995))
    assert one.aborted_by is None
    assert one.duration_s == 60
    assert one.voltage_v[0] == 3.6
