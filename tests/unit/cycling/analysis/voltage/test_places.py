"""Pulses and rests that are read where they can be are those of all samples."""

from dataclasses import fields

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from cycling.analysis.chunk_totals import Counting, add_up
from cycling.analysis.edges import Sought
from cycling.analysis.integration import Edge, Samples, columns_of, samples_of
from cycling.analysis.voltage.places import pulse_places, rest_places, titration_places
from cycling.analysis.voltage.pulses import joined, pulses
from cycling.analysis.voltage.relaxation import relaxations
from tests import golden
from tests.generated import examples

DEADBAND_A = 0.01


def part(samples: Samples, first: int, end: int) -> Samples:
    return samples_of([column[first:end] for column in columns_of(samples)])


def steps_of(samples, *, sought=Sought.NOTHING, deadband_a=DEADBAND_A):
    how = Counting(deadband_a, (), has_temperature=False, sought=sought)
    return add_up(iter([samples]), how, 0.0).steps


def at_places(samples, steps, deadband_a=DEADBAND_A, **options):
    count = len(samples.time_s)
    places = pulse_places(steps, deadband_a=deadband_a, **options)
    parts = []
    for one in places:
        first, end = one.window(count)
        parts.append(one.pulses(part(samples, first, end), deadband_a=deadband_a, **options))
    return joined(parts), sum(one.end_row - one.first_row for one in places)


def assert_same(found, whole, *, but: str = ""):
    for one in fields(found):
        if one.name == but:
            continue
        np.testing.assert_allclose(
            getattr(found, one.name), getattr(whole, one.name), atol=1e-12, err_msg=one.name
        )


@pytest.mark.parametrize("edge", list(Edge))
@pytest.mark.parametrize(("name", "count"), [("hppc_pulses", 18), ("synthetic_pulses", 3)])
def test_all_pulses_are_found_in_a_part_of_the_samples(name, count, edge):
    case, _expected = golden.other(name)
    samples = case.samples(edge, counted=False)
    found, rows = at_places(samples, steps_of(samples, deadband_a=1e-6), 1e-6)
    assert len(found) == count
    assert_same(found, pulses(samples, deadband_a=1e-6))
    assert rows < len(samples.time_s)


def test_long_charges_and_discharges_are_not_read():
    """Ten cycles of an hour each way, one pulse after the fourth: read is what is around it."""
    time_s, current_a = [0.0], [0.0]
    for cycle in range(10):
        for amperes, seconds in ((2.0, 3600), (0.0, 60), (-2.0, 3600), (0.0, 60)):
            time_s += list(time_s[-1] + np.arange(10, seconds + 1, 10.0))
            current_a += [amperes] * (seconds // 10)
        if cycle == 3:
            for amperes, seconds in ((-5.0, 10), (0.0, 60)):
                time_s += list(time_s[-1] + np.arange(1, seconds + 1, 1.0))
                current_a += [amperes] * seconds
    current_a = np.array(current_a)
    step = np.cumsum(np.diff(current_a, prepend=0) != 0).astype(float)
    nothing = np.full(len(step), np.nan)
    samples = Samples(
        np.array(time_s), 3.6 + current_a / 100, current_a, nothing, step, *[nothing] * 2
    )
    found, rows = at_places(samples, steps_of(samples))
    assert found.duration_s.tolist() == [10.0]
    assert rows == 16  # the rest before it, and the pulse
    assert_same(found, pulses(samples, deadband_a=DEADBAND_A))


@st.composite
def schedules(draw):
    """Draw runs of constant current, each sampled in its own way; some share a step with a rest."""
    time_s, current_a, step = [0.0], [0.0], [0]
    for run in range(draw(st.integers(1, 25))):
        amperes = draw(st.sampled_from([0.0, 0.0, -1.0, 1.0, -2.0]))
        interval_s = draw(st.sampled_from([0.5, 4.0, 30.0, 100.0]))
        count = draw(st.integers(1, 8))
        same_step = draw(st.booleans()) and not amperes * current_a[-1]
        for _ in range(count):
            time_s.append(time_s[-1] + interval_s)
            current_a.append(amperes)
            step.append(step[-1] if same_step else run + 1)
    lead = draw(st.sampled_from([None, np.inf, 0.2]))
    return np.array(time_s), np.array(current_a), np.array(step, float), lead


@examples(300)
@given(schedule=schedules(), by_sign=st.booleans(), longest_s=st.sampled_from([120.0, np.inf]))
def test_it_does_not_matter_how_a_test_is_cut_into_steps(schedule, by_sign, longest_s):
    time_s, current_a, step, lead = schedule
    nothing = np.full(len(time_s), np.nan)
    if by_sign:  # within a step a current is held
        step, current_a = nothing, np.sign(current_a)
    led_s = None if lead is None or by_sign else np.full(len(time_s), lead)
    samples = Samples(
        time_s, 3.6 + np.cumsum(current_a) / 50, current_a, nothing, step, nothing, nothing, led_s
    )
    steps = steps_of(samples, sought=Sought.STEPS if by_sign else Sought.NOTHING)
    found, _rows = at_places(samples, steps, longest_s=longest_s)
    whole = pulses(samples, deadband_a=DEADBAND_A, longest_s=longest_s)
    assert_same(found, whole, but="net_ah" if by_sign else "")  # that goes by the edges found
    rests = []
    for one in rest_places(steps, deadband_a=DEADBAND_A):
        rests += relaxations(part(samples, *one.rest_window), deadband_a=DEADBAND_A)
    whole = relaxations(samples, deadband_a=DEADBAND_A)
    assert [one.begin_s for one in rests] == [one.begin_s for one in whole]
    for ours, theirs in zip(rests, whole, strict=True):
        np.testing.assert_allclose(ours.voltage_v, theirs.voltage_v)
        assert (ours.duration_s, ours.end_v) == (theirs.duration_s, theirs.end_v)


def runs(*parts: tuple[float, int]) -> Samples:
    """Return samples every 10 s of currents for so many seconds each, a step each."""
    counts = [seconds // 10 for _amperes, seconds in parts]
    current_a = np.repeat([float(amperes) for amperes, _seconds in parts], counts)
    step = np.repeat(np.arange(1.0, len(parts) + 1), counts)
    nothing = np.full(len(step), np.nan)
    time_s = np.arange(len(step)) * 10.0
    return Samples(time_s, 3.6 + current_a / 50, current_a, nothing, step, nothing, nothing)


def test_a_titration_is_a_row_of_even_portions_with_rests():
    gitt = [(0.0, 3600), *([(1.0, 600), (0.0, 3600)] * 6)]
    cycles = [(1.0, 3600), (0.0, 600), (-1.0, 3600), (0.0, 600)] * 4
    hppc = [
        (0.0, 3600),
        *([(-5.0, 30), (0.0, 40), (4.0, 10), (0.0, 40), (-1.0, 360), (0.0, 3600)] * 6),
    ]
    samples = runs(*cycles, *gitt, *hppc)
    steps = steps_of(samples)
    (place,) = titration_places(steps, deadband_a=DEADBAND_A)
    first, end = place.window(len(samples.time_s))
    found = place.pulses(part(samples, first, end), deadband_a=DEADBAND_A, longest_s=np.inf)
    assert found.current_a.tolist() == [1.0] * 6
    assert titration_places(steps_of(runs(*cycles, *hppc)), deadband_a=DEADBAND_A) == []
    assert titration_places(steps_of(runs(*gitt[:9])), deadband_a=DEADBAND_A) == []  # four
