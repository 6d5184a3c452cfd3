"""From where a run begins: what it executes, on which battery, with which charge."""

from dataclasses import dataclass

from cycling.battery.chemistry import model_of_described, state_at
from cycling.battery.description import NewBattery
from cycling.battery.model import BatteryModel, BatteryState
from cycling.profile import Program, parse, resolve


@dataclass(frozen=True)
class RunStart:
    """A program, the model of the battery, and its state when its first measure was taken."""

    program: Program
    model: BatteryModel
    state: BatteryState[float]


def run_start(
    text: str,
    battery: NewBattery,
    capacity_ah: float | None,
    voltage_v: float | None,
    current_a: float,
) -> RunStart | None:
    """Return from where a profile's text goes on after the first measure (V, A) of its run.

    `capacity_ah` is what its C-rates go by, None for that of the battery. None without a voltage,
    or where the text has no program.
    """
    profile = parse(text).profile
    program = resolve(profile, capacity_ah or battery.capacity_ah).program if profile else None
    if program is None or voltage_v is None:
        return None
    model = model_of_described(battery)
    return RunStart(program, model, state_at(model, voltage_v, current_a))
