"""Where constant current ends and constant voltage begins."""

from itertools import pairwise

import numpy as np
import pytest

from cycling.analysis.chunk_totals import ChunkTotals, Counting, merge_all
from cycling.analysis.cycles.taper import parts
from cycling.analysis.integration import Samples

HOW = Counting(0.001, has_temperature=False)


def charged(voltage_v, current_a, step=1.0) -> Samples:
    nothing = np.full(len(voltage_v), np.nan)
    time_s = np.arange(len(voltage_v)) * 10.0
    return Samples(time_s, voltage_v, current_a, nothing, nothing * 0 + step, nothing, nothing)


def steps_of(rows: Samples, cuts=()):
    ends = [0, *cuts, len(rows.time_s)]
    columns = (rows.time_s, rows.voltage_v, rows.current_a, rows.instruction, rows.step)
    pieces = [
        Samples(*(one[first:last] for one in (*columns, rows.cycle, rows.temperature)))
        for first, last in pairwise(ends)
    ]
    return merge_all([ChunkTotals.of(one, HOW) for one in pieces], HOW).experiment().steps


RISE = np.linspace(3.6, 4.2, 61)
TAPER = np.exp(-np.arange(1, 121) / 30.0)
CCCV_V, CCCV_A = np.append(RISE, np.full(120, 4.2)), np.append(np.ones(61), TAPER)


@pytest.mark.parametrize("cuts", [(), (30,), (61, 62), (90,), (100, 150)])
def test_constant_current_ends_with_the_last_sample_of_its_value(cuts):
    found = parts(steps_of(charged(CCCV_V, CCCV_A), cuts).ends)
    assert found.constant_current_as[0] == pytest.approx(600.0)
    assert found.constant_current_s[0] == pytest.approx(600.0)
    held = np.append(1.0, TAPER)
    assert found.constant_voltage_as[0] == pytest.approx(10 * (held[1:] + held[:-1]).sum() / 2)


@pytest.mark.parametrize("cuts", [(), (30,), (90, 91)])
def test_noise_does_not_matter(cuts):
    noise = np.random.default_rng(5).normal(0, 2e-4, len(CCCV_A))
    found = parts(steps_of(charged(CCCV_V + noise, CCCV_A * (1 + noise)), cuts).ends)
    assert found.constant_current_s[0] == pytest.approx(600.0, abs=40)


def test_the_voltage_may_be_reached_between_two_records():
    voltage_v = np.append(np.linspace(3.6, 4.15, 61), np.full(120, 4.2))
    found = parts(steps_of(charged(voltage_v, CCCV_A)).ends)
    assert found.constant_current_s[0] == pytest.approx(610.0)


@pytest.mark.parametrize(
    ("voltage_v", "current_a"),
    [
        (RISE, np.ones(61)),  # constant current alone
        (RISE, 4.0 / RISE),  # constant power: the current falls while the voltage rises
        (np.full(61, 3.3), np.ones(61)),  # a plateau
    ],
)
def test_what_is_not_at_constant_voltage(voltage_v, current_a):
    assert parts(steps_of(charged(voltage_v, current_a)).ends).constant_voltage_as[0] == 0


def test_a_step_of_its_own_is_all_of_it():
    found = parts(steps_of(charged(np.full(120, 4.2), TAPER)).ends)
    assert found.constant_current_as[0] == 0
    assert found.constant_voltage_as[0] > 0


def test_a_discharge_may_be_held_too():
    found = parts(steps_of(charged(7.8 - CCCV_V, -CCCV_A)).ends)
    assert found.constant_current_s[0] == pytest.approx(600.0)
