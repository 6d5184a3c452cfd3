"""The topics of bem/v1: `bem/v1/<hardware id>/<up or down>/<kind>`, and the master node's own."""

import re
from dataclasses import dataclass
from enum import StrEnum

ROOT = "bem/v1"
MASTER = f"{ROOT}/master"
FROM_UNITS = f"{ROOT}/+/up/+"


class Kind(StrEnum):
    """The last word of a topic."""

    PRESENCE = "presence"
    HELLO = "hello"
    HEARTBEAT = "beat"
    DEVICES = "devices"
    OFFER_ANSWER = "offer-answer"
    RECORDS = "records"
    ANSWER = "answer"
    SET_UP = "welcome"
    OFFER = "offer"
    ACK = "ack"
    COMMAND = "command"


UP = frozenset(
    (
        *(Kind.PRESENCE, Kind.HELLO, Kind.HEARTBEAT, Kind.DEVICES),
        *(Kind.OFFER_ANSWER, Kind.RECORDS, Kind.ANSWER),
    )
)

_TOPIC = re.compile(r"bem/v1/([a-z0-9][a-z0-9-]{2,38}[a-z0-9])/(up|down)/([a-z-]{1,20})")


@dataclass(frozen=True)
class Address:
    """A unit and the kind of a message to or from it."""

    hardware_id: str
    kind: Kind

    @property
    def topic(self) -> str:
        """The topic that such messages are published on."""
        way = "up" if self.kind in UP else "down"
        return f"{ROOT}/{self.hardware_id}/{way}/{self.kind}"


def down_topics(hardware_id: str) -> str:
    """Return the filter that a unit subscribes to."""
    return f"{ROOT}/{hardware_id}/down/+"


def parse_topic(topic: str) -> Address | None:
    """Return the address that a topic names; None for a topic that is not ours."""
    match = _TOPIC.fullmatch(topic)
    if match is None:
        return None
    hardware_id, way, word = match.groups()
    try:
        kind = Kind(word)
    except ValueError:
        return None
    return Address(hardware_id, kind) if (kind in UP) == (way == "up") else None
