"""A reader's child process, seen by who asks it: started, heard, limited, ended."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any

from cycling.errors import InputError

GIB = 1024**3
_HEAR_S = 0.25
_ENDING_S = 10.0
_PIECE = 1024 * 1024
_FRAME_HEAD = 9  # one letter, eight bytes of length
_MAX_FRAME = GIB
# What a reader needs of our environment; passwords are none of it.
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_ENVIRONMENT = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True)
class ReadingLimits:
    """What a child may take: bytes of memory, s of processor, s without a word, unpacked bytes."""

    memory_bytes: int = 3 * GIB
    cpu_s: int = 900
    silence_s: float = 300.0
    unpacked_bytes: int = 16 * GIB


USUAL = ReadingLimits()


@dataclass(frozen=True)
class Request:
    """What a child is asked; `columns` None: describe the file, else give these of its columns."""

    path: str
    shown_name: str
    part: str = ""
    columns: tuple[int, ...] | None = None
    max_rows: int = sys.maxsize
    unpack_to: int = -1


class IdleChild:
    """Keeps the child that has opened a file, for what is asked next; it ends with this."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        weakref.finalize(self, _end_all, self._children)

    @contextmanager
    def asked(
        self,
        request: Request,
        limits: ReadingLimits = USUAL,
        on_wait: Callable[[], None] | None = None,
    ) -> Iterator["Child"]:
        """The child, or a new one while there is none that waits, with this request."""
        child = self._children.pop() if self._children else None
        try:
            if child:
                child.ask(request)
            else:
                child = Child(request, limits, on_wait or _nothing)
            yield child
        except BaseException:
            if child:
                child.end()
            raise
        if child.is_waiting:
            self._children.append(child)
        else:
            child.end()


def _end_all(children: list["Child"]) -> None:
    while children:
        children.pop().end()


class Child:
    """Gives the frames that the child sends: JSON and batches of rows."""

    def __init__(
        self, request: Request, limits: ReadingLimits, on_wait: Callable[[], None]
    ) -> None:
        self._name, self._limits, self._on_wait = request.shown_name, limits, on_wait
        self.is_waiting = False  # for a further request, all frames of the last one heard
        self._has_ended = False
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        kept |= {name: text for name, text in os.environ.items() if name.startswith("PYTHON")}
        order = json.dumps({"request": asdict(request), "limits": asdict(limits)})
        self._pipe, answers = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "cycling.formats.readers.child", order],
            stdin=subprocess.PIPE,  # further requests; it closes when we die
            stdout=answers,
            stderr=subprocess.DEVNULL,
            env=kept | _ENVIRONMENT,
            pass_fds=(request.unpack_to,) if request.unpack_to >= 0 else (),
        )
        os.close(answers)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._pipe, selectors.EVENT_READ)

    def ask(self, request: Request) -> None:
        """Ask a child that has answered for more of the same file; OSError if it is gone."""
        self.is_waiting = False
        if self._process.stdin:
            self._process.stdin.write(json.dumps(asdict(request)).encode() + b"\n")
            self._process.stdin.flush()

    def frames(self) -> Iterator[tuple[str, bytes]]:
        """(letter, content) until the child says that it is done; InputError if it fails."""
        while True:
            head = self._exactly(_FRAME_HEAD)
            kind, length = chr(head[0]), int.from_bytes(head[1:], "little")
            if length > _MAX_FRAME:
                raise self._ended()
            content = self._exactly(length)
            if kind == "E":
                raise InputError(content.decode())
            if kind == "D":
                self.is_waiting = True
                return
            yield kind, content

    def json(self) -> dict[str, Any]:
        """The one answer of a child that describes."""
        answers = list(self.frames())
        answer: dict[str, Any] = json.loads(answers[0][1])
        return answer

    def end(self) -> None:
        """End the child, if it has not ended."""
        if self._has_ended:
            return
        self._has_ended = True
        self._process.kill()
        self._process.wait()
        self._selector.close()
        os.close(self._pipe)
        if self._process.stdin:
            with suppress(OSError):  # what was not sent to a child that is gone
                self._process.stdin.close()

    def _exactly(self, count: int) -> bytes:
        content = bytearray()
        deadline = time.monotonic() + self._limits.silence_s
        while len(content) < count:
            if not self._selector.select(_HEAR_S):
                self._on_wait()
                if time.monotonic() > deadline:
                    raise InputError(too_slow(self._name))
                continue
            piece = os.read(self._pipe, min(count - len(content), _PIECE))
            if not piece:
                raise self._ended()
            content += piece
        return bytes(content)

    def _ended(self) -> InputError:
        """The sentence for a child that is gone without one."""
        try:
            status = self._process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:  # it has closed its pipe and goes on
            status = 0
        if status == -signal.SIGXCPU:
            return InputError(too_slow(self._name))
        if status == -signal.SIGKILL:  # the system's own way when memory runs out
            return InputError(too_large(self._name, self._limits.memory_bytes))
        return InputError(damaged(self._name))


def _nothing() -> None:
    """For who does nothing while it waits."""


def too_slow(name: str) -> str:
    """The sentence for a reader that takes too long."""
    return (
        f"{name} takes too long to read and was given up: it is damaged, or very large. "
        "Export it again from the cycler's software, or as CSV in several files."
    )


def too_large(name: str, limit_bytes: int) -> str:
    """The sentence for a reader that needs too much memory."""
    return (
        f"{name} needs more than {limit_bytes / GIB:.3g} GiB of memory to be read: it is damaged, "
        "or very large. Export it as CSV, which is read in parts."
    )


def damaged(name: str, what: str = "") -> str:
    """The sentence for a file that a reader recognised and cannot read."""
    kind = f" was recognised as {what}, but" if what else ""
    return (
        f"{name}{kind} cannot be read: it is damaged, not finished, or of a version that is not "
        "read yet. Export it again, or as CSV, from the cycler's own software."
    )


def columns_wanted(columns: Sequence[int]) -> tuple[int, ...]:
    """Columns as a request has them."""
    return tuple(int(column) for column in columns)
