"""What an instrument makes of true values: a little noise, and the steps of its display."""

from dataclasses import dataclass

import numpy as np

from cycling.battery.model import FloatArray


@dataclass(frozen=True, slots=True)
class Instrument:
    """Noise (standard deviation) and resolution of a measuring channel."""

    voltage_noise_v: float = 3e-4
    voltage_resolution_v: float = 1e-4
    current_noise_a: float = 5e-5
    current_resolution_a: float = 1e-5
    temperature_noise_k: float = 0.02
    temperature_resolution_k: float = 0.01

    def voltages_v(self, true_v: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return voltages (V) as this instrument reads them."""
        noisy = true_v + rng.normal(0.0, self.voltage_noise_v, true_v.shape)
        return to_resolution(noisy, self.voltage_resolution_v)

    def currents_a(self, true_a: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return currents (A) as this instrument reads them; with the relay open, exactly 0."""
        noisy = true_a + rng.normal(0.0, self.current_noise_a, true_a.shape)
        return to_resolution(np.where(true_a == 0, 0.0, noisy), self.current_resolution_a)

    def temperatures_degc(self, true_degc: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return temperatures (degC) as this instrument reads them."""
        noisy = true_degc + rng.normal(0.0, self.temperature_noise_k, true_degc.shape)
        return to_resolution(noisy, self.temperature_resolution_k)


def to_resolution(values: FloatArray, resolution: float) -> FloatArray:
    """Round to a multiple of a power of ten, to the shortest number that says it (no 3.7000001)."""
    return np.round(values, -round(np.log10(resolution))) + 0.0  # no -0.0
