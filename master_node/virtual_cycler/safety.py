"""The limits that abort an experiment, as a station watches them with everything else dead."""

import math
from dataclasses import dataclass

from master_node.protocol.fields import Range
from master_node.protocol.messages import Abilities, Offer
from master_node.virtual_cycler.sensors import CURRENT, TEMP_CELL, VOLTAGE, Reading, Sensors

# A limit is passed when an instrument shows it: 4.2 V held at 4.2 V is not above 4.2 V.
VOLTAGE_STEP_V, CURRENT_STEP_A, TEMPERATURE_STEP_K = 1e-4, 1e-5, 0.01
ANYTHING: Range = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Breach:
    """A safety limit that was passed; None where there is no such number."""

    channel: str
    value: float | None
    limit: float | None
    text: str


class Guard:
    """Watches one experiment: battery, temperature, silent channels and the device's own range."""

    def __init__(self, offer: Offer, abilities: Abilities) -> None:
        safety = offer.safety
        self.voltage = safety.voltage or offer.battery.voltage
        self.current = safety.current or offer.battery.current
        self.temperature = safety.temperature or ANYTHING
        self.silent_s = safety.silent_s
        self._device_v = abilities.voltage
        self._charge_min_degc = safety.charge_temperature_min
        self._watches_temperature = bool(safety.temperature) or self._charge_min_degc is not None
        self._low_v = max(self.voltage[0], self._device_v[0]) - VOLTAGE_STEP_V
        self._high_v = min(self.voltage[1], self._device_v[1]) + VOLTAGE_STEP_V
        self._low_a = self.current[0] - CURRENT_STEP_A
        self._high_a = self.current[1] + CURRENT_STEP_A
        self._low_degc = self.temperature[0] - TEMPERATURE_STEP_K
        self._high_degc = self.temperature[1] + TEMPERATURE_STEP_K

    @property
    def watched(self) -> tuple[str, ...]:
        """The channels that must not fall silent."""
        return (VOLTAGE, CURRENT, TEMP_CELL) if self._watches_temperature else (VOLTAGE, CURRENT)

    def silence_left_s(self, sensors: Sensors) -> float:
        """How long (s) until a watched channel has been silent for too long; infinite if none."""
        if sensors.undisturbed:
            return math.inf
        unheard = (sensors.unheard_s(channel) for channel in self.watched)
        return min((self.silent_s - one for one in unheard if one is not None), default=math.inf)

    def silence(self, sensors: Sensors, later_s: float = 0.0) -> Breach | None:
        """Return the channel that will have been silent for too long `later_s` from now."""
        for channel in self.watched:
            unheard_s = sensors.unheard_s(channel)
            if unheard_s is not None and unheard_s + later_s >= self.silent_s - 1e-9:
                text = f"{channel} has said nothing for {self.silent_s:g} s."
                return Breach(channel, None, self.silent_s, text)
        return None

    def breach(self, reading: Reading) -> Breach | None:
        """Return the limit that a reading has passed."""
        voltage, current, cell = reading
        if voltage is not None and not self._low_v <= voltage <= self._high_v:
            return self._voltage_breach(voltage)
        if current is not None and not self._low_a <= current <= self._high_a:
            return _outside(CURRENT, "Current", current, self.current, "A")
        if cell is None:
            return None
        if not self._low_degc <= cell <= self._high_degc:
            return _outside(TEMP_CELL, "Cell temperature", cell, self.temperature, "degC")
        charging = current is not None and current > CURRENT_STEP_A
        return self._cold_charge(cell) if charging else None

    def start_problem(self, sensors: Sensors, reading: Reading) -> str | None:
        """Say why no current may flow through a battery that rests and reads like this."""
        for channel in self.watched:
            if sensors.unheard_s(channel) is not None:
                return f"{channel} is silent."
        breach = self.breach(reading)
        return None if breach is None else f"Before the start: {breach.text}"

    def _voltage_breach(self, voltage: float) -> Breach:
        low, high = self._device_v
        if low - VOLTAGE_STEP_V <= voltage <= high + VOLTAGE_STEP_V:
            return _outside(VOLTAGE, "Voltage", voltage, self.voltage, "V")
        return _outside("device_voltage", "Voltage at the device", voltage, self._device_v, "V")

    def _cold_charge(self, cell_degc: float) -> Breach | None:
        least = self._charge_min_degc
        if least is None or cell_degc >= least - TEMPERATURE_STEP_K:
            return None
        text = f"Charge at {cell_degc:.4g} degC, below the least temperature of {least:g} degC."
        return Breach(TEMP_CELL, cell_degc, least, text)


def _outside(channel: str, title: str, value: float, limits: Range, unit: str) -> Breach:
    low, high = limits
    side, limit = ("below", low) if value < low else ("above", high)
    text = f"{title} {value:.6g} {unit} is {side} the limit of {limit:g} {unit}."
    return Breach(channel, value, limit, text)
