"""A half cycle from its own samples adds up to what the table of cycles says."""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from cycling.analysis.chunk_totals import Counting, add_up
from cycling.analysis.cycles.choices import Choices, Direction, Numbering
from cycling.analysis.cycles.numbering import numbered
from cycling.analysis.cycles.table import cycle_table
from cycling.analysis.edges import Sought
from cycling.analysis.integration import Edge, Samples, columns_of, samples_of
from cycling.analysis.voltage.half import half_of
from cycling.analysis.voltage.incremental import incremental_capacity
from cycling.analysis.voltage.lines import charge_lines, running_ah, shared_lines
from tests import golden

CASES = {one.name: one for one in golden.cases()}
MEASURED = [
    "coin_87ua_arbin",
    "full_cell_lfp_fastcharge_arbin",
    "half_cell_si_arbin",
    "full_cell_m50t",
    "synthetic_cccv",
    "synthetic_gap_in_step",
]


def part(samples: Samples, first: int, end: int) -> Samples:
    return samples_of([column[first:end] for column in columns_of(samples)])


def numbers_of(steps, choices):
    net_ah = steps.hours("charge_as") - steps.hours("discharge_as")
    return numbered(steps.cycle, net_ah, choices)


@settings(max_examples=12, deadline=None)
@given(
    name=st.sampled_from(MEASURED),
    edge=st.sampled_from(list(Edge)),
    counted=st.booleans(),
    numbering=st.sampled_from([None, Numbering.CURRENT]),
)
def test_every_half_adds_up_to_its_charge(name, edge, counted, numbering):
    case, choices = CASES[name], Choices(numbering=numbering)
    samples, steps = case.samples(edge, counted=counted), case.steps(edge, counted=counted)
    deadband_a = case.options(edge, counted=counted)["deadband_a"]
    table, numbers = cycle_table(steps, choices), numbers_of(steps, choices)
    for place, cycle in enumerate(table.number.tolist()):
        for direction, of in (
            (Direction.CHARGE, table.charge),
            (Direction.DISCHARGE, table.discharge),
        ):
            half = half_of(steps, numbers, cycle, direction, with_cv=True)
            if half is None:
                assert of.ah[place] == 0
                continue
            first, end = half.window(len(samples.time_s))
            assert end - first <= half.end_row - half.first_row + 4
            lines = half.lines(part(samples, first, end), first, deadband_a=deadband_a)
            assert lines.total_ah == pytest.approx(of.ah[place], rel=1e-9)
            summed = incremental_capacity(lines, 0.005)
            assert summed.total_ah == pytest.approx(of.ah[place], rel=1e-9)


@pytest.mark.parametrize("edge", list(Edge))
def test_our_own_integral_needs_no_factor(edge):
    """What is read of a half is what the whole was added up from, gaps and edges too."""
    for name in MEASURED:
        case, choices = CASES[name], Choices()
        samples, steps = case.samples(edge, counted=False), case.steps(edge, counted=False)
        deadband_a = case.options(edge, counted=False)["deadband_a"]
        numbers = numbers_of(steps, choices)
        for cycle in np.unique(numbers.cycle)[:4].tolist():
            for direction in Direction:
                half = half_of(steps, numbers, cycle, direction, with_cv=True)
                if half is None or (edge is Edge.SPLIT and half.first_row == 0):
                    continue  # the first step has a lead-in
                first, end = half.window(len(samples.time_s))
                shares = replace(half.shares(end - first, first), ah=None)
                lines = shared_lines(
                    part(samples, first, end), direction, shares, deadband_a=deadband_a
                )
                assert lines.total_ah == pytest.approx(half.ah.sum(), rel=1e-9)


def test_constant_voltage_is_out_by_the_share_of_the_table():
    case = CASES["synthetic_cccv"]
    samples, steps = (
        case.samples(Edge.SPLIT, counted=False),
        case.steps(Edge.SPLIT, counted=False),
    )
    half = half_of(steps, numbers_of(steps, Choices()), 1, Direction.CHARGE)
    first, end = half.window(len(samples.time_s))
    lines = half.lines(part(samples, first, end), first, deadband_a=1e-4)
    table = cycle_table(steps, Choices())
    assert lines.total_ah == pytest.approx(table.charge.ah[0] - table.charge.cv_ah[0], rel=1e-9)
    assert lines.total_ah == pytest.approx(0.5, rel=1e-6)


@pytest.mark.parametrize("sought", [Sought.EDGES, Sought.STEPS])
@pytest.mark.parametrize("led_s", [None, np.inf], ids=["held", "led"])
@pytest.mark.parametrize("interval_s", [1.0, 30.0])
def test_edges_that_are_found_in_the_current(sought, led_s, interval_s):
    """Of a source that names no steps, lines end where its current is switched, as integrals do."""
    rng = np.random.default_rng(17)
    current_a = np.repeat(rng.choice([-2.0, -1.0, 0.0, 1.0, 3.0], 60), 5)
    current_a *= rng.uniform(0.999, 1.001, 300)
    nothing, none = np.full(300, np.nan), np.zeros(300)
    led_s = None if led_s is None else np.full(300, led_s)
    voltage_v = 3.5 + np.cumsum(current_a) / 100
    time_s = np.arange(300) * interval_s
    names = [nothing] * 3 if sought is Sought.STEPS else [none, np.arange(300) // 60, none]
    samples = Samples(time_s, voltage_v, current_a, *names, nothing, led_s)
    steps = add_up(iter([samples]), Counting(1e-3, (), False, sought), 0.0).steps
    choices = Choices(numbering=Numbering.NONE)
    numbers, table = numbers_of(steps, choices), cycle_table(steps, choices)
    how = {"deadband_a": 1e-3, "sought": sought}
    net_ah = running_ah(samples, 1e-3, sought)[-1]
    assert net_ah == pytest.approx(table.charge.ah[0] - table.discharge.ah[0], abs=1e-12)
    for direction, of in ((Direction.CHARGE, table.charge), (Direction.DISCHARGE, table.discharge)):
        half = half_of(steps, numbers, 1, direction, with_cv=True)
        first, end = half.window(300)
        lines = half.lines(part(samples, first, end), first, **how)
        assert lines.total_ah == pytest.approx(of.ah[0], rel=1e-9)
        shares = replace(half.shares(end - first, first), ah=None)
        plain = shared_lines(part(samples, first, end), direction, shares, **how)
        assert plain.total_ah == pytest.approx(of.ah[0], rel=1e-9)
        whole = charge_lines(samples, direction, with_cv=True, **how)
        if sought is Sought.STEPS:  # each of one direction
            assert whole.total_ah == pytest.approx(of.ah[0], rel=1e-9)


def test_a_half_that_is_not_there():
    case = CASES["synthetic_cccv"]
    steps = case.steps(Edge.SPLIT, counted=False)
    numbers = numbers_of(steps, Choices())
    assert half_of(steps, numbers, 99, Direction.CHARGE) is None
