"""The topics of WattRex units; all begin with a slash."""

import re
from dataclasses import dataclass
from enum import StrEnum

REGISTER = "/register"
INFORM = "/inform_reg"
HEARTBEATS = "/+/heartbeat"
DEVICES = "/+/detected_dev"

_OF_A_UNIT = re.compile(r"/([0-9]{1,8})/(heartbeat|detected_dev)")


class Kind(StrEnum):
    """What a unit's message is about."""

    REGISTER = "register"
    HEARTBEAT = "heartbeat"
    DEVICES = "detected_dev"


@dataclass(frozen=True)
class Source:
    """Where a message came from; the unit's number is 0 while it has none."""

    kind: Kind
    unit_id: int


def parse_topic(topic: str) -> Source | None:
    """Return what a topic says; None for one that units do not publish on."""
    if topic == REGISTER:
        return Source(Kind.REGISTER, 0)
    match = _OF_A_UNIT.fullmatch(topic)
    if match is None:
        return None
    return Source(Kind(match[2]), int(match[1]))


def sender_of(topic: str) -> str | None:
    """Return the name under which what a unit sends is counted."""
    source = parse_topic(topic)
    if source is None:
        return None
    return f"wattrex unit {source.unit_id}" if source.unit_id else "wattrex registration"
