"""Events of an experiment, as its station sends them."""

from typing import Annotated, Literal

from msgspec import Meta

from cycling.terms import StepEnd
from master_node.protocol.fields import Count, Moment, Number, Part, Seconds, Text


class Event(Part, frozen=True, kw_only=True, tag_field="kind"):
    """Something that happened; numbered from 0 within the experiment, never renumbered."""

    n: Count
    at: Moment
    test_time_s: Seconds


class Started(Event, frozen=True, kw_only=True, tag="started"):
    """The first instruction begins."""


class StepEnded(Event, frozen=True, kw_only=True, tag="step_ended"):
    """A step is over: what ended it, at which value."""

    instruction: Count
    step: Count
    ended_by: StepEnd
    value: Number | None = None


class Paused(Event, frozen=True, kw_only=True, tag="paused"):
    """Output off, counters kept. Interrupted: the unit was off and nobody asked for it.

    Of what is paused already: the unit was off in the pause.
    """

    interrupted: bool = False
    command: Count = 0
    voltage_before: Number | None = None
    voltage: Number | None = None


class Resumed(Event, frozen=True, kw_only=True, tag="resumed"):
    """The instruction goes on."""

    command: Count = 0


class Tripped(Event, frozen=True, kw_only=True, tag="tripped"):
    """A safety limit was passed: output off. `Ended` follows."""

    channel: Annotated[str, Meta(max_length=40)]
    value: Number | None
    limit: Number | None
    text: Text


class Warned(Event, frozen=True, kw_only=True, tag="warned"):
    """Something that a person should look at; the experiment goes on."""

    code: Annotated[str, Meta(max_length=40)]
    text: Text


class Ended(Event, frozen=True, kw_only=True, tag="ended"):
    """Output off, no further sample follows."""

    result: Literal["finished", "stopped", "error"]
    reason: Text = ""
    output_off: bool = True


AnyEvent = Started | StepEnded | Paused | Resumed | Tripped | Warned | Ended
