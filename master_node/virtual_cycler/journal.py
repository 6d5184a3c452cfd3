"""The events of an experiment in their order, numbered."""

from typing import Any, NamedTuple

from master_node.protocol.events import AnyEvent


class Moment(NamedTuple):
    """Wall time (Unix, s) and test time (s) at which something happened."""

    at: float
    test_time_s: float


class Journal:
    """Notes what happens; `number` is that of the next event."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._events: list[AnyEvent] = []

    def drain(self) -> list[AnyEvent]:
        """Return the events since the last call."""
        events, self._events = self._events, []
        return events

    def stamp(self, moment: Moment) -> dict[str, Any]:
        """Return the fields that every event has: number and times of the next one."""
        return {"n": self.number, **moment._asdict()}

    def note(self, event: AnyEvent) -> None:
        """Add an event with the latest stamp."""
        self._events.append(event)
        self.number += 1
