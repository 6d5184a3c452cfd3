"""Pickles as WattRex units send them, read without running anything of theirs.

A pickle is a program. Ours may do nothing but make lists, texts, numbers, a time, and instances of
the classes here, which do nothing. What else it says is refused before it is run: `pickletools`
lists its steps without taking them.
"""

import io
import pickle
import pickletools
from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any, Never

from db.commands.wattrex.units import WattrexIdentity
from master_node.protocol.codec import RefusedError
from master_node.wattrex.topics import Kind

MODULE = "wattrex_cycler_datatypes.comm_data.comm_data"
MAX_BYTES: Mapping[Kind, int] = {  # bytes; the largest that were captured have 204, 153 and 181
    Kind.REGISTER: 2_048,
    Kind.HEARTBEAT: 1_024,
    Kind.DEVICES: 64 * 1024,  # some hundred devices
}
MAX_MEMO = 5_000  # a memo index; a large one would make the reader reserve gigabytes
STEPS = frozenset(
    (
        *("PROTO", "FRAME", "STOP", "MARK", "NONE", "BININT", "BININT1", "BININT2", "LONG1"),
        *("SHORT_BINUNICODE", "BINUNICODE", "SHORT_BINBYTES", "BINBYTES", "EMPTY_TUPLE", "TUPLE"),
        *("TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_DICT", "SETITEM"),
        *("SETITEMS", "MEMOIZE", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET", "GLOBAL"),
        *("STACK_GLOBAL", "NEWOBJ", "REDUCE", "BUILD"),
    )
)
MEMO_STEPS = ("BINPUT", "LONG_BINPUT")


class RegisterStep(IntEnum):
    """The four messages of a registration, by their numbers."""

    DISCOVER = 0
    OFFER = 1
    REQUEST = 2
    ACK = 3


class PickledObject:
    """An instance of a WattRex class: nothing but what its sender has written into it."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}

    def __new__(cls, *arguments: object) -> "PickledObject":
        """Take no arguments, as these classes are pickled."""
        if arguments:
            raise TypeError("it is pickled without arguments")
        return super().__new__(cls)

    def __setstate__(self, state: object) -> None:
        """Keep what the pickle says, instead of setting attributes by its names."""
        if not isinstance(state, dict) or not all(type(key) is str for key in state):
            raise TypeError("its fields are no names with values")
        self.fields = state


class PickledUnit(PickledObject):
    """In the place of CommDataCuC."""


class PickledHeartbeat(PickledObject):
    """In the place of CommDataHeartbeatC."""


class PickledDevice(PickledObject):
    """In the place of CommDataDeviceC."""


class PickledStep:
    """In the place of CommDataRegisterTypeE: a number."""

    def __init__(self, number: object) -> None:
        self.number = number

    def __setstate__(self, state: object) -> None:
        """Refuse to be changed: a number is all there is."""
        raise TypeError("it has no fields")


ADMITTED: Mapping[Kind, Mapping[tuple[str, str], type]] = {
    Kind.REGISTER: {
        (MODULE, "CommDataCuC"): PickledUnit,
        (MODULE, "CommDataRegisterTypeE"): PickledStep,
    },
    Kind.HEARTBEAT: {
        (MODULE, "CommDataHeartbeatC"): PickledHeartbeat,
        ("datetime", "datetime"): datetime,
    },
    Kind.DEVICES: {(MODULE, "CommDataDeviceC"): PickledDevice},
}


def read(kind: Kind, payload: bytes) -> object:
    """Return what a pickle says. Raises RefusedError for all that a unit would not send."""
    if len(payload) > MAX_BYTES[kind]:
        raise RefusedError("size", f"{len(payload)} bytes, at most {MAX_BYTES[kind]} are taken")
    _check_steps(payload)
    try:
        return _Reader(io.BytesIO(payload), ADMITTED[kind]).load()
    except RefusedError:
        raise
    except Exception as error:  # a boundary: a pickle can fail in any way
        raise RefusedError("pickle", f"not readable: {type(error).__name__}: {error}") from error


def write_registration(step: RegisterStep, identity: WattrexIdentity, unit_id: int) -> bytes:
    """Return a CommDataCuC as a pickle of protocol 2, which units of every Python read."""
    fields: dict[str, bytes] = {
        "msg_type": _global("CommDataRegisterTypeE") + _number(step) + b"\x85R",
        "mac": _number(identity.mac),
        "user": _text(identity.user),
        "ip": _text(identity.ip),
        "port": _number(identity.port),
        "hostname": _text(identity.host),
        "cu_id": _number(unit_id),
    }
    items = b"".join(_text(name) + value for name, value in fields.items())
    return b"\x80\x02" + _global("CommDataCuC") + b")\x81}(" + items + b"ub."


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, admitted: Mapping[tuple[str, str], type]) -> None:
        super().__init__(file)
        self._admitted = admitted

    def find_class(self, module: str, name: str) -> type:
        """Return a class of ours for a name that is admitted here."""
        own_class = self._admitted.get((module, name))
        if own_class is None:
            raise RefusedError("pickle", f"{module}.{name} has no place here"[:200])
        return own_class

    def persistent_load(self, _id: object) -> Never:
        """Refuse what the base class refuses too; said here so that it stays so."""
        raise RefusedError("pickle", "it refers to something outside of it")


def _check_steps(payload: bytes) -> None:
    try:
        steps = [(step.name, argument) for step, argument, _place in pickletools.genops(payload)]
    except Exception as error:  # garbage fails in any way
        raise RefusedError("pickle", f"not a pickle: {type(error).__name__}") from error
    for name, argument in steps:
        if name not in STEPS:
            raise RefusedError("pickle", f"the step {name} has no place here")
        if name in MEMO_STEPS and isinstance(argument, int) and argument > MAX_MEMO:
            raise RefusedError("pickle", f"it remembers {argument} things")


def _global(name: str) -> bytes:
    return f"c{MODULE}\n{name}\n".encode()


def _text(text: str) -> bytes:
    raw = text.encode()
    return b"X" + len(raw).to_bytes(4, "little") + raw


def _number(number: int) -> bytes:
    """Return the steps that push a whole number."""
    if -(2**31) <= number < 2**31:
        return b"J" + int(number).to_bytes(4, "little", signed=True)
    size = number.bit_length() // 8 + 1
    return b"\x8a" + bytes([size]) + number.to_bytes(size, "little", signed=True)
