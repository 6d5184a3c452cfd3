"""Heartbeats: what stations do, and what the units' clocks say."""

from dataclasses import dataclass, field

from db.commands.master_node.live_state import Report
from master_node.protocol.messages import StationHeartbeat

MAX_OFFSET_S = 5.0
OFF_IN_A_ROW = 3  # a message that was under way for long looks like a clock that is behind


@dataclass
class Clocks:
    """What the leader remembers of the units' clocks; the rest is in the database."""

    _latest: dict[str, float] = field(default_factory=dict)
    _came: dict[str, float] = field(default_factory=dict)
    _off: dict[str, list[float]] = field(default_factory=dict)  # by how much, one after the other

    def latest(self, hardware_id: str) -> float | None:
        """Return the time of the unit's last heartbeat by its own clock."""
        return self._latest.get(hardware_id)

    def note(self, hardware_id: str, at: float, offset_s: float) -> bool:
        """Remember a heartbeat; True when the clock has just turned out to be off.

        Heartbeats that come quicker than they were made were held up on their way, and say nothing
        of the clock; the transaction of one may be tried again.
        """
        came = at - offset_s  # by our own clock
        made_s = at - self._latest.get(hardware_id, float("-inf"))
        took_s = came - self._came.get(hardware_id, float("-inf"))
        self._latest[hardware_id], self._came[hardware_id] = at, came
        held_up = made_s == 0 or took_s < made_s / 2
        if abs(offset_s) <= MAX_OFFSET_S:
            self._off[hardware_id] = []
            return False
        if held_up:
            return False
        off = self._off.setdefault(hardware_id, [])
        off.append(offset_s)
        del off[: -OFF_IN_A_ROW - 1]
        return len(off) == OFF_IN_A_ROW

    def off_by_s(self, hardware_id: str) -> float:
        """Return the offset in s of the latest heartbeat that was under way the shortest.

        A way that takes time makes a clock look behind, never ahead.
        """
        return max(self._off[hardware_id])


def to_report(heartbeat: StationHeartbeat) -> Report:
    """Return a station's part of a heartbeat as the database takes it."""
    return Report(
        state=heartbeat.state,
        output_on=heartbeat.output_on,
        experiment_id=heartbeat.experiment,
        instruction_id=heartbeat.instruction,
        instruction_began_s=heartbeat.instruction_began_s,
        step=heartbeat.step,
        cycle=heartbeat.cycle,
        test_time_s=heartbeat.test_time_s,
        voltage_v=heartbeat.voltage,
        current_a=heartbeat.current,
        temperature_degc=heartbeat.temperature,
        pending=heartbeat.pending,
        detail=heartbeat.detail,
    )
