"""Messages to bytes and back: UTF-8 JSON, limited in size, checked field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from master_node.protocol import messages
from master_node.protocol.fields import Message
from master_node.protocol.topics import Address, Kind

Some = TypeVar("Some", bound=Message)

KB = 1024
TYPES: Mapping[Kind, type[Message]] = {
    Kind.PRESENCE: messages.Presence,
    Kind.HELLO: messages.Hello,
    Kind.HEARTBEAT: messages.Heartbeat,
    Kind.DEVICES: messages.Devices,
    Kind.OFFER_ANSWER: messages.OfferAnswer,
    Kind.RECORDS: messages.Records,
    Kind.ANSWER: messages.CommandAnswer,
    Kind.SET_UP: messages.SetupMessage,
    Kind.OFFER: messages.Offer,
    Kind.ACK: messages.Ack,
    Kind.COMMAND: messages.Command,
}
MAX_BYTES: Mapping[Kind, int] = {  # bytes
    Kind.HELLO: 256 * KB,
    Kind.DEVICES: 256 * KB,
    Kind.HEARTBEAT: 64 * KB,
    Kind.RECORDS: 1024 * KB,
    Kind.SET_UP: 1024 * KB,
    Kind.OFFER: 8 * 1024 * KB,
}
USUAL = 4 * KB

_decoders: dict[Kind, msgspec.json.Decoder[Message]] = {
    kind: msgspec.json.Decoder(type_) for kind, type_ in TYPES.items()
}
_master = msgspec.json.Decoder(messages.MasterPresence)
_encoder = msgspec.json.Encoder()


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to a unit, to be published once its transaction is committed."""

    address: Address
    payload: bytes

    @classmethod
    def to(cls, hardware_id: str, kind: Kind, message: Message) -> "OutgoingMessage":
        """Return a message as it is published."""
        return cls(Address(hardware_id, kind), encode(message))


class RefusedError(ValueError):
    """A message that is not taken. `kind` groups the reasons: size, json, field."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


def encode(message: Message) -> bytes:
    """Return a message as JSON."""
    return _encoder.encode(message)


def decode(kind: Kind, payload: bytes) -> Message:
    """Read and check a message. Raises RefusedError with a reason that names the field."""
    return _read(_decoders[kind], payload, MAX_BYTES.get(kind, USUAL))


def decode_master(payload: bytes) -> messages.MasterPresence:
    """Read the master node's presence. Raises RefusedError."""
    return _read(_master, payload, USUAL)


def _read(decoder: "msgspec.json.Decoder[Some]", payload: bytes, max_bytes: int) -> Some:
    if len(payload) > max_bytes:
        raise RefusedError("size", f"{len(payload)} bytes, at most {max_bytes} are taken")
    try:
        return decoder.decode(payload)
    except msgspec.ValidationError as error:
        raise RefusedError("field", str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError("json", f"not JSON: {error}") from error
