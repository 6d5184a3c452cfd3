"""What fields of messages may hold, and what every message and every part of one has."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MAX_TEXT = 250  # letters
MAX_SAMPLES = 2_000  # in one message
MAX_INSTRUCTIONS = 20_000
MAX_CHANNELS = 64
MAX_ID = 2**31 - 1  # what every engine's integer holds
MAX_NUMBER = 1e12

HardwareId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{2,38}[a-z0-9]$")]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
DeviceText = Annotated[str, Meta(min_length=1, max_length=30)]
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
