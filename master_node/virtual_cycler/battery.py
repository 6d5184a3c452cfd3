"""The batteries that are connected to a virtual unit; each stays as it was left."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from cycling.analysis.cycles.choices import Kind
from cycling.battery.chemistry import guessed_model
from cycling.battery.model import BatteryModel, BatteryState
from master_node.protocol.messages import BatteryLimits

FIRST_SOC = (0.3, 0.6)


@dataclass(slots=True)
class VirtualBattery:
    """A battery's model and its present state."""

    id: int
    model: BatteryModel
    state: BatteryState[float]

    @property
    def open_voltage_v(self) -> float:
        """Terminal voltage (V) without a current."""
        return self.model.voltage_v(self.state, 0.0)

    def rest(self, seconds: float) -> None:
        """Let time pass without a current."""
        self.state = self.model.step(self.state, 0.0, seconds)


class BatteryPool:
    """The batteries of a unit by their id."""

    def __init__(self, states: Mapping[int, BatteryState[float]]) -> None:
        self._states = dict(states)
        self._taken: dict[int, VirtualBattery] = {}

    def take(self, limits: BatteryLimits) -> VirtualBattery:
        """Return a battery as it was left; one that was never here is about half charged."""
        if (earlier := self._taken.get(limits.id)) is not None:
            self._states[limits.id] = earlier.state
        model = model_for(limits)
        state = self._states.get(limits.id) or model.rested(_first_soc(limits.id))
        battery = self._taken[limits.id] = VirtualBattery(limits.id, model, state)
        return battery


def model_for(limits: BatteryLimits) -> BatteryModel:
    """Return the model of a registered battery; what is not known of it is guessed."""
    return guessed_model(
        limits.technology,
        limits.chemistry,
        cells=limits.cells,
        capacity_ah=limits.capacity_ah,
        voltage_max_v=limits.voltage[1],
        kind=Kind(limits.kind) if limits.kind in set(Kind) else None,
    )


def _first_soc(battery_id: int) -> float:
    return random.Random(battery_id).uniform(*FIRST_SOC)  # noqa: S311 - a battery, no secret
