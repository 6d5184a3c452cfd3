"""The messages of bem/v1 as plain data; docs/protocol.md explains each field.

Units are V, A, W, s, degC, Ah, Wh; a positive current charges. Times named `at` are Unix seconds
by the sender's clock. Unknown fields are ignored, so that a newer sender may say more.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cycling.terms import Mode, StationCommand, StationState, StepEnd, Technology

MAX_SAMPLES = 2_000  # in one message
MAX_INSTRUCTIONS = 20_000
MAX_CHANNELS = 64
MAX_ID = 2**31 - 1  # what every engine's integer holds
MAX_NUMBER = 1e12

HardwareId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{2,38}[a-z0-9]$")]
Text = Annotated[str, Meta(max_length=250)]
Id = Annotated[int, Meta(ge=1, le=MAX_ID)]
Count = Annotated[int, Meta(ge=0, le=MAX_ID)]
AckPosition = Annotated[int, Meta(ge=-1, le=MAX_ID)]  # -1: nothing yet
Number = Annotated[float, Meta(ge=-MAX_NUMBER, le=MAX_NUMBER)]
Seconds = Annotated[float, Meta(ge=0, le=1e10)]
Moment = Annotated[float, Meta(ge=0, le=4e9)]  # until the year 2096
Range = tuple[Number, Number]
Column = Annotated[list[Number | None], Meta(max_length=MAX_SAMPLES)]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What every message has: the version of the protocol."""

    v: Literal[1] = 1


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a message."""


class Presence(Message, frozen=True, kw_only=True):
    """up/presence, retained: whether the unit is connected; `false` is its last will."""

    online: bool


class MasterPresence(Message, frozen=True, kw_only=True):
    """bem/v1/master, retained: whether a master node leads, and under which epoch."""

    online: bool
    epoch: Count


class ChannelOffer(Part, frozen=True, kw_only=True):
    """A channel of a device beside voltage, current and power."""

    name: Annotated[str, Meta(min_length=1, max_length=20)]
    unit: Annotated[str, Meta(max_length=30)] = ""


class Abilities(Part, frozen=True, kw_only=True):
    """What a device can carry out; what is missing here is refused before it is offered."""

    voltage: Range
    current: Range
    modes: tuple[Mode, ...] = (Mode.WAIT, Mode.CC, Mode.CV, Mode.CP)
    several_limits: bool = False
    limits_current: bool = False  # takes `max_current` in CV and CP steps
    capacity_limit: bool = False
    energy_limit: bool = False
    temperature_limit: bool = False
    safety: bool = False  # acts on the limits of `Safety` by itself
    pause: bool = False
    exact: bool = True  # set-points are not rounded to mA, mV, mW
    record: bool = False
    shortest_step_s: Seconds = 0.0


class Device(Part, frozen=True, kw_only=True):
    """A device that a unit has found on one of its links."""

    link: Annotated[str, Meta(min_length=1, max_length=30)]
    name: Annotated[str, Meta(min_length=1, max_length=30)]
    manufacturer: Annotated[str, Meta(min_length=1, max_length=30)]
    model: Annotated[str, Meta(min_length=1, max_length=30)]
    type: Literal["Source", "BiSource", "Load", "Meter", "Epc", "Bms", "Bk", "Flow"]
    serial_number: Annotated[str, Meta(min_length=1, max_length=30)]
    abilities: Abilities
    channels: Annotated[list[ChannelOffer], Meta(max_length=MAX_CHANNELS)] = []


class Hello(Message, frozen=True, kw_only=True):
    """up/hello: a unit introduces itself, after every connect and when a master node appears."""

    hardware_id: HardwareId
    host_name: Annotated[str, Meta(max_length=50)]
    software: Annotated[str, Meta(max_length=60)]
    at: Moment
    devices: Annotated[list[Device], Meta(max_length=100)]
    simulated: bool = False
    speed: Annotated[float, Meta(gt=0, le=10_000)] = 1.0


class Devices(Message, frozen=True, kw_only=True):
    """up/devices: what the unit has found after it was told to detect."""

    devices: Annotated[list[Device], Meta(max_length=100)]


class StationHeartbeat(Part, frozen=True, kw_only=True):
    """What one station does at this moment."""

    station: Id
    state: StationState
    output_on: bool
    experiment: Id | None = None
    instruction: Count | None = None
    instruction_began_s: Seconds | None = None  # test time
    step: Count | None = None
    cycle: Count | None = None
    test_time_s: Seconds | None = None
    voltage: Number | None = None
    current: Number | None = None
    temperature: Number | None = None
    pending: Count = 0
    detail: Text = ""


class Heartbeat(Message, frozen=True, kw_only=True):
    """up/beat, every 2 s: the unit lives, its clock, what its stations do."""

    at: Moment
    stations: Annotated[list[StationHeartbeat], Meta(max_length=100)] = []


class StationChannel(Part, frozen=True, kw_only=True):
    """A channel that a station records, by the id under which its values are sent."""

    id: Id
    device: str  # the link
    name: str  # as the device offered it
    unit: str = ""


class StationSetup(Part, frozen=True, kw_only=True):
    """A station of this unit, as the laboratory has set it up."""

    station: Id
    name: str
    devices: list[str]  # links
    channels: list[StationChannel] = []


class SetupMessage(Message, frozen=True, kw_only=True):
    """down/welcome: the answer to hello, again whenever the stations change."""

    unit: Id
    at: Moment
    stations: list[StationSetup]
    resume: dict[str, AckPosition] = {}  # experiment id: everything up to this MeasID is stored


class Limit(Part, frozen=True, kw_only=True):
    """An end condition: whichever of a step's limits comes first ends it.

    TIME in s, VOLTAGE in V, CURRENT and POWER as magnitudes in A and W, CAPACITY in Ah, ENERGY in
    Wh (both since the step began, magnitudes), TEMPERATURE in degC.
    """

    type: Literal["TIME", "VOLTAGE", "CURRENT", "POWER", "CAPACITY", "ENERGY", "TEMPERATURE"]
    value: Number


class Instruction(Part, frozen=True, kw_only=True):
    """One instruction of an experiment; the set-point is in A, V or W by the mode, 0 for WAIT."""

    id: Count
    mode: Mode
    set_point: Number
    limits: Annotated[list[Limit], Meta(min_length=1, max_length=7)]
    max_current: Number | None = None
    step: Count = 0  # rows of one long step share it; 0: each row is a step
    cycle: Count = 0  # the running number of the cycle it belongs to, 0: none


class Safety(Part, frozen=True, kw_only=True):
    """Limits that abort: output off, the experiment ends in error. None: not watched."""

    voltage: Range | None = None
    current: Range | None = None
    temperature: Range | None = None
    charge_temperature_min: Number | None = None  # no charge below it
    silent_s: Seconds = 5.0  # a watched channel that says nothing for so long is a trip


class BatteryLimits(Part, frozen=True, kw_only=True):
    """The battery that must be connected; its own limits hold beside those of the profile."""

    id: Id
    name: str
    serial_number: str
    technology: Technology
    chemistry: str
    cells: Count
    voltage: Range
    current: Range
    capacity_ah: Number | None = None


class Offer(Message, frozen=True, kw_only=True):
    """down/offer: an experiment for an idle station. Answered by `OfferAnswer`; idempotent.

    A station that has begun it, or has had it, answers what it answered before.
    """

    experiment: Id
    name: str
    station: Id
    epoch: Count
    expires_at: Moment
    battery: BatteryLimits
    safety: Safety
    instructions: Annotated[list[Instruction], Meta(min_length=1, max_length=MAX_INSTRUCTIONS)]
    record_s: Seconds = 1.0
    record_v: Number | None = None


class OfferAnswer(Message, frozen=True, kw_only=True):
    """up/offer-answer: whether the station has taken the experiment, and why not."""

    experiment: Id
    station: Id
    accepted: bool
    reason: Text = ""


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
    """Output off, counters kept. Interrupted: the unit was off and nobody asked for it."""

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


class Samples(Part, frozen=True, kw_only=True):
    """Consecutive samples, column by column; all columns have the same length.

    `test_time_s` is the time in which the experiment was not paused, by the station's clock.
    """

    first: Count  # the MeasID of the first one; they start at 0 and have no gaps
    at: Annotated[list[Moment], Meta(min_length=1, max_length=MAX_SAMPLES)]
    test_time_s: Annotated[list[Seconds], Meta(max_length=MAX_SAMPLES)]
    instruction: Annotated[list[Count], Meta(max_length=MAX_SAMPLES)]
    step: Annotated[list[Count], Meta(max_length=MAX_SAMPLES)]
    cycle: Annotated[list[Count], Meta(max_length=MAX_SAMPLES)]
    voltage: Column
    current: Column
    power: Column = []  # empty: voltage times current
    extended: Annotated[dict[str, Column], Meta(max_length=MAX_CHANNELS)] = {}  # by channel id

    def __post_init__(self) -> None:
        lengths = {len(column) for column in (self.test_time_s, self.voltage, self.current)}
        lengths |= {len(column) for column in (self.instruction, self.step, self.cycle)}
        lengths |= {len(column) for column in self.extended.values()}
        if lengths != {len(self.at)} or len(self.power) not in (0, len(self.at)):
            raise ValueError("the columns have different lengths")
        if not all(key.isascii() and key.isdigit() and len(key) < 10 for key in self.extended):
            raise ValueError("an extended channel is named by its id")

    @property
    def last(self) -> int:
        """The MeasID of the last sample."""
        return self.first + len(self.at) - 1


class Records(Message, frozen=True, kw_only=True):
    """up/records: samples and events that are not acknowledged yet, oldest first."""

    experiment: Id
    station: Id
    samples: Samples | None = None
    events: Annotated[list[AnyEvent], Meta(max_length=500)] = []


class Ack(Message, frozen=True, kw_only=True):
    """down/ack, after the commit: all samples and events up to these are stored.

    The unit may forget them; from the next one on it sends again. `unknown`: no such experiment is
    known of this unit; it keeps everything and is silent about it.
    """

    experiment: Id
    samples: AckPosition
    events: AckPosition
    unknown: bool = False


class Command(Message, frozen=True, kw_only=True):
    """down/command: idempotent by its id. After `expires_at` it must not be carried out.

    A stop has no expiry; it is repeated until it is answered.
    """

    id: Id
    kind: StationCommand
    epoch: Count
    station: Id | None = None
    experiment: Id | None = None
    expires_at: Moment | None = None
    reason: Text = ""


class CommandAnswer(Message, frozen=True, kw_only=True):
    """up/answer: a command was carried out, or why not; the same again when it is repeated."""

    id: Id
    done: bool
    at: Moment
    reason: Text = ""
    output_off: bool | None = None


def as_plain(part: msgspec.Struct) -> dict[str, Any]:
    """Return plain values of a part, for a JSON column."""
    plain: dict[str, Any] = msgspec.to_builtins(part)
    return plain
