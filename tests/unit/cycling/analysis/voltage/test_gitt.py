"""Titration: a cell whose diffusion is known."""

import numpy as np
import pytest

from cycling.analysis.integration import Samples
from cycling.analysis.voltage.gitt import titration
from cycling.analysis.voltage.pulses import pulses

TAU_S, LENGTH_CM, D = 600.0, 2e-3, 1e-9


def titrated(steps: int) -> Samples:
    """Pulses of 10 min at 1 A; at rest each is 10 mV higher; voltage goes with the root of time."""
    ratio = LENGTH_CM * 2 / np.sqrt(np.pi * TAU_S * D)  # dE_t / dE_s
    time_s, voltage_v, current_a = [], [], []
    for number in range(steps):
        begin_s, rest_v = number * 10_000.0, 3.5 + 0.01 * number
        pulse_s = np.linspace(0, TAU_S, 601)[1:]
        rise_v = 0.01 * ratio * np.sqrt(pulse_s / TAU_S)
        time_s += [begin_s, begin_s + 1000, *(begin_s + 1000 + pulse_s)]
        voltage_v += [rest_v, rest_v, *(rest_v + 0.05 + rise_v)]
        current_a += [0, 0, *np.ones(600)]
    nothing = np.full(len(time_s), np.nan)
    columns = (np.array(one, float) for one in (time_s, voltage_v, current_a))
    return Samples(*columns, nothing, nothing * 0 + np.array(current_a), nothing, nothing)


def test_diffusion_is_what_it_was_made_of():
    found = pulses(titrated(5), deadband_a=0.01, longest_s=np.inf)
    ours = titration(found, LENGTH_CM)
    assert len(ours.ratio) == 4
    np.testing.assert_allclose(ours.steady_v, 0.01)
    np.testing.assert_allclose(ours.diffusion_cm2_per_s, D, rtol=0.1)  # the first second is lost
    assert ours.is_short.all()
    np.testing.assert_allclose(ours.rested_v, 3.5 + 0.01 * np.arange(1, 5))


def test_without_a_length_there_is_no_diffusion():
    found = titration(pulses(titrated(3), deadband_a=0.01, longest_s=np.inf))
    assert np.isnan(found.diffusion_cm2_per_s).all()
    assert found.ratio[0] == pytest.approx(found.steady_v[0] / found.transient_v[0])
    assert not found.is_short.any()
