"""What a station measures of the battery; tests make a channel silent or let it read wrongly."""

import math
from typing import NamedTuple

VOLTAGE, CURRENT = "voltage", "current"
TEMP_CELL, TEMP_AMB = "temp_cell", "temp_amb"
AMBIENT_SWING_K, AMBIENT_PERIOD_S = 0.3, 3600.0


class Reading(NamedTuple):
    """Values (V, A, degC) at one moment; None for a channel that says nothing."""

    voltage: float | None
    current: float | None
    temp_cell: float | None


class Sensors:
    """The channels of a station. `clock_s` is the station's own time, which never stands still."""

    def __init__(self) -> None:
        self.clock_s = 0.0
        self.undisturbed = True
        self._silent_since_s: dict[str, float] = {}
        self._forced: dict[str, float] = {}

    def silence(self, channel: str) -> None:
        """Let a channel say nothing from now on."""
        self._silent_since_s.setdefault(channel, self.clock_s)
        self._note()

    def force(self, channel: str, value: float) -> None:
        """Let a channel read this value, whatever is true."""
        self._forced[channel] = value
        self._note()

    def heal(self) -> None:
        """Let all channels read what is true."""
        self._silent_since_s.clear()
        self._forced.clear()
        self._note()

    def unheard_s(self, channel: str) -> float | None:
        """For how long a channel has said nothing (s); None for one that speaks."""
        since_s = self._silent_since_s.get(channel)
        return None if since_s is None else self.clock_s - since_s

    def read(self, voltage_v: float, current_a: float, cell_degc: float) -> Reading:
        """Return what the channels say where this is true."""
        if self.undisturbed:
            return Reading(voltage_v, current_a, cell_degc)
        return Reading(
            self._value(VOLTAGE, voltage_v),
            self._value(CURRENT, current_a),
            self._value(TEMP_CELL, cell_degc),
        )

    def ambient(self, mean_degc: float) -> float | None:
        """Return the temperature (degC) of the room, which rises and falls by the hour."""
        swing_k = AMBIENT_SWING_K * math.sin(2 * math.pi * self.clock_s / AMBIENT_PERIOD_S)
        return self._value(TEMP_AMB, mean_degc + swing_k)

    def _value(self, channel: str, true: float) -> float | None:
        if channel in self._silent_since_s:
            return None
        return self._forced.get(channel, true)

    def _note(self) -> None:
        self.undisturbed = not self._silent_since_s and not self._forced
