"""Noise, resolution and repeatability of a measuring channel."""

import numpy as np
import pytest

from cycling.battery.instrument import Instrument


class TestInstrument:
    def test_the_same_seed_reads_the_same(self):
        true_v = np.linspace(3, 4, 50)
        first, second = (
            Instrument().voltages_v(true_v, np.random.default_rng(7)) for _ in range(2)
        )
        assert np.array_equal(first, second)
        assert not np.array_equal(first, Instrument().voltages_v(true_v, np.random.default_rng(8)))

    def test_noise_and_resolution_are_as_stated(self):
        read_v = Instrument().voltages_v(np.full(20_000, 3.7), np.random.default_rng(1))
        assert np.std(read_v) == pytest.approx(3e-4, rel=0.05)
        assert all(len(repr(value)) <= len("3.7001") for value in read_v.tolist())

    def test_no_current_is_read_as_exactly_none(self):
        read_a = Instrument().currents_a(np.zeros(100), np.random.default_rng(1))
        assert not read_a.any()
        assert not np.signbit(read_a).any()

    def test_temperatures_are_read_to_a_hundredth(self):
        read = Instrument().temperatures_degc(np.full(100, 25.0), np.random.default_rng(1))
        assert np.array_equal(read, np.round(read, 2))
        assert 0 < np.std(read) < 0.1
