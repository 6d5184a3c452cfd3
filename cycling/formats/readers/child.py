"""The child process that reads one file: `python -m cycling.formats.readers.child ORDER`.

It sends frames: a letter, eight bytes of length, the content. J is JSON, B a batch of rows with
how many came before it, E a sentence for the user, D done.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from cycling.errors import InputError
from cycling.formats.columns.mapping import MAX_COLUMNS, MAX_LABEL
from cycling.formats.facts import clean
from cycling.formats.readers.converter import Converter
from cycling.formats.readers.process import ReadingLimits, Request, damaged, too_large
from cycling.formats.readers.reader import Reader, Values
from cycling.formats.readers.registry import find_converter, find_reader

if TYPE_CHECKING:
    import pyarrow as pa

HEAD_BYTES = 64 * 1024
SAMPLE_ROWS = 50
_PR_SET_PDEATHSIG = 1
_further: SimpleQueue[Request] = SimpleQueue()  # requests after the first
# What a zip that cannot be opened is, by its name.
_ZIPPED = {".ndax": "Neware .ndax", **dict.fromkeys((".xlsx", ".xlsb", ".ods"), "Excel workbook")}


def main(order: str) -> None:
    """Do what the order says, within its limits."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a reader prints
    told = json.loads(order)
    limits = ReadingLimits(**told["limits"])
    request = _request(told["request"])
    _keep_within(limits, may_write=request.unpack_to >= 0)
    try:
        while True:
            for kind, content in answers(request):
                _send(channel, kind, content)
            _send(channel, "D", b"")
            request = _further.get()
    except InputError as error:
        _send(channel, "E", str(error).encode())
    except MemoryError:
        _send(channel, "E", too_large(request.shown_name, limits.memory_bytes).encode())
    except BrokenPipeError:
        pass
    channel.close()
    os._exit(0)  # without waiting for threads of others


def _request(values: dict[str, Any]) -> Request:
    columns = values.pop("columns")
    return Request(**values, columns=None if columns is None else tuple(columns))


def _keep_within(limits: ReadingLimits, *, may_write: bool) -> None:
    """Let the system hold the limits, and end with who asked."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, limits.unpacked_bytes if may_write else 0)
    _limit(resource.RLIMIT_CPU, limits.cpu_s)
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write that is too long fails
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked ends us
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_hear_parent, daemon=True).start()


def _limit(what: int, size: int) -> None:
    _, most = resource.getrlimit(what)
    allowed = size if most == resource.RLIM_INFINITY else min(size, most)
    try:
        resource.setrlimit(what, (allowed, most))
    except (ValueError, OSError):  # a system that does not have it
        return


def _hear_parent() -> None:
    for line in sys.stdin:
        _further.put(_request(json.loads(line)))
    os._exit(1)  # the end of the pipe: nobody waits for us any more


def _send(channel: IO[bytes], kind: str, content: bytes) -> None:
    channel.write(kind.encode() + len(content).to_bytes(8, "little") + content)
    channel.flush()


def answers(request: Request) -> Iterator[tuple[str, bytes]]:
    """Frames that answer a request: a description, or batches; InputError says what is wrong."""
    path = Path(request.path)
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    reader = find_reader(head, path)
    converter = None if reader else find_converter(head, path)
    try:
        if reader:
            yield from _read(reader, request)
        else:
            answer = _converted(converter, request) if converter else {"reader": None}
            yield "J", json.dumps(answer).encode()
    except (InputError, MemoryError, BrokenPipeError):
        raise
    except BaseException as error:
        if isinstance(error, GeneratorExit):
            raise
        if "memory" in str(error).lower() or "alloc" in str(error).lower():
            raise MemoryError from error
        ending = Path(request.shown_name).suffix.lower()
        kind = reader or converter
        what = _ZIPPED.get(ending) or (kind.name if kind else "")
        raise InputError(damaged(request.shown_name, what)) from error


def _read(kind: type[Reader], request: Request) -> Iterator[tuple[str, bytes]]:
    _limit(resource.RLIMIT_FSIZE, 0)  # it writes nothing
    reader = _opened(kind, request.path, request.part)
    if request.columns is None:
        yield "J", json.dumps(_description(reader, request.shown_name)).encode()
    else:
        yield from _batches(reader, request.columns, request.max_rows)


@lru_cache(maxsize=1)  # asked for rows after its description
def _opened(kind: type[Reader], path: str, part: str) -> Reader:
    return kind(Path(path), part)


def _converted(converter: type[Converter], request: Request) -> dict[str, Any]:
    with os.fdopen(request.unpack_to, "wb", closefd=False) as target:
        answer = converter.convert(Path(request.path), request.part, target)
    return {"reader": None, "converted": asdict(answer)}


def _description(reader: Reader, shown_name: str) -> dict[str, Any]:
    columns = reader.columns()
    if len(columns) > MAX_COLUMNS:
        raise InputError(
            f"{shown_name} has {len(columns):,} columns; at most {MAX_COLUMNS:,} can be imported. "
            "Export it again with fewer columns."
        )
    first, last = reader.ends(range(len(columns)))
    return {
        "reader": reader.name,
        "signed": reader.signed,
        "columns": [(c.name[:MAX_LABEL], c.unit, c.field) for c in columns],
        "numbers": [_holds_numbers(values) for values in first],
        "rows": reader.rows,
        "parts": list(reader.parts),
        "part": reader.part,
        "notes": list(reader.notes),
        "lost": list(reader.lost),
        "facts": clean(reader.facts),
        "details": reader.details,
        "first_row": reader.first_row,
        "sample": _sample([values[:SAMPLE_ROWS] for values in first]),
        "tail": _sample([values[-SAMPLE_ROWS:] for values in last]),
    }


def _sample(columns: Sequence[Values]) -> list[list[str]]:
    """Rows of cells as a text table shows them."""
    shown = [[_shown(value) for value in _plain(values)] for values in columns]
    return [list(row) for row in zip(*shown, strict=True)]


def _holds_numbers(values: Values) -> bool:
    return isinstance(values, np.ndarray) and values.dtype.kind in "fiub"


def _plain(values: Values) -> list[Any]:
    plain: list[Any] = values.tolist() if isinstance(values, np.ndarray) else list(values)
    return plain


def _shown(value: object) -> str:
    if value is None or value != value:  # NaN
        return ""
    text = repr(value) if isinstance(value, float) else str(value)
    return text.removesuffix(".0") if isinstance(value, float) else text[:MAX_LABEL]


def _batches(reader: Reader, columns: Sequence[int], max_rows: int) -> Iterator[tuple[str, bytes]]:
    import pyarrow as pa

    names = [str(column) for column in columns]
    done = 0
    for block in reader.blocks(columns):
        batch = pa.record_batch([_array(values) for values in block], names=names)
        done += batch.num_rows
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, batch.schema) as writer:
            writer.write_batch(batch)
        yield "B", sink.getvalue()
        if done > max_rows:  # who reads says that it is too many
            return


def _array(values: Values) -> "pa.Array":
    """Doubles, null where NaN, or strings."""
    import pyarrow as pa

    if isinstance(values, np.ndarray) and _holds_numbers(values):
        numbers = np.ascontiguousarray(values, np.float64)
        bits = np.packbits(~np.isnan(numbers), bitorder="little").tobytes()
        buffers = [pa.py_buffer(bits), pa.py_buffer(numbers)]
        return pa.Array.from_buffers(pa.float64(), len(numbers), buffers)
    texts = [None if value is None else str(value)[:MAX_LABEL] for value in _plain(values)]
    return pa.array(texts, pa.string())


if __name__ == "__main__":
    main(sys.argv[1])
