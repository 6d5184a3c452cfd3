"""How far an experiment is, and what it runs on."""

from dataclasses import dataclass

import msgspec

from cycling.terms import StationState
from master_node.virtual_cycler.battery import VirtualBattery
from master_node.virtual_cycler.records import Recorder
from master_node.virtual_cycler.safety import Guard
from master_node.virtual_cycler.sensors import Sensors


class Progress(msgspec.Struct, kw_only=True):
    """How far an experiment is, as it is kept on disk: times in test time (s), Ah and Wh."""

    state: StationState = StationState.RUNNING
    detail: str = ""
    position: int = 0  # among the instructions of the offer
    test_time_s: float = 0.0
    began_s: float | None = None  # the instruction; None: it is still to begin
    step_began_s: float = 0.0
    charge_ah: float = 0.0  # magnitudes since the step began
    energy_wh: float = 0.0
    start_degc: float = 0.0
    kept_s: float = 0.0  # the last sample
    kept_v: float = 0.0
    samples: int = 0  # numbers that are taken
    events: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will be recorded."""
        return self.state in (StationState.IDLE, StationState.ERROR)


@dataclass(frozen=True, slots=True)
class Bench:
    """What an experiment runs on."""

    battery: VirtualBattery
    sensors: Sensors
    guard: Guard
    recorder: Recorder
    max_current_a: float
