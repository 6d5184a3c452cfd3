"""The events of an experiment in their order, numbered."""

from typing import NamedTuple

from cycling.terms import StepEnd
from master_node.protocol.messages import (
    AnyEvent,
    Ended,
    Paused,
    Resumed,
    Started,
    StepEnded,
    Tripped,
)
from master_node.virtual_cycler.safety import Breach

MAX_TEXT = 250


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

    def started(self, when: Moment) -> None:
        """Note that the first instruction begins."""
        self._note(Started(n=self.number, at=when.at, test_time_s=when.test_time_s))

    def step_ended(
        self, when: Moment, instruction: int, step: int, by: StepEnd, value: float | None
    ) -> None:
        """Note what ended a step, at which value."""
        self._note(
            StepEnded(
                n=self.number,
                at=when.at,
                test_time_s=when.test_time_s,
                instruction=instruction,
                step=step,
                ended_by=by,
                value=None if value is None else round(value, 6),
            )
        )

    def paused(
        self,
        when: Moment,
        before_v: float | None,
        voltage_v: float | None,
        *,
        command: int = 0,
        interrupted: bool = False,
    ) -> None:
        """Note that the output is off, with the voltage before and now."""
        self._note(
            Paused(
                n=self.number,
                at=when.at,
                test_time_s=when.test_time_s,
                command=command,
                interrupted=interrupted,
                voltage_before=before_v,
                voltage=voltage_v,
            )
        )

    def resumed(self, when: Moment, command: int) -> None:
        """Note that the instruction goes on."""
        self._note(
            Resumed(n=self.number, at=when.at, test_time_s=when.test_time_s, command=command)
        )

    def tripped(self, when: Moment, breach: Breach) -> None:
        """Note which safety limit was passed."""
        self._note(
            Tripped(
                n=self.number,
                at=when.at,
                test_time_s=when.test_time_s,
                channel=breach.channel,
                value=breach.value,
                limit=breach.limit,
                text=breach.text,
            )
        )

    def finished(self, when: Moment) -> None:
        """Note that all instructions were carried out."""
        self._note(
            Ended(n=self.number, at=when.at, test_time_s=when.test_time_s, result="finished")
        )

    def stopped(self, when: Moment, reason: str) -> None:
        """Note that somebody stopped it."""
        self._note(
            Ended(
                n=self.number,
                at=when.at,
                test_time_s=when.test_time_s,
                result="stopped",
                reason=reason[:MAX_TEXT],
            )
        )

    def failed(self, when: Moment, reason: str) -> None:
        """Note that it ended in error."""
        self._note(
            Ended(
                n=self.number,
                at=when.at,
                test_time_s=when.test_time_s,
                result="error",
                reason=reason[:MAX_TEXT],
            )
        )

    def _note(self, event: AnyEvent) -> None:
        self._events.append(event)
        self.number += 1
