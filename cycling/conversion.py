"""Plain values as typed ones, in any thread."""

from threading import Lock
from typing import TypeVar

import msgspec

Kind = TypeVar("Kind")

_lock = Lock()
_kinds: set[object] = set()  # whose description is whole


def convert(value: object, kind: type[Kind]) -> Kind:
    """Return a plain value as an instance of a type. Raises msgspec.ValidationError.

    msgspec describes a class when it meets it first, and hangs the description on the class before
    it is whole: a second thread that comes meanwhile takes the process down. So one thread at a
    time meets a new type here.
    """
    if kind not in _kinds:
        with _lock:
            msgspec.json.Decoder(kind)
            _kinds.add(kind)
    return msgspec.convert(value, kind)
