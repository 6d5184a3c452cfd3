"""The messages of bem/v1 as plain data; docs/protocol.md explains each field.

Units are V, A, W, s, degC, Ah, Wh; a positive current charges. Times named `at` are Unix seconds
by the sender's clock. Unknown fields are ignored, so that a newer sender may say more.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from cycling.terms import Mode, StationCommand, StationState, Technology
from master_node.protocol.events import AnyEvent
from master_node.protocol.fields import (
    MAX_CHANNELS,
    MAX_INSTRUCTIONS,
    MAX_SAMPLES,
    AckPosition,
    Column,
    Count,
    DeviceText,
    HardwareId,
    Id,
    Message,
    Moment,
    Number,
    Part,
    Range,
    Seconds,
    Text,
)


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

    link: DeviceText
    name: DeviceText
    manufacturer: DeviceText
    model: DeviceText
    type: Literal["Source", "BiSource", "Load", "Meter", "Epc", "Bms", "Bk", "Flow"]
    serial_number: DeviceText
    abilities: Abilities
    channels: Annotated[list[ChannelOffer], Meta(max_length=MAX_CHANNELS)] = field(
        default_factory=list
    )


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
    stations: Annotated[list[StationHeartbeat], Meta(max_length=100)] = field(default_factory=list)


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
    channels: list[StationChannel] = field(default_factory=list)


class SetupMessage(Message, frozen=True, kw_only=True):
    """down/welcome: the answer to hello, again whenever the stations change."""

    unit: Id
    at: Moment
    stations: list[StationSetup]
    resume: dict[str, AckPosition] = field(
        default_factory=dict
    )  # experiment id: everything up to this MeasID is stored


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
    """The battery that must be connected; its own limits hold beside those of the profile.

    `kind` is a word of docs/protocol.md, one that a unit does not know is none to it.
    """

    id: Id
    name: str
    serial_number: str
    technology: Technology
    chemistry: str
    cells: Count
    voltage: Range
    current: Range
    capacity_ah: Number | None = None
    kind: str = ""


class Offer(Message, frozen=True, kw_only=True):
    """down/offer: an experiment for an idle station. Answered by `OfferAnswer`; idempotent.

    A station that has begun it, or has had it, answers what it answered before. What it has refused
    it decides anew if `attempt` is higher than that of the answer: a person wants it to try again.
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
    attempt: Count = 0


class OfferAnswer(Message, frozen=True, kw_only=True):
    """up/offer-answer: whether the station has taken the experiment, and why not.

    `attempt` is that of the offer; None from a unit that does not know of attempts.
    """

    experiment: Id
    station: Id
    accepted: bool
    reason: Text = ""
    attempt: Count | None = None


class Samples(Part, frozen=True, kw_only=True):
    """Consecutive samples, column by column; all columns have the same length.

    `test_time_s` is the time in which the experiment was not paused, by the station's clock. Of
    samples that were taken while it was `paused` instruction, step and cycle are those that wait.
    """

    first: Count  # the MeasID of the first one; they start at 0 and have no gaps
    at: Annotated[list[Moment], Meta(min_length=1, max_length=MAX_SAMPLES)]
    test_time_s: Annotated[list[Seconds], Meta(max_length=MAX_SAMPLES)]
    instruction: Annotated[list[Count], Meta(max_length=MAX_SAMPLES)]
    step: Annotated[list[Count], Meta(max_length=MAX_SAMPLES)]
    cycle: Annotated[list[Count], Meta(max_length=MAX_SAMPLES)]
    voltage: Column
    current: Column
    power: Column = field(default_factory=list)  # empty: voltage times current
    extended: Annotated[dict[str, Column], Meta(max_length=MAX_CHANNELS)] = field(
        default_factory=dict
    )  # by channel id
    paused: Annotated[list[bool], Meta(max_length=MAX_SAMPLES)] = field(
        default_factory=list
    )  # empty: none was

    def __post_init__(self) -> None:
        lengths = {len(column) for column in (self.test_time_s, self.voltage, self.current)}
        lengths |= {len(column) for column in (self.instruction, self.step, self.cycle)}
        lengths |= {len(column) for column in self.extended.values()}
        may_miss = {len(self.power), len(self.paused)} - {0}
        if lengths != {len(self.at)} or may_miss - lengths:
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
    events: Annotated[list[AnyEvent], Meta(max_length=500)] = field(default_factory=list)


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
