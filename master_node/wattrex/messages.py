"""What WattRex units say, every field checked: types of ours, made from their pickles."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from db.commands.wattrex.units import WattrexDevice, WattrexIdentity
from master_node.protocol.codec import RefusedError
from master_node.wattrex import pickles
from master_node.wattrex.pickles import RegisterStep
from master_node.wattrex.topics import Kind

MAX_MAC = 2**48 - 1
MAX_HOST, MAX_IP, MAX_USER, MAX_DEVICE_TEXT = 50, 20, 30, 30
MAX_DEVICES = 500
MAX_ID = 2**31 - 1


@dataclass(frozen=True)
class Registration:
    """A unit that wants a number, or asks for the one that it was offered."""

    step: RegisterStep
    identity: WattrexIdentity


@dataclass(frozen=True)
class Heartbeat:
    """A unit lives; `at` by its own clock, UTC."""

    at: datetime


@dataclass(frozen=True)
class DetectedDevices:
    """All devices that a unit has found."""

    devices: tuple[WattrexDevice, ...]


Message = Registration | Heartbeat | DetectedDevices


def decode(kind: Kind, payload: bytes) -> Message:
    """Read and check a message. Raises RefusedError with a reason that names the field."""
    content = pickles.read(kind, payload)
    if kind is Kind.REGISTER:
        return _registration(_fields(content, pickles.PickledUnit))
    if kind is Kind.HEARTBEAT:
        return _heartbeat(_fields(content, pickles.PickledHeartbeat))
    if type(content) is not list or len(content) > MAX_DEVICES:
        raise RefusedError("field", f"no list of up to {MAX_DEVICES} devices")
    return DetectedDevices(tuple(_device(_fields(one, pickles.PickledDevice)) for one in content))


def _registration(fields: Mapping[str, Any]) -> Registration:
    identity = WattrexIdentity(
        mac=_number(fields, "mac", 1, MAX_MAC),
        user=_text(fields, "user", MAX_USER),
        ip=_text(fields, "ip", MAX_IP),
        port=_number(fields, "port", 0, 65_535),
        host=_text(fields, "hostname", MAX_HOST),
    )
    return Registration(_step(fields), identity)


def _step(fields: Mapping[str, Any]) -> RegisterStep:
    step = fields.get("msg_type")
    number = step.number if isinstance(step, pickles.PickledStep) else None
    if type(number) is not int or number not in (RegisterStep.DISCOVER, RegisterStep.REQUEST):
        raise RefusedError("field", "msg_type is neither DISCOVER nor REQUEST")
    return RegisterStep(number)


def _heartbeat(fields: Mapping[str, Any]) -> Heartbeat:
    at = fields.get("timestamp")
    if type(at) is not datetime or at.tzinfo is not None or not 1990 < at.year < 2200:
        raise RefusedError("field", "timestamp is no time without a zone")
    return Heartbeat(at.replace(tzinfo=UTC))


def _device(fields: Mapping[str, Any]) -> WattrexDevice:
    return WattrexDevice(
        kind_id=_number(fields, "comp_dev_id", 1, MAX_ID),
        serial_number=_text_or_number(fields, "serial_number"),
        link=_text_or_number(fields, "link_name"),
    )


def _fields(content: object, expected: type[pickles.PickledObject]) -> Mapping[str, Any]:
    if type(content) is not expected:
        raise RefusedError("field", f"a {type(content).__name__} is not what belongs here")
    return getattr(content, "fields", {})


def _number(fields: Mapping[str, Any], name: str, low: int, high: int) -> int:
    value = fields.get(name)
    if type(value) is not int or not low <= value <= high:
        raise RefusedError("field", f"{name} is no whole number from {low} to {high}")
    return value


def _text(fields: Mapping[str, Any], name: str, max_length: int) -> str:
    value = fields.get(name)
    if type(value) is not str or len(value) > max_length or not (value.isprintable() or not value):
        raise RefusedError("field", f"{name} is no text of up to {max_length} letters")
    return value


def _text_or_number(fields: Mapping[str, Any], name: str) -> str:
    """Units send some of these as numbers and some as texts; here all are texts."""
    value = fields.get(name)
    if type(value) is int and abs(value) < 10**MAX_DEVICE_TEXT:
        return str(value)
    return _text(fields, name, MAX_DEVICE_TEXT)
